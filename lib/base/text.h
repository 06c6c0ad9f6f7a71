/* Text that grows inside an arena, and the character questions that the whole library asks in the C locale. */
#ifndef AIMP_BASE_TEXT_H
#define AIMP_BASE_TEXT_H

#include <aim/buffer.h>

#include "base/memory.h"

typedef struct aimp_text {
    aimp_arena *arena;
    const aim_sink *sink; /* NULL: the text is kept */
    char *data;           /* always ends with NUL once anything was added */
    size_t size, capacity;
} aimp_text;

aimp_text aimp_text_new(aimp_arena *arena);
/* A text that goes to a sink in pieces: only what was added last can be seen in data. */
aimp_text aimp_text_for_sink(aimp_arena *arena, const aim_sink *sink);
/* Hands over what has not gone to the sink yet; does nothing for a text that is kept. */
void aimp_text_flush(aimp_text *text);
void aimp_text_add(aimp_text *text, const char *bytes, size_t size);
void aimp_text_add_string(aimp_text *text, const char *string);
void aimp_text_add_char(aimp_text *text, char c);
void aimp_text_add_repeated(aimp_text *text, char c, size_t count);
void aimp_text_add_format(aimp_text *text, const char *format, ...) AIMP_PRINTF(2, 3);
/* Text of unknown origin for a terminal: control characters become '?', what is not UTF-8 becomes U+FFFD. */
void aimp_text_add_safe(aimp_text *text, const char *string);
/* Text of unknown origin for a cell of a Markdown table: nothing in it is markup, and it stays on one line. */
void aimp_text_add_markdown(aimp_text *text, const char *string);
/* The text so far; "" when nothing was added. */
const char *aimp_text_string(const aimp_text *text);

bool aimp_is_space(char c); /* space, \t \n \v \f \r */
bool aimp_is_digit(char c);
bool aimp_is_lower_alnum(char c); /* a-z 0-9 */
char aimp_to_lower(char c);
char aimp_to_upper(char c);
bool aimp_equal(const char *a, const char *b);               /* NULL equals NULL only */
bool aimp_equal_ignoring_case(const char *a, const char *b); /* ASCII */
bool aimp_starts_with(const char *text, const char *prefix);
bool aimp_ends_with(const char *text, const char *suffix);
bool aimp_contains_ignoring_case(const char *text, const char *part);
bool aimp_is_empty(const char *text); /* NULL or "" */
/* "" for NULL */
const char *aimp_or_empty(const char *text);
/* Without white space at both ends, as Go's strings.TrimSpace does for ASCII. */
const char *aimp_trim(aimp_arena *arena, const char *text);
const char *aimp_upper(aimp_arena *arena, const char *text);
const char *aimp_lower(aimp_arena *arena, const char *text);

/* Length of the UTF-8 sequence at p (1 to 4), 0 when it is not valid; *out receives the code point. */
size_t aimp_utf8_decode(const char *p, const char *end, uint32_t *out);
/* Writes a code point; answers the number of bytes (1 to 4). */
size_t aimp_utf8_encode(uint32_t code_point, char out[4]);

/* Takes out what is no UTF-8, in place: what a precision in a format has cut in half. */
void aimp_utf8_drop_broken(char *text);

/* How many letters must change, vanish, appear or swap with a neighbour, ignoring case; at most limit. */
size_t aimp_edit_distance(const char *a, const char *b, size_t limit);

/* How many code points a text has. */
size_t aimp_utf8_length(const char *text);

uint64_t aimp_hash(const char *bytes, size_t size, uint64_t seed);

#endif
