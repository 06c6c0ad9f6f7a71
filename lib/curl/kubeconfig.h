/* Where the server is and who we are: kubeconfig files, merged as kubectl merges them, or the credentials of a pod. */
#ifndef AIMP_CURL_KUBECONFIG_H
#define AIMP_CURL_KUBECONFIG_H

#include <aim/curl.h>

#include "cluster/report.h"
#include "curl/server_url.h"
#include "doc/node.h"

/* What the process was given. Tests give something else. */
typedef struct aimp_environment {
    const char *kubeconfig, *home;           /* $KUBECONFIG, $HOME */
    const char *service_host, *service_port; /* $KUBERNETES_SERVICE_HOST, $KUBERNETES_SERVICE_PORT */
    const char *pod_namespace;               /* $POD_NAMESPACE */
    const char *service_account;             /* the folder that the kubelet mounts */
} aimp_environment;
aimp_environment aimp_environment_of_process(void);

/* Where a setting came from, for messages; source NULL: from no file. */
typedef struct aimp_origin {
    const char *source, *pointer;
    uint64_t line, column;
} aimp_origin;

/* Certificates or a key: what the kubeconfig holds, or the file that does. Neither: bytes and path are NULL. */
typedef struct aimp_pem {
    const char *bytes;
    size_t size;
    const char *path;
    aimp_origin origin;
} aimp_pem;

typedef enum aimp_interactive {
    AIMP_INTERACTIVE_NEVER,
    AIMP_INTERACTIVE_IF_AVAILABLE,
    AIMP_INTERACTIVE_ALWAYS
} aimp_interactive;

/* A program that answers with credentials. */
typedef struct aimp_plugin_command {
    const char *command; /* a bare name, or an absolute path */
    const char *const *arguments;
    size_t argument_count;
    const char *const *environment; /* NAME=value */
    size_t environment_count;
    const char *api_version;
    const char *install_hint; /* NULL: none */
    const aimp_node *config;  /* of the cluster, for the plugin; NULL: none */
    bool wants_cluster;
    aimp_interactive interactive;
} aimp_plugin_command;

typedef struct aimp_kubeconfig {
    const char *context, *ns;
    aimp_server_url server;
    const char *tls_server_name; /* NULL: the server's host */
    const char *proxy;           /* NULL: what the environment says */
    bool insecure, no_compression, in_cluster;
    aimp_pem ca, certificate, key;
    const char *token;      /* NULL: none */
    const char *token_file; /* NULL: none */
    aimp_origin token_origin;
    const char *user_name, *password; /* user_name NULL: no basic authentication */
    const char *const *impersonation; /* whole header lines */
    size_t impersonation_count;
    const aimp_plugin_command *plugin; /* NULL: none */
} aimp_kubeconfig;

/* One file. */
typedef struct aimp_kubeconfig_file {
    const char *path, *folder;
    const aimp_node *root; /* NULL: an empty file */
} aimp_kubeconfig_file;

/* One problem or, without a code, a warning, until all of them are known. */
typedef struct aimp_kubeconfig_trouble {
    aim_code code;
    aimp_origin origin;
    const char *message;
    struct aimp_kubeconfig_trouble *next; /* the one before */
    size_t rank;                          /* of its file */
} aimp_kubeconfig_trouble;

/* What one reading needs. Everything runs under the guard of both arenas; problems are noted. */
typedef struct aimp_kubeconfig_reading {
    aim_context *context;
    aim_report *report;
    aimp_arena *arena; /* of what stays */
    aimp_arena *trees; /* of the documents alone: their reader takes pieces back */
    aimp_arena *scratch;
    const aim_curl_options *options;
    const aimp_environment *environment;
    aimp_kubeconfig_file *files;
    size_t file_count;
    aimp_kubeconfig_trouble *troubles; /* the newest */
    size_t trouble_count, error_count;
    aimp_kubeconfig *out;
} aimp_kubeconfig_reading;

/* Fills *out. When error_count is not 0 afterwards, *out is not to be used. */
void aimp_kubeconfig_read(aimp_kubeconfig_reading *reading);
/* Puts all that was noted into the report, in the order of the text. To be called once, at the end. */
void aimp_kubeconfig_report(aimp_kubeconfig_reading *reading);
/* Notes a problem, or with AIM_OK a warning. */
void aimp_kubeconfig_note(aimp_kubeconfig_reading *reading, aim_code code, const aimp_origin *origin,
                          const char *message);

/* --- between the files of this concept --- */

/* kubeconfig_file.c: finds and reads the files. False: there is nothing to go on with. */
bool aimp_kubeconfig_load(aimp_kubeconfig_reading *reading);
/* kubeconfig_fields.c: that every field of a file has its type, and every name occurs once. */
void aimp_kubeconfig_check(aimp_kubeconfig_reading *reading, const aimp_kubeconfig_file *file);
/* kubeconfig_user.c: credentials of the chosen user; pointer: of its map. */
void aimp_kubeconfig_user(aimp_kubeconfig_reading *reading, const aimp_kubeconfig_file *file, const aimp_node *user,
                          const char *pointer, const aimp_node *cluster);
/* kubeconfig_user.c: impersonation as the options want it, or as the user says; user may be NULL. */
void aimp_kubeconfig_impersonate(aimp_kubeconfig_reading *reading, const aimp_kubeconfig_file *file,
                                 const aimp_node *user, const char *pointer);
/* in_cluster.c */
bool aimp_in_cluster_possible(const aimp_kubeconfig_reading *reading);
void aimp_in_cluster_read(aimp_kubeconfig_reading *reading);

/* A problem at a node of a file (both may be NULL). */
void aimp_kubeconfig_problem(aimp_kubeconfig_reading *reading, aim_code code, const aimp_kubeconfig_file *file,
                             const aimp_node *node, const char *pointer, const char *format, ...) AIMP_PRINTF(6, 7);
void aimp_kubeconfig_warn(aimp_kubeconfig_reading *reading, const aimp_kubeconfig_file *file, const aimp_node *node,
                          const char *pointer, const char *format, ...) AIMP_PRINTF(5, 6);
/* The text of a field as it stays; NULL when it is absent or empty. */
const char *aimp_kubeconfig_text(aimp_kubeconfig_reading *reading, const aimp_node *map, const char *key);
/* A path of a file, made absolute against the folder of the kubeconfig. */
const char *aimp_kubeconfig_path(aimp_kubeconfig_reading *reading, const aimp_kubeconfig_file *file, const char *path);
/* PEM from KEY-data or KEY; both at once is a problem. */
aimp_pem aimp_kubeconfig_pem(aimp_kubeconfig_reading *reading, const aimp_kubeconfig_file *file, const aimp_node *map,
                             const char *pointer, const char *key);
/* What a kubeconfig says, for a message: at most 100 bytes, without control characters. */
const char *aimp_shown(aimp_arena *arena, const char *text);
bool aimp_is_namespace(const char *text);

#endif
