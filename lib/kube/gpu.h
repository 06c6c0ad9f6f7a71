/* AMD GPU facts: model names, device ids, VRAM, and what a node's labels say. Which table of models counts is a matter
 * of the policy. Rules: spec/template-selection.md section 4. */
#ifndef AIMP_KUBE_GPU_H
#define AIMP_KUBE_GPU_H

#include "doc/node.h"

#define AIMP_GIBIBYTE ((int64_t)1 << 30)

/* What is known of one model. */
typedef struct aimp_gpu_facts {
    const char *model;          /* normalised */
    int64_t vram_bytes;         /* 0: unknown */
    const char *const *devices; /* PCI ids in lower case and ascending order, NULL-terminated */
} aimp_gpu_facts;

typedef struct aimp_gpu_table {
    const aimp_gpu_facts *models;
    size_t count;
} aimp_gpu_table;

/* Every model that is known, and those that the reference knows (without differences.md B-74). */
extern const aimp_gpu_table aimp_gpus_known, aimp_gpus_of_reference;

/* Section 4.1: "Instinct MI325X" is MI325X; "" for blank text. */
const char *aimp_gpu_model(aimp_arena *arena, const char *text);
/* A name for comparing: normalised, except that an unknown device such as AMD-ABCD stays whole (B-17). */
const char *aimp_gpu_key(aimp_arena *arena, const char *text);
/* Section 4.2; unknown ids answer AMD-<ID>. */
const char *aimp_gpu_model_of_device(const aimp_gpu_table *table, aimp_arena *arena, const char *device_id);
bool aimp_gpu_device_is_known(const aimp_gpu_table *table, const char *device_id);
/* NULL when the table does not hold the model. */
const aimp_gpu_facts *aimp_gpu_facts_of(const aimp_gpu_table *table, const char *model);
/* The ids of a model in ascending order, as a list of strings; NULL when there is none. */
const aimp_node *aimp_gpu_devices_of_model(const aimp_gpu_table *table, aimp_arena *arena, const char *model);

/* Which label a node's model was read from. */
typedef enum aimp_gpu_evidence {
    AIMP_GPU_NONE,
    AIMP_GPU_DEVICE_LABEL,   /* amd.com/gpu.device-id = <id> */
    AIMP_GPU_DEVICE_COUNTER, /* amd.com/gpu.device-id.<id> = <count> */
    AIMP_GPU_FAMILY_LABEL,   /* amd.com/gpu.family = <name> */
    AIMP_GPU_FAMILY_COUNTER  /* amd.com/gpu.family.<name> = <count> */
} aimp_gpu_evidence;

/* What the labels of a node say about its GPU, before any table was asked. */
typedef struct aimp_gpu_labels {
    aimp_gpu_evidence evidence; /* AIMP_GPU_NONE: the node has no GPU, and everything else is unset */
    const char *key, *value;    /* the label that counts */
    const char *device;         /* the PCI id in lower case without 0x; NULL: a family names the model */
    const char *family;         /* the model that a family label names, normalised; NULL: a device does */
    const char *vram;           /* of the VRAM label, "" without one */
} aimp_gpu_labels;

/* Section 4.3. labels: metadata.labels of the node or NULL. Of several counter labels the first in byte order counts.
 */
aimp_gpu_labels aimp_gpu_labels_of(aimp_arena *arena, const aimp_node *labels);
/* NULL when the node has no GPU. Not normalised further than section 4.3 says. */
const char *aimp_gpu_model_of_labels(const aimp_gpu_table *table, aimp_arena *arena, const aimp_gpu_labels *labels);
/* Section 4.4 with B-20: the label, else the table; 0 when unknown. model: of the same labels. */
int64_t aimp_gpu_vram_of_labels(const aimp_gpu_table *table, aimp_arena *arena, const aimp_gpu_labels *labels,
                                const char *model);
/* Section 4.4: the text of a VRAM label in bytes; 0 when it cannot be read. lenient: as differences.md B-20 reads it
 * (bare numbers below 2^30 are MiB, any Kubernetes suffix). */
int64_t aimp_vram_bytes(const char *text, bool lenient);

#endif
