/**
 * @file
 * Findings: what libaim noticed, as data. A finding has a reason (a stable number and name), the field it looked at,
 * what it found, what it wanted, and the smallest change that would lift it.
 */
#ifndef AIM_FINDING_H
#define AIM_FINDING_H

#include <aim/report.h>
#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @name Families of reasons
 *  The number of a reason divided by 100.
 *  @see docs/reasons.md
 *  @since 0.1
 *  @{ */
#define AIM_FAMILY_MODEL 1        /**< which model is meant */
#define AIM_FAMILY_AVAILABILITY 2 /**< stage: is the candidate Ready? */
#define AIM_FAMILY_OPTIMIZATION 3 /**< stage: may an unoptimized profile serve? */
#define AIM_FAMILY_OVERRIDES 4    /**< stage: does it match spec.overrides? */
#define AIM_FAMILY_GPU 5          /**< stage: has the cluster its GPU? */
#define AIM_FAMILY_SCOPE 6        /**< stage: does a namespaced one take precedence? */
#define AIM_FAMILY_RANK 7         /**< stage: which is preferred? */
#define AIM_FAMILY_TEMPLATE 8     /**< named, recorded and derived templates */
#define AIM_FAMILY_CACHE 9        /**< caches, artifacts, sizes */
#define AIM_FAMILY_RENDER 10      /**< manifests */
#define AIM_FAMILY_INPUT 11       /**< what the cluster does not hold, or could not be read */
#define AIM_FAMILY_CAPACITY 12    /**< whether it could run now */
#define AIM_FAMILY_RUNTIME 13     /**< what runs */
#define AIM_FAMILY_DOCUMENT 14    /**< documents on their own */
#define AIM_FAMILY_NODE 15        /**< labels of nodes */
/** @} */

/**
 * The stable number of a reason.
 *
 * @param name  such as "RequiredGPUNotInCluster"; may be NULL
 * @return its number; 0 for an unknown name
 * @since 0.1
 */
AIM_API int32_t aim_reason_number(const char *name);

/**
 * The stable name of a reason.
 *
 * @param number  such as 501
 * @return a static text; NULL for an unknown number
 * @since 0.1
 */
AIM_API const char *aim_reason_name(int32_t number);

/** One finding. Its strings live as long as the answer it was asked of; NULL where there is nothing to say.
 *  @since 0.1 */
typedef struct aim_finding {
    uint32_t struct_size;     /**< sizeof(aim_finding) */
    uint32_t flags;           /**< 0 */
    uint64_t line;            /**< where the field stands in its source, from 1; 0 when that is not known */
    uint64_t column;          /**< the same, in Unicode code points */
    int32_t reason;           /**< stable number */
    int32_t severity;         /**< AIM_SEVERITY_… */
    int32_t recreate;         /**< 1: the remedy needs the object to be made anew (the field is immutable) */
    int32_t spare;            /**< 0 */
    const char *source;       /**< name of the source, such as a file */
    const char *reason_name;  /**< stable name */
    const char *object;       /**< "AIMServiceTemplate ml-team/x": whose field it is */
    const char *kind;         /**< of that object */
    const char *ns;           /**< of that object; NULL for cluster scope */
    const char *name;         /**< of that object */
    const char *pointer;      /**< JSON Pointer to the field (RFC 6901) */
    const char *actual;       /**< what the field holds */
    const char *wanted;       /**< what it would have to hold */
    const char *message;      /**< one sentence; its wording may change with any version */
    const char *remedy;       /**< what to do, as a sentence or a command */
    const char *remedy_patch; /**< the same as a JSON list of {object, patch}, patch being RFC 6902; only such remedies
                                   are promised to work */
} aim_finding;

#ifdef __cplusplus
}
#endif

#endif
