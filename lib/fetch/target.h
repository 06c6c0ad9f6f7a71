/* Paths and queries of a Kubernetes API server. Names are checked before anything is built from them, and escaped all
 * the same. */
#ifndef AIMP_FETCH_TARGET_H
#define AIMP_FETCH_TARGET_H

#include "base/bytes.h"

/* What a path is made of; members that are not used are NULL or "". */
typedef struct aimp_target {
    const char *group, *version, *plural; /* group "": the core group */
    const char *ns, *name, *subresource;
} aimp_target;

/* NULL when every part may stand in a path; else what is wrong, in words. */
const char *aimp_target_problem(const aimp_target *target);
/* These append to out; false when memory is out. */
bool aimp_target_path(aimp_bytes *out, const aim_allocator *allocator, const aimp_target *target);
/* "?key=value", or with "&" when there is a query already. Nothing for a NULL value. */
bool aimp_target_query(aimp_bytes *out, const aim_allocator *allocator, const char *key, const char *value);
bool aimp_target_query_number(aimp_bytes *out, const aim_allocator *allocator, const char *key, uint64_t value);

#endif
