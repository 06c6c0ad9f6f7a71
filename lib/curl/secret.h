/* Memory that may hold secrets: whatever is given back is overwritten first. */
#ifndef AIMP_CURL_SECRET_H
#define AIMP_CURL_SECRET_H

#include "base/memory.h"

/* An allocator on top of another one, which must outlive it. A block that grows is moved, never resized in place. */
aim_allocator aimp_wiping_allocator(const aim_allocator *base);

/* Bytes with a NUL behind them, from a wiping allocator. */
typedef struct aimp_secret {
    char *bytes; /* NULL: none */
    size_t size, capacity;
} aimp_secret;

void aimp_secret_release(const aim_allocator *wiping, aimp_secret *secret);
/* Room for size bytes and the NUL; false when memory is out. What was there stays. */
bool aimp_secret_reserve(const aim_allocator *wiping, aimp_secret *secret, size_t size);
bool aimp_secret_add(const aim_allocator *wiping, aimp_secret *secret, const char *bytes, size_t size);
/* Takes white space off both ends. */
void aimp_secret_trim(aimp_secret *secret);

#endif
