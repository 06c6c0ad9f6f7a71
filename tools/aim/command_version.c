/* aim version: which libaim this is. */
#include <stdio.h>

#include "live.h"

int command_version(const tool_options *options) {
    printf("aim %s\n", aim_version());
    if (options->verbose) {
        printf("%s\n", aim_build_info());
        if (live_build_info()) printf("%s\n", live_build_info());
    }
    return EXIT_DONE;
}
