/* Leader election by a Lease of coordination.k8s.io/v1, as client-go does it: whoever holds the lease renews it every
 * 2 seconds, and stops when it could not for 10; whoever waits takes it when it has not changed for 15 seconds by the
 * waiting one's own clock. No clock of another machine counts, and none that people set.
 *
 * A lease does not fence: what its last holder has sent may still arrive after the next one has begun. */
#ifndef AIM_TOOL_LEASE_H
#define AIM_TOOL_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include <aim/fetch.h>

typedef struct lease lease;

typedef enum lease_state {
    LEASE_WAITING, /* somebody else leads, or nobody knows */
    LEASE_HELD,    /* we lead */
    LEASE_LOST,    /* we led and do not any more: for good. Stop writing and exit */
    LEASE_RELEASED /* we gave it back, or are about to */
} lease_state;

/* The identity must be of this process alone: a lease that bears it is taken for our own. Copied. NULL: no memory, or
 * an argument is missing. */
lease *lease_new(const char *ns, const char *name, const char *identity);

/* Looks at the answer to its call and asks for the next; at most one is under way. To be called after every run of the
 * fetch, and when next_ms has come, always with the same fetch. now_ms and next_ms are moments of one clock that never
 * goes back. Its calls stand in the fetch's queue behind those that were asked for earlier: a queue that takes more
 * than a few seconds costs the lease. */
lease_state lease_step(lease *l, aim_fetch *fetch, uint64_t now_ms, uint64_t *next_ms);

/* Whether we led and cannot know that we still do: nothing may be sent any more. */
bool lease_is_over(const lease *l, uint64_t now_ms);

/* Whose the lease was when it was last looked at; "" when nobody's or not known. Untrusted text. */
const char *lease_holder(const lease *l);
/* Why the last call failed, for a log; "" when it did not. Untrusted text. */
const char *lease_problem(const lease *l);

/* Gives the lease back, so that the next one need not wait. Stop writing first: from now on the state is
 * LEASE_RELEASED. True when that has ended, well or not; else run the fetch and call again. */
bool lease_release(lease *l, aim_fetch *fetch, uint64_t now_ms);

/* NULL is accepted. A call that is under way stays with the fetch. */
void lease_free(lease *l);

#endif
