/**
 * @file
 * What a service would report: the health of its parts and the status made of them.
 */
#ifndef AIM_HEALTH_H
#define AIM_HEALTH_H

#include <aim/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One part of a service. Strings live as long as the plan. @since 0.1 */
typedef struct aim_component {
    uint32_t struct_size;
    uint32_t flags; /**< 0 */
    const char
        *name; /**< Model, Template, RuntimeConfig, InferenceService, InferenceServicePods, Cache, HTTPRoute, HPA */
    const char *state;  /**< Ready, Progressing, Starting, Pending, Degraded, NotAvailable or Failed */
    const char *reason; /**< such as CacheCreating */
    const char *message;
} aim_component;

/** Number of parts that a plan's status was made of. @see spec/status.md section 4 @since 0.1 */
AIM_API size_t aim_health_count(const aim_plan *plan);
/** A part, in the order of spec/status.md section 4. @retval AIM_E_NOT_FOUND @since 0.1 */
AIM_API aim_code aim_health_at(const aim_plan *plan, size_t index, aim_component *out);

#ifdef __cplusplus
}
#endif

#endif
