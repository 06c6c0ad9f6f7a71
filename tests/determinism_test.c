/* The same documents give the same bytes: shuffled, as YAML or JSON, in one text or many, in any locale. */
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
