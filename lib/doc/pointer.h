/* JSON Pointers (RFC 6901): made from keys, and walked. */
#ifndef AIMP_DOC_POINTER_H
#define AIMP_DOC_POINTER_H

#include "base/text.h"
#include "doc/node.h"

/* "/" and the key, with ~ and / escaped. */
void aimp_pointer_add(aimp_text *pointer, const char *key);
/* The pointer to a member below another pointer. */
const char *aimp_pointer_below(aimp_arena *arena, const char *pointer, const char *key);
/* The key of the first step, unescaped; *pointer moves behind it and is "" at its end. */
const char *aimp_pointer_step(aimp_arena *arena, const char **pointer);
/* What one step leads to: a member of a map, an item of a list; NULL when it is not there. */
const aimp_node *aimp_pointer_child(const aimp_node *node, const char *key);

#endif
