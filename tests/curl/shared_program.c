/* A program that links both shared libraries and knows their public headers only: shared_program KUBECONFIG
 *
 * Built with AIM_OTHER_VERSION it puts an aim_version() of its own before libaim's, as a libaim of another version
 * would. */
#include <aim/curl.h>
#include <aim/version.h>
#include <stdio.h>
#include <string.h>

#ifdef AIM_OTHER_VERSION
const char *aim_version(void) {
    return "9.9.9";
}
#endif

static aim_code on_response(uint64_t id, const aim_response *response, void *user) {
    (void)id;
    *(uint64_t *)user = response->http_status;
    return AIM_OK;
}

static aim_code on_data(uint64_t id, const char *bytes, size_t size, void *user) {
    (void)id, (void)bytes, (void)size, (void)user;
    return AIM_OK;
}

static void on_end(uint64_t id, const aim_end *end, void *user) {
    (void)id;
    if (end->code) *(uint64_t *)user = 1;
}

static uint64_t status_of(aim_curl *curl, const char *target) {
    uint64_t status = 0;
    aim_transport transport = {.struct_size = sizeof transport};
    aim_receiver receiver = {
        .struct_size = sizeof receiver, .response = on_response, .data = on_data, .end = on_end, .user = &status};
    aim_request request = {
        .struct_size = sizeof request, .id = 1, .method = AIM_METHOD_GET, .target = target, .timeout_ms = 10000};
    if (aim_curl_transport(curl, &transport) || transport.start(&request, &receiver, transport.user)) return 0;
    for (int i = 0; i < 100 && !status; i++)
        transport.poll(100, transport.user);
    return status;
}

/* What one library made, the other one reads and frees. */
static int crosses_over(aim_context *context) {
    aim_curl_options options = {.struct_size = sizeof options, .kubeconfig = "/nowhere/config"};
    aim_curl *curl = NULL;
    aim_report *report = NULL;
    aim_error *error = NULL;
    aim_report_entry entry = {.struct_size = sizeof entry};
    int ok = aim_curl_new(context, &options, &curl, &report, &error) == AIM_E_NOT_FOUND && !curl;
    ok = ok && aim_report_count(report) == 1 && aim_report_at(report, 0, &entry) == AIM_OK;
    ok = ok && strcmp(entry.source, "/nowhere/config") == 0 && aim_error_code(error) == AIM_E_NOT_FOUND;
    aim_report_free(report);
    aim_error_free(error);
    return ok;
}

int main(int argc, char **argv) {
    aim_curl_options options = {.struct_size = sizeof options, .kubeconfig = argc > 1 ? argv[1] : NULL};
    aim_context *context;
    aim_curl *curl = NULL;
    aim_error *error = NULL;
    if (aim_context_new(NULL, &context, NULL)) return 1;
    const aim_code code = aim_curl_new(context, &options, &curl, NULL, &error);
    int ok;
#ifdef AIM_OTHER_VERSION
    ok = code == AIM_E_UNSUPPORTED && !curl;
    (void)status_of, (void)crosses_over;
#else
    ok = code == AIM_OK && crosses_over(context) && status_of(curl, "/status/201") == 201;
#endif
    if (!ok) fprintf(stderr, "code %x: %s\n", (unsigned)code, aim_error_message(error));
    aim_error_free(error);
    aim_curl_free(curl);
    aim_context_free(context);
    printf("%d passed, %d failed\n", ok, !ok);
    return !ok;
}
