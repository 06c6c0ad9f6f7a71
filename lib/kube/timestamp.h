/* Times as Kubernetes writes them: RFC 3339 in UTC. */
#ifndef AIMP_KUBE_TIMESTAMP_H
#define AIMP_KUBE_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds since an arbitrary day; a fraction is passed over. False when the text is no such time. */
bool aimp_timestamp_seconds(const char *text, int64_t *out);

#endif
