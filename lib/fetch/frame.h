/* JSON values out of bytes that come in pieces of any size: the events of a watch, or the items of a list one by one.
 *
 * It only finds where values begin and end, counting brackets outside of strings; whether they are JSON is the reader's
 * to say, of every value that is cut out and of what is left of a list without its items. */
#ifndef AIMP_FETCH_FRAME_H
#define AIMP_FETCH_FRAME_H

#include "base/bytes.h"

typedef enum aimp_frame_kind {
    AIMP_FRAME_VALUES, /* one value behind the other */
    AIMP_FRAME_LIST    /* one map; the items of its member "items" are cut out and leave a 0 each */
} aimp_frame_kind;

typedef struct aimp_frame {
    const aim_allocator *allocator;
    aimp_frame_kind kind;
    uint64_t value_bytes, rest_bytes; /* most of one value, of what is left of a list */
    aim_code (*value)(const char *text, size_t size, void *user);
    void *user;
    aimp_bytes text; /* of the value that has begun */
    aimp_bytes rest; /* of a list */
    uint64_t values;
    uint32_t depth;
    bool in_string, escaped, in_value, ended;
    bool in_items;   /* between the brackets of "items" */
    bool after_key;  /* of a list: the last thing seen at its top is the key "items" (and a colon) */
    bool key_begins; /* of a list: a string that begins now is a key of the top */
    uint8_t key_at;  /* how much of "items" the key has matched; 255: it is another */
} aimp_frame;

void aimp_frame_begin(aimp_frame *frame, const aim_allocator *allocator, aimp_frame_kind kind,
                      aim_code (*value)(const char *text, size_t size, void *user), void *user);
/* AIM_OK, AIM_E_NO_MEMORY, AIM_E_LIMIT for a value that is too large, or what value() answered. */
aim_code aimp_frame_add(aimp_frame *frame, const char *bytes, size_t size);
/* Whether nothing is missing: no value has begun that has not ended, and of a list, its end was seen. */
bool aimp_frame_is_whole(const aimp_frame *frame);
void aimp_frame_free(aimp_frame *frame);

#endif
