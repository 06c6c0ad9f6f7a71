/* Who drives, stops and wakes: cancelling, threads, forks, file descriptors, failing memory. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "help.h"

#define NO_OPTIONS ((aim_curl_options){0})

TEST(driving, poll_returns_when_its_time_is_up) {
    if (!help_folder(t)) return;
    aim_curl *curl = help_open(t, help_kubeconfig(t, "good", NULL, NULL), NO_OPTIONS);
    if (!curl) return;
    aim_transport transport = help_transport(t, curl);
    const uint64_t before = aimp_monotonic_ms();
    CHECK_INTEGER(transport.poll(200, transport.user), AIM_OK);
    const uint64_t took = aimp_monotonic_ms() - before;
    if (took < 195 || took > 1000) FAIL("it took %llu ms", (unsigned long long)took);
    CHECK_INTEGER(transport.poll(0, transport.user), AIM_OK);
    aim_curl_free(curl);
}

typedef struct waker {
    const aim_transport *transport;
    unsigned after_ms;
} waker;

static void *wake_later(void *arg) {
    const waker *w = arg;
    help_sleep_ms(w->after_ms);
    w->transport->wake(w->transport->user);
    return NULL;
}

TEST(driving, a_poll_without_end_is_woken_by_another_thread) {
    if (!help_folder(t)) return;
    aim_curl *curl = help_open(t, help_kubeconfig(t, "good", NULL, NULL), NO_OPTIONS);
    help_answer a = {0};
    aim_receiver receiver;
    pthread_t thread;
    if (!curl) return;
    aim_transport transport = help_transport(t, curl);
    aim_request q = help_get("/silence");
    help_receiver(t, &a, &receiver);
    CHECK_INTEGER(transport.start(&q, &receiver, transport.user), AIM_OK);
    waker w = {&transport, 200};
    const uint64_t before = aimp_monotonic_ms();
    CHECK_INTEGER(pthread_create(&thread, NULL, wake_later, &w), 0);
    CHECK_INTEGER(transport.poll(UINT64_MAX, transport.user), AIM_OK);
    const uint64_t took = aimp_monotonic_ms() - before;
    pthread_join(thread, NULL);
    if (took < 190 || took > 300 + help_slack_ms()) FAIL("it took %llu ms", (unsigned long long)took);
    /* and before it waits */
    transport.wake(transport.user);
    CHECK_INTEGER(transport.poll(UINT64_MAX, transport.user), AIM_OK);
    CHECK_INTEGER(a.ends, 0);
    aim_curl_free(curl);
}

/* What a fetch does: it is woken, sees its flag and cancels. */
static void cancel_in_time(test_context *t, const char *kubeconfig, const char *target, uint32_t flags) {
    aim_curl *curl = help_open(t, kubeconfig, NO_OPTIONS);
    help_answer a = {.keeps_nothing = true};
    aim_receiver receiver;
    pthread_t thread;
    if (!curl) return;
    aim_transport transport = help_transport(t, curl);
    aim_request q = help_get(target);
    q.flags = flags;
    help_receiver(t, &a, &receiver);
    CHECK_INTEGER(transport.start(&q, &receiver, transport.user), AIM_OK);
    waker w = {&transport, 300};
    const uint64_t before = aimp_monotonic_ms();
    CHECK_INTEGER(pthread_create(&thread, NULL, wake_later, &w), 0);
    uint64_t now = before;
    while (now < before + 300) {
        CHECK_INTEGER(transport.poll(before + 10000 - now, transport.user), AIM_OK);
        now = aimp_monotonic_ms();
    }
    transport.cancel(1, transport.user);
    const unsigned pieces = a.pieces;
    pthread_join(thread, NULL); /* it woke us: nothing is waited for */
    aim_curl_free(curl);
    const uint64_t took = aimp_monotonic_ms() - before;
    if (took > 400 + help_slack_ms()) FAIL("%s took %llu ms", target, (unsigned long long)took);
    CHECK_INTEGER(a.ends, 0);
    CHECK_INTEGER(a.pieces, pieces);
}

TEST(driving, cancelling_takes_less_than_100_ms_whatever_goes_on) {
    if (!help_folder(t)) return;
    const char *good = help_kubeconfig(t, "good", NULL, NULL);
    cancel_in_time(t, good, "/silence", 0);
    cancel_in_time(t, good, "/half-silence", 0);
    cancel_in_time(t, good, "/stream", AIM_REQUEST_STREAM);
    cancel_in_time(t, good, "/endless", AIM_REQUEST_STREAM);
    cancel_in_time(t, help_kubeconfig(t, "mute", NULL, NULL), "/echo", 0);
}

/* help.c makes this name slow. */
TEST(driving, cancelling_does_not_wait_for_a_name_server) {
    if (!help_folder(t)) return;
    const char *config =
        help_write(t, "config",
                   "current-context: it\nclusters: [{name: c, cluster: {server: \"https://slow.invalid\"}}]\n"
                   "contexts: [{name: it, context: {cluster: c, user: u}}]\nusers: [{name: u}]\n");
    cancel_in_time(t, config, "/echo", 0);
    aim_request q = help_get("/echo");
    help_answer a = {0};
    const uint64_t before = aimp_monotonic_ms();
    help_once(t, config, (aim_curl_options){.connect_timeout_ms = 200}, q, &a);
    CHECK_INTEGER(a.code, AIM_E_TIMEOUT);
    CHECK_INTEGER(a.phase, AIM_END_UNSENT);
    CHECK(aimp_monotonic_ms() - before < 500 + help_slack_ms());
}

TEST(driving, an_unknown_id_is_not_cancelled) {
    if (!help_folder(t)) return;
    aim_curl *curl = help_open(t, help_kubeconfig(t, "good", NULL, NULL), NO_OPTIONS);
    help_answer a = {0};
    if (!curl) return;
    aim_transport transport = help_transport(t, curl);
    transport.cancel(0, transport.user);
    transport.cancel(99, transport.user);
    help_ask(t, curl, help_get("/echo"), &a);
    CHECK_INTEGER(a.status, 200);
    aim_curl_free(curl);
}

static void cancel_itself(help_answer *answer) {
    answer->transport->cancel(1, answer->transport->user);
}

TEST(driving, a_receiver_may_cancel_its_own_exchange) {
    if (!help_folder(t)) return;
    aim_curl *curl = help_open(t, help_kubeconfig(t, "good", NULL, NULL), NO_OPTIONS);
    help_answer a = {.on_data = cancel_itself}, b = {0};
    aim_receiver receiver;
    if (!curl) return;
    aim_transport transport = help_transport(t, curl);
    aim_request q = help_get("/stream");
    q.flags = AIM_REQUEST_STREAM;
    help_receiver(t, &a, &receiver);
    a.transport = &transport;
    CHECK_INTEGER(transport.start(&q, &receiver, transport.user), AIM_OK);
    for (int i = 0; i < 10; i++)
        transport.poll(50, transport.user);
    CHECK_INTEGER(a.pieces, 1);
    CHECK_INTEGER(a.ends, 0);
    help_ask(t, curl, help_get("/echo"), &b); /* the id is free again */
    CHECK_INTEGER(b.status, 200);
    aim_curl_free(curl);
}

TEST(driving, a_receivers_code_is_the_end) {
    if (!help_folder(t)) return;
    const aim_code own = AIM_CLASS_HOST << 24 | 7;
    help_answer a = {.refuse_response = own}, b = {.refuse_data = own};
    help_once(t, help_kubeconfig(t, "good", NULL, NULL), NO_OPTIONS, help_get("/echo"), &a);
    CHECK_INTEGER(a.code, own);
    CHECK_INTEGER(a.pieces, 0);
    CHECK_INTEGER(a.phase, AIM_END_LOST);
    help_once(t, help_kubeconfig(t, "good", NULL, NULL), NO_OPTIONS, help_get("/endless"), &b);
    CHECK_INTEGER(b.code, own);
    CHECK_INTEGER(b.pieces, 1);
}

typedef struct chain {
    test_context *t;
    aim_transport transport;
    unsigned ends, left;
} chain;

static aim_code take_head(uint64_t id, const aim_response *response, void *user) {
    (void)id, (void)response, (void)user;
    return AIM_OK;
}
static aim_code take_data(uint64_t id, const char *bytes, size_t size, void *user) {
    (void)id, (void)bytes, (void)size, (void)user;
    return AIM_OK;
}

static void start_next(uint64_t id, const aim_end *end, void *user) {
    chain *c = user;
    test_context *t = c->t;
    CHECK_INTEGER(end->code, AIM_OK);
    CHECK_INTEGER(c->transport.poll(0, c->transport.user), AIM_E_ARGUMENT); /* not from inside */
    c->ends++;
    if (!c->left) return;
    c->left--;
    aim_request q = help_get("/echo");
    q.id = id + 1;
    aim_receiver receiver = {
        .struct_size = sizeof receiver, .response = take_head, .data = take_data, .end = start_next, .user = c};
    CHECK_INTEGER(c->transport.start(&q, &receiver, c->transport.user), AIM_OK);
}

TEST(driving, a_receiver_may_start_the_next_exchange) {
    if (!help_folder(t)) return;
    aim_curl *curl = help_open(t, help_kubeconfig(t, "good", NULL, NULL), NO_OPTIONS);
    if (!curl) return;
    chain c = {.t = t, .transport = help_transport(t, curl), .left = 5};
    aim_request q = help_get("/echo");
    aim_receiver receiver = {
        .struct_size = sizeof receiver, .response = take_head, .data = take_data, .end = start_next, .user = &c};
    CHECK_INTEGER(c.transport.start(&q, &receiver, c.transport.user), AIM_OK);
    for (int i = 0; i < 100 && c.ends < 6; i++)
        c.transport.poll(500, c.transport.user);
    CHECK_INTEGER(c.ends, 6);
    aim_curl_free(curl);
}

TEST(driving, many_exchanges_run_beside_each_other) {
    if (!help_folder(t)) return;
    enum { MANY = 30 };
    help_answer a[MANY] = {{0}};
    aim_curl *curl = help_open(t, help_kubeconfig(t, "good", NULL, NULL), NO_OPTIONS);
    if (!curl) return;
    aim_transport transport = help_transport(t, curl);
    unsigned ended = 0;
    for (unsigned i = 0; i < MANY; i++) {
        aim_receiver receiver;
        aim_request q = help_get(aimp_format(&t->arena, "/echo?%u", i));
        q.id = i + 1;
        help_receiver(t, &a[i], &receiver);
        CHECK_INTEGER(transport.start(&q, &receiver, transport.user), AIM_OK);
    }
    for (unsigned round = 0; round < 1000 && ended < MANY; round++) {
        transport.poll(1000, transport.user);
        ended = 0;
        for (unsigned i = 0; i < MANY; i++)
            ended += a[i].ends;
    }
    for (unsigned i = 0; i < MANY; i++)
        CHECK_CONTAINS(a[i].body, aimp_format(&t->arena, "\"target\": \"/echo?%u\"", i));
    aim_curl_free(curl);
}

/* --- threads --- */

typedef struct worker {
    const char *config;
    unsigned good;
} worker;

static void end_worker(uint64_t id, const aim_end *end, void *user) {
    (void)id;
    ((worker *)user)->good += end->code == AIM_OK;
}

/* With memory of its own: the harness counts without a lock. */
static void *work(void *arg) {
    worker *w = arg;
    aim_context *context;
    aim_curl *curl;
    aim_curl_options options = {.struct_size = sizeof options, .kubeconfig = w->config};
    aim_transport transport = {.struct_size = sizeof transport};
    if (aim_context_new(NULL, &context, NULL)) return NULL;
    if (aim_curl_new(context, &options, &curl, NULL, NULL) == AIM_OK) {
        aim_curl_transport(curl, &transport);
        aim_curl_build_info();
        for (unsigned i = 1; i <= 20; i++) {
            aim_request q = help_get("/echo");
            q.id = i;
            aim_receiver receiver = {
                .struct_size = sizeof receiver, .response = take_head, .data = take_data, .end = end_worker, .user = w};
            transport.start(&q, &receiver, transport.user);
            for (unsigned round = 0; round < 100 && w->good < i; round++)
                transport.poll(500, transport.user);
        }
    }
    aim_curl_free(curl);
    aim_context_free(context);
    return NULL;
}

TEST(driving, two_connections_run_in_two_threads) {
    if (!help_folder(t)) return;
    const char *config = help_kubeconfig(t, "good", NULL, "token: canary-token");
    worker w[2] = {{config, 0}, {config, 0}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        CHECK_INTEGER(pthread_create(&threads[i], NULL, work, &w[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    CHECK_INTEGER(w[0].good, 20);
    CHECK_INTEGER(w[1].good, 20);
}

/* --- processes --- */

TEST(driving, a_child_is_refused_and_the_parent_goes_on) {
    if (!help_folder(t)) return;
    aim_curl *curl = help_open(t, help_kubeconfig(t, "good", NULL, NULL), NO_OPTIONS);
    help_answer a = {0};
    if (!curl) return;
    aim_transport transport = help_transport(t, curl);
    help_ask(t, curl, help_get("/echo"), &a);
    const pid_t child = fork();
    if (child == 0) {
        aim_receiver receiver;
        aim_request q = help_get("/echo");
        aim_transport again = {.struct_size = sizeof again};
        help_receiver(t, &a, &receiver);
        int wrong = transport.start(&q, &receiver, transport.user) != AIM_E_ARGUMENT;
        wrong |= (transport.poll(10, transport.user) != AIM_E_ARGUMENT) << 1;
        wrong |= (aim_curl_transport(curl, &again) != AIM_E_ARGUMENT) << 2;
        transport.cancel(1, transport.user);
        transport.wake(transport.user);
        aim_curl_free(curl);
        _exit(wrong);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK_INTEGER(status, 0);
    help_ask(t, curl, help_get("/echo"), &a);
    CHECK_INTEGER(a.status, 200);
    aim_curl_free(curl);
}

TEST(driving, sigpipe_does_not_reach_the_host) {
    if (!help_folder(t)) return;
    sigset_t before, after;
    struct sigaction action;
    sigaction(SIGPIPE, NULL, &action);
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    for (int i = 0; i < 5; i++) {
        help_answer a = {0};
        aim_request q = help_get("/cut-head");
        char *body = aimp_take(&t->arena, 2000000);
        memset(body, ' ', 2000000);
        q.method = AIM_METHOD_PUT;
        q.body = body, q.body_size = 2000000, q.content_type = "application/json";
        help_once(t, help_kubeconfig(t, "closing", NULL, NULL), NO_OPTIONS, q, &a);
        CHECK(a.code != AIM_OK);
    }
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    CHECK(action.sa_handler == SIG_DFL);
    CHECK_INTEGER(sigismember(&before, SIGPIPE), sigismember(&after, SIGPIPE));
}

TEST(driving, no_file_descriptor_is_left) {
    if (!help_folder(t)) return;
    const char *config = help_kubeconfig(t, "good", NULL, "token: x");
    help_answer a = {0};
    help_once(t, config, NO_OPTIONS, help_get("/echo"), &a);
    const size_t before = help_open_files();
    for (int i = 0; i < 5; i++) {
        help_answer b = {0};
        help_once(t, config, NO_OPTIONS, help_get(i % 2 ? "/echo" : "/cut-length"), &b);
        aim_curl_options bad = {.kubeconfig = "/nowhere/config"};
        CHECK_INTEGER(help_try(t, bad, NULL).code, AIM_E_NOT_FOUND);
    }
    CHECK_INTEGER(help_open_files(), before);
}

/* --- memory --- */

typedef struct outcome {
    unsigned ends;
    aim_code code;
} outcome;

static void note_end(uint64_t id, const aim_end *end, void *user) {
    outcome *o = user;
    (void)id;
    o->ends++;
    o->code = end->code;
}

/* One request to its end, keeping nothing. */
static aim_code ask_quietly(aim_curl *curl) {
    outcome o = {0};
    aim_request q = help_get("/warnings");
    aim_transport transport = {.struct_size = sizeof transport};
    aim_receiver receiver = {
        .struct_size = sizeof receiver, .response = take_head, .data = take_data, .end = note_end, .user = &o};
    aim_code code = aim_curl_transport(curl, &transport);
    if (code == AIM_OK) code = transport.start(&q, &receiver, transport.user);
    for (int i = 0; i < 200 && code == AIM_OK && !o.ends; i++)
        code = transport.poll(100, transport.user);
    return code ? code : o.ends == 1 ? o.code : AIM_E_INTERNAL;
}

/* Makes a connection and asks once while an allocation fails; answers whether it came to that. */
static bool survives(test_context *t, const char *config, size_t at, bool for_good) {
    aim_curl_options options = {.struct_size = sizeof options, .kubeconfig = config};
    aim_curl *curl = NULL;
    aim_report *report = NULL;
    aim_error *error = NULL;
    t->allocations = t->failed_allocations = 0;
    t->fail_at = at;
    t->fail_for_good = for_good;
    aim_code code = aim_curl_new(t->context, &options, &curl, &report, &error);
    if (code == AIM_OK)
        code = ask_quietly(curl);
    else
        CHECK(curl == NULL && error != NULL);
    const bool met = t->failed_allocations > 0;
    t->fail_at = 0;
    t->fail_for_good = false;
    if (code != (met ? AIM_E_NO_MEMORY : AIM_OK)) FAIL("allocation %zu: %s", at, aim_code_name(code));
    aim_curl_free(curl);
    aim_report_free(report);
    aim_error_free(error);
    return met;
}

TEST(driving, every_allocation_may_fail) {
    if (!help_folder(t)) return;
    const char *user =
        aimp_format(&t->arena,
                    "tokenFile: \"%s\", client-certificate: \"%s\", client-key: \"%s\", as: bob, "
                    "as-groups: [a]",
                    help_write(t, "token", "canary"), help_path(t, "client.crt"), help_path(t, "client.key"));
    const char *cluster = "tls-server-name: localhost";
    const char *configs[] = {help_kubeconfig(t, "good", cluster, user),
                             help_kubeconfig(t, "good", NULL, "username: a, password: b")};
    const size_t open_files = help_open_files();
    for (int i = 0; i < 2; i++) {
        for (int for_good = 0; for_good < 2; for_good++) {
            size_t at = 1;
            while (survives(t, configs[i], at, for_good) && at < 1000)
                at++;
            if (at < 10 || at == 1000) FAIL("%zu allocations", at);
        }
    }
    CHECK_INTEGER(help_open_files(), open_files);
}
