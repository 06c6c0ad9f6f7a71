/* Wiping: so that a token does not stay in memory that somebody else will get. */
#include "curl/secret.h"

#include <string.h>

#include "base/text.h"

static void *wiping_alloc(size_t size, void *user) {
    const aim_allocator *base = user;
    return base->alloc(size, base->user);
}

static void wiping_release(void *block, size_t size, void *user) {
    const aim_allocator *base = user;
    explicit_bzero(block, size);
    base->release(block, size, base->user);
}

static void *wiping_resize(void *block, size_t old_size, size_t new_size, void *user) {
    const aim_allocator *base = user;
    void *moved = base->alloc(new_size, base->user);
    if (!moved) return NULL;
    memcpy(moved, block, old_size < new_size ? old_size : new_size);
    wiping_release(block, old_size, user);
    return moved;
}

aim_allocator aimp_wiping_allocator(const aim_allocator *base) {
    return (aim_allocator){sizeof(aim_allocator), 0, wiping_alloc, wiping_resize, wiping_release, (void *)base};
}

void aimp_secret_release(const aim_allocator *wiping, aimp_secret *secret) {
    aimp_release(wiping, secret->bytes, secret->capacity);
    *secret = (aimp_secret){0};
}

bool aimp_secret_reserve(const aim_allocator *wiping, aimp_secret *secret, size_t size) {
    size_t wanted, capacity = secret->capacity ? secret->capacity : 256;
    if (!aimp_size_add(size, 1, &wanted)) return false;
    if (wanted <= secret->capacity) return true;
    while (capacity < wanted) {
        if (!aimp_size_multiply(capacity, 2, &capacity)) return false;
    }
    char *bytes = aimp_resize(wiping, secret->bytes, secret->capacity, capacity);
    if (!bytes) return false;
    secret->bytes = bytes;
    secret->capacity = capacity;
    return true;
}

bool aimp_secret_add(const aim_allocator *wiping, aimp_secret *secret, const char *bytes, size_t size) {
    size_t wanted;
    if (!aimp_size_add(secret->size, size, &wanted) || !aimp_secret_reserve(wiping, secret, wanted)) return false;
    if (size) memcpy(secret->bytes + secret->size, bytes, size);
    secret->size = wanted;
    secret->bytes[wanted] = '\0';
    return true;
}

void aimp_secret_trim(aimp_secret *secret) {
    size_t first = 0;
    if (!secret->bytes) return;
    while (secret->size && aimp_is_space(secret->bytes[secret->size - 1]))
        secret->size--;
    while (first < secret->size && aimp_is_space(secret->bytes[first]))
        first++;
    secret->size -= first;
    memmove(secret->bytes, secret->bytes + first, secret->size);
    secret->bytes[secret->size] = '\0';
}
