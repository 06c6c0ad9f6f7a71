/* Texts that somebody wrote to do harm, or that some editor damaged: what each of them gets, as an embedder sees it.
 * The rules themselves are shown in json_reader_test.c and yaml_reader_test.c; docs/limits.md lists what is here. */
#include "cluster_help.h"
#include "reading.h"

/* A literal with its size, for texts that hold NUL. */
#define BYTES(literal) (literal), sizeof(literal) - 1

/* --- refused: one error at its place --- */

typedef struct refusal {
    const char *what, *text;
    size_t size;
    aim_code code;
    uint64_t line, column;
    const char *message; /* part of it */
} refusal;

#define SYNTAX(what, text, line, column, message)                                                                      \
    { what, BYTES(text), AIM_E_SYNTAX, line, column, message }
#define TWICE(what, text, line, column, message)                                                                       \
    { what, BYTES(text), AIM_E_DUPLICATE, line, column, message }

static const refusal refusals[] = {
    /* the same key twice, however it is written, and where nothing is kept */
    TWICE("a key twice", "{\"a\":1,\n\"a\":2}", 2, 1, "the key \"a\" occurs twice (first on line 1)"),
    TWICE("a key twice, once escaped", "{\"a\":1,\n\"\\u0061\":2}", 2, 1, "the key \"a\" occurs twice"),
    TWICE("a key twice, with an escaped slash", "{\"a/b\":1,\"a\\/b\":2}", 1, 10, "the key \"a/b\" occurs twice"),
    TWICE("a key twice, deep inside", "{\"a\":[{\"b\":{\"c\":1,\n\"\\u0063\":2}}]}", 2, 1, "the key \"c\""),
    TWICE("a key twice, in a skipped field", "{\"metadata\":{\"managedFields\":[{\"a\":{\"b\":1,\n\"\\u0062\":2}}]}}",
          2, 1, "the key \"b\""),
    TWICE("a key twice, in skipped data", "{\"kind\":\"Secret\",\"data\":{\"b\":\"x\",\n\"\\u0062\":\"y\"}}", 2, 1,
          "the key \"b\""),
    TWICE("a key twice, in skipped images", "{\"kind\":\"Node\",\"status\":{\"images\":[{\"b\":1,\n\"b\":2}]}}", 2, 1,
          "the key \"b\""),
    TWICE("YAML: a key twice, once escaped", "a: 1\n\"\\u0061\": 2\n", 2, 1, "the key \"a\" occurs twice"),
    TWICE("YAML: a key twice, in hexadecimal", "a: 1\n\"\\x61\": 2\n", 2, 1, "the key \"a\" occurs twice"),
    TWICE("YAML: a key twice, plain and quoted", "a: 1\n'a': 2\n", 2, 1, "the key \"a\" occurs twice"),
    TWICE("YAML: a key twice, as two numbers", "a:\n  10: x\n  0xa: y\n", 3, 3, "the key \"10\" occurs twice"),
    TWICE("YAML: a key twice, once tagged", "a:\n  !!str 1: x\n  1: y\n", 3, 3, "the key \"1\" occurs twice"),
    TWICE("YAML: a key twice, in a skipped field", "metadata:\n  managedFields:\n  - a: 1\n    \"\\u0061\": 2\n", 4, 5,
          "(first on line 3)"),
    TWICE("YAML: a key twice, in skipped data", "kind: Secret\ndata:\n  b: x\n  \"b\": y\n", 4, 3, "the key \"b\""),

    /* NUL */
    SYNTAX("NUL in a key", "{\"a\\u0000b\":1}", 1, 10, "NUL"),
    SYNTAX("NUL in a value", "{\"a\":\"\\u0000\"}", 1, 13, "NUL"),
    SYNTAX("NUL in a skipped field", "{\"metadata\":{\"managedFields\":[\"\\u0000\"]}}", 1, 38, "NUL"),
    SYNTAX("a raw NUL", "{\"a\":\"\0\"}", 1, 7, "control character"),
    SYNTAX("YAML: NUL in a key", "\"a\\0\": 1\n", 1, 1, "a key holds a NUL"),
    SYNTAX("YAML: NUL in a value", "a: \"\\x00\"\n", 1, 4, "a string holds a NUL"),
    SYNTAX("YAML: NUL in a skipped field", "metadata:\n  managedFields: [\"\\0\"]\n", 2, 19, "a string holds a NUL"),

    /* what is no number */
    SYNTAX("NaN", "{\"a\":NaN}", 1, 6, "a value must begin here"),
    SYNTAX("Infinity", "{\"a\":Infinity}", 1, 6, "a value must begin here"),
    SYNTAX("-Infinity", "{\"a\":-Infinity}", 1, 7, "needs a digit"),
    SYNTAX("a plus sign", "{\"a\":+1}", 1, 6, "a value must begin here"),
    SYNTAX("hexadecimal", "{\"a\":0x10}", 1, 7, "a comma or } must follow"),
    SYNTAX("octal", "{\"a\":010}", 1, 9, "may not begin with 0"),
    SYNTAX("a bare point", "{\"a\":.5}", 1, 6, "a value must begin here"),
    SYNTAX("nothing behind the point", "{\"a\":1.}", 1, 8, "a digit after its point"),
    SYNTAX("an empty exponent", "{\"a\":1e}", 1, 8, "a digit in its exponent"),
    SYNTAX("YAML: .nan", "a: .nan\n", 1, 4, "JSON has no NaN"),
    SYNTAX("YAML: .inf", "a:\n- .inf\n", 2, 3, "no infinity"),
    SYNTAX("YAML: -.inf as a key", "-.inf: a\n", 1, 1, "no infinity"),

    /* what is no Unicode; libyaml refuses these bytes before it knows where they are, so they come first */
    SYNTAX("a high surrogate alone", "{\"a\":\"\\ud800\"}", 1, 13, "a high surrogate without a low one"),
    SYNTAX("a low surrogate alone", "{\"a\":\"\\udc00\"}", 1, 13, "a low surrogate without a high one"),
    SYNTAX("two high surrogates", "{\"a\":\"\\ud800\\ud800\"}", 1, 19, "a high surrogate without a low one"),
    SYNTAX("an overlong sequence", "{\"a\":\"\xc0\xaf\"}", 1, 7, "not valid UTF-8"),
    SYNTAX("an encoded surrogate", "{\"a\":\"\xed\xa0\x80\"}", 1, 7, "not valid UTF-8"),
    SYNTAX("beyond U+10FFFF", "{\"a\":\"\xf4\x90\x80\x80\"}", 1, 7, "not valid UTF-8"),
    SYNTAX("a sequence cut short", "{\"a\":\"\xe2\x82\"}", 1, 7, "not valid UTF-8"),
    SYNTAX("YAML: an escaped surrogate", "a: \"\\ud800\"\n", 1, 7, "invalid Unicode character"),
    SYNTAX("YAML: an escaped pair of surrogates", "a: \"\\ud83d\\ude00\"\n", 1, 7, "invalid Unicode character"),
    SYNTAX("YAML: an escape beyond Unicode", "a: \"\\U00110000\"\n", 1, 7, "invalid Unicode character"),
    SYNTAX("YAML: an overlong sequence", "\xc0\xaf: a\n", 1, 1, "invalid length of a UTF-8 sequence"),
    SYNTAX("YAML: an encoded surrogate", "\xed\xa0\x80: a\n", 1, 1, "invalid Unicode character"),
    SYNTAX("YAML: beyond U+10FFFF", "\xf4\x90\x80\x80: a\n", 1, 1, "invalid Unicode character"),
    SYNTAX("YAML: a sequence cut short", "\xe2\x82", 1, 1, "incomplete UTF-8"),

    /* byte order marks where they do not belong, and other encodings */
    SYNTAX("a mark inside of JSON", "{\xef\xbb\xbf\"a\":1}", 1, 2, "a key in double quotes"),
    SYNTAX("UTF-16, big endian", "\xfe\xff\0{\0}", 1, 1, "invalid leading UTF-8"),
    SYNTAX("UTF-16, little endian", "\xff\xfe{\0}\0", 1, 1, "invalid leading UTF-8"),
    SYNTAX("UTF-16 without a mark", "{\0\"\0a\0", 1, 2, "a key in double quotes"),
    SYNTAX("UTF-32", "\xff\xfe\0\0{\0\0\0", 1, 1, "invalid leading UTF-8"),

    /* layout and control characters */
    SYNTAX("a tab as indentation", "a:\n\tb: 1\n", 2, 1, "cannot start any token"),
    SYNTAX("a tab before a list", "a:\n\t- b\n", 2, 1, "cannot start any token"),
    SYNTAX("a tab behind spaces", "a:\n  b: 1\n \tc: 2\n", 3, 2, "violates indentation"),
    SYNTAX("a wrong indentation", "a:\n    b: 1\n  c: 2\n", 3, 3, "did not find expected key"),
    SYNTAX("a raw newline in a string", "{\"a\":\"x\ny\"}", 1, 8, "raw control character"),
    SYNTAX("a form feed between values", "{\"a\":\f1}", 1, 6, "a value must begin here"),
    SYNTAX("YAML: BEL", "\a: a\n", 1, 1, "control characters are not allowed"),
    SYNTAX("YAML: an escape sequence", "\x1b[31m: a\n", 1, 1, "control characters are not allowed"),
    SYNTAX("YAML: DEL", "\x7f: a\n", 1, 1, "control characters are not allowed"),
    SYNTAX("YAML: a C1 control", "\xc2\x80: a\n", 1, 1, "control characters are not allowed"),

    /* tags: nothing is made of them */
    SYNTAX("!!binary", "a: !!binary aGk=\n", 1, 4, "the tag tag:yaml.org,2002:binary is not supported"),
    SYNTAX("!!python/object", "a: !!python/object:os.system {}\n", 1, 4, "is not supported"),
    SYNTAX("!!python/object/apply", "a: !!python/object/apply:os.system echo\n", 1, 4, "is not supported"),
    SYNTAX("a tag of somebody's own", "a: !custom x\n", 1, 4, "the tag !custom is not supported"),
    SYNTAX("a tag on the document", "!custom\na: b\n", 1, 1, "the tag !custom is not supported"),
    SYNTAX("an unknown handle", "a: !x!y z\n", 1, 4, "undefined tag handle"),
    SYNTAX("a redirected !!", "%TAG !! tag:evil,2000:\n---\na: !!str x\n", 3, 4, "the tag tag:evil,2000:str"),

    /* directives; the document behind a refused one is read on its own */
    SYNTAX("%YAML 3.0", "%YAML 3.0\n---\n# nothing\n", 1, 1, "incompatible YAML document"),
    SYNTAX("%YAML twice", "%YAML 1.1\n%YAML 1.1\n---\n", 2, 1, "duplicate %YAML directive"),
    SYNTAX("%TAG twice", "%TAG ! tag:a\n%TAG ! tag:b\n---\n", 2, 1, "duplicate %TAG directive"),
    SYNTAX("an unknown directive", "%FOO bar\n---\n", 1, 5, "unknown directive name"),
    SYNTAX("a directive without a document", "%YAML 1.1\na: 1\n", 2, 1, "did not find expected <document start>"),

    /* anchors and merge keys */
    SYNTAX("an alias of nothing", "a: *b\n", 1, 4, "the alias *b has no anchor before it"),
    SYNTAX("an alias inside of its anchor", "a: &b [*b]\n", 1, 8, "the alias *b has no anchor before it"),
    SYNTAX("an alias as a key", "a: &b c\n*b : d\n", 2, 1, "a key must be a plain value"),
    SYNTAX("two anchors on one value", "a: &b &c d\n", 1, 7, "did not find expected key"),
    SYNTAX("an anchor on an alias", "a: &b c\nd: &e *b\n", 2, 7, "did not find expected key"),
    SYNTAX("a merge of a text", "<<: a\n", 1, 5, "\"<<\" needs a map"),
    SYNTAX("a merge of a list", "a: &b [1]\n<<: *b\n", 2, 5, "\"<<\" needs a map"),
};

static aim_code add_bytes(aim_cluster *cluster, const char *text, size_t size, aim_report **report, aim_error **err) {
    aim_source source = {.struct_size = sizeof source, .name = "hostile", .data = text, .size = size};
    return aim_cluster_add(cluster, &source, report, err);
}

TEST(hostile, each_damaged_text_gets_one_error_at_its_place) {
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const refusal *r = &refusals[i];
        aim_cluster *cluster = new_cluster(t);
        const char *before = case_of(t, cluster);
        aim_report *report;
        aim_error *error;
        aim_code code = add_bytes(cluster, r->text, r->size, &report, &error);
        const char *message = aim_error_message(error);
        if (code != r->code) FAIL("%s: %s: %s", r->what, aim_code_name(code), message);
        if (aim_error_line(error) != r->line || aim_error_column(error) != r->column)
            FAIL("%s: at %" PRIu64 ":%" PRIu64 ", expected %" PRIu64 ":%" PRIu64, r->what, aim_error_line(error),
                 aim_error_column(error), r->line, r->column);
        if (!strstr(message, r->message)) FAIL("%s: the message is %s", r->what, message);
        if (aim_report_count(report) != 1) FAIL("%s: %zu entries", r->what, aim_report_count(report));
        CHECK_TEXT(aim_error_source(error), "hostile");
        CHECK_TEXT(case_of(t, cluster), before);
        aim_error_free(error);
        aim_report_free(report);
        aim_cluster_free(cluster);
    }
}

/* --- legal, though it does not look like it --- */

TEST(hostile, what_is_legal_is_read_as_it_is_written) {
    static const struct {
        const char *what, *text, *documents;
    } cases[] = {
        {"a mark at the start", "\xef\xbb\xbf{\"a\":1}", "{\"a\":1}\n"},
        {"YAML: a mark at the start",
         "\xef\xbb\xbf"
         "a: 1\n",
         "{\"a\":1}\n"},
        {"a huge integer", "{\"a\":123456789012345678901234567890}", "{\"a\":123456789012345678901234567890}\n"},
        {"a huge exponent", "{\"a\":1e999999999}", "{\"a\":1e999999999}\n"},
        {"YAML: a huge integer", "a: 123456789012345678901234567890\n", "{\"a\":123456789012345678901234567890}\n"},
        {"YAML: a huge exponent", "a: 1e400\n", "{\"a\":1e400}\n"},
        {"CRLF", "a:\r\n- b\r\n- |\r\n  c\r\n", "{\"a\":[\"b\",\"c\\n\"]}\n"},
        {"a lone CR", "a: 1\rb: 2\r", "{\"a\":1,\"b\":2}\n"},
        {"NEL as a line break",
         "a: 1\xc2\x85"
         "b: 2\xc2\x85",
         "{\"a\":1,\"b\":2}\n"},
        {"tabs between words", "a:\tb\t# c\n", "{\"a\":\"b\"}\n"},
        {"%YAML 1.1", "%YAML 1.1\n---\na: 1\n", "{\"a\":1}\n"},
        {"%YAML 1.2", "%YAML 1.2\n---\na: 1\n", "{\"a\":1}\n"},
        {"a %TAG for the types of YAML", "%TAG !y! tag:yaml.org,2002:\n---\na: !y!str 1\n", "{\"a\":\"1\"}\n"},
        {"DEL in a string", "{\"a\":\"\x7f\"}", "{\"a\":\"\\u007f\"}\n"},
        {"an escape sequence in a string", "{\"a\":\"\\u001b[31m\"}", "{\"a\":\"\\u001b[31m\"}\n"},
        {"a key from the other side of the screen", "{\"\\u202e\":1}", "{\"\xe2\x80\xae\":1}\n"},
        {"an empty key", "{\"\":{\"\":1}}", "{\"\":{\"\":1}}\n"},
        {"a name of Python", "__class__: {__init__: {__globals__: 1}}\n",
         "{\"__class__\":{\"__init__\":{\"__globals__\":1}}}\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        test_check_text(t, __FILE__, __LINE__, cases[i].what, documents_of(t, cases[i].text), cases[i].documents);
    }
}

/* --- limits: the last text that is taken and the first that is not --- */

static const char *repeat(test_context *t, const char *before, const char *part, size_t count, const char *after) {
    aimp_text text = aimp_text_new(&t->arena);
    aimp_text_add_string(&text, before);
    for (size_t i = 0; i < count; i++)
        aimp_text_add_string(&text, part);
    aimp_text_add_string(&text, after);
    return aimp_text_string(&text);
}

/* One more part than fits is one error with this text, and nothing is kept. */
static void check_limit(test_context *t, const aim_limits *limits, const char *before, const char *part, size_t most,
                        const char *after, const char *message) {
    for (size_t more = 0; more <= 1; more++) {
        aimp_mark mark = aimp_arena_mark(&t->arena);
        reading r = new_reading(t);
        const char *text = repeat(t, before, part, most + more, after);
        if (limits->object_bytes) r.limits.object_bytes = limits->object_bytes;
        if (limits->object_values) r.limits.object_values = limits->object_values;
        if (limits->alias_expansion) r.limits.alias_expansion = limits->alias_expansion;
        read_into(&r, text, strlen(text));
        if (!more && r.problem_count) FAIL("%s%s… %zu times is refused: %s", before, part, most, r.problems[0].message);
        if (more && (r.problem_count != 1 || r.problems[0].code != AIM_E_LIMIT || r.document_count ||
                     strcmp(r.problems[0].message, message) != 0))
            FAIL("%s%s… %zu times: %s", before, part, most + 1,
                 r.problem_count ? r.problems[0].message : "it is accepted");
        aimp_arena_rewind(&t->arena, mark);
    }
}

/* Depth: sixty_four_levels_… and depth_… of the readers; report_entries:
 * report_keeps_as_many_entries_as_the_limit_says. */
TEST(hostile, each_limit_takes_what_it_says_and_nothing_more) {
    static const aim_limits bytes = {.object_bytes = 1000}, values = {.object_values = 1000},
                            aliases = {.alias_expansion = 1};
    check_limit(t, &bytes, "{\"a\":\"", "x", 1000 - 8, "\"}", "the object is longer than 1000 bytes");
    check_limit(t, &bytes, "a: ", "x", 1000 - 3, "", "the object is longer than 1000 bytes");
    check_limit(t, &values, "{\"a\":[0", ",0", 997, "]}", "the object has more than 1000 values");
    check_limit(t, &values, "a:\n", "- 0\n", 998, "", "the object has more than 1000 values");
    /* each alias stands for two values; a thousand are always allowed */
    check_limit(t, &aliases, "a: &x [1]\nb:\n", "- *x\n", 500, "",
                "aliases make the object more than 1 times as large");
}

/* --- bombs: small texts that would cost much --- */

typedef struct bomb {
    const char *what, *before, *part;
    size_t count;
    const char *after;
    aim_code code;
    uint64_t line, column;
} bomb;

/* libyaml counts the end of a text that does not end with a newline to the line behind it. */
static const bomb bombs[] = {
    {"brackets", "a: ", "[", 32768, "", AIM_E_LIMIT, 1, 67},
    {"brackets of JSON", "{\"a\":", "[", 32768, "", AIM_E_LIMIT, 1, 69},
    {"maps of JSON", "", "{\"a\":", 6554, "", AIM_E_LIMIT, 1, 321},
    {"maps in a line", "x: ", "{a: ", 8192, "", AIM_E_LIMIT, 1, 256},
    {"lists of lists", "a:\n", "- ", 16384, "x\n", AIM_E_LIMIT, 2, 127},
    {"explicit keys", "", "? ", 16384, "", AIM_E_SYNTAX, 1, 3},
    {"explicit keys in a line", "a: {", "? ", 16384, "", AIM_E_SYNTAX, 1, 7},
    {"tags", "a: ", "!x ", 20000, "", AIM_E_SYNTAX, 1, 4},
    {"colons", "a: ", ": ", 20000, "", AIM_E_SYNTAX, 1, 4},
    {"merges of one map", "l: &l {a: b}\nm:\n", "  <<: *l\n", 20000, "", AIM_E_LIMIT, 503, 7},
    {"aliases of one value", "a: &x 1\nb: [", "*x,", 100000, "]\n", AIM_E_LIMIT, 2, 3005},
    {"aliases in a skipped field", "metadata:\n  managedFields:\n  - &x [1, 2]\n", "  - *x\n", 100000, "", AIM_E_LIMIT,
     337, 5},
    {"a key that is long and plain", "a:\n  ", "k", 1000000, ": v\n", AIM_E_SYNTAX, 2, 1000003},
    {"a key that is long and quoted", "a:\n  \"", "k", 1000000, "\": v\n", AIM_E_SYNTAX, 2, 1000005},
    {"a line without an end", "a: ", "x", 17 << 20, "", AIM_E_LIMIT, 2, 1},
    {"spaces without an end", "a: b", " ", 17 << 20, "", AIM_E_LIMIT, 2, 1},
    {"a string without an end", "{\"a\":\"", "x", 1 << 20, "", AIM_E_SYNTAX, 1, (1 << 20) + 7},
    {"a quote without an end", "a: \"", "x\n", 1 << 19, "", AIM_E_SYNTAX, (1 << 19) + 1, 1},
    {"a directive without an end", "%", "x", 100000, "\n---\n", AIM_E_SYNTAX, 1, 100002},
    {"documents without an end", "", "---\n", 1000000, "", AIM_OK, 0, 0},
    {"documents behind JSON", "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"x\"}}\n", "---\n",
     200000, "", AIM_OK, 0, 0},
    {"a comment without an end", "#", "x", 17 << 20, "", AIM_OK, 0, 0},
    {"comments without an end", "", "# x\n", 1 << 20, "", AIM_OK, 0, 0},
    {"newlines without an end", "", "\n", 1 << 22, "", AIM_OK, 0, 0},
    {"broken documents", "", "---\n[\n", 3000, "", AIM_E_DOCUMENT, 2, 1},
    {"broken lines", "", "{x\n", 100000, "", AIM_E_SYNTAX, 1, 2},
};

/* A bomb that goes off costs so much that nobody could miss it: nothing is timed here. */
TEST(hostile, bombs_do_not_go_off) {
    for (size_t i = 0; i < COUNT(bombs); i++) {
        const bomb *b = &bombs[i];
        aimp_mark mark = aimp_arena_mark(&t->arena);
        aim_cluster *cluster = new_cluster(t);
        aim_report *report;
        aim_error *error;
        const char *text = repeat(t, b->before, b->part, b->count, b->after);
        aim_code code = add_bytes(cluster, text, strlen(text), &report, &error);
        if (code != b->code) FAIL("%s: %s: %s", b->what, aim_code_name(code), aim_error_message(error));
        bool at_place = aim_error_line(error) == b->line && aim_error_column(error) == b->column;
        if (!at_place) FAIL("%s: at %" PRIu64 ":%" PRIu64, b->what, aim_error_line(error), aim_error_column(error));
        if (aim_report_count(report) > 1000) FAIL("%s: %zu entries", b->what, aim_report_count(report));
        aim_error_free(error);
        aim_report_free(report);
        aim_cluster_free(cluster);
        aimp_arena_rewind(&t->arena, mark);
    }
}

TEST(hostile, one_map_may_have_a_hundred_thousand_keys_and_a_key_a_million_bytes) {
    aimp_text yaml = aimp_text_new(&t->arena), json = aimp_text_new(&t->arena);
    aimp_text_add_string(&yaml, "a:\n");
    aimp_text_add_string(&json, "{\"a\":{\"");
    aimp_text_add_repeated(&json, 'k', 1000000);
    aimp_text_add_string(&json, "\":0");
    for (int i = 0; i < 100000; i++) {
        aimp_text_add_format(&yaml, "  k%d: 0\n", i);
        aimp_text_add_format(&json, ",\"k%d\":0", i);
    }
    aimp_text_add_string(&json, "}}");
    CHECK_INTEGER(read_bytes(t, aimp_text_string(&yaml), yaml.size).document_count, 1);
    CHECK_INTEGER(read_bytes(t, aimp_text_string(&json), json.size).document_count, 1);
}

/* --- texts that were not finished --- */

/* Whether the documents of a part are those of the whole, as far as they are complete: the last one may be shorter. */
static bool is_beginning(const char *part, const char *whole) {
    for (const char *newline; (newline = strchr(part, '\n')) != NULL && newline[1]; part = newline + 1) {
        size_t size = (size_t)(newline - part) + 1;
        if (strncmp(part, whole, size) != 0) return false;
        whole += size;
    }
    return true;
}

/* JSON: every_unfinished_document_is_refused_once. A YAML text has no end of its own: what is cut between two of its
 * lines is a shorter one. */
TEST(hostile, a_text_that_is_cut_anywhere_is_refused_or_a_shorter_one) {
    static const char text[] = "%YAML 1.1\n---\nkind: \"a\\u00e9\\x41\"\nb: &x {c: 'it''s', d: [1, 0x1f, ~]}\n"
                               "? e\n: |+\n  \xe2\x82\xac\n   f\n\ng: !!str 5 # h\n...\n---\ni: >-\n   j\n   k\n---\n"
                               "k: &x {}\nl:\n- - m\n  - *x\n- <<: *x\n  \"n\": *x\n---\n{\"o\": \"\\ud83d\"}\n";
    aimp_text whole = aimp_text_new(&t->arena);
    size_t refused = 0, taken = 0;
    reading all = read_text(t, text);
    aimp_text_add_string(&whole, aimp_text_string(&all.documents));
    CHECK(all.document_count > 0);
    for (size_t size = 0; size < sizeof text - 1; size++) {
        aimp_mark mark = aimp_arena_mark(&t->arena);
        reading r = read_bytes(t, text, size);
        const char *documents = aimp_text_string(&r.documents);
        if (!is_beginning(documents, aimp_text_string(&whole)))
            FAIL("cut behind %zu bytes it is read as\n%s", size, documents);
        r.problem_count ? refused++ : taken++;
        aimp_arena_rewind(&t->arena, mark);
    }
    CHECK(refused > 50);
    CHECK(taken > 50);
}

/* --- texts with as many problems as they can have: each was once looked for from the beginning of the text --- */

/* A text that is written with a number, 0 to count - 1, at each %zu of its part. */
static const char *numbered(test_context *t, const char *before, const char *part, size_t count, const char *after) {
    aimp_text out = aimp_text_new(&t->arena);
    const char *number = strchr(part, '#');
    aimp_text_add_string(&out, before);
    for (size_t i = 0; i < count; i++) {
        aimp_text_add(&out, part, (size_t)(number - part));
        aimp_text_add_format(&out, "%zu%s", i, number + 1);
    }
    aimp_text_add_string(&out, after);
    return aimp_text_string(&out);
}

#define SERVICE_JSON                                                                                                   \
    "{\"apiVersion\":\"aim.eai.amd.com/v1alpha1\",\"kind\":\"AIMService\",\"metadata\":{\"name\":\"a#\"}"

TEST(hostile, many_problems_are_found_in_one_walk_of_the_text) {
    const char *padding = repeat(t, "", "x", 5000, "");
    const char *item =
        aimp_format(&t->arena, SERVICE_JSON ",\"spec\":{\"model\":{\"name\":7}},\"x\":\"%s\"},", padding);
    const struct {
        const char *what, *text;
        aim_code code;
        size_t entries;
        uint64_t line, column; /* of the last entry */
    } texts[] = {
        {"unknown fields",
         numbered(t,
                  "apiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\nmetadata: {name: a}\nspec:\n"
                  "  model: {name: x}\n",
                  "  zebra#:\n    1\n", 50000, ""),
         AIM_OK, 1000, 2004, 3},
        {"problems of one line",
         numbered(t, "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[", item, 400, "null]}"), AIM_E_TYPE, 1000, 1,
         0},
        {"kinds", numbered(t, "", "---\napiVersion: v1\nkind: K#\n", 20000, ""), AIM_OK, 0, 0, 0},
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        aim_cluster *cluster = new_cluster(t);
        aim_report *report;
        aim_report_entry last = {.struct_size = sizeof last};
        aim_code code = add_bytes(cluster, texts[i].text, strlen(texts[i].text), &report, NULL);
        if (code != texts[i].code) FAIL("%s: %s", texts[i].what, aim_code_name(code));
        if (aim_report_count(report) != texts[i].entries)
            FAIL("%s: %zu entries", texts[i].what, aim_report_count(report));
        if (texts[i].entries) aim_report_at(report, texts[i].entries - 1, &last);
        if (last.line != texts[i].line || (texts[i].column && last.column != texts[i].column))
            FAIL("%s: the last is at %" PRIu64 ":%" PRIu64, texts[i].what, last.line, last.column);
        if (last.excerpt && strlen(last.excerpt) > 160)
            FAIL("%s: %zu bytes of excerpt", texts[i].what, strlen(last.excerpt));
        aim_report_free(report);
        aim_cluster_free(cluster);
    }
}

TEST(hostile, kinds_beyond_the_limit_are_counted_together) {
    aim_cluster *cluster = new_cluster(t);
    aim_report *report;
    uint64_t objects = 0;
    int32_t used;
    const char *text = numbered(t, "", "---\napiVersion: v1\nkind: K#\n", 3000, "");
    add_bytes(cluster, text, strlen(text), &report, NULL);
    CHECK_INTEGER(aim_report_kind_count(report), 1001);
    CHECK_TEXT(kind_of_report(t, report, 0, &objects, &used), "(other kinds)");
    CHECK_INTEGER(objects, 2000);
    aim_report_free(report);
    aim_cluster_free(cluster);
}

TEST(hostile, the_logs_of_a_case_are_found_by_name) {
    aim_cluster *cluster = new_cluster(t);
    const char *text = numbered(t, "{\"apiVersion\":\"libaim/v1\",\"kind\":\"Case\",\"items\":[],\"podLogs\":{",
                                "\"a/b/c#\":\"log\",", 50000, "\"a/b/c7\\u0000\":\"\"}}");
    CHECK_INTEGER(add_bytes(cluster, text, strlen(text), NULL, NULL), AIM_E_SYNTAX);
    text = numbered(t, "{\"apiVersion\":\"libaim/v1\",\"kind\":\"Case\",\"items\":[],\"podLogs\":{",
                    "\"a/b/c#\":\"log\",", 50000, "\"a/b/d\":\"last\"}}");
    CHECK_INTEGER(add_bytes(cluster, text, strlen(text), NULL, NULL), AIM_OK);
    aim_buffer *buffer;
    CHECK_INTEGER(aim_cluster_render_case(cluster, 0, &buffer, NULL), AIM_OK);
    CHECK(strstr(aim_buffer_data(buffer), "\"a/b/c49999\":\"log\",") != NULL);
    CHECK(strstr(aim_buffer_data(buffer), "\"a/b/d\":\"last\"") != NULL);
    aim_buffer_free(buffer);
    aim_cluster_free(cluster);
}
