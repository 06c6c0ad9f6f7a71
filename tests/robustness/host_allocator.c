/* A host's own allocator as strict as the interface allows: each block must come back with the size it has, is aligned
 * for max_align_t and for nothing larger, and is overwritten when it comes back. Below it lies a fixed pool, so that
 * what libaim takes from libc behind the host's back can be counted: nothing, but for libyaml.
 *
 *   host_allocator SAMPLE */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "interposed.h"
#include "job.h"
#include "verdict.h"

enum { POOL_SIZE = 1 << 26, ALIGNED = sizeof(max_align_t), FRESH = 0xa5, STALE = 0x5a, LIVE = 0x11fe, DEAD = 0xdead };

/* In front of each block; behind it stands one byte that nobody may write. */
typedef struct header {
    size_t size, state;
} header;

static _Alignas(64) unsigned char pool[POOL_SIZE];

typedef struct strict {
    size_t used, live, mistakes;
} strict;

static void *strict_alloc(size_t size, void *user) {
    strict *s = user;
    size_t at = (s->used + sizeof(header) + ALIGNED - 1) / ALIGNED * ALIGNED;
    if (at % (2 * ALIGNED) == 0) at += ALIGNED; /* only just aligned */
    if (!size) s->mistakes++;
    if (size > POOL_SIZE - at - 1) return NULL;
    s->used = at + size + 1;
    s->live++;
    memset(pool + at, FRESH, size + 1);
    memcpy(pool + at - sizeof(header), &(header){size, LIVE}, sizeof(header));
    return pool + at;
}

static void check_block(strict *s, void *block, size_t size) {
    header h;
    unsigned char *bytes = block;
    memcpy(&h, bytes - sizeof h, sizeof h);
    if (h.state != LIVE || h.size != size || bytes[h.size] != FRESH) s->mistakes++;
}

static void strict_release(void *block, size_t size, void *user) {
    strict *s = user;
    check_block(s, block, size);
    memcpy((unsigned char *)block - sizeof(header), &(header){size, DEAD}, sizeof(header));
    memset(block, STALE, size);
    s->live--;
}

static void *strict_resize(void *block, size_t old_size, size_t new_size, void *user) {
    void *moved = strict_alloc(new_size, user);
    check_block(user, block, old_size);
    if (!moved) return NULL;
    memcpy(moved, block, old_size < new_size ? old_size : new_size);
    strict_release(block, old_size, user);
    return moved;
}

typedef struct finding {
    aim_code code;
    uint64_t hash;
    size_t libc_calls, live, mistakes;
} finding;

static finding run_strictly(const char *text, size_t size) {
    strict s = {0};
    finding f = {0};
    aim_allocator allocator = {sizeof allocator, 0, strict_alloc, strict_resize, strict_release, &s};
    interposed_begin(0, false);
    f.code = job_run(&allocator, text, size, &f.hash);
    interposed_end();
    f.libc_calls = interposed_calls;
    f.live = s.live;
    f.mistakes = s.mistakes;
    return f;
}

/* Behind a case file, a node with more labels than a sort of libc does without memory. */
static char *with_many_keys(const char *json, size_t json_size, size_t *size) {
    enum { KEYS = 2000, MOST = 32 };
    char *text = malloc(json_size + (KEYS + 10) * MOST), *p = text;
    if (!text) exit(1);
    memcpy(p, json, json_size);
    p += json_size;
    p += sprintf(p, "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"many\",\"labels\":{");
    for (int i = 0; i < KEYS; i++)
        p += sprintf(p, "%s\"k%d\":\"v\"", i ? "," : "", i * 7919 % KEYS);
    p += sprintf(p, "}}}\n");
    *size = (size_t)(p - text);
    return text;
}

int main(int argc, char **argv) {
    size_t size, json_size;
    uint64_t expected = 0;
    aim_context *context = NULL;
    aim_cluster *cluster = NULL;
    aim_buffer *json = NULL;
    if (argc != 2) return 2;
    char *yaml = job_read_file(argv[1], &size);
    if (aim_context_new(NULL, &context, NULL) || job_fill(context, yaml, size, &cluster) ||
        job_answer(cluster, 0, &expected) || aim_cluster_render_case(cluster, 0, &json, NULL))
        return 1;
    char *text = with_many_keys(aim_buffer_data(json), aim_buffer_size(json), &json_size);
    finding of_yaml = run_strictly(yaml, size), of_json = run_strictly(text, json_size);
    verdict("the answers do not depend on the allocator", !of_yaml.code && of_yaml.hash == expected);
    verdict("every block comes back with its size", !of_yaml.mistakes && !of_json.mistakes);
    verdict("every block comes back", !of_yaml.live && !of_json.live);
    verdict("JSON is read and answered without libc's memory", !of_json.code && !of_json.libc_calls);
    verdict("libyaml takes its memory from libc", of_yaml.libc_calls > 0);
    if (of_json.libc_calls) printf("  %zu calls of libc\n", of_json.libc_calls);
    aim_buffer_free(json);
    aim_cluster_free(cluster);
    aim_context_free(context);
    free(text);
    free(yaml);
    return verdict_end();
}
