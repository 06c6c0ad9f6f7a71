/**
 * @file
 * The transport on libcurl: a library of its own, libaim-curl. Link it with -laim-curl, or pkg-config libaim-curl.
 *
 * It reads kubeconfig files as kubectl does, or the credentials of a pod, verifies the server with the cluster's CA
 * alone (with what the system trusts where the kubeconfig names none), and speaks HTTP/2 or HTTP/1.1 with TLS 1.2 or
 * newer. No message of it holds a secret.
 */
#ifndef AIM_CURL_H
#define AIM_CURL_H

#include <aim/context.h>
#include <aim/error.h>
#include <aim/export.h>
#include <aim/report.h>
#include <aim/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A connection to one API server. Used by one thread at a time. Not to be used by a child after fork: a call that can
 *  fail then answers AIM_E_ARGUMENT, the others do nothing, aim_curl_free() included. @since 0.2 */
typedef struct aim_curl aim_curl;

/** Flag of aim_curl_options: a context with insecure-skip-tls-verify may be used (with a warning). Without it such a
 *  context is refused. @since 0.2 */
#define AIM_CURL_ALLOW_INSECURE 0x1u
/** Flag of aim_curl_options: HTTP/1.1 only. @since 0.2 */
#define AIM_CURL_HTTP1 0x2u
/** Flag of aim_curl_options: the host has called curl_global_init() itself. Needed only where libcurl cannot be
 *  initialised beside other threads. @since 0.2 */
#define AIM_CURL_IS_INITIALISED 0x4u
/** Flag of aim_curl_options: the credentials of the pod that we run in, whatever kubeconfig files there are. @since 0.2
 */
#define AIM_CURL_IN_CLUSTER 0x8u
/** Flag of aim_curl_options: a credential plugin may ask at the terminal, when standard input is one. @since 0.2 */
#define AIM_CURL_INTERACTIVE 0x10u

/** Which server, as whom, and how. All-zero (but struct_size) means what kubectl would use. Copied. @since 0.2 */
typedef struct aim_curl_options {
    uint32_t struct_size;         /**< sizeof(aim_curl_options) */
    uint32_t flags;               /**< AIM_CURL_… */
    uint64_t connect_timeout_ms;  /**< for name, connection and TLS together; 0: 10,000 */
    uint64_t body_bytes;          /**< most bytes of one answer that is no stream, unpacked; 0: 1 GiB */
    uint64_t header_bytes;        /**< most bytes of an answer's headers; 0: 64 KiB */
    const char *kubeconfig;       /**< a file; NULL: $KUBECONFIG, then ~/.kube/config, then the pod's credentials */
    const char *context;          /**< name of a context; NULL: current-context */
    const char *ns;               /**< namespace in place of the context's; NULL: the context's */
    const char *user_agent;       /**< put in front of "libaim/<version>"; NULL: nothing */
    const char *as_user;          /**< impersonate this user; NULL: as the context says */
    const char *const *as_groups; /**< impersonate these groups; only with as_user */
    size_t as_group_count;        /**< how many */
    /** Credential plugins that may be run: a bare name stands for what $PATH finds under it, a path for itself. NULL:
     * none, and then a context that needs one is refused. A single "*" allows all. */
    const char *const *plugins;
    size_t plugin_count; /**< how many */
    size_t spare;        /**< 0 */
} aim_curl_options;

/**
 * Reads the configuration, without connecting and without running a plugin.
 *
 * @param context  whose memory is used, but for what libcurl itself allocates
 * @param options  may be NULL
 * @param out      receives an owned connection, NULL on failure; aim_curl_free()
 * @param report   receives an owned report, also on failure: every problem and warning of the kubeconfig files, with
 * its place; may be NULL; aim_report_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK             it can be used
 * @retval AIM_E_SYNTAX       a kubeconfig is neither YAML nor JSON
 * @retval AIM_E_TYPE         a field of a kubeconfig has the wrong type
 * @retval AIM_E_DUPLICATE    a name is defined twice in one list
 * @retval AIM_E_DOCUMENT     a kubeconfig contradicts itself, or asks for what is not allowed
 * @retval AIM_E_NOT_FOUND    no such file, context, cluster or user; or there is no configuration at all
 * @retval AIM_E_READ         a kubeconfig is there and cannot be read
 * @retval AIM_E_CREDENTIALS  a file of credentials cannot be used
 * @retval AIM_E_UNSUPPORTED  libcurl was built without what is needed, or libaim is of another version
 * @retval AIM_E_ARGUMENT     context or out is NULL, or options contradict themselves
 * @retval AIM_E_STRUCT       options has a wrong struct_size or unknown flags
 * @retval AIM_E_LIMIT        a file is too large: 4 MiB for a kubeconfig, 1 MiB for certificates, 64 KiB for a token
 * @retval AIM_E_NO_MEMORY    the allocator refused
 * @see docs/live.md
 * @since 0.2
 */
AIM_API aim_code aim_curl_new(aim_context *context, const aim_curl_options *options, aim_curl **out,
                              aim_report **report, aim_error **err);

/**
 * The transport that uses the connection.
 *
 * @param curl  outlives every use of it
 * @param out   filled; out->struct_size must be set
 * @retval AIM_OK          out is filled
 * @retval AIM_E_ARGUMENT  an argument is NULL
 * @retval AIM_E_STRUCT    out->struct_size is wrong
 * @since 0.2
 */
AIM_API aim_code aim_curl_transport(aim_curl *curl, aim_transport *out);

/**
 * The namespace that is meant when nobody names one.
 *
 * @param curl  may be NULL
 * @return a name, never NULL; lives as long as the connection
 * @since 0.2
 */
AIM_API const char *aim_curl_namespace(const aim_curl *curl);

/**
 * The server's URL, without credentials.
 *
 * @param curl  may be NULL
 * @return a URL, "" for NULL; lives as long as the connection
 * @since 0.2
 */
AIM_API const char *aim_curl_server(const aim_curl *curl);

/**
 * The context's name.
 *
 * @param curl  may be NULL
 * @return a name; "" for NULL, and for the credentials of a pod; lives as long as the connection
 * @since 0.2
 */
AIM_API const char *aim_curl_context(const aim_curl *curl);

/**
 * The versions of libcurl and its TLS library, for bug reports.
 *
 * @return a static text such as "libcurl 7.88.1, OpenSSL/3.0.17, nghttp2/1.52.0"
 * @since 0.2
 */
AIM_API const char *aim_curl_build_info(void);

/**
 * Gives a connection back. What it was in the middle of is cancelled.
 *
 * @param curl  NULL is accepted
 * @since 0.2
 */
AIM_API void aim_curl_free(aim_curl *curl);

#ifdef __cplusplus
}
#endif

#endif
