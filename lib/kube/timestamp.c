/* Reading times; none is ever made up. */
#include "kube/timestamp.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"

static bool is_date(const int64_t n[6]) {
    static const int64_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return n[1] >= 1 && n[1] <= 12 && n[2] >= 1 && n[2] <= days[n[1] - 1] && n[3] < 24 && n[4] < 60 && n[5] <= 60;
}

bool aimp_timestamp_seconds(const char *text, int64_t *out) {
    static const int before_month[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    static const char shape[] = "dddd-dd-ddTdd:dd:dd";
    int64_t n[6] = {0};
    size_t field = 0;
    for (size_t i = 0; i < sizeof shape - 1; i++) {
        bool digit = aimp_is_digit(text[i]);
        if (shape[i] == 'd' ? !digit : text[i] != shape[i]) return false;
        if (digit)
            n[field] = n[field] * 10 + (text[i] - '0');
        else
            field++;
    }
    const char *rest = text + sizeof shape - 1;
    if (*rest == '.' && aimp_is_digit(rest[1])) rest += 1 + strspn(rest + 1, "0123456789");
    if (strcmp(rest, "Z") != 0 || !is_date(n)) return false;
    int64_t year = n[0] - (n[1] <= 2), leaps = year / 4 - year / 100 + year / 400;
    *out = ((n[0] * 365 + leaps + before_month[n[1] - 1] + n[2]) * 24 + n[3]) * 3600 + n[4] * 60 + n[5];
    return true;
}
