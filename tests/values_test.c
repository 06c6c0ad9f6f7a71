/* Quantities, durations and the sizes of claims, against what Kubernetes and Go answer. */
#include "harness.h"

#include "kube/duration.h"
#include "kube/quantity.h"

#define KIB INT64_C(1024)
#define MIB (KIB * 1024)
#define GIB (MIB * 1024)
#define TIB (GIB * 1024)
#define EIB (TIB * 1024 * 1024)
#define COUNT(table) (sizeof(table) / sizeof *(table))

typedef struct pair {
    const char *given, *expected;
} pair;

static const char *canonical(test_context *t, const char *text) {
    aimp_quantity quantity;
    return aimp_quantity_parse(text, &quantity) ? aimp_quantity_text(&t->arena, &quantity) : "refused";
}

static aimp_quantity quantity_from(test_context *t, const char *text) {
    aimp_quantity quantity;
    if (!aimp_quantity_parse(text, &quantity)) FAIL("%s is refused", text);
    return quantity;
}

TEST(quantity, canonical_text_is_the_shortest_of_its_family) {
    static const pair cases[] = {
        {"1024Gi", "1Ti"},   {"1000m", "1"},       {"2000m", "2"},     {"0.5", "500m"},
        {"1.5Gi", "1536Mi"}, {"1536Mi", "1536Mi"}, {"0.5Gi", "512Mi"}, {"1000", "1k"},
        {"1024", "1024"},    {"1023Ki", "1023Ki"}, {"1024Ki", "1Mi"},  {"1e3", "1e3"},
        {"1000e3", "1e6"},   {"12e-1", "1200e-3"}, {"1000e0", "1e3"},  {"100000000", "100M"},
        {"1.5", "1500m"},    {"0.1m", "100u"},     {"1E", "1E"},       {"8Ei", "9223372036854775807"},
        {"250m", "250m"},    {"1.0", "1"},         {".5", "500m"},     {"-1.5Gi", "-1536Mi"},
        {"-500m", "-500m"},  {"-1024Ki", "-1Mi"},  {"2048Ki", "2Mi"},  {"64G", "64G"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        CHECK_TEXT(canonical(t, cases[i].given), cases[i].expected);
}

TEST(quantity, binary_amounts_that_are_small_or_fractional_become_decimal) {
    static const pair cases[] = {
        {"1.1Gi", "1181116006400m"}, {"0.5Ki", "512"},   {"0.9765625Ki", "1k"},
        {"0.0005Ki", "512m"},        {"-0.5Ki", "-512"}, {"0.1Ki", "102400m"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        CHECK_TEXT(canonical(t, cases[i].given), cases[i].expected);
}

TEST(quantity, every_spelling_of_zero_is_zero) {
    static const char *const zeros[] = {"0", "0.0", "-0", "0Gi", "0m", "0e9", "00", "0.000Ki", "0e999999999999999999"};
    for (size_t i = 0; i < COUNT(zeros); i++)
        CHECK_TEXT(canonical(t, zeros[i]), "0");
}

TEST(quantity, finer_than_a_billionth_rounds_away_from_zero) {
    static const pair cases[] = {
        {"0.1n", "1n"},
        {"1.1n", "2n"},
        {"-0.1n", "-1n"},
        {"1e-30", "1e-9"},
        {"999999999.1n", "1"},
        {"1e-99999999999", "1e-9"},
        {"0.0000000000000000000000001Gi", "1n"},
        {"1.0000000001", "1000000001n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        CHECK_TEXT(canonical(t, cases[i].given), cases[i].expected);
}

TEST(quantity, some_texts_stay_as_written_like_in_kubernetes) {
    static const pair cases[] = {
        {"1.500", "1.500"}, {"1.234k", "1.234k"}, {"+5", "+5"},    {"1E3", "1E3"},
        {"007", "007"},     {"+3Gi", "+3Gi"},     {"1.", "1."},    {"1024e0", "1024e0"},
        {"+8Gi", "8Gi"},    {"1.5000", "1500m"},  {"+1000", "1k"}, {"0.500", "500m"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        CHECK_TEXT(canonical(t, cases[i].given), cases[i].expected);
}

TEST(quantity, what_is_no_quantity_is_refused) {
    static const char *const bad[] = {"",    " ",    "1 Gi", "abc",  "1e",    "--1",   "1.2.3", "1gi",     "1K",
                                      "1iG", "0x10", "1Gi ", " 1Gi", "1e+",   "1e5.5", "1_000", "Gi",      "-",
                                      ".",   "m",    "1,5",  "1GiB", "1e3Ki", "NaN",   "+-1",   "\xc2\xbd"};
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK_TEXT(canonical(t, bad[i]), "refused");
}

TEST(quantity, amounts_beyond_64_bits_are_capped_or_refused) {
    CHECK_TEXT(canonical(t, "9223372036854775807"), "9223372036854775807");
    CHECK_TEXT(canonical(t, "16Ei"), "9223372036854775807");
    CHECK_TEXT(canonical(t, "-999999999999999999999Ki"), "-9223372036854775807");
    CHECK_TEXT(canonical(t, "9223372036854775808"), "refused");
    CHECK_TEXT(canonical(t, "10E"), "refused");
    CHECK_TEXT(canonical(t, "1e99999999999999999999"), "refused");
}

TEST(quantity, comparison_looks_at_the_amount_only) {
    static const struct {
        const char *a, *b;
        int order;
    } cases[] = {{"1Gi", "1024Mi", 0}, {"1G", "1Gi", -1},    {"1500m", "1.5", 0}, {"2", "1999m", 1},
                 {"-1", "1", -1},      {"-1.5", "-1.4", -1}, {"1n", "0", 1},      {"1e3", "1k", 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        aimp_quantity a = quantity_from(t, cases[i].a), b = quantity_from(t, cases[i].b);
        CHECK_INTEGER(aimp_quantity_compare(&a, &b), cases[i].order);
        CHECK_INTEGER(aimp_quantity_compare(&b, &a), -cases[i].order);
    }
}

TEST(quantity, value_rounds_away_from_zero) {
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {{"1", 1}, {"1.1", 2}, {"1m", 1}, {"-1.1", -2}, {"0", 0}, {"1Ki", 1024}, {"1.1Gi", 1181116007}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        aimp_quantity quantity = quantity_from(t, cases[i].text);
        CHECK_INTEGER(aimp_quantity_value(&quantity), cases[i].value);
    }
}

TEST(quantity, numbers_and_strings_of_a_document_are_quantities) {
    CHECK_TEXT(aimp_text_of(aimp_quantity_canonical(&t->arena, aimp_number(&t->arena, "2000"))), "2k");
    CHECK_TEXT(aimp_text_of(aimp_quantity_canonical(&t->arena, aimp_string(&t->arena, "2048Mi"))), "2Gi");
    CHECK(aimp_quantity_canonical(&t->arena, aimp_string(&t->arena, "much")) == NULL);
    CHECK(aimp_quantity_canonical(&t->arena, aimp_bool(true)) == NULL);
    CHECK(aimp_quantity_canonical(&t->arena, NULL) == NULL);
}

TEST(quantity, gibibytes_are_canonical) {
    CHECK_TEXT(aimp_gibibytes(&t->arena, 0), "0");
    CHECK_TEXT(aimp_gibibytes(&t->arena, 11), "11Gi");
    CHECK_TEXT(aimp_gibibytes(&t->arena, 1024), "1Ti");
    CHECK_TEXT(aimp_gibibytes(&t->arena, 1025), "1025Gi");
    CHECK_TEXT(aimp_gibibytes(&t->arena, INT64_MAX), "8589934591Gi");
}

TEST(quantity, a_long_numeral_is_read_in_full) {
    char text[2048];
    memset(text, '9', sizeof text);
    memcpy(text, "0.", 2);
    memcpy(text + sizeof text - 3, "Gi", 3);
    CHECK_TEXT(canonical(t, text), "1Gi");
    memset(text, '0', sizeof text - 2);
    memcpy(text + sizeof text - 2, "7", 2);
    aimp_quantity seven = quantity_from(t, text);
    CHECK_INTEGER(aimp_quantity_value(&seven), 7);
}

TEST(duration, go_spelling) {
    static const pair cases[] = {
        {"30s", "30s"},
        {"90s", "1m30s"},
        {"180s", "3m0s"},
        {"3600s", "1h0m0s"},
        {"1.5s", "1.5s"},
        {"500ms", "500ms"},
        {"1.5ms", "1.5ms"},
        {"250us", "250\xc2\xb5s"},
        {"0", "0s"},
        {"0s", "0s"},
        {"-0", "0s"},
        {"1h30m", "1h30m0s"},
        {"1ns", "1ns"},
        {"1.1us", "1.1\xc2\xb5s"},
        {"-1.5h", "-1h30m0s"},
        {"100h", "100h0m0s"},
        {"1m0.001s", "1m0.001s"},
        {"+5s", "5s"},
        {".5s", "500ms"},
        {"1.s", "1s"},
        {"250\xc2\xb5s", "250\xc2\xb5s"},
        {"250\xce\xbcs", "250\xc2\xb5s"},
        {"1s2s", "3s"},
        {"0.000000001s", "1ns"},
        {"-9223372036854775808ns", "-2562047h47m16.854775808s"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t nanoseconds;
        if (!aimp_duration_parse(cases[i].given, &nanoseconds)) FAIL("%s is refused", cases[i].given);
        CHECK_TEXT(aimp_duration_text(&t->arena, nanoseconds), cases[i].expected);
    }
}

TEST(duration, what_is_no_duration_is_refused) {
    static const char *const bad[] = {"",
                                      "1",
                                      "s",
                                      ".s",
                                      "-",
                                      "-.s",
                                      "1 s",
                                      "1S",
                                      "1d",
                                      "1h ",
                                      " 1h",
                                      "1h-1m",
                                      "1hm",
                                      "1.2.3s",
                                      "1e3s",
                                      "soon",
                                      "9223372036854775808ns",
                                      "2562048h",
                                      "99999999999999999999s",
                                      "9223372036854775807ns1ns"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t nanoseconds;
        if (aimp_duration_parse(bad[i], &nanoseconds)) FAIL("\"%s\" is accepted", bad[i]);
    }
}

TEST(duration, gateway_spelling) {
    static const pair cases[] = {
        {"30s", "30s"},
        {"90s", "1m30s"},
        {"1h", "1h0m0s"},
        {"0", "0s"},
        {"500ms", "500ms"},
        {"1.5s", "1s500ms"},
        {"61.25s", "1m1s250ms"},
        {"1h0.001s", "1h0m0s1ms"},
        {"99999h", "99999h0m0s"},
        {"100000h", NULL},
        {"250us", NULL},
        {"1.5ms", NULL},
        {"-1s", NULL},
        {"1s1ns", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t nanoseconds;
        CHECK(aimp_duration_parse(cases[i].given, &nanoseconds));
        CHECK_TEXT(aimp_gateway_duration_text(&t->arena, nanoseconds), cases[i].expected);
    }
}

/* spec/caching.md 7.2, column A. */
TEST(claim_size, headroom_is_added_and_the_sum_is_rounded_up) {
    static const struct {
        int64_t bytes, percent;
        const char *size;
    } cases[] = {
        {10 * GIB, 10, "11Gi"},
        {10 * GIB, 0, "10Gi"},
        {10 * GIB + 1, 0, "11Gi"},
        {1, 0, "1Gi"},
        {0, 10, "0"},
        {INT64_C(9094593249), 10, "10Gi"},
        {512 * MIB, 10, "1Gi"},
        {64 * GIB, 10, "71Gi"},
        {100 * GIB, 7, "107Gi"},
        {931 * GIB, 10, "1025Gi"},
        {1024 * GIB, 0, "1Ti"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        CHECK_TEXT(aimp_gibibytes(&t->arena, aimp_claim_gibibytes(cases[i].bytes, cases[i].percent)), cases[i].size);
}

TEST(claim_size, absurd_input_has_an_answer) {
    CHECK_INTEGER(aimp_claim_gibibytes(-1, 10), 0);
    CHECK_INTEGER(aimp_claim_gibibytes(GIB, -200), 0);
    CHECK_INTEGER(aimp_claim_gibibytes(INT64_MAX, INT64_MAX), INT64_C(8589934592));
    CHECK_INTEGER(aimp_claim_gibibytes(INT64_MIN, INT64_MIN), INT64_C(8589934592));
}

TEST(claim_size, display_size_has_one_decimal_below_one_hundred) {
    static const struct {
        int64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0 B"},
        {1, "1 B"},
        {1023, "1023 B"},
        {1024, "1 KiB"},
        {1536 * MIB, "1.5 GiB"},
        {MIB - 1, "1024 KiB"},
        {10 * GIB, "10 GiB"},
        {GIB + GIB / 20 + 1, "1.1 GiB"},
        {100 * MIB, "100 MiB"},
        {100 * MIB + MIB / 2, "101 MiB"},
        {99 * MIB + MIB / 2, "99.5 MiB"},
        {100 * MIB - 1, "100 MiB"},
        {1280, "1.3 KiB"},
        {TIB, "1 TiB"},
        {1024 * TIB, "1 PiB"},
        {EIB, "1 EiB"},
        {7 * EIB, "7 EiB"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *text = "refused";
        CHECK(aimp_display_size(&t->arena, cases[i].bytes, &text));
        CHECK_TEXT(text, cases[i].text);
    }
}

TEST(claim_size, display_size_refuses_what_is_negative_or_above_7_eib) {
    const char *text = NULL;
    CHECK(!aimp_display_size(&t->arena, -1, &text));
    CHECK(!aimp_display_size(&t->arena, 7 * EIB + 1, &text));
}
