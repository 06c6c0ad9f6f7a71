/* AMD GPU facts: model names, device ids, VRAM, and what a node's labels say. Rules: spec/template-selection.md
 * section 4. */
#ifndef AIMP_KUBE_GPU_H
#define AIMP_KUBE_GPU_H

#include "doc/node.h"

/* Section 4.1: "Instinct MI325X" is MI325X; "" for blank text. */
const char *aimp_gpu_model(aimp_arena *arena, const char *text);
/* Section 4.2 plus the ids of differences.md B-74 when extended is true. Unknown ids answer AMD-<ID>. */
const char *aimp_gpu_model_of_device(aimp_arena *arena, const char *device_id, bool extended);
bool aimp_gpu_device_is_known(const char *device_id, bool extended);
/* The ids of a model in ascending order, as a list of strings; NULL when there is none. */
const aimp_node *aimp_gpu_devices_of_model(aimp_arena *arena, const char *model, bool extended);
/* Section 4.4: VRAM of a model in GiB (the table's "192G" is 192); 0 when unknown. */
int64_t aimp_gpu_vram_gibibytes(const char *model, bool extended);

/* Which label a node's model was read from. */
typedef enum aimp_gpu_evidence {
    AIMP_GPU_NONE,
    AIMP_GPU_DEVICE_LABEL,   /* amd.com/gpu.device-id = <id> */
    AIMP_GPU_DEVICE_COUNTER, /* amd.com/gpu.device-id.<id> = <count> */
    AIMP_GPU_FAMILY_LABEL,   /* amd.com/gpu.family = <name> */
    AIMP_GPU_FAMILY_COUNTER  /* amd.com/gpu.family.<name> = <count> */
} aimp_gpu_evidence;

typedef struct aimp_node_gpu {
    const char *model;     /* NULL: the node has no GPU; not normalised further than section 4.3 says */
    const char *label_key; /* the label the model came from */
    const char *label_value;
    aimp_gpu_evidence evidence;
    int64_t vram_bytes; /* 0 when unknown */
    bool vram_from_label;
} aimp_node_gpu;

/* Section 4.3 and 4.4. labels: metadata.labels of the node or NULL. Of several counter labels the first in byte order
 * counts. lenient: VRAM labels as differences.md B-20 reads them (bare numbers below 2^30 are MiB, any Kubernetes
 * suffix). */
aimp_node_gpu aimp_gpu_of_node(aimp_arena *arena, const aimp_node *labels, bool lenient, bool extended);
/* Section 4.4: the text of a VRAM label in bytes; 0 when it cannot be read. */
int64_t aimp_vram_bytes(const char *text, bool lenient);

#endif
