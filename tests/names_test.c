/* Names, label values, hashes and image references: the rules of spec/names-and-labels.md sections 1 to 5, and the
 * worked names of its section 6, which were computed by an independent implementation. */
#include "harness.h"

#include "base/sha256.h"
#include "doc/node.h"
#include "kube/object_name.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

typedef struct text_pair {
    const char *given, *expected;
} text_pair;

typedef const char *text_function(aimp_arena *arena, const char *text);

static void check_pairs(test_context *t, text_function *function, const text_pair *pairs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        test_check_text(t, __FILE__, __LINE__, pairs[i].given, function(&t->arena, pairs[i].given), pairs[i].expected);
    }
}

static const char *repeated(test_context *t, const char *before, char c, size_t count, const char *after) {
    aimp_text text = aimp_text_new(&t->arena);
    aimp_text_add_string(&text, before);
    aimp_text_add_repeated(&text, c, count);
    aimp_text_add_string(&text, after);
    return aimp_text_string(&text);
}

static const char *sha256(aimp_arena *arena, const char *text) {
    char digest[65];
    aimp_sha256_hex(text, strlen(text), digest);
    return aimp_copy_string(arena, digest);
}

TEST(sha256, answers_the_vectors_of_fips_180_4) {
    static const text_pair pairs[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqr"
         "stu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    check_pairs(t, sha256, pairs, COUNT(pairs));
    CHECK_TEXT(sha256(&t->arena, repeated(t, "", 'a', 1000000, "")),
               "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(sha256, pads_every_length_around_a_block) {
    static const struct {
        size_t size;
        const char *digest;
    } cases[] = {
        {55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
        {56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
        {57, "f13b2d724659eb3bf47f2dd6af1accc87b81f09f59f2b75e5c0bed6589dfe8c6"},
        {63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
        {64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
        {65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"},
        {119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"},
        {120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c"},
        {128, "6836cf13bac400e9105071cd6af47084dfacad4e5e302c94bfed24e013afb73e"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CHECK_TEXT(sha256(&t->arena, repeated(t, "", 'a', cases[i].size, "")), cases[i].digest);
    }
}

TEST(name, part_keeps_one_hyphen_for_each_other_character) {
    static const text_pair pairs[] = {
        {"hf://Qwen", "hf---qwen"},
        {"Qwen/Qwen3-32B", "qwen-qwen3-32b"},
        {"a_b.c d", "a-b-c-d"},
        {"--a--b--", "a--b"},
        {"//", ""},
        {"", ""},
        {"0", "0"},
        {"\x7f\x01x\t", "x"},
        {"MI300X", "mi300x"},
    };
    check_pairs(t, aimp_name_part, pairs, COUNT(pairs));
}

TEST(name, part_is_cut_to_63_bytes_and_then_loses_its_hyphens) {
    CHECK_TEXT(aimp_name_part(&t->arena, repeated(t, "", 'A', 70, "")), repeated(t, "", 'a', 63, ""));
    CHECK_TEXT(aimp_name_part(&t->arena, repeated(t, "", 'a', 61, "--b")), repeated(t, "", 'a', 61, ""));
    CHECK_TEXT(aimp_name_part(&t->arena, repeated(t, "---", 'a', 63, "")), repeated(t, "", 'a', 63, ""));
}

TEST(name, part_counts_a_utf8_character_once_and_an_invalid_byte_once) {
    static const text_pair pairs[] = {
        {"a\xc3\xa9z", "a-z"},            /* two bytes */
        {"a\xe2\x82\xacz", "a-z"},        /* three */
        {"a\xf0\x9f\x9a\x80z", "a-z"},    /* four */
        {"a\xef\xbf\xbdz", "a-z"},        /* U+FFFD itself */
        {"\xe2\x84\xaax", "kx"},          /* KELVIN SIGN */
        {"\xc4\xb0stanbul", "istanbul"},  /* capital I with a dot */
        {"a\xc3\x89z", "a-z"},            /* lower-cased, but not into ASCII */
        {"a\xff\xfez", "a--z"},           /* never in UTF-8 */
        {"a\xe2\x82z", "a--z"},           /* cut short */
        {"a\xe2\x82", "a"},               /* cut short by the end */
        {"a\xc0\xafz", "a--z"},           /* overlong */
        {"a\xed\xa0\x80z", "a---z"},      /* a surrogate */
        {"a\xf4\x90\x80\x80z", "a----z"}, /* above U+10FFFF */
        {"\xc3\xa9", ""},
    };
    check_pairs(t, aimp_name_part, pairs, COUNT(pairs));
}

TEST(name, image_component_collapses_runs_and_has_no_limit) {
    static const text_pair pairs[] = {
        {"registry.example.com:5000", "registry-example-com-5000"},
        {"V1.2_rc+1", "v1-2-rc-1"},
        {"a--b..c", "a-b-c"},
        {"_a_", "a"},
        {":::", ""},
        {"a\xc3\xa9\xffz", "a-z"},
    };
    check_pairs(t, aimp_image_component, pairs, COUNT(pairs));
    CHECK_TEXT(aimp_image_component(&t->arena, repeated(t, "", 'A', 200, "")), repeated(t, "", 'a', 200, ""));
}

TEST(name, label_value_joins_runs_with_one_underscore) {
    static const text_pair pairs[] = {
        {"Qwen/Qwen3-32B", "qwen_qwen3-32b"},
        {"a  b//c", "a_b_c"},
        {"-weird.", "weird"},
        {"MI300X", "mi300x"},
        {"amd/Llama-3.1-8B-Instruct", "amd_llama-3.1-8b-instruct"},
        {"a_/b", "a__b"},
        {"a/ _b", "a__b"},
        {"/.-_a", "a"},
        {"a\xc3\xa9\xff\xe2\x82\xacz", "a_z"},
        {"\xe2\x84\xaa\xc4\xb0", "ki"},
        {"", ""},
        {"._-/", ""},
    };
    check_pairs(t, aimp_label_value, pairs, COUNT(pairs));
    CHECK_TEXT(aimp_label_value(&t->arena, repeated(t, "", 'A', 70, "")), repeated(t, "", 'a', 63, ""));
    CHECK_TEXT(aimp_label_value(&t->arena, repeated(t, "", 'a', 60, "._-b")), repeated(t, "", 'a', 60, ""));
}

TEST(name, label_value_legality_is_that_of_an_api_server) {
    static const char *const legal[] = {"", "a", "A.b_c-D9", "0"};
    static const char *const illegal[] = {"-a", "a.", "_", "a b", "a/b", "\xc3\xa9"};
    for (size_t i = 0; i < COUNT(legal); i++) {
        if (!aimp_label_value_is_legal(legal[i])) FAIL("\"%s\" is legal", legal[i]);
    }
    for (size_t i = 0; i < COUNT(illegal); i++) {
        if (aimp_label_value_is_legal(illegal[i])) FAIL("\"%s\" is not legal", illegal[i]);
    }
    CHECK(aimp_label_value_is_legal(repeated(t, "", 'a', 63, "")));
    CHECK(!aimp_label_value_is_legal(repeated(t, "", 'a', 64, "")));
}

TEST(name, dns_names_have_lower_case_labels_and_limits) {
    static const char *const labels[] = {"a", "0-9", "my-service"};
    static const char *const no_labels[] = {"", "-a", "a-", "A", "a.b", "a_b", "\xc3\xa9"};
    for (size_t i = 0; i < COUNT(labels); i++) {
        if (!aimp_is_dns_label(labels[i])) FAIL("\"%s\" is a label", labels[i]);
    }
    for (size_t i = 0; i < COUNT(no_labels); i++) {
        if (aimp_is_dns_label(no_labels[i])) FAIL("\"%s\" is no label", no_labels[i]);
    }
    CHECK(aimp_is_dns_label(repeated(t, "", 'a', 63, "")));
    CHECK(!aimp_is_dns_label(repeated(t, "", 'a', 64, "")));

    static const char *const no_subdomains[] = {"", ".", "a.", ".a", "a..b", "a.-b", "a-.b", "A.b"};
    for (size_t i = 0; i < COUNT(no_subdomains); i++) {
        if (aimp_is_dns_subdomain(no_subdomains[i])) FAIL("\"%s\" is no subdomain", no_subdomains[i]);
    }
    CHECK(aimp_is_dns_subdomain("a.b-c.9"));
    CHECK(aimp_is_dns_subdomain(repeated(t, "b.", 'a', 251, "")));
    CHECK(!aimp_is_dns_subdomain(repeated(t, "b.", 'a', 252, "")));
}

static const char *go_string(aimp_arena *arena, const char *text) {
    aimp_text out = aimp_text_new(arena);
    aimp_add_go_string(&out, text, strlen(text));
    return aimp_text_string(&out);
}

TEST(name, strings_are_escaped_as_go_does_it) {
    static const text_pair pairs[] = {
        {"", "\"\""},
        {"a/b\x7f", "\"a/b\x7f\""},
        {"\"\\", "\"\\\"\\\\\""},
        {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
        {"\x01\x0b\x1f", "\"\\u0001\\u000b\\u001f\""},
        {"<a>&", "\"\\u003ca\\u003e\\u0026\""},
        {"\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa", "\"\\u2028\\u2029\xe2\x80\xaa\""},
        {"\xc3\xa9\xf0\x9f\x9a\x80\xef\xbf\xbd", "\"\xc3\xa9\xf0\x9f\x9a\x80\xef\xbf\xbd\""},
        {"a\xff\xe2\x82z", "\"a\\ufffd\\ufffd\\ufffdz\""},
        {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},
    };
    check_pairs(t, go_string, pairs, COUNT(pairs));
    aimp_text out = aimp_text_new(&t->arena);
    aimp_add_go_string(&out, "a\0b", 3);
    CHECK_TEXT(aimp_text_string(&out), "\"a\\u0000b\"");
}

TEST(name, hash_inputs_are_joined_by_a_bar) {
    aimp_hash_input input = aimp_hash_input_new(&t->arena);
    CHECK_TEXT(aimp_text_string(&input.text), "");
    aimp_hash_add_string(&input, "a|b");
    aimp_hash_add_integer(&input, -4);
    aimp_hash_add_string(&input, NULL);
    aimp_hash_add_env(&input, NULL);
    aimp_hash_add_env(&input, aimp_list_of(&t->arena, NULL));
    aimp_hash_add_integer(&input, INT64_MIN);
    CHECK_TEXT(aimp_text_string(&input.text), "\"a|b\"|-4|\"\"|null|null|-9223372036854775808");
    CHECK_INTEGER(input.count, 6);
}

static const aimp_node *text_node(test_context *t, const char *text) {
    return aimp_string(&t->arena, text);
}

/* The text of an EnvVar that has only a name and one value source. */
static const char *source_text(test_context *t, const char *key, const aimp_node *source) {
    const aimp_node *variable =
        aimp_map_of(&t->arena, "name", text_node(t, "V"), "valueFrom", aimp_map_of(&t->arena, key, source, NULL), NULL);
    aimp_hash_input input = aimp_hash_input_new(&t->arena);
    aimp_hash_add_env(&input, aimp_list_of(&t->arena, variable, NULL));
    return aimp_text_string(&input.text);
}

TEST(name, env_elements_have_their_members_in_the_order_of_the_go_struct) {
    aimp_arena *a = &t->arena;
    const aimp_node *first = aimp_map_of(a, "value", text_node(t, "<1>"), "name", text_node(t, "Z"), NULL);
    const aimp_node *second =
        aimp_map_of(a, "name", text_node(t, "A"), "value", text_node(t, ""), "valueFrom", aimp_map_of(a, NULL), NULL);
    const aimp_node *third = aimp_map_of(a, "valueFrom", aimp_null(), "value", aimp_null(), NULL);
    aimp_hash_input input = aimp_hash_input_new(a);
    aimp_hash_add_env(&input, aimp_list_of(a, first, second, third, NULL));
    CHECK_TEXT(aimp_text_string(&input.text),
               "[{\"name\":\"Z\",\"value\":\"\\u003c1\\u003e\"},{\"name\":\"A\",\"valueFrom\":{}},{\"name\":\"\"}]");
}

TEST(name, env_value_sources_are_written_in_their_go_spelling) {
    aimp_arena *a = &t->arena;
    const aimp_node *x = text_node(t, "x"), *y = text_node(t, "y"), *z = text_node(t, "z"), *none = text_node(t, "");
    const aimp_node *empty = aimp_map_of(a, NULL);
    CHECK_TEXT(source_text(t, "fieldRef", aimp_map_of(a, "fieldPath", x, "apiVersion", y, NULL)),
               "[{\"name\":\"V\",\"valueFrom\":{\"fieldRef\":{\"apiVersion\":\"y\",\"fieldPath\":\"x\"}}}]");
    CHECK_TEXT(source_text(t, "fieldRef", empty),
               "[{\"name\":\"V\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"\"}}}]");
    CHECK_TEXT(
        source_text(t, "configMapKeyRef", aimp_map_of(a, "optional", aimp_bool(true), "name", x, "key", y, NULL)),
        "[{\"name\":\"V\",\"valueFrom\":{\"configMapKeyRef\":{\"name\":\"x\",\"key\":\"y\",\"optional\":true}}}]");
    CHECK_TEXT(
        source_text(t, "secretKeyRef", aimp_map_of(a, "optional", aimp_bool(false), "name", none, "key", y, NULL)),
        "[{\"name\":\"V\",\"valueFrom\":{\"secretKeyRef\":{\"key\":\"y\",\"optional\":false}}}]");
    CHECK_TEXT(source_text(t, "fileKeyRef", aimp_map_of(a, "key", x, "path", y, "volumeName", z, NULL)),
               "[{\"name\":\"V\",\"valueFrom\":{\"fileKeyRef\":{\"volumeName\":\"z\",\"path\":\"y\",\"key\":\"x\"}}}]");
    CHECK_TEXT(source_text(t, "secretKeyRef", aimp_null()), "[{\"name\":\"V\",\"valueFrom\":{}}]");
}

TEST(name, env_resource_divisor_is_canonical_and_zero_when_absent) {
    aimp_arena *a = &t->arena;
    const aimp_node *resource = text_node(t, "limits.memory");
    const aimp_node *without = aimp_map_of(a, "resource", resource, NULL);
    const aimp_node *with = aimp_map_of(a, "resource", resource, "divisor", text_node(t, "1024Mi"), "containerName",
                                        text_node(t, "main"), NULL);
    CHECK_TEXT(
        source_text(t, "resourceFieldRef", without),
        "[{\"name\":\"V\",\"valueFrom\":{\"resourceFieldRef\":{\"resource\":\"limits.memory\",\"divisor\":\"0\"}}}]");
    CHECK_TEXT(source_text(t, "resourceFieldRef", with),
               "[{\"name\":\"V\",\"valueFrom\":{\"resourceFieldRef\":{\"containerName\":\"main\","
               "\"resource\":\"limits.memory\",\"divisor\":\"1Gi\"}}}]");
    CHECK_TEXT(
        source_text(t, "resourceFieldRef", aimp_map_with(a, without, "divisor", aimp_integer(a, 1000))),
        "[{\"name\":\"V\",\"valueFrom\":{\"resourceFieldRef\":{\"resource\":\"limits.memory\",\"divisor\":\"1k\"}}}]");
}

static aimp_hash_input hash_of_x(test_context *t) {
    aimp_hash_input input = aimp_hash_input_new(&t->arena);
    aimp_hash_add_string(&input, "x");
    return input;
}

TEST(name, derived_name_needs_a_part_and_a_length_of_1_to_63) {
    const char *const part[] = {"a"};
    CHECK_TEXT(aimp_derived_name(&t->arena, part, 0, NULL, 8, 63), NULL);
    CHECK_TEXT(aimp_derived_name(&t->arena, part, 1, NULL, 8, 0), NULL);
    CHECK_TEXT(aimp_derived_name(&t->arena, part, 1, NULL, 8, 64), NULL);
    CHECK_TEXT(aimp_derived_name(&t->arena, part, 1, NULL, 8, 1), "a");
}

TEST(name, derived_name_has_a_suffix_only_with_inputs_and_a_hash_length) {
    const char *const parts[] = {"My.Part", "//", NULL};
    aimp_hash_input input = hash_of_x(t), empty = aimp_hash_input_new(&t->arena);
    CHECK_TEXT(aimp_derived_name(&t->arena, parts, 3, &input, 8, 63), "my-part-part-part-ba2df490");
    CHECK_TEXT(aimp_derived_name(&t->arena, parts, 3, &input, 0, 63), "my-part-part-part");
    CHECK_TEXT(aimp_derived_name(&t->arena, parts, 3, &empty, 8, 63), "my-part-part-part");
    CHECK_TEXT(aimp_derived_name(&t->arena, parts, 3, NULL, 8, 63), "my-part-part-part");
}

TEST(name, derived_name_shortens_its_parts_and_never_its_suffix) {
    const char *const parts[] = {"abc", "d-e"};
    aimp_hash_input input = hash_of_x(t);
    CHECK_TEXT(aimp_derived_name(&t->arena, parts, 2, NULL, 8, 6), "ab-d-e");
    CHECK_TEXT(aimp_derived_name(&t->arena, parts, 2, NULL, 8, 5), "ab-d"); /* the cut of "d-e" takes its hyphen too */
    CHECK_TEXT(aimp_derived_name(&t->arena, parts, 2, &input, 8, 5), "a-d-ba2df490");
    CHECK_INTEGER(strlen(aimp_derived_name(&t->arena, parts, 2, &input, 99, 5)), 4 + 64);
}

TEST(image_reference, is_taken_apart_without_normalising) {
    static const struct {
        const char *text;
        aimp_image_reference expected;
    } cases[] = {
        {"nginx", {"docker-io", "nginx", "nginx", "latest"}},
        {"amd/Model_1:V2", {"docker-io", "amd/Model_1", "model-1", "v2"}},
        {"ghcr.io/amd/model", {"ghcr-io", "amd/model", "model", "latest"}},
        {"registry.example.com:5000/a/b:c", {"registry-example-com-5000", "a/b", "b", "c"}},
        {"localhost/x:1", {"localhost", "x", "x", "1"}},
        {"localhosts/x:1", {"docker-io", "localhosts/x", "x", "1"}},
        {"host:5000", {"docker-io", "host", "host", "5000"}},
        {"/ghcr.io/x", {"docker-io", "/ghcr.io/x", "x", "latest"}},
        {"ghcr.io/a/b@sha256:0123456789", {"ghcr-io", "a/b", "b", "012345"}},
        {"ghcr.io/a/b:v1@sha256:ABC", {"ghcr-io", "a/b:v1", "b-v1", "abc"}},
        {"a/b@c@d:e:f", {"docker-io", "a/b", "b", "e-f"}},
        {"a@sha256:b/c", {"a-sha256-b", "c", "c", "latest"}},
        {"a:b:c", {"docker-io", "a", "a", "b-c"}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const aimp_image_reference *expected = &cases[i].expected;
        aimp_image_reference actual;
        const char *problem = NULL;
        if (!aimp_image_reference_parse(&t->arena, cases[i].text, &actual, &problem)) {
            FAIL("%s: %s", cases[i].text, problem);
            continue;
        }
        test_check_text(t, __FILE__, __LINE__, cases[i].text, actual.registry, expected->registry);
        test_check_text(t, __FILE__, __LINE__, cases[i].text, actual.repository, expected->repository);
        test_check_text(t, __FILE__, __LINE__, cases[i].text, actual.name, expected->name);
        test_check_text(t, __FILE__, __LINE__, cases[i].text, actual.tag, expected->tag);
    }
}

TEST(image_reference, says_what_is_wrong_with_a_text) {
    static const text_pair pairs[] = {
        {"", "the reference is empty"},
        {":::invalid", "the image name has no letter or digit"},
        {"repo@sha256", "the digest names no algorithm"},
        {"repo@", "the digest is empty"},
        {"repo@sha256:", "the digest has no digits"},
        {"img:", "the tag is empty"},
        {"ghcr.io/", "the image name has no letter or digit"},
        {"..:/x", "the registry has no letter or digit"},
        {"img:_", "the tag has no letter or digit"},
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        aimp_image_reference image;
        const char *problem = NULL;
        CHECK(!aimp_image_reference_parse(&t->arena, pairs[i].given, &image, &problem));
        test_check_text(t, __FILE__, __LINE__, pairs[i].given, problem, pairs[i].expected);
        problem = NULL;
        CHECK_TEXT(aimp_image_model_name(&t->arena, pairs[i].given, &problem), NULL);
        test_check_text(t, __FILE__, __LINE__, pairs[i].given, problem, pairs[i].expected);
    }
}

/* A row of section 6. What the texts and the number mean is for make; texts that are not set are absent. */
typedef struct worked_name {
    const char *row;
    const char *(*make)(aimp_arena *arena, const struct worked_name *row);
    const char *texts[7];
    int64_t number;
    const char *pre_image, *digest, *name;
} worked_name;

static const char *inference_service(aimp_arena *a, const worked_name *row) {
    return aimp_inference_service_name(a, row->texts[0], row->texts[1]);
}

static const char *http_route(aimp_arena *a, const worked_name *row) {
    return aimp_http_route_name(a, row->texts[0], row->texts[1]);
}

static const char *image_model(aimp_arena *a, const worked_name *row) {
    const char *problem;
    return aimp_image_model_name(a, row->texts[0], &problem);
}

static const aimp_node *literal(aimp_arena *a, const char *name, const char *value) {
    return aimp_map_of(a, "name", aimp_string(a, name), "value", aimp_string_or_none(a, value), NULL);
}

/* base image, model id, source URI, endpoint */
static const char *custom_model(aimp_arena *a, const worked_name *row) {
    const aimp_node *env = row->texts[3] ? aimp_list_of(a, literal(a, "AWS_ENDPOINT_URL", row->texts[3]), NULL) : NULL;
    const aimp_node *source = aimp_map_of(a, "modelId", aimp_string(a, row->texts[1]), "sourceUri",
                                          aimp_string(a, row->texts[2]), "env", env, NULL);
    return aimp_custom_model_name(a, aimp_map_of(a, "baseImage", aimp_string(a, row->texts[0]), "modelSources",
                                                 aimp_list_of(a, source, NULL), NULL));
}

static const aimp_node *gpu_hardware(aimp_arena *a, const char *model, int64_t requests) {
    const aimp_node *count = requests ? aimp_integer(a, requests) : NULL;
    const aimp_node *gpu = aimp_map_of(a, "model", aimp_string_or_none(a, model), "requests", count, NULL);
    return aimp_count(gpu) ? aimp_map_of(a, "gpu", gpu, NULL) : NULL;
}

/* base, GPU model, precision, metric; the number is the GPU count */
static const char *derived_template(aimp_arena *a, const worked_name *row) {
    const aimp_node *overrides =
        aimp_map_of(a, "hardware", gpu_hardware(a, row->texts[1], row->number), "precision",
                    aimp_string_or_none(a, row->texts[2]), "metric", aimp_string_or_none(a, row->texts[3]), NULL);
    return aimp_derived_template_name(a, row->texts[0], overrides);
}

static const char *shared_cache(aimp_arena *a, const worked_name *row) {
    return aimp_shared_cache_name(a, row->texts[0], row->texts[1]);
}

static const char *dedicated_cache(aimp_arena *a, const worked_name *row) {
    return aimp_dedicated_cache_name(a, row->texts[0], row->texts[1], row->texts[2]);
}

/* source URI, variable, its value, its secret, the secret's key, storage class, cache name */
static const char *artifact(aimp_arena *a, const worked_name *row) {
    const char *const *texts = row->texts;
    const aimp_node *variable = texts[1] ? literal(a, texts[1], texts[2]) : NULL;
    if (texts[3]) {
        const aimp_node *secret =
            aimp_map_of(a, "name", aimp_string(a, texts[3]), "key", aimp_string(a, texts[4]), NULL);
        variable = aimp_map_with(a, variable, "valueFrom", aimp_map_of(a, "secretKeyRef", secret, NULL));
    }
    return aimp_artifact_name(a, texts[0], aimp_list_of(a, variable, NULL), texts[5], texts[6]);
}

static const char *claim(aimp_arena *a, const worked_name *row) {
    return aimp_artifact_claim_name(a, row->texts[0], row->texts[1]);
}

static const char *download_job(aimp_arena *a, const worked_name *row) {
    return aimp_download_job_name(a, row->texts[0], row->texts[1]);
}

static const char *size_job(aimp_arena *a, const worked_name *row) {
    return aimp_size_job_name(a, row->texts[0], row->texts[1]);
}

/* two parts, hash input */
static const char *plain(aimp_arena *a, const worked_name *row) {
    aimp_hash_input hash = aimp_hash_input_new(a);
    aimp_hash_add_string(&hash, row->texts[2]);
    return aimp_derived_name(a, row->texts, 2, &hash, 8, AIMP_NAME_MAX);
}

/* model, image, GPU model, metric, precision; the number is the GPU count */
static const char *recommended_template(aimp_arena *a, const worked_name *row) {
    const aimp_node *deployment =
        aimp_map_of(a, "gpuModel", aimp_string_or_none(a, row->texts[2]), "metric",
                    aimp_string_or_none(a, row->texts[3]), "precision", aimp_string_or_none(a, row->texts[4]),
                    "gpuCount", aimp_integer(a, row->number), "profileId", aimp_string(a, "not in the name"), NULL);
    return aimp_recommended_template_name(a, row->texts[0], row->texts[1], deployment);
}

static const char *automatic_template(aimp_arena *a, const worked_name *row) {
    return aimp_custom_template_name(a, row->texts[0], row->number, NULL);
}

/* model, name, precision, metric; the number is the GPU count */
static const char *custom_template(aimp_arena *a, const worked_name *row) {
    const aimp_node *profile =
        aimp_map_of(a, "precision", aimp_string(a, row->texts[2]), "metric", aimp_string(a, row->texts[3]), NULL);
    const aimp_node *entry = aimp_map_of(a, "name", aimp_string(a, row->texts[1]), "profile", profile, "hardware",
                                         gpu_hardware(a, NULL, row->number), NULL);
    return aimp_custom_template_name(a, row->texts[0], 0, entry);
}

static const char *source_model(aimp_arena *a, const worked_name *row) {
    return aimp_source_model_name(a, row->texts[0], row->texts[1], row->texts[2]);
}

#define BASE_IMAGE "ghcr.io/silogen/aim-base:0.7.0"
#define ARTIFACT "hf---qwen-qwen3-32b-c00b812b59"
#define LONG_ARTIFACT "hf---meta-llama-llama-3-1-70b-instruct-fp8-kv-abc-0123456789"
#define ARTIFACT_UID "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
#define SERVICE_UID "11111111-2222-3333-4444-555555555555"
#define TEMPLATE "qwen3-32b-mi300x-fp16-latency"
#define LONG_IMAGE "very-long-model-name-that-exceeds-kubernetes-limits-by-quite-a-lot"
#define QWEN_IMAGE "amdenterpriseai/aim-qwen-qwen3-32b:0.8.5"
#define A20 "aaaaaaaaaaaaaaaaaaaa"
#define B20 "bbbbbbbbbbbbbbbbbbbb"

/* clang-format off */
static const worked_name worked_names[] = {
    {"1", inference_service, {"qwen-service", "ml-team"}, 0,
     "\"ml-team\"", "a04542d9a88da889", "qwen-service-a04542d9"},
    {"2", http_route, {"qwen-service", "ml-team"}, 0,
     "\"ml-team\"", "a04542d9a88da889", "qwen-service-a04542d9"},
    {"3", inference_service, {"very-long-service-name-that-might-exceed-kubernetes-limits", "default"}, 0,
     "\"default\"", "1080a60800d9e5bd", "very-long-service-name-that-might-ex-1080a608"},
    {"4", inference_service, {"svc", "ns"}, 0,
     "\"ns\"", "e2c6bafc4940d4c4", "svc-e2c6bafc"},
    {"5", image_model, {QWEN_IMAGE}, 0,
     "\"" QWEN_IMAGE "\"", "cdc1fb22de6bed0d", "aim-qwen-qwen3-32b-0-8-5-cdc1fb22"},
    {"6", image_model, {"ghcr.io/amd/llama-3-8b:v1.0.0"}, 0,
     "\"ghcr.io/amd/llama-3-8b:v1.0.0\"", "f15afccae817ce60", "llama-3-8b-v1-0-0-f15afcca"},
    {"7", image_model, {"ghcr.io/amd/model@sha256:abc123"}, 0,
     "\"ghcr.io/amd/model@sha256:abc123\"", "58c6ba56664ef1de", "model-abc123-58c6ba56"},
    {"8", image_model, {"registry.example.com:5000/models/mistral:latest"}, 0,
     "\"registry.example.com:5000/models/mistral:latest\"", "cc9c0d55deee8e51", "mistral-latest-cc9c0d55"},
    {"9", image_model, {"ghcr.io/amd/model"}, 0,
     "\"ghcr.io/amd/model\"", "962085c934c54cb3", "model-latest-962085c9"},
    {"10", image_model, {"ghcr.io/amd/llama:v1"}, 0,
     "\"ghcr.io/amd/llama:v1\"", "b10337283b7b775b", "llama-v1-b1033728"},
    {"11", image_model, {"nginx"}, 0,
     "\"nginx\"", "723886a6d334f0ca", "nginx-latest-723886a6"},
    {"12", image_model, {"localhost/My_Org/My.Image:V1.2_rc+1"}, 0,
     "\"localhost/My_Org/My.Image:V1.2_rc+1\"", "cd528d5b06977f6a", "my-image-v1-2-rc-1-cd528d5b"},
    {"13", image_model, {"ghcr.io/a/b:v1@sha256:0123456789abcdef"}, 0,
     "\"ghcr.io/a/b:v1@sha256:0123456789abcdef\"", "07e15994262c0cfd", "b-v1-012345-07e15994"},
    {"14", custom_model, {BASE_IMAGE, "my-org/my-model", "s3://bucket/model"}, 0,
     "\"" BASE_IMAGE "\"|\"my-org/my-model\"|\"s3://bucket/model\"", "770ab7560c44cee5", "my-org-my-model-770ab756"},
    {"15", custom_model, {BASE_IMAGE, "my-org/my-model", "s3://bucket/model", "https://minio-1.local"}, 0,
     "\"" BASE_IMAGE "\"|\"my-org/my-model\"|\"s3://bucket/model\"|\"https://minio-1.local\"", "4089a3ad8940fda6",
     "my-org-my-model-4089a3ad"},
    {"16", custom_model, {BASE_IMAGE, "Meta-Llama/Llama-3.1-70B", "hf://Meta-Llama/Llama-3.1-70B"}, 0,
     "\"" BASE_IMAGE "\"|\"Meta-Llama/Llama-3.1-70B\"|\"hf://Meta-Llama/Llama-3.1-70B\"", "f10237e283c709ba",
     "meta-llama-llama-3-1-70b-f10237e2"},
    {"17", derived_template, {"base", "MI300X"}, 0,
     "\"gpu\"|\"MI300X\"", "a61e9a91e3681691", "base-ovr-mi300x-a61e"},
    {"18", derived_template, {"base"}, 4,
     "\"count\"|4", "2da271e71b6edc18", "base-ovr-4gpu-2da2"},
    {"19", derived_template, {"base", "MI325X"}, 8,
     "\"gpu\"|\"MI325X\"|\"count\"|8", "eeeab4b49a634bca", "base-ovr-mi325x-8gpu-eeea"},
    {"20", derived_template, {"base", NULL, "fp16"}, 0,
     "\"precision\"|\"fp16\"", "fe0fb5303b82d577", "base-ovr-fp16-fe0f"},
    {"21", derived_template, {"base", NULL, NULL, "latency"}, 0,
     "\"metric\"|\"latency\"", "817c026d24a8d334", "base-ovr-latency-817c"},
    {"22", derived_template, {"my-template", "MI300X", "fp8", "throughput"}, 4,
     "\"gpu\"|\"MI300X\"|\"count\"|4|\"precision\"|\"fp8\"|\"metric\"|\"throughput\"", "b29555b809ce5819",
     "my-template-ovr-mi300x-4gpu-fp8-throughput-b295"},
    {"23", shared_cache, {TEMPLATE, "ml-team"}, 0,
     "\"ml-team\"", "a04542d9a88da889", "qwen3-32b-mi300x-fp16-latency-a04542d9"},
    {"24", dedicated_cache, {TEMPLATE, "qwen-service", SERVICE_UID}, 0,
     "\"" SERVICE_UID "\"", "16b81fda60c15b0f", "qwen3-32b-mi300x-fp16-latency-qwen-service-16b81fda"},
    {"25", shared_cache, {"llama-template", "my-namespace"}, 0,
     "\"my-namespace\"", "783d2dc18e5a1bf4", "llama-template-783d2dc1"},
    {"26, UID a", dedicated_cache, {"llama-template", "my-svc", "service-uid-a"}, 0,
     "\"service-uid-a\"", "dc5ac241068321cb", "llama-template-my-svc-dc5ac241"},
    {"26, UID b", dedicated_cache, {"llama-template", "my-svc", "service-uid-b"}, 0,
     "\"service-uid-b\"", "7ac737af37357158", "llama-template-my-svc-7ac737af"},
    {"27", artifact, {"hf://Qwen/Qwen3-32B"}, 0,
     "\"hf://Qwen/Qwen3-32B\"|null|\"\"", "c00b812b591c5200", ARTIFACT},
    {"28", artifact, {"hf://Qwen/Qwen3-32B", "HF_TOKEN", "my-token"}, 0,
     "\"hf://Qwen/Qwen3-32B\"|[{\"name\":\"HF_TOKEN\",\"value\":\"my-token\"}]|\"\"", "581144fb036e6fad",
     "hf---qwen-qwen3-32b-581144fb03"},
    {"29", artifact, {"hf://Qwen/Qwen3-32B", "HF_TOKEN", NULL, "hf-creds", "token", "fast-nvme"}, 0,
     "\"hf://Qwen/Qwen3-32B\"|[{\"name\":\"HF_TOKEN\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"hf-creds\","
     "\"key\":\"token\"}}}]|\"fast-nvme\"", "321bc104bd3da86e", "hf---qwen-qwen3-32b-321bc104bd"},
    {"30", artifact, {"hf://Qwen/Qwen3-32B", NULL, NULL, NULL, NULL, NULL, TEMPLATE "-qwen-service-0000"}, 0,
     "\"hf://Qwen/Qwen3-32B\"|null|\"\"|\"dedicated\"|\"" TEMPLATE "-qwen-service-0000\"", "dbd79b6b4f5853c4",
     "hf---qwen-qwen3-32b-dbd79b6b4f"},
    {"31", artifact, {"s3://bucket/a&b/model.v1", "AWS_ENDPOINT_URL", "https://minio.local?x=<1>&y=2"}, 0,
     "\"s3://bucket/a\\u0026b/model.v1\"|[{\"name\":\"AWS_ENDPOINT_URL\","
     "\"value\":\"https://minio.local?x=\\u003c1\\u003e\\u0026y=2\"}]|\"\"", "73eab2fc4eb02f9c",
     "s3---bucket-a-b-model-v1-73eab2fc4e"},
    {"32", artifact, {"hf://sshleifer/tiny-gpt2", "FLAG", ""}, 0,
     "\"hf://sshleifer/tiny-gpt2\"|[{\"name\":\"FLAG\"}]|\"\"", "0865668fab2dbfa0",
     "hf---sshleifer-tiny-gpt2-0865668fab"},
    {"33, claim", claim, {ARTIFACT, ARTIFACT_UID}, 0,
     "\"" ARTIFACT_UID "\"", "df098c056f4c7f72", ARTIFACT "-cache-df098c05"},
    {"33, download", download_job, {ARTIFACT, ARTIFACT_UID}, 0,
     "\"" ARTIFACT_UID "\"", "df098c056f4c7f72", ARTIFACT "-download-df098c05"},
    {"33, size check", size_job, {ARTIFACT, ARTIFACT_UID}, 0,
     "\"" ARTIFACT_UID "\"", "df098c056f4c7f72", ARTIFACT "-check-size-df098c05"},
    {"34", claim, {LONG_ARTIFACT, ARTIFACT_UID}, 0,
     "\"" ARTIFACT_UID "\"", "df098c056f4c7f72", "hf---meta-llama-llama-3-1-70b-instruct-fp8-kv-ab-cache-df098c05"},
    {"35", plain, {A20 A20, B20 B20, "x"}, 0,
     "\"x\"", "ba2df4903a2c14e8", A20 "aaaaaa-" B20 "bbbbbbb-ba2df490"},
    {"36", recommended_template, {"my-model", "llama-3-1-70b-instruct", "mi300x", "latency", "fp8"}, 2,
     "\"my-model-llama-3-1-70b-instruct-mi300x-x2-latency-fp8\"", "27aa396977090448",
     "llama-3-1-70b-instruct-2x-mi300x-lat-fp8-27aa"},
    {"37", recommended_template, {"my-model", LONG_IMAGE, "mi300x", "latency", "fp8"}, 2,
     "\"my-model-" LONG_IMAGE "-mi300x-x2-latency-fp8\"", "b5466db11456db94",
     "very-long-model-name-that-exceeds-kubern-2x-mi300x-lat-fp8-b546"},
    {"38", recommended_template, {"my-model", "test-model"}, 0,
     "\"my-model-test-model\"", "452cb398e5582093", "test-model-part-452c"},
    {"39", recommended_template, {"aim-qwen-qwen3-32b-0-8-5-x", QWEN_IMAGE, "MI300X", "latency", "fp16"}, 1,
     "\"aim-qwen-qwen3-32b-0-8-5-x-" QWEN_IMAGE "-MI300X-x1-latency-fp16\"", "775342ceef9db7c8",
     "amdenterpriseai-aim-qwen-qwen3-32b-0-8-1x-mi300x-lat-fp16-7753"},
    {"40", automatic_template, {"auto-gen-template-test"}, 0,
     "\"auto-gen-template-test\"|0", "60ba3f145222edb6", "auto-gen-template-test-custom-60ba3f14"},
    {"41", custom_template, {"test-env-propagation-model", "env-test", "fp16", "latency"}, 1,
     "\"test-env-propagation-model\"|0|\"env-test\"|\"fp16\"|\"latency\"|1|\"\"", "0f712591b0a6f8f9",
     "test-env-propagation-model-custom-env-test-fp16-0f712591"},
    {"42", source_model, {"ghcr.io", "silogen/llama-3-8b", "v1.2.0"}, 0,
     "\"ghcr.io\"|\"silogen/llama-3-8b\"|\"v1.2.0\"", "ed2f747cf53e3347", "silogen-llama-3-8b-v1-2-0-ed2f74"},
};
/* clang-format on */

/* The functions keep their pre-images to themselves, so a row ties them together by what it knows: the pre-image has
 * this digest, and the name that the function made ends with digits of the same digest. */
TEST(object_name, every_worked_name_of_the_specification_comes_out) {
    for (size_t i = 0; i < COUNT(worked_names); i++) {
        const worked_name *row = &worked_names[i];
        const char *digest = aimp_copy(&t->arena, sha256(&t->arena, row->pre_image), 16);
        test_check_text(t, __FILE__, __LINE__, row->row, digest, row->digest);
        test_check_text(t, __FILE__, __LINE__, row->row, row->make(&t->arena, row), row->name);
        if (!aimp_starts_with(digest, strrchr(row->name, '-') + 1)) FAIL("row %s: the digits are others", row->row);
    }
}

TEST(object_name, inference_service_leaves_room_for_its_predictor) {
    const char *longest = repeated(t, "", 'n', 42, "");
    const char *name = aimp_inference_service_name(&t->arena, "service", longest);
    CHECK_INTEGER(strlen(name), 10);
    CHECK(aimp_starts_with(name, "s-"));
    CHECK_TEXT(aimp_inference_service_name(&t->arena, "service", repeated(t, "", 'n', 43, "")), NULL);
    CHECK_TEXT(aimp_predictor_name(&t->arena, "svc-e2c6bafc"), "svc-e2c6bafc-predictor");
    CHECK_TEXT(aimp_predictor_hpa_name(&t->arena, "svc-e2c6bafc"), "keda-hpa-svc-e2c6bafc-predictor");
}

TEST(object_name, image_model_ignores_blanks_around_its_uri) {
    const char *problem = NULL;
    CHECK_TEXT(aimp_image_model_name(&t->arena, "  nginx\n", &problem), "nginx-latest-723886a6");
}

TEST(object_name, custom_model_without_sources_is_called_custom_model) {
    const aimp_node *custom = aimp_map_of(&t->arena, "baseImage", text_node(t, "nginx"), NULL);
    CHECK_TEXT(aimp_custom_model_name(&t->arena, custom), "custom-model-723886a6");
}

TEST(object_name, custom_model_ignores_endpoints_that_are_empty_or_not_literal) {
    aimp_arena *a = &t->arena;
    const aimp_node *source = aimp_map_of(a, "modelId", text_node(t, "my-org/my-model"), "sourceUri",
                                          text_node(t, "s3://bucket/model"), NULL);
    const aimp_node *from_secret = aimp_map_of(a, "name", text_node(t, "AWS_ENDPOINT_URL"), "valueFrom",
                                               aimp_map_of(a, "secretKeyRef", aimp_map_of(a, NULL), NULL), NULL);
    const aimp_node *const variables[] = {literal(a, "AWS_ENDPOINT_URL", ""), from_secret, literal(a, "OTHER", "x")};
    for (size_t i = 0; i < COUNT(variables); i++) {
        const aimp_node *with_env = aimp_map_with(a, source, "env", aimp_list_from(a, &variables[i], 1));
        const aimp_node *custom = aimp_map_of(a, "baseImage", text_node(t, BASE_IMAGE), "modelSources",
                                              aimp_list_of(a, with_env, NULL), NULL);
        CHECK_TEXT(aimp_custom_model_name(a, custom), "my-org-my-model-770ab756");
    }
}

TEST(object_name, template_keeps_its_name_when_no_override_can_be_named) {
    aimp_arena *a = &t->arena;
    const aimp_node *gpu = aimp_map_of(a, "minVram", text_node(t, "64G"), "requests", aimp_integer(a, 0), NULL);
    const aimp_node *hardware = aimp_map_of(a, "gpu", gpu, "cpu", aimp_map_of(a, NULL), NULL);
    CHECK_TEXT(aimp_derived_template_name(a, "Base.1", NULL), "Base.1");
    CHECK_TEXT(aimp_derived_template_name(a, "Base.1", aimp_map_of(a, NULL)), "Base.1");
    CHECK_TEXT(aimp_derived_template_name(a, "Base.1", aimp_map_of(a, "hardware", hardware, NULL)), "Base.1");
}

TEST(object_name, recommended_template_names_what_the_deployment_gives) {
    aimp_arena *a = &t->arena;
    const worked_name model_only = {.texts = {"m", "i", "MI300X"}}, count_only = {.texts = {"m", "i"}, .number = 4};
    const worked_name other_metric = {.texts = {"m", "i", NULL, "cost"}};
    const worked_name throughput = {.texts = {"m", "i", NULL, "throughput", "fp8"}};
    CHECK(aimp_starts_with(recommended_template(a, &model_only), "i-mi300x-"));
    CHECK(aimp_starts_with(recommended_template(a, &count_only), "i-x4-"));
    CHECK(aimp_starts_with(recommended_template(a, &other_metric), "i-cost-"));
    CHECK(aimp_starts_with(recommended_template(a, &throughput), "i-thr-fp8-"));
}

TEST(object_name, custom_template_hashes_empty_members_of_blocks_that_are_there) {
    aimp_arena *a = &t->arena;
    const aimp_node *empty = aimp_map_of(a, NULL);
    const aimp_node *hardware = aimp_map_of(a, "gpu", empty, NULL);
    const aimp_node *blocks = aimp_map_of(a, "profile", empty, "hardware", hardware, NULL);
    const text_pair cases[] = {
        {aimp_custom_template_name(a, "m", 1, empty), "\"m\"|1|\"\""},
        {aimp_custom_template_name(a, "m", 1, blocks), "\"m\"|1|\"\"|\"\"|\"\"|0|\"\""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CHECK_TEXT(cases[i].given, aimp_format(a, "m-custom-%.8s", sha256(a, cases[i].expected)));
    }
}

TEST(object_name, cache_volume_is_the_sanitised_artifact) {
    CHECK_TEXT(aimp_cache_volume_name(&t->arena, "My.Artifact/1-"), "my-artifact-1");
}
