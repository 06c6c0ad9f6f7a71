/* Text on its way out: into a buffer that the caller will own, or piece by piece into a host's sink. */
#ifndef AIMP_BASE_BUFFER_H
#define AIMP_BASE_BUFFER_H

#include <aim/buffer.h>

#include "base/context.h"
#include "base/text.h"

/* Runs under a guard; what it takes from out->arena lives as long as the buffer, or until the sink has everything. */
typedef void aimp_writing(aimp_text *out, void *arg);

/* Exactly one of sink and out is set. *out receives an owned buffer, NULL on failure. */
aim_code aimp_write_out(aim_context *context, aimp_writing *writing, void *arg, const aim_sink *sink, aim_buffer **out,
                        aim_error **err);
/* Checks a sink or an out-parameter (the other is NULL) and clears what will be received. context: of the handle that
 * is to be written; NULL when that is NULL. */
aim_code aimp_check_output(const aim_context *context, const aim_sink *sink, aim_buffer **out, aim_error **err);

#endif
