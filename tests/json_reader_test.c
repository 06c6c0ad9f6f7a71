/* The reader of JSON documents: every rule of strict JSON, every limit, the place of every problem, and a comparison
 * with json-c on mutated documents. Texts go through the reader itself where its trees are looked at, and through
 * aim_cluster_add() where it matters what an embedder sees. */
#include "reading.h"

#include <json-c/json.h>

#include <time.h>

#include "base/context.h"
#include "doc/writer.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
/* A literal with its size, for texts that hold NUL. */
#define BYTES(literal) (literal), sizeof(literal) - 1

static void check_refused(test_context *t, const char *text, size_t size, const char *message) {
    reading r = read_bytes(t, text, size);
    const char *actual = aimp_or_empty(r.problems[0].message);
    if (r.problem_count == 0)
        FAIL("%s is accepted", text);
    else if (r.problems[0].code != AIM_E_SYNTAX)
        FAIL("%s: the code is %s", text, aim_code_name(r.problems[0].code));
    else if (!aimp_contains_ignoring_case(actual, message))
        FAIL("%s: the message is %s", text, actual);
    if (r.document_count) FAIL("%s: %zu documents came out", text, r.document_count);
}

static const char *repeated(test_context *t, const char *part, size_t count) {
    aimp_text text = aimp_text_new(&t->arena);
    for (size_t i = 0; i < count; i++)
        aimp_text_add_string(&text, part);
    return aimp_text_string(&text);
}

/* --- values --- */

TEST(json_reader, numbers_keep_their_text) {
    static const char *const numbers[] = {"0",
                                          "-0",
                                          "10",
                                          "-12",
                                          "1.5",
                                          "0.10",
                                          "1e5",
                                          "1E+5",
                                          "1e-5",
                                          "-0.0",
                                          "1e400",
                                          "-1.25e10",
                                          "1e-999",
                                          "9223372036854775808",
                                          "123456789012345678901234567890"};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        const char *text = aimp_format(&t->arena, "{\"a\":%s}", numbers[i]);
        CHECK_TEXT(documents_of(t, text), aimp_format(&t->arena, "%s\n", text));
    }
}

TEST(json_reader, what_is_no_json_number_is_refused) {
    static const char *const numbers[] = {"01",  "-",    "-01", "00",   "1.",       ".5",        "1e",
                                          "1e+", "1.e5", "+1",  "0x10", "1_0",      "--1",       "1a",
                                          "- 1", "1 2",  "-a",  "NaN",  "Infinity", "-Infinity", "1,5"};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        const char *in_map = aimp_format(&t->arena, "{\"a\":%s}", numbers[i]);
        const char *in_list = aimp_format(&t->arena, "{\"a\":[[%s ]x]}", numbers[i]);
        check_refused(t, in_map, strlen(in_map), "");
        check_refused(t, in_list, strlen(in_list), "");
    }
}

TEST(json_reader, literals_are_lower_case_and_whole) {
    CHECK_TEXT(documents_of(t, "{\"a\":[true,false,null]}"), "{\"a\":[true,false,null]}\n");
    static const char *const words[] = {"True",      "FALSE", "nul", "nulll", "truefalse",
                                        "undefined", "'a'",   "a",   "~",     "yes"};
    for (size_t i = 0; i < COUNT(words); i++) {
        const char *text = aimp_format(&t->arena, "{\"a\":%s}", words[i]);
        check_refused(t, text, strlen(text), "");
    }
}

TEST(json_reader, escapes_are_decoded) {
    static const struct {
        const char *given, *expected;
    } cases[] = {
        {"\\\" \\\\ \\/ \\b \\f \\n \\r \\t", "\" \\ / \b \f \n \r \t"},
        {"\\u0041\\u00e9\\u20AC", "A\xc3\xa9\xe2\x82\xac"},
        {"\\ud83d\\ude00", "\xf0\x9f\x98\x80"},
        {"\\uD800\\uDC00", "\xf0\x90\x80\x80"},
        {"\\udbff\\udfff", "\xf4\x8f\xbf\xbf"},
        {"\\u0001\\u001f\\u007f", "\x01\x1f\x7f"},
        {"\\uffff\\ufffe\\ue000\\ud7ff", "\xef\xbf\xbf\xef\xbf\xbe\xee\x80\x80\xed\x9f\xbf"},
        {"\\\\u0041", "\\u0041"},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        aimp_text expected = aimp_text_new(&t->arena);
        aimp_text_add_char(&expected, '{');
        aimp_write_json_string(&expected, cases[i].expected, strlen(cases[i].expected));
        aimp_text_add_char(&expected, ':');
        aimp_write_json_string(&expected, cases[i].expected, strlen(cases[i].expected));
        aimp_text_add_string(&expected, "}\n");
        const char *text = aimp_format(&t->arena, "{\"%s\":\"%s\"}", cases[i].given, cases[i].given);
        CHECK_TEXT(documents_of(t, text), aimp_text_string(&expected));
    }
}

TEST(json_reader, unknown_and_unfinished_escapes_are_refused) {
    static const struct {
        const char *string, *message;
    } cases[] = {
        {"\\x41", "an escape that JSON does not know"},
        {"\\a", "an escape that JSON does not know"},
        {"\\'", "an escape that JSON does not know"},
        {"\\0", "an escape that JSON does not know"},
        {"\\\n", "an escape that JSON does not know"},
        {"\\U0041", "an escape that JSON does not know"},
        {"\\u", "four hexadecimal digits"},
        {"\\u12", "four hexadecimal digits"},
        {"\\u12g4", "four hexadecimal digits"},
        {"\\u-123", "four hexadecimal digits"},
        {"\\u 123", "four hexadecimal digits"},
        {"\\ud800\\u12", "four hexadecimal digits"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *value = aimp_format(&t->arena, "{\"a\":\"%s\", \"b\": 1}", cases[i].string);
        const char *key = aimp_format(&t->arena, "{\"%s\":1, \"b\": 1}", cases[i].string);
        check_refused(t, value, strlen(value), cases[i].message);
        check_refused(t, key, strlen(key), cases[i].message);
    }
}

TEST(json_reader, lone_surrogates_are_refused) {
    static const char *const strings[] = {"\\ud800",        "\\udbff",        "\\udc00",        "\\udfff",
                                          "\\ud800x",       "\\ud800\\u0041", "\\ud800\\ud800", "\\ud800\\n",
                                          "\\udc00\\ud800", "\\ud800\\ue000"};
    for (size_t i = 0; i < COUNT(strings); i++) {
        const char *value = aimp_format(&t->arena, "{\"a\":\"%s\"}", strings[i]);
        const char *key = aimp_format(&t->arena, "{\"%s\":1}", strings[i]);
        check_refused(t, value, strlen(value), "surrogate");
        check_refused(t, key, strlen(key), "surrogate");
    }
}

TEST(json_reader, nul_is_refused_wherever_it_stands) {
    check_refused(t, BYTES("{\"a\":\"x\0y\"}"), "control character");
    check_refused(t, BYTES("{\"x\0y\":1}"), "control character");
    check_refused(t, BYTES("{\"a\":\"x\\u0000y\"}"), "NUL");
    check_refused(t, BYTES("{\"x\\u0000y\":1}"), "NUL");
    check_refused(t, BYTES("{\"a\":\0 1}"), "");
    check_refused(t, BYTES("{\"a\":1\0}"), "");
    check_refused(t, BYTES("{\0}"), "");
}

TEST(json_reader, nul_behind_a_document_is_refused) {
    reading r = read_bytes(t, BYTES("{\"a\":1}\0"));
    CHECK_INTEGER(r.problem_count, 1);
}

TEST(json_reader, raw_control_characters_in_strings_are_refused) {
    for (char c = 1; c < 0x20; c++) {
        const char *value = aimp_format(&t->arena, "{\"a\":\"x%cy\"}", c),
                   *key = aimp_format(&t->arena, "{\"x%cy\":1}", c);
        check_refused(t, value, strlen(value), "control character");
        check_refused(t, key, strlen(key), "control character");
    }
    CHECK_TEXT(documents_of(t, "{\"a\":\"\x7f\"}"), "{\"a\":\"\\u007f\"}\n");
}

TEST(json_reader, only_four_characters_are_white_space) {
    CHECK_TEXT(documents_of(t, " \t\r\n{ \t\r\n\"a\" \t\r\n: \t\r\n[ \t\r\n] \t\r\n, \"b\":1 \t\r\n} \t\r\n"),
               "{\"a\":[],\"b\":1}\n");
    static const char *const texts[] = {
        "{\"a\":\v1}",      "{\"a\":\f1}", "{\"a\":\xc2\xa0 1}", "{\"a\":\xe2\x80\xa8 1}", "{\"a\":1 // x\n}",
        "{\"a\":/* x */1}", "{#\n}"};
    for (size_t i = 0; i < COUNT(texts); i++)
        check_refused(t, texts[i], strlen(texts[i]), "");
}

static const char *const bad_utf8[] = {
    "\x80",             /* a continuation without a start */
    "\xc3",             /* cut short */
    "\xe2\x82",         /* cut short */
    "\xf0\x9f\x98",     /* cut short */
    "\xc3(",            /* a continuation is missing */
    "\xe2(\xac",        /* in the middle */
    "\xc0\xaf",         /* overlong, two bytes */
    "\xc1\xbf",         /* overlong, two bytes */
    "\xe0\x9f\xbf",     /* overlong, three bytes */
    "\xf0\x8f\xbf\xbf", /* overlong, four bytes */
    "\xed\xa0\x80",     /* a high surrogate */
    "\xed\xbf\xbf",     /* a low surrogate */
    "\xf4\x90\x80\x80", /* above U+10FFFF */
    "\xf5\x80\x80\x80",
    "\xfe",
    "\xff",
};

TEST(json_reader, invalid_utf8_is_refused_in_values_and_keys) {
    for (size_t i = 0; i < COUNT(bad_utf8); i++) {
        const char *value = aimp_format(&t->arena, "{\"a\":\"x%s\"}", bad_utf8[i]);
        const char *key = aimp_format(&t->arena, "{\"x%s\":1}", bad_utf8[i]);
        check_refused(t, value, strlen(value), "not valid UTF-8");
        check_refused(t, key, strlen(key), "not valid UTF-8");
    }
}

TEST(json_reader, invalid_utf8_outside_strings_is_refused) {
    for (size_t i = 0; i < COUNT(bad_utf8); i++) {
        const char *text = aimp_format(&t->arena, "{\"a\":1%s}", bad_utf8[i]);
        check_refused(t, text, strlen(text), "");
    }
}

TEST(json_reader, every_length_of_utf8_is_kept) {
    static const char *const strings[] = {"\x7e",         "\xc2\x80",         "\xdf\xbf",
                                          "\xe0\xa0\x80", "\xed\x9f\xbf",     "\xee\x80\x80",
                                          "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"};
    for (size_t i = 0; i < COUNT(strings); i++) {
        const char *text = aimp_format(&t->arena, "{\"%s\":\"x%sy\"}", strings[i], strings[i]);
        CHECK_TEXT(documents_of(t, text), aimp_format(&t->arena, "%s\n", text));
    }
}

TEST(json_reader, byte_order_mark_is_skipped_at_the_start_only) {
    CHECK_TEXT(documents_of(t, "\xef\xbb\xbf{\"a\":1}"), "{\"a\":1}\n");
    CHECK_TEXT(documents_of(t, "\xef\xbb\xbf"), "");
    check_refused(t, BYTES("{\xef\xbb\xbf\"a\":1}"), "");
    reading twice = read_text(t, "{\"a\":1}\n\xef\xbb\xbf{\"b\":1}");
    CHECK_INTEGER(twice.problem_count, 1);
}

TEST(json_reader, byte_order_mark_does_not_count_as_a_column) {
    reading r = read_text(t, "\xef\xbb\xbf{\"a\":x}");
    CHECK_INTEGER(r.problems[0].column, 6);
}

/* --- structure --- */

TEST(json_reader, broken_structure_is_refused) {
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"{\"a\":1,}", "a key in double quotes must begin here"},
        {"{,\"a\":1}", "a key in double quotes must begin here"},
        {"{\"a\":1,,\"b\":1}", "a key in double quotes must begin here"},
        {"{a:1}", "a key in double quotes must begin here"},
        {"{'a':1}", "a key in double quotes must begin here"},
        {"{1:1}", "a key in double quotes must begin here"},
        {"{\"a\"}", "a colon must follow the key"},
        {"{\"a\" 1}", "a colon must follow the key"},
        {"{\"a\"=1}", "a colon must follow the key"},
        {"{\"a\":}", "a value must begin here"},
        {"{\"a\"::1}", "a value must begin here"},
        {"{\"a\":1 \"b\":1}", "a comma or } must follow"},
        {"{\"a\":1;\"b\":1}", "a comma or } must follow"},
        {"{\"a\":1]", "a comma or } must follow"},
        {"{\"a\":[1,]}", "a value must begin here"},
        {"{\"a\":[,1]}", "a value must begin here"},
        {"{\"a\":[1 2]}", "a comma or ] must follow"},
        {"{\"a\":[1}", "a comma or ] must follow"},
        {"{\"a\":(1)}", "a value must begin here"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        check_refused(t, cases[i].text, strlen(cases[i].text), cases[i].message);
}

TEST(json_reader, every_unfinished_document_is_refused_once) {
    const char *text = "{\"a\":[1,{\"b\":\"c\\u0041\\n\xc3\xa9\\ud83d\\ude00\"}],\"d\":null,\"e\":-1.5e+3}";
    CHECK_INTEGER(read_text(t, text).problem_count, 0);
    for (size_t size = 1; size < strlen(text); size++) {
        reading r = read_bytes(t, text, size);
        if (r.problem_count != 1 || r.document_count) FAIL("%zu bytes: %zu problems", size, r.problem_count);
    }
}

TEST(json_reader, empty_texts_hold_no_document) {
    static const char *const texts[] = {"", " ", "\n\n", "\r\n\t "};
    for (size_t i = 0; i < COUNT(texts); i++)
        CHECK_TEXT(documents_of(t, texts[i]), "");
}

TEST(json_reader, garbage_behind_a_document_is_refused) {
    static const char *const tails[] = {"x", "]", "}", ",{}", "1", "\"a\"", "[1]", "null", "\\", "#"};
    for (size_t i = 0; i < COUNT(tails); i++) {
        reading r = read_text(t, aimp_format(&t->arena, "{\"a\":1} %s", tails[i]));
        if (r.problem_count != 1) FAIL("%s: %zu problems", tails[i], r.problem_count);
        CHECK_TEXT(aimp_text_string(&r.documents), "{\"a\":1}\n");
    }
}

TEST(json_reader, documents_must_be_maps) {
    static const char *const tails[] = {"[1]", "1", "\"a\"", "true", "null"};
    for (size_t i = 0; i < COUNT(tails); i++) {
        reading r = read_text(t, aimp_format(&t->arena, "{}\n%s", tails[i]));
        CHECK_INTEGER(r.problems[0].code, AIM_E_DOCUMENT);
    }
}

TEST(json_reader, members_come_out_in_byte_order) {
    CHECK_TEXT(documents_of(t, "{\"b\":1,\"a\":{\"z\":1,\"\":2,\"Z\":3},\"\xc3\xa9\":4,\"aa\":5}"),
               "{\"a\":{\"\":2,\"Z\":3,\"z\":1},\"aa\":5,\"b\":1,\"\xc3\xa9\":4}\n");
}

TEST(json_reader, duplicate_key_names_both_places) {
    reading r = read_text(t, "{\"b\":1,\n \"x\":{\"a\":1,\n  \"b\":2,\n  \"a\":3}}");
    CHECK_INTEGER(r.problem_count, 1);
    CHECK_INTEGER(r.problems[0].code, AIM_E_DUPLICATE);
    CHECK_INTEGER(r.problems[0].line, 4);
    CHECK_INTEGER(r.problems[0].column, 3);
    CHECK_TEXT(r.problems[0].pointer, "/x");
    CHECK_TEXT(r.problems[0].message, "the key \"a\" occurs twice (first on line 2)");
}

TEST(json_reader, keys_are_compared_after_decoding) {
    static const char *const texts[] = {"{\"a\":1,\"\\u0061\":1}",   "{\"\":1,\"\":1}",
                                        "{\"a/b\":1,\"a\\/b\":1}",   "{\"\xc3\xa9\":1,\"\\u00e9\":1}",
                                        "{\"a\":1,\"b\":2,\"a\":1}", "{\"x\":[{\"a\":1,\"a\":1}]}"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        reading r = read_text(t, texts[i]);
        if (r.problems[0].code != AIM_E_DUPLICATE) FAIL("%s is accepted", texts[i]);
    }
}

TEST(json_reader, same_key_in_different_maps_is_no_duplicate) {
    const char *text = "{\"a\":{\"a\":[{\"a\":1},{\"a\":1}]}}";
    CHECK_TEXT(documents_of(t, text), aimp_format(&t->arena, "%s\n", text));
}

TEST(json_reader, items_may_not_occur_twice) {
    reading r = read_text(t, "{\"kind\":\"List\",\"items\":[{\"a\":1}],\"items\":[{\"a\":2}]}");
    CHECK_INTEGER(r.problems[0].code, AIM_E_DUPLICATE);
}

TEST(json_reader, items_may_not_occur_as_a_list_and_as_a_value) {
    reading r = read_text(t, "{\"kind\":\"List\",\"items\":null,\"items\":[{\"a\":2}]}");
    CHECK_INTEGER(r.problems[0].code, AIM_E_DUPLICATE);
}

TEST(json_reader, skipped_field_may_not_occur_twice) {
    reading r = read_text(t, "{\"metadata\":{\"managedFields\":[],\"managedFields\":[{}]}}");
    CHECK_INTEGER(r.problems[0].code, AIM_E_DUPLICATE);
}

TEST(json_reader, skipped_subtrees_are_checked_like_any_other) {
    static const struct {
        const char *inside;
        aim_code code;
    } cases[] = {
        {"[{\"a\":1,\"a\":2}]", AIM_E_DUPLICATE}, {"[{\"a\":01}]", AIM_E_SYNTAX},
        {"[{\"a\":\"\xff\"}]", AIM_E_SYNTAX},     {"[1,]", AIM_E_SYNTAX},
        {"[\"\\ud800\"]", AIM_E_SYNTAX},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        reading fields = read_text(t, aimp_format(&t->arena, "{\"metadata\":{\"managedFields\":%s}}", cases[i].inside));
        CHECK_INTEGER(fields.problems[0].code, cases[i].code);
        reading images =
            read_text(t, aimp_format(&t->arena, "{\"kind\":\"Node\",\"status\":{\"images\":%s}}", cases[i].inside));
        CHECK_INTEGER(images.problems[0].code, cases[i].code);
    }
}

TEST(json_reader, skipped_subtrees_leave_what_stands_around_them) {
    CHECK_TEXT(
        documents_of(
            t, "{\"kind\":\"Node\",\"metadata\":{\"a\":\"1\",\"managedFields\":[{\"x\":[\"y\",{}]}],\"name\":\"n\"},"
               "\"status\":{\"images\":[{\"names\":[\"a\"]}],\"x\":[\"z\"]},\"tail\":\"t\"}"),
        "{\"kind\":\"Node\",\"metadata\":{\"a\":\"1\",\"name\":\"n\"},\"status\":{\"x\":[\"z\"]},\"tail\":\"t\"}\n");
}

TEST(json_reader, items_of_a_list_keep_their_order) {
    CHECK_TEXT(documents_of(t, "{\"items\":[{\"a\":1},\"x\",{\"a\":[2]},[3],4,null],\"kind\":\"List\"}"),
               "{\"items\":[{\"a\":1},\"x\",{\"a\":[2]},[3],4,null],\"kind\":\"List\"}\n");
}

TEST(json_reader, items_below_the_root_are_a_plain_list) {
    const char *text = "{\"spec\":{\"items\":[{\"a\":1},2]}}";
    CHECK_TEXT(documents_of(t, text), aimp_format(&t->arena, "%s\n", text));
}

/* --- limits --- */

static const char *nested(test_context *t, size_t levels) {
    size_t lists = levels - 1;
    return aimp_format(&t->arena, "{\"a\":%s%s}", repeated(t, "[", lists), repeated(t, "]", lists));
}

TEST(json_reader, sixty_four_levels_are_read_and_one_more_is_not) {
    CHECK_INTEGER(read_text(t, nested(t, 64)).problem_count, 0);
    reading r = read_text(t, nested(t, 65));
    CHECK_INTEGER(r.problem_count, 1);
    CHECK_INTEGER(r.problems[0].code, AIM_E_LIMIT);
    CHECK_TEXT(r.problems[0].message, "the object is nested deeper than 64 levels");
}

TEST(json_reader, depth_limit_is_an_option) {
    reading r = new_reading(t);
    r.limits.depth = 512;
    const char *text = nested(t, 512), *deeper = nested(t, 513);
    read_into(&r, text, strlen(text));
    CHECK_INTEGER(r.problem_count, 0);
    read_into(&r, deeper, strlen(deeper));
    CHECK_INTEGER(r.problem_count, 1);
}

TEST(json_reader, depth_of_an_item_counts_from_the_item) {
    reading r = new_reading(t);
    r.limits.depth = 3;
    const char *fits = "{\"items\":[{\"a\":{\"b\":{}}}]}", *deeper = "{\"items\":[{\"a\":{\"b\":{\"c\":[]}}}]}";
    read_into(&r, fits, strlen(fits));
    CHECK_INTEGER(r.problem_count, 0);
    read_into(&r, deeper, strlen(deeper));
    CHECK_INTEGER(r.problem_count, 1);
    CHECK_TEXT(r.problems[0].pointer, "/items/0/a/b/c");
}

TEST(json_reader, million_brackets_are_refused_at_once) {
    clock_t start = clock();
    reading r = read_text(t, aimp_format(&t->arena, "{\"a\":%s", repeated(t, "[", 1000000)));
    CHECK_INTEGER(r.problems[0].code, AIM_E_LIMIT);
    CHECK((clock() - start) / CLOCKS_PER_SEC < 2);
}

TEST(json_reader, values_of_one_object_are_limited) {
    reading r = new_reading(t);
    r.limits.object_values = 5; /* the map, the list and three numbers */
    const char *fits = "{\"a\":[1,2,3]}{\"a\":[1,2,3]}", *more = "{\"a\":[1,2,3,4]}";
    read_into(&r, fits, strlen(fits));
    CHECK_INTEGER(r.problem_count, 0);
    read_into(&r, more, strlen(more));
    CHECK_INTEGER(r.problem_count, 1);
    CHECK_INTEGER(r.problems[0].code, AIM_E_LIMIT);
    CHECK_TEXT(r.problems[0].pointer, "/a/3");
    CHECK_TEXT(r.problems[0].message, "the object has more than 5 values");
}

TEST(json_reader, values_of_a_list_count_for_each_item) {
    reading r = new_reading(t);
    r.limits.object_values = 6;
    const char *many =
        aimp_format(&t->arena, "{\"kind\":\"List\",\"items\":[%s{}]}", repeated(t, "{\"a\":[1,2,3]},", 50));
    read_into(&r, many, strlen(many));
    CHECK_INTEGER(r.problem_count, 0);
    const char *large = "{\"kind\":\"List\",\"items\":[{},{\"a\":[1,2,3,4,5]}]}";
    read_into(&r, large, strlen(large));
    CHECK_INTEGER(r.problem_count, 1);
}

TEST(json_reader, values_that_are_skipped_count) {
    reading r = new_reading(t);
    r.limits.object_values = 6;
    const char *text = "{\"metadata\":{\"managedFields\":[1,2,3,4,5,6]}}";
    read_into(&r, text, strlen(text));
    CHECK_INTEGER(r.problems[0].code, AIM_E_LIMIT);
}

TEST(json_reader, bytes_of_one_object_are_limited) {
    reading r = new_reading(t);
    r.limits.object_bytes = 20;
    const char *fits = "{\"a\":\"0123456789\"}\n{\"a\":\"0123456789\"}\n", *more = "{\"a\":\"0123456789012345\"}";
    read_into(&r, fits, strlen(fits));
    CHECK_INTEGER(r.problem_count, 0);
    CHECK_INTEGER(r.document_count, 2);
    read_into(&r, more, strlen(more));
    CHECK_INTEGER(r.problem_count, 1);
    CHECK_INTEGER(r.problems[0].code, AIM_E_LIMIT);
    CHECK_TEXT(r.problems[0].message, "the object is longer than 20 bytes");
}

TEST(json_reader, bytes_of_a_list_count_for_each_item) {
    reading r = new_reading(t);
    r.limits.object_bytes = 40;
    const char *many =
        aimp_format(&t->arena, "{\"kind\":\"List\",\"items\":[%s{}]}", repeated(t, "{\"a\":\"0123456789\"},", 50));
    read_into(&r, many, strlen(many));
    CHECK_INTEGER(r.problem_count, 0);
    const char *large = "{\"items\":[{},{\"a\":\"0123456789012345678901234567890123456789\"}]}";
    read_into(&r, large, strlen(large));
    CHECK_INTEGER(r.problem_count, 1);
}

/* --- places --- */

TEST(json_reader, places_are_line_column_and_pointer) {
    static const struct {
        const char *text;
        uint64_t line, column;
        const char *pointer;
    } cases[] = {
        {"{x", 1, 2, ""},
        {"{\"a\":x}", 1, 6, "/a"},
        {"{\"a\":{\"b\":[1,{\"c\":x}]}}", 1, 19, "/a/b/1/c"},
        {"{\"a\":[1,2,x]}", 1, 11, "/a/2"},
        {"{\"a\":[[],[[x]]]}", 1, 12, "/a/1/0/0"},
        {"{\n  \"a\": 1,\n  \"b\": x\n}", 3, 8, "/b"},
        {"\n\n  {\"a\":x}", 3, 8, "/a"},
        {"{\"~\":{\"/\":{\"~1/\":x}}}", 1, 18, "/~0/~1/~01~1"},
        {"{\"\":{\"\":x}}", 1, 9, "//"},
        {"{\"\xc3\xa9\":\"\xe2\x82\xac\xf0\x9f\x98\x80\",\"b\":x}", 1, 15, "/b"}, /* code points, not bytes */
        {"{\"a\":\"e\xcc\x81\",\"b\":x}", 1, 15, "/b"},                           /* two code points, one letter */
        {"{\t\"a\":x}", 1, 7, "/a"},
        {"{\"a\":1}{\"b\":x}", 1, 13, "/b"},
        {"{\"a\":1}\n{\"b\":\n\n x}", 4, 2, "/b"},
        {"{\r\n\"a\":1,\r\n\"b\":x}", 3, 5, "/b"},
        {"{\"items\":[{},{\"a\":{\"b\":x}}]}", 1, 24, "/items/1/a/b"},
        {"{\"items\":[{},{},x]}", 1, 17, "/items/2"},
        {"{\"items\":[{}],\"b\":x}", 1, 19, "/b"},
        {"{\"metadata\":{\"managedFields\":[{\"a\":x}]}}", 1, 36, "/metadata/managedFields/0/a"},
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

TEST(json_reader, end_of_an_unfinished_document_is_its_place) {
    reading r = read_text(t, "{\"a\": [1,\n\"b");
    CHECK_INTEGER(r.problems[0].line, 2);
    CHECK_INTEGER(r.problems[0].column, 3);
    CHECK_TEXT(r.problems[0].message, "the text ends inside a string");
}

/* --- several documents --- */

TEST(json_reader, values_follow_each_other_with_or_without_white_space) {
    static const char *const texts[] = {
        "{\"a\":1}{\"a\":2}{\"a\":3}", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", "{\"a\":1}\r\n{\"a\":2}\r\n{\"a\":3}\r\n",
        "{\"a\":1} \t {\"a\":2}\n\n\n{\n\"a\":\n3\n}", "\n\n{\"a\":1}\n\n{\"a\":2}   {\"a\":3}"};
    for (size_t i = 0; i < COUNT(texts); i++)
        CHECK_TEXT(documents_of(t, texts[i]), "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
}

TEST(json_reader, reading_goes_on_at_the_next_line_that_begins_an_object) {
    reading r =
        read_text(t, "{\"a\":1}\n{\"a\":x} {\"lost\":1}\n  {\"indented\":1}\n[1]\n{\"a\":2}\n{\"a\":\n{\"a\":3}\n");
    CHECK_INTEGER(r.problem_count, 2);
    CHECK_INTEGER(r.problems[0].line, 2);
    CHECK_INTEGER(r.problems[1].line, 8);
    CHECK_TEXT(aimp_text_string(&r.documents), "{\"a\":1}\n{\"a\":2}\n");
}

TEST(json_reader, every_broken_line_of_a_stream_is_reported) {
    reading r = read_text(t, "{\"a\":01}\r\n{\"a\":1}\r\n{\"a\":\"\\ud800\"}\r\n{\"a\":1,\"a\":2}\r\n{\"a\":2}\r\n{");
    CHECK_INTEGER(r.problem_count, 4);
    CHECK_INTEGER(r.problems[0].line, 1);
    CHECK_INTEGER(r.problems[1].line, 3);
    CHECK_INTEGER(r.problems[2].line, 4);
    CHECK_INTEGER(r.problems[3].line, 6);
    CHECK_TEXT(aimp_text_string(&r.documents), "{\"a\":1}\n{\"a\":2}\n");
}

TEST(json_reader, problem_of_one_document_does_not_reach_the_next) {
    reading r =
        read_text(t, "{\"items\":[{\"a\":1},{\"b\":x}]}\n{\"items\":[{\"c\":1}],\"kind\":\"List\"}\n{\"d\":y}\n");
    CHECK_TEXT(aimp_text_string(&r.documents), "{\"items\":[{\"c\":1}],\"kind\":\"List\"}\n");
    CHECK_TEXT(r.problems[1].pointer, "/d");
}

/* --- as an embedder sees it --- */

TEST(json_reader, error_of_an_add_carries_the_place) {
    aim_cluster *cluster;
    aim_error *error;
    const char *text =
        "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\n\"metadata\":{\"name\":\"\xc3\xa9\",\"labels\":{\"a/b\":\"\\q\"}}}";
    aim_source source = {.struct_size = sizeof source, .name = "nodes.json", .data = text, .size = strlen(text)};
    CHECK_INTEGER(aim_cluster_new(t->context, &cluster, NULL), AIM_OK);
    CHECK_INTEGER(aim_cluster_add(cluster, &source, NULL, &error), AIM_E_SYNTAX);
    CHECK_INTEGER(aim_error_code(error), AIM_E_SYNTAX);
    CHECK_TEXT(aim_error_source(error), "nodes.json");
    CHECK_TEXT(aim_error_pointer(error), "/metadata/labels/a~1b");
    CHECK_INTEGER(aim_error_line(error), 2);
    CHECK_INTEGER(aim_error_column(error), 42);
    aim_error_free(error);
    aim_cluster_free(cluster);
}

static aim_report_entry first_entry(test_context *t, const char *text, aim_report **report) {
    aim_cluster *cluster;
    aim_source source = {.struct_size = sizeof source, .data = text, .size = strlen(text)};
    aim_report_entry entry = {.struct_size = sizeof entry};
    CHECK_INTEGER(aim_cluster_new(t->context, &cluster, NULL), AIM_OK);
    aim_cluster_add(cluster, &source, report, NULL);
    CHECK_INTEGER(aim_report_at(*report, 0, &entry), AIM_OK);
    aim_cluster_free(cluster);
    return entry;
}

TEST(json_reader, excerpt_is_the_line_of_the_problem) {
    aim_report *report;
    CHECK_TEXT(first_entry(t, "{\n\t\"a\": x\r\n}\n", &report).excerpt, " \"a\": x ");
    aim_report_free(report);
}

TEST(json_reader, excerpt_is_utf8_when_the_text_is_not) {
    aim_report *report;
    const char *excerpt = first_entry(t, "{\"a\":\"x\xff\"}", &report).excerpt;
    const char *end = excerpt + strlen(excerpt);
    uint32_t code_point;
    for (size_t size; excerpt < end; excerpt += size) {
        size = aimp_utf8_decode(excerpt, end, &code_point);
        if (size == 0) {
            FAIL("a byte %02x in the excerpt", (unsigned)(unsigned char)*excerpt);
            break;
        }
    }
    aim_report_free(report);
}

TEST(json_reader, excerpt_leaves_the_byte_order_mark_out) {
    aim_report *report;
    CHECK_TEXT(first_entry(t, "\xef\xbb\xbf{\"a\":x}", &report).excerpt, "{\"a\":x}");
    aim_report_free(report);
}

TEST(json_reader, excerpt_of_a_long_line_is_cut_around_the_column) {
    aim_report *report;
    const char *text = aimp_format(&t->arena, "{\"a\":[%sHERE]}", repeated(t, "1,", 200));
    const char *excerpt = first_entry(t, text, &report).excerpt;
    CHECK(excerpt && strlen(excerpt) <= 160 && strstr(excerpt, "HERE"));
    aim_report_free(report);
}

/* --- against json-c --- */

typedef struct generator {
    aimp_text text;
    uint64_t state;
    unsigned keys;
} generator;

static size_t below(generator *g, size_t limit) {
    return (size_t)(test_random(&g->state) % limit);
}

static void generate_space(generator *g) {
    static const char *const spaces[] = {"", "", "", " ", "\n", "\t", "\r\n", "  "};
    aimp_text_add_string(&g->text, spaces[below(g, COUNT(spaces))]);
}

static void generate_string(generator *g, bool key) {
    static const char *const parts[] = {"a",
                                        "b0",
                                        " ",
                                        "\\n",
                                        "\\\"",
                                        "\\\\",
                                        "\\/",
                                        "\\u0041",
                                        "\\u00e9",
                                        "\\ud83d\\ude00",
                                        "\xc3\xa9",
                                        "\xe2\x82\xac",
                                        "\xf0\x9f\x98\x80",
                                        "{",
                                        "]",
                                        ":",
                                        ",",
                                        "true",
                                        "\\t",
                                        "\x7f"};
    aimp_text_add_char(&g->text, '"');
    if (key) aimp_text_add_format(&g->text, "k%u", g->keys++);
    for (size_t count = below(g, 5); count; count--)
        aimp_text_add_string(&g->text, parts[below(g, COUNT(parts))]);
    aimp_text_add_char(&g->text, '"');
}

static void generate_value(generator *g, unsigned depth, bool map_only) {
    static const char *const scalars[] = {
        "true", "false", "null", "0", "-1", "42", "9223372036854775807", "-9223372036854775808"};
    size_t choice = map_only ? 0 : below(g, depth > 4 ? 2 : 4);
    if (!map_only && choice == 0) {
        aimp_text_add_string(&g->text, scalars[below(g, COUNT(scalars))]);
        return;
    }
    if (choice == 1) {
        generate_string(g, false);
        return;
    }
    bool map = map_only || choice == 2;
    aimp_text_add_char(&g->text, map ? '{' : '[');
    generate_space(g);
    for (size_t i = 0, count = below(g, 5); i < count; i++) {
        if (i) aimp_text_add_char(&g->text, ',');
        generate_space(g);
        if (map) {
            generate_string(g, true);
            generate_space(g);
            aimp_text_add_char(&g->text, ':');
            generate_space(g);
        }
        generate_value(g, depth + 1, false);
        generate_space(g);
    }
    aimp_text_add_char(&g->text, map ? '}' : ']');
}

/* Changes, removes or adds some bytes; most of the time ones that mean something in JSON. */
static void mutate(generator *g) {
    static const char alphabet[] = "{}[]\",:\\u0019-+.eE ntfd/\n'\x80\xc3\xff\x01";
    for (size_t count = below(g, 4); count && g->text.size > 1; count--) {
        size_t at = below(g, g->text.size);
        char byte = below(g, 8) ? alphabet[below(g, sizeof alphabet)] : (char)below(g, 256);
        switch (below(g, 3)) {
        case 0: g->text.data[at] = byte; break;
        case 1:
            memmove(g->text.data + at, g->text.data + at + 1, g->text.size - at);
            g->text.size--;
            break;
        default:
            aimp_text_add_char(&g->text, ' ');
            memmove(g->text.data + at + 1, g->text.data + at, g->text.size - at - 1);
            g->text.data[at] = byte;
        }
    }
}

static json_object *parse_with_json_c(const char *text, size_t size) {
    json_tokener *tokener = json_tokener_new_ex(128);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    json_object *object = json_tokener_parse_ex(tokener, text, (int)size);
    bool whole = json_tokener_get_error(tokener) == json_tokener_success;
    for (size_t i = json_tokener_get_parse_end(tokener); whole && i < size; i++)
        whole = strchr(" \t\r\n", text[i]) != NULL;
    json_tokener_free(tokener);
    if (whole) return object;
    json_object_put(object);
    return NULL;
}

/* True when our reader took the text as one document. What does not begin with a brace is YAML to it. */
static bool compare_with_json_c(test_context *t, const char *text, size_t size) {
    if (text[strspn(text, " \t\r\n")] != '{') return false;
    reading r = read_bytes(t, text, size);
    if (r.problem_count || r.document_count != 1) return false;
    json_object *theirs = parse_with_json_c(text, size);
    if (!theirs) FAIL("json-c refuses what we accept: %s", text);
    if (theirs && r.only_integers) {
        json_object *ours = json_tokener_parse(aimp_text_string(&r.documents));
        if (!json_object_equal(ours, theirs))
            FAIL("json-c reads another tree: %s\nours: %s", text, aimp_text_string(&r.documents));
        json_object_put(ours);
    }
    json_object_put(theirs);
    return true;
}

TEST(json_reader, what_is_accepted_means_the_same_to_json_c) {
    generator g = {.state = test_seed(t)};
    size_t accepted = 0, refused = 0;
    for (int i = 0; i < 5000 && t->failures < 5; i++) {
        g.text = aimp_text_new(&t->arena);
        g.keys = 0;
        generate_value(&g, 0, true);
        if (i % 4) mutate(&g);
        if (compare_with_json_c(t, aimp_text_string(&g.text), g.text.size))
            accepted++;
        else
            refused++;
    }
    CHECK(accepted > 1000 && refused > 1000); /* else the test compares nothing */
}
