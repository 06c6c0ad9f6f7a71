/* Logs of containers that failed: a status needs them, and nobody can read them from documents. */
#include <string.h>

#include "base/error.h"
#include "base/struct.h"
#include "base/text.h"
#include "cluster/cluster.h"

aimp_log *aimp_log_new(const aim_allocator *allocator, const char *where, const char *text, size_t text_size) {
    size_t where_size = strlen(where) + 1, size = sizeof(aimp_log) + where_size;
    if (!aimp_size_add(size, text_size, &size) || !aimp_size_add(size, 1, &size)) return NULL;
    aimp_log *log = aimp_alloc(allocator, size);
    if (!log) return NULL;
    char *bytes = (char *)(log + 1);
    *log = (aimp_log){.size = size, .where = memcpy(bytes, where, where_size), .text = bytes + where_size};
    if (text_size) memcpy(bytes + where_size, text, text_size);
    bytes[where_size + text_size] = '\0';
    return log;
}

static size_t bucket_of(const char *where) {
    return aimp_hash(where, strlen(where), 0) % AIMP_LOG_BUCKETS;
}

void aimp_log_link(aim_cluster *cluster, aimp_log *log) {
    aimp_log **chain = &cluster->logs[bucket_of(log->where)];
    for (aimp_log **at = chain; *at; at = &(*at)->next) {
        aimp_log *old = *at;
        if (strcmp(old->where, log->where) != 0) continue;
        *at = old->next;
        aimp_release(&cluster->context->allocator, old, old->size);
        break;
    }
    log->next = *chain;
    *chain = log;
}

bool aimp_logs_copy(const aimp_log *logs, const aim_allocator *allocator, aimp_log **list) {
    for (const aimp_log *log = logs; log; log = log->next) {
        aimp_log *copy = aimp_log_new(allocator, log->where, log->text, strlen(log->text));
        if (!copy) return false;
        copy->line = log->line;
        copy->column = log->column;
        copy->overlay = log->overlay;
        copy->next = *list;
        *list = copy;
    }
    return true;
}

void aimp_logs_free(const aim_allocator *allocator, aimp_log *logs) {
    while (logs) {
        aimp_log *next = logs->next;
        aimp_release(allocator, logs, logs->size);
        logs = next;
    }
}

enum { LONGEST_WHERE = 1024 };

/* "<ns>/<pod>/<container>"; false when it is too long. */
static bool write_where(char where[LONGEST_WHERE], const char *ns, const char *pod, const char *container) {
    if (strlen(ns) + strlen(pod) + strlen(container) + 3 > LONGEST_WHERE) return false;
    strcpy(where, ns);
    strcat(where, "/");
    strcat(where, pod);
    strcat(where, "/");
    strcat(where, container);
    return true;
}

static bool is_name(const char *text) {
    return *text && !strchr(text, '/');
}

aim_code aim_cluster_add_log(aim_cluster *cluster, const aim_log *log, aim_error **err) {
    if (err) *err = NULL;
    if (!cluster || !log) return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "cluster or log is NULL");
    const aim_allocator *allocator = &cluster->context->allocator;
    char where[LONGEST_WHERE];
    if (!aimp_struct_ok(log, sizeof *log, 0))
        return aimp_fail(err, allocator, AIM_E_STRUCT, NULL, "aim_log has a wrong struct_size or unknown flags");
    if (!log->ns || !log->pod || !log->container || !log->text)
        return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL, "a pointer of aim_log is NULL");
    bool named = is_name(log->ns) && is_name(log->pod) && is_name(log->container);
    if (!named || !write_where(where, log->ns, log->pod, log->container))
        return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL,
                         "a name of aim_log is empty, too long, or holds a \"/\"");
    const char *nul = memchr(log->text, '\0', log->size); /* a log may hold anything; a status reads what is text */
    aimp_log *kept = aimp_log_new(allocator, where, log->text, nul ? (size_t)(nul - log->text) : log->size);
    if (!kept) return aimp_fail(err, allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    aimp_log_link(cluster, kept);
    return AIM_OK;
}

static bool has_pod(const aim_cluster *cluster, const aimp_log *log) {
    char where[LONGEST_WHERE];
    const char *slash = strchr(log->where, '/'), *end = slash ? strchr(slash + 1, '/') : NULL;
    if (!end || strlen(log->where) >= sizeof where) return true; /* none of ours: left alone */
    memcpy(where, log->where, (size_t)(end - log->where));
    where[slash - log->where] = where[end - log->where] = '\0';
    return aimp_cluster_object(cluster, AIMP_POD, where, where + (slash - log->where) + 1) != NULL;
}

void aimp_logs_sweep(aim_cluster *cluster) {
    if (!cluster->kinds[AIMP_POD].known) return;
    for (size_t i = 0; i < AIMP_LOG_BUCKETS; i++) {
        for (aimp_log **at = &cluster->logs[i]; *at;) {
            aimp_log *log = *at;
            if (has_pod(cluster, log)) {
                at = &log->next;
                continue;
            }
            *at = log->next;
            aimp_release(&cluster->context->allocator, log, log->size);
        }
    }
}

const char *aimp_cluster_log(const aim_cluster *cluster, const char *ns, const char *pod, const char *container) {
    char where[LONGEST_WHERE];
    if (!write_where(where, ns, pod, container)) return NULL;
    for (const aimp_log *log = cluster->logs[bucket_of(where)]; log; log = log->next) {
        if (strcmp(log->where, where) == 0) return log->text;
    }
    return NULL;
}
