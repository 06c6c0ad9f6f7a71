/* Where the key of a value stands in its text. */
#ifndef AIMP_CLUSTER_KEY_PLACE_H
#define AIMP_CLUSTER_KEY_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Moves line and column (from 1; columns in code points) from a value to its key; false, and nothing changes, when the
 * key is not found shortly before it. */
bool aimp_key_place(const char *text, size_t size, const char *key, uint32_t *line, uint32_t *column);

#endif
