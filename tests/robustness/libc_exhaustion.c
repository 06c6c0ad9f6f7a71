/* When libc itself has no memory: libyaml allocates with malloc, whatever allocator the context has. Every call of
 * malloc, calloc and realloc of a job fails once and for good, each in a process of its own, which must end by itself
 * with AIM_E_NO_MEMORY or the right answer; and the same below a limit of the address space.
 *
 *   libc_exhaustion SAMPLE */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interposed.h"
#include "job.h"
#include "verdict.h"

/* How a child ends. */
enum { RIGHT, NO_MEMORY, WRONG, UNDISTURBED };

typedef struct text {
    const char *name;
    char *data;
    size_t size;
    aim_code code; /* with memory to spare */
    uint64_t hash;
} text;

static int run_child(const text *t, size_t fail_at, bool for_good) {
    uint64_t hash = 0;
    interposed_begin(fail_at, for_good);
    aim_code code = job_run(NULL, t->data, t->size, &hash);
    interposed_end();
    bool right = code == t->code && hash == t->hash;
    if (!interposed_refused) return right ? UNDISTURBED : WRONG;
    return right ? RIGHT : code == AIM_E_NO_MEMORY ? NO_MEMORY : WRONG;
}

/* The child's end, or -1 with a line about the signal. */
static int run_apart(const text *t, size_t fail_at, bool for_good) {
    int status;
    pid_t child = fork();
    if (child == 0) _exit(run_child(t, fail_at, for_good));
    if (child < 0 || waitpid(child, &status, 0) != child) return -1;
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    printf("  %s: allocation %zu%s: signal %d\n", t->name, fail_at, for_good ? " and all after it" : "",
           WTERMSIG(status));
    return -1;
}

static bool survives(const text *t, bool for_good) {
    unsigned refused = 0, absorbed = 0, failures = 0;
    for (size_t n = 1; failures < 5; n++) {
        int end = run_apart(t, n, for_good);
        if (end == UNDISTURBED) break;
        refused += end == NO_MEMORY;
        absorbed += end == RIGHT;
        if (end == WRONG)
            printf("  %s: allocation %zu%s: a wrong answer\n", t->name, n, for_good ? " and all after it" : "");
        failures += end == WRONG || end < 0;
    }
    printf("  %s: %u times out of memory, %u times the right answer all the same\n", t->name, refused, absorbed);
    return !failures && refused > 0;
}

/* --- texts --- */

static char *grown(size_t size) {
    char *data = malloc(size);
    if (!data) exit(1);
    data[0] = '\0';
    return data;
}

static char *copy(const char *literal) {
    return strcpy(grown(strlen(literal) + 1), literal);
}

static char *long_scalars(void) {
    char *data = grown(40000), *p = data;
    p += sprintf(p, "apiVersion: v1\nkind: Node\nmetadata:\n  name: node\n  annotations:\n    plain: ");
    for (int i = 0; i < 300; i++)
        p += sprintf(p, "word%d%s", i, i % 8 == 7 ? "\n      " : " ");
    p += sprintf(p, "\n    quoted: \"");
    for (int i = 0; i < 300; i++)
        p += sprintf(p, "\\u00e9 word%d%s", i, i % 8 == 7 ? "\n      " : " ");
    p += sprintf(p, "\"\n    folded: >\n");
    for (int i = 0; i < 100; i++)
        p += sprintf(p, "      line %d of many\n", i);
    p += sprintf(p, "    literal: |\n");
    for (int i = 0; i < 100; i++)
        p += sprintf(p, "      line %d of many\n", i);
    sprintf(p, "    key%0500d: a long key\n", 0);
    return data;
}

/* Keys in no order, more than qsort() sorts on the stack. */
static char *many_keys(void) {
    char *data = grown(20000), *p = data;
    p += sprintf(p, "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n\",\"labels\":{");
    for (int i = 0; i < 300; i++)
        p += sprintf(p, "%s\"k%d\":\"v\"", i ? "," : "", i * 7919 % 300);
    sprintf(p, "}}}\n");
    return data;
}

static const char flow[] =
    "---\n{apiVersion: v1, kind: Node, metadata: {name: node, labels: {a: b, 'c': \"d\", e: !!str 5}}}\n";
static const char block[] = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  namespace: a\nspec:\n  containers:\n"
                            "  - name: main\n    env:\n    - name: A\n      value: |\n        x\n        y\n"
                            "  - name: other\n    args: [a, b,\n      c]\n";
static const char anchors[] =
    "apiVersion: v1\nkind: Node\nmetadata: {name: node, labels: &l {z: &v b, c: *v, d: &e ''},\n"
    "  annotations: {<<: [*l, *l], a: *e}}\n";
static const char merges[] = "apiVersion: v1\nkind: Node\nmetadata:\n  name: node\n  labels: &l {z: x, c: d}\n"
                             "  annotations:\n    <<: *l\n    c: own\n";
static const char stream[] =
    "%YAML 1.1\n%TAG !x! tag:yaml.org,2002:\n---\napiVersion: v1\nkind: Node\nmetadata: {name: a}"
    "\n...\n---\n---\n{apiVersion: v1, kind: Node, metadata: {name: b}}\n--- # c\n"
    "apiVersion: v1\nkind: Node\nmetadata:\n  name: !!str c\n";
static const char comments[] = "# before\napiVersion: v1 # behind\n# between\nkind: Node\nmetadata: # below\n  # deep\n"
                               "  name: node\n# after\n";
static const char broken[] = "apiVersion: v1\nkind: [Node\n---\nkind: {a: *nobody}\n---\n? [a]\n: b\n---\n\ta: b\n";
static const char json[] =
    "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"apiVersion\":\"v1\",\"kind\":\"Node\","
    "\"metadata\":{\"name\":\"n\",\"labels\":{\"b\":\"\\u00e9\",\"a\":\"x\"}}}]}\n";

static void check_all(const char *sample) {
    size_t sample_size;
    char *sample_text = job_read_file(sample, &sample_size);
    text texts[] = {{"flow", copy(flow)},
                    {"block", copy(block)},
                    {"anchors", copy(anchors)},
                    {"merge keys", copy(merges)},
                    {"a stream", copy(stream)},
                    {"comments", copy(comments)},
                    {"long scalars", long_scalars()},
                    {"a broken text", copy(broken)},
                    {"JSON", copy(json)},
                    {"many keys", many_keys()},
                    {"the sample", sample_text}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        text *t = &texts[i];
        char name[128];
        t->size = t->data == sample_text ? sample_size : strlen(t->data);
        t->code = job_run(NULL, t->data, t->size, &t->hash);
        snprintf(name, sizeof name, "%s is what it should be", t->name);
        verdict(name, t->code == (strcmp(t->name, "a broken text") == 0 ? AIM_E_SYNTAX : AIM_OK));
        for (int for_good = 0; for_good <= 1; for_good++) {
            snprintf(name, sizeof name, "%s %s", t->name,
                     for_good ? "survives libc without memory for good" : "survives any failing call of malloc");
            verdict(name, survives(t, for_good));
        }
        free(t->data);
    }
}

/* --- a real limit --- */

static char *large_text(bool yaml, size_t *size) {
    enum { OBJECTS = 20000 };
    char *data = grown((size_t)OBJECTS * 200), *p = data;
    for (int i = 0; i < OBJECTS; i++)
        p += yaml ? sprintf(p, "---\napiVersion: v1\nkind: Node\nmetadata:\n  name: n%d\n  labels: {a: b, c: d}\n", i)
                  : sprintf(p, "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n%d\"}}\n", i);
    *size = (size_t)(p - data);
    return data;
}

static size_t address_space(void) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%lu", &pages) != 1) pages = 0;
    if (file) fclose(file);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

static int run_limited(const text *t, size_t room) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        uint64_t hash = 0;
        struct rlimit limit = {address_space() + room, address_space() + room};
        if (setrlimit(RLIMIT_AS, &limit)) _exit(WRONG);
        aim_code code = job_run(NULL, t->data, t->size, &hash);
        _exit(code == AIM_E_NO_MEMORY ? NO_MEMORY : code == AIM_OK && hash == t->hash ? RIGHT : WRONG);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
    return WEXITSTATUS(status);
}

static void check_limit(const char *name, bool yaml) {
    text t = {.name = name};
    t.data = large_text(yaml, &t.size);
    bool ok = job_run(NULL, t.data, t.size, &t.hash) == AIM_OK, refused = false, answered = false;
    malloc_trim(0); /* what this run gave back would be room for the next ones */
    for (size_t room = (size_t)1 << 20; ok && room <= (size_t)1 << 30; room += room / 2) {
        int end = run_limited(&t, room);
        refused = refused || end == NO_MEMORY;
        answered = answered || end == RIGHT;
        ok = end == NO_MEMORY || end == RIGHT;
        if (!ok) printf("  %s: with %zu bytes: %d\n", name, room, end);
    }
    verdict(name, ok && refused && answered);
    free(t.data);
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    check_all(argv[1]);
    check_limit("a large JSON text survives a limit of the address space", false);
    check_limit("a large YAML text survives a limit of the address space", true);
    return verdict_end();
}
