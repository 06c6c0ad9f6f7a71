/* The lease: what was seen of it, which call is under way, and what follows. Owns no work and no clock: the loop tells
 * the time and stops the work. */
#include "lease.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../server/answer.h"
#include "structured_log.h"

enum {
    DURATION_S = 15,
    RENEW_DEADLINE_MS = 10000,
    RETRY_MS = 2000,
    CALL_LIMIT_MS = 4000,
    JITTER_PERCENT = 120, /* of the pause of those who wait, so that they do not come together */
    RELEASE_LIMIT_MS = 5000,
    RELEASE_RETRY_MS = 300
};

typedef enum lease_call { CALL_LOOK, CALL_CREATE, CALL_WRITE, CALL_RELEASE } lease_call;

struct lease {
    char *ns, *name, *identity;
    lease_state state;
    lease_call kind; /* of the call under way, or the next one */
    uint64_t call;   /* under way; 0: none */
    uint64_t asked_ms, due_ms;
    uint64_t renewed_ms;  /* when the last write that succeeded was asked for: it cannot have happened earlier */
    uint64_t observed_ms; /* when we saw the lease change */
    json_object *object;  /* as it was last seen; NULL: not seen, or there is none */
    bool looked;          /* the write that is under way follows a look */
    bool release_ended;
    uint64_t release_until_ms, random;
    char holder[256], problem[256];
};

static char *copy_text(const char *text) {
    const size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

lease *lease_new(const char *ns, const char *name, const char *identity) {
    if (!ns || !name || !identity || !*identity) return NULL;
    lease *l = calloc(1, sizeof *l);
    if (!l) return NULL;
    l->ns = copy_text(ns);
    l->name = copy_text(name);
    l->identity = copy_text(identity);
    l->random = 0xcbf29ce484222325u;
    for (const char *c = identity; *c; c++)
        l->random = (l->random ^ (unsigned char)*c) * 0x100000001b3u;
    if (l->ns && l->name && l->identity) return l;
    lease_free(l);
    return NULL;
}

void lease_free(lease *l) {
    if (!l) return;
    json_object_put(l->object);
    free(l->ns);
    free(l->name);
    free(l->identity);
    free(l);
}

const char *lease_holder(const lease *l) {
    return l->holder;
}

const char *lease_problem(const lease *l) {
    return l->problem;
}

/* --- the object --- */

static const char *holder_of(json_object *object) {
    return answer_text(answer_member(object, "spec"), "holderIdentity");
}

static bool is_mine(const lease *l) {
    return strcmp(holder_of(l->object), l->identity) == 0;
}

/* How long whoever holds it may be silent. */
static uint64_t duration_ms(const lease *l) {
    json_object *seconds = answer_member(answer_member(l->object, "spec"), "leaseDurationSeconds");
    const int64_t value = json_object_is_type(seconds, json_type_int) ? json_object_get_int64(seconds) : 0;
    return 1000 * (uint64_t)(value > 0 && value <= INT32_MAX ? value : DURATION_S);
}

static bool set(json_object *object, const char *key, json_object *value) {
    if (value && json_object_object_add(object, key, value) == 0) return true;
    json_object_put(value);
    return false;
}

static json_object *section(json_object *object, const char *key) {
    json_object *value = answer_member(object, key);
    if (json_object_is_type(value, json_type_object)) return value;
    return set(object, key, json_object_new_object()) ? answer_member(object, key) : NULL;
}

/* What is there stays as it is, but for who holds the lease and since when. */
static bool fill_object(const lease *l, json_object *body) {
    char now[LOG_TIME_SIZE];
    log_time(now, sizeof now);
    const bool release = l->kind == CALL_RELEASE;
    json_object *metadata = section(body, "metadata"), *spec = section(body, "spec");
    if (!metadata || !spec) return false;
    json_object_object_del(metadata, "managedFields");
    bool ok = set(body, "apiVersion", json_object_new_string("coordination.k8s.io/v1")) &&
              set(body, "kind", json_object_new_string("Lease")) &&
              set(metadata, "namespace", json_object_new_string(l->ns)) &&
              set(metadata, "name", json_object_new_string(l->name));
    if (!release && strcmp(holder_of(body), l->identity) != 0) {
        json_object *count = answer_member(spec, "leaseTransitions");
        const int64_t transitions = json_object_is_type(count, json_type_int) ? json_object_get_int64(count) : 0;
        const int64_t next =
            l->kind == CALL_CREATE || transitions < 0 || transitions >= INT32_MAX ? 0 : transitions + 1;
        ok = ok && set(spec, "acquireTime", json_object_new_string(now)) &&
             set(spec, "leaseTransitions", json_object_new_int64(next));
    }
    return ok && set(spec, "holderIdentity", json_object_new_string(release ? "" : l->identity)) &&
           set(spec, "leaseDurationSeconds", json_object_new_int(release ? 1 : DURATION_S)) &&
           set(spec, "renewTime", json_object_new_string(now));
}

/* The body of a write; NULL: no memory. */
static json_object *new_body(const lease *l) {
    json_object *body = NULL;
    if (l->kind == CALL_CREATE)
        body = json_object_new_object();
    else if (json_object_deep_copy(l->object, &body, NULL) != 0)
        body = NULL;
    if (body && fill_object(l, body)) return body;
    json_object_put(body);
    return NULL;
}

/* The text of a body. json-c leaves pieces out when memory ends while it writes, so what it wrote is read again. */
static const char *body_text(json_object *body) {
    const char *text = json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN);
    json_object *again = text ? json_tokener_parse(text) : NULL;
    const bool same = again && json_object_equal(again, body);
    json_object_put(again);
    return same ? text : NULL;
}

/* --- time --- */

static uint64_t passed_ms(uint64_t since_ms, uint64_t now_ms) {
    return now_ms > since_ms ? now_ms - since_ms : 0;
}

static uint64_t pause_ms(lease *l) {
    l->random ^= l->random << 13;
    l->random ^= l->random >> 7;
    l->random ^= l->random << 17;
    return RETRY_MS + l->random % (RETRY_MS * JITTER_PERCENT / 100);
}

static void plan_call(lease *l, lease_call kind, uint64_t due_ms) {
    l->kind = kind;
    l->due_ms = due_ms;
}

/* --- what an answer means --- */

static void lose(lease *l, aim_fetch *fetch) {
    l->state = LEASE_LOST;
    if (l->call) aim_fetch_drop(fetch, l->call);
    l->call = 0;
}

static void take_problem(lease *l, const char *message) {
    snprintf(l->problem, sizeof l->problem, "%s",
             message && *message ? message : "the lease cannot be read or written");
}

/* Nobody knows whether what was asked for has happened: the next thing is to look. */
static void fail(lease *l, uint64_t now_ms) {
    uint64_t due_ms = now_ms + (l->state == LEASE_RELEASED ? RELEASE_RETRY_MS : pause_ms(l));
    if (l->state == LEASE_HELD) due_ms = l->asked_ms + RETRY_MS > now_ms ? l->asked_ms + RETRY_MS : now_ms;
    plan_call(l, CALL_LOOK, due_ms);
}

/* Somebody was faster. One that holds the lease looks at once: it has no time to lose. */
static void meet_conflict(lease *l, uint64_t now_ms) {
    const bool at_once = l->state == LEASE_RELEASED || (l->state == LEASE_HELD && !l->looked);
    if (at_once)
        plan_call(l, CALL_LOOK, now_ms);
    else
        fail(l, now_ms);
}

/* What was just read; the object is new. */
static void decide(lease *l, aim_fetch *fetch, uint64_t now_ms) {
    snprintf(l->holder, sizeof l->holder, "%s", holder_of(l->object));
    if (l->state == LEASE_RELEASED) {
        l->release_ended = !is_mine(l);
        plan_call(l, CALL_RELEASE, now_ms);
    } else if (l->state == LEASE_HELD && !is_mine(l)) {
        lose(l, fetch);
    } else if (is_mine(l) || !*holder_of(l->object) || passed_ms(l->observed_ms, now_ms) >= duration_ms(l)) {
        l->looked = true;
        plan_call(l, CALL_WRITE, now_ms);
    } else {
        plan_call(l, CALL_LOOK, now_ms + pause_ms(l));
    }
}

static void take_look(lease *l, aim_fetch *fetch, json_object *seen, uint64_t now_ms) {
    if (!l->object || !json_object_equal(answer_member(l->object, "spec"), answer_member(seen, "spec")))
        l->observed_ms = now_ms;
    json_object_put(l->object);
    l->object = seen;
    decide(l, fetch, now_ms);
}

static void take_vacancy(lease *l, uint64_t now_ms) {
    json_object_put(l->object);
    l->object = NULL;
    *l->holder = '\0';
    l->looked = true;
    l->release_ended = l->state == LEASE_RELEASED;
    plan_call(l, CALL_CREATE, now_ms);
}

/* A write went through. seen may be NULL: then its version is not known, and a look has to come first. */
static void take_write(lease *l, json_object *seen, uint64_t now_ms) {
    json_object_put(l->object);
    l->object = seen;
    snprintf(l->holder, sizeof l->holder, "%s", l->identity);
    l->renewed_ms = l->asked_ms;
    /* an answer that took so long says nothing of today */
    const bool fresh = passed_ms(l->asked_ms, now_ms) < RENEW_DEADLINE_MS;
    if (l->state == LEASE_WAITING && fresh) l->state = LEASE_HELD;
    l->looked = false;
    if (l->state == LEASE_RELEASED)
        plan_call(l, seen ? CALL_RELEASE : CALL_LOOK, now_ms);
    else
        plan_call(l, seen ? CALL_WRITE : CALL_LOOK, l->asked_ms + RETRY_MS);
}

static void take_result(lease *l, aim_fetch *fetch, const aim_result *r, uint64_t now_ms) {
    json_object *seen = r->code ? NULL : json_tokener_parse(r->body);
    if (!json_object_is_type(answer_member(answer_member(seen, "metadata"), "resourceVersion"), json_type_string)) {
        json_object_put(seen);
        seen = NULL;
    }
    *l->problem = '\0';
    if (l->kind == CALL_RELEASE && !r->code) {
        json_object_put(seen);
        *l->holder = '\0';
        l->release_ended = true;
    } else if (l->kind == CALL_LOOK && seen) {
        take_look(l, fetch, seen, now_ms);
    } else if (l->kind == CALL_LOOK && r->http_status == 404) {
        take_vacancy(l, now_ms);
    } else if (l->kind != CALL_LOOK && !r->code) {
        take_write(l, seen, now_ms);
    } else if (l->kind != CALL_LOOK && r->http_status == 409) {
        meet_conflict(l, now_ms);
    } else {
        take_problem(l, r->code ? r->message : "the server's answer is no Lease");
        fail(l, now_ms);
    }
}

/* Looks whether the call has ended. */
static void collect(lease *l, aim_fetch *fetch, uint64_t now_ms) {
    aim_result result = {.struct_size = sizeof result};
    if (!l->call) return;
    const aim_code code = aim_fetch_result(fetch, l->call, &result);
    if (code == AIM_E_UNSUPPORTED) return;
    const uint64_t id = l->call;
    l->call = 0;
    if (code) {
        take_problem(l, NULL);
        fail(l, now_ms);
        return;
    }
    take_result(l, fetch, &result, now_ms);
    aim_fetch_drop(fetch, id);
}

/* --- asking --- */

static void ask(lease *l, aim_fetch *fetch, uint64_t now_ms) {
    static const uint64_t verbs[] = {[CALL_LOOK] = AIM_CALL_GET,
                                     [CALL_CREATE] = AIM_CALL_CREATE,
                                     [CALL_WRITE] = AIM_CALL_UPDATE,
                                     [CALL_RELEASE] = AIM_CALL_UPDATE};
    const aim_ref object = {.struct_size = sizeof object,
                            .group = "coordination.k8s.io",
                            .version = "v1",
                            .kind = "Lease",
                            .ns = l->ns,
                            .name = l->name};
    aim_call call = {.struct_size = sizeof call, .verb = verbs[l->kind], .object = &object, .plural = "leases"};
    json_object *body = l->kind == CALL_LOOK ? NULL : new_body(l);
    const char *text = body ? body_text(body) : NULL;
    l->asked_ms = now_ms;
    if (l->kind != CALL_LOOK && !text) {
        take_problem(l, "out of memory");
        fail(l, now_ms);
    } else {
        aim_error *error = NULL;
        call.body = text;
        call.body_size = text ? strlen(text) : 0;
        if (aim_fetch_call(fetch, &call, &l->call, &error)) {
            l->call = 0;
            take_problem(l, aim_error_message(error));
            fail(l, now_ms);
        }
        aim_error_free(error);
    }
    json_object_put(body);
}

bool lease_is_over(const lease *l, uint64_t now_ms) {
    return l->state == LEASE_LOST || (l->state == LEASE_HELD && passed_ms(l->renewed_ms, now_ms) >= RENEW_DEADLINE_MS);
}

lease_state lease_step(lease *l, aim_fetch *fetch, uint64_t now_ms, uint64_t *next_ms) {
    *next_ms = UINT64_MAX;
    if (l->state == LEASE_LOST || l->state == LEASE_RELEASED) return l->state;
    collect(l, fetch, now_ms);
    /* an answer that is swallowed must not cost the lease: there is time for another try */
    if (l->call && passed_ms(l->asked_ms, now_ms) >= CALL_LIMIT_MS) {
        aim_fetch_drop(fetch, l->call);
        l->call = 0;
        take_problem(l, "no answer in time");
        plan_call(l, CALL_LOOK, now_ms);
    }
    if (l->state == LEASE_HELD && passed_ms(l->renewed_ms, now_ms) >= RENEW_DEADLINE_MS) lose(l, fetch);
    if (l->state == LEASE_LOST) return l->state;
    if (!l->call && now_ms >= l->due_ms) ask(l, fetch, now_ms);
    if (!l->call) *next_ms = l->due_ms;
    if (l->state == LEASE_HELD && *next_ms > l->renewed_ms + RENEW_DEADLINE_MS)
        *next_ms = l->renewed_ms + RENEW_DEADLINE_MS;
    return l->state;
}

/* What is under way may still make the lease ours: only a look may be forgotten. */
static void begin_release(lease *l, uint64_t now_ms) {
    const bool held = l->state == LEASE_HELD;
    l->state = LEASE_RELEASED;
    l->release_until_ms = now_ms + RELEASE_LIMIT_MS;
    if (held && !l->call) plan_call(l, l->kind == CALL_WRITE && l->object ? CALL_RELEASE : CALL_LOOK, now_ms);
    if (!held && (!l->call || l->kind == CALL_LOOK)) l->release_ended = true;
}

bool lease_release(lease *l, aim_fetch *fetch, uint64_t now_ms) {
    if (l->state == LEASE_LOST) return true;
    if (l->state != LEASE_RELEASED) begin_release(l, now_ms);
    if (!l->release_ended) collect(l, fetch, now_ms);
    if (!l->release_ended && now_ms >= l->release_until_ms) {
        take_problem(l, "no answer in time");
        l->release_ended = true;
    }
    if (l->release_ended) {
        if (l->call) aim_fetch_drop(fetch, l->call);
        l->call = 0;
    } else if (!l->call && now_ms >= l->due_ms) {
        ask(l, fetch, now_ms);
    }
    return l->release_ended;
}
