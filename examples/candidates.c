/* Every candidate of a service with its verdict, and every finding with its remedy, as data: no text is parsed.
 *
 *   candidates NAMESPACE NAME FILE...
 *
 * Exit code: 0 a template was found, 1 the input could not be read, 2 wrong usage, 3 no template was found. */
#include <inttypes.h>
#include <stdio.h>

#include <aim/aim.h>

static aim_code read_file(char *buffer, size_t size, size_t *got, void *user) {
    FILE *file = user;
    if (!file) return AIM_E_READ;
    *got = fread(buffer, 1, size, file);
    return ferror(file) ? AIM_E_READ : AIM_OK;
}

/* Every problem of a text, with its place; an error names only the first. */
static void print_report(const aim_report *report) {
    for (size_t i = 0; i < aim_report_count(report); i++) {
        aim_report_entry entry = {.struct_size = sizeof entry};
        if (aim_report_at(report, i, &entry)) break;
        const char *label = entry.severity == AIM_SEVERITY_ERROR ? "error" : "warning";
        fprintf(stderr, "%s:%" PRIu64 ":%" PRIu64 ": %s: %s\n", entry.source, entry.line, entry.column, label,
                entry.message);
    }
}

static aim_code add_file(aim_cluster *cluster, const char *path, aim_error **error) {
    FILE *file = fopen(path, "rb");
    aim_report *report = NULL;
    aim_source source = {.struct_size = sizeof source, .name = path, .read = read_file, .user = file};
    aim_code code = aim_cluster_add(cluster, &source, &report, error);
    print_report(report);
    aim_report_free(report);
    if (file) fclose(file);
    return code;
}

/* A service without a model has no candidates; why is a matter of the resolution. */
static aim_code print_model(const aim_cluster *cluster, const aim_ref *service, aim_error **error) {
    aim_resolution *resolution = NULL;
    aim_model_answer model = {.struct_size = sizeof model};
    aim_code code = aim_resolution_new(cluster, service, NULL, &resolution, error);
    if (code) return code;
    aim_resolution_answer(resolution, &model);
    if (model.name)
        printf("model %s %s\n", model.kind, model.name);
    else
        printf("no model: %s: %s\n", model.reason_name, model.message);
    aim_resolution_free(resolution);
    return AIM_OK;
}

static const char *verdict_name(int32_t verdict) {
    switch (verdict) {
    case AIM_VERDICT_CHOSEN: return "chosen";
    case AIM_VERDICT_OUTRANKED: return "outranked";
    case AIM_VERDICT_REJECTED: return "rejected";
    default: return "?"; /* of a library that is newer than this program */
    }
}

static const char *severity_name(int32_t severity) {
    switch (severity) {
    case AIM_SEVERITY_ERROR: return "error";
    case AIM_SEVERITY_WARNING: return "warning";
    case AIM_SEVERITY_INFO: return "info";
    default: return "?";
    }
}

/* Members of a finding that have nothing to say are NULL. */
static void print_field(const char *label, const char *value) {
    if (value) printf("      %-8s %s\n", label, value);
}

static void print_finding(const aim_finding *finding) {
    printf("    %s %" PRId32 " %s\n", severity_name(finding->severity), finding->reason, finding->reason_name);
    print_field("object", finding->object);
    print_field("field", finding->pointer);
    print_field("is", finding->actual);
    print_field("wanted", finding->wanted);
    print_field("message", finding->message);
    print_field("remedy", finding->remedy);
    print_field("patch", finding->remedy_patch);
    if (finding->recreate) print_field("note", "the object has to be created again: the field is immutable");
}

static void print_candidate(const aim_selection *selection, size_t index) {
    aim_candidate candidate = {.struct_size = sizeof candidate};
    if (aim_selection_at(selection, index, &candidate)) return;
    printf("%s %s%s%s\n", candidate.kind, candidate.ns ? candidate.ns : "", candidate.ns ? "/" : "", candidate.name);
    printf("  %s at stage %s: %s", verdict_name(candidate.verdict), candidate.stage, candidate.reason_name);
    if (candidate.rank) printf(", rank %" PRId32 ", score %" PRIu64, candidate.rank, candidate.score);
    putchar('\n');
    for (size_t i = 0; i < candidate.finding_count; i++) {
        aim_finding finding = {.struct_size = sizeof finding};
        if (aim_selection_finding(selection, index, i, &finding)) break;
        print_finding(&finding);
    }
}

static void print_selection(const aim_selection *selection) {
    for (size_t i = 0; i < aim_selection_count(selection); i++)
        print_candidate(selection, i);
    const char *message = aim_selection_message(selection);
    if (*message) printf("%s: %s\n", aim_selection_reason(selection), message);
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: candidates NAMESPACE NAME FILE...\n");
        return 2;
    }
    aim_context *context = NULL;
    aim_cluster *cluster = NULL;
    aim_selection *selection = NULL;
    aim_error *error = NULL;
    aim_ref service = {.struct_size = sizeof service, .ns = argv[1], .name = argv[2]};

    aim_code code = aim_context_new(NULL, &context, &error);
    if (!code) code = aim_cluster_new(context, &cluster, &error);
    for (int i = 3; i < argc && !code; i++)
        code = add_file(cluster, argv[i], &error);
    if (!code) code = print_model(cluster, &service, &error);
    if (!code) code = aim_selection_new(cluster, &service, NULL, &selection, &error);
    if (!code)
        print_selection(selection);
    else
        fprintf(stderr, "candidates: %s: %s\n", aim_code_name(code), aim_error_message(error));
    int exit_code = code ? 1 : aim_selection_outcome(selection) == AIM_TEMPLATE_FOUND ? 0 : 3;

    aim_error_free(error);
    aim_selection_free(selection);
    aim_cluster_free(cluster);
    aim_context_free(context);
    return exit_code;
}
