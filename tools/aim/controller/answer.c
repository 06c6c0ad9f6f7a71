/* Reading JSON that somebody else wrote. */
#include "answer.h"

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
