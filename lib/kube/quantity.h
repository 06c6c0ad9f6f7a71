/* Kubernetes resource quantities (k8s.io/apimachinery resource.Quantity). Rules: spec/resources.md section 1.8. */
#ifndef AIMP_KUBE_QUANTITY_H
#define AIMP_KUBE_QUANTITY_H

#include "doc/node.h"

/* A quantity, exact to 10^-9; finer parts are rounded away from zero, as Kubernetes does. Amounts beyond +-(2^63-1) are
 * capped in the binary family, as Kubernetes does, and refused by the parser in the others. */
typedef struct aimp_quantity {
    int64_t whole;    /* integer part, towards zero */
    int32_t nano;     /* 10^-9 parts with the sign of the amount */
    uint8_t binary;   /* written with Ki … Ei */
    uint8_t exponent; /* written as 1e3 */
    const char *kept; /* the text that was read, where Kubernetes prints it back unchanged (1.500, 1E3); else NULL. It
                       * is the caller's memory, and must live as long as the quantity is printed */
} aimp_quantity;

/* False when the text is no quantity ("", "1 Gi", "abc", "1e", "--1"). */
bool aimp_quantity_parse(const char *text, aimp_quantity *out);
/* The canonical text: 1024Gi is 1Ti, 1000m is 1, 0.5 is 500m, 1.5Gi is 1536Mi, 1.1Gi is 1181116006400m, zero is 0. */
const char *aimp_quantity_text(aimp_arena *arena, const aimp_quantity *quantity);
/* <0, 0, >0 */
int aimp_quantity_compare(const aimp_quantity *a, const aimp_quantity *b);
bool aimp_quantity_is_zero(const aimp_quantity *quantity);
/* As an integer, rounded up (away from zero), as Quantity.Value() does. */
int64_t aimp_quantity_value(const aimp_quantity *quantity);
/* A string or number node; false when it is neither or cannot be read. */
bool aimp_quantity_of(const aimp_node *node, aimp_quantity *out);
/* The node as a string in canonical form; NULL when it is no quantity. */
const aimp_node *aimp_quantity_canonical(aimp_arena *arena, const aimp_node *node);
/* <n>Gi in canonical form, for n GiB. */
const char *aimp_gibibytes(aimp_arena *arena, int64_t n);
/* spec/caching.md section 6: 1536 MiB is "1.5 GiB"; false when negative or above 7 EiB. */
bool aimp_display_size(aimp_arena *arena, int64_t bytes, const char **out);
/* spec/caching.md section 7.1: the size of a claim in GiB for so many bytes. */
int64_t aimp_claim_gibibytes(int64_t bytes, int64_t headroom_percent);
/* A resource of a device plugin, by its name: whole numbers, and request and limit must be equal. */
bool aimp_resource_is_extended(const char *name);

#endif
