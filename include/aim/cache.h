/**
 * @file
 * Where the weights of a model come from: which cache is reused, which would be made, how much would be downloaded.
 */
#ifndef AIM_CACHE_H
#define AIM_CACHE_H

#include <aim/cluster.h>
#include <aim/options.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @name Outcomes of a cache plan
 *  @since 0.1
 *  @{ */
#define AIM_CACHE_REUSED 1 /**< an existing cache object is used, whatever its state */
#define AIM_CACHE_CREATE 2 /**< one has to be made */
#define AIM_CACHE_NONE 3   /**< neither: no template is ready, or it has no model sources */
#define AIM_CACHE_ERROR 4  /**< the cache could not be read */
/** @} */

/** The caches of one service. Immutable. @since 0.1 */
typedef struct aim_cache_plan aim_cache_plan;

/** The answer at a glance; its strings live as long as the plan. @since 0.1 */
typedef struct aim_cache_answer {
    uint32_t struct_size;    /**< sizeof(aim_cache_answer) */
    uint32_t flags;          /**< 0 */
    uint64_t download_bytes; /**< what would still be downloaded, as far as sizes are known */
    uint64_t storage_bytes;  /**< what the claims of this cache ask for, as far as sizes are known */
    int32_t outcome;         /**< AIM_CACHE_… */
    int32_t dedicated;       /**< 1: Dedicated, 0: Shared */
    const char *name;        /**< of the AIMTemplateCache; NULL with AIM_CACHE_NONE */
    size_t artifact_count;   /**< for aim_cache_plan_at() */
} aim_cache_answer;

/** One model source of the cache. Its strings live as long as the plan. @since 0.1 */
typedef struct aim_cache_artifact {
    uint32_t struct_size;   /**< sizeof(aim_cache_artifact) */
    uint32_t flags;         /**< 0 */
    uint64_t size_bytes;    /**< of the weights; 0: not known yet */
    uint64_t storage_bytes; /**< of its claim; 0: not known yet */
    int32_t exists;         /**< 1: an AIMArtifact that can be used is there */
    int32_t spare;          /**< 0 */
    const char *name;       /**< of the AIMArtifact, existing or to be made */
    const char *model_id;   /**< such as "Qwen/Qwen3-32B" */
    const char *source_uri; /**< such as "hf://Qwen/Qwen3-32B" */
    const char *status;     /**< status.status of the existing one; NULL when it has none */
} aim_cache_artifact;

/**
 * Plans the caches of one service.
 *
 * @param cluster  read only; other threads may read it too
 * @param service  namespace (NULL: "default") and name of an AIMService
 * @param options  may be NULL
 * @param out      receives an owned plan, NULL on failure; aim_cache_plan_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK             there is an answer
 * @retval AIM_E_NOT_FOUND    the service is not in the cluster
 * @retval AIM_E_UNSUPPORTED  service->kind is set, and not AIMService
 * @retval AIM_E_CANCELLED    options->cancel was set
 * @retval AIM_E_ARGUMENT     a required argument is NULL, the service has no name, or options->now is no time
 * @retval AIM_E_STRUCT       service or options has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY    the allocator refused
 * @see seed "Caching"; spec/caching.md
 * @since 0.1
 */
AIM_API aim_code aim_cache_plan_new(const aim_cluster *cluster, const aim_ref *service, const aim_options *options,
                                    aim_cache_plan **out, aim_error **err);

/**
 * The answer at a glance.
 *
 * @param plan  which
 * @param out   filled; out->struct_size must be set
 * @retval AIM_OK          out is filled
 * @retval AIM_E_ARGUMENT  plan or out is NULL
 * @retval AIM_E_STRUCT    out->struct_size is wrong
 * @since 0.1
 */
AIM_API aim_code aim_cache_plan_answer(const aim_cache_plan *plan, aim_cache_answer *out);

/**
 * One artifact, in the order of the template's model sources.
 *
 * @param plan   which
 * @param index  from 0
 * @param out    filled; out->struct_size must be set
 * @retval AIM_OK           out is filled
 * @retval AIM_E_NOT_FOUND  index is not below artifact_count
 * @retval AIM_E_ARGUMENT   plan or out is NULL
 * @retval AIM_E_STRUCT     out->struct_size is wrong
 * @since 0.1
 */
AIM_API aim_code aim_cache_plan_at(const aim_cache_plan *plan, size_t index, aim_cache_artifact *out);

/**
 * Gives a plan back; not one that belongs to an aim_plan.
 *
 * @param plan  NULL is accepted
 * @since 0.1
 */
AIM_API void aim_cache_plan_free(aim_cache_plan *plan);

#ifdef __cplusplus
}
#endif

#endif
