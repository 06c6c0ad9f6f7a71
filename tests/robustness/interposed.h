/* The memory functions of this process, replaced: they count, and refuse when told to. glibc only, and not below a
 * sanitizer, which replaces them itself. */
#ifndef AIM_ROBUSTNESS_INTERPOSED_H
#define AIM_ROBUSTNESS_INTERPOSED_H

#include <stdbool.h>
#include <stddef.h>

/* How many times memory was asked for since the last interposed_begin(), and how many were refused. */
extern size_t interposed_calls, interposed_refused;

/* Begins to count; the fail_at-th call (0: none) is refused, and with for_good every one after it. */
void interposed_begin(size_t fail_at, bool for_good);
/* Nothing is refused or counted any more. */
void interposed_end(void);

#endif
