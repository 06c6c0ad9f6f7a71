/* What an API server says about a request: Status documents and the headers that matter. */
#ifndef AIMP_FETCH_ANSWER_H
#define AIMP_FETCH_ANSWER_H

#include <aim/transport.h>

#include "base/bytes.h"

enum { AIMP_MOST_CONFLICTS = 100 };

typedef struct aimp_field_conflict {
    const char *manager, *field;
} aimp_field_conflict;

/* A refusal, read from a Status or from whatever text came. Texts are safe for a terminal. */
typedef struct aimp_refusal {
    const char *reason;  /* never NULL; "Plain" when the server gave none that can be derived from the number either */
    bool has_reason;     /* it is the server's own */
    const char *message; /* never NULL */
    const char *continue_token; /* of an expired list: where a new one would go on; NULL */
    uint64_t retry_ms;          /* retryAfterSeconds; 0: none */
    bool version_too_large;     /* the resourceVersion that was asked for lies in the future */
    aimp_field_conflict *conflicts;
    size_t conflict_count;
} aimp_refusal;

/* Reads a body that came with an http_status that is no success. */
void aimp_refusal_read(aimp_arena *arena, uint64_t http_status, const char *body, size_t size, aimp_refusal *out);
/* The same outside of a guard; the arena's own is used. AIM_OK or AIM_E_NO_MEMORY. */
aim_code aimp_refusal_take(aimp_arena *arena, uint64_t http_status, const aimp_bytes *body, aimp_refusal *out);
/* Whether a successful answer holds a Status that says it failed (a list may end so). */
bool aimp_answer_is_failed_status(aimp_arena *arena, const char *body, size_t size);
/* The name of a read error of the cluster for a number and a reason: "Forbidden", "Timeout", … */
const char *aimp_refusal_declared(uint64_t http_status);
/* Milliseconds of a header Retry-After, a number of seconds or a date that is compared with the header Date; at most a
 * minute. 0: none, or none that can be understood. */
uint64_t aimp_retry_after_ms(const char *retry_after, const char *date);
/* Seconds since 1970 of a header Date; 0 without one, and for one that cannot be read. */
int64_t aimp_date_seconds(const char *date);
/* The quoted text of a header "299 - \"text\""; NULL when it is no such warning. */
const char *aimp_warning_text(aimp_arena *arena, const char *header);

#endif
