/* The same documents give the same bytes: shuffled, as YAML or JSON, in one text or many, in any locale. And memory
 * that runs out gives an error, never half an answer. */
#include <locale.h>
#include <stdio.h>

#include "doc/reader.h"
#include "doc/writer.h"
#include "harness.h"

/* --- the documents of a folder as trees --- */

typedef struct pile {
    test_context *t;
    const aimp_node **items;
    size_t count, capacity;
} pile;

static void add(pile *p, const aimp_node *node) {
    if (p->count == p->capacity) {
        size_t capacity = p->capacity ? p->capacity * 2 : 64;
        p->items =
            aimp_take_more(&p->t->arena, (void *)p->items, p->capacity * sizeof *p->items, capacity * sizeof *p->items);
        p->capacity = capacity;
    }
    p->items[p->count++] = node;
}

static aimp_arena *arena_of(void *user) {
    return &((pile *)user)->t->arena;
}

static void on_document(void *user, const aimp_document *document) {
    pile *p = user;
    if (!document->has_items) add(p, document->root);
    for (size_t i = 0; i < document->item_count; i++)
        add(p, document->items[i]);
}

static void on_problem(void *user, aim_code code, uint64_t line, uint64_t column, const char *pointer,
                       const char *message) {
    test_context *t = ((pile *)user)->t;
    FAIL("%s at %" PRIu64 ":%" PRIu64 " %s: %s", aim_code_name(code), line, column, pointer, message);
}

static void read_example(pile *p, const char *name) {
    test_context *t = p->t;
    size_t size;
    char *text = test_read_file(t, aimp_format(&t->arena, "%s/examples/%s", test_source_folder(), name), &size);
    if (!text) {
        FAIL("examples/%s cannot be read", name);
        return;
    }
    aim_limits limits = {.object_bytes = 1 << 24, .object_values = 1000000, .depth = 64, .alias_expansion = 10};
    aimp_document_sink sink = {arena_of, on_document, on_problem, p};
    aimp_read_documents(text, size, &limits, &t->arena, &sink);
}

static const char *const mixed[] = {"mixed-gpu-cluster/assistant.yaml",    "mixed-gpu-cluster/catalogue.yaml",
                                    "mixed-gpu-cluster/custom-model.yaml", "mixed-gpu-cluster/live-services.yaml",
                                    "mixed-gpu-cluster/nodes.yaml",        "mixed-gpu-cluster/none-of-these.yaml",
                                    "mixed-gpu-cluster/platform.yaml",     "mixed-gpu-cluster/services.yaml",
                                    "mixed-gpu-cluster/summarizer.yaml",   NULL};

/* --- the same tree in another order --- */

static void shuffle(size_t *order, size_t count, uint64_t *random) {
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t k = (size_t)(test_random(random) % i), kept = order[i - 1];
        order[i - 1] = order[k];
        order[k] = kept;
    }
}

static void write_shuffled(test_context *t, aimp_text *out, const aimp_node *node, uint64_t *random) {
    if (node->kind == AIMP_LIST) {
        aimp_text_add_char(out, '[');
        for (size_t i = 0; i < node->count; i++) {
            if (i) aimp_text_add_string(out, ", ");
            write_shuffled(t, out, node->as.items[i], random);
        }
        aimp_text_add_char(out, ']');
    } else if (node->kind == AIMP_MAP) {
        size_t *order = aimp_take_array(&t->arena, node->count, sizeof *order);
        shuffle(order, node->count, random);
        aimp_text_add_char(out, '{');
        for (size_t i = 0; i < node->count; i++) {
            const aimp_member *member = &node->as.members[order[i]];
            if (i) aimp_text_add_string(out, ",  ");
            aimp_write_json_string(out, member->key, strlen(member->key));
            aimp_text_add_string(out, " : ");
            write_shuffled(t, out, member->value, random);
        }
        aimp_text_add_char(out, '}');
    } else {
        aimp_write_json(out, node);
    }
}

/* --- everything that can be asked, as one text --- */

static void render(test_context *t, const aim_plan *plan, int32_t part, int32_t format, aimp_text *out) {
    aim_buffer *buffer;
    if (aim_plan_render(plan, part, format, 0, &buffer, NULL)) {
        FAIL("a plan cannot be rendered");
        return;
    }
    aimp_text_add(out, aim_buffer_data(buffer), aim_buffer_size(buffer));
    aim_buffer_free(buffer);
}

static const char *everything(test_context *t, const aim_cluster *cluster) {
    aimp_text out = aimp_text_new(&t->arena);
    aim_ref filter = {.struct_size = sizeof filter, .kind = "AIMService"};
    for (int32_t behaviour = AIM_BEHAVIOUR_DOCUMENTED; behaviour <= AIM_BEHAVIOUR_ENGINE_0_2; behaviour++) {
        aim_options options = {.struct_size = sizeof options, .policy = aim_policy_builtin(behaviour)};
        for (size_t i = 0; i < aim_cluster_count(cluster, &filter); i++) {
            aim_ref service = {.struct_size = sizeof service};
            aim_plan *plan;
            aim_cluster_at(cluster, &filter, i, &service, NULL);
            if (aim_plan_new(cluster, &service, &options, &plan, NULL)) {
                FAIL("no plan for %s", service.name);
                continue;
            }
            render(t, plan, AIM_PART_EXPLANATION, AIM_FORMAT_WIDE, &out);
            render(t, plan, AIM_PART_PLAN, AIM_FORMAT_JSON, &out);
            render(t, plan, AIM_PART_PLAN, AIM_FORMAT_YAML, &out);
            render(t, plan, AIM_PART_STATUS, AIM_FORMAT_TEXT, &out);
            aim_plan_free(plan);
        }
    }
    return aimp_text_string(&out);
}

static void add_text(test_context *t, aim_cluster *cluster, const aimp_text *text) {
    aim_source source = {.struct_size = sizeof source, .data = aimp_text_string(text), .size = text->size};
    aim_error *error;
    if (aim_cluster_add(cluster, &source, NULL, &error) == AIM_OK) return;
    FAIL("%" PRIu64 ":%" PRIu64 " %s", aim_error_line(error), aim_error_column(error), aim_error_message(error));
    aim_error_free(error);
}

static aim_cluster *new_cluster(test_context *t) {
    aim_cluster *cluster = NULL;
    if (aim_cluster_new(t->context, &cluster, NULL)) FAIL("no cluster");
    return cluster;
}

/* In the order of the files, as YAML. */
static const char *plain_answer(test_context *t, const pile *p) {
    aim_cluster *cluster = new_cluster(t);
    aimp_text text = aimp_text_new(&t->arena);
    for (size_t i = 0; i < p->count; i++) {
        aimp_text_add_string(&text, "---\n");
        aimp_write_yaml(&text, p->items[i]);
    }
    add_text(t, cluster, &text);
    const char *answer = everything(t, cluster);
    aim_cluster_free(cluster);
    return answer;
}

/* Any order, some documents as JSON and some as YAML, over one to five texts, now and then as a List. */
static const char *shuffled_answer(test_context *t, const pile *p, uint64_t *random) {
    aim_cluster *cluster = new_cluster(t);
    size_t *order = aimp_take_array(&t->arena, p->count, sizeof *order);
    size_t texts = 1 + (size_t)(test_random(random) % 5);
    bool list = test_random(random) % 3 == 0;
    shuffle(order, p->count, random);
    for (size_t k = 0; k < texts; k++) {
        aimp_text text = aimp_text_new(&t->arena);
        if (list) aimp_text_add_string(&text, "{\"items\": [");
        size_t written = 0;
        for (size_t i = k; i < p->count; i += texts) {
            bool json = list || test_random(random) % 2 == 0;
            aimp_text_add_string(&text, list ? (written++ ? ",\n" : "") : "---\n");
            if (json)
                write_shuffled(t, &text, p->items[order[i]], random);
            else
                aimp_write_yaml(&text, p->items[order[i]]);
            aimp_text_add_char(&text, '\n');
        }
        if (list) aimp_text_add_string(&text, "], \"kind\": \"List\", \"apiVersion\": \"v1\"}");
        add_text(t, cluster, &text);
    }
    const char *answer = everything(t, cluster);
    aim_cluster_free(cluster);
    return answer;
}

TEST(determinism, shuffled_documents_and_keys_in_yaml_or_json_give_the_same_bytes) {
    uint64_t random = test_seed(t);
    pile p = {.t = t};
    for (size_t i = 0; mixed[i]; i++)
        read_example(&p, mixed[i]);
    CHECK(p.count > 20);
    const char *expected = plain_answer(t, &p);
    CHECK(strlen(expected) > 10000);
    for (int i = 0; i < 20; i++) {
        aimp_mark mark = aimp_arena_mark(&t->arena);
        bool same = strcmp(shuffled_answer(t, &p, &random), expected) == 0;
        aimp_arena_rewind(&t->arena, mark);
        if (!same) {
            FAIL("round %d differs", i);
            return;
        }
    }
}

TEST(determinism, the_locale_of_the_host_changes_nothing) {
    static const char *const locales[] = {"de_DE.UTF-8", "tr_TR.UTF-8", "fr_FR.UTF-8", "C.UTF-8"};
    pile p = {.t = t};
    for (size_t i = 0; mixed[i]; i++)
        read_example(&p, mixed[i]);
    const char *expected = plain_answer(t, &p);
    size_t tried = 0;
    for (size_t i = 0; i < 4; i++) {
        if (!setlocale(LC_ALL, locales[i])) continue;
        tried++;
        CHECK_TEXT(plain_answer(t, &p), expected);
    }
    setlocale(LC_ALL, "C");
    if (!tried) test_skip(t, "no other locale is installed");
}

/* --- memory --- */

/* Everything that the main job does; false when something failed, which must be because memory ran out. */
static bool main_job(test_context *t, const char *text, size_t size) {
    aim_context *context = NULL;
    aim_cluster *cluster = NULL;
    aim_plan *plan = NULL, *finished = NULL;
    aim_diff *diff = NULL;
    aim_lint *lint = NULL;
    aim_buffer *buffer = NULL;
    aim_error *error = NULL;
    aim_context_options options = {.struct_size = sizeof options, .allocator = &t->allocator};
    aim_source source = {.struct_size = sizeof source, .name = "input", .data = text, .size = size};
    aim_ref service = {.struct_size = sizeof service, .ns = "team", .name = "chat"};
    aim_code code = aim_context_new(&options, &context, &error);
    if (!code) code = aim_cluster_new(context, &cluster, &error);
    if (!code) code = aim_cluster_add(cluster, &source, NULL, &error);
    bool filled = !code;
    if (!code) code = aim_plan_new(cluster, &service, NULL, &plan, &error);
    if (!code) code = aim_plan_render(plan, AIM_PART_EXPLANATION, AIM_FORMAT_WIDE, 0, &buffer, &error);
    aim_buffer_free(buffer);
    buffer = NULL;
    if (!code) code = aim_plan_render(plan, AIM_PART_PLAN, AIM_FORMAT_JSON, 0, &buffer, &error);
    aim_outcome outcome = {.struct_size = sizeof outcome, .action = 0, .reason = "Conflict"};
    if (!code) code = aim_plan_finish(plan, &outcome, 1, &finished, &error);
    if (!code) code = aim_diff_new(plan, cluster, &diff, &error);
    if (!code) code = aim_lint_new(cluster, NULL, &lint, &error);
    aim_source broken = {.struct_size = sizeof broken, .name = "broken", .data = "a: [", .size = 4};
    aim_report *refused = NULL;
    if (!code) code = aim_cluster_add(cluster, &broken, &refused, &error);
    if (code == AIM_E_SYNTAX) { /* as it should be */
        aim_error_free(error);
        code = aim_lint_add_report(lint, refused, &error);
    }
    aim_report_free(refused);
    aim_buffer_free(buffer);
    buffer = NULL;
    if (!code) code = aim_diff_render(diff, AIM_FORMAT_MARKDOWN, 0, &buffer, &error);
    aim_buffer_free(buffer);
    buffer = NULL;
    if (!code) code = aim_lint_render(lint, AIM_FORMAT_SARIF, 0, &buffer, &error);
    if (code && code != AIM_E_NO_MEMORY)
        FAIL("%s instead of AIM_E_NO_MEMORY: %s", aim_code_name(code), aim_error_message(error));
    if (code && aim_error_code(error) != code) FAIL("the error says %s", aim_code_name(aim_error_code(error)));
    aim_ref nodes = {.struct_size = sizeof nodes, .kind = "AIMClusterServiceTemplate"};
    if (cluster && aim_cluster_count(cluster, &nodes) != (filled ? 2u : 0u)) FAIL("a failed add changed the cluster");
    aim_buffer_free(buffer);
    aim_diff_free(diff);
    aim_lint_free(lint);
    aim_plan_free(finished);
    aim_plan_free(plan);
    aim_cluster_free(cluster);
    aim_context_free(context);
    aim_error_free(error);
    return code == AIM_OK;
}

static void fail_every_allocation(test_context *t, const char *file, bool for_good) {
    size_t size;
    char *text =
        test_read_file(t, aimp_format(&t->arena, "%s/tests/golden/layers/%s", test_source_folder(), file), &size);
    if (!text) {
        FAIL("no input");
        return;
    }
    size_t before = t->live_blocks;
    for (size_t n = 1; n < 100000; n++) {
        t->allocations = 0;
        t->fail_at = n;
        t->fail_for_good = for_good;
        bool ok = main_job(t, text, size);
        bool reached = t->allocations >= n;
        t->fail_at = 0;
        if (t->live_blocks != before) {
            FAIL("allocation %zu: %zu blocks leaked", n, t->live_blocks - before);
            return;
        }
        if (!reached) {
            CHECK(ok);
            CHECK(n > 50);
            return;
        }
    }
    FAIL("the job never came through");
}

TEST(memory, one_failed_allocation_is_an_error_and_nothing_leaks) {
    fail_every_allocation(t, "cluster.yaml", false);
}
TEST(memory, memory_that_is_gone_for_good_is_an_error_and_nothing_leaks) {
    fail_every_allocation(t, "cluster.yaml", true);
}
