/* What a plan looked at, without the plan. */
#ifndef AIMP_PLAN_INTEREST_H
#define AIMP_PLAN_INTEREST_H

#include "decide/pass.h"

/* An object that changed, as a name and as it is now. */
typedef struct aimp_changed_object {
    aimp_kind kind;
    const char *ns, *name;
    const aimp_object *now; /* NULL: it is gone, or nobody says what it is */
} aimp_changed_object;

/* False for what no plan can look at. */
bool aimp_changed_object_read(const aim_cluster *cluster, const aim_ref *object, aimp_changed_object *out);
bool aimp_object_has_key_of(const aimp_object *object, const aimp_read *read);

#endif
