/* Go durations, as spec.routing.requestTimeout holds them. Rules: spec/rendering.md section 5.3. */
#ifndef AIMP_KUBE_DURATION_H
#define AIMP_KUBE_DURATION_H

#include "base/text.h"

/* time.ParseDuration: "1h30m", "1.5s", "250us", "-3ms", "0". False when it is none or does not fit 64 bits. */
bool aimp_duration_parse(const char *text, int64_t *nanoseconds);
/* time.Duration.String(): 90s is 1m30s, 0 is 0s, 250us is 250µs. */
const char *aimp_duration_text(aimp_arena *arena, int64_t nanoseconds);
/* The same amount as the Gateway API spells it (1s500ms for 1.5s); NULL when it cannot (finer than 1 ms, negative, more
 * than five digits before a unit). */
const char *aimp_gateway_duration_text(aimp_arena *arena, int64_t nanoseconds);

#endif
