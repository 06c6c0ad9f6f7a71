/* What the schema does to a document, and what a report says of it. */
#include "cluster_help.h"

/* --- reports --- */

TEST(cluster, report_counts_the_kinds_of_a_text) {
    aim_cluster *cluster = new_cluster(t);
    aim_report *report;
    const char *text = JSON_NODE("a") "\n---\n" NODE("b", "x") "---\n" SERVICE(
        "") "---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}}\n"
            "---\n{apiVersion: v1, kind: ConfigMap}\n";
    CHECK_INTEGER(add_layer(cluster, NULL, text, 0, &report, NULL), AIM_OK);
    aimp_text shown = aimp_text_new(&t->arena);
    for (size_t i = 0; i < aim_report_kind_count(report); i++) {
        uint64_t objects = 0;
        int32_t used = -1;
        const char *kind = kind_of_report(t, report, i, &objects, &used);
        aimp_text_add_format(&shown, "%s %d %d\n", kind, (int)objects, (int)used);
    }
    CHECK_TEXT(aimp_text_string(&shown),
               "AIMService.aim.eai.amd.com 1 1\nConfigMap 1 0\nDeployment.apps 1 0\nNode 2 1\n");
    aim_kind_count none = {.struct_size = sizeof none};
    CHECK_INTEGER(aim_report_kind_at(report, 4, &none), AIM_E_NOT_FOUND);
    aim_report_free(report);
    aim_cluster_free(cluster);
}

TEST(cluster, other_versions_of_aim_are_warned_about) {
    CHECK_TEXT(
        report_of(t, "---\n{apiVersion: aim.eai.amd.com/v1, kind: AIMService, metadata: {name: a}}\n---\n"
                     "{apiVersion: aim.silogen.ai/v1alpha1, kind: AIMModel, metadata: {name: a}}\n---\n"
                     "{apiVersion: aim.eai.amd.com/v1alpha1, kind: AIMThing, metadata: {name: a}}\n"),
        "warning AIM_OK 2:1 /apiVersion -: aim.eai.amd.com/v1 AIMService a is not read: libaim knows "
        "aim.eai.amd.com/v1alpha1\n"
        "warning AIM_OK 4:1 /apiVersion -: aim.silogen.ai/v1alpha1 AIMModel a is not read: libaim knows "
        "aim.eai.amd.com/v1alpha1\n"
        "warning AIM_OK 6:1 /apiVersion -: aim.eai.amd.com/v1alpha1 AIMThing a is not read: there is no such kind\n");
}

TEST(cluster, unknown_kinds_are_not_kept) {
    aim_cluster *cluster = new_cluster(t);
    const char *empty = case_of(t, cluster);
    must_add(t, cluster, "---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}}\n");
    CHECK_TEXT(case_of(t, cluster), empty);
    aim_cluster_free(cluster);
}

TEST(cluster, documents_that_are_no_objects_are_errors) {
    static const struct {
        const char *text, *missing;
    } cases[] = {
        {"{a: 1}", "kind"},
        {"{kind: Node, metadata: {name: n}}", "apiVersion"},
        {"{apiVersion: v1, metadata: {name: n}}", "kind"},
        {"{apiVersion: v1, kind: 5}", "kind"},
        {"{apiVersion: \"\", kind: Node}", "apiVersion"},
        {"{apiVersion: v1, kind: List, items: [{kind: Node}]}", "apiVersion"},
        {"{}", "kind"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *report = report_of(t, aimp_format(&t->arena, "---\n%s\n", cases[i].text));
        const char *wanted =
            aimp_format(&t->arena, "not a Kubernetes object: \"%s\" is missing or no text\n", cases[i].missing);
        if (!strstr(report, wanted)) FAIL("%s\n%s", cases[i].text, report);
    }
}

/* --- what a schema does --- */

TEST(cluster, schema_defaults_are_applied) {
    static const char objects[] = SERVICE(
        "  caching: {}\n"
        "  routing: {gatewayRef: {name: gw}}\n"
        "  storage: {}\n"
        "  overrides: {hardware: {gpu: {requests: 1}}}\n"
        "  imagePullSecrets: [{}]\n"
        "  autoScaling: {metrics: [{type: PodMetric, podmetric: {metric: {}, target: {type: Value}}}]}\n"
        "  env: [{name: A, valueFrom: {secretKeyRef: {key: k}}}]\n"
        "status: {}\n") "---\n" AIM_DOCUMENT "kind: AIMModel\nmetadata: {name: m, namespace: ml-team}\n"
                        "spec: {image: i, discovery: {}, customTemplates: [{}]}\nstatus: {}\n"
                        "---\n" AIM_DOCUMENT "kind: AIMServiceTemplate\nmetadata: {name: tp, namespace: "
                        "ml-team}\nspec: {modelName: m, caching: {}}\nstatus: {}\n"
                        "---\n" AIM_DOCUMENT "kind: AIMTemplateCache\nmetadata: {name: c, namespace: ml-team}\nspec: "
                        "{templateName: tp, templateScope: Namespace}\n"
                        "---\n" AIM_DOCUMENT
                        "kind: AIMArtifact\nmetadata: {name: a, namespace: ml-team}\nspec: {sourceUri: \"hf://a/b\"}\n"
                        "---\n" AIM_DOCUMENT "kind: AIMRuntimeConfig\nmetadata: {name: r, namespace: ml-team}\nspec: "
                        "{labelPropagation: {}, storage: {}}\n";
    static const struct {
        const char *kind, *name, *path, *expected;
    } fields[] = {
        {"AIMService", "qwen", "spec/replicas", "1"},
        {"AIMService", "qwen", "spec/caching/mode", "\"Shared\""},
        {"AIMService", "qwen", "spec/routing/gatewayRef",
         "{\"group\":\"gateway.networking.k8s.io\",\"kind\":\"Gateway\",\"name\":\"gw\"}"},
        {"AIMService", "qwen", "spec/storage/pvcHeadroomPercent", "10"},
        {"AIMService", "qwen", "spec/overrides/hardware/gpu/resourceName", "\"amd.com/gpu\""},
        {"AIMService", "qwen", "spec/imagePullSecrets/0/name", "\"\""},
        {"AIMService", "qwen", "spec/autoScaling/metrics/0/podmetric/metric/backend", "\"opentelemetry\""},
        {"AIMService", "qwen", "spec/env/0/valueFrom/secretKeyRef/name", "\"\""},
        {"AIMService", "qwen", "status/status", "\"Pending\""},
        {"AIMModel", "m", "spec/discovery", "{\"createServiceTemplates\":true,\"extractMetadata\":true}"},
        {"AIMModel", "m", "spec/customTemplates/0/type", "\"unoptimized\""},
        {"AIMModel", "m", "status/status", "\"Pending\""},
        {"AIMServiceTemplate", "tp", "spec/caching/enabled", "false"},
        {"AIMServiceTemplate", "tp", "status/status", "\"Pending\""},
        {"AIMTemplateCache", "c", "spec/mode", "\"Shared\""},
        {"AIMArtifact", "a", "spec/modelDownloadImage", "\"ghcr.io/silogen/aim-artifact-downloader:0.2.0\""},
        {"AIMRuntimeConfig", "r", "spec/labelPropagation/enabled", "false"},
        {"AIMRuntimeConfig", "r", "spec/storage/pvcHeadroomPercent", "10"},
    };
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, objects);
    for (size_t i = 0; i < COUNT(fields); i++)
        test_check_text(t, __FILE__, __LINE__, fields[i].path,
                        field(t, cluster, fields[i].kind, "ml-team", fields[i].name, fields[i].path),
                        fields[i].expected);
    aim_cluster_free(cluster);
}

TEST(cluster, defaults_make_no_parents) {
    static const char *const paths[] = {"spec/caching", "spec/routing", "spec/storage", "spec/overrides", "status"};
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, SERVICE(""));
    for (size_t i = 0; i < COUNT(paths); i++)
        test_check_text(t, __FILE__, __LINE__, paths[i], field(t, cluster, "AIMService", "ml-team", "qwen", paths[i]),
                        NULL);
    aim_cluster_free(cluster);
}

TEST(cluster, null_is_an_absent_field) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, SERVICE("  replicas: null\n  env: null\n  caching: {mode: ~}\n"));
    CHECK_TEXT(field(t, cluster, "AIMService", "ml-team", "qwen", "spec"),
               "{\"caching\":{\"mode\":\"Shared\"},\"model\":{\"image\":\"ghcr.io/a/b:1\"},\"replicas\":1}");
    aim_cluster_free(cluster);
}

TEST(cluster, an_unknown_field_is_shown_at_its_name_wherever_its_value_begins) {
    CHECK_TEXT(
        report_of(t,
                  SERVICE("  cachng: # cachng: of old\n\n    # a comment\n    mode: Shared\n  \"zebra\" :\n  - 1\n")),
        "warning AIM_OK 6:3 /spec/cachng AIMService ml-team/qwen: /spec/cachng unknown field \"cachng\" is "
        "ignored (did you mean \"caching\"?)\n"
        "warning AIM_OK 10:3 /spec/zebra AIMService ml-team/qwen: /spec/zebra unknown field \"zebra\" is "
        "ignored\n");
    CHECK_TEXT(
        report_of(t, "{\"apiVersion\": \"aim.eai.amd.com/v1alpha1\", \"kind\": \"AIMService\",\n"
                     "\"metadata\": {\"name\": \"q\"}, \"spec\": {\"model\": {\"name\": \"q\"}, \"zebra\":\n{}}}\n"),
        "warning AIM_OK 2:61 /spec/zebra AIMService default/q: /spec/zebra unknown field \"zebra\" is ignored\n");
}

TEST(cluster, unknown_fields_are_dropped_with_a_warning) {
    const char *text =
        SERVICE("  replica: 2\n  zebra: 1\n  caching: {mod: Shared}\n  env: [{name: A, valu: x}]\n") "extra: 1\n";
    CHECK_TEXT(
        report_of(t, text),
        "warning AIM_OK 6:3 /spec/replica AIMService ml-team/qwen: /spec/replica unknown field \"replica\" is "
        "ignored (did you mean \"replicas\"?)\n"
        "warning AIM_OK 7:3 /spec/zebra AIMService ml-team/qwen: /spec/zebra unknown field \"zebra\" is ignored\n"
        "warning AIM_OK 8:13 /spec/caching/mod AIMService ml-team/qwen: /spec/caching/mod unknown field \"mod\" is "
        "ignored (did you mean \"mode\"?)\n"
        "warning AIM_OK 9:19 /spec/env/0/valu AIMService ml-team/qwen: /spec/env/0/valu unknown field \"valu\" is "
        "ignored (did you mean \"value\"?)\n"
        "warning AIM_OK 10:1 /extra AIMService ml-team/qwen: /extra unknown field \"extra\" is ignored\n");
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, text);
    CHECK(strstr(case_of(t, cluster), "zebra") == NULL);
    aim_cluster_free(cluster);
}

TEST(cluster, unknown_fields_of_other_schemas_are_kept) {
    aim_cluster *cluster = new_cluster(t);
    must_add(
        t, cluster,
        "---\n{apiVersion: v1, kind: Node, metadata: {name: node, other: [1]}, spec: {podCIDR: x}, more: {a: 1.50}}\n");
    CHECK(strstr(case_of(t, cluster),
                 "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"node\",\"other\":[1]},"
                 "\"more\":{\"a\":1.50},\"spec\":{\"podCIDR\":\"x\"}}") != NULL);
    aim_cluster_free(cluster);
}

TEST(cluster, wrong_types_are_errors) {
    static const struct {
        const char *spec, *expected;
    } cases[] = {
        {"  serviceAccountName: 5\n", "6:23 /spec/serviceAccountName AIMService ml-team/qwen: /spec/serviceAccountName "
                                      "must be a string, not a number: put it in quotes (\"5\")\n"},
        {"  serviceAccountName: yes\n",
         "6:23 /spec/serviceAccountName AIMService ml-team/qwen: /spec/serviceAccountName must be a string, not a "
         "boolean: put it in quotes (\"true\")\n"},
        {"  serviceAccountName: {}\n", "6:23 /spec/serviceAccountName AIMService ml-team/qwen: "
                                       "/spec/serviceAccountName must be a string, not a map\n"},
        {"  replicas: \"2\"\n",
         "6:13 /spec/replicas AIMService ml-team/qwen: /spec/replicas must be an integer, not a string\n"},
        {"  replicas: 1.5\n",
         "6:13 /spec/replicas AIMService ml-team/qwen: /spec/replicas must be an integer, not a number\n"},
        {"  replicas: 2147483648\n",
         "6:13 /spec/replicas AIMService ml-team/qwen: /spec/replicas must be an integer, not a number\n"},
        {"  cacheModel: \"true\"\n",
         "6:15 /spec/cacheModel AIMService ml-team/qwen: /spec/cacheModel must be a boolean, not a string\n"},
        {"  env: {A: x}\n", "6:8 /spec/env AIMService ml-team/qwen: /spec/env must be a list, not a map\n"},
        {"  env: [{name: A, value: 5}]\n", "6:26 /spec/env/0/value AIMService ml-team/qwen: /spec/env/0/value must be "
                                           "a string, not a number: put it in quotes (\"5\")\n"},
        {"  env: [A]\n", "6:9 /spec/env/0 AIMService ml-team/qwen: /spec/env/0 must be a map, not a string\n"},
        {"  caching: Shared\n",
         "6:12 /spec/caching AIMService ml-team/qwen: /spec/caching must be a map, not a string\n"},
        {"  resources: {limits: {cpu: [1]}}\n",
         "6:29 /spec/resources/limits/cpu AIMService ml-team/qwen: /spec/resources/limits/cpu must be a quantity (a "
         "string or a number), not a list\n"},
        {"  routing: {requestTimeout: 30}\n",
         "6:29 /spec/routing/requestTimeout AIMService ml-team/qwen: /spec/routing/requestTimeout must be a duration "
         "in a string, not a number: put it in quotes (\"30\")\n"},
        {"  routing: {annotations: {a/b: 1}}\n",
         "6:32 /spec/routing/annotations/a~1b AIMService ml-team/qwen: /spec/routing/annotations/a~1b must be a "
         "string, not a number: put it in quotes (\"1\")\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *text = aimp_format(&t->arena, "%s%s", SERVICE(""), cases[i].spec);
        CHECK_TEXT(report_of(t, text), aimp_format(&t->arena, "error AIM_E_TYPE %s", cases[i].expected));
    }
}

TEST(cluster, forbidden_values_are_warnings) {
    static const struct {
        const char *spec, *expected;
    } cases[] = {
        {"  caching: {mode: Sometimes}\n",
         "/spec/caching/mode \"Sometimes\" is not allowed here: must be Dedicated, Shared, Auto, Always or Never"},
        {"  overrides: {precision: fp7}\n", "/spec/overrides/precision \"fp7\" is not allowed here: must be auto, fp4, "
                                            "fp8, fp16, fp32, bf16, int4 or int8"},
        {"  minReplicas: 0\n", "/spec/minReplicas \"0\" is not allowed here: must be at least 1"},
        {"  routing: {requestTimeout: soon}\n",
         "/spec/routing/requestTimeout \"soon\" is not allowed here: must be a duration such as 30s, 5m or 1h30m"},
        {"  resources: {limits: {cpu: much}}\n",
         "/spec/resources/limits/cpu \"much\" is not allowed here: must be a quantity such as 2, 500m or 64Gi"},
        {"  env: [{name: A}, {name: A}]\n", "/spec/env/1/name the name \"A\" occurs twice in this list"},
        {"  routing: {gatewayRef: {}}\n", "the required field \"name\" is missing"},
        {"  overrides: {hardware: {}}\n", "at least one of gpu and cpu must be given"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *report = report_of(t, aimp_format(&t->arena, "%s%s", SERVICE(""), cases[i].spec));
        if (!aimp_starts_with(report, "warning AIM_OK 6:") || !strstr(report, cases[i].expected))
            FAIL("%s\n%s", cases[i].spec, report);
    }
}

TEST(cluster, forbidden_values_are_kept) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, SERVICE("  caching: {mode: Sometimes}\n  minReplicas: 0\n"));
    CHECK_TEXT(field(t, cluster, "AIMService", "ml-team", "qwen", "spec/caching/mode"), "\"Sometimes\"");
    CHECK_TEXT(field(t, cluster, "AIMService", "ml-team", "qwen", "spec/minReplicas"), "0");
    aim_cluster_free(cluster);
}

TEST(cluster, managed_fields_and_images_of_nodes_are_not_kept) {
    static const char *const texts[] = {
        "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"managedFields\":[{\"x\":\"dropped\"}],\"name\":\"n\"}"
        ",\"status\":{\"images\":[{\"names\":[\"dropped\"]}],\"a\":1}}",
        "{\"status\":{\"a\":1,\"images\":[\"dropped\"]},\"metadata\":{\"name\":\"n\",\"managedFields\":[\"dropped\"]},"
        "\"kind\":\"Node\",\"apiVersion\":\"v1\"}",
        "{\"apiVersion\":\"v1\",\"kind\":\"NodeList\",\"items\":[{\"metadata\":{\"name\":\"n\",\"managedFields\":["
        "\"dropped\"]},\"status\":{\"images\":[\"dropped\"],\"a\":1}}]}",
        "apiVersion: v1\nkind: Node\nmetadata:\n  name: \"n\"\n  managedFields:\n  - x: dropped\nstatus:\n  images:\n  "
        "- names: [dropped]\n  a: 1\n",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        aim_cluster *cluster = new_cluster(t);
        must_add(t, cluster, texts[i]);
        CHECK(strstr(case_of(t, cluster), "dropped") == NULL);
        CHECK_TEXT(field(t, cluster, "Node", NULL, "n", "status"), "{\"a\":1}");
        aim_cluster_free(cluster);
    }
}

TEST(cluster, what_is_not_kept_must_still_be_valid) {
    CHECK_TEXT(report_of(t, "apiVersion: v1\nkind: Node\nmetadata:\n  name: n\n  managedFields:\n  - x: 1\n    x: 2\n"),
               "error AIM_E_DUPLICATE 7:5 /metadata/managedFields/0 -: the key \"x\" occurs twice (first on line 6)\n");
}
