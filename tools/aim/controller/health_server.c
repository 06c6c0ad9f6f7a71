/* Three paths over libmicrohttpd, whose thread sees nothing but what is copied here under a lock. */
#include "health_server.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    MOST_CONNECTIONS = 64,
    CONNECTION_BYTES = 16384, /* of a request's head, among others */
    IDLE_S = 10,
    SILENT_MS = 60000,
    WAITING_CONNECTIONS = 64,
    LONGEST_HOST = 255
};

#if MHD_VERSION >= 0x00097002
typedef enum MHD_Result mhd_result;
#else
typedef int mhd_result;
#endif

struct health_server {
    struct MHD_Daemon *daemon;
    uint16_t port;
    pthread_mutex_t lock; /* of what follows */
    bool alive, ready;
    uint64_t published_ms;
    char why_not[512];
    char *metrics; /* NULL: none were published */
};

static uint64_t clock_ms(void) {
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --- answers --- */

static struct MHD_Response *text_response(const char *text) {
    /* the library copies: it only takes a pointer that it may write to */
    return MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
}

static struct MHD_Response *state_response(const health_server *s, bool holds, unsigned *status) {
    char text[sizeof s->why_not + 64];
    const bool silent = clock_ms() - s->published_ms >= SILENT_MS;
    *status = MHD_HTTP_OK;
    if (holds && !silent) return text_response("ok\n");
    *status = MHD_HTTP_SERVICE_UNAVAILABLE;
    if (silent)
        snprintf(text, sizeof text, "the work has not moved for a minute\n");
    else
        snprintf(text, sizeof text, "%s\n", *s->why_not ? s->why_not : "no reason was given");
    return text_response(text);
}

static struct MHD_Response *page(health_server *s, const char *path, unsigned *status, const char **type) {
    struct MHD_Response *response = NULL;
    pthread_mutex_lock(&s->lock);
    if (strcmp(path, "/metrics") == 0) {
        *type = "text/plain; version=0.0.4; charset=utf-8";
        *status = MHD_HTTP_OK;
        response = text_response(s->metrics ? s->metrics : "");
    } else {
        const bool alive = strcmp(path, "/healthz") == 0;
        response = state_response(s, alive ? s->alive : s->alive && s->ready, status);
    }
    pthread_mutex_unlock(&s->lock);
    return response;
}

static bool has_body(struct MHD_Connection *connection) {
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING) ||
           (length && strcmp(length, "0") != 0);
}

/* Everything is answered when the head is there. Connections are not kept: none that is idle stands in the way of a
 * probe. */
static mhd_result answer(void *user, struct MHD_Connection *connection, const char *path, const char *method,
                         const char *version, const char *body, size_t *body_size, void **state) {
    const char *type = "text/plain; charset=utf-8";
    unsigned status = MHD_HTTP_NOT_FOUND;
    struct MHD_Response *response;
    (void)version;
    (void)body;
    (void)body_size;
    (void)state;
    const bool reads = strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
    if (strcmp(path, "/healthz") != 0 && strcmp(path, "/readyz") != 0 && strcmp(path, "/metrics") != 0) {
        response = text_response("not found\n");
    } else if (!reads) {
        status = MHD_HTTP_METHOD_NOT_ALLOWED;
        response = text_response("only GET and HEAD\n");
        if (response) MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    } else if (has_body(connection)) {
        status = 413; /* whose name changed from version to version */
        response = text_response("no body is read\n");
    } else {
        response = page(user, path, &status, &type);
    }
    if (!response) return MHD_NO; /* no memory: the connection ends */
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    const mhd_result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

/* --- the address --- */

/* "" as host: all addresses. */
static bool split_address(const char *address, char host[LONGEST_HOST + 1], char port[6]) {
    const char *colon = address ? strrchr(address, ':') : NULL;
    if (!colon) return false;
    size_t size = (size_t)(colon - address);
    const char *begin = address;
    const bool bracketed = size >= 2 && address[0] == '[' && colon[-1] == ']';
    if (bracketed) {
        begin++;
        size -= 2;
    }
    const size_t digits = strspn(colon + 1, "0123456789");
    if (digits < 1 || digits > 5 || colon[1 + digits] || strtoul(colon + 1, NULL, 10) > 65535) return false;
    if (size > LONGEST_HOST || (bracketed && !size) || strcspn(begin, "[]") < size ||
        (memchr(begin, ':', size) != NULL) != bracketed)
        return false;
    memcpy(host, begin, size);
    host[size] = '\0';
    memcpy(port, colon + 1, digits + 1);
    return true;
}

/* A socket that listens; -1: errno says why not. */
static int listen_at(const struct addrinfo *at) {
    const int on = 1, off = 0;
    const int fd = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
    if (fd < 0) return -1;
    /* connections of an earlier process that are still closing must not keep this one out */
    bool ok = fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
              setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0;
    /* "all addresses" means those of both kinds */
    if (at->ai_family == AF_INET6) ok = ok && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0;
    ok = ok && bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, WAITING_CONNECTIONS) == 0;
    if (ok) return fd;
    const int why = errno;
    close(fd);
    errno = why;
    return -1;
}

static int listen_on(const char *host, const char *port, int family, const char **problem) {
    const struct addrinfo wanted = {
        .ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int fd = -1;
    const int code = getaddrinfo(*host ? host : NULL, port, &wanted, &found);
    if (code) {
        *problem = code == EAI_SYSTEM ? strerror(errno) : gai_strerror(code);
        return -1;
    }
    for (const struct addrinfo *at = found; at && fd < 0; at = at->ai_next)
        fd = listen_at(at);
    if (fd < 0) *problem = strerror(errno);
    freeaddrinfo(found);
    return fd;
}

static int open_socket(const char *address, const char **problem) {
    char host[LONGEST_HOST + 1], port[6];
    if (!split_address(address, host, port)) {
        *problem = "must be HOST:PORT, [IPV6]:PORT or :PORT, the port a number up to 65535";
        return -1;
    }
    if (*host) return listen_on(host, port, AF_UNSPEC, problem);
    const int fd = listen_on(host, port, AF_INET6, problem);
    return fd >= 0 ? fd : listen_on(host, port, AF_INET, problem); /* a machine without IPv6 */
}

static uint16_t port_of(int fd) {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at = {.v6 = {0}};
    socklen_t size = sizeof at;
    if (getsockname(fd, &at.any, &size)) return 0;
    return ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}

/* --- from beginning to end --- */

/* Its thread takes no signals: they are for the one that works. */
static struct MHD_Daemon *start_daemon(int fd, health_server *s) {
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before)) return NULL;
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ITC, 0, NULL, NULL, answer, s,
                         MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)MOST_CONNECTIONS,
                         MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                         (size_t)CONNECTION_BYTES, MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return daemon;
}

health_server *health_server_start(const char *address, char *message, size_t size) {
    const char *problem = "out of memory";
    health_server *s = calloc(1, sizeof *s);
    if (s && pthread_mutex_init(&s->lock, NULL)) {
        free(s);
        s = NULL;
    }
    const int fd = s ? open_socket(address, &problem) : -1;
    if (fd >= 0) {
        s->port = port_of(fd);
        s->alive = true;
        s->published_ms = clock_ms();
        snprintf(s->why_not, sizeof s->why_not, "starting");
        s->daemon = start_daemon(fd, s);
        if (s->daemon) return s;
        /* the socket stays open: versions of the library differ in whether they have closed it by now */
        problem = "the HTTP server does not start";
    }
    if (s) pthread_mutex_destroy(&s->lock);
    free(s);
    if (size) snprintf(message, size, "%s", problem);
    return NULL;
}

uint16_t health_server_port(const health_server *s) {
    return s->port;
}

void health_server_publish(health_server *s, bool alive, bool ready, const char *why_not, const char *metrics_text) {
    char *metrics = metrics_text ? strdup(metrics_text) : NULL, *old = NULL;
    if (!s) {
        free(metrics);
        return;
    }
    pthread_mutex_lock(&s->lock);
    s->alive = alive;
    s->ready = ready;
    s->published_ms = clock_ms();
    snprintf(s->why_not, sizeof s->why_not, "%s", why_not ? why_not : "");
    if (metrics || !metrics_text) { /* without memory the earlier ones stay */
        old = s->metrics;
        s->metrics = metrics;
    }
    pthread_mutex_unlock(&s->lock);
    free(old);
}

void health_server_stop(health_server *s) {
    if (!s) return;
    MHD_stop_daemon(s->daemon);
    pthread_mutex_destroy(&s->lock);
    free(s->metrics);
    free(s);
}
