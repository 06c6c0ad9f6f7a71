/* What was said lately, one entry for each thing that may happen again: whether the server has it, how often it
 * happened since, and when that may be written. */
#include "event_recorder.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "structured_log.h"

enum {
    MOST_ENTRIES = 1000,
    MOST_WAITING = 100,  /* new ones that are not written yet */
    MOST_UNDER_WAY = 16, /* calls; the others wait here and not in the fetch, whose queue the lease shares */
    SERIES_MS = 60000,   /* between two writes of one entry */
    FINISHED_MS = 360000,
    LONGEST_NOTE = 1024, /* the server counts bytes */
    LONGEST_WORD = 128,
    LONGEST_NAME = 253
};

/* The first ones say which event it is; what differs between two of the same follows. */
enum { OBJECT_KIND, OBJECT_NS, OBJECT_NAME, OBJECT_UID, REASON, ACTION, TYPE, NOTE, SAME, API = SAME, VERSION, TEXTS };

typedef struct entry {
    const char *texts[TEXTS]; /* "" for what is missing; point into memory behind the entry */
    uint64_t hash;
    char name[LONGEST_NAME + 1]; /* of the Event */
    char first_time[LOG_TIME_SIZE], last_time[LOG_TIME_SIZE];
    uint64_t seen_ms, asked_ms, due_ms;
    int32_t count, asked_count; /* how often it happened, and how often the last call says that it did */
    uint64_t call;              /* under way; 0: none */
    bool exists;                /* at the server */
    bool creates;               /* the call under way */
    bool is_finished;           /* the same again is another event */
} entry;

struct event_recorder {
    char *controller, *instance;
    entry **entries; /* by age */
    size_t count, under_way;
    uint64_t said, dropped;
};

/* --- text --- */

/* One character of UTF-8: how many bytes; 0 for bytes that are none. */
static size_t character_size(const char *text) {
    const unsigned char *c = (const unsigned char *)text;
    if (c[0] < 0x80) return 1;
    const size_t size = c[0] >= 0xf0 ? 4 : c[0] >= 0xe0 ? 3 : 2;
    if (c[0] < 0xc2 || c[0] > 0xf4) return 0;
    for (size_t i = 1; i < size; i++) {
        if ((c[i] & 0xc0) != 0x80) return 0;
    }
    const bool is_legal = !(c[0] == 0xe0 && c[1] < 0xa0) && !(c[0] == 0xed && c[1] > 0x9f) &&
                          !(c[0] == 0xf0 && c[1] < 0x90) && !(c[0] == 0xf4 && c[1] > 0x8f);
    return is_legal ? size : 0;
}

/* At most so many bytes of legal UTF-8, cut where a character ends: JSON holds nothing else, and a server that mended
 * it itself could make it too long. out has room for one more. */
static char *take_text(char *out, const char *text, size_t most) {
    static const char instead[] = "\xef\xbf\xbd";
    size_t used = 0;
    while (*text) {
        const size_t legal = character_size(text), size = legal ? legal : sizeof instead - 1;
        if (size > most - used) break;
        memcpy(out + used, legal ? text : instead, size);
        used += size;
        text += legal ? legal : 1;
    }
    out[used] = '\0';
    return out;
}

static char *copy_cut(const char *text, size_t most) {
    char *copy = malloc(most + 1);
    return copy ? take_text(copy, text, most) : NULL;
}

static const char *or_empty(const char *text) {
    return text ? text : "";
}

static uint64_t hash_text(uint64_t hash, const char *text) {
    for (const char *c = text;; c++) {
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
        if (!*c) return hash;
    }
}

/* --- entries --- */

event_recorder *event_recorder_new(const char *controller, const char *instance) {
    if (!controller || !*controller || !instance || !*instance) return NULL;
    event_recorder *r = calloc(1, sizeof *r);
    if (!r) return NULL;
    r->controller = copy_cut(controller, LONGEST_WORD);
    r->instance = copy_cut(instance, LONGEST_WORD);
    r->entries = calloc(MOST_ENTRIES, sizeof(entry *));
    if (r->controller && r->instance && r->entries) return r;
    event_recorder_free(r);
    return NULL;
}

void event_recorder_free(event_recorder *r) {
    if (!r) return;
    for (size_t i = 0; i < r->count; i++)
        free(r->entries[i]);
    free(r->entries);
    free(r->controller);
    free(r->instance);
    free(r);
}

uint64_t event_recorder_dropped(const event_recorder *r) {
    return r ? r->dropped : 0;
}

static void forget(event_recorder *r, size_t index) {
    free(r->entries[index]);
    r->count--;
    memmove(&r->entries[index], &r->entries[index + 1], (r->count - index) * sizeof(entry *));
}

static bool has_news(const entry *e) {
    return e->count > e->asked_count;
}

static uint64_t passed_ms(uint64_t since_ms, uint64_t now_ms) {
    return now_ms > since_ms ? now_ms - since_ms : 0;
}

static bool is_same(const entry *e, const char *const *texts, uint64_t hash) {
    bool same = e->hash == hash;
    for (size_t i = 0; same && i < SAME; i++)
        same = strcmp(e->texts[i], texts[i]) == 0;
    return same;
}

static entry *find(const event_recorder *r, const char *const *texts, uint64_t hash, uint64_t now_ms) {
    for (size_t i = r->count; i-- > 0;) {
        entry *e = r->entries[i];
        if (passed_ms(e->seen_ms, now_ms) >= FINISHED_MS) e->is_finished = true;
        if (!e->is_finished && is_same(e, texts, hash)) return e;
    }
    return NULL;
}

/* What a name of an Event may hold: a DNS subdomain, which the names of some kinds are not. */
static bool is_subdomain(const char *text) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (const char *label = text;; label++) {
        const size_t size = strcspn(label, ".");
        if (!size || label[0] == '-' || label[size - 1] == '-') return false;
        for (size_t i = 0; i < size; i++) {
            if (label[i] != '-' && !strchr(plain, label[i])) return false;
        }
        label += size;
        if (!*label) return true;
    }
}

/* The object's name, so that people find it, and a number that no other event of any process has. */
static void name_event(const event_recorder *r, entry *e) {
    enum { NUMBER = 17 };
    char object[LONGEST_NAME - NUMBER + 1];
    uint64_t number = hash_text(hash_text(e->hash, e->first_time), r->instance) ^ r->said * 0x9e3779b97f4a7c15u;
    size_t size = strlen(e->texts[OBJECT_NAME]);
    if (size >= sizeof object) size = sizeof object - 1;
    memcpy(object, e->texts[OBJECT_NAME], size);
    while (size && (object[size - 1] == '.' || object[size - 1] == '-'))
        size--;
    object[size] = '\0';
    snprintf(e->name, sizeof e->name, "%s.%016llx", is_subdomain(object) ? object : "object",
             (unsigned long long)number);
}

static entry *new_entry(const char *const *texts, uint64_t hash) {
    size_t size = sizeof(entry);
    for (size_t i = 0; i < TEXTS; i++)
        size += strlen(texts[i]) + 1;
    entry *e = calloc(1, size);
    if (!e) return NULL;
    char *next = (char *)e + sizeof *e;
    for (size_t i = 0; i < TEXTS; i++) {
        const size_t length = strlen(texts[i]) + 1;
        e->texts[i] = memcpy(next, texts[i], length);
        next += length;
    }
    e->hash = hash;
    return e;
}

/* Whether there is room for one more: else the one that was silent for the longest is forgotten, if it has nothing left
 * to say. */
static bool make_room(event_recorder *r) {
    size_t waiting = 0, oldest = r->count;
    for (size_t i = 0; i < r->count; i++) {
        const entry *e = r->entries[i];
        const bool idle = !e->call && !has_news(e);
        waiting += !e->exists && !idle;
        if (idle && (oldest == r->count || e->seen_ms < r->entries[oldest]->seen_ms)) oldest = i;
    }
    if (waiting >= MOST_WAITING) return false;
    if (r->count < MOST_ENTRIES) return true;
    if (oldest == r->count) return false;
    forget(r, oldest);
    return true;
}

/* --- the object --- */

static bool set(json_object *object, const char *key, json_object *value) {
    if (value && json_object_object_add(object, key, value) == 0) return true;
    json_object_put(value);
    return false;
}

static bool set_text(json_object *object, const char *key, const char *text) {
    return set(object, key, json_object_new_string(text));
}

static bool set_unless_empty(json_object *object, const char *key, const char *text) {
    return !*text || set_text(object, key, text);
}

/* A new object of its own under a key; it belongs to the other one. */
static json_object *section(json_object *object, const char *key) {
    json_object *value = json_object_new_object();
    return set(object, key, value) ? value : NULL;
}

static const char *namespace_of(const entry *e) {
    return *e->texts[OBJECT_NS] ? e->texts[OBJECT_NS] : "default";
}

static bool fill_series(const entry *e, json_object *body) {
    json_object *series = section(body, "series");
    return series && set(series, "count", json_object_new_int(e->count)) &&
           set_text(series, "lastObservedTime", e->last_time);
}

static bool fill_event(const event_recorder *r, const entry *e, json_object *body) {
    json_object *metadata = section(body, "metadata"), *regarding = section(body, "regarding");
    if (!metadata || !regarding) return false;
    return set_text(body, "apiVersion", "events.k8s.io/v1") && set_text(body, "kind", "Event") &&
           set_text(metadata, "name", e->name) && set_text(metadata, "namespace", namespace_of(e)) &&
           set_unless_empty(regarding, "apiVersion", e->texts[API]) &&
           set_text(regarding, "kind", e->texts[OBJECT_KIND]) &&
           set_unless_empty(regarding, "namespace", e->texts[OBJECT_NS]) &&
           set_text(regarding, "name", e->texts[OBJECT_NAME]) &&
           set_unless_empty(regarding, "uid", e->texts[OBJECT_UID]) &&
           set_unless_empty(regarding, "resourceVersion", e->texts[VERSION]) &&
           set_text(body, "eventTime", e->first_time) && set_text(body, "type", e->texts[TYPE]) &&
           set_text(body, "reason", e->texts[REASON]) && set_text(body, "action", e->texts[ACTION]) &&
           set_text(body, "note", e->texts[NOTE]) && set_text(body, "reportingController", r->controller) &&
           set_text(body, "reportingInstance", r->instance);
}

/* NULL: no memory. */
static json_object *new_body(const event_recorder *r, const entry *e) {
    json_object *body = json_object_new_object();
    const bool ok = body && (e->exists || fill_event(r, e, body)) && (e->count < 2 || fill_series(e, body));
    if (ok) return body;
    json_object_put(body);
    return NULL;
}

/* json-c leaves pieces out when memory ends while it writes, so what it wrote is read again. */
static const char *body_text(json_object *body) {
    const char *text = json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    json_object *again = text ? json_tokener_parse(text) : NULL;
    const bool same = again && json_object_equal(again, body);
    json_object_put(again);
    return same ? text : NULL;
}

/* --- calls --- */

/* Nothing is tried again by itself: the next time that it happens, and not before a minute has passed. */
static void fail(event_recorder *r, entry *e, const char *why) {
    r->dropped++;
    e->due_ms = e->asked_ms + SERIES_MS;
    log_line(LOG_DEBUG, "an event was not written", "namespace", namespace_of(e), "name", e->name, "reason",
             e->texts[REASON], "problem", why, NULL);
}

static void ask(event_recorder *r, aim_fetch *fetch, entry *e, uint64_t now_ms) {
    const aim_ref object = {.struct_size = sizeof object,
                            .group = "events.k8s.io",
                            .version = "v1",
                            .kind = "Event",
                            .ns = namespace_of(e),
                            .name = e->name};
    aim_call call = {.struct_size = sizeof call,
                     .verb = e->exists ? AIM_CALL_PATCH : AIM_CALL_CREATE,
                     .object = &object,
                     .plural = "events"};
    json_object *body = new_body(r, e);
    call.body = body ? body_text(body) : NULL;
    e->asked_ms = now_ms;
    e->asked_count = e->count;
    e->creates = !e->exists;
    if (!call.body) {
        fail(r, e, "out of memory");
    } else {
        aim_error *error = NULL;
        call.body_size = strlen(call.body);
        if (aim_fetch_call(fetch, &call, &e->call, &error)) {
            e->call = 0;
            fail(r, e, aim_error_message(error));
        } else {
            r->under_way++;
        }
        aim_error_free(error);
    }
    json_object_put(body);
}

static void take_success(entry *e) {
    /* the first time that something happens again is news, later ones are a number that grows */
    const bool is_first = e->creates && e->asked_count < 2;
    e->exists = true;
    e->due_ms = is_first ? 0 : e->asked_ms + SERIES_MS;
}

static void collect(event_recorder *r, aim_fetch *fetch, entry *e) {
    aim_result result = {.struct_size = sizeof result};
    if (!e->call) return;
    const aim_code code = aim_fetch_result(fetch, e->call, &result);
    if (code == AIM_E_UNSUPPORTED) return;
    if (!code && (!result.code || (e->creates && result.http_status == 409 && result.reason &&
                                   strcmp(result.reason, "AlreadyExists") == 0))) {
        take_success(e); /* nobody else has this name: what is there already came from a call whose answer was lost */
    } else {
        fail(r, e, code ? "the call is gone" : or_empty(result.message));
        /* events do not live long: what happens next is a new one */
        if (!code && !e->creates && result.http_status == 404) e->is_finished = true;
    }
    aim_fetch_drop(fetch, e->call);
    e->call = 0;
    r->under_way--;
}

/* Asks if there is something to write and its time has come. */
static void ask_if_due(event_recorder *r, aim_fetch *fetch, entry *e, uint64_t now_ms) {
    if (!fetch || e->call || !has_news(e) || r->under_way >= MOST_UNDER_WAY) return;
    if (now_ms >= e->due_ms || e->is_finished) ask(r, fetch, e, now_ms);
}

void event_recorder_step(event_recorder *r, aim_fetch *fetch, uint64_t now_ms) {
    if (!r || !fetch) return;
    for (size_t i = 0; i < r->count; i++)
        collect(r, fetch, r->entries[i]);
    size_t i = 0;
    while (i < r->count) {
        entry *e = r->entries[i];
        if (passed_ms(e->seen_ms, now_ms) >= FINISHED_MS) e->is_finished = true;
        ask_if_due(r, fetch, e, now_ms);
        if (e->is_finished && !e->call && !has_news(e))
            forget(r, i);
        else
            i++;
    }
}

/* --- saying --- */

static void add(event_recorder *r, aim_fetch *fetch, const char *const *texts, uint64_t hash, uint64_t now_ms,
                const char *now_text) {
    entry *e = make_room(r) ? new_entry(texts, hash) : NULL;
    if (!e) {
        r->dropped++;
        return;
    }
    r->said++;
    r->entries[r->count++] = e;
    snprintf(e->first_time, sizeof e->first_time, "%s", now_text);
    snprintf(e->last_time, sizeof e->last_time, "%s", now_text);
    name_event(r, e);
    e->seen_ms = now_ms;
    e->count = 1;
    ask_if_due(r, fetch, e, now_ms);
}

static void repeat(event_recorder *r, aim_fetch *fetch, entry *e, uint64_t now_ms, const char *now_text) {
    snprintf(e->last_time, sizeof e->last_time, "%s", now_text);
    e->seen_ms = now_ms;
    if (e->count < INT32_MAX) e->count++;
    ask_if_due(r, fetch, e, now_ms);
}

void event_recorder_say(event_recorder *r, aim_fetch *fetch, const aim_ref *object, const char *resource_version,
                        bool warning, const char *reason, const char *action, const char *note, uint64_t now_ms,
                        const char *now_text) {
    if (!r) return;
    char reason_cut[LONGEST_WORD + 1], action_cut[LONGEST_WORD + 1], note_cut[LONGEST_NOTE + 1], now[LOG_TIME_SIZE];
    char api[2 * LONGEST_NAME + 2] = "";
    if (!object || !object->kind || !object->name || !*object->name || !reason || !*reason) {
        r->dropped++; /* no server takes that */
        return;
    }
    if (object->version)
        snprintf(api, sizeof api, "%s%s%s", or_empty(object->group), object->group && *object->group ? "/" : "",
                 object->version);
    if (!now_text || !*now_text) {
        log_time(now, sizeof now);
        now_text = now;
    }
    const char *const texts[TEXTS] = {
        [OBJECT_KIND] = object->kind,
        [OBJECT_NS] = or_empty(object->ns),
        [OBJECT_NAME] = object->name,
        [OBJECT_UID] = or_empty(object->uid),
        [REASON] = take_text(reason_cut, reason, LONGEST_WORD),
        [ACTION] = take_text(action_cut, action && *action ? action : reason, LONGEST_WORD),
        [TYPE] = warning ? "Warning" : "Normal",
        [NOTE] = take_text(note_cut, or_empty(note), LONGEST_NOTE),
        [API] = api,
        [VERSION] = or_empty(resource_version),
    };
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < SAME; i++)
        hash = hash_text(hash, texts[i]);
    entry *e = find(r, texts, hash, now_ms);
    if (e)
        repeat(r, fetch, e, now_ms, now_text);
    else
        add(r, fetch, texts, hash, now_ms, now_text);
}
