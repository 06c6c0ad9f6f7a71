/* What Prometheus reads. */
#include "metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_recorder.h"

static void put_metric(FILE *out, const char *name, const char *type, const char *help, uint64_t value) {
    fprintf(out, "# HELP aim_%s %s\n# TYPE aim_%s %s\naim_%s %llu\n", name, help, name, type, name,
            (unsigned long long)value);
}

static void put_objects(FILE *out, const controller *c) {
    fprintf(out, "# HELP aim_controller_objects Objects that are kept true, by kind and status.\n"
                 "# TYPE aim_controller_objects gauge\n");
    static const char *const states[] = {"Pending", "Starting",     "Running", "Progressing", "Ready", "Degraded",
                                         "Failed",  "NotAvailable", ""};
    for (size_t k = 0; k < 3 && c->kinds[k]; k++) {
        for (size_t s = 0; s < sizeof states / sizeof *states; s++) {
            size_t count = 0;
            for (size_t i = 0; i < c->objects.count; i++) {
                const controlled *o = c->objects.items[i];
                count += o->kind == c->kinds[k] && strcmp(o->status, states[s]) == 0;
            }
            if (count)
                fprintf(out, "aim_controller_objects{kind=\"%s\",status=\"%s\"} %zu\n", c->kinds[k], states[s], count);
        }
    }
}

static void put_kinds(FILE *out, const aim_fetch *fetch) {
    fprintf(out, "# HELP aim_fetch_kind_synced Whether a kind is known up to a moment ago.\n"
                 "# TYPE aim_fetch_kind_synced gauge\n");
    aim_sync sync = {.struct_size = sizeof sync}, next = sync;
    bool synced = true; /* of a kind that is read in parts, all of them */
    for (size_t i = 0; !aim_fetch_sync_at(fetch, i, &sync); i++) {
        synced &= sync.state == AIM_SYNC_SYNCED;
        if (!aim_fetch_sync_at(fetch, i + 1, &next) && strcmp(next.kind, sync.kind) == 0) continue;
        fprintf(out, "aim_fetch_kind_synced{kind=\"%s\"} %d\n", sync.kind, synced);
        synced = true;
    }
}

char *metrics_text(const controller *c, bool leads, size_t busy) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) return NULL;
    const controller_counts *n = &c->counts;
    put_metric(out, "controller_leader", "gauge", "Whether this process holds the lease.", leads);
    put_metric(out, "controller_busy_objects", "gauge", "Objects with a call under way.", busy);
    put_metric(out, "controller_plans_total", "counter", "Plans made.", n->plans);
    put_metric(out, "controller_applies_total", "counter", "Server-side applies asked for.", n->applies);
    put_metric(out, "controller_deletes_total", "counter", "Deletions asked for.", n->deletes);
    put_metric(out, "controller_deletes_held_back_total", "counter", "Deletions held back because a kind was unknown.",
               n->dropped_deletes);
    put_metric(out, "controller_status_writes_total", "counter", "Statuses written.", n->statuses);
    put_metric(out, "controller_finalizer_writes_total", "counter", "Finalizers added or removed.", n->finalizers);
    put_metric(out, "controller_logs_read_total", "counter", "Container logs read.", n->logs);
    put_metric(out, "controller_events_read_total", "counter", "Times that the events about an object were read.",
               n->event_reads);
    put_metric(out, "controller_conflicts_total", "counter", "Refusals because fields belong to others.", n->conflicts);
    put_metric(out, "controller_refusals_total", "counter", "Actions that the server refused.", n->failures);
    put_metric(out, "controller_events_dropped_total", "counter", "Events that were not written.",
               event_recorder_dropped(c->events));
    put_objects(out, c);
    put_kinds(out, c->fetch);
    fclose(out);
    return text;
}
