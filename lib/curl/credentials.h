/* What proves who we are and whom we trust, kept fresh: files are read again, plugins are run again. */
#ifndef AIMP_CURL_CREDENTIALS_H
#define AIMP_CURL_CREDENTIALS_H

#include "curl/kubeconfig.h"
#include "curl/plugin.h"
#include "curl/secret.h"

/* A secret from a file, or one that never changes. */
typedef struct aimp_rotating {
    const char *path;  /* NULL: fixed, or nothing */
    const char *fixed; /* used until the file could be read */
    size_t fixed_size;
    aimp_secret now;  /* what the file held when it could be read last */
    uint64_t read_ms; /* when that was tried last */
    uint64_t every_ms;
    size_t limit;
    bool was_read;
} aimp_rotating;

typedef struct aimp_credentials {
    const aim_allocator *wiping;
    aim_context *context; /* for its log */
    const aimp_kubeconfig *config;
    aimp_rotating ca, certificate, key, token;
    aimp_plugin plugin;
    uint64_t generation; /* counts what a plugin answered; a 401 to an older one changes nothing */
} aimp_credentials;

/* Fills the credentials from reading->out; what cannot be read is noted there. */
void aimp_credentials_open(aimp_credentials *credentials, const aim_allocator *wiping, aimp_kubeconfig_reading *reading,
                           uint64_t now_ms);
void aimp_credentials_close(aimp_credentials *credentials);
/* Reads again what is due. A file that cannot be read leaves what was known, and a line in the log. AIM_OK, or
 * AIM_E_CREDENTIALS with a sentence when something that is needed was never there, or AIM_E_NO_MEMORY. */
aim_code aimp_credentials_refresh(aimp_credentials *credentials, uint64_t now_ms, char *message, size_t size);
/* The server refused what generation it was: tokens are read again and plugins asked again. */
void aimp_credentials_refused(aimp_credentials *credentials, uint64_t generation);

/* What there is now; *size is set. NULL: none. */
const char *aimp_credentials_ca(const aimp_credentials *credentials, size_t *size);
const char *aimp_credentials_certificate(const aimp_credentials *credentials, size_t *size);
const char *aimp_credentials_key(const aimp_credentials *credentials, size_t *size);
const char *aimp_credentials_token(const aimp_credentials *credentials);

#endif
