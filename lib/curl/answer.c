/* What arrives: the head is collected within its limit and handed over whole, the body is handed over as it comes. */
#include <string.h>

#include "base/text.h"
#include "curl/exchange.h"

#define MOST_WARNINGS 100

/* The value of a header line when its name is this one, else NULL. */
static const char *value_of(const char *line, const char *name) {
    for (; *name; name++, line++) {
        if (aimp_to_lower(*line) != *name) return NULL;
    }
    if (*line != ':') return NULL;
    for (line++; *line == ' ' || *line == '\t';)
        line++;
    return line;
}

static const char *first_of(const aimp_exchange *x, const char *name) {
    for (size_t at = 0; at < x->head.size; at += strlen(x->head.bytes + at) + 1) {
        const char *value = value_of(x->head.bytes + at, name);
        if (value) return value;
    }
    return NULL;
}

/* An answer that is packed without having been asked for could not be read by anybody. */
static bool is_packed(const aimp_exchange *x) {
    const char *coding = first_of(x, "content-encoding");
    return coding && !x->may_gzip && *coding && !aimp_equal_ignoring_case(coding, "identity");
}

static bool hand_over(aimp_exchange *x) {
    const char *warnings[MOST_WARNINGS];
    size_t count = 0;
    for (size_t at = 0; at < x->head.size && count < MOST_WARNINGS; at += strlen(x->head.bytes + at) + 1) {
        const char *value = value_of(x->head.bytes + at, "warning");
        if (value) warnings[count++] = value;
    }
    if (is_packed(x)) {
        aimp_exchange_stop(x, AIM_E_PROTOCOL, "the answer is compressed, and nobody asked for that");
        return false;
    }
    const aim_response response = {.struct_size = sizeof response,
                                   .http_status = x->http_status,
                                   .content_type = first_of(x, "content-type"),
                                   .retry_after = first_of(x, "retry-after"),
                                   .date = first_of(x, "date"),
                                   .warnings = count ? warnings : NULL,
                                   .warning_count = count};
    x->head_given = true;
    const aim_code code = x->receiver.response(x->id, &response, x->receiver.user);
    if (code) aimp_exchange_stop(x, code, "the answer was refused by the program that asked");
    return !code && x->state == AIMP_EXCHANGE_RUNS;
}

/* "HTTP/2 200" */
static uint64_t status_of(const char *line, size_t size) {
    const char *space = memchr(line, ' ', size);
    uint64_t status = 0;
    for (size_t i = 1; space && i <= 3; i++) {
        if (space + i >= line + size || !aimp_is_digit(space[i])) return 0;
        status = status * 10 + (uint64_t)(space[i] - '0');
    }
    return status;
}

/* False: the exchange is to be ended. */
static bool take_line(aimp_exchange *x, const char *line, size_t size) {
    const aim_allocator *wiping = &x->curl->wiping;
    x->header_bytes += size;
    if (x->header_bytes > x->curl->header_bytes) {
        aimp_exchange_stop(x, AIM_E_LIMIT, "the headers of the answer are longer than %llu bytes",
                           (unsigned long long)x->curl->header_bytes);
        return false;
    }
    while (size && (line[size - 1] == '\n' || line[size - 1] == '\r' || line[size - 1] == ' '))
        size--;
    if (x->head_given) return true; /* a trailer */
    if (size >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        x->http_status = status_of(line, size);
        x->head.size = 0;
        if (x->http_status >= 100 && x->http_status < 600 && x->http_status != 101) return true;
        aimp_exchange_stop(x, AIM_E_PROTOCOL, "the answer begins with no status that HTTP has");
        return false;
    }
    if (!size) return x->http_status < 200 || hand_over(x);
    if (memchr(line, '\0', size)) {
        aimp_exchange_stop(x, AIM_E_PROTOCOL, "a header of the answer holds a NUL character");
        return false;
    }
    if (aimp_secret_add(wiping, &x->head, line, size) && aimp_secret_add(wiping, &x->head, "", 1)) return true;
    aimp_exchange_stop(x, AIM_E_NO_MEMORY, "out of memory");
    return false;
}

size_t aimp_answer_header(char *bytes, size_t size, size_t count, void *user) {
    aimp_exchange *x = user;
    const size_t length = size * count;
    if (x->state != AIMP_EXCHANGE_RUNS) return 0;
    x->alive_ms = aimp_monotonic_ms();
    return take_line(x, bytes, length) ? length : 0;
}

size_t aimp_answer_body(char *bytes, size_t size, size_t count, void *user) {
    aimp_exchange *x = user;
    const size_t length = size * count;
    if (x->state != AIMP_EXCHANGE_RUNS) return length + 1;
    x->alive_ms = aimp_monotonic_ms();
    x->body_bytes += length;
    if (!x->is_stream && x->body_bytes > x->curl->body_bytes) {
        aimp_exchange_stop(x, AIM_E_LIMIT, "the answer is longer than %llu bytes",
                           (unsigned long long)x->curl->body_bytes);
        return length + 1;
    }
    const aim_code code = x->receiver.data(x->id, bytes, length, x->receiver.user);
    if (code) aimp_exchange_stop(x, code, "the answer was refused by the program that asked");
    return code || x->state != AIMP_EXCHANGE_RUNS ? length + 1 : length;
}
