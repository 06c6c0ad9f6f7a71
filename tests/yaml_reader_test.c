/* The reader of YAML documents (types, anchors, merge keys, streams, limits). */
#include "reading.h"

#include <regex.h>
#include <time.h>

#include "base/context.h"
#include "doc/writer.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define BYTES(literal) (literal), sizeof(literal) - 1

typedef struct text_pair {
    const char *given, *expected;
} text_pair;

static void check_documents(test_context *t, const text_pair *pairs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *expected = aimp_format(&t->arena, "%s\n", pairs[i].expected);
        test_check_text(t, __FILE__, __LINE__, pairs[i].given, documents_of(t, pairs[i].given), expected);
    }
}

/* Pairs of a text and part of the message that refuses it. */
static void check_refused(test_context *t, const text_pair *pairs, size_t count, aim_code code) {
    for (size_t i = 0; i < count; i++) {
        reading r = read_text(t, pairs[i].given);
        if (r.problem_count == 0)
            FAIL("%s\nis accepted", pairs[i].given);
        else if (r.problems[0].code != code)
            FAIL("%s\nthe code is %s", pairs[i].given, aim_code_name(r.problems[0].code));
        else if (!strstr(r.problems[0].message, pairs[i].expected))
            FAIL("%s\nthe message is %s", pairs[i].given, r.problems[0].message);
    }
}

/* --- types of scalars --- */

static void check_scalars(test_context *t, const text_pair *pairs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *text = aimp_format(&t->arena, "a: %s\n", pairs[i].given);
        const char *expected = aimp_format(&t->arena, "{\"a\":%s}\n", pairs[i].expected);
        test_check_text(t, __FILE__, __LINE__, pairs[i].given, documents_of(t, text), expected);
    }
}

TEST(yaml_reader, words_of_yaml_1_1_are_booleans_and_null) {
    static const text_pair pairs[] = {
        {"y", "true"},    {"Y", "true"},      {"yes", "true"},       {"Yes", "true"},    {"YES", "true"},
        {"true", "true"}, {"True", "true"},   {"TRUE", "true"},      {"on", "true"},     {"On", "true"},
        {"ON", "true"},   {"n", "false"},     {"N", "false"},        {"no", "false"},    {"No", "false"},
        {"NO", "false"},  {"false", "false"}, {"False", "false"},    {"FALSE", "false"}, {"off", "false"},
        {"Off", "false"}, {"OFF", "false"},   {"~", "null"},         {"null", "null"},   {"Null", "null"},
        {"NULL", "null"}, {"", "null"},       {"# nothing", "null"},
    };
    check_scalars(t, pairs, COUNT(pairs));
}

TEST(yaml_reader, words_in_other_cases_are_strings) {
    static const text_pair pairs[] = {
        {"yES", "\"yES\""}, {"tRUE", "\"tRUE\""}, {"oN", "\"oN\""},   {"nULL", "\"nULL\""}, {"ye", "\"ye\""},
        {"nil", "\"nil\""}, {"none", "\"none\""}, {"NaN", "\"NaN\""}, {"inf", "\"inf\""},   {"yes no", "\"yes no\""},
    };
    check_scalars(t, pairs, COUNT(pairs));
}

TEST(yaml_reader, integers_may_have_a_base_a_sign_and_underscores) {
    static const text_pair pairs[] = {
        {"0", "0"},
        {"-1", "-1"},
        {"+5", "5"},
        {"0x10", "16"},
        {"0X1f", "31"},
        {"-0x10", "-16"},
        {"+0x10", "16"},
        {"0o14", "12"},
        {"0777", "511"},
        {"-0777", "-511"},
        {"0b101", "5"},
        {"-0b11", "-3"},
        {"1_000", "1000"},
        {"0x_ff", "255"},
        {"0xFFFFFFFFFFFFFFFF", "18446744073709551615"},
        {"9223372036854775807", "9223372036854775807"},
        {"123456789012345678901234567890", "123456789012345678901234567890"},
    };
    check_scalars(t, pairs, COUNT(pairs));
}

TEST(yaml_reader, floats_come_out_as_json_numbers) {
    static const text_pair pairs[] = {
        {".5", "0.5"},         {"+.5", "0.5"},   {"-.5", "-0.5"},    {"5.", "5"},     {"1.50", "1.50"},
        {"1e3", "1e3"},        {"1E+3", "1E+3"}, {"5.e3", "5e3"},    {"08", "8"},     {"09.5", "9.5"},
        {"1_000.5", "1000.5"}, {"+1.5", "1.5"},  {"-1e-3", "-1e-3"}, {"00.5", "0.5"},
    };
    check_scalars(t, pairs, COUNT(pairs));
}

TEST(yaml_reader, what_only_looks_like_a_number_is_a_string) {
    static const text_pair pairs[] = {
        {"0x", "\"0x\""},
        {"0b2", "\"0b2\""},
        {"0o8", "\"0o8\""},
        {"1e", "\"1e\""},
        {"1.2.3", "\"1.2.3\""},
        {".", "\".\""},
        {"+", "\"+\""},
        {"1:30", "\"1:30\""},
        {"12:30:45", "\"12:30:45\""},
        {"0xg", "\"0xg\""},
        {"1,000", "\"1,000\""},
        {"5Gi", "\"5Gi\""},
        {"500m", "\"500m\""},
        {"_1", "\"_1\""},
        {"e3", "\"e3\""},
        {"1 2", "\"1 2\""},
        {"+-1", "\"+-1\""},
        {"--1", "\"--1\""},
        {"0x10000000000000000", "\"0x10000000000000000\""},
        {"v1", "\"v1\""},
        {"0.8.5", "\"0.8.5\""},
        {"127.0.0.1", "\"127.0.0.1\""},
    };
    check_scalars(t, pairs, COUNT(pairs));
}

TEST(yaml_reader, timestamps_stay_strings) {
    static const text_pair pairs[] = {
        {"2026-01-01", "\"2026-01-01\""},
        {"2026-01-01T10:00:00Z", "\"2026-01-01T10:00:00Z\""},
        {"2026-01-01 10:00:00.5 +01:00", "\"2026-01-01 10:00:00.5 +01:00\""},
        {"!!timestamp 2026-01-01", "\"2026-01-01\""},
    };
    check_scalars(t, pairs, COUNT(pairs));
}

TEST(yaml_reader, quoted_and_block_scalars_stay_strings) {
    static const text_pair pairs[] = {
        {"\"5\"", "\"5\""},
        {"'5'", "\"5\""},
        {"\"true\"", "\"true\""},
        {"'null'", "\"null\""},
        {"''", "\"\""},
        {"\"\"", "\"\""},
        {"'~'", "\"~\""},
        {"\".inf\"", "\".inf\""},
        {"'<<'", "\"<<\""},
        {"'it''s'", "\"it's\""},
        {"|-\n  5", "\"5\""},
        {">-\n  yes", "\"yes\""},
        {"|\n  a\n  b", "\"a\\nb\\n\""},
        {">\n  a\n  b", "\"a b\\n\""},
        {"\"a\\tb\\x41\\u00e9\\e\"", "\"a\\tbA\xc3\xa9\\u001b\""},
    };
    check_scalars(t, pairs, COUNT(pairs));
}

TEST(yaml_reader, tags_decide_the_type) {
    static const text_pair pairs[] = {
        {"!!str 5", "\"5\""},   {"!!str yes", "\"yes\""},   {"!!str", "\"\""},
        {"! 5", "\"5\""},       {"!!int \"5\"", "5"},       {"!!int 0x10", "16"},
        {"!!float 1.5", "1.5"}, {"!!bool \"yes\"", "true"}, {"!!null \"\"", "null"},
        {"!!map {}", "{}"},     {"!!seq []", "[]"},         {"!<tag:yaml.org,2002:str> 5", "\"5\""},
    };
    check_scalars(t, pairs, COUNT(pairs));
}

TEST(yaml_reader, values_without_a_meaning_in_json_are_refused) {
    static const text_pair pairs[] = {
        {"a: .inf", "JSON has no NaN and no infinity"},
        {"a: -.INF", "JSON has no NaN and no infinity"},
        {"a: +.Inf", "JSON has no NaN and no infinity"},
        {"a: .nan", "JSON has no NaN and no infinity"},
        {"a: .NaN", "JSON has no NaN and no infinity"},
        {"a: !!int x", "the value does not fit its tag"},
        {"a: !!bool 5", "the value does not fit its tag"},
        {"a: !!null 5", "the value does not fit its tag"},
        {"a: !thing 5", "the tag !thing is not supported"},
        {"a: !!binary aGk=", "is not supported"},
        {"a: !!set {}", "is not supported"},
        {"a: !!omap []", "is not supported"},
        {"a: !thing {}", "is not supported"},
        {"a: !!map []", "is not supported"},
    };
    check_refused(t, pairs, COUNT(pairs), AIM_E_SYNTAX);
}

TEST(yaml_reader, keys_become_strings) {
    static const text_pair pairs[] = {
        {"1: a", "{\"1\":\"a\"}"},      {"0x10: a", "{\"16\":\"a\"}"},
        {"yes: a", "{\"true\":\"a\"}"}, {"off: a", "{\"false\":\"a\"}"},
        {"1.5: a", "{\"1.5\":\"a\"}"},  {"\"yes\": a", "{\"yes\":\"a\"}"},
        {"'1': a", "{\"1\":\"a\"}"},    {"'null': a", "{\"null\":\"a\"}"},
        {"\"\": a", "{\"\":\"a\"}"},    {"2026-01-01: a", "{\"2026-01-01\":\"a\"}"},
        {"? a\n: b", "{\"a\":\"b\"}"},  {"a b: c", "{\"a b\":\"c\"}"},
    };
    check_documents(t, pairs, COUNT(pairs));
}

TEST(yaml_reader, keys_that_are_no_text_are_refused) {
    static const text_pair pairs[] = {
        {"null: a", "a key may not be null"},
        {"~: a", "a key may not be null"},
        {"? [a]\n: b", "a key must be a plain value"},
        {"? {a: b}\n: c", "a key must be a plain value"},
        {"a: &x b\n*x : c", "a key must be a plain value"},
        {".inf: a", "JSON has no NaN"},
        {"!thing a: b", "is not supported"},
        {"\"a\\0b\": c", "NUL"},
    };
    check_refused(t, pairs, COUNT(pairs), AIM_E_SYNTAX);
}

TEST(yaml_reader, nul_and_control_characters_are_refused) {
    static const struct {
        const char *text;
        size_t size;
    } cases[] = {{BYTES("a: x\0y")},   {BYTES("a: \"x\0y\"")}, {BYTES("a: \"x\\0y\"")}, {BYTES("a: \"x\\x00y\"")},
                 {BYTES("a: x\x01y")}, {BYTES("a: \x1b[0m")},  {BYTES("a: x\x7fy")},    {BYTES("a: b\n\0")}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        reading r = read_bytes(t, cases[i].text, cases[i].size);
        if (r.problem_count != 1 || r.problems[0].code != AIM_E_SYNTAX) FAIL("case %zu is accepted", i);
    }
}

TEST(yaml_reader, invalid_utf8_is_refused) {
    static const text_pair pairs[] = {
        {"a: \x80", ""}, {"a: \xc3(", ""},    {"a: \xc0\xaf", ""}, {"a: \xed\xa0\x80", ""}, {"a: \xf4\x90\x80\x80", ""},
        {"# \xff", ""},  {"a: \xe2\x82", ""},
    };
    check_refused(t, pairs, COUNT(pairs), AIM_E_SYNTAX);
}

/* --- anchors and merge keys --- */

TEST(yaml_reader, aliases_are_copies) {
    static const text_pair pairs[] = {
        {"a: &x 1\nb: *x", "{\"a\":1,\"b\":1}"},
        {"a: &x text\nb: [*x, *x]", "{\"a\":\"text\",\"b\":[\"text\",\"text\"]}"},
        {"a: &x {b: [1]}\nc: *x", "{\"a\":{\"b\":[1]},\"c\":{\"b\":[1]}}"},
        {"a: &x [&y 1]\nc: *x\nd: *y", "{\"a\":[1],\"c\":[1],\"d\":1}"},
        {"a: &x 1\nb: &x 2\nc: *x", "{\"a\":1,\"b\":2,\"c\":2}"},
        {"a: &x\nb: *x", "{\"a\":null,\"b\":null}"},
        {"a: &x yes\nb: *x", "{\"a\":true,\"b\":true}"},
    };
    check_documents(t, pairs, COUNT(pairs));
}

TEST(yaml_reader, alias_without_anchor_is_refused) {
    static const text_pair pairs[] = {
        {"a: *x", "the alias *x has no anchor before it"},
        {"a: *x\nb: &x 1", "the alias *x has no anchor before it"},
        {"*x", "the alias *x has no anchor before it"},
        {"<<: *x", "the alias *x has no anchor before it"},
    };
    check_refused(t, pairs, COUNT(pairs), AIM_E_SYNTAX);
}

TEST(yaml_reader, anchor_inside_itself_is_refused) {
    static const text_pair pairs[] = {
        {"a: &x [*x]", "the alias *x has no anchor before it"},
        {"a: &x {b: *x}", "the alias *x has no anchor before it"},
        {"&x\na: *x", "the alias *x has no anchor before it"},
    };
    check_refused(t, pairs, COUNT(pairs), AIM_E_SYNTAX);
}

TEST(yaml_reader, anchors_end_with_their_document) {
    reading r = read_text(t, "a: &x 1\n---\nb: *x\n");
    CHECK_INTEGER(r.problem_count, 1);
    CHECK_INTEGER(r.problems[0].line, 3);
    CHECK_TEXT(aimp_text_string(&r.documents), "{\"a\":1}\n");
}

TEST(yaml_reader, aliases_reach_from_item_to_item) {
    CHECK_TEXT(documents_of(t, "kind: List\nitems:\n- a: &x {b: [1, 2]}\n- c: *x\n- *x\n"),
               "{\"items\":[{\"a\":{\"b\":[1,2]}},{\"c\":{\"b\":[1,2]}},{\"b\":[1,2]}],\"kind\":\"List\"}\n");
}

TEST(yaml_reader, anchor_inside_a_skipped_field_can_be_used_behind_it) {
    CHECK_TEXT(documents_of(t, "metadata:\n  managedFields: [&x {b: [one, two]}]\nspec: {a: c, d: *x}\n"),
               "{\"metadata\":{},\"spec\":{\"a\":\"c\",\"d\":{\"b\":[\"one\",\"two\"]}}}\n");
}

TEST(yaml_reader, anchor_of_a_skipped_field_can_be_used_behind_it) {
    CHECK_TEXT(documents_of(t, "metadata:\n  managedFields: &x [one, two]\nspec: {a: c, d: *x}\n"),
               "{\"metadata\":{},\"spec\":{\"a\":\"c\",\"d\":[\"one\",\"two\"]}}\n");
}

TEST(yaml_reader, anchor_of_the_items_stands_for_all_of_them) {
    reading r = read_text(t, "kind: List\nitems: &x [{a: 1}]\nspec: *x\n");
    if (!r.problem_count) /* refusing it is as good */
        CHECK_TEXT(aimp_text_string(&r.documents), "{\"items\":[{\"a\":1}],\"kind\":\"List\",\"spec\":[{\"a\":1}]}\n");
}

TEST(yaml_reader, merged_members_give_way_to_written_ones) {
    static const text_pair pairs[] = {
        {"a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}", "{\"a\":{\"b\":1,\"c\":2},\"d\":{\"b\":1,\"c\":3}}"},
        {"a: &x {b: 1, c: 2}\nd: {c: 3, <<: *x}", "{\"a\":{\"b\":1,\"c\":2},\"d\":{\"b\":1,\"c\":3}}"},
        {"a: &x {b: 1}\nd: {<<: *x}", "{\"a\":{\"b\":1},\"d\":{\"b\":1}}"},
        {"a: &x {}\nd: {<<: *x, e: 1}", "{\"a\":{},\"d\":{\"e\":1}}"},
        {"a: &x {b: 1}\nc: &y {<<: *x, d: 2}\ne: {<<: *y}",
         "{\"a\":{\"b\":1},\"c\":{\"b\":1,\"d\":2},\"e\":{\"b\":1,\"d\":2}}"},
        {"a: &x {b: 1}\nd: {\"<<\": 2}", "{\"a\":{\"b\":1},\"d\":{\"<<\":2}}"},
    };
    check_documents(t, pairs, COUNT(pairs));
}

TEST(yaml_reader, first_of_several_merged_maps_wins) {
    static const text_pair pairs[] = {
        {"a: [&x {b: 1, c: 1}, &y {b: 2, d: 2}]\ne: {<<: [*x, *y]}",
         "{\"a\":[{\"b\":1,\"c\":1},{\"b\":2,\"d\":2}],\"e\":{\"b\":1,\"c\":1,\"d\":2}}"},
        {"a: [&x {b: 1, c: 1}, &y {b: 2, d: 2}]\ne: {<<: [*y, *x], d: 3}",
         "{\"a\":[{\"b\":1,\"c\":1},{\"b\":2,\"d\":2}],\"e\":{\"b\":2,\"c\":1,\"d\":3}}"},
        {"a: &l [{b: 1}, {b: 2, c: 2}]\ne: {<<: *l}", "{\"a\":[{\"b\":1},{\"b\":2,\"c\":2}],\"e\":{\"b\":1,\"c\":2}}"},
        {"a: &x {b: 1}\ne: {<<: [], f: 1}", "{\"a\":{\"b\":1},\"e\":{\"f\":1}}"},
    };
    check_documents(t, pairs, COUNT(pairs));
}

TEST(yaml_reader, merging_what_is_no_map_is_refused) {
    static const text_pair pairs[] = {
        {"a: &x 1\nb: {<<: *x}", "\"<<\" needs a map"},   {"a: &x [1]\nb: {<<: *x}", "\"<<\" needs a map"},
        {"b: {<<: text}", "\"<<\" needs a map"},          {"b: {<<: }", "\"<<\" needs a map"},
        {"a: &x 1\nb: {<<: [*x]}", "\"<<\" needs a map"}, {"b: {<<: [1]}", "\"<<\" needs a map"},
    };
    check_refused(t, pairs, COUNT(pairs), AIM_E_SYNTAX);
}

TEST(yaml_reader, written_duplicates_are_refused_beside_merged_ones) {
    static const text_pair pairs[] = {
        {"a: &x {b: 1}\nc: {<<: *x, b: 2, b: 3}", "the key \"b\" occurs twice (first on line 2)"}};
    check_refused(t, pairs, COUNT(pairs), AIM_E_DUPLICATE);
}

static const char *laughs(test_context *t, unsigned levels) {
    aimp_text text = aimp_text_new(&t->arena);
    aimp_text_add_string(&text, "l0: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for (unsigned i = 1; i <= levels; i++) {
        aimp_text_add_format(&text, "l%u: &l%u [", i, i);
        for (int k = 0; k < 9; k++)
            aimp_text_add_format(&text, "%s*l%u", k ? ", " : "", i - 1);
        aimp_text_add_string(&text, "]\n");
    }
    return aimp_text_string(&text);
}

TEST(yaml_reader, billion_laughs_meet_the_limit_at_once) {
    clock_t start = clock();
    reading r = read_text(t, laughs(t, 30));
    CHECK_INTEGER(r.problem_count, 1);
    CHECK_INTEGER(r.problems[0].code, AIM_E_LIMIT);
    CHECK((clock() - start) / CLOCKS_PER_SEC < 1);
}

TEST(yaml_reader, aliases_may_make_an_object_ten_times_as_large) {
    aimp_text text = aimp_text_new(&t->arena);
    aimp_text_add_string(&text, "a: &x [0");
    for (int i = 1; i < 1000; i++)
        aimp_text_add_format(&text, ", %d", i);
    aimp_text_add_string(&text, "]\nb: [");
    for (int i = 0; i < 9; i++)
        aimp_text_add_string(&text, "*x, ");
    const char *nine = aimp_format(&t->arena, "%s]\n", aimp_text_string(&text));
    const char *twelve = aimp_format(&t->arena, "%s *x, *x, *x]\n", aimp_text_string(&text));
    CHECK_INTEGER(read_text(t, nine).problem_count, 0);
    reading r = read_text(t, twelve);
    CHECK_INTEGER(r.problem_count, 1);
    CHECK_TEXT(r.problems[0].message, "aliases make the object more than 10 times as large");
}

TEST(yaml_reader, merge_bombs_meet_the_limit_at_once) {
    aimp_text text = aimp_text_new(&t->arena);
    aimp_text_add_string(&text, "m0: &m0 {a0: 1, b0: 1}\n");
    for (unsigned i = 1; i < 40; i++)
        aimp_text_add_format(&text, "m%u: &m%u {a: {<<: *m%u}, b: {<<: *m%u}}\n", i, i, i - 1, i - 1);
    clock_t start = clock();
    reading r = read_text(t, aimp_text_string(&text));
    CHECK_INTEGER(r.problems[0].code, AIM_E_LIMIT);
    CHECK((clock() - start) / CLOCKS_PER_SEC < 1);
}

/* Both costs grow with the size of the text, not with its square. */
TEST(yaml_reader, large_merged_map_is_read_in_time) {
    aimp_text text = aimp_text_new(&t->arena);
    aimp_text_add_string(&text, "a: &x\n");
    for (int i = 0; i < 20000; i++)
        aimp_text_add_format(&text, "  k%d: 1\n", i);
    aimp_text_add_string(&text, "b: {<<: *x, z: 1}\n");
    clock_t start = clock();
    CHECK_INTEGER(read_text(t, aimp_text_string(&text)).problem_count, 0);
    CHECK((clock() - start) / CLOCKS_PER_SEC < 2);
}

TEST(yaml_reader, many_anchors_are_found_in_time) {
    aimp_text text = aimp_text_new(&t->arena);
    for (int i = 0; i < 15000; i++)
        aimp_text_add_format(&text, "k%d: &x%d 1\n", i, i);
    for (int i = 0; i < 15000; i++)
        aimp_text_add_format(&text, "l%d: *x%d\n", i, i % 10);
    clock_t start = clock();
    CHECK_INTEGER(read_text(t, aimp_text_string(&text)).problem_count, 0);
    CHECK((clock() - start) / CLOCKS_PER_SEC < 2);
}

TEST(yaml_reader, copied_values_count_towards_the_values_of_an_object) {
    reading r = new_reading(t);
    r.limits.object_values = 10;
    const char *text = "a: &x [1, 2, 3]\nb: *x\nc: *x\n";
    read_into(&r, text, strlen(text));
    CHECK_INTEGER(r.problems[0].code, AIM_E_LIMIT);
    CHECK_INTEGER(r.problems[0].line, 3);
}

TEST(yaml_reader, copied_depth_counts_towards_the_depth_of_an_object) {
    reading r = new_reading(t);
    r.limits.depth = 4;
    const char *fits = "a: &x [[1]]\nb: [*x]\n", *deeper = "a: &x [[1]]\nb: [[*x]]\n";
    read_into(&r, fits, strlen(fits));
    CHECK_INTEGER(r.problem_count, 0);
    read_into(&r, deeper, strlen(deeper));
    CHECK_INTEGER(r.problems[0].code, AIM_E_LIMIT);
}

/* --- structure --- */

TEST(yaml_reader, broken_structure_is_refused) {
    static const text_pair pairs[] = {
        {"a: b: c", "mapping values are not allowed"},
        {"a:\n\t- b", ""}, /* a tab as indentation */
        {"a:\n\tb: c", ""},
        {"a: [1, 2", ""},
        {"a: \"x", ""},
        {"a: 'x", ""},
        {"a: {b: 1", ""},
        {"a: @x", ""},
        {"a: `x", ""},
        {"a: %x", ""},
        {"a: b\n c: d\n", ""},
        {"a: \"\\q\"", "unknown escape"},
        {"a: \"\\ud800\"", ""},
        {"a: ]", ""},
    };
    check_refused(t, pairs, COUNT(pairs), AIM_E_SYNTAX);
}

TEST(yaml_reader, documents_must_be_maps) {
    static const text_pair pairs[] = {
        {"[1]", "this one is a list"},         {"- a", "this one is a list"},
        {"text", "this one is a plain value"}, {"5", "this one is a plain value"},
        {"\"\"", "this one is a plain value"}, {"a: 1\n---\n- b", "this one is a list"},
    };
    check_refused(t, pairs, COUNT(pairs), AIM_E_DOCUMENT);
}

TEST(yaml_reader, duplicate_key_names_both_places) {
    reading r = read_text(t, "b: 1\nx:\n  a: 1\n  b: 2\n  \"a\": 3\n");
    CHECK_INTEGER(r.problem_count, 1);
    CHECK_INTEGER(r.problems[0].code, AIM_E_DUPLICATE);
    CHECK_INTEGER(r.problems[0].line, 5);
    CHECK_INTEGER(r.problems[0].column, 3);
    CHECK_TEXT(r.problems[0].pointer, "/x");
    CHECK_TEXT(r.problems[0].message, "the key \"a\" occurs twice (first on line 3)");
}

TEST(yaml_reader, keys_are_compared_as_the_strings_they_become) {
    static const text_pair pairs[] = {{"1: a\n\"1\": b", ""}, {"yes: a\ntrue: b", ""}, {"16: a\n0x10: b", ""}};
    check_refused(t, pairs, COUNT(pairs), AIM_E_DUPLICATE);
}

TEST(yaml_reader, items_may_not_occur_twice) {
    static const text_pair pairs[] = {
        {"kind: List\nitems: [{a: 1}]\nitems: [{b: 1}]\n", "the key \"items\" occurs twice"}};
    check_refused(t, pairs, COUNT(pairs), AIM_E_DUPLICATE);
}

TEST(yaml_reader, depth_is_limited) {
    aimp_text text = aimp_text_new(&t->arena);
    aimp_text_add_string(&text, "a: ");
    aimp_text_add_repeated(&text, '[', 63);
    aimp_text_add_repeated(&text, ']', 63);
    CHECK_INTEGER(read_text(t, aimp_text_string(&text)).problem_count, 0);
    reading r = read_text(t, aimp_format(&t->arena, "b: [%s]", aimp_text_string(&text) + 3));
    CHECK_INTEGER(r.problems[0].code, AIM_E_LIMIT);
}

TEST(yaml_reader, hundred_thousand_brackets_are_refused_at_once) {
    aimp_text text = aimp_text_new(&t->arena);
    aimp_text_add_string(&text, "a: ");
    aimp_text_add_repeated(&text, '[', 100000);
    clock_t start = clock();
    CHECK_INTEGER(read_text(t, aimp_text_string(&text)).problem_count, 1);
    CHECK((clock() - start) / CLOCKS_PER_SEC < 2);
}

TEST(yaml_reader, bytes_and_values_of_one_object_are_limited) {
    reading r = new_reading(t);
    r.limits.object_values = 4;
    const char *text = "a: [1, 2]\n---\na: [1, 2]\n---\na: [1, 2, 3]\n";
    read_into(&r, text, strlen(text));
    CHECK_INTEGER(r.problem_count, 1);
    CHECK_INTEGER(r.problems[0].line, 5);
    reading bytes = new_reading(t);
    bytes.limits.object_bytes = 40;
    const char *longer = "a: 0123456789\n---\na: 01234567890123456789012345678901234567890123456789\nb: 1\n";
    read_into(&bytes, longer, strlen(longer));
    CHECK_INTEGER(bytes.problem_count, 1);
    CHECK_INTEGER(bytes.problems[0].code, AIM_E_LIMIT);
}

/* --- places --- */

TEST(yaml_reader, places_are_line_column_and_pointer) {
    static const struct {
        const char *text;
        uint64_t line, column;
        const char *pointer;
    } cases[] = {
        {"a: .inf", 1, 4, "/a"},
        {"a:\n  b:\n  - 1\n  - c: .inf\n", 4, 8, "/a/b/1/c"},
        {"\n\n---\n# x\na: .inf\n", 5, 4, "/a"},
        {"a: 1\n---\nb: 2\n---\nc: .inf\n", 5, 4, "/c"},
        {"~~: 1\na/b: {c~d: .inf}\n", 2, 12, "/a~1b/c~0d"},
        {"\xc3\xa9: [\"\xe2\x82\xac\xf0\x9f\x98\x80\", .inf]\n", 1, 11, "/\xc3\xa9/1"}, /* code points, not bytes */
        {"a: 1\r\nb:\r\n  c: .inf\r\n", 3, 6, "/b/c"},
        {"kind: List\nitems:\n- a: 1\n- b: [.inf]\n", 4, 7, "/items/1/b/0"},
        {"\xef\xbb\xbf"
         "a: .inf",
         1, 4, "/a"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        reading r = read_text(t, cases[i].text);
        const char *actual = aimp_format(&t->arena, "%llu:%llu %s", (unsigned long long)r.problems[0].line,
                                         (unsigned long long)r.problems[0].column, r.problems[0].pointer);
        const char *expected = aimp_format(&t->arena, "%llu:%llu %s", (unsigned long long)cases[i].line,
                                           (unsigned long long)cases[i].column, cases[i].pointer);
        test_check_text(t, __FILE__, __LINE__, cases[i].text, actual, expected);
    }
}

/* --- streams --- */

TEST(yaml_reader, empty_documents_are_no_documents) {
    static const char *const texts[] = {
        "",  "\n",     "# only a comment\n", "---\n",          "---\n---\n# x\n---\n...\n",
        "~", "null\n", "\xef\xbb\xbf\n",     "---\r\n# x\r\n", "%YAML 1.1\n---\n"};
    for (size_t i = 0; i < COUNT(texts); i++)
        CHECK_TEXT(documents_of(t, texts[i]), "");
}

TEST(yaml_reader, documents_follow_each_other) {
    static const char *const texts[] = {"a: 1\n---\nb: 2\n",
                                        "---\na: 1\n---\nb: 2",
                                        "a: 1\r\n---\r\nb: 2\r\n",
                                        "--- {a: 1}\n--- {b: 2}\n",
                                        "---\n---\na: 1\n---\n# x\n---\nb: 2\n---\n",
                                        "# x\n--- # y\na: 1 # z\n---\nb: 2\n...\n",
                                        "\xef\xbb\xbf---\na: 1\n---\nb: 2\n",
                                        "%YAML 1.1\n---\na: 1\n...\n---\nb: 2\n"};
    for (size_t i = 0; i < COUNT(texts); i++)
        CHECK_TEXT(documents_of(t, texts[i]), "{\"a\":1}\n{\"b\":2}\n");
}

TEST(yaml_reader, carriage_returns_are_not_part_of_values) {
    static const text_pair pairs[] = {
        {"a: b\r\nc: |\r\n  d\r\n  e\r\nf: 'g'\r\n", "{\"a\":\"b\",\"c\":\"d\\ne\\n\",\"f\":\"g\"}"},
        {"a:\r\n- 1\r\n- x\r\n", "{\"a\":[1,\"x\"]}"},
    };
    check_documents(t, pairs, COUNT(pairs));
}

TEST(yaml_reader, reading_goes_on_at_the_next_document) {
    reading r =
        read_text(t, "a: 1\n---\nb: .inf\nc: [1\n---\nd: 2\n---\ne: : x\n---\nf: 1\nf: 2\n---\n- g\n---\nh: 3\n");
    CHECK_INTEGER(r.problem_count, 4);
    CHECK_INTEGER(r.problems[0].line, 3);
    CHECK_INTEGER(r.problems[1].line, 8);
    CHECK_INTEGER(r.problems[2].line, 11);
    CHECK_INTEGER(r.problems[3].line, 13);
    CHECK_TEXT(aimp_text_string(&r.documents), "{\"a\":1}\n{\"d\":2}\n{\"h\":3}\n");
}

TEST(yaml_reader, problem_on_the_line_of_a_marker_is_reported_once) {
    static const char *const texts[] = {"a: 1\n--- {b: .inf}\n---\nc: 2\n", "a: 1\n--- [b]\n---\nc: 2\n",
                                        "a: 1\n--- b\n---\nc: 2\n", "a: 1\n--- {b: 1, b: 2}\n---\nc: 2\n",
                                        "a: 1\n--- @\n---\nc: 2\n"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        reading r = read_text(t, texts[i]);
        if (r.problem_count != 1) FAIL("%s\n%zu problems", texts[i], r.problem_count);
        CHECK_TEXT(aimp_text_string(&r.documents), "{\"a\":1}\n{\"c\":2}\n");
    }
}

TEST(yaml_reader, unclosed_quote_does_not_hide_the_documents_behind_it) {
    reading r = read_text(t, "a: \"x\n---\nb: 2\n---\nc: 3\n");
    CHECK_INTEGER(r.problem_count, 1);
    CHECK_TEXT(aimp_text_string(&r.documents), "{\"b\":2}\n{\"c\":3}\n");
}

TEST(yaml_reader, json_inside_a_yaml_stream_is_read) {
    CHECK_TEXT(
        documents_of(
            t, "a: 1\n---\n{\"b\": [1, 2.50, \"x\\u00e9\\/\", true, null, {\"c\": \"yes\"}]}\n---\nd: {\"e\": 1}\n"),
        "{\"a\":1}\n{\"b\":[1,2.50,\"x\xc3\xa9/\",true,null,{\"c\":\"yes\"}]}\n{\"d\":{\"e\":1}}\n");
}

TEST(yaml_reader, yaml_behind_json_needs_a_marker) {
    CHECK_TEXT(documents_of(t, "{\"a\":1}\n---\nb: 2\n---\n{\"c\":3}\n"), "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n");
    CHECK_INTEGER(read_text(t, "{\"a\":1}\nb: 2\n").problem_count, 1);
}

TEST(yaml_reader, json_behind_a_marker_is_read_as_json) {
    CHECK_TEXT(documents_of(t, "{\"a\":1}\n---\n{\"b\":\"\\ud83d\\ude00\"}\n{\"c\":3}\n--- # x\n{\"d\":4}\n---\n"),
               "{\"a\":1}\n{\"b\":\"\xf0\x9f\x98\x80\"}\n{\"c\":3}\n{\"d\":4}\n");
}

TEST(yaml_reader, document_on_the_line_of_its_marker_is_read_behind_json) {
    CHECK_TEXT(documents_of(t, "{\"a\":1}\n--- {\"b\":2}\n"), "{\"a\":1}\n{\"b\":2}\n");
    CHECK_TEXT(documents_of(t, "{\"a\":1}\n--- {\"b\":2}\n---\n{\"c\":3}\n"), "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n");
    CHECK_TEXT(documents_of(t, "{\"a\":1}\n--- {\"b\":2}"), "{\"a\":1}\n{\"b\":2}\n");
}

TEST(yaml_reader, line_that_only_begins_like_a_marker_is_refused_behind_json) {
    CHECK_INTEGER(read_text(t, "{\"a\":1}\n---5\n").problem_count, 1);
    CHECK_INTEGER(read_text(t, "{\"a\":1}\n----\n{\"b\":2}\n").problem_count, 1);
}

TEST(yaml_reader, lines_are_counted_through_json_and_yaml) {
    reading r = read_text(t, "{\"a\":1}\n---\n\n{\"b\":\n2}\n---\nc: 1\n---\nd: .inf\n");
    CHECK_INTEGER(r.problems[0].line, 9);
    reading json = read_text(t, "{\"a\":1}\n---\n\n{\"b\":\nx}\n");
    CHECK_INTEGER(json.problems[0].line, 5);
}

TEST(yaml_reader, broken_json_does_not_hide_the_documents_behind_the_marker) {
    reading r = read_text(t, "{\"a\":x}\n---\nb: 2\n");
    CHECK_INTEGER(r.problem_count, 1);
    CHECK_TEXT(aimp_text_string(&r.documents), "{\"b\":2}\n");
}
