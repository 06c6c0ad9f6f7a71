/* Lines that nothing in them can break, and times. */
#include <json-c/json.h>
#include <stdio.h>
#include <unistd.h>

#include "help.h"
#include "structured_log.h"

enum { MOST_TEXT = 16384 };

/* What goes to standard error from capture() to captured(). */
static int before = -1;
static FILE *into;

static void capture(test_context *t) {
    fflush(stderr);
    into = tmpfile();
    before = dup(STDERR_FILENO);
    CHECK(into && before >= 0 && dup2(fileno(into), STDERR_FILENO) >= 0);
    clock_fix(1767323045, 123999999);
}

static const char *captured(test_context *t) {
    char text[MOST_TEXT];
    dup2(before, STDERR_FILENO);
    close(before);
    rewind(into);
    const size_t size = fread(text, 1, sizeof text, into);
    fclose(into);
    clock_reset();
    log_configure(LOG_TEXT, LOG_INFO);
    return aimp_copy(&t->arena, text, size);
}

static const char *line_of(test_context *t, log_format format, const char *message, const char *key,
                           const char *value) {
    log_configure(format, LOG_INFO);
    capture(t);
    log_line(LOG_INFO, message, key, value, NULL);
    return captured(t);
}

TEST(structured_log, a_line_for_people) {
    CHECK_TEXT(line_of(t, LOG_TEXT, "plan made", "name", "qwen"),
               "2026-01-02T03:04:05.123Z INFO plan made name=qwen\n");
    CHECK_TEXT(line_of(t, LOG_TEXT, "plan made", "name", NULL), "2026-01-02T03:04:05.123Z INFO plan made name=\"\"\n");
    CHECK_TEXT(line_of(t, LOG_TEXT, "plan made", NULL, NULL), "2026-01-02T03:04:05.123Z INFO plan made\n");
    CHECK_TEXT(line_of(t, LOG_TEXT, NULL, NULL, NULL), "2026-01-02T03:04:05.123Z INFO \n");
}

TEST(structured_log, a_line_for_programs) {
    CHECK_TEXT(
        line_of(t, LOG_JSON, "plan made", "name", "qwen"),
        "{\"time\":\"2026-01-02T03:04:05.123Z\",\"level\":\"info\",\"message\":\"plan made\",\"name\":\"qwen\"}\n");
}

TEST(structured_log, values_that_need_them_get_quotes) {
    static const char *const values[][2] = {{"a b", "\"a b\""},     {"", "\"\""},       {"a=b", "\"a=b\""},
                                            {"a\"b", "\"a\\\"b\""}, {"\\", "\"\\\\\""}, {"a/b:c", "a/b:c"}};
    for (size_t i = 0; i < COUNT(values); i++)
        CHECK_TEXT(line_of(t, LOG_TEXT, "m", "k", values[i][0]),
                   aimp_format(&t->arena, "2026-01-02T03:04:05.123Z INFO m k=%s\n", values[i][1]));
}

TEST(structured_log, nothing_breaks_a_line_or_moves_a_cursor) {
    static const char *const values[][2] = {{"a\nb", "a\\nb"},
                                            {"a\rb\t", "a\\rb\\t"},
                                            {"\x1b[31m", "\\u001b[31m"},
                                            {"\x7f", "\\u007f"},
                                            {"\xc2\x9b", "\\u009b"},
                                            {"\xe2\x80\xae", "\\u202e"},
                                            {"\xe2\x80\xa8", "\\u2028"},
                                            {"\xe2\x81\xa6", "\\u2066"},
                                            {"\xff", "\xef\xbf\xbd"},
                                            {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
                                            {"\xc3\xa9\xf0\x9f\x98\x80", "\xc3\xa9\xf0\x9f\x98\x80"}};
    for (size_t i = 0; i < COUNT(values); i++) {
        CHECK_TEXT(line_of(t, LOG_TEXT, "m", "k", values[i][0]),
                   aimp_format(&t->arena, "2026-01-02T03:04:05.123Z INFO m k=\"%s\"\n", values[i][1]));
        CHECK_TEXT(line_of(t, LOG_TEXT, values[i][0], NULL, NULL),
                   aimp_format(&t->arena, "2026-01-02T03:04:05.123Z INFO %s\n", values[i][1]));
        CHECK_TEXT(line_of(t, LOG_JSON, values[i][0], "k", NULL),
                   aimp_format(&t->arena,
                               "{\"time\":\"2026-01-02T03:04:05.123Z\",\"level\":\"info\",\"message\":\"%s\","
                               "\"k\":\"\"}\n",
                               values[i][1]));
    }
}

TEST(structured_log, what_is_too_long_is_cut_and_says_so) {
    static const char *const pieces[] = {"a", "\xc3\xa9", "\xf0\x9f\x98\x80", "\"", "\x01"};
    for (size_t i = 0; i < COUNT(pieces); i++) {
        for (size_t before_it = 0; before_it < 8; before_it++) {
            const char *value =
                aimp_format(&t->arena, "%s%s", repeated(t, "x", before_it), repeated(t, pieces[i], 5000));
            const char *json = line_of(t, LOG_JSON, "m", "k", value);
            CHECK(strlen(json) <= LOG_LINE_SIZE && strlen(json) > LOG_LINE_SIZE - 48);
            CHECK_TEXT(member_text(t, json, "cut"), "true");
            const char *left = member_text(t, json, "k");
            CHECK(strlen(left) > 500 && strncmp(left, value, strlen(left)) == 0);
            const char *text = line_of(t, LOG_TEXT, "m", "k", value);
            CHECK(strlen(text) <= LOG_LINE_SIZE && strcmp(text + strlen(text) - 10, " cut=true\n") == 0);
            json = line_of(t, LOG_JSON, value, "k", "v");
            CHECK_TEXT(member_text(t, json, "cut"), "true");
            CHECK_TEXT(member_text(t, json, "k"), "missing");
        }
    }
}

TEST(structured_log, what_is_below_the_level_is_not_written) {
    static const log_level levels[] = {LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR};
    static const char *const lines[] = {"2026-01-02T03:04:05.123Z DEBUG a\n", "2026-01-02T03:04:05.123Z INFO a\n",
                                        "2026-01-02T03:04:05.123Z WARNING a\n", "2026-01-02T03:04:05.123Z ERROR a\n"};
    for (size_t least = 0; least < COUNT(levels); least++) {
        aimp_text expected = aimp_text_new(&t->arena);
        log_configure(LOG_TEXT, levels[least]);
        capture(t);
        for (size_t i = 0; i < COUNT(levels); i++) {
            log_line(levels[i], "a", NULL);
            if (i >= least) aimp_text_add_format(&expected, "%s", lines[i]);
        }
        CHECK_TEXT(captured(t), aimp_text_string(&expected));
    }
}

TEST(structured_log, formats_and_levels_have_names) {
    log_format format = LOG_TEXT;
    log_level level = LOG_DEBUG;
    CHECK(log_format_read("json", &format) && format == LOG_JSON);
    CHECK(log_format_read("text", &format) && format == LOG_TEXT);
    CHECK(!log_format_read("JSON", &format) && !log_format_read("", &format) && !log_format_read(NULL, &format));
    CHECK(log_level_read("error", &level) && level == LOG_ERROR);
    CHECK(log_level_read("warning", &level) && level == LOG_WARNING);
    CHECK(log_level_read("info", &level) && level == LOG_INFO);
    CHECK(log_level_read("debug", &level) && level == LOG_DEBUG);
    CHECK(!log_level_read("warn", &level) && !log_level_read("", &level) && !log_level_read(NULL, &level));
}

static const char *time_after(test_context *t, const char *text, int64_t seconds) {
    char out[LOG_TIME_SIZE];
    log_time_after(text, seconds, out, sizeof out);
    return aimp_format(&t->arena, "%s", out);
}

TEST(structured_log, times_are_counted) {
    static const struct {
        const char *text;
        int64_t seconds;
        const char *result;
    } cases[] = {
        {"2026-01-02T03:04:05Z", 0, "2026-01-02T03:04:05.000000Z"},
        {"2026-01-02T03:04:05.5Z", 1, "2026-01-02T03:04:06.500000Z"},
        {"2026-01-02T03:04:05.1234567Z", 0, "2026-01-02T03:04:05.123456Z"},
        {"2025-12-31T23:59:59Z", 1, "2026-01-01T00:00:00.000000Z"},
        {"2024-02-28T23:59:59Z", 1, "2024-02-29T00:00:00.000000Z"},
        {"2023-02-28T23:59:59Z", 1, "2023-03-01T00:00:00.000000Z"},
        {"2000-02-29T00:00:00Z", 366 * 86400, "2001-03-01T00:00:00.000000Z"},
        {"2100-02-28T00:00:00Z", 86400, "2100-03-01T00:00:00.000000Z"},
        {"1970-01-01T00:00:00Z", -1, "1969-12-31T23:59:59.000000Z"},
        {"0001-01-01T00:00:00Z", 0, "0001-01-01T00:00:00.000000Z"},
        {"9999-12-31T23:59:59Z", 0, "9999-12-31T23:59:59.000000Z"},
        {"0001-01-01T00:00:00Z", -1, ""},
        {"9999-12-31T23:59:59Z", 1, ""},
        {"2026-01-02T03:04:05Z", INT64_MAX, ""},
        {"2026-01-02T03:04:05Z", INT64_MIN, ""},
        {"2026-02-29T00:00:00Z", 0, ""},
        {"2026-13-01T00:00:00Z", 0, ""},
        {"2026-00-01T00:00:00Z", 0, ""},
        {"2026-01-00T00:00:00Z", 0, ""},
        {"2026-01-01T24:00:00Z", 0, ""},
        {"2026-01-01T00:60:00Z", 0, ""},
        {"2026-01-01T00:00:00", 0, ""},
        {"2026-01-01T00:00:00.Z", 0, ""},
        {"2026-01-01T00:00:00Zx", 0, ""},
        {"2026-01-01T00:00:00+01:00", 0, ""},
        {"2026-1-1T00:00:00Z", 0, ""},
        {" 2026-01-01T00:00:00Z", 0, ""},
        {"", 0, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        CHECK_TEXT(time_after(t, cases[i].text, cases[i].seconds), cases[i].result);
}

TEST(structured_log, now_is_the_wall_clock) {
    char out[LOG_TIME_SIZE];
    clock_fix(1767323045, 999999999);
    log_time(out, sizeof out);
    CHECK_TEXT(out, "2026-01-02T03:04:05.999999Z");
    CHECK_TEXT(time_after(t, NULL, 15), "2026-01-02T03:04:20.999999Z");
    clock_reset();
}
