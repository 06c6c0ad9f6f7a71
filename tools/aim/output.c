/* Standard output and standard error. */
#include <stdarg.h>

#include "command.h"

int worse(int a, int b) {
    static const int order[] = {EXIT_DONE, EXIT_CHANGED, EXIT_BLOCKED, EXIT_AMBIGUOUS, EXIT_TROUBLE, EXIT_INPUT};
    int rank_a = 0, rank_b = 0;
    for (int i = 0; i < (int)(sizeof order / sizeof *order); i++) {
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

uint32_t output_flags(const tool_options *options) {
    return options->color ? AIM_RENDER_COLOR : 0;
}

int32_t output_wanted(output_format format) {
    static const int32_t formats[] = {
        [OUTPUT_TEXT] = AIM_FORMAT_TEXT,   [OUTPUT_WIDE] = AIM_FORMAT_WIDE,     [OUTPUT_NAME] = AIM_FORMAT_TEXT,
        [OUTPUT_JSON] = AIM_FORMAT_JSON,   [OUTPUT_YAML] = AIM_FORMAT_YAML,     [OUTPUT_MARKDOWN] = AIM_FORMAT_MARKDOWN,
        [OUTPUT_SARIF] = AIM_FORMAT_SARIF, [OUTPUT_GITHUB] = AIM_FORMAT_GITHUB,
    };
    return formats[format];
}

bool output_buffer(aim_code code, aim_buffer *buffer, aim_error *error) {
    if (code)
        complain_error(error);
    else
        fwrite(aim_buffer_data(buffer), 1, aim_buffer_size(buffer), stdout);
    aim_buffer_free(buffer);
    aim_error_free(error);
    return !code;
}

bool output_part(const visited *v, int32_t part) {
    output_format format = v->options->format;
    bool manifests = part == AIM_PART_PLAN && format == OUTPUT_YAML; /* they bring their own --- */
    if (!v->first && format != OUTPUT_JSON && !manifests) fputs(format == OUTPUT_YAML ? "---\n" : "\n", stdout);
    aim_buffer *buffer;
    aim_error *error;
    aim_code code = aim_plan_render(v->plan, part, output_wanted(format), output_flags(v->options), &buffer, &error);
    return output_buffer(code, buffer, error);
}

int output_finish(int code) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    complain("cannot write to standard output");
    return EXIT_TROUBLE;
}
