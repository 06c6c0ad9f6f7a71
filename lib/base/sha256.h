/* SHA-256 (FIPS 180-4) of a text, as lower-case hexadecimal digits. */
#ifndef AIMP_BASE_SHA256_H
#define AIMP_BASE_SHA256_H

#include <stddef.h>

/* Writes 64 digits and a NUL. */
void aimp_sha256_hex(const char *bytes, size_t size, char out[65]);

#endif
