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

/** @name The version of these headers
 *  @since 0.1
 *  @{ */
#define AIM_VERSION_MAJOR 0 /**< changes when programs have to be changed */
#define AIM_VERSION_MINOR 2 /**< changes when something is added */
#define AIM_VERSION_PATCH 0 /**< changes when something is mended */
#define AIM_VERSION "0.2.0" /**< all three as a text */
/** @} */

/**
 * The version of the library that is loaded, which may be newer than the headers.
 *
 * @return a static text such as "0.1.0"
 * @since 0.1
 */
AIM_API const char *aim_version(void);

/**
 * How the library was built.
 *
 * @return one static line: the compiler, and the version of libyaml
 * @since 0.1
 */
AIM_API const char *aim_build_info(void);

#ifdef __cplusplus
}
#endif

#endif
