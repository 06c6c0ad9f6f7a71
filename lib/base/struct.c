/* Reading and filling structs whose size the caller states. */
#include "base/struct.h"

#include <string.h>

/* No struct of the interface comes near: a larger size was never set. */
#define LARGEST 4096u

static uint32_t size_of(const void *value) {
    uint32_t size;
    memcpy(&size, value, sizeof size);
    return size;
}

bool aimp_struct_ok(const void *value, size_t known, uint32_t flags) {
    const uint32_t size = size_of(value);
    uint32_t given;
    if (size < known || size > LARGEST) return false;
    memcpy(&given, (const char *)value + sizeof size, sizeof given);
    if (given & ~flags) return false;
    const unsigned char *bytes = value;
    for (size_t i = known; i < size; i++) {
        if (bytes[i]) return false;
    }
    return true;
}

aim_code aimp_struct_check_out(const void *out, size_t known) {
    if (!out) return AIM_E_ARGUMENT;
    return size_of(out) < known || size_of(out) > LARGEST ? AIM_E_STRUCT : AIM_OK;
}

void aimp_struct_fill(void *out, const void *value, size_t known) {
    const size_t head = sizeof(uint32_t);
    memcpy((char *)out + head, (const char *)value + head, known - head);
    memset((char *)out + known, 0, size_of(out) - known);
}

const void *aimp_struct_at(const void *array, size_t index) {
    return (const char *)array + index * (size_t)size_of(array);
}
