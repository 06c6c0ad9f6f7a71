/* Policies as documents of kind Policy. Format: docs/policies.md. */
#ifndef AIMP_CLUSTER_POLICY_DOCUMENT_H
#define AIMP_CLUSTER_POLICY_DOCUMENT_H

#include "cluster/policy.h"
#include "kube/schema.h"

#define AIMP_POLICY_API_VERSION "libaim/v1"
#define AIMP_POLICY_KIND "Policy"

/* policy_check.c: everything about a document that can be wrong. The admitted document; issues are in the admission. */
const aimp_node *aimp_policy_admit(aimp_admission *admission, const aimp_node *root);

/* policy_write.c: the whole policy, with nothing left to defaults; the same for the same content. */
const aimp_node *aimp_policy_node(const aim_policy *policy, aimp_arena *arena);
/* "lab@5e1f0c2d9a44" */
const char *aimp_policy_identity_of(const aim_policy *policy, aimp_arena *arena);

#endif
