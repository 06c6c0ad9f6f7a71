/* Structs of the interface begin with struct_size and flags. A program that was compiled with newer headers passes a
 * larger struct: what this version does not know of it must be zero on the way in, and becomes zero on the way out. */
#ifndef AIMP_BASE_STRUCT_H
#define AIMP_BASE_STRUCT_H

#include <stdbool.h>
#include <stddef.h>

#include <aim/types.h>

/* True for a struct of at least `known` bytes with a zero tail and no flags but the allowed ones. */
bool aimp_struct_ok(const void *value, size_t known, uint32_t flags);
/* AIM_OK when a struct that the caller wants filled is large enough. */
aim_code aimp_struct_check_out(const void *out, size_t known);
/* Copies all of value but its size, and zeroes the tail of out. */
void aimp_struct_fill(void *out, const void *value, size_t known);
/* The element of an array whose elements may be larger than this version knows. */
const void *aimp_struct_at(const void *array, size_t index);

#endif
