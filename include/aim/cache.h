/**
 * @file
 * Where the weights of a model come from: which cache is reused, which would be made, how much would be downloaded.
 */
#ifndef AIM_CACHE_H
#define AIM_CACHE_H

#include <aim/cluster.h>
#include <aim/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Outcomes of a cache plan. */
#define AIM_CACHE_REUSED 1 /**< an existing cache object is used, whatever its state */
#define AIM_CACHE_CREATE 2 /**< one has to be made */
#define AIM_CACHE_NONE 3   /**< neither: no template is ready, or it has no model sources */
#define AIM_CACHE_ERROR 4  /**< the cache could not be read */

typedef struct aim_cache_plan aim_cache_plan;

/** The answer at a glance; its strings live as long as the plan. @since 0.1 */
typedef struct aim_cache_answer {
    uint32_t struct_size;
    uint32_t flags;          /**< 0 */
    uint64_t download_bytes; /**< what would still be downloaded, as far as sizes are known */
    uint64_t storage_bytes;  /**< what the claims of this cache ask for, as far as sizes are known */
    int32_t outcome;         /**< AIM_CACHE_… */
    int32_t dedicated;       /**< 1: Dedicated, 0: Shared */
    const char *name;        /**< of the AIMTemplateCache; NULL with AIM_CACHE_NONE */
    size_t artifact_count;
} aim_cache_answer;

/** One model source of the cache. @since 0.1 */
typedef struct aim_cache_artifact {
    uint32_t struct_size;
    uint32_t flags;         /**< 0 */
    uint64_t size_bytes;    /**< 0: not known yet */
    uint64_t storage_bytes; /**< size of its claim; 0: not known yet */
    int32_t exists;         /**< 1: an AIMArtifact that can be used is there */
    int32_t spare;          /**< 0 */
    const char *name;       /**< of the AIMArtifact, existing or to be made */
    const char *model_id, *source_uri;
    const char *status; /**< of the existing one, else NULL */
} aim_cache_artifact;

/** Plans the caches of one service. Arguments and codes as aim_selection_new().
 *  @see seed "Caching"; spec/caching.md @since 0.1 */
AIM_API aim_code aim_cache_plan_new(const aim_cluster *cluster, const aim_ref *service, const aim_options *options,
                                    aim_cache_plan **out, aim_error **err);
/** The answer at a glance; out->struct_size must be set. @since 0.1 */
AIM_API aim_code aim_cache_plan_answer(const aim_cache_plan *plan, aim_cache_answer *out);
/** One artifact, in the order of the template's model sources. @retval AIM_E_NOT_FOUND @since 0.1 */
AIM_API aim_code aim_cache_plan_at(const aim_cache_plan *plan, size_t index, aim_cache_artifact *out);
/** Gives a plan back. NULL is accepted. @since 0.1 */
AIM_API void aim_cache_plan_free(aim_cache_plan *plan);

#ifdef __cplusplus
}
#endif

#endif
