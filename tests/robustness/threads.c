/* Many threads on one cluster: all of them ask, render and clone, and give back what another thread made; clones change
 * while others read what they share; a cancel flag is set from another thread and from a signal handler. Meant for the
 * thread sanitizer (.ci/run), and right without it.
 *
 *   threads FILE... */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"
#include "verdict.h"

enum { THREADS = 16, ROUNDS = 3 };

typedef struct worker {
    pthread_t thread;
    const aim_cluster *cluster; /* read by all */
    size_t number;
    uint64_t hash, clone_hash;
    /* left for the next worker to give back */
    aim_cluster *clone;
    aim_plan *plan;
    bool ok;
} worker;

static void join_all(worker *workers, void *(*body)(void *)) {
    for (size_t i = 0; i < THREADS; i++) {
        if (pthread_create(&workers[i].thread, NULL, body, &workers[i])) exit(1);
    }
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
}

static void *ask(void *arg) {
    worker *w = arg;
    aim_ref services = {.struct_size = sizeof services, .kind = "AIMService"}, service = services;
    w->ok = aim_cluster_clone(w->cluster, &w->clone, NULL) == AIM_OK && aim_cluster_count(w->clone, &services) > 0 &&
            job_answer(w->cluster, w->number, &w->hash) == AIM_OK &&
            job_answer(w->clone, w->number, &w->clone_hash) == AIM_OK &&
            aim_cluster_at(w->clone, &services, 0, &service, NULL) == AIM_OK &&
            aim_plan_new(w->clone, &service, NULL, &w->plan, NULL) == AIM_OK;
    return NULL;
}

/* What worker number n made is given back by the thread of worker n + 1. */
static void *give_back(void *arg) {
    worker *w = arg, *other = w->number + 1 < THREADS ? w + 1 : w - w->number;
    aim_cluster_free(other->clone);
    aim_plan_free(other->plan);
    return NULL;
}

static void check_readers(const aim_cluster *cluster, uint64_t expected) {
    bool same = true;
    for (int round = 0; round < ROUNDS; round++) {
        worker workers[THREADS] = {0};
        for (size_t i = 0; i < THREADS; i++)
            workers[i].cluster = cluster, workers[i].number = i;
        join_all(workers, ask);
        for (size_t i = 0; i < THREADS; i++)
            same = same && workers[i].ok && workers[i].hash == expected && workers[i].clone_hash == expected;
        join_all(workers, give_back);
    }
    verdict("sixteen threads get the same bytes from one cluster", same);
}

/* --- clones that change --- */

/* Odd workers change their clone, even ones read the original meanwhile. */
static void *change_or_ask(void *arg) {
    worker *w = arg;
    char text[256];
    if (w->number % 2 == 0) {
        w->ok = job_answer(w->cluster, w->number, &w->hash) == AIM_OK;
        return NULL;
    }
    w->ok = aim_cluster_clone(w->cluster, &w->clone, NULL) == AIM_OK;
    for (int i = 0; w->ok && i < 20; i++) {
        aim_ref node = {.struct_size = sizeof node, .kind = "Node", .name = text};
        int size = snprintf(
            text, sizeof text,
            "{\"type\":\"ADDED\",\"object\":{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n%d\"}}}",
            i);
        aim_source event = {.struct_size = sizeof event, .data = text, .size = (size_t)size};
        w->ok = aim_cluster_apply_event(w->clone, &event, NULL, NULL) == AIM_OK;
        snprintf(text, sizeof text, "n%d", i);
        if (w->ok && i % 2) w->ok = aim_cluster_remove(w->clone, &node, NULL) == AIM_OK;
    }
    aim_ref services = {.struct_size = sizeof services, .kind = "AIMService"}, found = services;
    while (w->ok && aim_cluster_count(w->clone, &services) > 0) { /* objects that all clones share */
        w->ok = aim_cluster_at(w->clone, &services, 0, &found, NULL) == AIM_OK &&
                aim_cluster_remove(w->clone, &found, NULL) == AIM_OK;
    }
    return NULL;
}

static void check_writers(const aim_cluster *cluster, uint64_t expected) {
    worker workers[THREADS] = {0};
    bool same = true;
    for (size_t i = 0; i < THREADS; i++)
        workers[i].cluster = cluster, workers[i].number = i;
    join_all(workers, change_or_ask);
    for (size_t i = 0; i < THREADS; i++) {
        same = same && workers[i].ok && (i % 2 || workers[i].hash == expected);
        aim_cluster_free(workers[i].clone);
    }
    uint64_t hash = 0;
    verdict("clones change while others read the original",
            same && job_answer(cluster, 0, &hash) == AIM_OK && hash == expected);
}

/* --- cancelling --- */

static void *set_flag(void *arg) {
    aim_cancel_set(arg);
    return NULL;
}

static void check_flag_of_a_thread(aim_context *context, const aim_cluster *cluster) {
    aim_cancel *cancel;
    pthread_t thread;
    if (aim_cancel_new(context, &cancel, NULL) || pthread_create(&thread, NULL, set_flag, cancel)) exit(1);
    aim_options options = {.struct_size = sizeof options, .cancel = cancel};
    aim_code code = AIM_OK;
    while (code == AIM_OK) { /* ends when the flag of the other thread is seen */
        aim_lint *lint = NULL;
        code = aim_lint_new(cluster, &options, &lint, NULL);
        aim_lint_free(lint);
    }
    pthread_join(thread, NULL);
    aim_cancel_free(cancel);
    verdict("a flag that another thread sets is seen", code == AIM_E_CANCELLED);
}

static aim_cancel *flag_of_the_signal;

static void on_signal(int number) {
    (void)number;
    aim_cancel_set(flag_of_the_signal);
}

/* The signal arrives in the middle of a call: its third allocation raises it. */
typedef struct raising {
    size_t calls;
} raising;

static void *raising_alloc(size_t size, void *user) {
    raising *r = user;
    if (++r->calls == 3) raise(SIGUSR1);
    return malloc(size);
}

static void *raising_resize(void *block, size_t old_size, size_t new_size, void *user) {
    (void)old_size;
    (void)user;
    return realloc(block, new_size);
}

static void raising_release(void *block, size_t size, void *user) {
    (void)size;
    (void)user;
    free(block);
}

static void check_flag_of_a_signal(const char *text, size_t size) {
    raising r = {.calls = 3};
    aim_allocator allocator = {sizeof allocator, 0, raising_alloc, raising_resize, raising_release, &r};
    aim_context_options context_options = {.struct_size = sizeof context_options, .allocator = &allocator};
    aim_context *context;
    aim_cluster *cluster;
    aim_plan *plan = NULL;
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGUSR1, &action, NULL);
    if (aim_context_new(&context_options, &context, NULL) || job_fill(context, text, size, &cluster) ||
        aim_cancel_new(context, &flag_of_the_signal, NULL))
        exit(1);
    aim_ref services = {.struct_size = sizeof services, .kind = "AIMService"}, service = services;
    aim_cluster_at(cluster, &services, 0, &service, NULL);
    aim_options options = {.struct_size = sizeof options, .cancel = flag_of_the_signal};
    r.calls = 0;
    aim_code code = aim_plan_new(cluster, &service, &options, &plan, NULL);
    verdict("a flag that a signal handler sets is seen", code == AIM_E_CANCELLED && !plan);
    aim_cancel_free(flag_of_the_signal);
    aim_cluster_free(cluster);
    aim_context_free(context);
}

int main(int argc, char **argv) {
    aim_context *context;
    aim_cluster *cluster;
    uint64_t expected = 0;
    if (argc < 2 || aim_context_new(NULL, &context, NULL) || aim_cluster_new(context, &cluster, NULL)) return 2;
    for (int i = 1; i < argc; i++) {
        size_t size;
        char *text = job_read_file(argv[i], &size);
        aim_source source = {.struct_size = sizeof source, .name = argv[i], .data = text, .size = size};
        aim_error *error = NULL;
        if (aim_cluster_add(cluster, &source, NULL, &error)) {
            fprintf(stderr, "%s: %s\n", argv[i], aim_error_message(error));
            return 1;
        }
        free(text);
    }
    if (job_answer(cluster, 0, &expected)) return 1;
    check_readers(cluster, expected);
    check_writers(cluster, expected);
    check_flag_of_a_thread(context, cluster);
    aim_buffer *json;
    if (aim_cluster_render_case(cluster, 0, &json, NULL)) return 1;
    check_flag_of_a_signal(aim_buffer_data(json), aim_buffer_size(json));
    aim_buffer_free(json);
    aim_cluster_free(cluster);
    aim_context_free(context);
    return verdict_end();
}
