/**
 * @file
 * What a service would report: the health of the parts that its status is made of.
 */
#ifndef AIM_HEALTH_H
#define AIM_HEALTH_H

#include <aim/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One part of a service. Strings live as long as the plan. @since 0.1 */
typedef struct aim_component {
    uint32_t struct_size; /**< sizeof(aim_component) */
    uint32_t flags;       /**< 0 */
    /** Model, Template, RuntimeConfig, InferenceService, InferenceServicePods, Cache, HTTPRoute or HPA */
    const char *name;
    const char *state;   /**< Ready, Progressing, Starting, Pending, Degraded, NotAvailable or Failed */
    const char *reason;  /**< such as CacheCreating */
    const char *message; /**< one sentence; "" when there is nothing to say */
} aim_component;

/**
 * How many parts a plan's status was made of.
 *
 * @param plan  may be NULL
 * @return their number; 0 for NULL
 * @see spec/status.md section 4
 * @since 0.1
 */
AIM_API size_t aim_health_count(const aim_plan *plan);

/**
 * A part, in the order of spec/status.md section 4.
 *
 * @param plan   which
 * @param index  from 0
 * @param out    filled; out->struct_size must be set
 * @retval AIM_OK           out is filled
 * @retval AIM_E_NOT_FOUND  index is not below aim_health_count()
 * @retval AIM_E_ARGUMENT   plan or out is NULL
 * @retval AIM_E_STRUCT     out->struct_size is wrong
 * @since 0.1
 */
AIM_API aim_code aim_health_at(const aim_plan *plan, size_t index, aim_component *out);

#ifdef __cplusplus
}
#endif

#endif
