/* The lease: who gets it, who keeps it, and who must stop. */
#include <stdio.h>

#include "help.h"
#include "lease.h"

#define LEASES "/apis/coordination.k8s.io/v1/namespaces/aim-system/leases"
#define LEASE(holder, version, renewed)                                                                                \
    "{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":{\"name\":\"l\",\"namespace\":\"aim-"  \
    "system\",\"resourceVersion\":\"" version "\",\"managedFields\":[{}],\"labels\":{\"a\":\"b\"}},\"spec\":{"         \
    "\"holderIdentity\":\"" holder "\",\"leaseDurationSeconds\":15,\"leaseTransitions\":3,\"renewTime\":\"" renewed    \
    "\"}}"
#define OURS(version) LEASE("me", version, "2026-01-02T03:04:05.000000Z")

typedef struct scene {
    test_context *t;
    held_server server;
    lease *lease;
    uint64_t next_ms;
} scene;

static void begin(scene *s, test_context *t) {
    s->t = t;
    held_server_init(&s->server, t);
    s->lease = lease_new("aim-system", "l", "me");
    CHECK(s->lease != NULL);
}

static void end(scene *s) {
    lease_free(s->lease);
    held_server_free(&s->server);
    clock_reset();
}

static lease_state step(scene *s) {
    held_server_run(&s->server);
    const lease_state state = lease_step(s->lease, s->server.fetch, s->server.now_ms, &s->next_ms);
    held_server_run(&s->server);
    return state;
}

static lease_state pass(scene *s, uint64_t ms) {
    s->server.now_ms += ms;
    return step(s);
}

static lease_state reply(scene *s, uint64_t status, const char *body) {
    held_reply(&s->server, status, body);
    return step(s);
}

/* Until we lead. */
static void lead(scene *s) {
    test_context *t = s->t;
    step(s);
    reply(s, 404, STATUS("NotFound"));
    CHECK_INTEGER(reply(s, 201, OURS("1")), LEASE_HELD);
}

static const char *sent(const scene *s, const char *path) {
    return member_text(s->t, held_body(&s->server), path);
}

TEST(lease, one_that_is_not_there_is_made) {
    scene s;
    begin(&s, t);
    clock_fix(1767323045, 1000);
    CHECK_INTEGER(step(&s), LEASE_WAITING);
    CHECK_TEXT(held_line(&s.server), "GET " LEASES "/l");
    CHECK_INTEGER(reply(&s, 404, STATUS("NotFound")), LEASE_WAITING);
    CHECK_TEXT(held_line(&s.server), "POST " LEASES "?fieldValidation=Strict");
    const char *const expected[][2] = {{"apiVersion", "coordination.k8s.io/v1"},
                                       {"kind", "Lease"},
                                       {"metadata.name", "l"},
                                       {"metadata.namespace", "aim-system"},
                                       {"spec.holderIdentity", "me"},
                                       {"spec.leaseDurationSeconds", "15"},
                                       {"spec.leaseTransitions", "0"},
                                       {"spec.acquireTime", "2026-01-02T03:04:05.000001Z"},
                                       {"spec.renewTime", "2026-01-02T03:04:05.000001Z"}};
    for (size_t i = 0; i < COUNT(expected); i++)
        CHECK_TEXT(sent(&s, expected[i][0]), expected[i][1]);
    CHECK_INTEGER(reply(&s, 201, OURS("1")), LEASE_HELD);
    CHECK_TEXT(lease_holder(s.lease), "me");
    CHECK_TEXT(lease_problem(s.lease), "");
    end(&s);
}

TEST(lease, whoever_holds_it_renews_it_every_two_seconds) {
    scene s;
    begin(&s, t);
    lead(&s);
    clock_fix(1767323060, 0);
    CHECK_INTEGER(pass(&s, 1900), LEASE_HELD);
    CHECK_INTEGER(s.server.count, 0);
    CHECK(s.next_ms > s.server.now_ms && s.next_ms <= s.server.now_ms + 100);
    CHECK_INTEGER(pass(&s, 100), LEASE_HELD);
    CHECK_TEXT(held_line(&s.server), "PUT " LEASES "/l?fieldValidation=Strict");
    CHECK_TEXT(sent(&s, "metadata.resourceVersion"), "1");
    CHECK_TEXT(sent(&s, "spec.renewTime"), "2026-01-02T03:04:20.000000Z");
    CHECK_TEXT(sent(&s, "spec.leaseTransitions"), "3"); /* nobody took it over */
    CHECK_TEXT(sent(&s, "metadata.labels.a"), "b");     /* what others wrote stays */
    CHECK_TEXT(sent(&s, "metadata.managedFields"), "missing");
    CHECK_INTEGER(reply(&s, 200, OURS("2")), LEASE_HELD);
    CHECK_INTEGER(pass(&s, 2000), LEASE_HELD);
    CHECK_TEXT(sent(&s, "metadata.resourceVersion"), "2");
    end(&s);
}

TEST(lease, somebody_elses_is_taken_when_it_has_not_changed_for_fifteen_seconds) {
    scene s;
    begin(&s, t);
    step(&s);
    const uint64_t seen_ms = s.server.now_ms;
    CHECK_INTEGER(reply(&s, 200, LEASE("other", "5", "2001-01-01T00:00:00Z")), LEASE_WAITING);
    CHECK_TEXT(lease_holder(s.lease), "other");
    CHECK_INTEGER(s.server.count, 0); /* however old it says it is */
    while (s.server.now_ms + 2000 < seen_ms + 15000) {
        CHECK(s.next_ms >= s.server.now_ms + 1990 && s.next_ms <= s.server.now_ms + 4400);
        CHECK_INTEGER(pass(&s, s.next_ms - s.server.now_ms), LEASE_WAITING);
        if (s.server.now_ms >= seen_ms + 15000) break;
        CHECK_TEXT(held_line(&s.server), "GET " LEASES "/l");
        reply(&s, 200, LEASE("other", "5", "2001-01-01T00:00:00Z"));
        CHECK_INTEGER(s.server.count, 0);
    }
    pass(&s, 5000);
    reply(&s, 200, LEASE("other", "5", "2001-01-01T00:00:00Z"));
    CHECK_TEXT(held_line(&s.server), "PUT " LEASES "/l?fieldValidation=Strict");
    CHECK_TEXT(sent(&s, "metadata.resourceVersion"), "5");
    CHECK_TEXT(sent(&s, "spec.holderIdentity"), "me");
    CHECK_TEXT(sent(&s, "spec.leaseTransitions"), "4");
    CHECK_INTEGER(reply(&s, 200, OURS("6")), LEASE_HELD);
    end(&s);
}

TEST(lease, one_that_changes_is_not_taken) {
    scene s;
    begin(&s, t);
    step(&s);
    reply(&s, 200, LEASE("other", "5", "2026-01-01T00:00:00Z"));
    pass(&s, 14000);
    reply(&s, 200, LEASE("other", "6", "2026-01-01T00:00:02Z"));
    pass(&s, 14000);
    CHECK_INTEGER(reply(&s, 200, LEASE("other", "6", "2026-01-01T00:00:02Z")), LEASE_WAITING);
    CHECK_INTEGER(s.server.count, 0);
    end(&s);
}

TEST(lease, one_that_is_given_back_or_our_own_is_taken_at_once) {
    static const struct {
        const char *seen, *transitions;
    } cases[] = {{LEASE("", "5", "2026-01-01T00:00:00Z"), "4"}, {OURS("5"), "3"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        scene s;
        begin(&s, t);
        step(&s);
        reply(&s, 200, cases[i].seen);
        CHECK_TEXT(held_line(&s.server), "PUT " LEASES "/l?fieldValidation=Strict");
        CHECK_TEXT(sent(&s, "spec.leaseTransitions"), cases[i].transitions);
        CHECK_INTEGER(reply(&s, 200, OURS("6")), LEASE_HELD);
        end(&s);
    }
}

TEST(lease, who_comes_second_waits) {
    scene s;
    begin(&s, t);
    step(&s);
    reply(&s, 404, STATUS("NotFound"));
    CHECK_INTEGER(reply(&s, 409, STATUS("AlreadyExists")), LEASE_WAITING);
    CHECK_INTEGER(s.server.count, 0); /* no race of looks and writes */
    pass(&s, 4400);
    CHECK_TEXT(held_line(&s.server), "GET " LEASES "/l");
    CHECK_INTEGER(reply(&s, 200, LEASE("other", "5", "2026-01-01T00:00:00Z")), LEASE_WAITING);
    CHECK_TEXT(lease_holder(s.lease), "other");
    end(&s);
}

TEST(lease, who_cannot_renew_for_ten_seconds_has_lost_it) {
    scene s;
    begin(&s, t);
    lead(&s);
    const uint64_t written_ms = s.server.now_ms;
    pass(&s, 2000);
    CHECK_INTEGER(s.server.count, 1); /* and no answer comes */
    s.server.now_ms = written_ms + 9900;
    CHECK_INTEGER(step(&s), LEASE_HELD);
    CHECK(s.next_ms <= written_ms + 10000);
    s.server.now_ms = written_ms + 10000;
    CHECK_INTEGER(step(&s), LEASE_LOST);
    CHECK_INTEGER(s.next_ms == UINT64_MAX, true);
    /* for good: the answer that comes late changes nothing */
    CHECK_INTEGER(s.server.count, 2); /* the write, and a look at what became of it */
    CHECK_INTEGER(reply(&s, 200, OURS("2")), LEASE_LOST);
    CHECK_INTEGER(reply(&s, 200, OURS("2")), LEASE_LOST);
    CHECK_INTEGER(pass(&s, 60000), LEASE_LOST);
    CHECK_INTEGER(s.server.count, 0);
    CHECK(lease_release(s.lease, s.server.fetch, s.server.now_ms));
    end(&s);
}

TEST(lease, answer_that_is_swallowed_does_not_cost_it) {
    scene s;
    begin(&s, t);
    lead(&s);
    pass(&s, 2000);
    CHECK_INTEGER(s.server.count, 1); /* a renewal, to which no answer comes */
    pass(&s, 4000);
    CHECK_INTEGER(s.server.count, 2);
    held_lose(&s.server);
    CHECK_TEXT(held_line(&s.server), "GET " LEASES "/l");
    CHECK_INTEGER(reply(&s, 200, OURS("1")), LEASE_HELD);
    CHECK_INTEGER(s.server.count, 1); /* renewed on what was seen */
    CHECK_INTEGER(reply(&s, 200, OURS("2")), LEASE_HELD);
    CHECK_INTEGER(pass(&s, 1900), LEASE_HELD);
    end(&s);
}

TEST(lease, failures_do_not_count_as_renewals) {
    scene s;
    begin(&s, t);
    lead(&s);
    const uint64_t written_ms = s.server.now_ms;
    lease_state state = LEASE_HELD;
    bool told = false;
    for (int i = 0; i < 200 && state == LEASE_HELD; i++) {
        if (s.server.count)
            state = reply(&s, 403, STATUS("Forbidden"));
        else
            state = pass(&s, 100);
        told = told || *lease_problem(s.lease);
    }
    CHECK_INTEGER(state, LEASE_LOST);
    CHECK(told);
    CHECK(s.server.now_ms >= written_ms + 9900 && s.server.now_ms <= written_ms + 10500);
    end(&s);
}

TEST(lease, who_finds_somebody_else_in_it_has_lost_it) {
    scene s;
    begin(&s, t);
    lead(&s);
    pass(&s, 2000);
    CHECK_INTEGER(reply(&s, 409, STATUS("Conflict")), LEASE_HELD);
    CHECK_TEXT(held_line(&s.server), "GET " LEASES "/l"); /* at once */
    CHECK_INTEGER(reply(&s, 200, LEASE("other", "9", "2026-01-01T00:00:00Z")), LEASE_LOST);
    CHECK_TEXT(lease_holder(s.lease), "other");
    end(&s);
}

TEST(lease, a_conflict_over_something_else_is_got_over) {
    scene s;
    begin(&s, t);
    lead(&s);
    pass(&s, 2000);
    reply(&s, 409, STATUS("Conflict"));
    CHECK_INTEGER(reply(&s, 200, OURS("9")), LEASE_HELD);
    CHECK_TEXT(sent(&s, "metadata.resourceVersion"), "9");
    CHECK_INTEGER(reply(&s, 200, OURS("10")), LEASE_HELD);
    end(&s);
}

TEST(lease, an_answer_that_comes_too_late_makes_no_leader) {
    scene s;
    begin(&s, t);
    step(&s);
    reply(&s, 404, STATUS("NotFound"));
    s.server.now_ms += 10000;
    CHECK_INTEGER(reply(&s, 201, OURS("1")), LEASE_WAITING);
    end(&s);
}

TEST(lease, what_is_no_lease_is_told) {
    static const char *const answers[] = {
        "", "[]", "{}", "{\"metadata\":{}}", "{\"metadata\":{\"resourceVersion\":7}}", "null", "{\"metadata\""};
    for (size_t i = 0; i < COUNT(answers); i++) {
        scene s;
        begin(&s, t);
        step(&s);
        CHECK_INTEGER(reply(&s, 200, answers[i]), LEASE_WAITING);
        CHECK_TEXT(lease_problem(s.lease), "the server's answer is no Lease");
        CHECK_INTEGER(s.server.count, 0);
        pass(&s, 4400);
        CHECK_TEXT(held_line(&s.server), "GET " LEASES "/l");
        end(&s);
    }
}

TEST(lease, a_spec_of_other_types_is_nobodys) {
    scene s;
    begin(&s, t);
    step(&s);
    reply(&s, 200,
          "{\"metadata\":{\"resourceVersion\":\"5\"},\"spec\":{\"holderIdentity\":7,\"leaseTransitions\":\"x\"}}");
    CHECK_TEXT(held_line(&s.server), "PUT " LEASES "/l?fieldValidation=Strict");
    CHECK_TEXT(sent(&s, "spec.leaseTransitions"), "1");
    end(&s);
}

TEST(lease, it_is_given_back) {
    scene s;
    begin(&s, t);
    lead(&s);
    CHECK(!lease_release(s.lease, s.server.fetch, s.server.now_ms));
    held_server_run(&s.server);
    CHECK_TEXT(held_line(&s.server), "PUT " LEASES "/l?fieldValidation=Strict");
    CHECK_TEXT(sent(&s, "spec.holderIdentity"), "");
    CHECK_TEXT(sent(&s, "spec.leaseDurationSeconds"), "1");
    CHECK_TEXT(sent(&s, "metadata.resourceVersion"), "1");
    CHECK_INTEGER(step(&s), LEASE_RELEASED);
    held_reply(&s.server, 200, LEASE("", "2", "2026-01-01T00:00:00Z"));
    held_server_run(&s.server);
    CHECK(lease_release(s.lease, s.server.fetch, s.server.now_ms));
    CHECK_TEXT(lease_holder(s.lease), "");
    CHECK_INTEGER(pass(&s, 10000), LEASE_RELEASED);
    CHECK_INTEGER(s.server.asked, 3);
    end(&s);
}

TEST(lease, giving_it_back_has_a_limit) {
    scene s;
    begin(&s, t);
    lead(&s);
    CHECK(!lease_release(s.lease, s.server.fetch, s.server.now_ms));
    held_server_run(&s.server);
    s.server.now_ms += 4900;
    CHECK(!lease_release(s.lease, s.server.fetch, s.server.now_ms));
    s.server.now_ms += 100;
    CHECK(lease_release(s.lease, s.server.fetch, s.server.now_ms));
    CHECK_TEXT(lease_problem(s.lease), "no answer in time");
    end(&s);
}

TEST(lease, who_waits_has_nothing_to_give_back) {
    scene s;
    begin(&s, t);
    step(&s);
    CHECK(lease_release(s.lease, s.server.fetch, s.server.now_ms));
    CHECK_INTEGER(step(&s), LEASE_RELEASED);
    end(&s);
}

/* The write that was under way may yet make us the holder: it is waited for, and undone. */
TEST(lease, what_was_asked_for_before_is_given_back_too) {
    scene s;
    begin(&s, t);
    step(&s);
    reply(&s, 404, STATUS("NotFound"));
    CHECK(!lease_release(s.lease, s.server.fetch, s.server.now_ms));
    held_reply(&s.server, 201, OURS("1"));
    held_server_run(&s.server);
    CHECK(!lease_release(s.lease, s.server.fetch, s.server.now_ms));
    held_server_run(&s.server);
    CHECK_TEXT(sent(&s, "spec.holderIdentity"), "");
    held_reply(&s.server, 200, LEASE("", "2", "2026-01-01T00:00:00Z"));
    held_server_run(&s.server);
    CHECK(lease_release(s.lease, s.server.fetch, s.server.now_ms));
    end(&s);
}

TEST(lease, it_needs_a_name_and_an_identity) {
    CHECK(!lease_new(NULL, "l", "me") && !lease_new("aim-system", NULL, "me") && !lease_new("aim-system", "l", NULL));
    CHECK(!lease_new("aim-system", "l", ""));
    lease_free(NULL);
}
