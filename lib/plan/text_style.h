/* ANSI styles for text that goes to a terminal. */
#ifndef AIMP_PLAN_TEXT_STYLE_H
#define AIMP_PLAN_TEXT_STYLE_H

#include "base/text.h"

typedef enum aimp_text_style { AIMP_PLAIN, AIMP_BOLD, AIMP_DIM, AIMP_RED, AIMP_GREEN, AIMP_YELLOW } aimp_text_style;

/* Nothing when color is false. */
void aimp_style(aimp_text *out, bool color, aimp_text_style style);

#endif
