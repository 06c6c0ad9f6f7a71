/* Container image references. Rules: spec/names-and-labels.md section 4. */
#ifndef AIMP_KUBE_IMAGE_REFERENCE_H
#define AIMP_KUBE_IMAGE_REFERENCE_H

#include "base/text.h"

typedef struct aimp_image_reference {
    const char *registry;   /* sanitised */
    const char *repository; /* the whole path with the bare name as its last component, not sanitised */
    const char *name;       /* sanitised */
    const char *tag;        /* sanitised; "latest" when the text names none */
} aimp_image_reference;

/* False when the text is no reference; *problem is then a short phrase such as "the tag is empty". */
bool aimp_image_reference_parse(aimp_arena *arena, const char *text, aimp_image_reference *out, const char **problem);

#endif
