/* YAML through libyaml's events, typed as sigs.k8s.io/yaml types it (what kubectl uses): YAML 1.1 booleans, integers in
 * any base, merge keys. Anchors are expanded within the builder's limits; libyaml's own loader is never used. */
#include <yaml.h>

#include <string.h>

#include "doc/reader.h"
#include "doc/yaml_scalar.h"
#include "doc/yaml_text.h"

typedef struct anchor {
    const char *name;
    const aimp_node *node;
    size_t earlier; /* the anchor before it in its bucket, counted from 1; 0: none */
} anchor;

enum { ANCHOR_BUCKETS = 1024 };

/* A container that is open: whether a key or a value comes next, and what name it has. */
typedef struct level {
    bool map, wants_key, merges; /* merges: the key was "<<" */
    bool merge_list;             /* the list below "<<" */
    const char *anchor;
} level;

typedef struct composer {
    aimp_builder *builder;
    aimp_arena *scratch;
    yaml_parser_t parser;
    uint64_t line_offset; /* lines before the text that the parser sees */
    anchor *anchors;
    size_t anchor_count, anchor_capacity;
    size_t buckets[ANCHOR_BUCKETS]; /* the newest anchor of each, from 1 */
    level *levels;
    size_t depth, level_capacity;
    uint64_t document_line; /* where the document that is being read began, from 1; 0: none yet */
    const char *next, *end; /* what libyaml has not fetched */
} composer;

static aimp_spot spot_of(const composer *c, const yaml_mark_t *mark) {
    return (aimp_spot){c->line_offset + mark->line + 1, mark->column + 1, mark->index};
}

static level *top(composer *c) {
    return c->depth ? &c->levels[c->depth - 1] : NULL;
}

static void push(composer *c, level new_level) {
    if (c->depth == c->level_capacity) {
        size_t capacity = c->level_capacity ? c->level_capacity * 2 : 32;
        c->levels = aimp_take_more(c->scratch, c->levels, c->level_capacity * sizeof(level), capacity * sizeof(level));
        c->level_capacity = capacity;
    }
    c->levels[c->depth++] = new_level;
}

static void remember(composer *c, const char *name, const aimp_node *node) {
    if (!name || !node) return;
    aimp_builder_keep(c->builder);
    if (c->anchor_count == c->anchor_capacity) {
        size_t capacity = c->anchor_capacity ? c->anchor_capacity * 2 : 16;
        c->anchors =
            aimp_take_more(c->scratch, c->anchors, c->anchor_capacity * sizeof(anchor), capacity * sizeof(anchor));
        c->anchor_capacity = capacity;
    }
    size_t *bucket = &c->buckets[aimp_hash(name, strlen(name), 0) % ANCHOR_BUCKETS];
    c->anchors[c->anchor_count++] = (anchor){name, node, *bucket};
    *bucket = c->anchor_count;
}

static const aimp_node *recall(const composer *c, const char *name) {
    for (size_t i = c->buckets[aimp_hash(name, strlen(name), 0) % ANCHOR_BUCKETS]; i > 0;
         i = c->anchors[i - 1].earlier) {
        if (strcmp(c->anchors[i - 1].name, name) == 0) return c->anchors[i - 1].node;
    }
    return NULL;
}

static const char *own_name(composer *c, const yaml_char_t *name) {
    return name ? aimp_copy_string(c->scratch, (const char *)name) : NULL;
}

/* After a value: the map on top wants a key again. */
static void value_done(composer *c) {
    level *l = top(c);
    if (!l) return;
    if (l->map) l->wants_key = true;
    l->merges = false;
}

static bool tag_is_container(composer *c, const yaml_char_t *tag, const char *wanted, aimp_spot spot) {
    if (!tag || strcmp((const char *)tag, wanted) == 0) return true;
    aimp_builder_problem(c->builder, AIM_E_SYNTAX, spot, "the tag %.60s is not supported", (const char *)tag);
    return false;
}

static bool on_key(composer *c, const yaml_event_t *event, aimp_spot spot) {
    if (event->type != YAML_SCALAR_EVENT) {
        aimp_builder_problem(c->builder, AIM_E_SYNTAX, spot, "a key must be a plain value");
        return false;
    }
    level *l = top(c);
    l->wants_key = false;
    const char *text = (const char *)event->data.scalar.value;
    size_t size = event->data.scalar.length;
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (plain && size == 2 && memcmp(text, "<<", 2) == 0) {
        l->merges = true;
        return true;
    }
    aimp_yaml_value value;
    if (!aimp_yaml_scalar_type(c->scratch, text, size, plain, (const char *)event->data.scalar.tag, &value)) {
        aimp_builder_problem(c->builder, AIM_E_SYNTAX, spot, "%s", value.problem);
        return false;
    }
    if (value.kind == AIMP_NULL) {
        aimp_builder_problem(c->builder, AIM_E_SYNTAX, spot, "a key may not be null; quote it if it is a word");
        return false;
    }
    return aimp_builder_key(c->builder, value.text, value.size, spot);
}

static bool on_scalar(composer *c, const yaml_event_t *event, aimp_spot spot) {
    if (top(c) && (top(c)->merges || top(c)->merge_list)) return aimp_builder_merge(c->builder, NULL, spot);
    aimp_yaml_value value;
    const aimp_node *node = NULL;
    if (!aimp_yaml_scalar_type(c->scratch, (const char *)event->data.scalar.value, event->data.scalar.length,
                               event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE,
                               (const char *)event->data.scalar.tag, &value)) {
        aimp_builder_problem(c->builder, AIM_E_SYNTAX, spot, "%s", value.problem);
        return false;
    }
    if (c->depth == 0 && value.kind == AIMP_NULL) return true; /* an empty document */
    if (!aimp_builder_scalar(c->builder, value.kind, value.text, value.size, spot, &node)) return false;
    remember(c, own_name(c, event->data.scalar.anchor), node);
    value_done(c);
    return true;
}

static bool on_alias(composer *c, const yaml_event_t *event, aimp_spot spot) {
    const char *name = (const char *)event->data.alias.anchor;
    const aimp_node *node = recall(c, name);
    if (!node) {
        aimp_builder_problem(c->builder, AIM_E_SYNTAX, spot, "the alias *%.60s has no anchor before it", name);
        return false;
    }
    level *l = top(c);
    if (!l) {
        aimp_builder_problem(c->builder, AIM_E_SYNTAX, spot, "a document may not be an alias");
        return false;
    }
    if (l->merge_list) return aimp_builder_merge(c->builder, node, spot);
    if (!l->merges) {
        if (!aimp_builder_repeat(c->builder, node, spot)) return false;
    } else if (node->kind == AIMP_LIST) {
        for (size_t i = 0; i < node->count; i++) {
            if (!aimp_builder_merge(c->builder, node->as.items[i], spot)) return false;
        }
    } else if (!aimp_builder_merge(c->builder, node, spot)) {
        return false;
    }
    value_done(c);
    return true;
}

static bool on_begin(composer *c, const yaml_event_t *event, aimp_spot spot) {
    bool map = event->type == YAML_MAPPING_START_EVENT;
    const yaml_char_t *tag = map ? event->data.mapping_start.tag : event->data.sequence_start.tag;
    if (!tag_is_container(c, tag, map ? YAML_MAP_TAG : YAML_SEQ_TAG, spot)) return false;
    level *l = top(c);
    if (l && l->merges && !map) { /* <<: [*a, *b] */
        push(c, (level){.merge_list = true});
        return true;
    }
    if (l && (l->merges || l->merge_list)) {
        aimp_builder_problem(c->builder, AIM_E_SYNTAX, spot, "\"<<\" needs an alias or a list of aliases");
        return false;
    }
    if (!aimp_builder_begin(c->builder, map, spot)) return false;
    const yaml_char_t *name = map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
    if (name) aimp_builder_keep(c->builder); /* before a skipped container is given back */
    push(c, (level){.map = map, .wants_key = map, .anchor = own_name(c, name)});
    return true;
}

static bool on_end(composer *c, aimp_spot spot) {
    level closed = *top(c);
    c->depth--;
    const aimp_node *node = NULL;
    if (!closed.merge_list && !aimp_builder_end(c->builder, spot, &node)) return false;
    remember(c, closed.anchor, node);
    value_done(c);
    return true;
}

static bool on_event(composer *c, const yaml_event_t *event) {
    aimp_spot spot = spot_of(c, &event->start_mark);
    level *l = top(c);
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (c->anchor_count) memset(c->buckets, 0, sizeof c->buckets);
        c->anchor_count = 0;
        c->document_line = event->start_mark.line + 1;
        return true;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT: return on_end(c, spot);
    case YAML_SCALAR_EVENT:
    case YAML_MAPPING_START_EVENT:
    case YAML_SEQUENCE_START_EVENT:
    case YAML_ALIAS_EVENT:
        if (l && l->map && l->wants_key) return on_key(c, event, spot);
        if (event->type == YAML_SCALAR_EVENT) return on_scalar(c, event, spot);
        return event->type == YAML_ALIAS_EVENT ? on_alias(c, event, spot) : on_begin(c, event, spot);
    default: return true;
    }
}

static void report_parser(composer *c) {
    const yaml_parser_t *p = &c->parser;
    if (p->error == YAML_MEMORY_ERROR) aimp_raise(c->scratch->guard, AIM_E_NO_MEMORY, "libyaml is out of memory");
    aimp_check_cancel(c->scratch->guard); /* it may be why fetch() gave up */
    aimp_spot spot = spot_of(c, &p->problem_mark);
    const char *problem = p->problem ? p->problem : "not readable as YAML";
    if (p->context)
        aimp_builder_problem(c->builder, AIM_E_SYNTAX, spot, "%s (%s)", problem, p->context);
    else
        aimp_builder_problem(c->builder, AIM_E_SYNTAX, spot, "%s", problem);
}

static void delete_parser(void *arg) {
    yaml_parser_delete(arg);
}

/* An event belongs to libyaml: it is copied into the arena's care before anything can unwind past it. */
typedef struct held_event {
    yaml_parser_t *parser;
    yaml_event_t *event;
} held_event;

static void delete_both(void *arg) {
    held_event *held = arg;
    yaml_event_delete(held->event);
    delete_parser(held->parser);
}

/* libyaml asks for more; that ends when the call is cancelled, however long nothing comes of what it reads. */
static int fetch(void *arg, unsigned char *buffer, size_t size, size_t *got) {
    composer *c = arg;
    const aimp_guard *guard = c->scratch->guard;
    if (guard->cancel && aim_cancel_is_set(guard->cancel)) return 0;
    *got = (size_t)(c->end - c->next) < size ? (size_t)(c->end - c->next) : size;
    if (*got) memcpy(buffer, c->next, *got);
    c->next += *got;
    return 1;
}

/* Reads until the end or the first problem; false at a problem, and *failed_line is then the line it was on. */
static bool compose(composer *c, const char *text, size_t size, uint64_t *failed_line) {
    if (!yaml_parser_initialize(&c->parser)) aimp_raise(c->scratch->guard, AIM_E_NO_MEMORY, "libyaml is out of memory");
    c->next = text;
    c->end = text + size;
    yaml_parser_set_input(&c->parser, fetch, c);
    yaml_parser_set_encoding(&c->parser, YAML_UTF8_ENCODING); /* UTF-16 is refused, as the API server does */
    aimp_guard *guard = c->scratch->guard;
    yaml_event_t event;
    held_event held = {&c->parser, &event};
    bool ok = true, more = true;
    while (ok && more) {
        guard->cleanup = delete_parser;
        guard->cleanup_arg = &c->parser;
        if (!yaml_parser_parse(&c->parser, &event)) {
            *failed_line = c->parser.problem_mark.line;
            report_parser(c);
            ok = false;
            break;
        }
        guard->cleanup = delete_both;
        guard->cleanup_arg = &held;
        more = event.type != YAML_STREAM_END_EVENT;
        *failed_line = event.end_mark.line;
        ok = on_event(c, &event);
        yaml_event_delete(&event);
    }
    guard->cleanup = NULL;
    yaml_parser_delete(&c->parser);
    return ok;
}

static bool is_marker(const char *p, const char *end) {
    return end - p >= 3 && memcmp(p, "---", 3) == 0 && (end - p == 3 || aimp_is_space(p[3]));
}

/* The next line at or behind line number `line` (from 0) that begins a document; NULL when there is none. */
static const char *next_document(const char *text, const char *end, uint64_t line, uint64_t *found) {
    uint64_t at = 0;
    for (const char *p = text; p < end; p = aimp_yaml_next_line(p, end), at++) {
        if (at < line || p == text || !is_marker(p, end)) continue;
        *found = at;
        return p;
    }
    return NULL;
}

/* A text that libyaml can decode, document by document. */
static void read_clean(aimp_builder *builder, const char *text, const char *end, uint64_t offset) {
    while (text && text < end) {
        composer c = {.builder = builder, .scratch = aimp_builder_scratch(builder), .line_offset = offset};
        uint64_t failed = 0, found = 0;
        if (compose(&c, text, (size_t)(end - text), &failed)) return;
        aimp_builder_abandon(builder);
        if (c.document_line == failed + 1) failed++; /* its own marker does not begin the next one */
        text = next_document(text, end, failed, &found);
        offset += found;
    }
}

/* Where the document begins that a place lies in: its marker, or the beginning of the text. */
static const char *document_start(const char *text, const char *place, const char *end) {
    const char *start = text;
    for (const char *p = text; p <= place && p < end; p = aimp_yaml_next_line(p, end)) {
        if (is_marker(p, end)) start = p;
    }
    return start;
}

void aimp_read_yaml(aimp_builder *builder, const char *text, size_t size, uint64_t line) {
    const char *end = text + size;
    uint64_t offset = line - 1, found = 0;
    for (bool first = true; text && text < end; first = false) {
        const aimp_yaml_flaw flaw = aimp_yaml_find_flaw(text, end, first, aimp_builder_scratch(builder)->guard);
        if (!flaw.at) {
            read_clean(builder, text, end, offset);
            return;
        }
        read_clean(builder, text, flaw.from ? flaw.from : document_start(text, flaw.at, end), offset);
        aimp_builder_problem(builder, flaw.code, (aimp_spot){offset + flaw.line + 1, flaw.column + 1, 0}, "%s",
                             flaw.message);
        aimp_builder_abandon(builder);
        const char *next = next_document(text, end, flaw.line + 1, &found);
        if (next && flaw.from) next = next_document(text, end, found + 1, &found); /* its own marker is behind it */
        text = next;
        offset += found;
    }
}
