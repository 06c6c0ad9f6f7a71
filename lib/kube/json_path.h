/* Kubernetes JSONPath (client-go's util/jsonpath) over a document tree, for expressions that must name exactly one
 * value. Rules: spec/rendering.md section 5.4. Templates with several expressions, range and end are not part of it. */
#ifndef AIMP_KUBE_JSON_PATH_H
#define AIMP_KUBE_JSON_PATH_H

#include "doc/node.h"

typedef struct aimp_json_step aimp_json_step;

typedef struct aimp_json_steps {
    aimp_json_step *items;
    size_t count;
} aimp_json_steps;

typedef enum aimp_json_step_kind {
    AIMP_STEP_FIELD,    /* .key, ['key'] */
    AIMP_STEP_SLICE,    /* [i], [a:b:c], [*] */
    AIMP_STEP_WILDCARD, /* .* */
    AIMP_STEP_DESCENT,  /* .. */
    AIMP_STEP_UNION,    /* [a,b]: parts */
    AIMP_STEP_FILTER,   /* [?(left op right)]: parts[0], parts[1]; without right: left exists */
    AIMP_STEP_TEXT,     /* "text": replaces everything before it */
    AIMP_STEP_CONSTANT  /* 42, true: takes the place of every value before it */
} aimp_json_step_kind;

typedef enum aimp_comparison {
    AIMP_EXISTS,
    AIMP_EQUAL,
    AIMP_NOT_EQUAL,
    AIMP_LESS,
    AIMP_GREATER,
    AIMP_AT_MOST,
    AIMP_AT_LEAST
} aimp_comparison;

/* Bounds as written; [i] is from i, to i + 1, derived. */
typedef struct aimp_slice {
    int32_t from, to, stride;
    bool has_from, has_to, has_stride, derived;
} aimp_slice;

struct aimp_json_step {
    aimp_json_step_kind kind;
    aimp_comparison comparison;
    const char *key;
    const aimp_node *constant;
    aimp_slice slice;
    aimp_json_steps *parts;
    size_t part_count;
};

/* Reads an expression without its braces. bracket_keys: ['k'] and ["k"] name the member k, taken literally; without it
 * they are errors. False on an error, and then *problem is a phrase. */
bool aimp_json_path_parse(aimp_arena *arena, const char *expression, bool bracket_keys, aimp_json_steps *out,
                          const char **problem);
/* What the expressions of one template may visit together: far more than a service has, and soon walked. */
#define AIMP_JSON_PATH_BUDGET 100000

/* The one value; NULL when there is none, more than one, or *budget is used up, and then *problem is a phrase. */
const aimp_node *aimp_json_path_value(aimp_arena *arena, const aimp_json_steps *steps, const aimp_node *object,
                                      size_t *budget, const char **problem);
/* The text as a message shows it: not all of a long one. */
const char *aimp_json_path_shown(aimp_arena *arena, const char *text);

#endif
