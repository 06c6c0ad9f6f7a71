/* The writer of YAML, whose strings must come back as they were to every reader. */
#include <regex.h>
#include <time.h>

#include "base/context.h"
#include "doc/writer.h"
#include "reading.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* --- the writer --- */

/* Regular expressions of the types of YAML 1.1 and of the core schema of YAML 1.2, as their specifications spell them.
 */
static const char *const types[] = {
    "^(y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$",
    "^(~|null|Null|NULL|)$",
    "^[-+]?0b[0-1_]+$",
    "^[-+]?0[0-7_]+$",
    "^[-+]?(0|[1-9][0-9_]*)$",
    "^[-+]?0x[0-9a-fA-F_]+$",
    "^[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+$",
    "^[-+]?[0-9]+$",
    "^0o[0-7]+$",
    "^[-+]?([0-9][0-9_]*)?\\.[0-9.]*([eE][-+][0-9]+)?$",
    "^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\\.[0-9_]*$",
    "^[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?$",
    "^([-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN))$",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    ("^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\\.[0-9]*)?"
     "([ \t]*(Z|[-+][0-9]{1,2}(:[0-9]{2})?))?$"),
    "^(<<|=)$",
};

static void check_not_retyped(test_context *t, const regex_t *compiled, const char *string) {
    aimp_text text = aimp_text_new(&t->arena);
    aimp_write_yaml(&text, aimp_string(&t->arena, string));
    const char *written = aimp_text_string(&text);
    if (*written == '"') return;
    for (size_t i = 0; i < COUNT(types); i++) {
        if (regexec(&compiled[i], string, 0, NULL, 0) == 0)
            FAIL("%s is written plain and matches %s", string, types[i]);
    }
}

static const char *const words[] = {
    "y",
    "Yes",
    "no",
    "off",
    "ON",
    "true",
    "False",
    "null",
    "~",
    "Null",
    "<<",
    "=",
    "0",
    "-0",
    "+1",
    "0x10",
    "0xFF",
    "0o14",
    "0777",
    "0b11",
    "1_000",
    "_1",
    ".5",
    "5.",
    "1e3",
    "1.5e-3",
    "+.5",
    ".",
    "..",
    "...",
    "....",
    "... a",
    ".a",
    ".inf",
    "-.INF",
    ".nan",
    "1:30",
    "12:30:45.5",
    "-1:30",
    "2026-01-01",
    "2026-1-1 1:00:00",
    "2026-01-01T00:00:00Z",
    "-",
    "- a",
    "--",
    "---",
    "--- a",
    "-a",
    "?",
    "? a",
    ":",
    ": a",
    "a:",
    "a: b",
    "a:b",
    "http://a/b",
    "#",
    "# a",
    "a # b",
    "a#b",
    "a ",
    " a",
    "  ",
    "\ta",
    "a\t",
    "a\tb",
    "a\n",
    "\n",
    "\n\n",
    "a\nb",
    "a\n b\n",
    "\r\n",
    "'",
    "''",
    "it's",
    "\"",
    "\"a\"",
    "\\",
    "\\n",
    "[",
    "]",
    "[a]",
    "{",
    "}",
    "{a}",
    "{a: b}",
    ",",
    "a,b",
    "a, b",
    "&a",
    "*a",
    "!a",
    "!!str",
    "|",
    "|-",
    ">",
    ">+",
    "%",
    "%YAML 1.1",
    "@a",
    "`a`",
    "a]",
    "a}",
    "a[b",
    "a{b",
    "=a",
    "<a",
    "(",
    "$(A)",
    "${a}",
    "",
    "a: ",
    "a :b",
    "x:",
    "0.8.5",
    "1.2.3.4",
    "5Gi",
    "500m",
    "1e",
    "e1",
    "0x",
    "+",
    "+a",
    "12e03",
    "1,2",
    "NaN",
    "inf",
    "nil",
    "0 ",
    "a  b",
    "\x01",
    "\x1b[0m",
    "\x7f",
    "\xc2\x80",
    "\xc2\x85",
    "a\xc2\x85"
    "b",
    "\xc2\x9f",
    "\xc2\xa0",
    "\xe2\x80\xa8",
    "a\xe2\x80\xa9"
    "b",
    "\xef\xbb\xbf",
    "\xef\xbb\xbf"
    "a",
    "\xef\xbf\xbe",
    "\xef\xbf\xbf",
    "\xef\xbf\xbd",
    "\xf0\x9f\x98\x80",
    "\xf4\x8f\xbf\xbf",
    "\xc3\xa9t\xc3\xa9",
    "e\xcc\x81",
    "0123456789abcdef",
    "1234567e89",
    "deadbeef",
    "true\n",
    "null ",
    "key: |",
    "- - a",
    "a: - b",
    "\"a\": b",
    "'a' b",
    "a 'b'",
    "a \"b\"",
    "1 # 2",
    "@",
    "a@b",
    "amd.com/gpu",
    "*",
    "a*",
    "&",
};

TEST(yaml_writer, no_string_is_written_so_that_somebody_retypes_it) {
    regex_t compiled[COUNT(types)];
    uint64_t state = test_seed(t);
    static const char alphabet[] = "0123456789+-._:eExobTZ aAfFinN~<=yY";
    for (size_t i = 0; i < COUNT(types); i++)
        CHECK_INTEGER(regcomp(&compiled[i], types[i], REG_EXTENDED | REG_NOSUB), 0);
    for (size_t i = 0; i < COUNT(words); i++)
        check_not_retyped(t, compiled, words[i]);
    for (int i = 0; i < 5000 && t->failures < 10; i++) {
        char string[8];
        size_t size = test_random(&state) % sizeof string;
        for (size_t k = 0; k < size; k++)
            string[k] = alphabet[test_random(&state) % (sizeof alphabet - 1)];
        string[size] = '\0';
        check_not_retyped(t, compiled, string);
    }
    for (size_t i = 0; i < COUNT(types); i++)
        regfree(&compiled[i]);
}

/* A string in every place that a string can have in a document. */
static const aimp_node *everywhere(aimp_arena *arena, const char *string) {
    const aimp_node *value = aimp_string(arena, string), *number = aimp_integer(arena, 1);
    const aimp_node *list =
        aimp_list_of(arena, value, aimp_map_of(arena, string, value, NULL), aimp_list_of(arena, value, NULL),
                     aimp_list_of(arena, aimp_map_of(arena, string, number, "z", value, NULL), NULL), NULL);
    return aimp_map_of(arena, "v", value, "l", list, "m", aimp_map_of(arena, string, list, NULL), string, value, NULL);
}

static bool comes_back(test_context *t, const char *string) {
    aimp_text yaml = aimp_text_new(&t->arena), json = aimp_text_new(&t->arena);
    const aimp_node *document = everywhere(&t->arena, string);
    aimp_write_yaml(&yaml, document);
    aimp_write_json(&json, document);
    aimp_text_add_char(&json, '\n');
    reading r = read_bytes(t, aimp_text_string(&yaml), yaml.size);
    aimp_text shown = aimp_text_new(&t->arena);
    aimp_write_json_string(&shown, string, strlen(string));
    if (r.problem_count)
        FAIL("%s is refused: %s\n%s", aimp_text_string(&shown), r.problems[0].message, aimp_text_string(&yaml));
    else if (strcmp(aimp_text_string(&r.documents), aimp_text_string(&json)) != 0)
        FAIL("%s comes back as\n%s%s", aimp_text_string(&shown), aimp_text_string(&r.documents),
             aimp_text_string(&yaml));
    else
        return true;
    return false;
}

TEST(yaml_writer, special_words_come_back_as_they_were) {
    for (size_t i = 0; i < COUNT(words); i++)
        comes_back(t, words[i]);
}

TEST(yaml_writer, any_string_comes_back_as_it_was) {
    uint64_t state = test_seed(t);
    for (int i = 0; i < 1500 && t->failures < 5; i++) {
        aimp_text string = aimp_text_new(&t->arena);
        for (size_t parts = test_random(&state) % 6; parts; parts--) {
            char bytes[4];
            uint32_t code_point = 0;
            switch (test_random(&state) % 4) {
            case 0: aimp_text_add_string(&string, words[test_random(&state) % COUNT(words)]); continue;
            case 1: code_point = 1 + (uint32_t)(test_random(&state) % 0x7f); break;
            case 2: code_point = 1 + (uint32_t)(test_random(&state) % 0x2fff); break;
            default: code_point = 1 + (uint32_t)(test_random(&state) % 0x10ffff);
            }
            if (code_point >= 0xd800 && code_point <= 0xdfff) code_point = '#';
            aimp_text_add(&string, bytes, aimp_utf8_encode(code_point, bytes));
        }
        comes_back(t, aimp_text_string(&string));
    }
}

TEST(yaml_writer, long_strings_and_long_keys_come_back_as_they_were) {
    aimp_text text = aimp_text_new(&t->arena);
    for (int i = 0; i < 150; i++)
        aimp_text_add_string(&text, "words and ");
    comes_back(t, aimp_text_string(&text));
}

static void check_layout(test_context *t, const char *json, const char *yaml) {
    const aimp_node *node = aimp_read_small_json(&t->arena, json, strlen(json));
    aimp_text text = aimp_text_new(&t->arena);
    aimp_write_yaml(&text, node);
    CHECK_TEXT(aimp_text_string(&text), yaml);
}

TEST(yaml_writer, manifest_has_the_usual_layout) {
    check_layout(
        t,
        "{\"spec\":{\"predictor\":{\"containers\":[{\"name\":\"kserve-container\",\"env\":[{\"name\":\"A\",\"value\":"
        "\"1\"},"
        "{\"name\":\"B\",\"value\":\"\"}],\"args\":[\"--x\",\"y\"]}],\"minReplicas\":1}},"
        "\"metadata\":{\"name\":\"qwen\",\"labels\":{\"a/b\":\"true\",\"c\":\"d\"}},\"kind\":\"InferenceService\"}",
        "kind: InferenceService\n"
        "metadata:\n"
        "  labels:\n"
        "    a/b: \"true\"\n"
        "    c: d\n"
        "  name: qwen\n"
        "spec:\n"
        "  predictor:\n"
        "    containers:\n"
        "    - args:\n"
        "      - \"--x\"\n"
        "      - \"y\"\n"
        "      env:\n"
        "      - name: A\n"
        "        value: \"1\"\n"
        "      - name: B\n"
        "        value: \"\"\n"
        "      name: kserve-container\n"
        "    minReplicas: 1\n");
}

TEST(yaml_writer, empty_containers_and_scalars_stay_on_their_line) {
    check_layout(
        t, "{\"a\":{},\"b\":[],\"c\":null,\"d\":true,\"e\":1.50,\"f\":[{},[],null,[[1],[]],{\"g\":[{\"h\":{}}]}]}",
        "a: {}\n"
        "b: []\n"
        "c: null\n"
        "d: true\n"
        "e: 1.50\n"
        "f:\n"
        "- {}\n"
        "- []\n"
        "- null\n"
        "- - - 1\n"
        "  - []\n"
        "- g:\n"
        "  - h: {}\n");
}

TEST(yaml_writer, strings_of_several_lines_are_one_quoted_line) {
    check_layout(t, "{\"a\":\"x\\ny\\n\",\"b\":\"http://h:80/p?q=1#f\",\"c\":\"a: b\"}",
                 "a: \"x\\ny\\n\"\nb: http://h:80/p?q=1#f\nc: \"a: b\"\n");
}

TEST(yaml_writer, root_may_be_a_scalar_or_empty) {
    check_layout(t, "\"yes\"", "\"yes\"\n");
    check_layout(t, "\"text\"", "text\n");
    check_layout(t, "{}", "{}\n");
    check_layout(t, "[]", "[]\n");
    check_layout(t, "[1,\"a\"]", "- 1\n- a\n");
}
