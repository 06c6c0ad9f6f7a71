/* A strict reader of the few URLs that a kubeconfig holds: what libcurl might read in another way is refused. */
#include "curl/server_url.h"

#include <string.h>

#include "base/text.h"

bool aimp_header_value_ok(const char *text) {
    for (; *text; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f) return false;
    }
    return true;
}

static bool all_of(const char *text, size_t size, const char *more) {
    for (size_t i = 0; i < size; i++) {
        const char c = aimp_to_lower(text[i]);
        if (!aimp_is_lower_alnum(c) && (!c || !strchr(more, c))) return false;
    }
    return size > 0;
}

static bool is_ipv6(const char *text, size_t size) {
    return all_of(text, size, ":.") && memchr(text, ':', size);
}

const char *aimp_host_name(aimp_arena *arena, const char *text) {
    const size_t size = strlen(text);
    if (size > 253) return NULL;
    if (size > 2 && text[0] == '[' && text[size - 1] == ']' && is_ipv6(text + 1, size - 2))
        return aimp_copy(arena, text, size);
    if (is_ipv6(text, size)) return aimp_format(arena, "[%s]", text);
    if (!all_of(text, size, "-._") || text[0] == '-' || text[0] == '.') return NULL;
    return aimp_copy(arena, text, size);
}

/* The port behind a colon; false when it is none. */
static bool parse_port(const char *text, size_t size, unsigned *out) {
    unsigned port = 0;
    if (size < 1 || size > 5) return false;
    for (size_t i = 0; i < size; i++) {
        if (!aimp_is_digit(text[i])) return false;
        port = port * 10 + (unsigned)(text[i] - '0');
    }
    *out = port;
    return port > 0 && port <= 65535;
}

/* host[:port] of a given size. */
static const char *parse_authority(aimp_arena *arena, const char *text, size_t size, aimp_server_url *out) {
    if (memchr(text, '@', size)) return "the URL holds a user name; use the fields of the user instead";
    const char *host_end = NULL;
    if (size && text[0] == '[') {
        host_end = memchr(text, ']', size);
        if (host_end) host_end++;
    } else {
        host_end = memchr(text, ':', size);
        if (!host_end) host_end = text + size;
    }
    if (!host_end) return "the URL has no host, or one that cannot be";
    const size_t host_size = (size_t)(host_end - text), rest = size - host_size;
    const char *host = aimp_copy(arena, text, host_size);
    out->host = aimp_host_name(arena, host);
    if (!out->host || strlen(out->host) != host_size) return "the URL has no host, or one that cannot be";
    out->has_port = rest > 0;
    if (rest && (*host_end != ':' || !parse_port(host_end + 1, rest - 1, &out->port))) return "the URL has a bad port";
    return NULL;
}

/* "." and ".." would be squeezed out on the way, or end somewhere else. */
static bool has_dots(const char *path) {
    for (const char *p = path; (p = strchr(p, '/')) != NULL;) {
        p++;
        const size_t size = strcspn(p, "/");
        if ((size == 1 && p[0] == '.') || (size == 2 && p[0] == '.' && p[1] == '.')) return true;
    }
    return false;
}

const char *aimp_server_url_parse(aimp_arena *arena, const char *text, aimp_server_url *out) {
    *out = (aimp_server_url){0};
    const char *rest;
    if (aimp_starts_with(text, "https://"))
        rest = text + 8, out->tls = true;
    else if (aimp_starts_with(text, "http://"))
        rest = text + 7;
    else
        return "the URL must begin with https:// or http://";
    for (const char *p = text; *p; p++) {
        if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f || strchr("\\\"<>^`{|}", *p))
            return "the URL holds a character that must be percent-encoded";
    }
    const size_t authority = strcspn(rest, "/?#");
    out->port = out->tls ? 443 : 80;
    const char *problem = parse_authority(arena, rest, authority, out);
    if (problem) return problem;
    rest += authority;
    size_t path = strcspn(rest, "?#");
    while (path && rest[path - 1] == '/')
        path--;
    out->prefix = aimp_copy(arena, rest, path);
    if (has_dots(out->prefix) || strstr(out->prefix, "%2e") || strstr(out->prefix, "%2E"))
        return "the path of the URL has a part . or ..";
    const char *scheme = out->tls ? "https" : "http";
    out->url = out->has_port ? aimp_format(arena, "%s://%s:%u%s", scheme, out->host, out->port, out->prefix)
                             : aimp_format(arena, "%s://%s%s", scheme, out->host, out->prefix);
    return NULL;
}

const char *aimp_proxy_url(aimp_arena *arena, const char *text, const char **problem) {
    static const struct {
        const char *from, *to;
    } schemes[] = {
        {"http://", "http://"}, {"https://", "https://"}, {"socks5://", "socks5h://"}, {"socks5h://", "socks5h://"}};
    *problem = NULL;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (!aimp_starts_with(text, schemes[i].from)) continue;
        const char *rest = text + strlen(schemes[i].from);
        const size_t authority = strcspn(rest, "/?#");
        const char *at = rest + authority;
        while (at > rest && at[-1] != '@')
            at--;
        aimp_server_url parts = {0};
        for (const char *p = rest; *p && !*problem; p++) {
            if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f)
                *problem = "the proxy's URL holds a bad character";
        }
        if (!*problem && parse_authority(arena, at, authority - (size_t)(at - rest), &parts))
            *problem = "the proxy's URL has a bad host or port";
        if (*problem) return NULL;
        return aimp_format(arena, "%s%.*s", schemes[i].to, (int)authority, rest);
    }
    *problem = "the proxy's URL must begin with http://, https:// or socks5://";
    return NULL;
}
