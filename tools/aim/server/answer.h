/* What a server answered: JSON of which nothing is sure, neither that a member is there nor what it is. */
#ifndef AIM_TOOL_ANSWER_H
#define AIM_TOOL_ANSWER_H

#include <json-c/json.h>

/* A text as JSON, of as many levels as an API server takes; NULL when it is none. To be given back with
 * json_object_put(). */
json_object *answer_parse(const char *text);
/* An object's member; NULL without one, and when what is asked is no object. */
json_object *answer_member(json_object *map, const char *key);
/* A member that is a text; "" when it is not there or is none. Lives as long as the map. */
const char *answer_text(json_object *map, const char *key);
/* Items of a member that is a list; 0 when it is not there or is none. */
size_t answer_count(json_object *map, const char *key);
json_object *answer_item(json_object *map, const char *key, size_t index);

#endif
