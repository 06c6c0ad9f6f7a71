/* Rotation: certificates once a second at most, tokens every 50 seconds, as the kubelet renews them a good while before
 * they expire, and the cluster's CA every five minutes. What cannot be read keeps its last good value. */
#include "curl/credentials.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "curl/file.h"

#define PEM_EVERY_MS 1000u
#define TOKEN_EVERY_MS 50000u
#define CA_EVERY_MS 300000u

typedef enum secret_kind { CERTIFICATES, KEY, TOKEN } secret_kind;

/* NULL, or what is wrong with a text that was read. */
static const char *flaw_of(const aimp_secret *text, secret_kind kind) {
    if (!text->size) return "is empty";
    if (strlen(text->bytes) != text->size) return "holds a NUL character";
    if (kind == TOKEN) return aimp_header_value_ok(text->bytes) ? NULL : "holds a control character";
    if (!strstr(text->bytes, "-----BEGIN ")) return "holds no PEM: it has no line -----BEGIN";
    if (kind == CERTIFICATES && !strstr(text->bytes, "-----BEGIN CERTIFICATE") &&
        !strstr(text->bytes, "-----BEGIN TRUSTED CERTIFICATE"))
        return "holds no certificate";
    return NULL;
}

static const char *key_flaw(const char *bytes) {
    return bytes && strstr(bytes, "ENCRYPTED") ? "is encrypted, and there is nobody to ask for its password" : NULL;
}

/* NULL, or a sentence about the file. The old value stays when there is one. */
static const char *read_file(aimp_credentials *c, aimp_rotating *r, secret_kind kind, aimp_file_result *result) {
    aimp_secret text;
    *result = aimp_file_read(c->wiping, r->path, r->limit, &text, NULL);
    if (*result != AIMP_FILE_OK) return aimp_file_trouble(*result);
    if (kind == TOKEN) aimp_secret_trim(&text);
    const char *flaw = flaw_of(&text, kind);
    if (!flaw && kind == KEY) flaw = key_flaw(text.bytes);
    if (flaw) {
        aimp_secret_release(c->wiping, &text);
        return flaw;
    }
    aimp_secret_release(c->wiping, &r->now);
    r->now = text;
    return NULL;
}

static bool is_due(const aimp_rotating *r, uint64_t now_ms) {
    return r->path && (!r->was_read || now_ms - r->read_ms >= r->every_ms);
}

static aim_code refresh_one(aimp_credentials *c, aimp_rotating *r, secret_kind kind, uint64_t now_ms, char *message,
                            size_t size) {
    aimp_file_result result;
    if (!is_due(r, now_ms)) return AIM_OK;
    const char *flaw = read_file(c, r, kind, &result);
    if (result == AIMP_FILE_NO_MEMORY) return AIM_E_NO_MEMORY;
    r->was_read = true;
    r->read_ms = now_ms;
    if (!flaw) return AIM_OK;
    snprintf(message, size, "the file %.200s %s", r->path, flaw);
    if (!r->now.bytes && !r->fixed) {
        r->was_read = false; /* the next request looks again */
        return AIM_E_CREDENTIALS;
    }
    for (char *p = message; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f) *p = '?';
    }
    if (c->context->log) c->context->log(AIM_LOG_WARNING, message, c->context->log_user);
    return AIM_OK;
}

aim_code aimp_credentials_refresh(aimp_credentials *c, uint64_t now_ms, char *message, size_t size) {
    aim_code code = refresh_one(c, &c->ca, CERTIFICATES, now_ms, message, size);
    /* A pair is read at one time, or a new certificate would meet an old key. */
    if (!code && is_due(&c->certificate, now_ms)) c->key.was_read = false;
    if (!code) code = refresh_one(c, &c->certificate, CERTIFICATES, now_ms, message, size);
    if (!code) code = refresh_one(c, &c->key, KEY, now_ms, message, size);
    if (!code) code = refresh_one(c, &c->token, TOKEN, now_ms, message, size);
    return code;
}

/* The first reading, whose failures are all reported. */
static void open_one(aimp_credentials *c, aimp_rotating *r, secret_kind kind, const aimp_origin *origin,
                     aimp_kubeconfig_reading *reading, uint64_t now_ms) {
    aimp_arena *scratch = reading->scratch;
    aimp_file_result result = AIMP_FILE_OK;
    const char *flaw = NULL;
    if (r->path) {
        flaw = read_file(c, r, kind, &result);
        if (result == AIMP_FILE_NO_MEMORY) aimp_raise(scratch->guard, AIM_E_NO_MEMORY, "%s", "");
        r->was_read = true;
        r->read_ms = now_ms;
    } else if (kind == KEY) {
        flaw = key_flaw(r->fixed);
    }
    if (!flaw) return;
    aimp_text message = aimp_text_new(scratch);
    aimp_text_add_string(&message, r->path ? "the file " : "the client key");
    if (r->path) aimp_text_add_safe(&message, aimp_format(scratch, "%.200s", r->path));
    aimp_text_add_format(&message, " %s", flaw);
    const aim_code code = result == AIMP_FILE_TOO_LARGE ? AIM_E_LIMIT : AIM_E_CREDENTIALS;
    const bool bearable = kind == TOKEN && r->fixed;
    aimp_kubeconfig_note(reading, bearable ? AIM_OK : code, origin, aimp_text_string(&message));
}

static aimp_rotating rotating(const char *path, const char *fixed, size_t size, uint64_t every_ms, size_t limit) {
    return (aimp_rotating){.path = path, .fixed = fixed, .fixed_size = size, .every_ms = every_ms, .limit = limit};
}

static aimp_rotating rotating_pem(const aimp_pem *pem, uint64_t every_ms) {
    return rotating(pem->path, pem->bytes, pem->size, every_ms, AIMP_PEM_BYTES);
}

void aimp_credentials_open(aimp_credentials *c, const aim_allocator *wiping, aimp_kubeconfig_reading *reading,
                           uint64_t now_ms) {
    const aimp_kubeconfig *config = reading->out;
    aimp_plugin_init(&c->plugin, wiping, config->plugin); /* before anything can unwind: all-zero it would own file 0 */
    c->wiping = wiping;
    c->context = reading->context;
    c->config = config;
    c->ca = rotating_pem(&config->ca, CA_EVERY_MS);
    c->certificate = rotating_pem(&config->certificate, PEM_EVERY_MS);
    c->key = rotating_pem(&config->key, PEM_EVERY_MS);
    c->token = rotating(config->token_file, config->token, config->token ? strlen(config->token) : 0, TOKEN_EVERY_MS,
                        AIMP_TOKEN_BYTES);
    if (config->server.tls) open_one(c, &c->ca, CERTIFICATES, &config->ca.origin, reading, now_ms);
    open_one(c, &c->certificate, CERTIFICATES, &config->certificate.origin, reading, now_ms);
    open_one(c, &c->key, KEY, &config->key.origin, reading, now_ms);
    open_one(c, &c->token, TOKEN, &config->token_origin, reading, now_ms);
}

void aimp_credentials_close(aimp_credentials *c) {
    if (!c->wiping) return;
    aimp_rotating *all[] = {&c->ca, &c->certificate, &c->key, &c->token};
    for (size_t i = 0; i < 4; i++)
        aimp_secret_release(c->wiping, &all[i]->now);
    aimp_plugin_close(&c->plugin);
}

void aimp_credentials_refused(aimp_credentials *c, uint64_t generation) {
    if (generation != c->generation) return;
    c->token.was_read = false;
    c->generation++;
    aimp_plugin_forget(&c->plugin);
}

static const char *current(const aimp_rotating *r, size_t *size) {
    *size = r->now.bytes ? r->now.size : r->fixed_size;
    return r->now.bytes ? r->now.bytes : r->fixed;
}

const char *aimp_credentials_ca(const aimp_credentials *c, size_t *size) {
    return current(&c->ca, size);
}

const char *aimp_credentials_certificate(const aimp_credentials *c, size_t *size) {
    if (!c->plugin.answer.certificate.bytes) return current(&c->certificate, size);
    *size = c->plugin.answer.certificate.size;
    return c->plugin.answer.certificate.bytes;
}

const char *aimp_credentials_key(const aimp_credentials *c, size_t *size) {
    if (!c->plugin.answer.key.bytes) return current(&c->key, size);
    *size = c->plugin.answer.key.size;
    return c->plugin.answer.key.bytes;
}

const char *aimp_credentials_token(const aimp_credentials *c) {
    size_t size;
    return c->plugin.answer.token.bytes ? c->plugin.answer.token.bytes : current(&c->token, &size);
}
