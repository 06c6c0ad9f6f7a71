/**
 * @file
 * The options that every question takes.
 */
#ifndef AIM_OPTIONS_H
#define AIM_OPTIONS_H

#include <aim/context.h>
#include <aim/policy.h>
#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Options of a question. All-zero (but struct_size) and NULL mean the defaults. @since 0.1 */
typedef struct aim_options {
    uint32_t struct_size;     /**< sizeof(aim_options) */
    uint32_t flags;           /**< 0 */
    const aim_policy *policy; /**< by which rules; NULL: aim_policy_builtin(AIM_BEHAVIOUR_DOCUMENTED) */
    const aim_cancel *cancel; /**< stops the call; NULL: it cannot be cancelled */
    /** RFC 3339 time in UTC for lastTransitionTime of a status, such as "2026-01-02T03:04:05Z"; NULL: none is written.
     * Anything else is AIM_E_ARGUMENT. */
    const char *now;
} aim_options;

#ifdef __cplusplus
}
#endif

#endif
