/* Driving a fetch with a transport. */
#include <string.h>

#include "base/error.h"
#include "base/struct.h"
#include "fetch/fetch.h"

enum { PROGRESS_MS = 100, NOTICE_MS = 50 };

void aimp_fetch_detach(aim_fetch *f) {
    if (!f->has_transport) return;
    f->has_transport = false;
    while (f->exchanges) {
        aimp_exchange *exchange = f->exchanges;
        f->exchanges = exchange->next;
        f->transport.cancel(exchange->id, f->transport.user);
        if (exchange->reflector) aimp_reflector_rewind(exchange->reflector);
        if (exchange->call) exchange->call->under_way = false;
        aimp_fetch_exchange_free(f, exchange);
    }
}

typedef struct run {
    aim_fetch *fetch;
    const aim_transport *transport;
    aim_run_options options;
    uint64_t began_ms, shown_ms;
    uint64_t shown_changes;
    aim_error **err;
} run;

static bool is_over(const run *r) {
    if (!r->options.call) return aim_fetch_is_done(r->fetch);
    aim_result result = {.struct_size = sizeof result};
    return aim_fetch_result(r->fetch, r->options.call, &result) != AIM_E_UNSUPPORTED;
}

static aim_code stop(const run *r, aim_code code, const char *message) {
    return aimp_fail(r->err, r->fetch->allocator, code, NULL, "%s", message);
}

/* Whatever is due goes out. *wait_ms: when something will be. */
static aim_code send_all(run *r, uint64_t *wait_ms) {
    aim_receiver receiver = {.struct_size = sizeof receiver};
    aim_fetch_receiver(r->fetch, &receiver);
    for (;;) {
        aim_request request = {.struct_size = sizeof request};
        aim_code code = aim_fetch_next(r->fetch, r->transport->now_ms(r->transport->user), &request, wait_ms, r->err);
        if (code || !request.id) return code;
        code = r->transport->start(&request, &receiver, r->transport->user);
        if (!code) continue;
        const aim_end end = {
            .struct_size = sizeof end, .phase = AIM_END_UNSENT, .code = code, .message = "the transport did not begin"};
        receiver.end(request.id, &end, receiver.user);
        return stop(r, code, "the transport did not begin an exchange");
    }
}

static aim_code show(run *r, uint64_t now_ms) {
    const bool due = now_ms - r->shown_ms >= PROGRESS_MS || r->shown_changes != r->fetch->changes;
    if (!r->options.progress || !due) return AIM_OK;
    r->shown_ms = now_ms;
    r->shown_changes = r->fetch->changes;
    aim_code code = r->options.progress(r->fetch, r->options.user);
    return code ? stop(r, code, "the progress callback ended the run") : AIM_OK;
}

static uint64_t answers(const aim_fetch *f) {
    uint64_t count = f->changes;
    for (size_t i = 0; i < f->reflector_count; i++)
        count += f->reflectors[i].events;
    for (const aimp_call *c = f->calls; c; c = c->next)
        count += c->ended;
    return count;
}

static aim_code loop(run *r) {
    aim_fetch *f = r->fetch;
    const aim_transport *t = r->transport;
    const uint64_t before = answers(f);
    for (;;) {
        uint64_t wait_ms = UINT64_MAX, now_ms;
        aim_code code = send_all(r, &wait_ms);
        if (code) return code;
        if (f->fatal) return stop(r, f->fatal, aimp_bytes_text(&f->fatal_message));
        now_ms = t->now_ms(t->user);
        code = show(r, now_ms);
        if (code) return code;
        if (r->options.cancel && aim_cancel_is_set(r->options.cancel)) return stop(r, AIM_E_CANCELLED, "cancelled");
        if (!(r->options.flags & AIM_RUN_STEP) ? is_over(r) : answers(f) != before) return AIM_OK;
        if (r->options.limit_ms) {
            const uint64_t spent_ms = now_ms - r->began_ms;
            if (spent_ms >= r->options.limit_ms) return stop(r, AIM_E_TIMEOUT, "the time is over");
            if (wait_ms > r->options.limit_ms - spent_ms) wait_ms = r->options.limit_ms - spent_ms;
        }
        if (r->options.progress && wait_ms > PROGRESS_MS) wait_ms = PROGRESS_MS;
        if (r->options.cancel && wait_ms > NOTICE_MS) wait_ms = NOTICE_MS;
        code = t->poll(wait_ms, t->user);
        if (code) return stop(r, code, "the transport cannot go on");
    }
}

aim_code aim_fetch_run(aim_fetch *f, const aim_transport *transport, const aim_run_options *options, aim_error **err) {
    if (err) *err = NULL;
    if (!f || !transport)
        return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "fetch or transport is NULL");
    if (!aimp_struct_ok(transport, sizeof *transport, 0) ||
        (options && !aimp_struct_ok(options, sizeof *options, AIM_RUN_STEP)))
        return aimp_fail(err, f->allocator, AIM_E_STRUCT, NULL,
                         "aim_transport or aim_run_options has a wrong struct_size or unknown flags");
    if (!transport->start || !transport->cancel || !transport->poll || !transport->now_ms)
        return aimp_fail(err, f->allocator, AIM_E_ARGUMENT, NULL, "the transport lacks a callback");
    if (!f->has_transport || f->transport.user != transport->user || f->transport.start != transport->start)
        aimp_fetch_detach(f);
    f->has_transport = true;
    f->transport = *transport;
    run r = {.fetch = f, .transport = &f->transport, .err = err};
    if (options) r.options = *options;
    r.began_ms = r.shown_ms = transport->now_ms(transport->user);
    r.shown_changes = f->changes;
    return loop(&r);
}
