/**
 * @file
 * Findings: what libaim noticed, as data. A finding has a reason (a stable number and name), the field it looked at,
 * what it found, what it wanted, and the smallest change that would lift it.
 */
#ifndef AIM_FINDING_H
#define AIM_FINDING_H

#include <aim/cluster.h>
#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Families of reasons: the number divided by 100. */
#define AIM_FAMILY_MODEL 1
#define AIM_FAMILY_AVAILABILITY 2
#define AIM_FAMILY_OPTIMIZATION 3
#define AIM_FAMILY_OVERRIDES 4
#define AIM_FAMILY_GPU 5
#define AIM_FAMILY_SCOPE 6
#define AIM_FAMILY_RANK 7
#define AIM_FAMILY_TEMPLATE 8
#define AIM_FAMILY_CACHE 9
#define AIM_FAMILY_RENDER 10
#define AIM_FAMILY_INPUT 11
#define AIM_FAMILY_CAPACITY 12
#define AIM_FAMILY_RUNTIME 13
#define AIM_FAMILY_DOCUMENT 14
#define AIM_FAMILY_NODE 15

/** Stable number of a reason name such as "RequiredGPUNotInCluster"; 0 for an unknown one. @since 0.1 */
AIM_API int32_t aim_reason_number(const char *name);
/** Stable name of a reason number; NULL for an unknown one. @since 0.1 */
AIM_API const char *aim_reason_name(int32_t number);

/** One finding. Its strings live as long as the answer it was asked of; NULL where there is nothing to say. @since 0.1
 */
typedef struct aim_finding {
    uint32_t struct_size;
    uint32_t flags;        /**< 0 */
    uint64_t line, column; /**< where the field stands in its source, from 1; 0 when that is not known */
    int32_t reason;        /**< stable number */
    int32_t severity;      /**< AIM_SEVERITY_… */
    int32_t recreate;   /**< 1: the remedy needs the object to be deleted and created again (the field is immutable) */
    int32_t spare;      /**< 0 */
    const char *source; /**< name of the source, such as a file */
    const char *reason_name;
    const char *object;  /**< "AIMServiceTemplate ml-team/x": whose field it is */
    const char *pointer; /**< JSON Pointer to the field */
    const char *actual, *wanted;
    const char *message;
    const char *remedy;       /**< what to do, as a sentence or a command */
    const char *remedy_patch; /**< the same as a JSON list of {object, patch}, patch being RFC 6902; only such remedies
                                 are promised to work */
} aim_finding;

#ifdef __cplusplus
}
#endif

#endif
