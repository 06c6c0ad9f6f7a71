#include "doc/pointer.h"

void aimp_pointer_add(aimp_text *pointer, const char *key) {
    aimp_text_add_char(pointer, '/');
    for (; *key; key++) {
        if (*key == '~' || *key == '/')
            aimp_text_add_string(pointer, *key == '~' ? "~0" : "~1");
        else
            aimp_text_add_char(pointer, *key);
    }
}

const char *aimp_pointer_below(aimp_arena *arena, const char *pointer, const char *key) {
    aimp_text text = aimp_text_new(arena);
    aimp_text_add_string(&text, pointer);
    aimp_pointer_add(&text, key);
    return aimp_text_string(&text);
}

const char *aimp_pointer_step(aimp_arena *arena, const char **pointer) {
    aimp_text key = aimp_text_new(arena);
    const char *p = **pointer == '/' ? *pointer + 1 : *pointer;
    for (; *p && *p != '/'; p++) {
        bool escaped = *p == '~' && (p[1] == '0' || p[1] == '1');
        if (escaped) p++;
        aimp_text_add_char(&key, !escaped ? *p : *p == '0' ? '~' : '/');
    }
    *pointer = p;
    return aimp_text_string(&key);
}

const aimp_node *aimp_pointer_child(const aimp_node *node, const char *key) {
    size_t index = 0;
    if (!node || node->kind != AIMP_LIST) return aimp_get(node, key);
    for (; aimp_is_digit(*key) && index < aimp_count(node); key++)
        index = index * 10 + (size_t)(*key - '0');
    return *key ? NULL : aimp_item(node, index);
}
