/* The controller's numbers, as Prometheus reads them. */
#ifndef AIM_TOOL_METRICS_H
#define AIM_TOOL_METRICS_H

#include "controller.h"

/* A text to be freed; NULL: no memory. busy: objects with a call under way. */
char *metrics_text(const controller *c, bool leads, size_t busy);

#endif
