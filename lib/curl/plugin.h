/* Exec credential plugins: a program that is run without a shell and answers with a token or a client certificate. It
 * runs beside the network; nobody waits for it but the exchanges that need its answer. */
#ifndef AIMP_CURL_PLUGIN_H
#define AIMP_CURL_PLUGIN_H

#include <sys/types.h>

#include "curl/kubeconfig.h"
#include "curl/secret.h"

#define AIMP_PLUGIN_TIMEOUT_MS 60000u
#define AIMP_PLUGIN_OUTPUT_BYTES ((size_t)1 << 20)

/* What a plugin said. */
typedef struct aimp_plugin_answer {
    aimp_secret token, certificate, key; /* a token, or both others, or all three */
    bool expires;
    int64_t expiry; /* seconds since 1970 */
} aimp_plugin_answer;

typedef struct aimp_plugin {
    const aim_allocator *wiping;
    const aimp_plugin_command *command; /* NULL: there is no plugin */
    uint64_t timeout_ms;
    /* while it runs */
    pid_t process; /* 0: it does not run */
    bool own_group, at_end, over_limit;
    int output; /* -1: none */
    uint64_t started_ms;
    aimp_secret text;
    /* what it said last */
    aimp_plugin_answer answer;
    bool answered;
    uint64_t good_until_ms; /* on the clock that never goes back; UINT64_MAX: until the server refuses it */
    uint64_t ran_ms;        /* when it ended last */
} aimp_plugin;

typedef enum aimp_plugin_state { AIMP_PLUGIN_READY, AIMP_PLUGIN_RUNS, AIMP_PLUGIN_FAILED } aimp_plugin_state;

void aimp_plugin_init(aimp_plugin *plugin, const aim_allocator *wiping, const aimp_plugin_command *command);
void aimp_plugin_close(aimp_plugin *plugin);
/* Whether the host allows the command. Runs under the guard of scratch. */
bool aimp_plugin_allowed(aimp_arena *scratch, const aim_curl_options *options, const char *command);
/* Whether there is an answer that can still be used (also when there is no plugin). */
bool aimp_plugin_is_fresh(const aimp_plugin *plugin, uint64_t now_ms);
/* Starts it, unless it runs. AIM_OK, or a code and a sentence. ca: the cluster's, for plugins that want to know it. */
aim_code aimp_plugin_start(aimp_plugin *plugin, const aimp_kubeconfig *config, bool may_ask, const char *ca,
                           size_t ca_size, uint64_t now_ms, char *message, size_t size);
/* Takes what it has written; on failure a code and a sentence. */
aimp_plugin_state aimp_plugin_step(aimp_plugin *plugin, uint64_t now_ms, aim_code *code, char *message, size_t size);
/* Ends it, if it runs. */
void aimp_plugin_stop(aimp_plugin *plugin);
/* Drops its last answer. */
void aimp_plugin_forget(aimp_plugin *plugin);

/* plugin_answer.c: NULL, or what is wrong with the text; then *out is empty. */
const char *aimp_plugin_answer_read(const aim_allocator *wiping, const char *api_version, const aimp_secret *text,
                                    aimp_plugin_answer *out, aim_code *code);
void aimp_plugin_answer_release(const aim_allocator *wiping, aimp_plugin_answer *answer);
/* plugin_answer.c: seconds since 1970 of an RFC 3339 time. */
bool aimp_rfc3339_seconds(const char *text, int64_t *out);
/* plugin_answer.c: the value of KUBERNETES_EXEC_INFO, in the arena. */
const char *aimp_plugin_question(aimp_arena *arena, const aimp_plugin_command *command, const aimp_kubeconfig *config,
                                 bool interactive, const char *ca, size_t ca_size);

#endif
