/* Log lines for programs and for people: one line an event, on standard error, with keys and values. Also the one place
 * that reads the wall clock as text. What a value holds is the caller's matter: nothing is taken out of it but what
 * would break the line. */
#ifndef AIM_TOOL_STRUCTURED_LOG_H
#define AIM_TOOL_STRUCTURED_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR } log_level;
typedef enum log_format { LOG_TEXT, LOG_JSON } log_format;

enum {
    LOG_LINE_SIZE = 4096, /* of a line with its end: what a pipe takes in one piece */
    LOG_TIME_SIZE = 32    /* enough for a time */
};

/* Before the first line, and not while another thread logs. Until then: text, from info on. */
void log_configure(log_format format, log_level level);
/* "text", "json"; "debug", "info", "warning", "error". False for anything else. */
bool log_format_read(const char *text, log_format *out);
bool log_level_read(const char *text, log_level *out);

/* log_line(LOG_INFO, "plan made", "namespace", ns, "name", name, NULL). A NULL value is an empty one. */
#if defined __GNUC__
__attribute__((sentinel))
#endif
void log_line(log_level level, const char *message, ...);

/* The wall clock in UTC, as leases and events write it: "2026-01-02T03:04:05.000000Z". Never to be used for waiting. */
void log_time(char *out, size_t size);
/* A moment by somebody else's clock, in seconds since 1970, written the same way. */
void log_time_of(int64_t seconds, char *out, size_t size);
/* The time that lies so many seconds after an RFC 3339 time in UTC, NULL: after now. "" when the text is no such time
 * or the result is not within the years 1 to 9999. */
void log_time_after(const char *text, int64_t seconds, char *out, size_t size);

#endif
