/* Calls of the public interface that are repeated while memory runs out: what stands ready for them, and their tables.
 *
 * To add a function: write a small scenario that calls it, and add one line to the table below it. */
#ifndef AIM_TESTS_MEMORY_SCENARIO_H
#define AIM_TESTS_MEMORY_SCENARIO_H

#include "harness.h"

/* Everything but the cluster and the lint is the same for all runs and may only be read. */
typedef struct stage {
    test_context *t;
    const char *sample;   /* tests/robustness/sample.yaml, of which the cluster was made */
    aim_cluster *cluster; /* of this run alone */
    aim_lint *lint;       /* of this run alone */
    aim_plan *plan;       /* of team/chat */
    aim_diff *diff;       /* of that plan */
    aim_report *refused;  /* of a broken text */
    aimp_text answer;     /* what the scenario was answered; in memory that does not run out */
} stage;

typedef struct memory_scenario {
    const char *name;
    aim_code (*run)(stage *s, const struct memory_scenario *scenario, aim_error **err);
    const char *text;  /* what it reads, or which service it asks about */
    uint32_t flags;    /* of the text */
    aim_code expected; /* with memory to spare */
} memory_scenario;

extern const memory_scenario memory_cluster_scenarios[], memory_answer_scenarios[];
extern const size_t memory_cluster_scenario_count, memory_answer_scenario_count;

/* Writes down a part of an answer. */
#define NOTE(...) aimp_text_add_format(&s->answer, __VA_ARGS__)
/* Writes down a text that was rendered and gives it back; where code is an error there may be no text. */
void memory_note_buffer(stage *s, aim_code code, aim_buffer *buffer);
/* A sink that writes down what it is given. */
aim_sink memory_sink(stage *s);
/* After a call: where code is an error the out-parameter must be NULL. */
void memory_check_out(stage *s, aim_code code, const void *out);

#endif
