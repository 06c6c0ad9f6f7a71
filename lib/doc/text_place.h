/* Places of a text, by line and column as people count them, found again from the last one that was asked for: going
 * forward through a text costs the text once, however many places there are. */
#ifndef AIMP_DOC_TEXT_PLACE_H
#define AIMP_DOC_TEXT_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct aimp_text_place {
    const char *begin, *end; /* of the text, without a byte order mark */
    const char *line_start, *at;
    uint64_t line, column; /* of at, from 1 */
} aimp_text_place;

aimp_text_place aimp_text_place_new(const char *text, size_t size);
/* Moves to a line and column (in code points), or to the end of the line when that is before; false when the text has
 * no such line, and then the place is its beginning. */
bool aimp_text_place_seek(aimp_text_place *place, uint64_t line, uint64_t column);

#endif
