/* What stands behind every handle that answers a question: one pass in its own arena, run as far as was asked. */
#ifndef AIMP_PLAN_ANSWER_H
#define AIMP_PLAN_ANSWER_H

#include <stdatomic.h>

#include <aim/plan.h>

#include "base/error.h"
#include "base/struct.h"
#include "plan/object_plan.h"

typedef struct aimp_answer aimp_answer;

struct aim_resolution {
    aimp_answer *answer;
};
struct aim_selection {
    aimp_answer *answer;
};
struct aim_cache_plan {
    aimp_answer *answer;
};
struct aim_plan {
    aimp_answer *answer;
};

struct aimp_answer {
    aim_context *context;
    atomic_uint holders;
    aimp_answer *base; /* whose pass this answer goes on from; counted */
    aimp_arena arena;
    aimp_held *held;
    const aim_policy *policy; /* counted; NULL until the question is asked */
    aimp_plan plan;
    /* the four faces of the same answer */
    struct aim_resolution resolution;
    struct aim_selection selection;
    struct aim_cache_plan cache;
    struct aim_plan whole;
};

/* How far a question needs the pass to run. */
typedef enum aimp_depth {
    AIMP_TO_TEMPLATE,
    AIMP_TO_CACHE,
    AIMP_TO_MANIFESTS, /* the whole plan, of a service */
    AIMP_TO_PLAN       /* the whole plan, of every kind that has one */
} aimp_depth;

aim_code aimp_answer_new(const aim_cluster *cluster, const aim_ref *object, const aim_options *options,
                         aimp_depth depth, aimp_answer **out, aim_error **err);
/* An answer without content, in its own arena; NULL when memory is out. */
aimp_answer *aimp_answer_alloc(aim_context *context, aimp_guard *guard);
void aimp_answer_free(aimp_answer *answer);
/* Options may be NULL. */
aim_code aimp_options_check(const aim_options *options, const aim_allocator *allocator, aim_error **err);

#endif
