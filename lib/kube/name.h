/* Names and label values: the sanitisers, the derived-name algorithm and its hash inputs.
 * Rules: spec/names-and-labels.md sections 1 to 3. */
#ifndef AIMP_KUBE_NAME_H
#define AIMP_KUBE_NAME_H

#include "base/text.h"
#include "doc/node.h"

#define AIMP_NAME_MAX 63

/* Section 1.1: a name part; may come out empty. */
const char *aimp_name_part(aimp_arena *arena, const char *text);
/* Section 1.2: a component of an image reference, without a length limit; may come out empty. */
const char *aimp_image_component(aimp_arena *arena, const char *text);
/* Section 1.3: a label value; "" when nothing is left. */
const char *aimp_label_value(aimp_arena *arena, const char *text);
/* True when an API server accepts the text as a label value: at most 63 bytes of [A-Za-z0-9._-], alphanumeric at both
 * ends, or empty. */
bool aimp_label_value_is_legal(const char *text);
/* DNS-1123 label (at most 63) and subdomain (at most 253). */
bool aimp_is_dns_label(const char *text);
bool aimp_is_dns_subdomain(const char *text);

/* Section 3: the inputs of a hash, each as the JSON text that Go writes, joined by '|'. */
typedef struct aimp_hash_input {
    aimp_text text;
    size_t count;
} aimp_hash_input;
aimp_hash_input aimp_hash_input_new(aimp_arena *arena);
void aimp_hash_add_string(aimp_hash_input *input, const char *text); /* NULL counts as "" */
void aimp_hash_add_integer(aimp_hash_input *input, int64_t value);
/* An env list (list of EnvVar nodes): null when env is NULL or empty; elements as in section 3.3. */
void aimp_hash_add_env(aimp_hash_input *input, const aimp_node *env);

/* Section 3.2: the text as a JSON string in Go's spelling, HTML escaping on, with the quotes. */
void aimp_add_go_string(aimp_text *out, const char *text, size_t size);

/* Section 2. hash may be NULL (no suffix). Answers NULL when max_length is not in 1..63 or there is no part. */
const char *aimp_derived_name(aimp_arena *arena, const char *const *parts, size_t part_count,
                              const aimp_hash_input *hash, size_t hash_length, size_t max_length);

#endif
