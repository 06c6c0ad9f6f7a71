/* The shape of a kubeconfig: which field has which type. A field that is not listed is not looked at, as kubectl does.
 */
#include <string.h>

#include "base/sort.h"
#include "base/text.h"
#include "curl/kubeconfig.h"

typedef enum field_type { TEXT, TRUTH, TEXTS, TEXT_LISTS, MAP } field_type;

typedef struct field {
    const char *name;
    field_type type;
} field;

static const field root_fields[] = {{"apiVersion", TEXT}, {"kind", TEXT}, {"current-context", TEXT}, {NULL, TEXT}};
static const field cluster_fields[] = {{"server", TEXT},
                                       {"tls-server-name", TEXT},
                                       {"insecure-skip-tls-verify", TRUTH},
                                       {"certificate-authority", TEXT},
                                       {"certificate-authority-data", TEXT},
                                       {"proxy-url", TEXT},
                                       {"disable-compression", TRUTH},
                                       {NULL, TEXT}};
static const field user_fields[] = {{"client-certificate", TEXT},
                                    {"client-certificate-data", TEXT},
                                    {"client-key", TEXT},
                                    {"client-key-data", TEXT},
                                    {"token", TEXT},
                                    {"tokenFile", TEXT},
                                    {"username", TEXT},
                                    {"password", TEXT},
                                    {"as", TEXT},
                                    {"as-uid", TEXT},
                                    {"as-groups", TEXTS},
                                    {"as-user-extra", TEXT_LISTS},
                                    {"exec", MAP},
                                    {"auth-provider", MAP},
                                    {NULL, TEXT}};
static const field context_fields[] = {{"cluster", TEXT}, {"user", TEXT}, {"namespace", TEXT}, {NULL, TEXT}};
static const field exec_fields[] = {
    {"apiVersion", TEXT},          {"command", TEXT},         {"args", TEXTS}, {"installHint", TEXT},
    {"provideClusterInfo", TRUTH}, {"interactiveMode", TEXT}, {NULL, TEXT}};
static const field env_fields[] = {{"name", TEXT}, {"value", TEXT}, {NULL, TEXT}};
static const field provider_fields[] = {{"name", TEXT}, {NULL, TEXT}};

static const struct {
    const char *list, *member;
    const field *fields;
} lists[] = {
    {"clusters", "cluster", cluster_fields}, {"users", "user", user_fields}, {"contexts", "context", context_fields}};

typedef struct check {
    aimp_kubeconfig_reading *reading;
    const aimp_kubeconfig_file *file;
} check;

static void wrong(const check *c, const aimp_node *node, const char *pointer, const char *wanted) {
    const bool scalar = node->kind == AIMP_BOOL || node->kind == AIMP_NUMBER;
    const bool text = strcmp(wanted, "a string") == 0;
    aimp_kubeconfig_problem(c->reading, AIM_E_TYPE, c->file, node, pointer, "%s must be %s, not %s%s", pointer, wanted,
                            aimp_node_kind_name(node), scalar && text ? "; quote it" : "");
}

static void check_texts(const check *c, const aimp_node *list, const char *pointer) {
    aimp_arena *scratch = c->reading->scratch;
    if (aimp_is_null(list)) return;
    if (list->kind != AIMP_LIST) {
        wrong(c, list, pointer, "a list of strings");
        return;
    }
    for (size_t i = 0; i < aimp_count(list); i++) {
        const aimp_node *item = aimp_item(list, i);
        if (item->kind != AIMP_STRING) wrong(c, item, aimp_format(scratch, "%s/%zu", pointer, i), "a string");
    }
}

static void check_text_lists(const check *c, const aimp_node *map, const char *pointer) {
    if (map->kind != AIMP_MAP) {
        wrong(c, map, pointer, "a map");
        return;
    }
    for (size_t i = 0; i < aimp_count(map); i++)
        check_texts(c, aimp_value(map, i), pointer);
}

static void check_fields(const check *c, const aimp_node *map, const char *pointer, const field *fields) {
    for (; fields->name; fields++) {
        const aimp_node *value = aimp_get(map, fields->name);
        if (aimp_is_null(value)) continue;
        const char *at = aimp_format(c->reading->scratch, "%s/%s", pointer, fields->name);
        switch (fields->type) {
        case TEXT:
            if (value->kind != AIMP_STRING) wrong(c, value, at, "a string");
            break;
        case TRUTH:
            if (value->kind != AIMP_BOOL) wrong(c, value, at, "true or false without quotes");
            break;
        case TEXTS: check_texts(c, value, at); break;
        case TEXT_LISTS: check_text_lists(c, value, at); break;
        case MAP:
            if (value->kind != AIMP_MAP) wrong(c, value, at, "a map");
            break;
        }
    }
}

static void check_exec(const check *c, const aimp_node *exec, const char *pointer) {
    aimp_arena *scratch = c->reading->scratch;
    check_fields(c, exec, pointer, exec_fields);
    const aimp_node *env = aimp_get(exec, "env");
    if (aimp_is_null(env)) return;
    if (env->kind != AIMP_LIST) {
        wrong(c, env, aimp_format(scratch, "%s/env", pointer), "a list");
        return;
    }
    for (size_t i = 0; i < aimp_count(env); i++) {
        const char *at = aimp_format(scratch, "%s/env/%zu", pointer, i);
        const aimp_node *entry = aimp_item(env, i);
        if (entry->kind == AIMP_MAP)
            check_fields(c, entry, at, env_fields);
        else
            wrong(c, entry, at, "a map");
    }
}

/* One entry of clusters, users or contexts. */
static void check_entry(const check *c, size_t which, const aimp_node *entry, const char *pointer) {
    aimp_arena *scratch = c->reading->scratch;
    if (entry->kind != AIMP_MAP) {
        wrong(c, entry, pointer, "a map");
        return;
    }
    const aimp_node *name = aimp_get(entry, "name");
    if (aimp_is_null(name) || (name->kind == AIMP_STRING && !*name->as.text))
        aimp_kubeconfig_problem(c->reading, AIM_E_DOCUMENT, c->file, entry, pointer, "%s has no name", pointer);
    else if (name->kind != AIMP_STRING)
        wrong(c, name, aimp_format(scratch, "%s/name", pointer), "a string");
    const aimp_node *value = aimp_get(entry, lists[which].member);
    const char *at = aimp_format(scratch, "%s/%s", pointer, lists[which].member);
    if (aimp_is_null(value)) return;
    if (value->kind != AIMP_MAP) {
        wrong(c, value, at, "a map");
        return;
    }
    check_fields(c, value, at, lists[which].fields);
    if (lists[which].fields != user_fields) return;
    const aimp_node *exec = aimp_get(value, "exec"), *provider = aimp_get(value, "auth-provider");
    if (exec && exec->kind == AIMP_MAP) check_exec(c, exec, aimp_format(scratch, "%s/exec", at));
    if (provider && provider->kind == AIMP_MAP)
        check_fields(c, provider, aimp_format(scratch, "%s/auth-provider", at), provider_fields);
}

typedef struct named {
    const char *name;
    size_t index;
} named;

static int by_name(const void *left, const void *right) {
    return strcmp(((const named *)left)->name, ((const named *)right)->name);
}

static void check_duplicates(const check *c, const aimp_node *list, const char *key) {
    aimp_arena *scratch = c->reading->scratch;
    const size_t count = aimp_count(list);
    named *names = aimp_take_array(scratch, count, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = (named){aimp_or_empty(aimp_get_text(aimp_item(list, i), "name")), i};
    aimp_sort(scratch, names, count, sizeof *names, by_name);
    for (size_t i = 1; i < count; i++) {
        if (!*names[i].name || strcmp(names[i - 1].name, names[i].name) != 0) continue;
        aimp_kubeconfig_problem(c->reading, AIM_E_DUPLICATE, c->file, aimp_item(list, names[i].index),
                                aimp_format(scratch, "/%s/%zu", key, names[i].index), "%s has the name \"%s\" twice",
                                key, aimp_shown(scratch, names[i].name));
    }
}

static void expect(const check *c, const char *key, const char *wanted) {
    const char *text = aimp_get_text(c->file->root, key);
    if (aimp_is_empty(text) || strcmp(text, wanted) == 0) return;
    aimp_kubeconfig_problem(c->reading, AIM_E_DOCUMENT, c->file, aimp_get(c->file->root, key),
                            aimp_format(c->reading->scratch, "/%s", key), "%s of a kubeconfig is \"%s\", not \"%s\"",
                            key, wanted, aimp_shown(c->reading->scratch, text));
}

void aimp_kubeconfig_check(aimp_kubeconfig_reading *reading, const aimp_kubeconfig_file *file) {
    const check c = {reading, file};
    check_fields(&c, file->root, "", root_fields);
    expect(&c, "kind", "Config");
    expect(&c, "apiVersion", "v1");
    for (size_t which = 0; which < sizeof lists / sizeof *lists; which++) {
        const aimp_node *list = aimp_get(file->root, lists[which].list);
        const char *pointer = aimp_format(reading->scratch, "/%s", lists[which].list);
        if (aimp_is_null(list)) continue;
        if (list->kind != AIMP_LIST) {
            wrong(&c, list, pointer, "a list");
            continue;
        }
        for (size_t i = 0; i < aimp_count(list); i++)
            check_entry(&c, which, aimp_item(list, i), aimp_format(reading->scratch, "%s/%zu", pointer, i));
        check_duplicates(&c, list, lists[which].list);
    }
}
