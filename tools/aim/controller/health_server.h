/* What others ask a running controller by HTTP: /healthz (is it alive), /readyz (has it read everything), /metrics. It
 * answers from what was published last, on a thread of its own, and never waits for the work. */
#ifndef AIM_TOOL_HEALTH_SERVER_H
#define AIM_TOOL_HEALTH_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct health_server health_server;

/* Listens on "HOST:PORT", "[IPV6]:PORT" or ":PORT" (all addresses); port 0: any free one. NULL, and why in message,
 * when that cannot be. Until something is published it is alive and not ready. */
health_server *health_server_start(const char *address, char *message, size_t size);

/* The port that it listens on. */
uint16_t health_server_port(const health_server *s);

/* What is answered from now on. The texts are copied and may be NULL; why_not is the answer while it is not ready or
 * not alive. Whoever publishes nothing for 60 seconds is taken for dead. */
void health_server_publish(health_server *s, bool alive, bool ready, const char *why_not, const char *metrics_text);

/* Answers nobody any more, and gives everything back. NULL is accepted. */
void health_server_stop(health_server *s);

#endif
