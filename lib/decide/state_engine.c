/* From components to conditions, a root status and the decision whether to apply. Rules: spec/status.md section 5;
 * where the documented behaviour differs, spec/differences.md S-15, S-21, S-28, B-32 to B-35. */
#include <string.h>

#include "decide/component.h"
#include "kube/timestamp.h"

static aimp_condition *find(aimp_health *health, const char *type) {
    for (size_t i = 0; i < health->condition_count; i++) {
        if (strcmp(health->conditions[i].type, type) == 0) return &health->conditions[i];
    }
    return NULL;
}

static bool is_false(aimp_health *health, const char *type) {
    const aimp_condition *c = find(health, type);
    return c && strcmp(c->status, "False") == 0;
}

void aimp_set_condition(aimp_health *health, const char *type, const char *status, const char *reason,
                        const char *message) {
    aimp_condition *c = find(health, type);
    if (!c) {
        c = &health->conditions[health->condition_count++];
        *c = (aimp_condition){.type = type};
    }
    c->status = status;
    c->reason = reason;
    c->message = message;
}

static const char *type_of(aimp_pass *pass, const aimp_component *c) {
    return aimp_format(pass->arena, "%sReady", aimp_or_empty(c->name));
}

static bool is_own_component_type(const aimp_health *health, const char *type) {
    for (const char *const *name = health->rules->components; *name; name++) {
        size_t size = strlen(*name);
        if (strncmp(type, *name, size) == 0 && strcmp(type + size, "Ready") == 0) return true;
    }
    return false;
}

static const aimp_component *component_of(const aimp_health *health, const char *type) {
    size_t size = strlen(type) - strlen("Ready");
    for (size_t i = 0; i < health->count; i++) {
        const char *name = health->components[i].name;
        if (name && strlen(name) == size && strncmp(name, type, size) == 0) return &health->components[i];
    }
    return NULL;
}

/* DependenciesReachable, AuthValid, ConfigValid, Ready, and two of a kind's own. */
#define ENGINE_CONDITIONS 6

/* The stored conditions; by the documented rule without those of our own components that are gone (B-34). */
static void load_conditions(aimp_pass *pass, aimp_health *health) {
    size_t stored = aimp_count(pass->recorded_conditions);
    health->conditions =
        aimp_take_array(pass->arena, stored + AIMP_MAX_COMPONENTS + ENGINE_CONDITIONS, sizeof *health->conditions);
    health->condition_count = 0;
    for (size_t i = 0; i < stored; i++) {
        const aimp_node *c = aimp_item(pass->recorded_conditions, i);
        const char *type = aimp_or_empty(aimp_get_text(c, "type"));
        if (pass->rules->status_follows_the_seed && is_own_component_type(health, type) && !component_of(health, type))
            continue;
        health->conditions[health->condition_count++] =
            (aimp_condition){type, aimp_or_empty(aimp_get_text(c, "status")), aimp_or_empty(aimp_get_text(c, "reason")),
                             aimp_or_empty(aimp_get_text(c, "message")), c};
    }
}

/* Section 5.2: for ten seconds an unreachable dependency does not turn a component's condition. */
static bool in_grace(const aimp_pass *pass, aimp_health *health) {
    const int64_t grace_seconds = 10;
    int64_t now, since;
    const aimp_condition *c = find(health, "DependenciesReachable");
    if (!c || strcmp(c->status, "False") != 0 || !c->recorded || !pass->now) return false;
    const char *turned = aimp_or_empty(aimp_get_text(c->recorded, "lastTransitionTime"));
    return aimp_timestamp_seconds(pass->now, &now) && aimp_timestamp_seconds(turned, &since) &&
           now - since < grace_seconds;
}

/* Which components' errors count: by the documented rule what runs already gates nothing (B-35). */
static bool counts(const aimp_pass *pass, const aimp_component *c) {
    return !pass->rules->status_follows_the_seed || !c->name || !aimp_ends_with(c->name, "Pods");
}

static void gather_flags(const aimp_pass *pass, aimp_health *health) {
    for (size_t i = 0; i < health->count; i++) {
        if (!counts(pass, &health->components[i])) continue;
        switch (health->components[i].error.category) {
        case AIMP_C_INFRASTRUCTURE:
        case AIMP_C_UNKNOWN: health->infrastructure = true; break;
        case AIMP_C_AUTH: health->auth = true; break;
        case AIMP_C_INVALID_SPEC: health->invalid = true; break;
        case AIMP_C_MISSING_UPSTREAM: health->missing = true; break;
        default: break;
        }
    }
}

static void write_reachable(aimp_health *health) {
    if (health->infrastructure)
        aimp_set_condition(health, "DependenciesReachable", "False", "InfrastructureError",
                           "Cannot reach dependencies");
    else if (is_false(health, "DependenciesReachable"))
        aimp_set_condition(health, "DependenciesReachable", "True", "Reachable", "All dependencies are reachable");
}

static void write_components(aimp_pass *pass, aimp_health *health, bool grace) {
    for (size_t i = 0; i < health->count; i++) {
        const aimp_component *c = &health->components[i];
        const char *type = type_of(pass, c);
        const char *status = strcmp(aimp_component_state(c), "Ready") == 0 ? "True" : "False";
        const aimp_condition *previous = find(health, type);
        if (grace && previous && c->error.category == AIMP_C_INFRASTRUCTURE) status = previous->status;
        const char *message = aimp_component_message(c);
        if (c->details) message = aimp_format(pass->arena, "%s. %s", message, c->details);
        aimp_set_condition(health, type, status, aimp_component_reason(c), message);
    }
}

static void write_valid(aimp_health *health) {
    if (health->auth)
        aimp_set_condition(health, "AuthValid", "False", "AuthError", "Authentication or authorization failure");
    else if (is_false(health, "AuthValid"))
        aimp_set_condition(health, "AuthValid", "True", "AuthenticationValid",
                           "Authentication and authorization successful");
    if (health->invalid)
        aimp_set_condition(health, "ConfigValid", "False", "InvalidSpec", "Configuration validation failed");
    else if (health->missing)
        aimp_set_condition(health, "ConfigValid", "False", "ReferenceNotFound", "Referenced resource not found");
    else if (is_false(health, "ConfigValid"))
        aimp_set_condition(health, "ConfigValid", "True", "ConfigurationValid", "Configuration is valid");
}

static const char *const bad_to_good[] = {"Failed",   "NotAvailable", "Degraded", "Pending",
                                          "Starting", "Progressing",  "Ready",    NULL};

static int rank_of(const char *state) {
    for (int i = 0; bad_to_good[i]; i++) {
        if (strcmp(bad_to_good[i], state) == 0) return i;
    }
    return 0;
}

/* Section 5.3 B */
static const char *state_of_condition(const aimp_health *health, const aimp_condition *condition) {
    if (strcmp(condition->status, "True") == 0) return "Ready";
    const aimp_component *c = component_of(health, condition->type);
    const char *state = c ? aimp_component_state(c) : "";
    static const char *const kept[] = {"Failed", "Degraded", "NotAvailable", "Pending"};
    for (size_t i = 0; i < 4; i++) {
        if (strcmp(kept[i], state) == 0) return kept[i];
    }
    return c && c->dependency == AIMP_UPSTREAM ? "Pending" : "Progressing";
}

static bool is_scanned(const aimp_pass *pass, const aimp_health *health, const aimp_condition *c) {
    if (!aimp_ends_with(c->type, "Ready") || strcmp(c->type, "Ready") == 0) return false;
    return !pass->rules->status_follows_the_seed || component_of(health, c->type); /* B-34: foreign ones are not read */
}

static bool is_broken(const char *state) {
    return rank_of(state) <= rank_of("Degraded");
}

typedef struct scan {
    const char *worst;
    const aimp_condition *broken, *blocking; /* first broken one, first one of the worst state */
    const aimp_condition *upstream;          /* first one of what the service is made from */
} scan;

static scan scan_conditions(const aimp_pass *pass, const aimp_health *health) {
    scan s = {"Ready", NULL, NULL, NULL};
    for (size_t i = 0; i < health->condition_count; i++) {
        const aimp_condition *c = &health->conditions[i];
        if (!is_scanned(pass, health, c)) continue;
        const char *state = state_of_condition(health, c);
        if (!s.broken && is_broken(state)) s.broken = c;
        const aimp_component *own = component_of(health, c->type);
        bool upstream = own && own->dependency == AIMP_UPSTREAM && strcmp(state, "Ready") != 0;
        if (!s.upstream && upstream) s.upstream = c;
        if (rank_of(state) >= rank_of(s.worst)) continue;
        s.worst = state;
        s.blocking = c;
    }
    return s;
}

static const char *blocking_message(aimp_pass *pass, const aimp_health *health, const aimp_condition *c,
                                    const char *fallback) {
    if (!c) return fallback;
    size_t size = strlen(c->type) - strlen("Ready");
    const aimp_component *own = component_of(health, c->type);
    return aimp_format(pass->arena, "Component %.*s is not ready: %s", (int)size, c->type,
                       own ? aimp_component_message(own) : c->message);
}

/* Whose message the seed's reader of the Ready condition needs (S-15): nothing further down can work before what is
 * above it does. */
static const aimp_condition *first_blocking(const scan *s) {
    return s->upstream ? s->upstream : s->broken ? s->broken : s->blocking;
}

/* Section 5.3 A: flags decide before states. */
static bool write_flagged(aimp_pass *pass, aimp_health *health, const scan *s) {
    if (!health->auth && !health->invalid && !health->missing) return false;
    const char *reason = health->auth ? "AuthError" : health->invalid ? "InvalidSpec" : "ReferenceNotFound";
    const char *message = health->auth      ? "Authentication or authorization failure"
                          : health->invalid ? "Configuration validation failed"
                                            : "Referenced resource not found";
    if (pass->rules->status_follows_the_seed)
        message = blocking_message(pass, health, first_blocking(s), message); /* S-15 */
    aimp_set_condition(health, "Ready", "False", reason, message);
    health->root = "Failed";
    return true;
}

static void write_ready(aimp_pass *pass, aimp_health *health) {
    scan s = scan_conditions(pass, health);
    const bool seed = pass->rules->status_follows_the_seed;
    if (write_flagged(pass, health, &s)) return;
    bool ready = strcmp(s.worst, "Ready") == 0;
    if (ready)
        aimp_set_condition(health, "Ready", "True", "AllComponentsReady", "All components are ready");
    else if (s.broken)
        aimp_set_condition(health, "Ready", "False", s.broken->reason,
                           blocking_message(pass, health, seed ? first_blocking(&s) : s.broken, ""));
    else if (health->infrastructure)
        aimp_set_condition(health, "Ready", "False", "InfrastructureError", "Infrastructure error - waiting for retry");
    else
        aimp_set_condition(health, "Ready", "False", "Progressing",
                           seed ? blocking_message(pass, health, first_blocking(&s), "")
                                : "Waiting for components to become ready");
    const char *root = health->infrastructure && !ready ? "Degraded" : s.worst;
    bool waits_for_gpu = seed && strcmp(root, "NotAvailable") == 0; /* B-32 */
    if (!health->rules->serves)
        health->root = root;
    else
        health->root = strcmp(root, "Progressing") == 0 ? "Starting"
                       : ready                          ? "Running"
                       : waits_for_gpu                  ? "Pending"
                                                        : root;
}

void aimp_run_state_engine(aimp_pass *pass, aimp_health *health) {
    load_conditions(pass, health);
    gather_flags(pass, health);
    bool grace = health->infrastructure && in_grace(pass, health);
    write_reachable(health);
    write_components(pass, health, grace);
    write_valid(health);
    if (health->rules->decorate) health->rules->decorate(pass, health);
    write_ready(pass, health);
    health->retry = health->infrastructure;
    health->may_apply = !health->infrastructure && !health->auth && !health->invalid && !health->missing;
}

/* differences.md B-40, B-48: a refused object is no unreachable dependency, and the state follows. */
static void sort_apply_failure(aimp_health *health, const char *reason, const char *message) {
    static const struct {
        const char *reason, *condition, *shown;
    } refusals[] = {{"Conflict", "ConfigValid", "ApplyConflict"},
                    {"Invalid", "ConfigValid", "InvalidSpec"},
                    {"BadRequest", "ConfigValid", "InvalidSpec"},
                    {"Forbidden", "AuthValid", "AuthError"},
                    {"Unauthorized", "AuthValid", "AuthError"}};
    const char *condition = "DependenciesReachable", *shown = "InfrastructureError";
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        if (strcmp(refusals[i].reason, reason) != 0) continue;
        condition = refusals[i].condition;
        shown = refusals[i].shown;
    }
    bool refused = strcmp(condition, "DependenciesReachable") != 0;
    if (refused || strcmp(health->root, "Failed") != 0) {
        aimp_set_condition(health, "Ready", "False", shown, message);
        health->root = refused ? "Failed" : "Degraded";
    }
    aimp_set_condition(health, condition, "False", shown, message);
}

void aimp_record_apply_failure(aimp_pass *pass, aimp_health *health, const char *reason, const char *message) {
    message = aimp_format(pass->arena, "failed to apply resources: %s", message);
    health->retry = true;
    if (pass->rules->apply_errors_are_sorted)
        sort_apply_failure(health, reason, message);
    else
        aimp_set_condition(health, "DependenciesReachable", "False", "InfrastructureError", message);
}
