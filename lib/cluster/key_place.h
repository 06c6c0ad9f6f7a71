/* Where the name of a field stands, given where its value begins. */
#ifndef AIMP_CLUSTER_KEY_PLACE_H
#define AIMP_CLUSTER_KEY_PLACE_H

#include "doc/text_place.h"

/* value: the place of the value. Answers the place of the name in *line and *column; false, and nothing changed, when
 * it is not found within a few thousand bytes before. */
bool aimp_key_place(const aimp_text_place *value, const char *key, uint32_t *line, uint32_t *column);

#endif
