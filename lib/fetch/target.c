/* Building what stands behind an API server's address. */
#include "fetch/target.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "kube/name.h"

enum { LONGEST_NAME = 253, LONGEST_PART = 63 };

/* Plurals, versions and subresources: lower-case letters, digits and "-". */
static bool is_word(const char *text) {
    size_t size = strlen(text);
    if (!size || size > LONGEST_PART) return false;
    for (const char *c = text; *c; c++) {
        if (!aimp_is_lower_alnum(*c) && *c != '-') return false;
    }
    return true;
}

/* What an API server takes as a segment of a path: most names are stricter, a role's may hold a colon. */
static bool is_segment(const char *name) {
    size_t size = strlen(name);
    if (!size || size > LONGEST_NAME || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return false;
    for (const char *c = name; *c; c++) {
        if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7f || *c == '/' || *c == '%') return false;
    }
    return true;
}

const char *aimp_target_problem(const aimp_target *t) {
    if (!aimp_is_empty(t->group) && !aimp_is_dns_subdomain(t->group)) return "the group is no DNS name";
    if (!t->version || !is_word(t->version)) return "the version is no version";
    if (!t->plural || !is_word(t->plural)) return "the plural is no name of a resource";
    if (t->ns && !aimp_is_dns_label(t->ns)) return "the namespace is no DNS label";
    if (t->name && !is_segment(t->name)) return "the name cannot stand in a path";
    if (t->subresource && !is_word(t->subresource)) return "the subresource is no name";
    return NULL;
}

static bool escape(aimp_bytes *out, const aim_allocator *allocator, const char *text) {
    static const char hex[] = "0123456789ABCDEF";
    for (const char *c = text; *c; c++) {
        const unsigned char byte = (unsigned char)*c;
        const bool plain = aimp_is_lower_alnum(aimp_to_lower(*c)) || (byte < 0x80 && strchr("-._~", *c));
        const char escaped[3] = {'%', hex[byte >> 4], hex[byte & 15]};
        if (!(plain ? aimp_bytes_add(out, allocator, c, 1) : aimp_bytes_add(out, allocator, escaped, 3))) return false;
    }
    return true;
}

static bool segment(aimp_bytes *out, const aim_allocator *allocator, const char *text) {
    return aimp_bytes_add(out, allocator, "/", 1) && escape(out, allocator, text);
}

bool aimp_target_path(aimp_bytes *out, const aim_allocator *a, const aimp_target *t) {
    bool ok = aimp_is_empty(t->group) ? aimp_bytes_add_string(out, a, "/api")
                                      : aimp_bytes_add_string(out, a, "/apis") && segment(out, a, t->group);
    ok = ok && segment(out, a, t->version);
    if (t->ns) ok = ok && aimp_bytes_add_string(out, a, "/namespaces") && segment(out, a, t->ns);
    ok = ok && segment(out, a, t->plural);
    if (t->name) ok = ok && segment(out, a, t->name);
    if (t->subresource) ok = ok && segment(out, a, t->subresource);
    return ok;
}

bool aimp_target_query(aimp_bytes *out, const aim_allocator *allocator, const char *key, const char *value) {
    if (!value) return true;
    const char *mark = strchr(aimp_bytes_text(out), '?') ? "&" : "?";
    return aimp_bytes_add(out, allocator, mark, 1) && escape(out, allocator, key) &&
           aimp_bytes_add(out, allocator, "=", 1) && escape(out, allocator, value);
}

bool aimp_target_query_number(aimp_bytes *out, const aim_allocator *allocator, const char *key, uint64_t value) {
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    return aimp_target_query(out, allocator, key, text);
}
