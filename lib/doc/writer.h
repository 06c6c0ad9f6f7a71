/* Trees as text: the same tree, the same bytes. */
#ifndef AIMP_DOC_WRITER_H
#define AIMP_DOC_WRITER_H

#include "base/text.h"
#include "doc/node.h"

/* One line of JSON without a newline at its end. */
void aimp_write_json(aimp_text *out, const aimp_node *node);
/* The same with a newline at the end. */
void aimp_write_json_line(aimp_text *out, const aimp_node *node);
/* The same as arena text. */
const char *aimp_json_text(aimp_arena *arena, const aimp_node *node);
/* A block of YAML that ends with a newline; strings that a YAML 1.1 or 1.2 reader would retype are quoted. */
void aimp_write_yaml(aimp_text *out, const aimp_node *node);
/* A JSON string with its quotes; valid UTF-8 stays as it is, anything else becomes U+FFFD. */
void aimp_write_json_string(aimp_text *out, const char *text, size_t size);

#endif
