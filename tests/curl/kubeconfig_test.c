/* Kubeconfigs: merging, choosing, and everything that can be wrong with them. Nothing is connected to. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "help.h"

#define NO_OPTIONS ((aim_curl_options){0})

/* A context "it" with a cluster and a user, each given as flow YAML. */
static const char *config_of(test_context *t, const char *cluster, const char *user) {
    return aimp_format(&t->arena,
                       "current-context: it\n"
                       "contexts:\n- {name: it, context: {cluster: c, user: u}}\n"
                       "clusters:\n- {name: c, cluster: {%s}}\n"
                       "users:\n- {name: u, user: {%s}}\n",
                       cluster, user);
}

static help_refusal try_text(test_context *t, const char *text) {
    return help_try(t, (aim_curl_options){.kubeconfig = help_write(t, "config", text)}, NULL);
}

/* --- one at a time: what is wrong, and what is said about it --- */

#define SERVER "server: \"https://k.example\""

static const struct {
    const char *name, *cluster, *user;
    aim_code code;
    const char *says; /* a whole line, or all of them */
} rows[] = {
    {"all is well", SERVER, "token: canary", AIM_OK, ""},
    {"no user at all", SERVER, "", AIM_OK, ""},
    {"null is absent", SERVER ", tls-server-name: null", "token: null", AIM_OK, ""},
    {"unknown keys", SERVER ", colour: 7", "mood: [1]", AIM_OK, ""},
    {"no server", "", "", AIM_E_DOCUMENT, "AIM_E_DOCUMENT config:5:22 /clusters/0/cluster the cluster has no server\n"},
    {"no scheme", "server: k.example", "", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:5:31 /clusters/0/cluster/server the URL must begin with https:// or http://\n"},
    {"a user in the URL", "server: \"https://me:canary@k.example\"", "", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:5:31 /clusters/0/cluster/server the URL holds a user name; use the fields of the user "
     "instead\n"},
    {"no host", "server: \"https://\"", "", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:5:31 /clusters/0/cluster/server the URL has no host, or one that cannot be\n"},
    {"a bad port", "server: \"https://k:70000\"", "", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:5:31 /clusters/0/cluster/server the URL has a bad port\n"},
    {"dots in the path", "server: \"https://k/a/../b\"", "", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:5:31 /clusters/0/cluster/server the path of the URL has a part . or ..\n"},
    {"a server that is no text", "server: 7", "", AIM_E_TYPE,
     "AIM_E_TYPE config:5:31 /clusters/0/cluster/server /clusters/0/cluster/server must be a string, not a number; "
     "quote it\n"},
    {"a token that is a number", SERVER, "token: 123456", AIM_E_TYPE,
     "AIM_E_TYPE config:7:27 /users/0/user/token /users/0/user/token must be a string, not a number; quote it\n"},
    {"a password that is a boolean", SERVER, "username: a, password: yes", AIM_E_TYPE,
     "AIM_E_TYPE config:7:43 /users/0/user/password /users/0/user/password must be a string, not a boolean; quote "
     "it\n"},
    {"insecure in quotes", SERVER ", insecure-skip-tls-verify: \"true\"", "", AIM_E_TYPE,
     "AIM_E_TYPE config:5:78 /clusters/0/cluster/insecure-skip-tls-verify "
     "/clusters/0/cluster/insecure-skip-tls-verify must be true or false without quotes, not a string\n"},
    {"groups that are no list", SERVER, "as: a, as-groups: b", AIM_E_TYPE,
     "AIM_E_TYPE config:7:38 /users/0/user/as-groups /users/0/user/as-groups must be a list of strings, not a "
     "string\n"},
    {"a group that is a number", SERVER, "as: a, as-groups: [x, 2]", AIM_E_TYPE,
     "AIM_E_TYPE config:7:42 /users/0/user/as-groups/1 /users/0/user/as-groups/1 must be a string, not a number; quote "
     "it\n"},
    {"bad base 64", SERVER ", certificate-authority-data: \"canary!\"", "", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:5:80 /clusters/0/cluster/certificate-authority-data certificate-authority-data is not base "
     "64\n"},
    {"base 64 of no PEM", SERVER ", certificate-authority-data: Y2FuYXJ5", "", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:5:80 /clusters/0/cluster/certificate-authority-data certificate-authority-data holds no "
     "PEM: it has no line -----BEGIN\n"},
    {"a CA that is not there", SERVER ", certificate-authority: gone.crt", "", AIM_E_CREDENTIALS,
     "gone.crt is missing"},
    {"a token file that is not there", SERVER, "tokenFile: gone", AIM_E_CREDENTIALS, "gone is missing"},
    {"a certificate without its key", SERVER, "client-certificate: x.crt", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:7:40 /users/0/user/client-certificate there is a client certificate without its key\n"},
    {"a key without its certificate", SERVER, "client-key: x.key", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:7:32 /users/0/user/client-key there is a client key without its certificate\n"},
    {"a token and a password", SERVER, "token: canary, username: a, password: canary", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:7:27 /users/0/user/token a token and a user name or password are both set\n"},
    {"a password alone", SERVER, "password: canary", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:7:30 /users/0/user/password there is a password without a user name\n"},
    {"a colon in the user name", SERVER, "username: \"a:b\", password: canary", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:7:30 /users/0/user/username the user name holds a colon\n"},
    {"a line break in the token", SERVER, "token: \"canary\\r\\nX: y\"", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:7:27 /users/0/user/token token holds a control character\n"},
    {"a line break in as", SERVER, "as: \"a\\nb\"", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:7:24 /users/0/user/as as holds a control character\n"},
    {"an empty group", SERVER, "as: a, as-groups: [\"\"]", AIM_E_DOCUMENT,
     "/users/0/user/as-groups as-groups holds an empty name or a control character\n"},
    {"as-uid without as", SERVER, "as-uid: x", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:7:28 /users/0/user/as-uid as-uid is set without as\n"},
    {"as-groups without as", SERVER, "as-groups: [x]", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:7:31 /users/0/user/as-groups as-groups is set without as\n"},
    {"as-user-extra without as", SERVER, "as-user-extra: {x: [z]}", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:7:35 /users/0/user/as-user-extra as-user-extra is set without as\n"},
    {"a CA and insecure",
     SERVER ", certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURQ==, "
            "insecure-skip-tls-verify: true",
     "", AIM_E_DOCUMENT, "a certificate authority and insecure-skip-tls-verify contradict each other\n"},
    {"a server name that is none", SERVER ", tls-server-name: \"a b\"", "", AIM_E_DOCUMENT,
     "/clusters/0/cluster/tls-server-name tls-server-name is neither a host's name nor an address\n"},
    {"a proxy of another kind", SERVER ", proxy-url: \"ftp://me:canary@p\"", "", AIM_E_DOCUMENT,
     "/clusters/0/cluster/proxy-url the proxy's URL must begin with http://, https:// or socks5://\n"},
    {"a proxy without a host", SERVER ", proxy-url: \"http://me:canary@\"", "", AIM_E_DOCUMENT,
     "/clusters/0/cluster/proxy-url the proxy's URL has a bad host or port\n"},
    {"auth-provider", SERVER, "auth-provider: {name: gcp, config: {access-token: canary}}", AIM_E_DOCUMENT,
     "AIM_E_DOCUMENT config:7:35 /users/0/user/auth-provider auth-provider (\"gcp\") is deprecated and not supported; "
     "use exec\n"},
    {"http with credentials", "server: \"http://k.example\"", "token: canary", AIM_OK,
     "warning config:7:19 /users/0/user the server is not https, so the user is not used\n"},
    {"an alias that is a password", SERVER, "password: *canary", AIM_E_SYNTAX,
     "a value that begins with * is no alias here; quote it\n"},
    {"a tag that is a password", SERVER, "password: !canary x", AIM_E_SYNTAX,
     "a value that begins with ! has no tag that is supported; quote it\n"},
    {"a field twice", SERVER, "token: canary, token: canary", AIM_E_DUPLICATE, "a key occurs twice\n"},
};

TEST(kubeconfig, each_rule_is_checked_and_names_its_place) {
    if (!help_folder(t)) return;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const help_refusal r = try_text(t, config_of(t, rows[i].cluster, rows[i].user));
        const bool said = *rows[i].says ? strstr(r.entries, rows[i].says) != NULL : !*r.entries;
        if (r.code != rows[i].code || !said) FAIL("%s: %s\n%s", rows[i].name, aim_code_name(r.code), r.entries);
        if (strstr(r.entries, "canary")) FAIL("%s: a secret is told\n%s", rows[i].name, r.entries);
    }
}

TEST(kubeconfig, all_problems_are_reported_at_once) {
    if (!help_folder(t)) return;
    const help_refusal r = try_text(
        t, config_of(t,
                     "server: \"ftp://k\", certificate-authority: a, certificate-authority-data: \"!\", "
                     "insecure-skip-tls-verify: true, tls-server-name: \"/\", proxy-url: x",
                     "token: \"a\\tb\", username: u, client-certificate: a, client-certificate-data: \"?\", as-uid: x, "
                     "exec: {apiVersion: v1, interactiveMode: Maybe, env: [{value: x}]}, auth-provider: {name: oidc}"));
    static const char *const parts[] = {"must begin with https://",
                                        "certificate-authority and certificate-authority-data are both set",
                                        "certificate-authority-data is not base 64",
                                        "contradict each other",
                                        "is refused unless the program allows it",
                                        "tls-server-name is neither",
                                        "the proxy's URL must begin",
                                        "token holds a control character",
                                        "a token and a user name or password are both set",
                                        "client-certificate and client-certificate-data are both set",
                                        "client-certificate-data is not base 64",
                                        "a client certificate without its key",
                                        "as-uid is set without as",
                                        "the plugin has no command",
                                        "apiVersion of the plugin is neither",
                                        "interactiveMode of the plugin is none of",
                                        "a variable of the plugin has no name",
                                        "exec and auth-provider are both set",
                                        "auth-provider (\"oidc\") is deprecated"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        CHECK_CONTAINS(r.entries, parts[i]);
    CHECK_INTEGER(r.code, AIM_E_DOCUMENT);
}

TEST(kubeconfig, wrong_types_are_reported_all_over_the_file) {
    if (!help_folder(t)) return;
    const help_refusal r =
        try_text(t, "current-context: 7\nkind: Pod\napiVersion: v2\n"
                    "clusters: {}\n"
                    "contexts: [x, {name: 3}, {context: {}}, {name: a, context: 1}]\n"
                    "users: [{name: a, user: {token: [canary], exec: {args: x, env: y, command: 1}}},\n"
                    "  {name: b, user: {exec: [], auth-provider: x, as-user-extra: {a: b}}}]\n");
    CHECK_TEXT(
        r.entries,
        "AIM_E_TYPE config:1:18 /current-context /current-context must be a string, not a number; quote it\n"
        "AIM_E_DOCUMENT config:2:7 /kind kind of a kubeconfig is \"Config\", not \"Pod\"\n"
        "AIM_E_DOCUMENT config:3:13 /apiVersion apiVersion of a kubeconfig is \"v1\", not \"v2\"\n"
        "AIM_E_TYPE config:4:11 /clusters /clusters must be a list, not a map\n"
        "AIM_E_TYPE config:5:12 /contexts/0 /contexts/0 must be a map, not a string\n"
        "AIM_E_TYPE config:5:22 /contexts/1/name /contexts/1/name must be a string, not a number; quote it\n"
        "AIM_E_DOCUMENT config:5:26 /contexts/2 /contexts/2 has no name\n"
        "AIM_E_TYPE config:5:60 /contexts/3/context /contexts/3/context must be a map, not a number\n"
        "AIM_E_TYPE config:6:33 /users/0/user/token /users/0/user/token must be a string, not a list\n"
        "AIM_E_TYPE config:6:56 /users/0/user/exec/args /users/0/user/exec/args must be a list of strings, not a "
        "string\n"
        "AIM_E_TYPE config:6:64 /users/0/user/exec/env /users/0/user/exec/env must be a list, not a boolean\n"
        "AIM_E_TYPE config:6:76 /users/0/user/exec/command /users/0/user/exec/command must be a string, not a "
        "number; quote it\n"
        "AIM_E_TYPE config:7:26 /users/1/user/exec /users/1/user/exec must be a map, not a list\n"
        "AIM_E_TYPE config:7:45 /users/1/user/auth-provider /users/1/user/auth-provider must be a map, not a "
        "string\n"
        "AIM_E_TYPE config:7:67 /users/1/user/as-user-extra /users/1/user/as-user-extra must be a list of "
        "strings, not a string\n");
}

/* --- names and types --- */

TEST(kubeconfig, a_name_occurs_once_in_a_list) {
    if (!help_folder(t)) return;
    const help_refusal r = try_text(t, "current-context: it\n"
                                       "contexts: [{name: it, context: {cluster: c, user: u}}]\n"
                                       "clusters:\n- name: c\n  cluster: {server: \"https://a\"}\n"
                                       "- name: c\n  cluster: {server: \"https://b\"}\n"
                                       "users: [{name: u}]\n");
    CHECK_INTEGER(r.code, AIM_E_DUPLICATE);
    CHECK_TEXT(r.entries, "AIM_E_DUPLICATE config:6:3 /clusters/1 clusters has the name \"c\" twice\n");
}

TEST(kubeconfig, what_the_chosen_context_does_not_use_may_be_wrong) {
    if (!help_folder(t)) return;
    const help_refusal r = try_text(t, "current-context: it\n"
                                       "contexts: [{name: it, context: {cluster: c, user: u}}, {name: bad}]\n"
                                       "clusters: [{name: c, cluster: {server: \"https://a\"}}, {name: d}]\n"
                                       "users: [{name: u}, {name: v, user: {token: canary, username: a}}]\n");
    CHECK_INTEGER(r.code, AIM_OK);
    CHECK_TEXT(r.entries, "");
}

TEST(kubeconfig, what_is_named_must_be_there) {
    if (!help_folder(t)) return;
    help_refusal r = try_text(t, "current-context: nowhere\n");
    CHECK_INTEGER(r.code, AIM_E_NOT_FOUND);
    CHECK_TEXT(r.entries, "AIM_E_NOT_FOUND config:1:18 /current-context there is no context named \"nowhere\"\n");
    r = try_text(t, "current-context: it\ncontexts: [{name: it, context: {cluster: x, user: z}}]\n");
    CHECK_INTEGER(r.code, AIM_E_NOT_FOUND);
    CHECK_TEXT(r.entries, "AIM_E_NOT_FOUND config:2:42 /contexts/0/context/cluster there is no cluster named \"x\"\n"
                          "AIM_E_NOT_FOUND config:2:51 /contexts/0/context/user there is no user named \"z\"\n");
    r = try_text(t, "current-context: it\ncontexts: [{name: it}]\n");
    CHECK_CONTAINS(r.entries, "the context names no cluster");
    CHECK_CONTAINS(r.entries, "the context names no user");
    const char *good = help_write(t, "config", config_of(t, SERVER, ""));
    r = help_try(t, (aim_curl_options){.kubeconfig = good, .context = "other"}, NULL);
    CHECK_INTEGER(r.code, AIM_E_NOT_FOUND);
    CHECK_CONTAINS(r.entries, "there is no context named \"other\"");
    r = try_text(t, "clusters: [{name: c, cluster: {server: \"https://a\"}}]\n");
    CHECK_INTEGER(r.code, AIM_E_NOT_FOUND);
    CHECK_CONTAINS(r.entries, "current-context is not set");
}

TEST(kubeconfig, the_namespace_is_the_options_then_the_contexts_then_default) {
    if (!help_folder(t)) return;
    const char *text =
        "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u, namespace: team}},\n"
        " {name: b, context: {cluster: c, user: u}}, {name: x, context: {cluster: c, user: u, namespace: "
        "\"A_b\"}}]\n"
        "clusters: [{name: c, cluster: {server: \"https://a\"}}]\nusers: [{name: u}]\n";
    const char *path = help_write(t, "config", text);
    CHECK_TEXT(help_try(t, (aim_curl_options){.kubeconfig = path}, NULL).ns, "team");
    CHECK_TEXT(help_try(t, (aim_curl_options){.kubeconfig = path, .ns = "mine"}, NULL).ns, "mine");
    CHECK_TEXT(help_try(t, (aim_curl_options){.kubeconfig = path, .context = "b"}, NULL).ns, "default");
    CHECK_TEXT(help_try(t, (aim_curl_options){.kubeconfig = path, .context = "b"}, NULL).context, "b");
    const help_refusal r = help_try(t, (aim_curl_options){.kubeconfig = path, .context = "x"}, NULL);
    CHECK_INTEGER(r.code, AIM_E_DOCUMENT);
    CHECK_CONTAINS(r.entries, "config:3:97");
}

TEST(kubeconfig, urls_keep_their_path_and_lose_the_rest) {
    if (!help_folder(t)) return;
    static const char *const urls[][2] = {{"https://k.example", "https://k.example"},
                                          {"https://k.example/", "https://k.example"},
                                          {"https://k.example:6443", "https://k.example:6443"},
                                          {"https://k.example/a/b//?x=y#z", "https://k.example/a/b"},
                                          {"https://[::1]:6443/p", "https://[::1]:6443/p"},
                                          {"https://[fd00::2]", "https://[fd00::2]"},
                                          {"https://10.0.0.1#x", "https://10.0.0.1"},
                                          {"http://k.example:8080?x", "http://k.example:8080"}};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        const char *cluster = aimp_format(&t->arena, "server: \"%s\"", urls[i][0]);
        CHECK_TEXT(try_text(t, config_of(t, cluster, "")).server, urls[i][1]);
    }
}

/* --- files --- */

TEST(kubeconfig, the_file_that_is_named_must_be_there) {
    if (!help_folder(t)) return;
    aimp_environment e = {.kubeconfig = help_write(t, "config", config_of(t, SERVER, "")),
                          .service_account = "/nowhere"};
    const help_refusal r = help_try(t, (aim_curl_options){.kubeconfig = "/nowhere/config"}, &e);
    CHECK_INTEGER(r.code, AIM_E_NOT_FOUND);
    CHECK_TEXT(r.entries, "AIM_E_NOT_FOUND config:0:0 - there is no such kubeconfig\n");
    CHECK_INTEGER(help_try(t, NO_OPTIONS, &e).code, AIM_OK);
}

TEST(kubeconfig, an_empty_file_says_nothing_and_is_no_error) {
    if (!help_folder(t)) return;
    static const char *const texts[] = {"", "\n", "# nothing\n", "{}",
                                        "apiVersion: v1\nkind: Config\nclusters: null\n"};
    const char *good = help_write(t, "good", config_of(t, SERVER, ""));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *empty = help_write(t, "config", texts[i]);
        help_refusal r = help_try(t, (aim_curl_options){.kubeconfig = empty}, NULL);
        CHECK_INTEGER(r.code, AIM_E_NOT_FOUND);
        CHECK_CONTAINS(r.entries, "there is no configuration");
        aimp_environment e = {.kubeconfig = aimp_format(&t->arena, "%s:%s", empty, good),
                              .service_account = "/nowhere"};
        CHECK_INTEGER(help_try(t, NO_OPTIONS, &e).code, AIM_OK);
    }
}

TEST(kubeconfig, json_is_a_kubeconfig_too) {
    if (!help_folder(t)) return;
    const help_refusal r =
        try_text(t, "{\"kind\":\"Config\",\"apiVersion\":\"v1\",\"current-context\":\"it\",\n"
                    "\"contexts\":[{\"name\":\"it\",\"context\":{\"cluster\":\"c\",\"user\":\"u\"}}],\n"
                    "\"clusters\":[{\"name\":\"c\",\"cluster\":{\"server\":\"https://j.example\"}}],\n"
                    "\"users\":[{\"name\":\"u\",\"user\":{\"token\":\"canary\"}}]}\n");
    CHECK_INTEGER(r.code, AIM_OK);
    CHECK_TEXT(r.server, "https://j.example");
    CHECK_INTEGER(try_text(t, "{\"users\":[}").code, AIM_E_SYNTAX);
}

TEST(kubeconfig, what_cannot_be_read_is_an_error) {
    if (!help_folder(t)) return;
    help_refusal r = help_try(t, (aim_curl_options){.kubeconfig = help_path(t, "")}, NULL);
    CHECK_INTEGER(r.code, AIM_E_READ);
    CHECK_CONTAINS(r.entries, "the kubeconfig cannot be read");
    r = try_text(t, "clusters: [\n  token: canary: x\n");
    CHECK_INTEGER(r.code, AIM_E_SYNTAX);
    CHECK_LACKS(r.entries, "canary");
    r = try_text(t, "- a\n- b\n");
    CHECK_INTEGER(r.code, AIM_E_DOCUMENT);
    r = try_text(t, aimp_format(&t->arena, "%s---\nkind: Config\n", config_of(t, SERVER, "")));
    CHECK_INTEGER(r.code, AIM_E_DOCUMENT);
    CHECK_CONTAINS(r.entries, "one document");
    char *large = aimp_take(&t->arena, (5 << 20) + 1);
    memset(large, '#', 5 << 20);
    large[5 << 20] = '\0';
    r = try_text(t, large);
    CHECK_INTEGER(r.code, AIM_E_LIMIT);
    aimp_text deep = aimp_text_new(&t->arena);
    aimp_text_add_string(&deep, "a: ");
    aimp_text_add_repeated(&deep, '[', 100);
    aimp_text_add_repeated(&deep, ']', 100);
    CHECK_INTEGER(try_text(t, aimp_text_string(&deep)).code, AIM_E_LIMIT);
}

TEST(kubeconfig, a_pipe_does_not_hold_us_up) {
    if (!help_folder(t)) return;
    const char *path = aimp_format(&t->arena, "%s.pipe", help_write(t, "config", ""));
    CHECK_INTEGER(mkfifo(path, 0600), 0);
    CHECK_INTEGER(help_try(t, (aim_curl_options){.kubeconfig = path}, NULL).code, AIM_E_READ);
}

TEST(kubeconfig, others_who_may_read_it_are_a_warning) {
    if (!help_folder(t)) return;
    const char *path = help_write(t, "config", config_of(t, SERVER, ""));
    chmod(path, 0644);
    const help_refusal r = help_try(t, (aim_curl_options){.kubeconfig = path}, NULL);
    CHECK_INTEGER(r.code, AIM_OK);
    CHECK_TEXT(r.entries, "warning config:0:0 - others than its owner can read the kubeconfig\n");
}

/* --- several files --- */

TEST(kubeconfig, the_first_file_that_defines_a_name_wins_whole) {
    if (!help_folder(t)) return;
    const char *first = help_write(t, "first",
                                   "contexts: [{name: it, context: {cluster: c, user: u, namespace: one}}]\n"
                                   "clusters: [{name: c, cluster: {server: \"https://one\"}}]\n");
    const char *second = help_write(t, "second",
                                    "current-context: it\ncontexts: [{name: it, context: {cluster: d, user: u}}]\n"
                                    "clusters: [{name: c, cluster: {server: \"https://two\", tls-server-name: two}}]\n"
                                    "users: [{name: u}]\n");
    const char *third = help_write(t, "third", "current-context: other\n");
    aimp_environment e = {.kubeconfig = aimp_format(&t->arena, ":/nowhere/x:%s::%s:%s:%s", first, second, third, first),
                          .service_account = "/nowhere"};
    const help_refusal r = help_try(t, NO_OPTIONS, &e);
    CHECK_INTEGER(r.code, AIM_OK);
    CHECK_TEXT(r.server, "https://one");
    CHECK_TEXT(r.ns, "one");
    CHECK_TEXT(r.context, "it");
    CHECK_TEXT(r.entries, "");
}

TEST(kubeconfig, a_list_of_missing_files_is_not_replaced_by_the_one_at_home) {
    if (!help_folder(t)) return;
    const char *config = help_write(t, ".kube/config", config_of(t, SERVER, ""));
    const char *home = aimp_copy(&t->arena, config, strlen(config) - strlen("/.kube/config"));
    aimp_environment e = {.home = home, .service_account = "/nowhere"};
    CHECK_INTEGER(help_try(t, NO_OPTIONS, &e).code, AIM_OK);
    e.kubeconfig = "";
    CHECK_INTEGER(help_try(t, NO_OPTIONS, &e).code, AIM_OK);
    e.kubeconfig = "/nowhere/a:/nowhere/b";
    const help_refusal r = help_try(t, NO_OPTIONS, &e);
    CHECK_INTEGER(r.code, AIM_E_NOT_FOUND);
    CHECK_CONTAINS(r.entries, "warning -:0:0 - none of the files in $KUBECONFIG exists");
    e = (aimp_environment){.home = "/nowhere", .service_account = "/nowhere"};
    CHECK_INTEGER(help_try(t, NO_OPTIONS, &e).code, AIM_E_NOT_FOUND);
}

TEST(kubeconfig, one_bad_file_of_several_is_an_error) {
    if (!help_folder(t)) return;
    aimp_environment e = {.kubeconfig = aimp_format(&t->arena, "%s:%s", help_write(t, "good", config_of(t, SERVER, "")),
                                                    help_write(t, "bad", "users: {")),
                          .service_account = "/nowhere"};
    const help_refusal r = help_try(t, NO_OPTIONS, &e);
    CHECK_INTEGER(r.code, AIM_E_SYNTAX);
    CHECK_CONTAINS(r.entries, "AIM_E_SYNTAX bad:");
}

TEST(kubeconfig, relative_paths_begin_at_their_own_file) {
    if (!help_folder(t)) return;
    const char *token = help_write(t, "keys/token", "canary");
    const char *folder = aimp_copy(&t->arena, token, strlen(token) - strlen("/keys/token"));
    const char *users = aimp_format(&t->arena, "%s/users", folder);
    help_rewrite(t, users, "users: [{name: u, user: {tokenFile: keys/token}}]\n");
    const char *rest = help_write(t, "config",
                                  "current-context: it\ncontexts: [{name: it, context: {cluster: c, user: u}}]\n"
                                  "clusters: [{name: c, cluster: {server: \"https://k\"}}]\n");
    aimp_environment e = {.kubeconfig = aimp_format(&t->arena, "%s:%s", rest, users), .service_account = "/nowhere"};
    CHECK_INTEGER(help_try(t, NO_OPTIONS, &e).code, AIM_OK);
    char here[4096];
    CHECK(getcwd(here, sizeof here) != NULL);
    CHECK_INTEGER(chdir(folder), 0);
    help_rewrite(t, "all", config_of(t, SERVER, "tokenFile: keys/token"));
    CHECK_INTEGER(help_try(t, (aim_curl_options){.kubeconfig = "all"}, NULL).code, AIM_OK);
    CHECK_INTEGER(help_try(t, (aim_curl_options){.kubeconfig = "./all"}, NULL).code, AIM_OK);
    CHECK_INTEGER(chdir(here), 0);
}

TEST(kubeconfig, data_may_be_folded) {
    if (!help_folder(t)) return;
    const char *data = help_base64(t, "ca.crt");
    const char *text = aimp_format(&t->arena,
                                   "current-context: it\ncontexts: [{name: it, context: {cluster: c, user: u}}]\n"
                                   "users: [{name: u}]\nclusters:\n- name: c\n  cluster:\n    server: https://k\n"
                                   "    certificate-authority-data: >\n      %.40s\n      %s\n",
                                   data, data + 40);
    CHECK_INTEGER(try_text(t, text).code, AIM_OK);
}

/* --- options --- */

TEST(kubeconfig, options_that_contradict_themselves_are_refused) {
    static const char *const groups[] = {"a", NULL};
    static const char *const breaks[] = {"a\nb"};
    aim_curl_options bad[] = {{.as_groups = groups, .as_group_count = 1},
                              {.as_user = ""},
                              {.as_user = "a\r\nb"},
                              {.as_user = "a", .as_groups = groups, .as_group_count = 2},
                              {.as_user = "a", .as_groups = breaks, .as_group_count = 1},
                              {.as_user = "a", .as_group_count = 1},
                              {.plugin_count = 1},
                              {.plugins = groups, .plugin_count = 2},
                              {.ns = "A"},
                              {.ns = ""},
                              {.user_agent = "a\nb"},
                              {.flags = AIM_CURL_IN_CLUSTER, .kubeconfig = "x"},
                              {.flags = AIM_CURL_IN_CLUSTER, .context = "x"}};
    aim_curl *curl;
    aim_report *report;
    aim_error *error;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bad[i].struct_size = sizeof bad[i];
        if (aim_curl_new(t->context, &bad[i], &curl, &report, &error) != AIM_E_ARGUMENT) FAIL("options %zu", i);
        CHECK(!curl && !report && error);
        aim_error_free(error);
    }
    aim_curl_options o = {.struct_size = sizeof o, .flags = 0x8000};
    CHECK_INTEGER(aim_curl_new(t->context, &o, &curl, NULL, NULL), AIM_E_STRUCT);
    o = (aim_curl_options){.struct_size = 8};
    CHECK_INTEGER(aim_curl_new(t->context, &o, &curl, NULL, NULL), AIM_E_STRUCT);
    CHECK_INTEGER(aim_curl_new(NULL, NULL, &curl, NULL, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_curl_new(t->context, NULL, NULL, NULL, NULL), AIM_E_ARGUMENT);
    aim_transport transport = {.struct_size = sizeof transport};
    CHECK_INTEGER(aim_curl_transport(NULL, &transport), AIM_E_ARGUMENT);
    CHECK_TEXT(aim_curl_namespace(NULL), "default");
    CHECK_TEXT(aim_curl_server(NULL), "");
    CHECK_TEXT(aim_curl_context(NULL), "");
    aim_curl_free(NULL);
}

TEST(kubeconfig, nobody_is_impersonated_without_tls) {
    if (!help_folder(t)) return;
    const char *path = help_write(t, "config", config_of(t, "server: \"http://k\"", ""));
    const help_refusal r = help_try(t, (aim_curl_options){.kubeconfig = path, .as_user = "bob"}, NULL);
    CHECK_INTEGER(r.code, AIM_E_DOCUMENT);
    CHECK_CONTAINS(r.entries, "nobody can be impersonated");
}
