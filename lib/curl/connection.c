/* What all requests of a connection have in common, option by option. An option that libcurl refuses ends the request:
 * a build that ignores one of them would trust too much or say too much. */
#include "curl/connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

#define DEAD_PEER_MS 45000

uint64_t aimp_monotonic_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

aimp_quiet aimp_quiet_begin(void) {
    sigset_t pipe, before;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    if (pthread_sigmask(SIG_BLOCK, &pipe, &before) != 0) return (aimp_quiet){false};
    return (aimp_quiet){!sigismember(&before, SIGPIPE)};
}

void aimp_quiet_end(aimp_quiet quiet) {
    const struct timespec now = {0};
    sigset_t pipe;
    if (!quiet.blocked) return;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR)
        continue;
    pthread_sigmask(SIG_UNBLOCK, &pipe, NULL);
}

const char *aimp_libcurl_flaw(const curl_version_info_data *about) {
    if (about->version_num < 0x075700) return "libcurl is older than 7.87.0";
    if (!(about->features & CURL_VERSION_SSL) || !about->ssl_version) return "libcurl was built without TLS";
    /* Of several, those in parentheses are not in use. The others take certificates from memory and ignore them. */
    if (!aimp_starts_with(about->ssl_version, "OpenSSL/")) return "libcurl was not built with OpenSSL";
    if (!(about->features & CURL_VERSION_ASYNCHDNS)) return "libcurl was built without asynchronous name look-ups";
    return NULL;
}

/* Once in a process, whoever comes first. It is never undone: others may be using libcurl. */
static CURLcode initialise(void) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static bool done;
    CURLcode result = CURLE_OK;
    pthread_mutex_lock(&lock);
    if (!done) result = curl_global_init(CURL_GLOBAL_DEFAULT);
    done = done || result == CURLE_OK;
    pthread_mutex_unlock(&lock);
    return result;
}

aim_code aimp_connection_open(aim_curl *curl, const char **problem) {
    const curl_version_info_data *about = curl_version_info(CURLVERSION_NOW);
    *problem = aimp_libcurl_flaw(about);
    if (*problem) return AIM_E_UNSUPPORTED;
    if (!(curl->flags & AIM_CURL_IS_INITIALISED)) {
        *problem = "this libcurl cannot be initialised beside other threads: call curl_global_init() and say so";
        if (!(about->features & CURL_VERSION_THREADSAFE)) return AIM_E_UNSUPPORTED;
        *problem = "libcurl could not be initialised";
        if (initialise() != CURLE_OK) return AIM_E_NO_MEMORY;
    }
    *problem = "libcurl is out of memory";
    curl->multi = curl_multi_init();
    if (!curl->multi) return AIM_E_NO_MEMORY;
    *problem = "libcurl refuses to share a connection between requests";
    if (curl_multi_setopt(curl->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX) != CURLM_OK)
        return AIM_E_UNSUPPORTED;
    *problem = NULL;
    return AIM_OK;
}

void aimp_connection_close(aim_curl *curl) {
    const aimp_quiet quiet = aimp_quiet_begin();
    if (curl->multi) curl_multi_cleanup(curl->multi);
    curl->multi = NULL;
    aimp_quiet_end(quiet);
}

/* Service addresses are rarely in $no_proxy of a pod, and no proxy could reach them. */
static const char *no_proxy_in_cluster(aim_curl *curl) {
    const char *given = getenv("no_proxy"), *host = curl->config.server.host;
    if (aimp_is_empty(given)) given = getenv("NO_PROXY");
    if (*host == '[') host = aimp_copy(&curl->arena, host + 1, strlen(host) - 2);
    return aimp_is_empty(given) ? host : aimp_format(&curl->arena, "%s,%s", given, host);
}

void aimp_connection_address(aim_curl *curl) {
    const aimp_kubeconfig *config = &curl->config;
    const aimp_server_url *server = &config->server;
    curl->url_base = server->url;
    if (config->in_cluster) curl->no_proxy = no_proxy_in_cluster(curl);
    if (config->proxy) curl->no_proxy = ""; /* as kubectl: an explicit proxy is for everything */
    if (!server->tls || !config->tls_server_name) return;
    /* libcurl takes SNI and the name to verify from the URL: so that says the name, and this the address. */
    curl->url_base =
        aimp_format(&curl->arena, "https://%s:%u%s", config->tls_server_name, server->port, server->prefix);
    curl->connect_to =
        aimp_format(&curl->arena, "%s:%u:%s:%u", config->tls_server_name, server->port, server->host, server->port);
    curl->host_header = server->has_port ? aimp_format(&curl->arena, "Host: %s:%u", server->host, server->port)
                                         : aimp_format(&curl->arena, "Host: %s", server->host);
}

/* --- sockets --- */

static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)user;
    (void)purpose;
    const int made = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    return made < 0 ? CURL_SOCKET_BAD : made;
}

/* A peer that is gone without a word is found out, also while there is something to send. */
static int tune_socket(void *user, curl_socket_t socket, curlsocktype purpose) {
    (void)user;
    (void)purpose;
#ifdef TCP_USER_TIMEOUT
    const unsigned dead_ms = DEAD_PEER_MS;
    (void)setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_ms, sizeof dead_ms);
#else
    (void)socket;
#endif
    return CURL_SOCKOPT_OK;
}

/* --- options --- */

static bool set_blob(CURL *easy, CURLoption option, const char *bytes, size_t size) {
    struct curl_blob blob = {.data = (void *)(uintptr_t)bytes, .len = size, .flags = CURL_BLOB_COPY};
    return curl_easy_setopt(easy, option, &blob) == CURLE_OK;
}

#define SET(option_, value)                                                                                            \
    do {                                                                                                               \
        *option = #option_;                                                                                            \
        if (curl_easy_setopt(easy, CURLOPT_##option_, value) != CURLE_OK) return false;                                \
    } while (0)
#define SET_BLOB(option_, bytes, size)                                                                                 \
    do {                                                                                                               \
        *option = #option_;                                                                                            \
        if (!set_blob(easy, CURLOPT_##option_, bytes, size)) return false;                                             \
    } while (0)

/* Whom we trust, and as whom we come. */
static bool set_up_tls(const aim_curl *curl, CURL *easy, const char **option) {
    size_t size;
    const char *ca = aimp_credentials_ca(&curl->credentials, &size);
    SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(SSL_VERIFYPEER, curl->config.insecure ? 0L : 1L);
    SET(SSL_VERIFYHOST, curl->config.insecure ? 0L : 2L);
    if (ca) {
        SET_BLOB(CAINFO_BLOB, ca, size);
        /* Without this the system's folder of certificates counts as well. */
        SET(CAPATH, (char *)NULL);
    }
    const char *certificate = aimp_credentials_certificate(&curl->credentials, &size);
    if (!certificate) return true;
    SET(SSLCERTTYPE, "PEM");
    SET_BLOB(SSLCERT_BLOB, certificate, size);
    const char *key = aimp_credentials_key(&curl->credentials, &size);
    if (!key) return false;
    SET(SSLKEYTYPE, "PEM");
    SET_BLOB(SSLKEY_BLOB, key, size);
    /* For an encrypted key some versions of libcurl follow a null pointer without it. */
    SET(KEYPASSWD, "");
    return true;
}

static bool set_up_proxy(const aim_curl *curl, CURL *easy, const char **option) {
    if (curl->config.proxy) SET(PROXY, curl->config.proxy);
    if (curl->no_proxy) SET(NOPROXY, curl->no_proxy);
    SET(HEADEROPT, (long)CURLHEADER_SEPARATE); /* credentials are for the server alone */
    SET(SUPPRESS_CONNECT_HEADERS, 1L);
    SET(PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    return true;
}

static bool set_up_sockets(const aim_curl *curl, CURL *easy, const char **option) {
    SET(NOSIGNAL, 1L);
    SET(CONNECTTIMEOUT_MS, (long)(curl->connect_timeout_ms > INT32_MAX ? INT32_MAX : curl->connect_timeout_ms));
    SET(TCP_KEEPALIVE, 1L);
    SET(TCP_KEEPIDLE, 30L);
    SET(TCP_KEEPINTVL, 15L);
    SET(OPENSOCKETFUNCTION, open_socket);
    SET(SOCKOPTFUNCTION, tune_socket);
    /* Giving a request up does not wait for a name server. */
    SET(QUICK_EXIT, 1L);
    return true;
}

bool aimp_connection_set_up(const aim_curl *curl, CURL *easy, const char **option) {
    const bool tls = curl->config.server.tls;
    SET(PROTOCOLS_STR, tls ? "https" : "http");
    SET(REDIR_PROTOCOLS_STR, tls ? "https" : "http");
    SET(FOLLOWLOCATION, 0L);
    SET(UNRESTRICTED_AUTH, 0L);
    SET(DISALLOW_USERNAME_IN_URL, 1L);
    SET(PATH_AS_IS, 1L);
    SET(NETRC, (long)CURL_NETRC_IGNORED);
    SET(HTTP09_ALLOWED, 0L);
    SET(PIPEWAIT, 1L);
    const bool http2 =
        tls && !(curl->flags & AIM_CURL_HTTP1) && curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2;
    SET(HTTP_VERSION, (long)(http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    SET(USERAGENT, curl->user_agent);
    if (tls && !set_up_tls(curl, easy, option)) return false;
    return set_up_proxy(curl, easy, option) && set_up_sockets(curl, easy, option);
}
