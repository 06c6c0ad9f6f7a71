/* When a request is sent again, and after how long: one table, by what it does and how far it came. */
#ifndef AIMP_FETCH_RETRY_H
#define AIMP_FETCH_RETRY_H

#include <aim/transport.h>

#include "fetch/answer.h"

/* What sending it twice does. */
typedef enum aimp_effect {
    AIMP_EFFECT_READ, /* nothing */
    AIMP_EFFECT_SAME, /* what sending it once does: apply, a patch of values, a delete of one UID */
    AIMP_EFFECT_ONCE  /* something else: create, replace, delete of whatever has the name */
} aimp_effect;

typedef struct aimp_attempt {
    aimp_effect effect;
    int32_t phase;               /* AIM_END_… */
    uint64_t http_status;        /* of a complete answer */
    const aimp_refusal *refusal; /* of a complete answer that refuses */
    uint64_t retry_after_ms;     /* of the header */
    uint64_t tries;              /* so far, this one included */
} aimp_attempt;

/* Pseudo-random numbers for waiting times; the state is never 0. */
uint64_t aimp_random(uint64_t *state);
/* A full-jitter wait for the n-th failure in a row (from 1), at most 30 s. */
uint64_t aimp_backoff_ms(uint64_t *random, uint64_t failures);
/* Whether to send it again; *wait_ms receives after how long. */
bool aimp_retry(const aimp_attempt *attempt, uint64_t *random, uint64_t *wait_ms);

#endif
