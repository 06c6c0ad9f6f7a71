/* Base 64 (RFC 4648, section 4). */
#ifndef AIMP_CURL_BASE64_H
#define AIMP_CURL_BASE64_H

#include "base/memory.h"

/* Arena bytes with a NUL behind them, NULL when the text is no base 64. White space is skipped, for YAML folds lines;
 * the padding must be complete and the bits behind the end zero. */
char *aimp_base64_decode(aimp_arena *arena, const char *text, size_t size, size_t *out_size);
/* Arena text. */
char *aimp_base64_encode(aimp_arena *arena, const char *bytes, size_t size);

#endif
