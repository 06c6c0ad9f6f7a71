/* A consumer in C++: the whole plan of one service as JSON.
 *
 *   plan NAMESPACE NAME FILE...
 *
 * Exit code: 0 the plan was printed, 1 there is none, 2 wrong usage. */
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include <aim/aim.h>

namespace {

struct release {
    void operator()(aim_context *p) const { aim_context_free(p); }
    void operator()(aim_cluster *p) const { aim_cluster_free(p); }
    void operator()(aim_plan *p) const { aim_plan_free(p); }
    void operator()(aim_buffer *p) const { aim_buffer_free(p); }
};
template <typename handle> using owned = std::unique_ptr<handle, release>;

int fail(const char *what, aim_error *error) {
    std::fprintf(stderr, "%s: %s\n", what, aim_error_message(error));
    aim_error_free(error);
    return 1;
}

} // namespace

int main(int argc, char **argv) {
    if (argc < 4) {
        std::fprintf(stderr, "usage: plan NAMESPACE NAME FILE...\n");
        return 2;
    }
    aim_error *error = nullptr;
    aim_context *context = nullptr;
    if (aim_context_new(nullptr, &context, &error)) return fail("context", error);
    owned<aim_context> context_owner(context);

    aim_cluster *cluster = nullptr;
    if (aim_cluster_new(context, &cluster, &error)) return fail("cluster", error);
    owned<aim_cluster> cluster_owner(cluster);
    for (int i = 3; i < argc; i++) {
        std::ostringstream text;
        text << std::ifstream(argv[i]).rdbuf();
        const std::string data = text.str();
        aim_source source = {};
        source.struct_size = sizeof source;
        source.name = argv[i];
        source.data = data.data();
        source.size = data.size();
        if (aim_cluster_add(cluster, &source, nullptr, &error)) return fail(argv[i], error);
    }

    aim_ref service = {};
    service.struct_size = sizeof service;
    service.ns = argv[1];
    service.name = argv[2];
    aim_plan *plan = nullptr;
    if (aim_plan_new(cluster, &service, nullptr, &plan, &error)) return fail(argv[2], error);
    owned<aim_plan> plan_owner(plan);

    aim_buffer *text = nullptr;
    if (aim_plan_render(plan, AIM_PART_PLAN, AIM_FORMAT_JSON, 0, &text, &error)) return fail("plan", error);
    owned<aim_buffer> text_owner(text);
    std::printf("%s", aim_buffer_data(text));
    return 0;
}
