/* Reading a text with the reader of documents itself: its documents as JSON, and its problems. */
#ifndef AIM_TESTS_READING_H
#define AIM_TESTS_READING_H

#include "doc/reader.h"
#include "harness.h"

enum { MAX_PROBLEMS = 16 };

typedef struct problem {
    aim_code code;
    uint64_t line, column;
    const char *pointer, *message;
} problem;

typedef struct held_arena {
    struct held_arena *next;
    aimp_arena arena;
} held_arena;

typedef struct reading {
    test_context *t;
    aim_limits limits;
    held_arena *held;
    aimp_text documents; /* as JSON, one a line */
    size_t document_count, problem_count;
    problem problems[MAX_PROBLEMS];
    bool only_integers;
} reading;

reading new_reading(test_context *t);
/* The text is copied to its own size first, so that a sanitizer sees a read behind the end. */
void read_into(reading *r, const char *text, size_t size);
reading read_bytes(test_context *t, const char *text, size_t size);
reading read_text(test_context *t, const char *text);
/* The documents of a text that must not have a problem. */
const char *documents_of(test_context *t, const char *text);

#endif
