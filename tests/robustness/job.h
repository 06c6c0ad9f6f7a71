/* What a host does with a cluster, from the first call to the last, and everything it was answered as one number. Takes
 * no memory but through libaim. */
#ifndef AIM_ROBUSTNESS_JOB_H
#define AIM_ROBUSTNESS_JOB_H

#include <aim/aim.h>

/* A file as text, from malloc(); ends the program when it cannot be read. */
char *job_read_file(const char *path, size_t *size);
/* A cluster with one text; NULL in *out on failure. */
aim_code job_fill(aim_context *context, const char *text, size_t size, aim_cluster **out);
/* The case file, a lint, and of each service (beginning with number `first`) its plan in every form and its diff. */
aim_code job_answer(const aim_cluster *cluster, size_t first, uint64_t *hash);
/* All of it: a context on the allocator (NULL: libc), a cluster, the answers; nothing is left. */
aim_code job_run(const aim_allocator *allocator, const char *text, size_t size, uint64_t *hash);

#endif
