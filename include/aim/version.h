/**
 * @file
 * Which libaim this is.
 */
#ifndef AIM_VERSION_H
#define AIM_VERSION_H

#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The version of these headers. */
#define AIM_VERSION_MAJOR 0
#define AIM_VERSION_MINOR 1
#define AIM_VERSION_PATCH 0
#define AIM_VERSION "0.1.0"

/** The version of the library that is loaded, such as "0.1.0". Static. @since 0.1 */
AIM_API const char *aim_version(void);
/** One line that says how the library was built: compiler and version of libyaml. Static. @since 0.1 */
AIM_API const char *aim_build_info(void);

#ifdef __cplusplus
}
#endif

#endif
