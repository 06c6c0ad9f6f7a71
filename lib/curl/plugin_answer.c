/* The ExecCredential that a plugin is asked with and the one that it answers. No sentence of here quotes an answer. */
#include <string.h>

#include "base/text.h"
#include "curl/base64.h"
#include "curl/plugin.h"
#include "doc/reader.h"
#include "doc/writer.h"

#define KIND "ExecCredential"

void aimp_plugin_answer_release(const aim_allocator *wiping, aimp_plugin_answer *answer) {
    aimp_secret_release(wiping, &answer->token);
    aimp_secret_release(wiping, &answer->certificate);
    aimp_secret_release(wiping, &answer->key);
    *answer = (aimp_plugin_answer){0};
}

/* --- time --- */

static bool digits(const char **at, int count, int *out) {
    *out = 0;
    for (int i = 0; i < count; i++, ++*at) {
        if (!aimp_is_digit(**at)) return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

static bool take(const char **at, const char *any_of) {
    if (!**at || !strchr(any_of, **at)) return false;
    ++*at;
    return true;
}

/* Days since 1970-01-01 in the Gregorian calendar. */
static int64_t days_of(int year, int month, int day) {
    const int64_t y = month > 2 ? year : year - 1; /* the year begins in March */
    const int64_t m = month > 2 ? month - 3 : month + 9;
    return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

bool aimp_rfc3339_seconds(const char *text, int64_t *out) {
    int year, month, day, hour, minute, second, zone_hour = 0, zone_minute = 0;
    const char *p = text;
    bool ok = digits(&p, 4, &year) && take(&p, "-") && digits(&p, 2, &month) && take(&p, "-") && digits(&p, 2, &day) &&
              take(&p, "Tt ") && digits(&p, 2, &hour) && take(&p, ":") && digits(&p, 2, &minute) && take(&p, ":") &&
              digits(&p, 2, &second);
    if (!ok || year < 1 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
        return false;
    if (take(&p, ".")) {
        if (!aimp_is_digit(*p)) return false;
        while (aimp_is_digit(*p))
            p++;
    }
    int64_t sign = 0;
    if (*p == '+' || *p == '-') {
        sign = *p++ == '-' ? -1 : 1;
        if (!digits(&p, 2, &zone_hour) || !take(&p, ":") || !digits(&p, 2, &zone_minute)) return false;
        if (zone_hour > 23 || zone_minute > 59) return false;
    } else if (!take(&p, "Zz")) {
        return false;
    }
    *out = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second -
           sign * (zone_hour * 3600 + zone_minute * 60);
    return *p == '\0';
}

/* --- the answer --- */

typedef struct answer_reading {
    const aim_allocator *wiping;
    const char *api_version;
    const aimp_secret *text;
    aimp_arena arena;
    aimp_plugin_answer *out;
    const char *problem;
} answer_reading;

static void keep(answer_reading *a, const aimp_node *status, const char *key, aimp_secret *out) {
    const aimp_node *value = aimp_get(status, key);
    if (aimp_is_null(value)) return;
    const char *text = aimp_text_of(value);
    if (!text) {
        a->problem = "a field of its status is no string";
        return;
    }
    if (*text && !aimp_secret_add(a->wiping, out, text, strlen(text)))
        aimp_raise(a->arena.guard, AIM_E_NO_MEMORY, "%s", "");
}

static void read_answer(void *arg) {
    answer_reading *a = arg;
    aimp_plugin_answer *out = a->out;
    const aimp_node *root = aimp_read_small_json(&a->arena, a->text->bytes ? a->text->bytes : "", a->text->size);
    const aimp_node *status = aimp_get(root, "status"), *expiry = aimp_get(status, "expirationTimestamp");
    if (!root || root->kind != AIMP_MAP) {
        a->problem = "it is no JSON object";
    } else if (!aimp_equal(aimp_get_text(root, "kind"), KIND)) {
        a->problem = "it is no " KIND;
    } else if (!aimp_equal(aimp_get_text(root, "apiVersion"), a->api_version)) {
        a->problem = "its apiVersion is not that of the kubeconfig";
    } else if (!status || status->kind != AIMP_MAP) {
        a->problem = "it has no status";
    }
    if (a->problem) return;
    keep(a, status, "token", &out->token);
    keep(a, status, "clientCertificateData", &out->certificate);
    keep(a, status, "clientKeyData", &out->key);
    out->expires = !aimp_is_null(expiry);
    if (out->expires && (!aimp_text_of(expiry) || !aimp_rfc3339_seconds(expiry->as.text, &out->expiry)))
        a->problem = "its expirationTimestamp is no time";
    if (a->problem) return;
    if (!out->certificate.bytes != !out->key.bytes)
        a->problem = "it has one half of a client certificate and its key";
    else if (!out->token.bytes && !out->certificate.bytes)
        a->problem = "it has neither a token nor a client certificate";
    else if (out->token.bytes && !aimp_header_value_ok(out->token.bytes))
        a->problem = "its token holds a control character";
    else if (out->key.bytes && strstr(out->key.bytes, "ENCRYPTED"))
        a->problem = "its key is encrypted";
}

const char *aimp_plugin_answer_read(const aim_allocator *wiping, const char *api_version, const aimp_secret *text,
                                    aimp_plugin_answer *out, aim_code *code) {
    aimp_guard guard = {0};
    answer_reading a = {.wiping = wiping, .api_version = api_version, .text = text, .out = out};
    *out = (aimp_plugin_answer){0};
    aimp_arena_init(&a.arena, wiping, &guard, 4096);
    *code = aimp_guard_run(&guard, read_answer, &a);
    aimp_arena_free(&a.arena);
    const char *problem = *code ? "there is no memory for it" : a.problem;
    if (problem) aimp_plugin_answer_release(wiping, out);
    if (problem && !*code) *code = AIM_E_CREDENTIALS;
    return problem;
}

/* --- the question --- */

static const aimp_node *cluster_of(aimp_arena *arena, const aimp_plugin_command *command, const aimp_kubeconfig *config,
                                   const char *ca, size_t ca_size) {
    return aimp_map_of(arena, "server", aimp_string(arena, config->server.url), "tls-server-name",
                       aimp_string_or_none(arena, config->tls_server_name), "insecure-skip-tls-verify",
                       config->insecure ? aimp_bool(true) : NULL, "certificate-authority-data",
                       ca ? aimp_string(arena, aimp_base64_encode(arena, ca, ca_size)) : NULL, "proxy-url",
                       aimp_string_or_none(arena, config->proxy), "disable-compression",
                       config->no_compression ? aimp_bool(true) : NULL, "config", command->config, NULL);
}

const char *aimp_plugin_question(aimp_arena *arena, const aimp_plugin_command *command, const aimp_kubeconfig *config,
                                 bool interactive, const char *ca, size_t ca_size) {
    const aimp_node *cluster = command->wants_cluster ? cluster_of(arena, command, config, ca, ca_size) : NULL;
    return aimp_json_text(
        arena,
        aimp_map_of(arena, "apiVersion", aimp_string(arena, command->api_version), "kind", aimp_string(arena, KIND),
                    "spec", aimp_map_of(arena, "interactive", aimp_bool(interactive), "cluster", cluster, NULL), NULL));
}
