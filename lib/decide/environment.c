/* Environment lists: merging by name, and AIM_ENGINE_ARGS as JSON. Rules: spec/rendering.md section 2.4. */
#include <string.h>

#include "decide/pass.h"
#include "doc/go_number.h"
#include "doc/reader.h"
#include "kube/name.h"

#define ENGINE_ARGS "AIM_ENGINE_ARGS"

static const char *name_of(const aimp_node *entry) {
    return aimp_or_empty(aimp_get_text(entry, "name"));
}

static const aimp_node *last_named(const aimp_node *list, const char *name) {
    for (size_t i = aimp_count(list); i > 0; i--) {
        if (strcmp(name_of(aimp_item(list, i - 1)), name) == 0) return aimp_item(list, i - 1);
    }
    return NULL;
}

static bool named_before(const aimp_node *list, size_t index) {
    for (size_t i = 0; i < index; i++) {
        if (strcmp(name_of(aimp_item(list, i)), name_of(aimp_item(list, index))) == 0) return true;
    }
    return false;
}

static const aimp_node *json_value(aimp_arena *arena, const char *text) {
    const aimp_node *value = aimp_read_small_json(arena, text, strlen(text));
    return value && (value->kind == AIMP_MAP || value->kind == AIMP_NULL) ? value : NULL;
}

/* Go's encoding/json of an interface: byte-ordered keys, HTML escaping, numbers through a double unless they keep their
 * text. */
static void add_go_json(aimp_text *out, const aimp_node *node, bool keep_numbers) {
    switch ((aimp_node_kind)node->kind) {
    case AIMP_NULL: aimp_text_add_string(out, "null"); break;
    case AIMP_BOOL: aimp_text_add_string(out, node->truth ? "true" : "false"); break;
    case AIMP_NUMBER:
        aimp_text_add_string(out, keep_numbers ? node->as.text : aimp_go_number(out->arena, node->as.text));
        break;
    case AIMP_STRING: aimp_add_go_string(out, node->as.text, node->count); break;
    case AIMP_LIST:
        aimp_text_add_char(out, '[');
        for (size_t i = 0; i < node->count; i++) {
            if (i) aimp_text_add_char(out, ',');
            add_go_json(out, node->as.items[i], keep_numbers);
        }
        aimp_text_add_char(out, ']');
        break;
    case AIMP_MAP:
        aimp_text_add_char(out, '{');
        for (size_t i = 0; i < node->count; i++) {
            if (i) aimp_text_add_char(out, ',');
            aimp_add_go_string(out, node->as.members[i].key, strlen(node->as.members[i].key));
            aimp_text_add_char(out, ':');
            add_go_json(out, node->as.members[i].value, keep_numbers);
        }
        aimp_text_add_char(out, '}');
        break;
    }
}

static const aimp_node *deep_merge(aimp_arena *arena, const aimp_node *lower, const aimp_node *higher) {
    aimp_member *members = aimp_take_array(arena, aimp_count(lower) + aimp_count(higher), sizeof *members);
    size_t count = 0;
    for (size_t i = 0; i < aimp_count(lower); i++)
        members[count++] = lower->as.members[i];
    for (size_t i = 0; i < aimp_count(higher); i++) {
        aimp_member member = higher->as.members[i];
        const aimp_node *below = aimp_get(lower, member.key);
        if (below && below->kind == AIMP_MAP && member.value->kind == AIMP_MAP)
            member.value = deep_merge(arena, below, member.value);
        members[count++] = member; /* a later member of the same key counts */
    }
    return aimp_map_from(arena, members, count);
}

const char *aimp_engine_args_merge(aimp_arena *arena, const char *lower, const char *higher, bool keep_numbers) {
    if (!*lower) return higher;
    if (!*higher) return lower;
    const aimp_node *below = json_value(arena, lower), *above = json_value(arena, higher);
    if (!below || !above) return higher;
    bool nothing = below->kind == AIMP_NULL && aimp_count(above) == 0;
    aimp_text text = aimp_text_new(arena);
    add_go_json(&text, nothing ? aimp_null() : deep_merge(arena, below, above), keep_numbers);
    return aimp_text_string(&text);
}

static const aimp_node *merged_engine_args(aimp_arena *arena, const aimp_node *lower, const aimp_node *higher,
                                           bool keep_numbers) {
    const char *below = aimp_or_empty(aimp_get_text(lower, "value")),
               *above = aimp_or_empty(aimp_get_text(higher, "value"));
    if (keep_numbers && (aimp_get(lower, "valueFrom") || aimp_get(higher, "valueFrom"))) return higher; /* B-45 */
    const char *value = aimp_engine_args_merge(arena, below, above, keep_numbers);
    return aimp_map_of(arena, "name", aimp_string(arena, ENGINE_ARGS), "value", aimp_string_or_none(arena, value),
                       NULL);
}

static const aimp_node *merge(aimp_arena *arena, const aimp_node *defaults, const aimp_node *overrides, bool json,
                              bool keep_numbers) {
    aimp_items out = aimp_items_new(arena);
    for (size_t i = 0; i < aimp_count(defaults); i++) {
        const aimp_node *entry = aimp_item(defaults, i);
        const aimp_node *override = named_before(defaults, i) ? NULL : last_named(overrides, name_of(entry));
        if (override && json && strcmp(name_of(entry), ENGINE_ARGS) == 0)
            override = merged_engine_args(arena, entry, override, keep_numbers);
        aimp_items_add(&out, override ? override : entry);
    }
    for (size_t i = 0; i < aimp_count(overrides); i++) {
        if (!last_named(defaults, name_of(aimp_item(overrides, i)))) aimp_items_add(&out, aimp_item(overrides, i));
    }
    return out.count ? aimp_items_list(&out) : NULL;
}

const aimp_node *aimp_env_merge(aimp_arena *arena, const aimp_node *defaults, const aimp_node *overrides) {
    return merge(arena, defaults, overrides, false, false);
}

const aimp_node *aimp_env_merge_engine_args(aimp_arena *arena, const aimp_node *defaults, const aimp_node *overrides,
                                            bool keep_numbers) {
    return merge(arena, defaults, overrides, true, keep_numbers);
}
