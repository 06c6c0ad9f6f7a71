/* Components InferenceServicePods, CheckSizeJobPods and DownloadJobPods: what pods are up to. Rules: spec/status.md
 * section 4. */
#include <string.h>

#include "decide/component.h"

static aimp_component with_state(const char *state, const char *reason, const char *message) {
    return (aimp_component){.state = state, .reason = reason, .message = message};
}

static aimp_component with_error(aimp_category category, const char *reason, const char *message) {
    return (aimp_component){.error = {category, reason, message}};
}

static bool is_alnum(char c) {
    return aimp_is_lower_alnum(aimp_to_lower(c));
}

/* differences.md B-37: a status code counts as a word of its own, not inside of a digest. */
static bool says_code(const char *text, const char *code) {
    for (const char *p = strstr(text, code); p; p = strstr(p + 1, code)) {
        if ((p == text || !is_alnum(p[-1])) && !is_alnum(p[strlen(code)])) return true;
    }
    return false;
}

static bool says_any(const aimp_pass *pass, const char *text, const char *const *words) {
    for (; *words; words++) {
        bool whole = pass->rules->status_follows_the_seed && aimp_is_digit(**words);
        if (whole ? says_code(text, *words) : aimp_contains_ignoring_case(text, *words)) return true;
    }
    return false;
}

/* --- image pulls --- */

static const char *const auth_words[] = {"unauthorized",   "401", "403", "forbidden", "denied", "credentials",
                                         "authentication", NULL};
static const char *const missing_words[] = {"not found", "404", "manifest unknown", "name unknown", "no such", NULL};

static bool is_pull_reason(const char *reason) {
    return strcmp(reason, "ImagePullBackOff") == 0 || strcmp(reason, "ErrImagePull") == 0;
}

static aimp_component pull_problem(aimp_pass *pass, const aimp_node *container, const char *text) {
    const char *message =
        aimp_format(pass->arena, "Container %s: %s", aimp_or_empty(aimp_get_text(container, "name")), text);
    aimp_category category = AIMP_C_INFRASTRUCTURE;
    const char *reason = "ImagePullBackOff";
    if (says_any(pass, text, auth_words))
        category = AIMP_C_AUTH, reason = "ImagePullAuthFailure";
    else if (says_any(pass, text, missing_words))
        category = AIMP_C_MISSING_UPSTREAM, reason = "ImageNotFound";
    if (pass->rules->status_follows_the_seed)
        return with_state("Starting", reason, message); /* S-28: kubelet tries again */
    return with_error(category, reason, message);
}

/* Waiting states that stop a container from starting, beyond image pulls (B-37). */
static bool is_stuck(const char *reason) {
    static const char *const reasons[] = {"CrashLoopBackOff", "InvalidImageName", "CreateContainerConfigError",
                                          "CreateContainerError", "RunContainerError"};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (strcmp(reasons[i], reason) == 0) return true;
    }
    return false;
}

static bool find_waiting(aimp_pass *pass, const aimp_listing *pods, bool pulls, aimp_component *out) {
    static const char *const lists[] = {"containerStatuses", "initContainerStatuses"};
    for (size_t p = 0; p < pods->count; p++) {
        for (size_t l = 0; l < 2; l++) {
            const aimp_node *statuses = aimp_get(pods->items[p]->status, lists[l]);
            for (size_t i = 0; i < aimp_count(statuses); i++) {
                const aimp_node *container = aimp_item(statuses, i),
                                *waiting = aimp_at(container, "state", "waiting", NULL);
                const char *reason = aimp_or_empty(aimp_get_text(waiting, "reason")),
                           *text = aimp_or_empty(aimp_get_text(waiting, "message"));
                if (!waiting || !(pulls ? is_pull_reason(reason) : is_stuck(reason))) continue;
                *out = pulls ? pull_problem(pass, container, text)
                             : with_state("Starting", reason,
                                          aimp_format(pass->arena, "Container %s: %s",
                                                      aimp_or_empty(aimp_get_text(container, "name")),
                                                      *text ? text : reason));
                return true;
            }
        }
    }
    return false;
}

/* --- failed pods --- */

typedef enum log_class { LOG_NONE, LOG_INFRASTRUCTURE, LOG_NOT_FOUND, LOG_AUTH, LOG_STORAGE } log_class;

/* ".*" stands for anything; the parts must follow each other in one line. */
static const struct {
    log_class class;
    const char *pattern;
} log_patterns[] = {
    {LOG_INFRASTRUCTURE, "RBAC:.*not found"},
    {LOG_INFRASTRUCTURE, "clusterrole.*not found"},
    {LOG_INFRASTRUCTURE, "forbidden.*cannot.*resource"},
    {LOG_INFRASTRUCTURE, "serviceaccount.*cannot"},
    {LOG_NOT_FOUND, "Repository Not Found"},
    {LOG_NOT_FOUND, "RepositoryNotFoundError"},
    {LOG_NOT_FOUND, "404.*not.*found"},
    {LOG_NOT_FOUND, "not.*found.*404"},
    {LOG_NOT_FOUND, "NoSuchKey"},
    {LOG_NOT_FOUND, "NoSuchBucket"},
    {LOG_NOT_FOUND, "model.*not.*found"},
    {LOG_NOT_FOUND, "file.*not.*found"},
    {LOG_NOT_FOUND, "s3.*404"},
    {LOG_AUTH, "access.*denied.*s3"},
    {LOG_AUTH, "s3.*403"},
    {LOG_AUTH, "InvalidAccessKeyId"},
    {LOG_AUTH, "SignatureDoesNotMatch"},
    {LOG_AUTH, "s3.*unauthorized"},
    {LOG_AUTH, "aws.*credentials.*not.*found"},
    {LOG_AUTH, "NoCredentialProviders"},
    {LOG_AUTH, "Access to model .* is restricted"},
    {LOG_AUTH, "Cannot access gated repo"},
    {LOG_AUTH, "Invalid.*token.*huggingface"},
    {LOG_AUTH, "huggingface.*authentication.*failed"},
    {LOG_AUTH, "401.*Unauthorized.*hf.co"},
    {LOG_AUTH, "403.*Forbidden.*hf.co"},
    {LOG_STORAGE, "no space left on device"},
    {LOG_STORAGE, "disk.*full"},
    {LOG_STORAGE, "ENOSPC"},
    {LOG_STORAGE, "quota.*exceeded"},
    {LOG_STORAGE, "storage.*full"},
};

static const char *find_part(const char *text, const char *end, const char *part, size_t size) {
    for (; (size_t)(end - text) >= size; text++) {
        size_t i = 0;
        while (i < size && aimp_to_lower(text[i]) == aimp_to_lower(part[i]))
            i++;
        if (i == size) return text + size;
    }
    return NULL;
}

static bool line_matches(const char *line, const char *end, const char *pattern) {
    while (line) {
        const char *gap = strstr(pattern, ".*");
        size_t size = gap ? (size_t)(gap - pattern) : strlen(pattern);
        line = find_part(line, end, pattern, size);
        if (!gap) return line != NULL;
        pattern = gap + 2;
    }
    return false;
}

#define LOG_LINES 50

/* Where the last count lines begin. */
static const char *last_lines(const char *log, size_t count) {
    size_t size = strlen(log);
    if (size && log[size - 1] == '\n') size--;
    for (size_t i = size; i > 0; i--) {
        if (log[i - 1] == '\n' && --count == 0) return log + i;
    }
    return log;
}

static log_class classify_log(aimp_pass *pass, const char *log, const char **line_out) {
    for (const char *line = last_lines(log, LOG_LINES); *line;) {
        size_t size = strcspn(line, "\n");
        for (size_t i = 0; i < sizeof log_patterns / sizeof *log_patterns; i++) {
            if (!line_matches(line, line + size, log_patterns[i].pattern)) continue;
            *line_out = aimp_copy(pass->arena, line, size < 300 ? size : 300);
            return log_patterns[i].class;
        }
        line += size + (line[size] == '\n');
    }
    const char *tail = last_lines(log, 3);
    size_t size = strlen(tail);
    *line_out = aimp_copy(pass->arena, tail, size < 900 ? size : 900);
    return LOG_NONE;
}

static const aimp_node *terminated_container(const aimp_object *pod, const char *list, bool needs_reason) {
    const aimp_node *statuses = aimp_get(pod->status, list);
    for (size_t i = 0; i < aimp_count(statuses); i++) {
        const aimp_node *terminated = aimp_at(aimp_item(statuses, i), "state", "terminated", NULL);
        if (terminated && (!needs_reason || !aimp_is_empty(aimp_get_text(terminated, "reason"))))
            return aimp_item(statuses, i);
    }
    return NULL;
}

static aimp_component by_reason(const char *reason, const char *message) {
    static const struct {
        const char *reason, *result;
        aimp_category category;
    } table[] = {{"OOMKilled", "PodOOMKilled", AIMP_C_EXHAUSTION},
                 {"DeadlineExceeded", "PodDeadlineExceeded", AIMP_C_INVALID_SPEC},
                 {"Evicted", "PodEvicted", AIMP_C_INFRASTRUCTURE}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].reason, reason) == 0) return with_error(table[i].category, table[i].result, message);
    }
    return with_error(AIMP_C_INVALID_SPEC, "PodFailed", message);
}

static aimp_component failed_pod(aimp_pass *pass, const aimp_object *pod) {
    const aimp_node *container = terminated_container(pod, "containerStatuses", false);
    const aimp_node *state = aimp_at(container, "state", "terminated", NULL);
    if (aimp_is_empty(aimp_get_text(state, "reason"))) {
        const aimp_node *init = terminated_container(pod, "initContainerStatuses", true);
        if (init) container = init, state = aimp_at(init, "state", "terminated", NULL);
    }
    const char *reason = aimp_or_empty(aimp_get_text(state, "reason")),
               *message = aimp_or_empty(aimp_get_text(state, "message"));
    if (!*reason) {
        reason = aimp_or_empty(aimp_get_text(pod->status, "reason"));
        message = aimp_or_empty(aimp_get_text(pod->status, "message"));
    }
    if (!*message) message = "Pod failed";
    int64_t exit_code = 0;
    aimp_integer_of(aimp_get(state, "exitCode"), &exit_code);
    bool wants_log = exit_code != 0 && strcmp(reason, "OOMKilled") != 0;
    const char *log =
        wants_log ? aimp_pass_log(pass, pod->ns, pod->name, aimp_or_empty(aimp_get_text(container, "name"))) : NULL;
    if (!log) return by_reason(reason, message);
    const char *line = "";
    log_class class = classify_log(pass, log, &line);
    message = aimp_format(pass->arena, "%s: %s", message, line);
    if (class == LOG_NOT_FOUND) return with_error(AIMP_C_INVALID_SPEC, "SourceNotFound", message);
    if (class == LOG_AUTH) return with_error(AIMP_C_AUTH, "AuthError", message);
    if (class == LOG_STORAGE) return with_error(AIMP_C_EXHAUSTION, "StorageFull", message);
    return by_reason(reason, message);
}

/* --- pending pods --- */

static bool is_one_of(const char *text, const char *const *words) {
    for (; *words; words++) {
        if (strcmp(*words, text) == 0) return true;
    }
    return false;
}

static const aimp_object *newest_event(aimp_pass *pass, const aimp_object *pod, const char *const *reasons) {
    aimp_listing events = aimp_pass_list(pass, AIMP_EVENT, AIMP_BY_INVOLVED, pod->ns, pod->name);
    const aimp_object *newest = NULL;
    for (size_t i = 0; i < events.count; i++) {
        const aimp_object *event = events.items[i];
        if (!aimp_event_is_about(event, "Pod", pod) ||
            !is_one_of(aimp_or_empty(aimp_get_text(event->root, "reason")), reasons))
            continue;
        if (!newest || strcmp(aimp_event_time(event), aimp_event_time(newest)) > 0) newest = event;
    }
    return newest;
}

static aimp_component pending_pods(aimp_pass *pass, const aimp_listing *pods) {
    static const char *const blocked[] = {"FailedScheduling", "FailedMount", "FailedAttachVolume",
                                          "FailedCreatePodSandBox", NULL};
    static const char *const pulling[] = {"Pulling", NULL};
    const char *waiting = pass->rules->status_follows_the_seed ? "Starting" : "Pending"; /* S-22 */
    for (size_t i = 0; i < pods->count; i++) {
        const aimp_object *pod = pods->items[i];
        if (!aimp_equal(aimp_get_text(pod->status, "phase"), "Pending")) continue;
        aimp_pass_need_events(pass, pod->ns, pod->name);
        const aimp_object *event = newest_event(pass, pod, blocked);
        const char *state = waiting;
        if (!event) event = newest_event(pass, pod, pulling), state = "Progressing";
        if (event) return with_state(state, aimp_get_text(event->root, "reason"), aimp_event_message(event));
    }
    return with_state(waiting, "PodsPending", "pods are pending");
}

static const aimp_object *pod_in_phase(const aimp_listing *pods, const char *phase) {
    for (size_t i = 0; i < pods->count; i++) {
        if (aimp_equal(aimp_get_text(pods->items[i]->status, "phase"), phase)) return pods->items[i];
    }
    return NULL;
}

bool aimp_any_pod_is(const aimp_listing *pods, const char *phase) {
    return pod_in_phase(pods, phase) != NULL;
}

static bool any_pod_is_ready(const aimp_listing *pods) {
    for (size_t i = 0; i < pods->count; i++) {
        const aimp_object *pod = pods->items[i];
        const aimp_node *ready = aimp_condition_of(aimp_get(pod->status, "conditions"), "Ready");
        bool running = aimp_equal(aimp_get_text(pod->status, "phase"), "Running");
        if (running && aimp_equal(aimp_get_text(ready, "status"), "True")) return true;
    }
    return pod_in_phase(pods, "Succeeded") != NULL;
}

static aimp_component judge(aimp_pass *pass, const aimp_listing *pods) {
    aimp_component found;
    if (pods->error) {
        aimp_failure failure = aimp_failure_of(pods->error);
        return with_error(failure.category, failure.reason, failure.message);
    }
    if (!pods->count) return with_error(AIMP_C_MISSING_DOWNSTREAM, "NoPods", NULL);
    if (find_waiting(pass, pods, true, &found)) return found;
    const aimp_object *failed = pod_in_phase(pods, "Failed");
    if (failed) return failed_pod(pass, failed);
    bool stuck = pass->rules->status_follows_the_seed && find_waiting(pass, pods, false, &found);
    if (any_pod_is_ready(pods)) { /* a stuck one beside it is said, and changes nothing (B-37) */
        const char *beside = stuck ? aimp_format(pass->arena, "pods are ready, but not all: %s", found.message) : NULL;
        return with_state("Ready", "PodsReady", beside ? beside : "pods are ready");
    }
    if (stuck) return found;
    if (pod_in_phase(pods, "Running"))
        return with_state("Starting", "PodsStarting", "pods are running, none is ready yet");
    if (pod_in_phase(pods, "Pending")) return pending_pods(pass, pods);
    return with_state("Progressing", "PodsProgressing", "pods are in no known phase");
}

aimp_component aimp_pods_health(aimp_pass *pass, const char *name, const aimp_listing *pods) {
    aimp_component c = judge(pass, pods);
    c.name = name;
    if (!pods->count && !pods->error)
        c.error.message = aimp_format(pass->arena, "no pods of the %s exist yet",
                                      aimp_copy(pass->arena, name, strlen(name) - strlen("Pods")));
    return c;
}
