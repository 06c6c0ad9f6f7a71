/**
 * @file
 * Which model a service means.
 */
#ifndef AIM_MODEL_H
#define AIM_MODEL_H

#include <aim/cluster.h>
#include <aim/options.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @name Outcomes of a model resolution
 *  @since 0.1
 *  @{ */
#define AIM_MODEL_FOUND 1  /**< an existing model, ready or not */
#define AIM_MODEL_CREATE 2 /**< none matches; the operator will create one */
#define AIM_MODEL_NONE 3   /**< nothing resolved, and no error */
#define AIM_MODEL_ERROR 4  /**< it cannot be told: missing, ambiguous, unreadable */
/** @} */

/** Which model, from which scope, or what must be created, or why not. Immutable. @since 0.1 */
typedef struct aim_resolution aim_resolution;

/** The answer at a glance; its strings live as long as the resolution. @since 0.1 */
typedef struct aim_model_answer {
    uint32_t struct_size;    /**< sizeof(aim_model_answer) */
    uint32_t flags;          /**< 0 */
    int32_t outcome;         /**< AIM_MODEL_… */
    int32_t scope;           /**< AIM_SCOPE_… */
    const char *kind;        /**< AIMModel or AIMClusterModel; NULL with AIM_MODEL_NONE and AIM_MODEL_ERROR */
    const char *ns;          /**< NULL for a cluster model */
    const char *name;        /**< of the model found or to be created */
    const char *status;      /**< its status.status; NULL when it has none, or does not exist */
    const char *reason_name; /**< such as ModelNotFound; "" when there is nothing to say */
    const char *message;     /**< one sentence; "" when there is nothing to say */
} aim_model_answer;

/**
 * Resolves the model of a service. "Not found" is an answer, not an error.
 *
 * @param cluster  read only; other threads may read it too
 * @param service  namespace (NULL: "default") and name of an AIMService
 * @param options  may be NULL
 * @param out      receives an owned resolution, NULL on failure; aim_resolution_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK             there is an answer
 * @retval AIM_E_NOT_FOUND    the service is not in the cluster
 * @retval AIM_E_UNSUPPORTED  service->kind is set, and not AIMService
 * @retval AIM_E_CANCELLED    options->cancel was set
 * @retval AIM_E_ARGUMENT     a required argument is NULL, the service has no name, or options->now is no time
 * @retval AIM_E_STRUCT       service or options has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY    the allocator refused
 * @see seed "Model Resolution"; spec/model-resolution.md
 * @since 0.1
 */
AIM_API aim_code aim_resolution_new(const aim_cluster *cluster, const aim_ref *service, const aim_options *options,
                                    aim_resolution **out, aim_error **err);

/**
 * The answer at a glance.
 *
 * @param resolution  which
 * @param out         filled; out->struct_size must be set
 * @retval AIM_OK          out is filled
 * @retval AIM_E_ARGUMENT  resolution or out is NULL
 * @retval AIM_E_STRUCT    out->struct_size is wrong
 * @since 0.1
 */
AIM_API aim_code aim_resolution_answer(const aim_resolution *resolution, aim_model_answer *out);

/**
 * Gives a resolution back; not one that belongs to a plan.
 *
 * @param resolution  NULL is accepted
 * @since 0.1
 */
AIM_API void aim_resolution_free(aim_resolution *resolution);

#ifdef __cplusplus
}
#endif

#endif
