/* Lines of a log, and times as text. A line is put together in a buffer of its own and written with one call, so that
 * lines of several processes do not mix; what does not fit is cut where a character ends. */
#include "structured_log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Behind what was cut there is still room for this, and for the end of the line. */
enum { RESERVE = 32 };

static struct {
    log_format format;
    log_level level;
} configured = {LOG_TEXT, LOG_INFO};

static const char *const level_names[] = {"debug", "info", "warning", "error"};
static const char *const level_marks[] = {"DEBUG", "INFO", "WARNING", "ERROR"};
static const char *const format_names[] = {"text", "json"};

void log_configure(log_format format, log_level level) {
    configured.format = format;
    configured.level = level;
}

static bool find_name(const char *text, const char *const *names, size_t count, size_t *out) {
    for (size_t i = 0; text && i < count; i++) {
        if (strcmp(text, names[i]) != 0) continue;
        *out = i;
        return true;
    }
    return false;
}

bool log_format_read(const char *text, log_format *out) {
    size_t i;
    if (!find_name(text, format_names, sizeof format_names / sizeof *format_names, &i)) return false;
    *out = (log_format)i;
    return true;
}

bool log_level_read(const char *text, log_level *out) {
    size_t i;
    if (!find_name(text, level_names, sizeof level_names / sizeof *level_names, &i)) return false;
    *out = (log_level)i;
    return true;
}

/* --- times --- */

static bool is_leap(int64_t year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970-01-01 to the first of January of a year, and back; timegm() is no standard. */
static int64_t days_before_year(int64_t year) {
    const int64_t y = year - 1;
    return y * 365 + y / 4 - y / 100 + y / 400 - 719162;
}

static const int month_ends[2][13] = {{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365},
                                      {0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366}};

static void write_time(int64_t seconds, unsigned micros, unsigned digits, char *out, size_t size) {
    const int64_t day = seconds >= 0 ? seconds / 86400 : -((-seconds + 86399) / 86400);
    const unsigned of_day = (unsigned)(seconds - day * 86400);
    int64_t year = 1970 + day / 366; /* at most a year or two away for the years that are meant */
    while (day < days_before_year(year))
        year--;
    while (day >= days_before_year(year + 1))
        year++;
    const int of_year = (int)(day - days_before_year(year));
    const int *ends = month_ends[is_leap(year)];
    int month = 0;
    while (of_year >= ends[month + 1])
        month++;
    char text[64];
    const int used = snprintf(text, sizeof text, "%04d-%02d-%02dT%02u:%02u:%02u.%06u", (int)year, month + 1,
                              of_year - ends[month] + 1, of_day / 3600, of_day / 60 % 60, of_day % 60, micros);
    snprintf(out, size, "%.*sZ", used - (int)(6 - digits), text);
}

static bool is_within(int64_t seconds) {
    return seconds >= days_before_year(1) * 86400 && seconds < days_before_year(10000) * 86400;
}

static void wall_clock(int64_t *seconds, unsigned *micros) {
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    *seconds = is_within((int64_t)now.tv_sec) ? (int64_t)now.tv_sec : 0;
    *micros = (unsigned)(now.tv_nsec / 1000) % 1000000;
}

void log_time(char *out, size_t size) {
    log_time_after(NULL, 0, out, size);
}

/* "2026-01-02T03:04:05Z", with or without a fraction, of which six digits count. */
static bool read_time(const char *text, int64_t *seconds, unsigned *micros) {
    int year, month, day, hour, minute, second, used = 0;
    if (strspn(text, "0123456789-:TZ.") != strlen(text) ||
        sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &used) != 6 ||
        used != 19)
        return false;
    if (year < 1 || month < 1 || month > 12 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
        second > 60)
        return false;
    const int *ends = month_ends[is_leap(year)];
    if (day < 1 || day > ends[month] - ends[month - 1]) return false;
    const char *c = text + used;
    unsigned scale = 100000;
    *micros = 0;
    if (*c == '.') {
        if (c[1] < '0' || c[1] > '9') return false;
        for (c++; *c >= '0' && *c <= '9'; c++, scale /= 10)
            *micros += (unsigned)(*c - '0') * scale;
    }
    *seconds = (days_before_year(year) + ends[month - 1] + day - 1) * 86400 + hour * 3600 + minute * 60 +
               (second > 59 ? 59 : second);
    return c[0] == 'Z' && !c[1];
}

void log_time_of(int64_t seconds, char *out, size_t size) {
    if (size) *out = '\0';
    if (is_within(seconds)) write_time(seconds, 0, 6, out, size);
}

void log_time_after(const char *text, int64_t seconds, char *out, size_t size) {
    int64_t base = 0;
    unsigned micros = 0;
    if (size) *out = '\0';
    if (text && !read_time(text, &base, &micros)) return;
    if (!text) wall_clock(&base, &micros);
    if (seconds > INT64_C(1000000000000) || seconds < INT64_C(-1000000000000) || !is_within(base + seconds)) return;
    write_time(base + seconds, micros, 6, out, size);
}

/* --- lines --- */

typedef struct line {
    char text[LOG_LINE_SIZE];
    size_t size;
} line;

/* All of it or nothing. */
static bool put(line *l, const char *text, size_t size, size_t reserve) {
    if (size + reserve > sizeof l->text - l->size) return false;
    memcpy(l->text + l->size, text, size);
    l->size += size;
    return true;
}

/* One character of UTF-8: how many bytes, and which; 0 for bytes that are none. */
static size_t character(const char *text, uint32_t *out) {
    const unsigned char *c = (const unsigned char *)text;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const size_t size = c[0] < 0x80 ? 1 : c[0] >= 0xf0 && c[0] < 0xf8 ? 4 : c[0] >= 0xe0 ? 3 : c[0] >= 0xc0 ? 2 : 0;
    if (!size || c[0] >= 0xf8) return 0;
    uint32_t value = size == 1 ? c[0] : c[0] & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((c[i] & 0xc0) != 0x80) return 0;
        value = value << 6 | (c[i] & 0x3f);
    }
    if (value < least[size] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return 0;
    *out = value;
    return size;
}

/* What moves a terminal's cursor, ends a line, or turns the direction of writing. */
static bool is_hidden(uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

/* A text that stands between quotes. False when it was cut. */
static bool put_escaped(line *l, const char *text) {
    while (*text) {
        uint32_t c = 0xfffd;
        char escape[8];
        const size_t size = character(text, &c);
        bool fits;
        if (!size) {
            fits = put(l, "\xef\xbf\xbd", 3, RESERVE);
        } else if (c == '"' || c == '\\') {
            snprintf(escape, sizeof escape, "\\%c", (int)c);
            fits = put(l, escape, 2, RESERVE);
        } else if (c == '\n' || c == '\t' || c == '\r') {
            fits = put(l, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r", 2, RESERVE);
        } else if (is_hidden(c)) {
            snprintf(escape, sizeof escape, "\\u%04x", (unsigned)(c & 0xffff));
            fits = put(l, escape, 6, RESERVE);
        } else {
            fits = put(l, text, size, RESERVE);
        }
        if (!fits) return false;
        text += size ? size : 1;
    }
    return true;
}

static bool put_quoted(line *l, const char *text) {
    if (!put(l, "\"", 1, RESERVE)) return false;
    const bool whole = put_escaped(l, text);
    put(l, "\"", 1, 0); /* there is room: the reserve was kept */
    return whole;
}

/* Without quotes where a reader of key=value can do without. */
static bool put_bare(line *l, const char *text) {
    bool plain = *text != '\0';
    for (const char *c = text; *c && plain; c++)
        plain = (unsigned char)*c > 0x20 && (unsigned char)*c < 0x7f && !strchr("\"\\=", *c);
    return plain ? put_escaped(l, text) : put_quoted(l, text);
}

static bool put_pair_text(line *l, const char *key, const char *value) {
    const size_t before = l->size;
    if (!put(l, " ", 1, RESERVE) || !put_bare(l, key) || !put(l, "=", 1, RESERVE)) {
        l->size = before;
        return false;
    }
    return put_bare(l, value);
}

static bool put_pair_json(line *l, const char *key, const char *value) {
    const size_t before = l->size;
    if (!put(l, ",", 1, RESERVE) || !put_quoted(l, key) || !put(l, ":\"", 2, RESERVE)) {
        l->size = before;
        return false;
    }
    const bool whole = put_escaped(l, value);
    put(l, "\"", 1, 0);
    return whole;
}

static void write_all(const char *text, size_t size) {
    while (size) {
        const ssize_t written = write(STDERR_FILENO, text, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return; /* nobody reads the log: the work goes on */
        text += written;
        size -= (size_t)written;
    }
}

void log_line(log_level level, const char *message, ...) {
    if (level < configured.level || level > LOG_ERROR) return;
    const bool json = configured.format == LOG_JSON;
    line l = {.size = 0};
    char time[LOG_TIME_SIZE], head[96];
    int64_t seconds;
    unsigned micros;
    wall_clock(&seconds, &micros);
    write_time(seconds, micros, 3, time, sizeof time);
    snprintf(head, sizeof head, json ? "{\"time\":\"%s\",\"level\":\"%s\",\"message\":" : "%s %s ", time,
             json ? level_names[level] : level_marks[level]);
    put(&l, head, strlen(head), RESERVE);
    bool whole = json ? put_quoted(&l, message ? message : "") : put_escaped(&l, message ? message : "");
    va_list pairs;
    va_start(pairs, message);
    for (const char *key; whole && (key = va_arg(pairs, const char *)) != NULL;) {
        const char *value = va_arg(pairs, const char *);
        whole = (json ? put_pair_json : put_pair_text)(&l, key, value ? value : "");
    }
    va_end(pairs);
    if (!whole) put(&l, json ? ",\"cut\":true" : " cut=true", json ? 11 : 9, 0);
    put(&l, json ? "}\n" : "\n", json ? 2 : 1, 0);
    write_all(l.text, l.size);
}
