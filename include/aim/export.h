/**
 * @file
 * Which functions are part of the interface.
 */
#ifndef AIM_EXPORT_H
#define AIM_EXPORT_H

/** Marks every function that libaim promises to keep; everything else is hidden. @since 0.1 */
#if defined(__GNUC__) || defined(__clang__)
#define AIM_API __attribute__((visibility("default")))
#else
#define AIM_API
#endif

#endif
