/* The credentials that the kubelet gives to every pod. */
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "curl/file.h"
#include "curl/kubeconfig.h"

#define NAMESPACE_BYTES 256

bool aimp_in_cluster_possible(const aimp_kubeconfig_reading *r) {
    const aimp_environment *e = r->environment;
    if (aimp_is_empty(e->service_host) || aimp_is_empty(e->service_port)) return false;
    return access(aimp_format(r->scratch, "%s/token", e->service_account), F_OK) == 0;
}

/* $POD_NAMESPACE, else the file beside the token. */
static const char *pod_namespace(aimp_kubeconfig_reading *r) {
    if (!aimp_is_empty(r->environment->pod_namespace)) return r->environment->pod_namespace;
    aimp_secret text;
    const char *path = aimp_format(r->scratch, "%s/namespace", r->environment->service_account);
    const aimp_file_result result = aimp_file_read(r->scratch->allocator, path, NAMESPACE_BYTES, &text, NULL);
    if (result == AIMP_FILE_NO_MEMORY) aimp_raise(r->scratch->guard, AIM_E_NO_MEMORY, "%s", "");
    if (result != AIMP_FILE_OK) return NULL;
    aimp_secret_trim(&text);
    char ns[NAMESPACE_BYTES + 1];
    memcpy(ns, text.bytes, text.size + 1);
    aimp_secret_release(r->scratch->allocator, &text);
    return aimp_copy_string(r->scratch, ns);
}

void aimp_in_cluster_read(aimp_kubeconfig_reading *r) {
    const aimp_environment *e = r->environment;
    aimp_kubeconfig *out = r->out;
    if (aimp_is_empty(e->service_host) || aimp_is_empty(e->service_port)) {
        aimp_kubeconfig_problem(r, AIM_E_NOT_FOUND, NULL, NULL, NULL,
                                "this is no pod: KUBERNETES_SERVICE_HOST or KUBERNETES_SERVICE_PORT is not set");
        return;
    }
    const char *host = aimp_host_name(r->scratch, e->service_host);
    const char *url = aimp_format(r->scratch, "https://%s:%s", host ? host : "", e->service_port);
    const char *problem = aimp_server_url_parse(r->arena, url, &out->server);
    if (problem)
        aimp_kubeconfig_problem(r, AIM_E_DOCUMENT, NULL, NULL, NULL,
                                "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are no address: %s", problem);
    out->in_cluster = true;
    out->context = "";
    out->token_file = aimp_format(r->arena, "%s/token", e->service_account);
    out->ca.path = aimp_format(r->arena, "%s/ca.crt", e->service_account);
    const char *ns = pod_namespace(r);
    if (!aimp_is_empty(ns) && !aimp_is_namespace(ns))
        aimp_kubeconfig_problem(r, AIM_E_DOCUMENT, NULL, NULL, NULL, "the pod's namespace \"%s\" is none",
                                aimp_shown(r->scratch, ns));
    else if (!aimp_is_empty(ns))
        out->ns = aimp_copy_string(r->arena, ns);
    aimp_kubeconfig_impersonate(r, NULL, NULL, "");
}
