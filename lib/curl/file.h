/* Small files that hold configuration or credentials. */
#ifndef AIMP_CURL_FILE_H
#define AIMP_CURL_FILE_H

#include "curl/secret.h"

#define AIMP_KUBECONFIG_BYTES ((size_t)4 << 20)
#define AIMP_PEM_BYTES ((size_t)1 << 20)
#define AIMP_TOKEN_BYTES ((size_t)64 << 10)

typedef enum aimp_file_result {
    AIMP_FILE_OK,
    AIMP_FILE_MISSING,
    AIMP_FILE_UNREADABLE, /* no permission, a folder, a device, … */
    AIMP_FILE_TOO_LARGE,
    AIMP_FILE_NO_MEMORY
} aimp_file_result;

/* Reads a regular file. *out is empty on failure. is_shared (may be NULL): whether others than the owner may read it.
 */
aimp_file_result aimp_file_read(const aim_allocator *wiping, const char *path, size_t limit, aimp_secret *out,
                                bool *is_shared);
/* What to say of a result that is not OK: "is missing". */
const char *aimp_file_trouble(aimp_file_result result);

#endif
