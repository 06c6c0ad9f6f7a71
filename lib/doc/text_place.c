/* Walking a text line by line and character by character. */
#include "doc/text_place.h"

#include <string.h>

#include "base/text.h"

aimp_text_place aimp_text_place_new(const char *text, size_t size) {
    const bool marked = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
    const char *begin = marked ? text + 3 : text;
    return (aimp_text_place){begin, text + size, begin, begin, 1, 1};
}

bool aimp_text_place_seek(aimp_text_place *place, uint64_t line, uint64_t column) {
    if (line < place->line) *place = (aimp_text_place){place->begin, place->end, place->begin, place->begin, 1, 1};
    while (place->line < line) {
        const char *newline = memchr(place->at, '\n', (size_t)(place->end - place->at));
        if (!newline) {
            *place = (aimp_text_place){place->begin, place->end, place->begin, place->begin, 1, 1};
            return false;
        }
        place->line_start = place->at = newline + 1;
        place->line++;
        place->column = 1;
    }
    if (column < place->column) {
        place->at = place->line_start;
        place->column = 1;
    }
    uint32_t code_point;
    for (; place->column < column && place->at < place->end && *place->at != '\n'; place->column++) {
        size_t size = aimp_utf8_decode(place->at, place->end, &code_point);
        place->at += size ? size : 1;
    }
    return true;
}
