/* What the watches brought, and whose plans looked at it. */
#ifndef AIM_TOOL_CHANGES_H
#define AIM_TOOL_CHANGES_H

#include "controller.h"

typedef struct changes {
    struct change {
        char *kind, *ns, *name; /* ns NULL: cluster scope */
    } * items;
    size_t count, capacity;
    bool lost; /* one could not be noted for want of memory */
} changes;

/* The callback of an aim_listener: user is a changes *. */
void changes_note(const aim_ref *object, int32_t change, void *user);
/* Everybody concerned looks again; nothing is left. */
void changes_spread(controller *c, changes *all);
void changes_forget(changes *all);

#endif
