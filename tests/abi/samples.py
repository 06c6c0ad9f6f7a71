"""Two small headers for the self-test: one that keeps every rule, one that breaks every rule."""

GOOD_HEADER = """
#ifndef AIM_SAMPLE_H
#define AIM_SAMPLE_H
#include <stddef.h>
#include <stdint.h>
#define AIM_API __attribute__((visibility("default")))
/** A code. */
typedef int32_t aim_code;
/* Numbers. */
#define AIM_ONE 1
#define AIM_MINUS (-1)
#define AIM_VERSION "0.1.0" /**< the version */
#define AIM_TWICE(x) ((x) * 2)
/** A handle. */
typedef struct aim_handle aim_handle;
/** A struct. */
typedef struct aim_sample {
    uint32_t struct_size;
    uint32_t flags;
    uint64_t bytes;
    aim_code code;
    int32_t spare;
    const char *name;
    void (*read)(void *user, size_t size);
} aim_sample;
/** A function. @since 0.1 */
AIM_API aim_code aim_sample_read(const aim_sample *sample, void (*each)(void *user), aim_handle **out);
/** A function of a library that is not built here. @since 0.2 */
AIM_API void aim_elsewhere(aim_handle *handle);
#endif
"""
GOOD_SCRIPT = "LIBAIM_0.1 {\n  global:\n    aim_sample_read;\n  local:\n    *;\n};\n"
OTHER_SCRIPT = "LIBAIM_OTHER_0.2 {\n  global:\n    aim_elsewhere;\n  local:\n    *;\n};\n"
GOOD_SYMBOLS = [("aim_sample_read", "LIBAIM_0.1", "FUNC")]

BAD_HEADER = """
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#define AIM_API __attribute__((visibility("default")))

#define AIM_LONELY 1

/* These have no value of their own. */
#define AIM_NEXT (AIM_LONELY + 1)
#define aim_small 5
typedef struct aim_handle aim_handle;
/** It has no size. */
typedef struct aim_sizeless {
    int32_t count;
    int32_t spare;
} aim_sizeless;
/** It holds what it must not. */
typedef struct aim_strange {
    uint32_t struct_size;
    uint32_t flags;
    bool is_new;
    uint32_t bits : 3;
    union { int32_t a; uint32_t b; } choice;
    enum { AIM_INSIDE } kind;
} aim_strange;
/** The word comes after a pointer, which only some targets pad. */
typedef struct aim_padded {
    uint32_t struct_size;
    uint32_t flags;
    const char *name;
    uint64_t word;
} aim_padded;
/** The end is padded on ARM, not on i386. */
typedef struct aim_tail {
    uint32_t struct_size;
    uint32_t flags;
    uint64_t word;
    const char *name;
} aim_tail;
struct aim_silent {
    uint32_t struct_size;
    uint32_t flags;
};
/** An enum. */
enum aim_colour { AIM_RED };
/** A name. */
typedef int32_t AimCode;
AIM_API void aim_undocumented(void);
/** No version. */
AIM_API void aim_ageless(void);
/** Another version than the map's. @since 0.2 */
AIM_API void aim_young(void);
/** Not marked. @since 0.1 */
void aim_unmarked(void);
/** Twice. @since 0.1 */
AIM_API void aim_twice(void);
/** Twice. @since 0.1 */
AIM_API void aim_twice(void);
"""
BAD_SCRIPT = "LIBAIM_0.1 {\n  global:\n    aim_young;\n    aim_gone;\n};\nLIBAIM_0.2 {\n  global:\n    aim_late;\n};\n"
BAD_SYMBOLS = [("aim_young", "LIBAIM_0.1", "FUNC"), ("aim_secret", "LIBAIM_0.1", "OBJECT")]
