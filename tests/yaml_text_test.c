/* YAML texts that are damaged somewhere: only the document with the damage is lost, and its place is said. */
#include "doc/yaml_text.h"
#include "reading.h"

/* "CODE LINE:COLUMN message" of each problem, then the documents. */
static const char *story_of(test_context *t, const char *text, size_t size) {
    reading r = read_bytes(t, text, size);
    aimp_text out = aimp_text_new(&t->arena);
    for (size_t i = 0; i < r.problem_count && i < MAX_PROBLEMS; i++)
        aimp_text_add_format(&out, "%s %d:%d %s\n", aim_code_name(r.problems[i].code), (int)r.problems[i].line,
                             (int)r.problems[i].column, r.problems[i].message);
    aimp_text_add_string(&out, aimp_text_string(&r.documents));
    return aimp_text_string(&out);
}

#define CHECK_STORY(text, story) CHECK_TEXT(story_of(t, text, sizeof(text) - 1), story)

TEST(yaml_text, a_bad_byte_costs_its_own_document_only) {
    CHECK_STORY("a: 1\n---\nb: 2\n---\nc: \xff\n---\nd: 1\n",
                "AIM_E_SYNTAX 5:4 invalid leading UTF-8 octet\n{\"a\":1}\n{\"b\":2}\n{\"d\":1}\n");
    CHECK_STORY("a: 1\n---\nb: \x07\n---\nc: \xc3(\n---\nd: 1\n",
                "AIM_E_SYNTAX 3:4 control characters are not allowed\n"
                "AIM_E_SYNTAX 5:4 invalid trailing UTF-8 octet\n{\"a\":1}\n{\"d\":1}\n");
}

TEST(yaml_text, the_place_of_a_bad_byte_counts_characters_and_every_kind_of_line) {
    CHECK_STORY("a: \xc3\xa9\xe2\x82\xac \xff\n", "AIM_E_SYNTAX 1:7 invalid leading UTF-8 octet\n");
    CHECK_STORY("a: 1\r\nb: 2\rc: 3\xc2\x85"
                "d: \xff\n",
                "AIM_E_SYNTAX 4:4 invalid leading UTF-8 octet\n");
}

TEST(yaml_text, no_document_is_lost_behind_a_problem_when_lines_end_otherwise) {
    CHECK_STORY("a: [\r\r\r\n---\nb: 1\n---\nc: \xff\r\r\n---\nd: 1\n",
                "AIM_E_SYNTAX 4:1 did not find expected node content (while parsing a flow node)\n"
                "AIM_E_SYNTAX 7:4 invalid leading UTF-8 octet\n{\"b\":1}\n{\"d\":1}\n");
}

TEST(yaml_text, every_sequence_that_is_no_character_is_named) {
    CHECK_STORY("a: \xe2\x82", "AIM_E_SYNTAX 1:4 incomplete UTF-8 octet sequence\n");
    CHECK_STORY("a: \xc0\x80\n", "AIM_E_SYNTAX 1:4 invalid length of a UTF-8 sequence\n");
    CHECK_STORY("a: \xed\xa0\x80\n", "AIM_E_SYNTAX 1:4 invalid Unicode character\n");
    CHECK_STORY("a: \xf4\x90\x80\x80\n", "AIM_E_SYNTAX 1:4 invalid Unicode character\n");
    CHECK_STORY("a: \xef\xbb\xbf\n", "AIM_E_SYNTAX 1:4 control characters are not allowed\n");
}

TEST(yaml_text, documents_in_front_of_too_many_directives_are_read) {
    aimp_text text = aimp_text_new(&t->arena);
    aimp_text_add_string(&text, "a: 1\n...\n");
    for (int i = 0; i < 70; i++)
        aimp_text_add_format(&text, "%%TAG !a%d! tag:x,2000:\n", i);
    aimp_text_add_string(&text, "---\nb: 2\n---\nc: 3\n");
    CHECK_TEXT(story_of(t, aimp_text_string(&text), text.size),
               "AIM_E_LIMIT 67:1 more than 64 directives in front of a document\n{\"a\":1}\n{\"c\":3}\n");
}

TEST(yaml_text, directives_without_number_are_refused_where_there_are_too_many) {
    aimp_text text = aimp_text_new(&t->arena);
    for (int i = 0; i < 64; i++)
        aimp_text_add_format(&text, "%%TAG !a%d! tag:x,2000:\n# and so on\n", i);
    size_t enough = text.size;
    aimp_text_add_string(&text, "---\na: 1\n");
    CHECK_TEXT(story_of(t, aimp_text_string(&text), text.size), "{\"a\":1}\n");
    text.size = enough;
    aimp_text_add_string(&text, "%TAG !one! tag:x,2000:\n---\na: 1\n---\nb: 2\n");
    CHECK_TEXT(story_of(t, aimp_text_string(&text), text.size),
               "AIM_E_LIMIT 129:1 more than 64 directives in front of a document\n{\"b\":2}\n");
}

/* Any two bytes: libyaml has nothing to say about characters behind the walk. */
TEST(yaml_text, libyaml_can_decode_whatever_the_walk_lets_through) {
    for (unsigned a = 1; a < 256; a++) {
        for (unsigned b = 1; b < 256; b++) {
            const char text[] = {'"', (char)a, (char)b, '"', '\n'};
            bool clean = aimp_yaml_find_flaw(text, text + sizeof text, true, &t->guard).at == NULL;
            reading r = read_bytes(t, text, sizeof text);
            static const char *const words[] = {"UTF-8", "control characters", "Unicode"};
            for (size_t i = 0; clean && r.problem_count && i < 3; i++) {
                if (strstr(r.problems[0].message, words[i])) FAIL("%02x %02x: %s", a, b, r.problems[0].message);
            }
        }
    }
}
