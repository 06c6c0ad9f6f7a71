/* aim controller where it was left out of the build; tools/aim/controller has the real one. */
#include "command.h"

#ifndef AIM_TOOL_CONTROLLER
int command_controller(const tool_options *options) {
    (void)options;
    complain("this aim was built without its controller");
    return EXIT_USAGE;
}
#endif
