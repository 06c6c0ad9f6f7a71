/* Standard output and standard error. */
#include <stdarg.h>

#include "command.h"

int worse(int a, int b) {
    static const int order[] = {EXIT_DONE, EXIT_BLOCKED, EXIT_AMBIGUOUS, EXIT_TROUBLE, EXIT_INPUT};
    int rank_a = 0, rank_b = 0;
    for (int i = 0; i < 5; i++) {
        if (order[i] == a) rank_a = i;
        if (order[i] == b) rank_b = i;
    }
    return rank_a >= rank_b ? a : b;
}

void put_safe(FILE *file, const char *text) {
    for (; text && *text; text++)
        fputc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text, file);
}

void output_name(const char *kind, const char *name) {
    put_safe(stdout, kind);
    putchar('/');
    put_safe(stdout, name);
    putchar('\n');
}

void complain(const char *format, ...) {
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fputs("aim: ", stderr);
    put_safe(stderr, text);
    fputc('\n', stderr);
}

void complain_error(const aim_error *error) {
    if (aim_error_source(error) && aim_error_line(error))
        complain("%s:%llu:%llu: %s", aim_error_source(error), (unsigned long long)aim_error_line(error),
                 (unsigned long long)aim_error_column(error), aim_error_message(error));
    else
        complain("%s", aim_error_message(error));
}

bool output_part(const tool_options *options, const aim_plan *plan, int32_t part, int32_t format) {
    aim_buffer *buffer;
    aim_error *error;
    if (aim_plan_render(plan, part, format, options->color ? AIM_RENDER_COLOR : 0, &buffer, &error)) {
        complain_error(error);
        aim_error_free(error);
        return false;
    }
    fwrite(aim_buffer_data(buffer), 1, aim_buffer_size(buffer), stdout);
    aim_buffer_free(buffer);
    return true;
}

int output_finish(int code) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    complain("cannot write to standard output");
    return EXIT_TROUBLE;
}
