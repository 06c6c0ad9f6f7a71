/* "PASS name" and "FAIL name" lines, and the last line that tools/test counts. */
#ifndef AIM_ROBUSTNESS_VERDICT_H
#define AIM_ROBUSTNESS_VERDICT_H

#include <stdbool.h>
#include <stdio.h>

static unsigned verdicts_passed, verdicts_failed, verdicts_skipped;

static inline void verdict(const char *name, bool passed) {
    printf("%s %s\n", passed ? "PASS" : "FAIL", name);
    fflush(stdout); /* before a fork could write it twice */
    passed ? verdicts_passed++ : verdicts_failed++;
}

static inline void verdict_skip(const char *name, const char *reason) {
    printf("SKIP %s: %s\n", name, reason);
    fflush(stdout);
    verdicts_skipped++;
}

/* The last line, and the exit code. */
static inline int verdict_end(void) {
    printf("%u passed, %u failed, %u skipped\n", verdicts_passed, verdicts_failed, verdicts_skipped);
    return verdicts_failed != 0 || verdicts_passed == 0;
}

#endif
