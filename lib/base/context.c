/* Contexts and cancel flags: counted, immutable, shared between threads. */
#include "base/context.h"

#include <string.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/struct.h"

#define DEFAULT_OBJECT_BYTES ((uint64_t)16 << 20)
#define DEFAULT_OBJECT_VALUES 1000000u
#define DEFAULT_DEPTH 64u
#define MAX_DEPTH 512u
#define DEFAULT_ALIAS_EXPANSION 10u
#define DEFAULT_REPORT_ENTRIES 1000u

struct aim_cancel {
    aim_context *context;
    atomic_int set;
};

static aim_code check(const aim_context_options *options, aim_error **err) {
    const aim_allocator *libc = &aimp_libc_allocator;
    if (!aimp_struct_ok(options, sizeof *options, 0))
        return aimp_fail(err, libc, AIM_E_STRUCT, NULL, "aim_context_options has a wrong struct_size or unknown flags");
    const aim_allocator *a = options->allocator;
    if (a && !aimp_struct_ok(a, sizeof *a, 0))
        return aimp_fail(err, libc, AIM_E_STRUCT, NULL, "aim_allocator has a wrong struct_size or unknown flags");
    if (a && (!a->alloc || !a->resize || !a->release))
        return aimp_fail(err, libc, AIM_E_ARGUMENT, NULL, "aim_allocator needs alloc, resize and release");
    const aim_limits *l = options->limits;
    if (l && !aimp_struct_ok(l, sizeof *l, 0))
        return aimp_fail(err, libc, AIM_E_STRUCT, NULL, "aim_limits has a wrong struct_size or unknown flags");
    if (l && l->depth > MAX_DEPTH)
        return aimp_fail(err, libc, AIM_E_ARGUMENT, NULL, "aim_limits.depth is at most %u", MAX_DEPTH);
    return AIM_OK;
}

static uint64_t or_default(uint64_t value, uint64_t fallback) {
    return value ? value : fallback;
}

aim_code aim_context_new(const aim_context_options *options, aim_context **out, aim_error **err) {
    if (err) *err = NULL;
    if (!out) return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "out is NULL");
    *out = NULL;
    aim_context_options defaults = {.struct_size = sizeof defaults};
    if (!options) options = &defaults;
    aim_code code = check(options, err);
    if (code) return code;
    const aim_allocator *allocator = options->allocator ? options->allocator : &aimp_libc_allocator;
    aim_context *context = aimp_alloc(allocator, sizeof *context);
    if (!context) return aimp_fail(err, allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    aim_limits limits = {.struct_size = sizeof limits};
    if (options->limits) limits = *options->limits;
    limits.object_bytes = or_default(limits.object_bytes, DEFAULT_OBJECT_BYTES);
    limits.object_values = or_default(limits.object_values, DEFAULT_OBJECT_VALUES);
    limits.depth = or_default(limits.depth, DEFAULT_DEPTH);
    limits.alias_expansion = or_default(limits.alias_expansion, DEFAULT_ALIAS_EXPANSION);
    limits.report_entries = or_default(limits.report_entries, DEFAULT_REPORT_ENTRIES);
    context->allocator = *allocator;
    context->limits = limits;
    context->log = options->log;
    context->log_user = options->log_user;
    atomic_init(&context->holders, 1);
    *out = context;
    return AIM_OK;
}

void aimp_context_retain(aim_context *context) {
    atomic_fetch_add_explicit(&context->holders, 1, memory_order_relaxed);
}

void aim_context_free(aim_context *context) {
    if (!context || atomic_fetch_sub_explicit(&context->holders, 1, memory_order_acq_rel) != 1) return;
    aim_allocator allocator = context->allocator;
    aimp_release(&allocator, context, sizeof *context);
}

aim_code aim_cancel_new(aim_context *context, aim_cancel **out, aim_error **err) {
    if (err) *err = NULL;
    if (out) *out = NULL;
    if (!context || !out) return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "context or out is NULL");
    *out = aimp_alloc(&context->allocator, sizeof **out);
    if (!*out) return aimp_fail(err, &context->allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    aimp_context_retain(context);
    (*out)->context = context;
    atomic_init(&(*out)->set, 0);
    return AIM_OK;
}

void aim_cancel_set(aim_cancel *cancel) {
    if (cancel) atomic_store_explicit(&cancel->set, 1, memory_order_release);
}

bool aimp_cancel_seen(const aim_cancel *cancel) {
    return atomic_load_explicit(&cancel->set, memory_order_acquire) != 0;
}

int32_t aim_cancel_is_set(const aim_cancel *cancel) {
    return cancel && aimp_cancel_seen(cancel);
}

void aim_cancel_free(aim_cancel *cancel) {
    if (!cancel) return;
    aim_context *context = cancel->context;
    aimp_release(&context->allocator, cancel, sizeof *cancel);
    aim_context_free(context);
}
