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
    const char *now;          /**< RFC 3339 time for lastTransitionTime of a status; NULL: none is written */
} aim_options;

#ifdef __cplusplus
}
#endif

#endif
