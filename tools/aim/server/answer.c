/* Reading JSON that somebody else wrote. */
#include "answer.h"

#include <limits.h>
#include <string.h>

json_object *answer_parse(const char *text) {
    enum { DEPTH = 128 };
    json_tokener *tokener = json_tokener_new_ex(DEPTH);
    const size_t size = strlen(text);
    json_object *object = tokener && size < INT_MAX ? json_tokener_parse_ex(tokener, text, (int)size + 1) : NULL;
    if (tokener) json_tokener_free(tokener);
    return object;
}

json_object *answer_member(json_object *map, const char *key) {
    json_object *value = NULL;
    return json_object_is_type(map, json_type_object) && json_object_object_get_ex(map, key, &value) ? value : NULL;
}

const char *answer_text(json_object *map, const char *key) {
    json_object *value = answer_member(map, key);
    const char *text = json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
    return text ? text : "";
}

size_t answer_count(json_object *map, const char *key) {
    json_object *value = answer_member(map, key);
    return json_object_is_type(value, json_type_array) ? json_object_array_length(value) : 0;
}

json_object *answer_item(json_object *map, const char *key, size_t index) {
    return index < answer_count(map, key) ? json_object_array_get_idx(answer_member(map, key), index) : NULL;
}
