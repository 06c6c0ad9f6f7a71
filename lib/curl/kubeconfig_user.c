/* The credentials of a user: which there are, and whether they contradict each other. */
#include <string.h>

#include "base/text.h"
#include "curl/base64.h"
#include "curl/kubeconfig.h"

#define V1 "client.authentication.k8s.io/v1"
#define V1BETA1 "client.authentication.k8s.io/v1beta1"
#define EXTENSION "client.authentication.k8s.io/exec"

typedef struct user_reading {
    aimp_kubeconfig_reading *r;
    const aimp_kubeconfig_file *file;
    const aimp_node *user;
    const char *pointer;
} user_reading;

static const char *at_key(const user_reading *u, const char *key) {
    return aimp_format(u->r->scratch, "%s/%s", u->pointer, key);
}

/* A problem of the value at a key, which names it. */
static void problem(const user_reading *u, const char *key, const char *message) {
    aimp_kubeconfig_problem(u->r, AIM_E_DOCUMENT, u->file, aimp_get(u->user, key), at_key(u, key), "%s", message);
}

static bool has(const user_reading *u, const char *key) {
    return !aimp_is_empty(aimp_get_text(u->user, key));
}

/* A value that will stand in a header. */
static const char *header_text(const user_reading *u, const char *key) {
    const char *text = aimp_kubeconfig_text(u->r, u->user, key);
    if (text && !aimp_header_value_ok(text))
        problem(u, key, aimp_format(u->r->scratch, "%s holds a control character", key));
    return text;
}

/* --- impersonation --- */

typedef struct header_lines {
    aimp_arena *arena;
    const char **lines;
    size_t count;
} header_lines;

/* To libcurl a name with a colon and nothing behind it means "not this header", and with a semicolon "empty". */
static void add_line(header_lines *lines, const char *name, const char *value) {
    const size_t size = lines->count * sizeof *lines->lines;
    lines->lines = aimp_take_more(lines->arena, (void *)lines->lines, size, size + sizeof *lines->lines);
    lines->lines[lines->count++] = aimp_format(lines->arena, *value ? "%s: %s" : "%s;", name, value);
}

/* A key of as-user-extra inside of a header's name, as client-go escapes it: what is no token is percent-encoded. */
static const char *header_key(aimp_arena *arena, const char *key) {
    aimp_text out = aimp_text_new(arena);
    for (; *key; key++) {
        const bool plain = aimp_is_lower_alnum(aimp_to_lower(*key)) || strchr("!#$&'*+-.^_`|~", *key);
        if (plain)
            aimp_text_add_char(&out, *key);
        else
            aimp_text_add_format(&out, "%%%02X", (unsigned char)*key);
    }
    return aimp_text_string(&out);
}

static void extra_lines(const user_reading *u, header_lines *lines) {
    const aimp_node *extra = aimp_get(u->user, "as-user-extra");
    for (size_t i = 0; i < aimp_count(extra); i++) {
        const char *name =
            aimp_format(u->r->scratch, "Impersonate-Extra-%s", header_key(u->r->scratch, aimp_key(extra, i)));
        const aimp_node *values = aimp_value(extra, i);
        for (size_t v = 0; v < aimp_count(values); v++) {
            const char *value = aimp_or_empty(aimp_text_of(aimp_item(values, v)));
            if (aimp_header_value_ok(value))
                add_line(lines, name, value);
            else
                problem(u, "as-user-extra", "as-user-extra holds a control character");
        }
    }
}

static void impersonate_as_user_says(const user_reading *u, header_lines *lines) {
    static const char *const companions[] = {"as-uid", "as-groups", "as-user-extra"};
    const char *as = header_text(u, "as"), *uid = header_text(u, "as-uid");
    const aimp_node *groups = aimp_get(u->user, "as-groups");
    for (size_t i = 0; !as && i < 3; i++) {
        if (has(u, companions[i]) || aimp_count(aimp_get(u->user, companions[i])))
            problem(u, companions[i], aimp_format(u->r->scratch, "%s is set without as", companions[i]));
    }
    if (!as) return;
    add_line(lines, "Impersonate-User", as);
    if (uid) add_line(lines, "Impersonate-Uid", uid);
    for (size_t i = 0; i < aimp_count(groups); i++) {
        const char *group = aimp_or_empty(aimp_text_of(aimp_item(groups, i)));
        if (*group && aimp_header_value_ok(group))
            add_line(lines, "Impersonate-Group", group);
        else
            problem(u, "as-groups", "as-groups holds an empty name or a control character");
    }
    extra_lines(u, lines);
}

void aimp_kubeconfig_impersonate(aimp_kubeconfig_reading *r, const aimp_kubeconfig_file *file, const aimp_node *user,
                                 const char *pointer) {
    header_lines lines = {.arena = r->arena};
    const aim_curl_options *o = r->options;
    const user_reading u = {r, file, user, pointer};
    if (o->as_user) {
        add_line(&lines, "Impersonate-User", o->as_user);
        for (size_t i = 0; i < o->as_group_count; i++)
            add_line(&lines, "Impersonate-Group", o->as_groups[i]);
    } else if (user) {
        impersonate_as_user_says(&u, &lines);
    }
    r->out->impersonation = lines.lines;
    r->out->impersonation_count = lines.count;
}

/* --- plugins --- */

static const char *const *texts(const user_reading *u, const aimp_node *list, size_t *count) {
    const char **out = aimp_take_array(u->r->arena, aimp_count(list) + 1, sizeof *out);
    for (*count = 0; *count < aimp_count(list); ++*count)
        out[*count] = aimp_copy_string(u->r->arena, aimp_or_empty(aimp_text_of(aimp_item(list, *count))));
    return out;
}

static void read_environment(const user_reading *u, const aimp_node *exec, aimp_plugin_command *out) {
    const aimp_node *env = aimp_get(exec, "env");
    const char **lines = aimp_take_array(u->r->arena, aimp_count(env) + 1, sizeof *lines);
    for (size_t i = 0; i < aimp_count(env); i++) {
        const char *name = aimp_get_text(aimp_item(env, i), "name"), *value = aimp_get_text(aimp_item(env, i), "value");
        if (aimp_is_empty(name) || strchr(name, '='))
            aimp_kubeconfig_problem(u->r, AIM_E_DOCUMENT, u->file, aimp_item(env, i),
                                    aimp_format(u->r->scratch, "%s/exec/env/%zu", u->pointer, i),
                                    "a variable of the plugin has no name, or one with =");
        else
            lines[out->environment_count++] = aimp_format(u->r->arena, "%s=%s", name, aimp_or_empty(value));
    }
    out->environment = lines;
}

static void read_interactive(const user_reading *u, const aimp_node *exec, aimp_plugin_command *out) {
    static const char *const modes[] = {"Never", "IfAvailable", "Always"};
    const char *mode = aimp_get_text(exec, "interactiveMode");
    out->interactive = AIMP_INTERACTIVE_IF_AVAILABLE;
    for (size_t i = 0; i < 3; i++) {
        if (!aimp_equal(mode, modes[i])) continue;
        out->interactive = (aimp_interactive)i;
        return;
    }
    if (!aimp_is_empty(mode))
        problem(u, "exec", "interactiveMode of the plugin is none of Never, IfAvailable, Always");
    else if (aimp_equal(out->api_version, V1))
        problem(u, "exec", "a plugin of " V1 " needs interactiveMode");
}

static const aimp_node *extension_of(aimp_kubeconfig_reading *r, const aimp_node *cluster) {
    const aimp_node *list = aimp_get(cluster, "extensions");
    for (size_t i = 0; i < aimp_count(list); i++) {
        const aimp_node *found = aimp_get(aimp_item(list, i), "extension");
        if (aimp_equal(aimp_get_text(aimp_item(list, i), "name"), EXTENSION) && found)
            return aimp_node_copy(r->arena, found);
    }
    return NULL;
}

static void read_plugin(const user_reading *u, const aimp_node *exec, const aimp_node *cluster) {
    aimp_plugin_command *out = aimp_take_zeroed(u->r->arena, sizeof *out);
    const char *command = aimp_get_text(exec, "command");
    out->api_version = aimp_kubeconfig_text(u->r, exec, "apiVersion");
    if (aimp_is_empty(command))
        problem(u, "exec", "the plugin has no command");
    else
        out->command = strchr(command, '/') ? aimp_kubeconfig_path(u->r, u->file, command)
                                            : aimp_copy_string(u->r->arena, command);
    if (!aimp_equal(out->api_version, V1) && !aimp_equal(out->api_version, V1BETA1))
        problem(u, "exec", "apiVersion of the plugin is neither " V1 " nor " V1BETA1);
    read_interactive(u, exec, out);
    read_environment(u, exec, out);
    out->arguments = texts(u, aimp_get(exec, "args"), &out->argument_count);
    out->install_hint = aimp_kubeconfig_text(u->r, exec, "installHint");
    out->wants_cluster = aimp_is_true(aimp_get(exec, "provideClusterInfo"));
    out->config = out->wants_cluster ? extension_of(u->r, cluster) : NULL;
    u->r->out->plugin = out;
}

/* A plugin is not asked when the user says it himself. */
static void choose_plugin(const user_reading *u, const aimp_node *cluster) {
    const aimp_node *exec = aimp_get(u->user, "exec"), *provider = aimp_get(u->user, "auth-provider");
    const aimp_kubeconfig *out = u->r->out;
    if (provider && provider->kind == AIMP_MAP) {
        const char *name = aimp_or_empty(aimp_get_text(provider, "name"));
        if (exec && exec->kind == AIMP_MAP) problem(u, "exec", "exec and auth-provider are both set");
        problem(u, "auth-provider",
                aimp_format(u->r->scratch, "auth-provider (\"%s\") is deprecated and not supported; use exec",
                            aimp_shown(u->r->scratch, name)));
    }
    if (!exec || exec->kind != AIMP_MAP) return;
    read_plugin(u, exec, cluster);
    if (!out->token && !out->token_file && !out->user_name && !out->certificate.bytes && !out->certificate.path) return;
    aimp_kubeconfig_warn(u->r, u->file, exec, at_key(u, "exec"),
                         "the plugin is not run, because the user has other credentials as well");
    u->r->out->plugin = NULL;
}

static void read_certificate(const user_reading *u) {
    aimp_kubeconfig *out = u->r->out;
    out->certificate = aimp_kubeconfig_pem(u->r, u->file, u->user, u->pointer, "client-certificate");
    out->key = aimp_kubeconfig_pem(u->r, u->file, u->user, u->pointer, "client-key");
    const bool certificate = has(u, "client-certificate") || has(u, "client-certificate-data");
    const bool key = has(u, "client-key") || has(u, "client-key-data");
    if (certificate && !key)
        problem(u, has(u, "client-certificate-data") ? "client-certificate-data" : "client-certificate",
                "there is a client certificate without its key");
    if (key && !certificate)
        problem(u, has(u, "client-key-data") ? "client-key-data" : "client-key",
                "there is a client key without its certificate");
}

void aimp_kubeconfig_user(aimp_kubeconfig_reading *r, const aimp_kubeconfig_file *file, const aimp_node *user,
                          const char *pointer, const aimp_node *cluster) {
    const user_reading u = {r, file, user, pointer};
    aimp_kubeconfig *out = r->out;
    out->token = header_text(&u, "token");
    out->user_name = aimp_kubeconfig_text(r, user, "username");
    out->password = aimp_kubeconfig_text(r, user, "password");
    if (has(&u, "tokenFile")) {
        const aimp_node *path = aimp_get(user, "tokenFile");
        out->token_file = aimp_kubeconfig_path(r, file, path->as.text);
        out->token_origin =
            (aimp_origin){file->path, aimp_format(r->arena, "%s/tokenFile", pointer), path->line, path->column};
    }
    if ((out->token || out->token_file) && (out->user_name || out->password))
        problem(&u, out->token ? "token" : "tokenFile", "a token and a user name or password are both set");
    if (out->password && !out->user_name) problem(&u, "password", "there is a password without a user name");
    if (out->user_name && strchr(out->user_name, ':')) problem(&u, "username", "the user name holds a colon");
    read_certificate(&u);
    choose_plugin(&u, cluster);
    aimp_kubeconfig_impersonate(r, file, user, pointer);
    if (!r->out->server.url || r->out->server.tls) return;
    /* Nothing secret goes over a connection that anybody can read, as kubectl does. */
    if (aimp_count(user))
        aimp_kubeconfig_warn(r, file, user, pointer, "the server is not https, so the user is not used");
    out->token = out->token_file = out->user_name = out->password = NULL;
    out->certificate = out->key = (aimp_pem){0};
    out->plugin = NULL;
    out->impersonation_count = 0;
}
