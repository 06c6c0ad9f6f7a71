/* A process that forks while it holds a cluster: parent and child both go on with it, while other threads of the parent
 * ask too. libaim holds no lock and no state of the process, so there is nothing that a child could find half done.
 *
 *   forked SAMPLE */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job.h"
#include "verdict.h"

enum { CHILDREN = 20, THREADS = 4 };

static const char one_more[] =
    "{\"type\":\"ADDED\",\"object\":{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"more\"}}}";

static aim_code add_one_more(aim_cluster *cluster) {
    aim_source source = {.struct_size = sizeof source, .data = one_more, .size = sizeof one_more - 1};
    return aim_cluster_apply_event(cluster, &source, NULL, NULL);
}

/* Answers, adds a node, answers again; 0: everything is as it should be. */
static int go_on(aim_cluster *cluster, uint64_t before, uint64_t after) {
    uint64_t hash = 0;
    aim_cluster *copy;
    if (job_answer(cluster, 1, &hash) || hash != before) return 1;
    if (aim_cluster_clone(cluster, &copy, NULL)) return 2;
    aim_code code = add_one_more(copy);
    if (!code) code = job_answer(copy, 0, &hash);
    aim_cluster_free(copy);
    return code ? 3 : hash != after ? 4 : 0;
}

typedef struct asking {
    const aim_cluster *cluster;
    uint64_t expected;
    atomic_bool stop, wrong;
} asking;

static void *ask(void *arg) {
    asking *a = arg;
    while (!atomic_load(&a->stop)) {
        uint64_t hash = 0;
        if (job_answer(a->cluster, 0, &hash) || hash != a->expected) atomic_store(&a->wrong, true);
    }
    return NULL;
}

static bool fork_many(aim_context *context, aim_cluster *cluster, uint64_t before, uint64_t after) {
    bool ok = true;
    for (int i = 0; ok && i < CHILDREN; i++) {
        int status = -1;
        pid_t child = fork();
        if (child == 0) {
            int end = go_on(cluster, before, after);
            aim_cluster_free(cluster);
            aim_context_free(context);
            _exit(end);
        }
        ok = child > 0 && go_on(cluster, before, after) == 0 && waitpid(child, &status, 0) == child && status == 0;
        if (!ok) printf("  child %d: status %d\n", i, status);
    }
    return ok;
}

int main(int argc, char **argv) {
    size_t size;
    aim_context *context;
    aim_cluster *cluster, *changed;
    uint64_t before = 0, after = 0;
    if (argc != 2) return 2;
    char *text = job_read_file(argv[1], &size);
    if (aim_context_new(NULL, &context, NULL) || job_fill(context, text, size, &cluster) ||
        job_answer(cluster, 0, &before) || aim_cluster_clone(cluster, &changed, NULL) || add_one_more(changed) ||
        job_answer(changed, 0, &after))
        return 1;
    aim_cluster_free(changed);
    verdict("parent and child go on with one cluster", fork_many(context, cluster, before, after));

    pthread_t threads[THREADS];
    asking a = {.cluster = cluster, .expected = before};
    for (size_t i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, ask, &a)) return 1;
    }
    bool ok = fork_many(context, cluster, before, after);
    atomic_store(&a.stop, true);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    verdict("a child goes on that was forked while threads were asking", ok && !atomic_load(&a.wrong));
    aim_cluster_free(cluster);
    aim_context_free(context);
    free(text);
    return verdict_end();
}
