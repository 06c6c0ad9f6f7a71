/* Reading refusals and headers. */
#include "fetch/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "doc/reader.h"
#include "kube/timestamp.h"

enum { MESSAGE_BYTES = 2048, LONGEST_WAIT_MS = 60000 };

/* What a number means when the body does not say; also the names under which a cluster keeps failed reads. */
static const struct {
    uint64_t http_status;
    const char *reason;   /* of Kubernetes */
    const char *declared; /* of aim_declaration */
} meanings[] = {
    {400, "BadRequest", "Invalid"},
    {401, "Unauthorized", "Unauthorized"},
    {403, "Forbidden", "Forbidden"},
    {404, "NotFound", "Plain"},
    {405, "MethodNotAllowed", "Plain"},
    {406, "NotAcceptable", "Plain"},
    {409, "Conflict", "Conflict"},
    {410, "Expired", "Plain"},
    {413, "RequestEntityTooLarge", "Invalid"},
    {415, "UnsupportedMediaType", "Plain"},
    {422, "Invalid", "Invalid"},
    {429, "TooManyRequests", "TooManyRequests"},
    {500, "InternalError", "InternalError"},
    {502, "ServiceUnavailable", "ServiceUnavailable"},
    {503, "ServiceUnavailable", "ServiceUnavailable"},
    {504, "Timeout", "Timeout"},
};

static const char *reason_of(uint64_t http_status) {
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (meanings[i].http_status == http_status) return meanings[i].reason;
    }
    return "Plain";
}

const char *aimp_refusal_declared(uint64_t http_status) {
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (meanings[i].http_status == http_status) return meanings[i].declared;
    }
    return "Plain";
}

static const char *safe(aimp_arena *arena, const char *text, size_t most) {
    aimp_text out = aimp_text_new(arena);
    aimp_text_add_safe(&out, aimp_format(arena, "%.*s", (int)most, text));
    char *copy = aimp_copy_string(arena, aimp_text_string(&out));
    aimp_utf8_drop_broken(copy);
    return copy;
}

/* conflict with "kubectl-edit" with subresource "status" using v1 at 2026-01-02T03:04:05Z */
static const char *manager_of(aimp_arena *arena, const char *message) {
    const char *begin = strchr(message, '"'), *end = begin ? strchr(begin + 1, '"') : NULL;
    return end ? safe(arena, aimp_copy(arena, begin + 1, (size_t)(end - begin - 1)), 128) : "";
}

static void read_conflicts(aimp_arena *arena, const aimp_node *causes, aimp_refusal *out) {
    size_t count = aimp_count(causes);
    if (count > AIMP_MOST_CONFLICTS) count = AIMP_MOST_CONFLICTS;
    out->conflicts = aimp_take_array(arena, count, sizeof *out->conflicts);
    for (size_t i = 0; i < count; i++) {
        const aimp_node *cause = aimp_item(causes, i);
        if (!aimp_equal(aimp_get_text(cause, "reason"), "FieldManagerConflict")) continue;
        out->conflicts[out->conflict_count++] =
            (aimp_field_conflict){manager_of(arena, aimp_or_empty(aimp_get_text(cause, "message"))),
                                  safe(arena, aimp_or_empty(aimp_get_text(cause, "field")), 512)};
    }
}

static bool has_cause(const aimp_node *causes, const char *reason) {
    for (size_t i = 0; i < aimp_count(causes); i++) {
        if (aimp_equal(aimp_get_text(aimp_item(causes, i), "reason"), reason)) return true;
    }
    return false;
}

static void read_status(aimp_arena *arena, const aimp_node *status, aimp_refusal *out) {
    const aimp_node *details = aimp_get(status, "details"), *causes = aimp_get(details, "causes");
    const char *reason = aimp_get_text(status, "reason"), *message = aimp_get_text(status, "message");
    const char *token = aimp_text_at(status, "metadata", "continue", NULL);
    int64_t seconds;
    out->has_reason = !aimp_is_empty(reason);
    if (out->has_reason) out->reason = safe(arena, reason, 64);
    if (!aimp_is_empty(message)) out->message = safe(arena, message, MESSAGE_BYTES);
    out->continue_token = aimp_is_empty(token) ? NULL : aimp_copy_string(arena, token);
    if (aimp_integer_of(aimp_get(details, "retryAfterSeconds"), &seconds) && seconds > 0)
        out->retry_ms = seconds > LONGEST_WAIT_MS / 1000 ? LONGEST_WAIT_MS : (uint64_t)seconds * 1000;
    out->version_too_large = has_cause(causes, "ResourceVersionTooLarge") ||
                             aimp_contains_ignoring_case(aimp_or_empty(message), "too large resource version");
    read_conflicts(arena, causes, out);
}

static const aimp_node *status_of(aimp_arena *arena, const char *body, size_t size) {
    const aimp_node *root = size ? aimp_read_small_json(arena, body, size) : NULL;
    return aimp_equal(aimp_get_text(root, "kind"), "Status") ? root : NULL;
}

void aimp_refusal_read(aimp_arena *arena, uint64_t http_status, const char *body, size_t size, aimp_refusal *out) {
    *out = (aimp_refusal){.reason = reason_of(http_status), .message = ""};
    const aimp_node *status = status_of(arena, body, size);
    if (status) {
        read_status(arena, status, out);
    } else { /* a proxy, or a server that is too busy for JSON */
        const char *text = safe(arena, aimp_copy(arena, body, size < MESSAGE_BYTES ? size : MESSAGE_BYTES), 256);
        out->message = aimp_trim(arena, text);
    }
    if (!*out->message) out->message = aimp_format(arena, "the server answered %llu", (unsigned long long)http_status);
}

typedef struct taking {
    aimp_arena *arena;
    uint64_t http_status;
    const aimp_bytes *body;
    aimp_refusal *out;
} taking;

static void take(void *arg) {
    const taking *t = arg;
    aimp_refusal_read(t->arena, t->http_status, aimp_bytes_text(t->body), t->body->size, t->out);
}

aim_code aimp_refusal_take(aimp_arena *arena, uint64_t http_status, const aimp_bytes *body, aimp_refusal *out) {
    taking t = {arena, http_status, body, out};
    aim_code code = aimp_guard_run(arena->guard, take, &t);
    if (code) *out = (aimp_refusal){.reason = reason_of(http_status), .message = ""};
    return code;
}

bool aimp_answer_is_failed_status(aimp_arena *arena, const char *body, size_t size) {
    const aimp_node *status = status_of(arena, body, size);
    return status && aimp_equal(aimp_get_text(status, "status"), "Failure");
}

/* Tue, 24 Nov 2026 16:40:00 GMT; the other two forms of HTTP are not sent by anybody. */
static bool http_date(const char *text, int64_t *out) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char month[4], rfc3339[80];
    int day, year, hour, minute, second, used = 0;
    const char *comma = strchr(text, ',');
    if (!comma) return false;
    if (sscanf(comma + 1, " %2d %3s %4d %2d:%2d:%2d GMT%n", &day, month, &year, &hour, &minute, &second, &used) != 6 ||
        !used)
        return false;
    const char *found = strstr(months, month);
    if (strlen(month) != 3 || !found || (found - months) % 3 != 0 || year < 1970 || day < 1) return false;
    snprintf(rfc3339, sizeof rfc3339, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, (int)(found - months) / 3 + 1, day, hour,
             minute, second);
    return aimp_timestamp_seconds(rfc3339, out);
}

int64_t aimp_date_seconds(const char *date) {
    int64_t seconds, epoch; /* timestamps are counted from the year 0 */
    aimp_timestamp_seconds("1970-01-01T00:00:00Z", &epoch);
    return date && http_date(date, &seconds) ? seconds - epoch : 0;
}

uint64_t aimp_retry_after_ms(const char *retry_after, const char *date) {
    int64_t then, now, seconds = 0;
    if (!retry_after) return 0;
    while (*retry_after == ' ')
        retry_after++;
    if (aimp_is_digit(*retry_after)) {
        for (const char *c = retry_after; aimp_is_digit(*c) && seconds < LONGEST_WAIT_MS; c++)
            seconds = seconds * 10 + (*c - '0');
    } else if (date && http_date(retry_after, &then) && http_date(date, &now)) {
        seconds = then - now;
    }
    if (seconds <= 0) return 0;
    return seconds > LONGEST_WAIT_MS / 1000 ? LONGEST_WAIT_MS : (uint64_t)seconds * 1000;
}

const char *aimp_warning_text(aimp_arena *arena, const char *header) {
    const char *begin = strncmp(header, "299 ", 4) == 0 ? strchr(header, '"') : NULL;
    if (!begin) return NULL;
    aimp_text out = aimp_text_new(arena);
    for (const char *c = begin + 1; *c && *c != '"'; c++) {
        if (*c == '\\' && c[1]) c++;
        aimp_text_add_char(&out, *c);
    }
    return safe(arena, aimp_text_string(&out), 512);
}
