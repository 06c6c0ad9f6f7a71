/* Sorting that keeps the order of equals and takes its memory from an arena: the C library's may do neither. */
#ifndef AIMP_BASE_SORT_H
#define AIMP_BASE_SORT_H

#include "base/memory.h"

/* compare: as for qsort(). What is sorted already costs one look at each neighbour. The arena holds nothing afterwards
 * that it did not hold before. */
void aimp_sort(aimp_arena *arena, void *items, size_t count, size_t size, int (*compare)(const void *, const void *));

#endif
