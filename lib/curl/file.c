/* Reading whole files within a limit. They are opened by name each time: what is mounted into a pod changes by swapping
 * a symbolic link. */
#include "curl/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static aimp_file_result read_all(const aim_allocator *wiping, int file, size_t limit, aimp_secret *out) {
    for (;;) {
        /* One byte more than allowed shows that there is more. */
        const size_t room = limit + 1 - out->size < 16384 ? limit + 1 - out->size : 16384;
        if (!aimp_secret_reserve(wiping, out, out->size + room)) return AIMP_FILE_NO_MEMORY;
        const ssize_t got = read(file, out->bytes + out->size, room);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return AIMP_FILE_UNREADABLE;
        out->size += (size_t)got;
        out->bytes[out->size] = '\0';
        if (out->size > limit) return AIMP_FILE_TOO_LARGE;
        if (got == 0) return AIMP_FILE_OK;
    }
}

aimp_file_result aimp_file_read(const aim_allocator *wiping, const char *path, size_t limit, aimp_secret *out,
                                bool *is_shared) {
    struct stat about;
    *out = (aimp_secret){0};
    /* Without O_NONBLOCK a named pipe would hold us up. */
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (file < 0) return errno == ENOENT || errno == ENOTDIR ? AIMP_FILE_MISSING : AIMP_FILE_UNREADABLE;
    aimp_file_result result = AIMP_FILE_UNREADABLE;
    if (fstat(file, &about) == 0 && S_ISREG(about.st_mode)) {
        if (is_shared) *is_shared = (about.st_mode & (S_IRGRP | S_IROTH)) != 0;
        result = read_all(wiping, file, limit, out);
    }
    close(file);
    if (result != AIMP_FILE_OK) aimp_secret_release(wiping, out);
    return result;
}

const char *aimp_file_trouble(aimp_file_result result) {
    switch (result) {
    case AIMP_FILE_OK: return "is fine";
    case AIMP_FILE_MISSING: return "is missing";
    case AIMP_FILE_UNREADABLE: return "cannot be read";
    case AIMP_FILE_TOO_LARGE: return "is too large";
    case AIMP_FILE_NO_MEMORY: return "does not fit into memory";
    }
    return "cannot be read";
}
