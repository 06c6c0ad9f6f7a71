/* The small parts: base 64, addresses, times, memory that is wiped. */
#include <stdio.h>
#include <stdlib.h>

#include "curl/base64.h"
#include "help.h"

TEST(parts, base_64_goes_both_ways) {
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"},
                                           {"\xff\xfe\xfd", "//79"},
                                           {"\xfb\xef\xbe", "++++"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        size_t size = 99;
        CHECK_TEXT(aimp_base64_encode(&t->arena, pairs[i][0], strlen(pairs[i][0])), pairs[i][1]);
        CHECK_TEXT(aimp_base64_decode(&t->arena, pairs[i][1], strlen(pairs[i][1]), &size), pairs[i][0]);
        CHECK_INTEGER(size, strlen(pairs[i][0]));
    }
    size_t size;
    CHECK_TEXT(aimp_base64_decode(&t->arena, " Zm9v\nYmFy \r\n", 13, &size), "foobar");
}

TEST(parts, what_is_not_base_64_is_refused) {
    static const char *const bad[] = {
        "Z", "Zg", "Zg=", "Zg===", "Zm8", "Zm9v=", "Zh==", "Zm9=", "Zm-_", "Zg==Zg==", "=", "Zm9v!"};
    size_t size;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (aimp_base64_decode(&t->arena, bad[i], strlen(bad[i]), &size)) FAIL("%s was taken", bad[i]);
    }
}

TEST(parts, any_bytes_survive_base_64) {
    uint64_t state = test_seed(t);
    for (int round = 0; round < 200; round++) {
        char bytes[70];
        size_t size = test_random(&state) % sizeof bytes, back = 0;
        for (size_t i = 0; i < size; i++)
            bytes[i] = (char)test_random(&state);
        const char *text = aimp_base64_encode(&t->arena, bytes, size);
        const char *again = aimp_base64_decode(&t->arena, text, strlen(text), &back);
        if (!again || back != size || memcmp(again, bytes, size) != 0) FAIL("%zu bytes: %s", size, text);
    }
}

TEST(parts, urls_that_are_none_are_refused) {
    static const char *const bad[] = {"",
                                      "k",
                                      "ftp://k",
                                      "https:/k",
                                      "HTTPS//k",
                                      "https://",
                                      "https:///p",
                                      "https://:443",
                                      "https://k:",
                                      "https://k:0",
                                      "https://k:65536",
                                      "https://k:-1",
                                      "https://k:443x",
                                      "https://a b",
                                      "https://k/a b",
                                      "https://k\\x",
                                      "https://k\r\n",
                                      "https://me@k",
                                      "https://me:pw@k:443/p",
                                      "https://k@evil",
                                      "https://[::1",
                                      "https://[::1]x",
                                      "https://[k]",
                                      "https://::1",
                                      "https://-k",
                                      "https://k/..",
                                      "https://k/./a",
                                      "https://k/a/%2e%2E/b",
                                      "https://k\xc3\xa4"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        aimp_server_url url;
        if (!aimp_server_url_parse(&t->arena, bad[i], &url)) FAIL("%s was taken as %s", bad[i], url.url);
    }
}

TEST(parts, urls_are_taken_apart) {
    aimp_server_url url;
    CHECK(!aimp_server_url_parse(&t->arena, "https://[fd00::1]:6443/a/b/?q#f", &url));
    CHECK_TEXT(url.url, "https://[fd00::1]:6443/a/b");
    CHECK_TEXT(url.host, "[fd00::1]");
    CHECK_TEXT(url.prefix, "/a/b");
    CHECK_INTEGER(url.port, 6443);
    CHECK(url.tls && url.has_port);
    CHECK(!aimp_server_url_parse(&t->arena, "http://k.example", &url));
    CHECK_INTEGER(url.port, 80);
    CHECK(!url.tls && !url.has_port);
}

TEST(parts, proxies_look_names_up_themselves) {
    static const char *const pairs[][2] = {{"http://p:3128", "http://p:3128"},
                                           {"https://u:w@p/", "https://u:w@p"},
                                           {"socks5://[::1]:1080", "socks5h://[::1]:1080"},
                                           {"socks5h://p", "socks5h://p"},
                                           {"p:3128", NULL},
                                           {"socks4://p", NULL},
                                           {"http://", NULL},
                                           {"http://p q", NULL},
                                           {"http://p\n", NULL}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *problem;
        CHECK_TEXT(aimp_proxy_url(&t->arena, pairs[i][0], &problem), pairs[i][1]);
        CHECK(!problem == (pairs[i][1] != NULL));
    }
}

TEST(parts, times_are_read_as_rfc_3339_says) {
    static const struct {
        const char *text;
        int64_t seconds;
    } good[] = {{"1970-01-01T00:00:00Z", 0},
                {"2026-11-24T17:00:00Z", 1795539600},
                {"2026-11-24T17:00:00.123456Z", 1795539600},
                {"2026-11-24T19:30:00+02:30", 1795539600},
                {"2026-11-24T09:00:00-08:00", 1795539600},
                {"2000-02-29T00:00:00Z", 951782400},
                {"1969-12-31T23:59:59Z", -1},
                {"9999-12-31T23:59:59Z", 253402300799}};
    static const char *const bad[] = {"",
                                      "2026",
                                      "2026-13-01T00:00:00Z",
                                      "2026-01-01T00:00:00",
                                      "2026-01-01T24:00:00Z",
                                      "2026-01-01T00:00:00Zx",
                                      "2026-01-01T00:00:00+2:00",
                                      "2026-01-01T00:00:00.Z",
                                      "2026-01-00T00:00:00Z",
                                      "soon",
                                      "0000-01-01T00:00:00Z"};
    int64_t seconds = 0;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CHECK(aimp_rfc3339_seconds(good[i].text, &seconds));
        CHECK_INTEGER(seconds, good[i].seconds);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (aimp_rfc3339_seconds(bad[i], &seconds)) FAIL("%s was taken", bad[i]);
    }
}

/* --- wiping --- */

static bool held_secret;

static void *spy_alloc(size_t size, void *user) {
    (void)user;
    return calloc(1, size);
}
static void *spy_resize(void *block, size_t old_size, size_t new_size, void *user) {
    (void)user;
    void *moved = calloc(1, new_size);
    if (!moved) return NULL;
    memcpy(moved, block, old_size < new_size ? old_size : new_size);
    free(block);
    return moved;
}
static void spy_release(void *block, size_t size, void *user) {
    (void)user;
    held_secret = held_secret || memmem(block, size, "canary", 6) != NULL;
    free(block);
}

TEST(parts, what_is_given_back_holds_no_secret) {
    if (!help_folder(t)) return;
    const aim_allocator spy = {sizeof spy, 0, spy_alloc, spy_resize, spy_release, NULL};
    aim_context_options with = {.struct_size = sizeof with, .allocator = &spy};
    aim_context *context;
    aim_curl *curl;
    const char *token = help_write(t, "token", "canary-in-a-file");
    const char *users[] = {"token: canary-token, as: canary-name", "username: canary-user, password: canary-password",
                           aimp_format(&t->arena, "tokenFile: \"%s\"", token)};
    held_secret = false;
    CHECK_INTEGER(aim_context_new(&with, &context, NULL), AIM_OK);
    for (size_t i = 0; i < 3; i++) {
        help_answer a = {0};
        aim_curl_options o = {.struct_size = sizeof o, .kubeconfig = help_kubeconfig(t, "good", NULL, users[i])};
        CHECK_INTEGER(aim_curl_new(context, &o, &curl, NULL, NULL), AIM_OK);
        help_ask(t, curl, help_get("/echo"), &a);
        CHECK_INTEGER(a.status, 200);
        aim_curl_free(curl);
    }
    aim_context_free(context);
    CHECK(!held_secret);
}
