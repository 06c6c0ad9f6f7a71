/* Errors as owned, immutable records; without memory there are static ones. */
#include "base/error.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct aim_error {
    const aim_allocator *allocator; /* points to the copy below; NULL for the static error */
    aim_allocator own_allocator;
    size_t size;
    aim_code code;
    uint64_t line, column;
    const char *message, *source, *pointer; /* behind the struct */
};

#define STATIC_ERROR(code_)                                                                                            \
    { .code = (code_), .message = "there is no memory to say more" }

/* What is handed out when there is no memory for an error of its own. */
static const aim_error no_memory = {.code = AIM_E_NO_MEMORY, .message = "out of memory"};
static const aim_error speechless[] = {
    STATIC_ERROR(AIM_E_LIMIT),     STATIC_ERROR(AIM_E_ARGUMENT),    STATIC_ERROR(AIM_E_STRUCT),
    STATIC_ERROR(AIM_E_CALLBACK),  STATIC_ERROR(AIM_E_SYNTAX),      STATIC_ERROR(AIM_E_TYPE),
    STATIC_ERROR(AIM_E_DUPLICATE), STATIC_ERROR(AIM_E_DOCUMENT),    STATIC_ERROR(AIM_E_POLICY),
    STATIC_ERROR(AIM_E_NOT_FOUND), STATIC_ERROR(AIM_E_UNSUPPORTED), STATIC_ERROR(AIM_E_READ),
    STATIC_ERROR(AIM_E_CANCELLED), STATIC_ERROR(AIM_E_INTERNAL),    STATIC_ERROR(AIM_E_CONNECT),
    STATIC_ERROR(AIM_E_TRUST),     STATIC_ERROR(AIM_E_CREDENTIALS), STATIC_ERROR(AIM_E_TIMEOUT),
    STATIC_ERROR(AIM_E_CUT),       STATIC_ERROR(AIM_E_PROTOCOL),    STATIC_ERROR(AIM_E_REFUSED),
};

static const struct {
    aim_code code;
    const char *name;
} names[] = {
    {AIM_OK, "AIM_OK"},
    {AIM_E_NO_MEMORY, "AIM_E_NO_MEMORY"},
    {AIM_E_LIMIT, "AIM_E_LIMIT"},
    {AIM_E_ARGUMENT, "AIM_E_ARGUMENT"},
    {AIM_E_STRUCT, "AIM_E_STRUCT"},
    {AIM_E_CALLBACK, "AIM_E_CALLBACK"},
    {AIM_E_SYNTAX, "AIM_E_SYNTAX"},
    {AIM_E_TYPE, "AIM_E_TYPE"},
    {AIM_E_DUPLICATE, "AIM_E_DUPLICATE"},
    {AIM_E_DOCUMENT, "AIM_E_DOCUMENT"},
    {AIM_E_POLICY, "AIM_E_POLICY"},
    {AIM_E_NOT_FOUND, "AIM_E_NOT_FOUND"},
    {AIM_E_UNSUPPORTED, "AIM_E_UNSUPPORTED"},
    {AIM_E_READ, "AIM_E_READ"},
    {AIM_E_CONNECT, "AIM_E_CONNECT"},
    {AIM_E_TRUST, "AIM_E_TRUST"},
    {AIM_E_CREDENTIALS, "AIM_E_CREDENTIALS"},
    {AIM_E_TIMEOUT, "AIM_E_TIMEOUT"},
    {AIM_E_CUT, "AIM_E_CUT"},
    {AIM_E_PROTOCOL, "AIM_E_PROTOCOL"},
    {AIM_E_REFUSED, "AIM_E_REFUSED"},
    {AIM_E_CANCELLED, "AIM_E_CANCELLED"},
    {AIM_E_INTERNAL, "AIM_E_INTERNAL"},
};

const char *aim_code_name(aim_code code) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].code == code) return names[i].name;
    }
    return "AIM_E_UNKNOWN";
}

/* A code of the host's own has none: then memory is what the error is about. */
static const aim_error *static_error(aim_code code) {
    for (size_t i = 0; i < sizeof speechless / sizeof *speechless; i++) {
        if (speechless[i].code == code) return &speechless[i];
    }
    return &no_memory;
}

static const char *place_text(char **next, const char *text) {
    if (!text) return NULL;
    size_t size = strlen(text) + 1;
    char *copy = memcpy(*next, text, size);
    *next += size;
    return copy;
}

static aim_code make(aim_error **err, const aim_allocator *allocator, aim_code code, const aimp_place *place,
                     const char *message) {
    if (!err) return code;
    aimp_place none = {0};
    if (!place) place = &none;
    size_t size = sizeof(aim_error) + strlen(message) + 1;
    size += place->source ? strlen(place->source) + 1 : 0;
    size += place->pointer ? strlen(place->pointer) + 1 : 0;
    aim_error *error = code == AIM_E_NO_MEMORY ? NULL : aimp_alloc(allocator, size);
    if (!error) {
        /* The caller may only pass it to aim_error_…(), which never write to it. */
        *err = (aim_error *)(uintptr_t)static_error(code);
        return code;
    }
    char *next = (char *)(error + 1);
    *error = (aim_error){
        .own_allocator = *allocator, .size = size, .code = code, .line = place->line, .column = place->column};
    error->allocator = &error->own_allocator;
    error->message = place_text(&next, message);
    error->source = place_text(&next, place->source);
    error->pointer = place_text(&next, place->pointer);
    *err = error;
    return code;
}

aim_code aimp_fail(aim_error **err, const aim_allocator *allocator, aim_code code, const aimp_place *place,
                   const char *format, ...) {
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    aimp_utf8_drop_broken(message);
    return make(err, allocator, code, place, message);
}

aim_code aimp_fail_guard(aim_error **err, const aim_allocator *allocator, const aimp_guard *guard) {
    return make(err, allocator, guard->code, NULL, guard->message);
}

aim_code aim_error_code(const aim_error *error) {
    return error ? error->code : AIM_OK;
}
const char *aim_error_message(const aim_error *error) {
    return error ? error->message : "";
}
const char *aim_error_source(const aim_error *error) {
    return error ? error->source : NULL;
}
const char *aim_error_pointer(const aim_error *error) {
    return error ? error->pointer : NULL;
}
uint64_t aim_error_line(const aim_error *error) {
    return error ? error->line : 0;
}
uint64_t aim_error_column(const aim_error *error) {
    return error ? error->column : 0;
}

int32_t aim_error_retryable(const aim_error *error) {
    if (!error) return 0;
    switch (error->code) {
    case AIM_E_NO_MEMORY: return 1;
    case AIM_E_TRUST:
    case AIM_E_CREDENTIALS:
    case AIM_E_REFUSED: return 0;
    default: return AIM_CODE_CLASS(error->code) == AIM_CLASS_TRANSPORT;
    }
}

void aim_error_free(aim_error *error) {
    if (!error || !error->allocator) return;
    aim_allocator allocator = error->own_allocator;
    aimp_release(&allocator, error, error->size);
}
