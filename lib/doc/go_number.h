/* Numbers as Go's encoding/json spells a float64. Rules: spec/rendering.md section 2.4. */
#ifndef AIMP_DOC_GO_NUMBER_H
#define AIMP_DOC_GO_NUMBER_H

#include "base/text.h"

/* False when the JSON number is too large for a double. */
bool aimp_go_number_fits(aimp_arena *arena, const char *json_number);
/* The number through a double: shortest digits that read back the same, exponent form below 1e-6 and from 1e21 on. */
const char *aimp_go_number(aimp_arena *arena, const char *json_number);

#endif
