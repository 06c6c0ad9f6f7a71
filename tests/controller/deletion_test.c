/* What may be deleted, looked at as the server has it. */
#include "../../tools/aim/server/deletion.h"

#include "harness.h"

#define META(more) "\"uid\":\"u\",\"resourceVersion\":\"7\"" more
#define OBJECT(kind, more, rest) "{\"kind\":\"" kind "\",\"metadata\":{" META(more) "}" rest "}"
#define LABEL ",\"labels\":{\"app.kubernetes.io/managed-by\":\"aim-engine\"}"
#define OWNER(uid, controller) ",\"ownerReferences\":[{\"uid\":\"" uid "\",\"controller\":" controller "}]"
#define APPLIED(manager) ",\"managedFields\":[{\"operation\":\"Apply\",\"manager\":\"" manager "\"}]"
#define STATUS(status) ",\"status\":{\"status\":\"" status "\"}"
#define OWNED LABEL OWNER("s", "true")

TEST(deletion, nothing_goes_that_is_not_certainly_ours) {
    static const struct {
        const char *kind;
        int32_t owned;
        const char *body, *problem; /* NULL: it may go */
    } cases[] = {
        {"HTTPRoute", 1, OBJECT("HTTPRoute", OWNED, ""), NULL},
        {"HTTPRoute", 1, OBJECT("HTTPRoute", OWNED APPLIED("aim-service-controller"), ""), NULL},
        {"AIMTemplateCache", 1,
         OBJECT("AIMTemplateCache",
                ",\"labels\":{\"app.kubernetes.io/managed-by\":\"aim-service-controller\"}" OWNER("s", "true"),
                STATUS("Ready")),
         NULL},
        {"AIMTemplateCache", 0, OBJECT("AIMTemplateCache", "", STATUS("Progressing")), NULL},
        {"AIMArtifact", 0, OBJECT("AIMArtifact", "", ""), NULL},
        {"AIMArtifact", 0, OBJECT("AIMArtifact", "", STATUS("Ready")), "it is Ready by now"},
        {"AIMArtifact", 0, OBJECT("AIMArtifact", APPLIED("kubectl"), ""), "somebody else has applied it"},
        {"HTTPRoute", 1, OBJECT("HTTPRoute", OWNED APPLIED("kubectl"), ""), "somebody else has applied it"},
        {"HTTPRoute", 1, OBJECT("HTTPRoute", LABEL OWNER("other", "true"), ""), "it is controlled by another object"},
        {"HTTPRoute", 1, OBJECT("HTTPRoute", LABEL OWNER("s", "false"), ""), "it is controlled by another object"},
        {"HTTPRoute", 1, OBJECT("HTTPRoute", LABEL OWNER("s", "\"true\""), ""), "it is controlled by another object"},
        {"HTTPRoute", 1, OBJECT("HTTPRoute", LABEL, ""), "it is controlled by another object"},
        {"HTTPRoute", 1, OBJECT("HTTPRoute", OWNER("s", "true"), ""), "it does not carry AIM Engine's label"},
        {"HTTPRoute", 1,
         OBJECT("HTTPRoute", ",\"labels\":{\"app.kubernetes.io/managed-by\":\"Helm\"}" OWNER("s", "true"), ""),
         "it does not carry AIM Engine's label"},
        {"HTTPRoute", 0, OBJECT("HTTPRoute", OWNED, ""), "this kind is never deleted"},
        {"PersistentVolumeClaim", 1, OBJECT("PersistentVolumeClaim", OWNED, ""), "this kind is never deleted"},
        {"AIMModel", 1, OBJECT("AIMModel", OWNED, ""), "this kind is never deleted"},
        {"HTTPRoute", 1, OBJECT("Service", OWNED, ""), "it is another object by now"},
        {"HTTPRoute", 1, "{\"kind\":\"HTTPRoute\",\"metadata\":{\"uid\":\"new\",\"resourceVersion\":\"7\"}}",
         "it is another object by now"},
        {"HTTPRoute", 1, "{\"kind\":\"HTTPRoute\",\"metadata\":{\"uid\":\"u\"}}", "the server says no version"},
        {"HTTPRoute", 1, OBJECT("HTTPRoute", OWNED ",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"", ""),
         "it is being deleted"},
        {"HTTPRoute", 1, "", "it is another object by now"},
        {"HTTPRoute", 1, "[]", "it is another object by now"},
        {"HTTPRoute", 1, "{\"kind\":5,\"metadata\":[]}", "it is another object by now"},
        {"HTTPRoute", 1, "{\"kind\":\"HTTPRoute\",\"metadata\":{\"uid\":null}}", "it is another object by now"},
        {"HTTPRoute", 1,
         "{\"kind\":\"HTTPRoute\",\"metadata\":{\"uid\":\"u\",\"resourceVersion\":\"7\",\"managedFields\":{},"
         "\"ownerReferences\":[null,3],\"labels\":\"x\"}}",
         "it is controlled by another object"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char version[64] = "";
        const aim_action action = {
            .struct_size = sizeof action, .kind = cases[i].kind, .uid = "u", .owned = cases[i].owned};
        const char *problem = deletion_problem(cases[i].body, &action, "s", version, sizeof version);
        test_check_text(t, __FILE__, __LINE__, cases[i].body, problem, cases[i].problem);
        if (!problem) CHECK_TEXT(version, "7");
    }
}

TEST(deletion, owner_without_uid_owns_nothing) {
    char version[64];
    const aim_action action = {.struct_size = sizeof action, .kind = "HTTPRoute", .uid = "u", .owned = 1};
    CHECK(deletion_problem(OBJECT("HTTPRoute", LABEL OWNER("", "true"), ""), &action, "", version, sizeof version));
}

TEST(deletion, version_that_does_not_fit_is_none) {
    char version[4];
    const aim_action action = {.struct_size = sizeof action, .kind = "AIMArtifact", .uid = "u"};
    CHECK_TEXT(deletion_problem("{\"kind\":\"AIMArtifact\",\"metadata\":{\"uid\":\"u\",\"resourceVersion\":\"1234\"}}",
                                &action, "s", version, sizeof version),
               "the server says no version");
}
