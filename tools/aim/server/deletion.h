/* Whether an object may be deleted: looked at as the server has it, right before. */
#ifndef AIM_TOOL_DELETION_H
#define AIM_TOOL_DELETION_H

#include <stdbool.h>
#include <stddef.h>

#include <aim/plan.h>

/* body: the object as it was just read. It must be the one that the plan means (by UID), of a kind that is ever
 * deleted, not on its way out, and nobody but AIM Engine's controllers has applied it. One that the plan owns must have
 * the UID of the plan's object as its controller, and our managed-by label; of the others only caches and artifacts
 * that are not Ready go, with the object that they were made for. version receives what must still hold when it is
 * deleted. Answers NULL when it may, else why not. */
const char *deletion_problem(const char *body, const aim_action *action, const char *owner_uid, char *version,
                             size_t size);

#endif
