/* What is answered by HTTP, and to whom not. */
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "health_server.h"
#include "help.h"

static health_server *start(test_context *t) {
    char message[256] = "";
    health_server *s = health_server_start("127.0.0.1:0", message, sizeof message);
    if (!s) FAIL("%s", message);
    CHECK(s && health_server_port(s) != 0);
    return s;
}

/* A connection to a local port; -1: none. */
static int connect_to(uint16_t port) {
    const struct timeval limit = {.tv_sec = 20};
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
    } at = {.v4 = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}}};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(fd, &at.any, sizeof at.v4) == 0) return fd;
    close(fd);
    return -1;
}

/* All that comes until the server closes. */
static const char *exchange(test_context *t, const health_server *s, const char *request) {
    char text[8192];
    size_t used = 0;
    const int fd = connect_to(health_server_port(s));
    CHECK(fd >= 0);
    if (fd < 0) return "";
    CHECK(send(fd, request, strlen(request), MSG_NOSIGNAL) == (ssize_t)strlen(request));
    while (used < sizeof text - 1) {
        const ssize_t got = recv(fd, text + used, sizeof text - 1 - used, 0);
        if (got <= 0) break;
        used += (size_t)got;
    }
    close(fd);
    text[used] = '\0';
    return aimp_format(&t->arena, "%s", text);
}

static const char *get(test_context *t, const health_server *s, const char *path) {
    return exchange(t, s, aimp_format(&t->arena, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path));
}

/* "200 body" */
static const char *brief(test_context *t, const char *answer) {
    const char *body = strstr(answer, "\r\n\r\n");
    if (strncmp(answer, "HTTP/1.1 ", 9) != 0 || !body) return answer;
    return aimp_format(&t->arena, "%.3s %s", answer + 9, body + 4);
}

TEST(health_server, it_says_what_was_published) {
    health_server *s = start(t);
    CHECK_TEXT(brief(t, get(t, s, "/healthz")), "200 ok\n");
    CHECK_TEXT(brief(t, get(t, s, "/readyz")), "503 starting\n");
    CHECK_TEXT(brief(t, get(t, s, "/metrics")), "200 ");
    health_server_publish(s, true, false, "Node, Pod", "a 1\n");
    CHECK_TEXT(brief(t, get(t, s, "/healthz")), "200 ok\n");
    CHECK_TEXT(brief(t, get(t, s, "/readyz")), "503 Node, Pod\n");
    CHECK_TEXT(brief(t, get(t, s, "/metrics")), "200 a 1\n");
    health_server_publish(s, true, true, NULL, "a 2\n");
    CHECK_TEXT(brief(t, get(t, s, "/readyz?verbose")), "200 ok\n");
    CHECK_TEXT(brief(t, get(t, s, "/metrics")), "200 a 2\n");
    health_server_publish(s, false, true, "stuck", NULL);
    CHECK_TEXT(brief(t, get(t, s, "/healthz")), "503 stuck\n");
    CHECK_TEXT(brief(t, get(t, s, "/readyz")), "503 stuck\n");
    CHECK_TEXT(brief(t, get(t, s, "/metrics")), "200 ");
    health_server_stop(s);
}

TEST(health_server, what_it_is_given_is_copied) {
    health_server *s = start(t);
    char why[] = "why", metrics[] = "a 1\n";
    health_server_publish(s, true, false, why, metrics);
    memset(why, 'x', 3);
    memset(metrics, 'x', 4);
    CHECK_TEXT(brief(t, get(t, s, "/readyz")), "503 why\n");
    CHECK_TEXT(brief(t, get(t, s, "/metrics")), "200 a 1\n");
    health_server_publish(s, true, false, repeated(t, "y", 5000), "");
    CHECK_TEXT(brief(t, get(t, s, "/readyz")), aimp_format(&t->arena, "503 %s\n", repeated(t, "y", 511)));
    health_server_stop(s);
}

TEST(health_server, who_is_silent_for_a_minute_is_dead) {
    health_server *s = start(t);
    health_server_publish(s, true, true, NULL, "a 1\n");
    clock_move(58);
    CHECK_TEXT(brief(t, get(t, s, "/healthz")), "200 ok\n");
    clock_move(2);
    CHECK_TEXT(brief(t, get(t, s, "/healthz")), "503 the work has not moved for a minute\n");
    CHECK_TEXT(brief(t, get(t, s, "/readyz")), "503 the work has not moved for a minute\n");
    CHECK_TEXT(brief(t, get(t, s, "/metrics")), "200 a 1\n");
    health_server_publish(s, true, true, NULL, "a 1\n");
    CHECK_TEXT(brief(t, get(t, s, "/healthz")), "200 ok\n");
    health_server_stop(s);
    clock_reset();
    /* also before anything was published */
    s = start(t);
    clock_move(60);
    CHECK_TEXT(brief(t, get(t, s, "/healthz")), "503 the work has not moved for a minute\n");
    health_server_stop(s);
    clock_reset();
}

TEST(health_server, types_are_told) {
    health_server *s = start(t);
    CHECK(strstr(get(t, s, "/metrics"), "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    CHECK(strstr(get(t, s, "/healthz"), "\r\nContent-Type: text/plain; charset=utf-8\r\n"));
    health_server_stop(s);
}

TEST(health_server, a_head_has_no_body) {
    health_server *s = start(t);
    const char *answer = exchange(t, s, "HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK_TEXT(brief(t, answer), "200 ");
    CHECK(strstr(answer, "\r\nContent-Length: 3\r\n"));
    health_server_stop(s);
}

TEST(health_server, other_paths_and_methods_are_refused) {
    health_server *s = start(t);
    static const char *const paths[] = {"/", "/healthz/", "/Healthz", "/metrics/x", "/../metrics", "//healthz"};
    for (size_t i = 0; i < COUNT(paths); i++)
        CHECK_TEXT(brief(t, get(t, s, paths[i])), "404 not found\n");
    static const char *const methods[] = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get"};
    for (size_t i = 0; i < COUNT(methods); i++) {
        const char *answer =
            exchange(t, s, aimp_format(&t->arena, "%s /metrics HTTP/1.1\r\nHost: a\r\n\r\n", methods[i]));
        CHECK_TEXT(brief(t, answer), "405 only GET and HEAD\n");
        CHECK(strstr(answer, "\r\nAllow: GET, HEAD\r\n"));
    }
    health_server_stop(s);
}

TEST(health_server, no_body_is_read) {
    health_server *s = start(t);
    CHECK_TEXT(brief(t, exchange(t, s, "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")),
               "413 no body is read\n");
    CHECK_TEXT(brief(t, exchange(t, s, "GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")),
               "413 no body is read\n");
    CHECK_TEXT(brief(t, exchange(t, s, "POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")),
               "405 only GET and HEAD\n");
    CHECK_TEXT(brief(t, exchange(t, s, "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")), "200 ok\n");
    health_server_stop(s);
}

TEST(health_server, a_head_that_is_too_long_is_refused) {
    health_server *s = start(t);
    const char *answer = exchange(
        t, s, aimp_format(&t->arena, "GET /healthz HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n", repeated(t, "x", 40000)));
    CHECK(!strstr(answer, " 200 "));
    CHECK_TEXT(brief(t, get(t, s, "/healthz")), "200 ok\n");
    health_server_stop(s);
}

/* Whether the server ends the connection within so many milliseconds. */
static bool ends_within(int fd, int limit_ms) {
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    char byte;
    return poll(&wait, 1, limit_ms) == 1 && recv(fd, &byte, 1, 0) <= 0;
}

TEST(health_server, who_says_nothing_is_let_go) {
    health_server *s = start(t);
    const int silent = connect_to(health_server_port(s));
    CHECK_TEXT(brief(t, get(t, s, "/healthz")), "200 ok\n");
    CHECK(!ends_within(silent, 1000));
    CHECK(ends_within(silent, 15000));
    close(silent);
    health_server_stop(s);
}

TEST(health_server, connections_are_limited) {
    health_server *s = start(t);
    int fds[80];
    size_t answered = 0;
    static const char half[] = "GET /healthz HTTP/1.1\r\n", rest[] = "Host: a\r\n\r\n";
    for (size_t i = 0; i < COUNT(fds); i++) {
        fds[i] = connect_to(health_server_port(s));
        CHECK(fds[i] >= 0 && send(fds[i], half, sizeof half - 1, MSG_NOSIGNAL) > 0);
    }
    /* from the last one on: the server must not get to it by ending the first ones */
    send(fds[79], rest, sizeof rest - 1, MSG_NOSIGNAL);
    struct pollfd wait = {.fd = fds[79], .events = POLLIN};
    char text[16];
    answered += poll(&wait, 1, 500) == 1 && recv(fds[79], text, sizeof text, 0) > 0;
    CHECK_INTEGER(answered, 0);
    send(fds[0], rest, sizeof rest - 1, MSG_NOSIGNAL);
    wait.fd = fds[0];
    answered += poll(&wait, 1, 5000) == 1 && recv(fds[0], text, sizeof text, 0) > 0;
    CHECK_INTEGER(answered, 1);
    for (size_t i = 0; i < COUNT(fds); i++)
        close(fds[i]);
    CHECK_TEXT(brief(t, get(t, s, "/healthz")), "200 ok\n");
    health_server_stop(s);
}

TEST(health_server, stopping_ends_open_connections) {
    health_server *s = start(t);
    const uint16_t port = health_server_port(s);
    const int open = connect_to(port);
    CHECK_TEXT(brief(t, get(t, s, "/healthz")), "200 ok\n");
    health_server_stop(s);
    CHECK(ends_within(open, 1000));
    close(open);
    CHECK(connect_to(port) < 0);
    health_server_stop(NULL);
}

TEST(health_server, bad_addresses_are_refused) {
    static const char *const bad[] = {NULL,       "",          "8080",    "a",         ":",
                                      ":x",       ":65536",    ":-1",     ":8080x",    "::1:8080",
                                      "[::1]",    "[::1]8080", "[]:8080", "[::1:8080", "::1]:8080",
                                      "[a]:8080", ": 80",      ":123456", "[[::1]]:0", "127.0.0.1:80:80"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        char message[256] = "";
        health_server *s = health_server_start(bad[i], message, sizeof message);
        if (s) FAIL("%s was taken", bad[i] ? bad[i] : "NULL");
        CHECK_TEXT(message, "must be HOST:PORT, [IPV6]:PORT or :PORT, the port a number up to 65535");
        health_server_stop(s);
    }
    char message[256] = "";
    CHECK(!health_server_start("192.0.2.1:0", message, sizeof message)); /* nobody has this address */
    CHECK_TEXT(message, "Cannot assign requested address");
    CHECK(!health_server_start("", NULL, 0));
}

TEST(health_server, a_port_that_is_taken_is_told) {
    health_server *s = start(t);
    char message[256] = "";
    const char *address = aimp_format(&t->arena, "127.0.0.1:%u", health_server_port(s));
    CHECK(!health_server_start(address, message, sizeof message));
    CHECK_TEXT(message, "Address already in use");
    /* and free again at once, though connections of it may still be closing */
    CHECK_TEXT(brief(t, get(t, s, "/healthz")), "200 ok\n");
    health_server_stop(s);
    s = health_server_start(address, message, sizeof message);
    CHECK(s != NULL);
    health_server_stop(s);
}

TEST(health_server, all_ways_to_write_an_address_work) {
    static const char *const good[] = {":0", "0.0.0.0:0", "localhost:0", "127.0.0.1:0"};
    for (size_t i = 0; i < COUNT(good); i++) {
        char message[256] = "";
        health_server *s = health_server_start(good[i], message, sizeof message);
        if (!s) {
            FAIL("%s: %s", good[i], message);
            continue;
        }
        if (strcmp(good[i], "localhost:0") != 0) CHECK_TEXT(brief(t, get(t, s, "/healthz")), "200 ok\n");
        health_server_stop(s);
    }
}

TEST(health_server, an_ipv6_address_works) {
    const int probe = socket(AF_INET6, SOCK_STREAM, 0);
    const struct sockaddr_in6 loopback = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    union {
        struct sockaddr any;
        struct sockaddr_in6 v6;
    } at = {.v6 = loopback};
    const bool there = probe >= 0 && bind(probe, &at.any, sizeof at.v6) == 0;
    if (probe >= 0) close(probe);
    if (!there) {
        test_skip(t, "this machine has no IPv6");
        return;
    }
    char message[256] = "";
    health_server *s = health_server_start("[::1]:0", message, sizeof message);
    CHECK(s != NULL && health_server_port(s) != 0);
    health_server_stop(s);
}
