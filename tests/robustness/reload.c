/* libaim as a plug-in: loaded, used and unloaded again and again. It leaves nothing behind: no mapping, no memory, no
 * handler that would run in code that is gone.
 *
 *   reload LIBRARY SAMPLE */
#include <dlfcn.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verdict.h"

#include <aim/aim.h>

enum { ROUNDS = 100, WARM_UP = 5 };

/* dlsym() answers an object pointer; POSIX lets it stand for a function. */
#define LOOK_UP(function)                                                                                              \
    do {                                                                                                               \
        void *symbol = dlsym(library, #function);                                                                      \
        if (!symbol) return NULL;                                                                                      \
        memcpy(&f.function, &symbol, sizeof symbol);                                                                   \
    } while (0)

typedef struct functions {
    aim_code (*aim_context_new)(const aim_context_options *, aim_context **, aim_error **);
    void (*aim_context_free)(aim_context *);
    aim_code (*aim_cluster_new)(aim_context *, aim_cluster **, aim_error **);
    aim_code (*aim_cluster_add)(aim_cluster *, const aim_source *, aim_report **, aim_error **);
    void (*aim_cluster_free)(aim_cluster *);
    aim_code (*aim_plan_new)(const aim_cluster *, const aim_ref *, const aim_options *, aim_plan **, aim_error **);
    aim_code (*aim_plan_render)(const aim_plan *, int32_t, int32_t, uint32_t, aim_buffer **, aim_error **);
    void (*aim_plan_free)(aim_plan *);
    const char *(*aim_buffer_data)(const aim_buffer *);
    void (*aim_buffer_free)(aim_buffer *);
} functions;

static const functions *look_up(void *library) {
    static functions f;
    LOOK_UP(aim_context_new);
    LOOK_UP(aim_context_free);
    LOOK_UP(aim_cluster_new);
    LOOK_UP(aim_cluster_add);
    LOOK_UP(aim_cluster_free);
    LOOK_UP(aim_plan_new);
    LOOK_UP(aim_plan_render);
    LOOK_UP(aim_plan_free);
    LOOK_UP(aim_buffer_data);
    LOOK_UP(aim_buffer_free);
    return &f;
}

static bool main_job(const functions *f, const char *text, size_t size, char *answer, size_t room) {
    aim_context *context = NULL;
    aim_cluster *cluster = NULL;
    aim_plan *plan = NULL;
    aim_buffer *buffer = NULL;
    aim_source source = {.struct_size = sizeof source, .data = text, .size = size};
    aim_ref service = {.struct_size = sizeof service, .ns = "team", .name = "chat"};
    bool ok = !f->aim_context_new(NULL, &context, NULL) && !f->aim_cluster_new(context, &cluster, NULL) &&
              !f->aim_cluster_add(cluster, &source, NULL, NULL) &&
              !f->aim_plan_new(cluster, &service, NULL, &plan, NULL) &&
              !f->aim_plan_render(plan, AIM_PART_EXPLANATION, AIM_FORMAT_TEXT, 0, &buffer, NULL);
    if (ok) snprintf(answer, room, "%s", f->aim_buffer_data(buffer));
    f->aim_buffer_free(buffer);
    f->aim_plan_free(plan);
    f->aim_cluster_free(cluster);
    f->aim_context_free(context);
    return ok;
}

/* How many lines of /proc/self/maps there are, and how many of them name libaim. */
static size_t mappings(size_t *of_libaim) {
    char line[512];
    size_t count = 0;
    FILE *file = fopen("/proc/self/maps", "r");
    *of_libaim = 0;
    while (file && fgets(line, sizeof line, file)) {
        count++;
        *of_libaim += strstr(line, "libaim.so") != NULL;
    }
    if (file) fclose(file);
    return count;
}

int main(int argc, char **argv) {
    static char sample[1 << 20], first[1 << 14], answer[1 << 14];
    size_t size, mapped = 0, used = 0, left_over = 0, grown = 0, wrong = 0, seen = 0;
    /* glibc counts what its cache of small blocks keeps as in use: only without that cache is a sum comparable */
    static const char tunable[] = "glibc.malloc.tcache_count=0";
    const char *tunables = getenv("GLIBC_TUNABLES");
    if (!tunables || strcmp(tunables, tunable) != 0) {
        setenv("GLIBC_TUNABLES", tunable, 1);
        execv("/proc/self/exe", argv);
        return 1;
    }
    FILE *file = argc == 3 ? fopen(argv[2], "rb") : NULL;
    if (!file) return 2;
    size = fread(sample, 1, sizeof sample, file);
    fclose(file);
    for (int round = 0; round < ROUNDS; round++) {
        void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
        const functions *f = library ? look_up(library) : NULL;
        if (!f) {
            fprintf(stderr, "%s\n", dlerror());
            return 1;
        }
        size_t loaded, left;
        mappings(&loaded);
        seen += loaded > 0;
        bool ok = main_job(f, sample, size, answer, sizeof answer);
        if (!round) strcpy(first, answer);
        wrong += !ok || !*answer || strcmp(answer, first) != 0;
        dlclose(library);
        size_t now_mapped = mappings(&left), now_used = mallinfo2().uordblks;
        left_over += left;
        if (round >= WARM_UP) grown += now_mapped != mapped || now_used != used;
        mapped = now_mapped;
        used = now_used;
    }
    verdict("a hundred loads give the same answer", !wrong);
    verdict("libaim is mapped while it is loaded and gone after that", seen == ROUNDS && !left_over);
    verdict("neither mappings nor memory grow", !grown);
    return verdict_end();
}
