/* The address of an API server or a proxy, taken apart and checked. */
#ifndef AIMP_CURL_SERVER_URL_H
#define AIMP_CURL_SERVER_URL_H

#include "base/memory.h"

typedef struct aimp_server_url {
    const char *url;    /* scheme, authority and prefix, without query, fragment and a slash at its end */
    const char *host;   /* in brackets when it is an IPv6 address */
    const char *prefix; /* "" or a path that begins with / and does not end with one */
    unsigned port;
    bool tls, has_port; /* has_port: it was written */
} aimp_server_url;

/* NULL and *out filled, or a sentence about what is wrong with the text. */
const char *aimp_server_url_parse(aimp_arena *arena, const char *text, aimp_server_url *out);
/* A host name, an IPv4 address or an IPv6 address (which gets brackets); NULL when it is none. */
const char *aimp_host_name(aimp_arena *arena, const char *text);
/* The URL of a proxy as libcurl wants it: socks5 becomes socks5h, so that the proxy looks the name up. */
const char *aimp_proxy_url(aimp_arena *arena, const char *text, const char **problem);
/* No control characters: such a text can stand in a header. */
bool aimp_header_value_ok(const char *text);

#endif
