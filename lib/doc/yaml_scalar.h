/* The type of a YAML scalar, as sigs.k8s.io/yaml decides it. */
#ifndef AIMP_DOC_YAML_SCALAR_H
#define AIMP_DOC_YAML_SCALAR_H

#include "doc/node.h"

typedef struct aimp_yaml_value {
    aimp_node_kind kind;
    const char *text; /* of a bool "true" or "false", of a number its JSON spelling */
    size_t size;
    const char *problem; /* when the scalar has no meaning in JSON */
} aimp_yaml_value;

/* tag: NULL or the resolved tag. False when value->problem says why not. */
bool aimp_yaml_scalar_type(aimp_arena *arena, const char *text, size_t size, bool plain, const char *tag,
                           aimp_yaml_value *value);
/* True when some YAML 1.1 or 1.2 reader would take the plain text for anything but this string. */
bool aimp_yaml_needs_quotes(const char *text, size_t size);

#endif
