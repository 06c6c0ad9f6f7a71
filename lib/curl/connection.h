/* A connection: the configuration, the credentials, libcurl's multi handle, and the exchanges that are under way. */
#ifndef AIMP_CURL_CONNECTION_H
#define AIMP_CURL_CONNECTION_H

#include <curl/curl.h>
#include <stdatomic.h>
#include <sys/types.h>

#include <aim/curl.h>

#include "base/context.h"
#include "curl/credentials.h"

#if LIBCURL_VERSION_NUM < 0x075700
#error "libaim-curl needs libcurl 7.87.0 or later"
#endif

typedef struct aimp_exchange aimp_exchange;

struct aim_curl {
    aim_context *context;
    aim_allocator wiping;
    aimp_arena arena; /* of the configuration */
    aimp_kubeconfig config;
    aimp_credentials credentials;
    uint32_t flags; /* AIM_CURL_… */
    uint64_t connect_timeout_ms, body_bytes, header_bytes;
    const char *user_agent, *ns;
    const char *host_header; /* whole line, when the URL does not name the server; else NULL */
    const char *connect_to;  /* the same for the address */
    const char *no_proxy;    /* NULL: what the environment says */
    const char *url_base;    /* what a target is appended to */
    pid_t owner;             /* the process that made it */
    CURLM *multi;
    aimp_exchange *exchanges;
    bool inside; /* a callback of ours runs: exchanges must not be taken out of the multi handle */
    atomic_int woken;
};

/* aim_curl_new() without its checks of arguments, and with something else than the process was given: for tests. There
 * must be no header "curl/curl.h" here, because it would hide libcurl's. */
aim_code aimp_curl_new_in(aim_context *context, const aim_curl_options *options, const aimp_environment *environment,
                          aim_curl **out, aim_report **report, aim_error **err);

/* NULL, or why this libcurl cannot be used. */
const char *aimp_libcurl_flaw(const curl_version_info_data *about);
/* Makes what libcurl needs once per process and once per connection; code and sentence on failure. */
aim_code aimp_connection_open(aim_curl *curl, const char **problem);
void aimp_connection_close(aim_curl *curl);
/* Derives the addresses from the configuration. Runs under the guard of the arena. */
void aimp_connection_address(aim_curl *curl);
/* Everything about an easy handle that is not about one request. False: libcurl refused *option. */
bool aimp_connection_set_up(const aim_curl *curl, CURL *easy, const char **option);

/* SIGPIPE is kept from the host while libcurl writes: OpenSSL cannot be told not to raise it. */
typedef struct aimp_quiet {
    bool blocked;
} aimp_quiet;
aimp_quiet aimp_quiet_begin(void);
void aimp_quiet_end(aimp_quiet quiet);

uint64_t aimp_monotonic_ms(void);

#endif
