/* Takes a container image reference apart the way AIM Engine does, for names only: nothing is normalised ("nginx" does
 * not become "library/nginx") and no registry is ever asked. */
#include "kube/image_reference.h"

#include "kube/name.h"

#include <string.h>

#define DIGEST_DIGITS_IN_TAG 6

static bool refuse(const char **problem, const char *phrase) {
    *problem = phrase;
    return false;
}

/* A first component with a dot or a port, or localhost, is a registry. */
static bool is_registry(const char *text, size_t size) {
    if (memchr(text, '.', size) || memchr(text, ':', size)) return true;
    return size == strlen("localhost") && memcmp(text, "localhost", size) == 0;
}

/* Cuts "name@sha256:abc" or "name:tag", both parts unsanitised. */
static bool split_component(aimp_arena *arena, const char *component, const char **name, const char **tag,
                            const char **problem) {
    const char *at = strchr(component, '@');
    if (at) {
        if (!at[1]) return refuse(problem, "the digest is empty");
        const char *colon = strchr(at, ':');
        if (!colon) return refuse(problem, "the digest names no algorithm");
        size_t digits = strlen(colon + 1);
        if (digits == 0) return refuse(problem, "the digest has no digits");
        *name = aimp_copy(arena, component, (size_t)(at - component));
        *tag = aimp_copy(arena, colon + 1, digits < DIGEST_DIGITS_IN_TAG ? digits : DIGEST_DIGITS_IN_TAG);
        return true;
    }
    const char *colon = strchr(component, ':');
    if (colon && !colon[1]) return refuse(problem, "the tag is empty");
    *name = colon ? aimp_copy(arena, component, (size_t)(colon - component)) : component;
    *tag = colon ? colon + 1 : "latest";
    return true;
}

bool aimp_image_reference_parse(aimp_arena *arena, const char *text, aimp_image_reference *out, const char **problem) {
    if (!*text) return refuse(problem, "the reference is empty");
    const char *registry = "docker.io", *repository = text;
    size_t first = strcspn(text, "/");
    if (text[first] && is_registry(text, first)) {
        registry = aimp_copy(arena, text, first);
        repository = text + first + 1;
    }

    const char *slash = strrchr(repository, '/'), *name, *tag;
    const char *component = slash ? slash + 1 : repository;
    if (!split_component(arena, component, &name, &tag, problem)) return false;

    aimp_text path = aimp_text_new(arena);
    aimp_text_add(&path, repository, (size_t)(component - repository));
    aimp_text_add_string(&path, name);
    *out = (aimp_image_reference){
        .registry = aimp_image_component(arena, registry),
        .repository = aimp_text_string(&path),
        .name = aimp_image_component(arena, name),
        .tag = aimp_image_component(arena, tag),
    };
    if (!*out->registry) return refuse(problem, "the registry has no letter or digit");
    if (!*out->name) return refuse(problem, "the image name has no letter or digit");
    if (!*out->tag) return refuse(problem, "the tag has no letter or digit");
    return true;
}
