/* The table of retries. */
#include "fetch/retry.h"

#include <string.h>

#include "base/text.h"

enum { FIRST_WAIT_MS = 800, LONGEST_BACKOFF_MS = 30000, SHORTEST_WAIT_MS = 20 };

/* xorshift64*: what it draws decides nothing but how long to wait. */
uint64_t aimp_random(uint64_t *state) {
    if (!*state) *state = 0x9e3779b97f4a7c15u;
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1du;
}

uint64_t aimp_backoff_ms(uint64_t *random, uint64_t failures) {
    uint64_t most = FIRST_WAIT_MS;
    for (uint64_t i = 1; i < failures && most < LONGEST_BACKOFF_MS; i++)
        most *= 2;
    if (most > LONGEST_BACKOFF_MS) most = LONGEST_BACKOFF_MS;
    return SHORTEST_WAIT_MS + (aimp_random(random) >> 11) % most;
}

/* What became of the request at the server. */
typedef enum fate {
    NOT_DONE, /* it was not carried out */
    UNCERTAIN,
    ANSWERED /* sending it again brings the same answer */
} fate;

static fate fate_of(const aimp_attempt *a) {
    if (a->phase == AIM_END_UNSENT) return NOT_DONE;
    if (a->phase == AIM_END_LOST) return UNCERTAIN;
    const aimp_refusal *r = a->refusal;
    switch (a->http_status) {
    case 401: return NOT_DONE; /* credentials may just have been replaced; a second one in a row ends everything */
    case 429: return NOT_DONE;
    case 500:
        if (r && strcmp(r->reason, "ServerTimeout") == 0) return NOT_DONE;
        /* an apply of a field that the schema does not know is answered 500 without a reason, for ever */
        return r && r->has_reason ? UNCERTAIN : ANSWERED;
    case 502: return UNCERTAIN;
    case 503: return a->retry_after_ms || (r && r->retry_ms) ? NOT_DONE : UNCERTAIN;
    case 504: return UNCERTAIN;
    default: return ANSWERED;
    }
}

bool aimp_retry(const aimp_attempt *attempt, uint64_t *random, uint64_t *wait_ms) {
    const fate what = fate_of(attempt);
    bool again = what == NOT_DONE || (what == UNCERTAIN && attempt->effect != AIMP_EFFECT_ONCE);
    /* a server without a reason for its 500 may have one for a read */
    if (what == ANSWERED && attempt->http_status == 500 && attempt->effect == AIMP_EFFECT_READ) again = true;
    uint64_t asked = attempt->retry_after_ms;
    if (attempt->refusal && attempt->refusal->retry_ms > asked) asked = attempt->refusal->retry_ms;
    *wait_ms =
        attempt->http_status == 401 && attempt->tries < 2 ? SHORTEST_WAIT_MS : aimp_backoff_ms(random, attempt->tries);
    if (*wait_ms < asked) *wait_ms = asked;
    return again;
}
