/* TLS: which server is believed, and what we show it. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "help.h"

#define NO_OPTIONS ((aim_curl_options){0})

static help_answer peer(test_context *t, const char *kind, const char *cluster, const char *user,
                        aim_curl_options options) {
    help_answer a = {0};
    help_once(t, help_kubeconfig(t, kind, cluster, user), options, help_get("/peer"), &a);
    return a;
}

static void check_untrusted(test_context *t, const help_answer *a) {
    CHECK_INTEGER(a->code, AIM_E_TRUST);
    CHECK_INTEGER(a->phase, AIM_END_UNSENT);
    CHECK_INTEGER(a->responses, 0);
}

static const char *ca_data(test_context *t, const char *name) {
    return aimp_format(&t->arena, "certificate-authority-data: %s", help_base64(t, name));
}

TEST(trust, a_server_of_the_clusters_ca_is_believed) {
    if (!help_folder(t)) return;
    help_answer a = peer(t, "good", NULL, NULL, NO_OPTIONS);
    CHECK_INTEGER(a.code, AIM_OK);
    CHECK_CONTAINS(a.body, "TLSv1.3");
    a = peer(t, "good", ca_data(t, "ca.crt"), NULL, NO_OPTIONS);
    CHECK_INTEGER(a.code, AIM_OK);
    a = peer(t, "tls12", NULL, NULL, NO_OPTIONS);
    CHECK_CONTAINS(a.body, "TLSv1.2");
}

TEST(trust, a_server_of_another_ca_is_not) {
    if (!help_folder(t)) return;
    help_answer a = peer(t, "other", NULL, "token: canary-token", NO_OPTIONS);
    check_untrusted(t, &a);
    CHECK_LACKS(a.message, "canary");
    a = peer(t, "good", ca_data(t, "other.crt"), NULL, NO_OPTIONS);
    check_untrusted(t, &a);
}

TEST(trust, an_expired_certificate_is_not_believed) {
    if (!help_folder(t)) return;
    help_answer a = peer(t, "expired", NULL, NULL, NO_OPTIONS);
    check_untrusted(t, &a);
    CHECK_CONTAINS(a.message, "expired");
}

TEST(trust, the_servers_name_must_be_in_the_certificate) {
    if (!help_folder(t)) return;
    help_answer a = peer(t, "named", NULL, NULL, NO_OPTIONS);
    check_untrusted(t, &a);
    a = peer(t, "named", "tls-server-name: api.internal.example", NULL, NO_OPTIONS);
    CHECK_INTEGER(a.code, AIM_OK);
    a = peer(t, "good", "tls-server-name: api.internal.example", NULL, NO_OPTIONS);
    check_untrusted(t, &a);
}

TEST(trust, tls_server_name_leaves_the_host_header_alone) {
    if (!help_folder(t)) return;
    help_answer a = {0};
    help_once(t, help_kubeconfig(t, "named", "tls-server-name: api.internal.example", NULL), NO_OPTIONS,
              help_get("/echo"), &a);
    CHECK_CONTAINS(a.body, aimp_format(&t->arena, "[\"host\", \"localhost:%u\"]", help_port(t, "named")));
    CHECK_LACKS(a.body, "api.internal.example");
}

TEST(trust, old_tls_is_refused) {
    if (!help_folder(t)) return;
    help_answer a = peer(t, "old", NULL, NULL, NO_OPTIONS);
    check_untrusted(t, &a);
}

TEST(trust, an_ipv6_address_is_a_host) {
    if (!help_folder(t)) return;
    if (!help_port(t, "ipv6")) {
        test_skip(t, "this machine has no IPv6");
        return;
    }
    help_answer a = peer(t, "ipv6", NULL, NULL, NO_OPTIONS);
    CHECK_INTEGER(a.code, AIM_OK);
}

TEST(trust, insecure_needs_the_kubeconfig_and_the_program) {
    if (!help_folder(t)) return;
    const char *config = help_kubeconfig(t, "other", "insecure-skip-tls-verify: true", NULL);
    help_refusal r = help_try(t, (aim_curl_options){.kubeconfig = config}, NULL);
    CHECK_INTEGER(r.code, AIM_E_DOCUMENT);
    CHECK_CONTAINS(r.entries, "insecure-skip-tls-verify is refused unless the program allows it");
    r = help_try(t, (aim_curl_options){.kubeconfig = config, .flags = AIM_CURL_ALLOW_INSECURE}, NULL);
    CHECK_INTEGER(r.code, AIM_OK);
    CHECK_CONTAINS(r.entries, "warning config:4:");
    CHECK_CONTAINS(r.entries, "is not verified");
    help_answer a = {0};
    help_once(t, config, (aim_curl_options){.flags = AIM_CURL_ALLOW_INSECURE}, help_get("/peer"), &a);
    CHECK_INTEGER(a.code, AIM_OK);
    /* and the option alone changes nothing */
    a = peer(t, "other", NULL, NULL, (aim_curl_options){.flags = AIM_CURL_ALLOW_INSECURE});
    check_untrusted(t, &a);
}

/* --- client certificates --- */

static const char *files(test_context *t, const char *certificate, const char *key) {
    return aimp_format(&t->arena, "client-certificate: \"%s\", client-key: \"%s\"", help_path(t, certificate),
                       help_path(t, key));
}

static const char *data(test_context *t, const char *certificate, const char *key) {
    return aimp_format(&t->arena, "client-certificate-data: %s, client-key-data: %s", help_base64(t, certificate),
                       help_base64(t, key));
}

TEST(trust, a_client_certificate_is_shown_from_files_and_from_data) {
    if (!help_folder(t)) return;
    help_answer a = peer(t, "client", NULL, files(t, "client.crt", "client.key"), NO_OPTIONS);
    CHECK_CONTAINS(a.body, "\"user\": \"tester\"");
    a = peer(t, "client", NULL, data(t, "client.crt", "client.key"), NO_OPTIONS);
    CHECK_CONTAINS(a.body, "\"user\": \"tester\"");
}

TEST(trust, a_client_that_is_not_accepted_lacks_credentials) {
    if (!help_folder(t)) return;
    help_answer a = peer(t, "client", NULL, files(t, "stranger.crt", "stranger.key"), NO_OPTIONS);
    CHECK_INTEGER(a.code, AIM_E_CREDENTIALS);
    a = peer(t, "client", NULL, NULL, NO_OPTIONS);
    CHECK_INTEGER(a.code, AIM_E_CREDENTIALS);
}

TEST(trust, a_key_of_another_certificate_cannot_be_used) {
    if (!help_folder(t)) return;
    help_answer a = peer(t, "client", NULL, files(t, "client.crt", "client2.key"), NO_OPTIONS);
    CHECK_INTEGER(a.code, AIM_E_CREDENTIALS);
    CHECK_INTEGER(a.phase, AIM_END_UNSENT);
}

TEST(trust, an_encrypted_key_is_refused_before_anything_is_sent) {
    if (!help_folder(t)) return;
    static const char *const keys[] = {"encrypted.key", "encrypted8.key"};
    for (int i = 0; i < 4; i++) {
        const char *user = i % 2 ? files(t, "client.crt", keys[i / 2]) : data(t, "client.crt", keys[i / 2]);
        aim_curl_options o = {.kubeconfig = help_kubeconfig(t, "client", NULL, user)};
        help_refusal r = help_try(t, o, NULL);
        CHECK_INTEGER(r.code, AIM_E_CREDENTIALS);
        CHECK_CONTAINS(r.entries, "/users/0/user/client-key");
        CHECK_CONTAINS(r.entries, "is encrypted");
        CHECK_LACKS(r.entries, "canary");
    }
}

/* Without KEYPASSWD libcurl 7.88.1 dies of such a key: so it is asked, behind our own check. */
TEST(trust, libcurl_survives_an_encrypted_key) {
    if (!help_folder(t)) return;
    aim_curl *curl = help_open(t, help_kubeconfig(t, "client", NULL, files(t, "client.crt", "client.key")), NO_OPTIONS);
    help_answer a = {0};
    if (!curl) return;
    aimp_rotating *key = &curl->credentials.key;
    aimp_secret_release(&curl->wiping, &key->now);
    const char *text = help_text(t, "encrypted.key");
    CHECK(aimp_secret_add(&curl->wiping, &key->now, text, strlen(text)));
    key->every_ms = curl->credentials.certificate.every_ms = UINT64_MAX;
    help_ask(t, curl, help_get("/peer"), &a);
    CHECK_INTEGER(a.code, AIM_E_CREDENTIALS);
    CHECK_INTEGER(a.phase, AIM_END_UNSENT);
    aim_curl_free(curl);
}

TEST(trust, a_certificate_that_changes_is_shown_on_a_new_connection) {
    if (!help_folder(t)) return;
    const char *certificate = help_write(t, "tls.crt", help_text(t, "client.crt"));
    const char *key = help_write(t, "tls.key", help_text(t, "client.key"));
    const char *user = aimp_format(&t->arena, "client-certificate: \"%s\", client-key: \"%s\"", certificate, key);
    aim_curl *curl = help_open(t, help_kubeconfig(t, "client", NULL, user), NO_OPTIONS);
    help_answer a = {0};
    if (!curl) return;
    help_ask(t, curl, help_get("/peer"), &a);
    CHECK_CONTAINS(a.body, "\"user\": \"tester\"");
    help_rewrite(t, certificate, help_text(t, "client2.crt"));
    help_rewrite(t, key, help_text(t, "client2.key"));
    help_ask(t, curl, help_get("/peer"), &a);
    CHECK_CONTAINS(a.body, "\"user\": \"tester\""); /* files are looked at once a second */
    help_sleep_ms(1100);
    help_ask(t, curl, help_get("/peer"), &a);
    CHECK_CONTAINS(a.body, "\"user\": \"second\"");
    help_rewrite(t, certificate, ""); /* being written: the old one goes on */
    help_sleep_ms(1100);
    help_ask(t, curl, help_get("/peer"), &a);
    CHECK_CONTAINS(a.body, "\"user\": \"second\"");
    aim_curl_free(curl);
}

/* --- what the system trusts --- */

/* run_system_ca.sh makes the test's second CA one of the system's, for this process alone. */
TEST(trust, with_a_ca_of_the_cluster_the_systems_do_not_count) {
    if (!help_folder(t)) return;
    if (!getenv("AIM_CURL_TEST_SYSTEM_CA")) {
        test_skip(t, "tests/curl/run_system_ca.sh runs this one");
        return;
    }
    help_answer a = {0};
    const char *open = help_write(t, "config",
                                  aimp_format(&t->arena,
                                              "current-context: it\nclusters: [{name: c, cluster: {server: "
                                              "\"https://localhost:%u\"}}]\ncontexts: [{name: it, context: {cluster: "
                                              "c, user: u}}]\nusers: [{name: u}]\n",
                                              help_port(t, "other")));
    help_once(t, open, NO_OPTIONS, help_get("/peer"), &a);
    CHECK_INTEGER(a.code, AIM_OK); /* without a CA of the cluster the system decides */
    a = peer(t, "other", ca_data(t, "ca.crt"), NULL, NO_OPTIONS);
    check_untrusted(t, &a);
}

/* --- the library itself --- */

TEST(trust, a_libcurl_without_what_it_needs_is_refused) {
    curl_version_info_data good = *curl_version_info(CURLVERSION_NOW);
    CHECK(aimp_libcurl_flaw(&good) == NULL);
    curl_version_info_data bad = good;
    bad.version_num = 0x074f00;
    CHECK_CONTAINS(aimp_libcurl_flaw(&bad), "older than 7.87.0");
    bad = good;
    bad.features &= ~CURL_VERSION_SSL;
    CHECK_CONTAINS(aimp_libcurl_flaw(&bad), "without TLS");
    bad = good;
    bad.ssl_version = "GnuTLS/3.7.9";
    CHECK_CONTAINS(aimp_libcurl_flaw(&bad), "not built with OpenSSL");
    bad.ssl_version = "(OpenSSL/3.0.0) GnuTLS/3.7.9";
    CHECK_CONTAINS(aimp_libcurl_flaw(&bad), "not built with OpenSSL");
    bad.ssl_version = NULL;
    CHECK_CONTAINS(aimp_libcurl_flaw(&bad), "without TLS");
    bad = good;
    bad.features &= ~CURL_VERSION_ASYNCHDNS;
    CHECK_CONTAINS(aimp_libcurl_flaw(&bad), "asynchronous");
}

TEST(trust, the_build_is_named) {
    CHECK_CONTAINS(aim_curl_build_info(), "libcurl ");
    CHECK_CONTAINS(aim_curl_build_info(), "OpenSSL/");
}
