/* What the tests of libaim-curl share: files, kubeconfigs, and one request at a time. */
#ifndef AIM_TESTS_CURL_HELP_H
#define AIM_TESTS_CURL_HELP_H

#include "curl/connection.h"
#include "harness.h"

/* The folder of run.sh; NULL, and the test is skipped, without it. */
const char *help_folder(test_context *t);
/* A file that run.sh made, as a path. */
const char *help_path(test_context *t, const char *name);
/* Writes a file (mode 0600) into a fresh folder below; answers its path. NAME may hold one folder: "a/config". */
const char *help_write(test_context *t, const char *name, const char *text);
void help_rewrite(test_context *t, const char *path, const char *text);
/* The text of a file of run.sh; fails the test when there is none. */
const char *help_text(test_context *t, const char *name);
/* The same as base 64. */
const char *help_base64(test_context *t, const char *name);
unsigned help_port(test_context *t, const char *kind);
/* A kubeconfig with one context for a listener of the server; cluster and user are lines of flow YAML ("" or NULL:
 * none), such as "tls-server-name: x". A cluster without "certificate-authority" gets the test's. */
const char *help_kubeconfig(test_context *t, const char *kind, const char *cluster, const char *user);

/* How an exchange went. Texts are arena texts. */
typedef struct help_answer {
    test_context *t;
    unsigned responses, pieces, ends;
    uint64_t status;
    const char *content_type, *retry_after, *date;
    const char *warnings[8];
    size_t warning_count;
    char *body;
    size_t size, capacity;
    aim_code code;
    int32_t phase;
    const char *message;
    bool keeps_nothing;                    /* of the body */
    aim_code refuse_response, refuse_data; /* what the receiver answers */
    void (*on_data)(struct help_answer *answer);
    void *user;
    const aim_transport *transport;
    uint64_t ended_ms;
} help_answer;

void help_receiver(test_context *t, help_answer *answer, aim_receiver *out);
/* A connection; fails the test when it cannot be made. aim_curl_free(). */
aim_curl *help_open(test_context *t, const char *kubeconfig, aim_curl_options options);
aim_transport help_transport(test_context *t, aim_curl *curl);
aim_request help_get(const char *target);
/* One request to its end; fails the test after 30 s. */
void help_ask(test_context *t, aim_curl *curl, aim_request request, help_answer *answer);
/* Opens, asks once and closes. */
void help_once(test_context *t, const char *kubeconfig, aim_curl_options options, aim_request request,
               help_answer *answer);

/* aim_curl_new_in with an empty environment, for what must fail: the code, and all entries of the report as lines
 * "CODE source:line:column pointer message" with folders cut off. */
typedef struct help_refusal {
    aim_code code;
    const char *entries;
    const char *context, *ns, *server; /* when it worked */
} help_refusal;
help_refusal help_try(test_context *t, aim_curl_options options, const aimp_environment *environment);

size_t help_open_files(void);
/* What a slow way to run this program (AIM_CURL_TEST_SLACK_MS) may take longer. */
unsigned help_slack_ms(void);
void help_sleep_ms(unsigned ms);

#define CHECK_CONTAINS(text, part)                                                                                     \
    do {                                                                                                               \
        const char *text_ = (text);                                                                                    \
        if (!text_ || !strstr(text_, (part)))                                                                          \
            test_failed(t, __FILE__, __LINE__, "\"%s\" does not hold \"%s\"", text_ ? text_ : "(NULL)", (part));       \
    } while (0)
#define CHECK_LACKS(text, part)                                                                                        \
    do {                                                                                                               \
        const char *text_ = (text);                                                                                    \
        if (text_ && strstr(text_, (part))) test_failed(t, __FILE__, __LINE__, "\"%s\" holds \"%s\"", text_, (part));  \
    } while (0)

#endif
