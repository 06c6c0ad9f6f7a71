/* One JSON value from standard input as YAML on standard output, by the writer that manifests go through; for the
 * readers of tests/yaml_readers_test.py. */
#include <stdio.h>
#include <stdlib.h>

#include "doc/reader.h"
#include "doc/writer.h"

enum { MOST = 1 << 24 };

typedef struct job {
    aimp_arena arena;
    char *input;
    size_t size;
} job;

static void write_yaml(void *arg) {
    job *j = arg;
    const aimp_node *node = aimp_read_small_json(&j->arena, j->input, j->size);
    if (!node) aimp_raise(j->arena.guard, AIM_E_SYNTAX, "standard input is no JSON");
    aimp_text text = aimp_text_new(&j->arena);
    aimp_write_yaml(&text, node);
    fwrite(aimp_text_string(&text), 1, text.size, stdout);
}

int main(void) {
    aimp_guard guard = {0};
    job j = {.input = malloc(MOST)};
    if (!j.input) return 1;
    j.size = fread(j.input, 1, MOST, stdin);
    aimp_arena_init(&j.arena, &aimp_libc_allocator, &guard, 65536);
    aim_code code = aimp_guard_run(&guard, write_yaml, &j);
    if (code) fprintf(stderr, "%s\n", guard.message);
    aimp_arena_free(&j.arena);
    free(j.input);
    return code != AIM_OK;
}
