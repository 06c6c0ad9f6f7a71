/* Finding where JSON values begin and end. */
#include "fetch/frame.h"

#include <string.h>

enum { OTHER_KEY = 255 };

void aimp_frame_begin(aimp_frame *frame, const aim_allocator *allocator, aimp_frame_kind kind,
                      aim_code (*value)(const char *text, size_t size, void *user), void *user) {
    *frame = (aimp_frame){.allocator = allocator,
                          .kind = kind,
                          .value_bytes = 16u << 20,
                          .rest_bytes = 4u << 20,
                          .value = value,
                          .user = user};
}

void aimp_frame_free(aimp_frame *frame) {
    aimp_bytes_free(&frame->text, frame->allocator);
    aimp_bytes_free(&frame->rest, frame->allocator);
}

bool aimp_frame_is_whole(const aimp_frame *frame) {
    if (frame->kind == AIMP_FRAME_LIST) return frame->ended && !frame->in_string && frame->depth == 0;
    return !frame->in_value && frame->depth == 0;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static aim_code keep(aimp_frame *f, aimp_bytes *to, uint64_t most, const char *bytes, size_t size) {
    if (!size) return AIM_OK;
    if (to->size + size > most) return AIM_E_LIMIT;
    return aimp_bytes_add(to, f->allocator, bytes, size) ? AIM_OK : AIM_E_NO_MEMORY;
}

static aim_code hand_over(aimp_frame *f) {
    f->in_value = false;
    f->values++;
    aim_code code = f->value(aimp_bytes_text(&f->text), f->text.size, f->user);
    aimp_bytes_clear(&f->text, f->allocator);
    return code;
}

/* Inside a string: how many bytes of it there are, its end included. */
static size_t string_bytes(aimp_frame *f, const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (f->escaped) {
            f->escaped = false;
        } else if (bytes[i] == '\\') {
            f->escaped = true;
        } else if (bytes[i] == '"') {
            f->in_string = false;
            return i + 1;
        }
    }
    return size;
}

/* Whether the key of a list's top that is being read is still "items". */
static void match_key(aimp_frame *f, const char *bytes, size_t size) {
    static const char name[] = "items\"";
    for (size_t i = 0; i < size && f->key_at != OTHER_KEY; i++)
        f->key_at = f->key_at < sizeof name - 1 && bytes[i] == name[f->key_at] ? f->key_at + 1 : OTHER_KEY;
    if (!f->in_string) {
        f->after_key = f->key_at == sizeof name - 1;
        f->key_at = OTHER_KEY;
    }
}

/* One byte of a list's frame outside of strings and items. */
static void list_byte(aimp_frame *f, char c) {
    if (c == '"') {
        f->in_string = true;
        f->key_at = f->depth == 1 && f->key_begins ? 0 : OTHER_KEY;
        f->key_begins = false;
        f->after_key = false;
    } else if (c == '{' || c == '[') {
        f->in_items = c == '[' && f->depth == 1 && f->after_key;
        f->key_begins = c == '{' && f->depth == 0;
        f->after_key = false;
        f->depth++;
    } else if (c == '}' || c == ']') {
        f->after_key = false;
        if (f->depth > 0) f->depth--;
        f->ended |= f->depth == 0;
    } else if (c == ',') {
        f->key_begins = f->depth == 1;
        f->after_key = false;
    } else if (!is_blank(c) && c != ':') {
        f->after_key = false;
    }
}

/* A value that is being cut out; answers how many bytes belong to it. floor: the depth around it. */
static size_t value_bytes(aimp_frame *f, const char *bytes, size_t size, uint32_t floor, bool *ends) {
    size_t i = 0;
    *ends = false;
    while (i < size && !*ends) {
        if (f->in_string) {
            i += string_bytes(f, bytes + i, size - i);
            *ends = !f->in_string && f->depth == floor;
            continue;
        }
        char c = bytes[i];
        bool closes = c == '}' || c == ']';
        /* a number or a word ends before what follows it */
        if (f->depth == floor && f->in_value && f->text.size + i > 0 && (is_blank(c) || c == ',' || closes)) {
            *ends = true;
            break;
        }
        if (c == '"') f->in_string = true;
        if (c == '{' || c == '[') f->depth++;
        if (closes && f->depth > floor) *ends = --f->depth == floor;
        i++;
    }
    return i;
}

static aim_code add_value(aimp_frame *f, const char **bytes, size_t *size, uint32_t floor) {
    bool ends;
    f->in_value = true;
    size_t taken = value_bytes(f, *bytes, *size, floor, &ends);
    aim_code code = keep(f, &f->text, f->value_bytes, *bytes, taken);
    *bytes += taken;
    *size -= taken;
    if (code || !ends) return code;
    return hand_over(f);
}

static aim_code add_list(aimp_frame *f, const char **bytes, size_t *size) {
    const char *begin = *bytes;
    size_t i = 0;
    while (i < *size && !f->in_value) {
        if (f->in_string) {
            size_t taken = string_bytes(f, begin + i, *size - i);
            match_key(f, begin + i, taken);
            i += taken;
            continue;
        }
        char c = begin[i];
        if (f->in_items && c != ',' && c != ']' && !is_blank(c)) {
            f->in_value = true;
            break;
        }
        if (f->in_items && c == ']') f->in_items = false;
        list_byte(f, c);
        i++;
    }
    aim_code code = keep(f, &f->rest, f->rest_bytes, begin, i);
    if (!code && f->in_value) code = keep(f, &f->rest, f->rest_bytes, "0", 1);
    *bytes += i;
    *size -= i;
    return code;
}

aim_code aimp_frame_add(aimp_frame *f, const char *bytes, size_t size) {
    aim_code code = AIM_OK;
    while (size && !code) {
        if (f->kind == AIMP_FRAME_LIST) {
            code = f->in_value ? add_value(f, &bytes, &size, 2) : add_list(f, &bytes, &size);
            continue;
        }
        while (size && !f->in_value && is_blank(*bytes))
            bytes++, size--;
        if (size) code = add_value(f, &bytes, &size, 0);
    }
    return code;
}
