/* Which libaim this is. */
#include <aim/version.h>

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

#if defined(__clang__)
#define COMPILER "clang " TEXT(__clang_major__) "." TEXT(__clang_minor__)
#elif defined(__GNUC__)
#define COMPILER "gcc " TEXT(__GNUC__) "." TEXT(__GNUC_MINOR__)
#else
#define COMPILER "an unknown compiler"
#endif

const char *aim_version(void) {
    return AIM_VERSION;
}

const char *aim_build_info(void) {
    return "libaim " AIM_VERSION ", " COMPILER ", libyaml " AIM_LIBYAML_VERSION;
}
