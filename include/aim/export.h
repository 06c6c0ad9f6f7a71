#ifndef AIM_EXPORT_H
#define AIM_EXPORT_H

/** Marks every function that libaim promises to keep. Everything else is hidden. */
#if defined(_WIN32)
#define AIM_API
#elif defined(__GNUC__) || defined(__clang__)
#define AIM_API __attribute__((visibility("default")))
#else
#define AIM_API
#endif

#endif
