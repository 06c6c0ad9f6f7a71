/* Events of events.k8s.io/v1, said when something changes: one object for what happens once, a series for what happens
 * again. Saying an event never waits, and one that cannot be written is counted and forgotten: events inform, and no
 * work may depend on them. */
#ifndef AIM_TOOL_EVENT_RECORDER_H
#define AIM_TOOL_EVENT_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include <aim/fetch.h>

typedef struct event_recorder event_recorder;

/* Who reports: the program, such as "aim-controller", and the one process of it; the latter is cut to 128 bytes. NULL:
 * no memory, or an argument is missing. */
event_recorder *event_recorder_new(const char *controller, const char *instance);

/* Says that something happened to an object. The same again (object, action, reason, kind of event and note) within 6
 * minutes becomes a series: written at once the first time, then once a minute at most, until nothing came for 6
 * minutes. The note is cut to 1,024 bytes, reason and action to 128. resource_version, action and note may be NULL;
 * now_text is the time as log_time() writes it, NULL: now. now_ms is of a clock that never goes back. */
void event_recorder_say(event_recorder *r, aim_fetch *fetch, const aim_ref *object, const char *resource_version,
                        bool warning, const char *reason, const char *action, const char *note, uint64_t now_ms,
                        const char *now_text);

/* Looks at the answers to its calls, and asks for what waits: a few at a time, so that they do not stand before other
 * calls. To be called after every run of the fetch, always with the same one. */
void event_recorder_step(event_recorder *r, aim_fetch *fetch, uint64_t now_ms);

/* How many writes did not happen: refused, without an answer, or more than there is room for. */
uint64_t event_recorder_dropped(const event_recorder *r);

/* NULL is accepted. Calls that are under way stay with the fetch. */
void event_recorder_free(event_recorder *r);

#endif
