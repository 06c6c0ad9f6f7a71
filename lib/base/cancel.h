/* The cancel flag as the guards read it. */
#ifndef AIMP_BASE_CANCEL_H
#define AIMP_BASE_CANCEL_H

#include <stdbool.h>

#include <aim/context.h>

bool aimp_cancel_seen(const aim_cancel *cancel);

#endif
