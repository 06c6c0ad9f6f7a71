/* A consumer of libaim-curl, in C and, through connection.cpp, in C++: which server a kubeconfig means. Nothing is
 * sent.
 *
 *   connection KUBECONFIG
 *
 * Exit code: 0 printed, 1 the kubeconfig or libcurl cannot be used, 2 wrong usage. */
#include <stdio.h>
#include <string.h>

#include <aim/aim.h>
#include <aim/curl.h>

static int complain(aim_error *error) {
    fprintf(stderr, "%s\n", aim_error_message(error));
    aim_error_free(error);
    return 1;
}

static int show(aim_curl *curl) {
    aim_transport transport;
    memset(&transport, 0, sizeof transport);
    transport.struct_size = sizeof transport;
    if (aim_curl_transport(curl, &transport) || !transport.start || !transport.poll) return 1;
    printf("%s\n%s\n%s\n", aim_curl_server(curl), aim_curl_context(curl), aim_curl_namespace(curl));
    printf("%.8s\n", aim_curl_build_info());
    return 0;
}

int main(int argc, char **argv) {
    aim_context *context = NULL;
    aim_curl *curl = NULL;
    aim_error *error = NULL;
    aim_curl_options options;
    int result;
    if (argc != 2) {
        fprintf(stderr, "usage: connection KUBECONFIG\n");
        return 2;
    }
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.kubeconfig = argv[1];
    if (aim_context_new(NULL, &context, &error)) return complain(error);
    result = aim_curl_new(context, &options, &curl, NULL, &error) ? complain(error) : show(curl);
    aim_curl_free(curl);
    aim_context_free(context);
    return result;
}
