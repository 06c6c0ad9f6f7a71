/* Cancelling: whatever moment the flag is set at, the call ends with AIM_E_CANCELLED, leaves nothing behind, and does
 * little more before that. "Little" is counted, not timed.
 *
 * The bound: a call looks at its flag before it takes a block of memory, so that behind a set flag it asks for one more
 * at most: for its error. A block holds between 1 KiB and 1 MiB (more only for a single text), and filling the largest
 * one takes about a millisecond; loops that take no memory look at the flag themselves. A text looks before each object
 * that it puts into the tables, which takes a handful of small blocks. */
#include "cluster_help.h"

enum { MORE = 1, MORE_OF_A_TEXT = 8 };

/* An allocator that sets the flag at its n-th call and counts what is asked for behind it. */
typedef struct setter {
    const aim_allocator *below;
    aim_cancel *cancel;
    size_t calls, at, behind;
} setter;

static void count(setter *s) {
    if (++s->calls == s->at) aim_cancel_set(s->cancel);
    if (s->at && s->calls > s->at) s->behind++;
}

static void *set_alloc(size_t size, void *user) {
    setter *s = user;
    count(s);
    return s->below->alloc(size, s->below->user);
}

static void *set_resize(void *block, size_t old_size, size_t new_size, void *user) {
    setter *s = user;
    count(s);
    return s->below->resize(block, old_size, new_size, s->below->user);
}

static void set_release(void *block, size_t size, void *user) {
    setter *s = user;
    s->below->release(block, size, s->below->user);
}

/* A question that takes a flag; answers its code, *out is what must be NULL. */
typedef aim_code question(const aim_cluster *cluster, const aim_ref *service, const aim_options *options, void **out,
                          aim_error **err);

static aim_code ask_resolution(const aim_cluster *cluster, const aim_ref *service, const aim_options *options,
                               void **out, aim_error **err) {
    aim_resolution *resolution;
    aim_code code = aim_resolution_new(cluster, service, options, &resolution, err);
    *out = resolution;
    if (!code) aim_resolution_free(resolution);
    return code;
}

static aim_code ask_selection(const aim_cluster *cluster, const aim_ref *service, const aim_options *options,
                              void **out, aim_error **err) {
    aim_selection *selection;
    aim_code code = aim_selection_new(cluster, service, options, &selection, err);
    *out = selection;
    if (!code) aim_selection_free(selection);
    return code;
}

static aim_code ask_cache(const aim_cluster *cluster, const aim_ref *service, const aim_options *options, void **out,
                          aim_error **err) {
    aim_cache_plan *cache;
    aim_code code = aim_cache_plan_new(cluster, service, options, &cache, err);
    *out = cache;
    if (!code) aim_cache_plan_free(cache);
    return code;
}

static aim_code ask_plan(const aim_cluster *cluster, const aim_ref *service, const aim_options *options, void **out,
                         aim_error **err) {
    aim_plan *plan;
    aim_code code = aim_plan_new(cluster, service, options, &plan, err);
    *out = plan;
    if (!code) aim_plan_free(plan);
    return code;
}

static aim_code ask_lint(const aim_cluster *cluster, const aim_ref *service, const aim_options *options, void **out,
                         aim_error **err) {
    aim_lint *lint;
    (void)service;
    aim_code code = aim_lint_new(cluster, options, &lint, err);
    *out = lint;
    if (!code) aim_lint_free(lint);
    return code;
}

static const struct {
    const char *name;
    question *ask;
} questions[] = {{"aim_resolution_new", ask_resolution},
                 {"aim_selection_new", ask_selection},
                 {"aim_cache_plan_new", ask_cache},
                 {"aim_plan_new", ask_plan},
                 {"aim_lint_new", ask_lint}};

/* A service with many candidates, so that every stage has much to do, and many nodes for a lint. */
static const char *large_cluster(test_context *t) {
    aimp_text text = aimp_text_new(&t->arena);
    aimp_text_add_string(&text, AIM_DOCUMENT "kind: AIMService\nmetadata: {name: chat, namespace: team, uid: u}\n"
                                             "spec: {model: {name: qwen}}\n---\n" AIM_DOCUMENT
                                             "kind: AIMClusterModel\nmetadata: {name: qwen}\n"
                                             "spec: {image: \"a/b:1\"}\nstatus: {status: Ready}\n");
    for (int i = 0; i < 400; i++)
        aimp_text_add_format(&text,
                             "---\n" AIM_DOCUMENT "kind: AIMClusterServiceTemplate\nmetadata: {name: t%d}\n"
                             "spec: {modelName: qwen}\nstatus: {status: Ready, profile: {metadata: {gpu: MI3%02dX, "
                             "gpuCount: 1, metric: latency, precision: fp8, type: optimized}}}\n",
                             i, i % 100);
    for (int i = 0; i < 400; i++)
        aimp_text_add_format(&text,
                             "---\napiVersion: v1\nkind: Node\nmetadata: {name: m%d, labels: {amd.com/gpu.device-id: "
                             "\"%04x\"}}\n",
                             i, i);
    return aimp_text_string(&text);
}

static void cancel_everywhere(test_context *t, setter *s, const aim_cluster *cluster, const char *name, question *ask) {
    aim_ref service = ref_of("AIMService", "team", "chat");
    const size_t live = t->live_blocks;
    size_t cancelled = 0, most = 0;
    for (size_t n = 1;; n++) {
        aim_error *error = NULL;
        void *out = NULL;
        s->at = s->calls = 0;
        if (aim_cancel_new(t->context, &s->cancel, NULL)) return;
        aim_options options = {.struct_size = sizeof options, .cancel = s->cancel};
        s->at = n;
        s->calls = s->behind = 0;
        aim_code code = ask(cluster, &service, &options, &out, &error);
        bool was_set = aim_cancel_is_set(s->cancel) != 0;
        s->at = 0;
        aim_cancel_free(s->cancel);
        if (code != AIM_OK && code != AIM_E_CANCELLED) FAIL("%s, call %zu: %s", name, n, aim_code_name(code));
        if (code && (out || aim_error_code(error) != code || aim_error_retryable(error)))
            FAIL("%s, call %zu: the answer or its error is wrong", name, n);
        cancelled += code == AIM_E_CANCELLED;
        if (s->behind > most) most = s->behind;
        aim_error_free(error);
        if (!was_set) break;
        if (t->live_blocks != live) FAIL("%s, call %zu: %zu blocks leaked", name, n, t->live_blocks - live);
        if (t->failures) return;
    }
    if (!cancelled) FAIL("%s never noticed", name);
    if (most > MORE) FAIL("%s asked %zu times for memory behind the flag", name, most);
}

TEST(cancel, every_question_stops_wherever_the_flag_is_set) {
    setter s = {.below = &t->allocator};
    aim_allocator allocator = {sizeof allocator, 0, set_alloc, set_resize, set_release, &s};
    aim_context_options options = {.struct_size = sizeof options, .allocator = &allocator};
    aim_context *context;
    aim_cluster *cluster;
    const char *text = large_cluster(t);
    if (aim_context_new(&options, &context, NULL) || aim_cluster_new(context, &cluster, NULL)) return;
    must_add(t, cluster, text);
    for (size_t i = 0; i < COUNT(questions); i++)
        cancel_everywhere(t, &s, cluster, questions[i].name, questions[i].ask);
    aim_cluster_free(cluster);
    aim_context_free(context);
}

/* --- a text --- */

typedef struct piece_reader {
    const char *rest;
    aim_cancel *cancel;
    size_t calls, at;
} piece_reader;

static aim_code read_piece(char *buffer, size_t size, size_t *got, void *user) {
    piece_reader *r = user;
    size_t left = strlen(r->rest);
    *got = left < 1000 ? left : 1000;
    if (*got > size) *got = size;
    memcpy(buffer, r->rest, *got);
    r->rest += *got;
    if (++r->calls == r->at) aim_cancel_set(r->cancel);
    return AIM_OK;
}

TEST(cancel, a_text_stops_wherever_the_flag_is_set) {
    setter s = {.below = &t->allocator};
    aim_allocator allocator = {sizeof allocator, 0, set_alloc, set_resize, set_release, &s};
    aim_context_options options = {.struct_size = sizeof options, .allocator = &allocator};
    aim_context *context;
    aim_cluster *cluster;
    const char *text = large_cluster(t);
    if (aim_context_new(&options, &context, NULL) || aim_cluster_new(context, &cluster, NULL)) return;
    const char *before = case_of(t, cluster);
    bool was_set = true;
    size_t cancelled = 0;
    for (size_t n = 1; was_set && t->failures < 5; n += n < 50 ? 1 : n / 7) {
        aim_error *error = NULL;
        if (aim_cancel_new(t->context, &s.cancel, NULL)) return;
        aim_source source = {.struct_size = sizeof source, .data = text, .size = strlen(text), .cancel = s.cancel};
        s.at = n;
        s.calls = s.behind = 0;
        aim_code code = aim_cluster_add(cluster, &source, NULL, &error);
        s.at = 0;
        was_set = aim_cancel_is_set(s.cancel) != 0;
        if (was_set && code != AIM_E_CANCELLED) FAIL("call %zu: %s", n, aim_code_name(code));
        if (s.behind > MORE_OF_A_TEXT) FAIL("call %zu: memory was asked for %zu times behind the flag", n, s.behind);
        if (code) CHECK_TEXT(case_of(t, cluster), before);
        cancelled += code == AIM_E_CANCELLED;
        aim_error_free(error);
        aim_cancel_free(s.cancel);
    }
    CHECK(cancelled > 20);
    aim_cluster_free(cluster);
    aim_context_free(context);
}

TEST(cancel, no_more_of_a_text_is_read_behind_the_flag) {
    const char *text = large_cluster(t);
    const size_t pieces = strlen(text) / 1000 + 1;
    for (size_t n = 1; n <= pieces; n += 13) {
        aim_cluster *cluster = new_cluster(t);
        piece_reader reader = {.rest = text, .at = n};
        if (aim_cancel_new(t->context, &reader.cancel, NULL)) return;
        aim_source source = {
            .struct_size = sizeof source, .read = read_piece, .user = &reader, .cancel = reader.cancel};
        CHECK_INTEGER(aim_cluster_add(cluster, &source, NULL, NULL), AIM_E_CANCELLED);
        CHECK_INTEGER(reader.calls, n);
        CHECK_INTEGER(count_of(cluster, "Node"), 0);
        aim_cancel_free(reader.cancel);
        aim_cluster_free(cluster);
    }
}

TEST(cancel, a_flag_that_is_set_already_stops_at_once) {
    aim_cluster *cluster = test_cluster(t, large_cluster(t));
    aim_ref service = ref_of("AIMService", "team", "chat");
    aim_cancel *cancel;
    if (!cluster || aim_cancel_new(t->context, &cancel, NULL)) return;
    aim_cancel_set(cancel);
    aim_options options = {.struct_size = sizeof options, .cancel = cancel};
    for (size_t i = 0; i < COUNT(questions); i++) {
        void *out = NULL;
        aim_error *error = NULL;
        CHECK_INTEGER(questions[i].ask(cluster, &service, &options, &out, &error), AIM_E_CANCELLED);
        CHECK(!out);
        CHECK_INTEGER(aim_error_code(error), AIM_E_CANCELLED);
        aim_error_free(error);
    }
    aim_cancel_free(cancel);
    aim_cluster_free(cluster);
}

TEST(cancel, a_flag_stops_every_call_that_uses_it_and_no_other) {
    aim_cluster *cluster = test_cluster(t, large_cluster(t));
    aim_ref service = ref_of("AIMService", "team", "chat");
    aim_cancel *cancel, *other;
    if (!cluster || aim_cancel_new(t->context, &cancel, NULL) || aim_cancel_new(t->context, &other, NULL)) return;
    aim_cancel_set(cancel);
    aim_options options = {.struct_size = sizeof options, .cancel = other};
    void *out;
    CHECK_INTEGER(ask_plan(cluster, &service, &options, &out, NULL), AIM_OK);
    options.cancel = cancel;
    CHECK_INTEGER(ask_plan(cluster, &service, &options, &out, NULL), AIM_E_CANCELLED);
    CHECK_INTEGER(ask_plan(cluster, &service, &options, &out, NULL), AIM_E_CANCELLED);
    CHECK_INTEGER(ask_plan(cluster, &service, NULL, &out, NULL), AIM_OK);
    aim_cancel_free(cancel);
    aim_cancel_free(other);
    aim_cluster_free(cluster);
}
