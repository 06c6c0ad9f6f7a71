/* Shell-style patterns over label keys, as Go's filepath.Match reads them on Linux. Rules:
 * spec/names-and-labels.md 8.1. */
#ifndef AIMP_KUBE_KEY_PATTERN_H
#define AIMP_KUBE_KEY_PATTERN_H

#include <stdbool.h>

/* True when the pattern matches the whole key; *malformed (may be NULL) says that the pattern cannot be read, and then
 * nothing matches. Linear in the product of both lengths for every input. */
bool aimp_key_pattern_matches(const char *pattern, const char *key, bool *malformed);

#endif
