/* Both ways, strictly: what two readers could read differently is refused. */
#include "curl/base64.h"

#include <string.h>

#include "base/text.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *aimp_base64_decode(aimp_arena *arena, const char *text, size_t size, size_t *out_size) {
    char *out = aimp_take(arena, size / 4 * 3 + 4);
    uint32_t bits = 0;
    size_t used = 0, digits = 0, padding = 0;
    for (size_t i = 0; i < size; i++) {
        if (aimp_is_space(text[i])) continue;
        if (text[i] == '=') {
            padding++;
            continue;
        }
        const char *digit = memchr(alphabet, text[i], sizeof alphabet - 1);
        if (!digit || padding) return NULL;
        bits = (bits << 6 | (uint32_t)(digit - alphabet)) & 0xffffff;
        if (++digits % 4) continue;
        out[used++] = (char)(bits >> 16);
        out[used++] = (char)(bits >> 8);
        out[used++] = (char)bits;
    }
    const size_t rest = digits % 4;
    if (rest == 1 || padding != (rest ? 4 - rest : 0)) return NULL;
    if (rest == 2) {
        if (bits & 0xf) return NULL;
        out[used++] = (char)(bits >> 4);
    } else if (rest == 3) {
        if (bits & 0x3) return NULL;
        out[used++] = (char)(bits >> 10);
        out[used++] = (char)(bits >> 2);
    }
    out[used] = '\0';
    *out_size = used;
    return out;
}

char *aimp_base64_encode(aimp_arena *arena, const char *bytes, size_t size) {
    const unsigned char *in = (const unsigned char *)bytes;
    char *out = aimp_take(arena, size / 3 * 4 + 5), *p = out;
    for (size_t i = 0; i < size; i += 3) {
        const size_t left = size - i;
        const uint32_t bits =
            (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) | (left > 2 ? in[i + 2] : 0);
        *p++ = alphabet[bits >> 18];
        *p++ = alphabet[bits >> 12 & 63];
        *p++ = left > 1 ? alphabet[bits >> 6 & 63] : '=';
        *p++ = left > 2 ? alphabet[bits & 63] : '=';
    }
    *p = '\0';
    return out;
}
