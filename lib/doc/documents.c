/* Which reader a text needs. A text that begins with { is JSON until a line "---" says that the next document may be
 * anything; everything else is YAML, of which JSON is a part. */
#include <string.h>

#include "doc/reader.h"

static uint64_t count_lines(const char *text, size_t size) {
    uint64_t lines = 0;
    for (const char *p = text; (p = memchr(p, '\n', size - (size_t)(p - text))) != NULL; p++)
        lines++;
    return lines;
}

void aimp_read_documents(const char *text, size_t size, const aim_limits *limits, aimp_arena *scratch,
                         const aimp_document_sink *sink) {
    aimp_builder *builder = aimp_builder_new(limits, scratch, sink);
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) text += 3, size -= 3;
    uint64_t line = 1;
    while (size) {
        size_t blank = 0;
        while (blank < size && aimp_is_space(text[blank]))
            blank++;
        if (blank == size) return;
        if (text[blank] != '{') {
            aimp_read_yaml(builder, text, size, line);
            return;
        }
        size_t used = aimp_read_json(builder, text, size, line);
        if (used == size) return;
        line += count_lines(text, used);
        text += used, size -= used;
        const char *newline = memchr(text, '\n', size); /* behind the marker there may be JSON again */
        size_t marker = newline ? (size_t)(newline - text) + 1 : size;
        size_t next = 3;
        while (next < marker && aimp_is_space(text[next]))
            next++;
        bool bare = next == marker || (text[next] == '#' && next > 3);
        for (next = marker; next < size && aimp_is_space(text[next]);)
            next++;
        if (!bare || (next < size && text[next] != '{')) {
            aimp_read_yaml(builder, text, size, line);
            return;
        }
        line += count_lines(text, marker);
        text += marker, size -= marker;
    }
}
