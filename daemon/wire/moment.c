// SPDX-License-Identifier: Apache-2.0
/*
 * RFC 3339 to milliseconds UTC, strictly: date, 'T', time with seconds, optional fraction, and an
 * offset. Nothing is guessed: a time without an offset is refused, since a hall and a phone may
 * disagree about what local is. Knows no time zones and no clock.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/wire/body.h"

enum { YEAR_FIRST = 2000, YEAR_LAST = 2199 };

// Reads `count` digits at *at and moves on; -1 if there are not so many.
static int digits(const char **at, int count) {
    int value = 0;
    for (int place = 0; place < count; place++) {
        if ((*at)[0] < '0' || (*at)[0] > '9')
            return -1;
        value = value * 10 + (*at)[0] - '0';
        (*at)++;
    }
    return value;
}

static bool skip(const char **at, char wanted) {
    if (**at != wanted)
        return false;
    (*at)++;
    return true;
}

static int days_in(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

// Days from 1970-01-01 (Howard Hinnant, chrono-compatible low-level date algorithms).
static int64_t days_of(int year, int month, int day) {
    int shifted = month <= 2 ? year - 1 : year;
    int era = shifted / 400, of_era = shifted % 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return (int64_t)era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool read_date(const char **at, int64_t *ms) {
    int year = digits(at, 4);
    if (year < YEAR_FIRST || year > YEAR_LAST || !skip(at, '-'))
        return false;
    int month = digits(at, 2);
    if (month < 1 || month > 12 || !skip(at, '-'))
        return false;
    int day = digits(at, 2);
    if (day < 1 || day > days_in(year, month))
        return false;
    *ms = days_of(year, month, day) * 86400000;
    return true;
}

static bool read_fraction(const char **at, int64_t *ms) {
    int scale = 100, length = 0;
    if (!skip(at, '.'))
        return true;
    for (; **at >= '0' && **at <= '9'; (*at)++, scale /= 10, length++)
        *ms += (int64_t)(**at - '0') * scale;
    return length > 0 && length <= 9;
}

static bool read_clock(const char **at, int64_t *ms) {
    int hour = digits(at, 2);
    if (hour < 0 || hour > 23 || !skip(at, ':'))
        return false;
    int minute = digits(at, 2);
    if (minute < 0 || minute > 59 || !skip(at, ':'))
        return false;
    int second = digits(at, 2);
    if (second < 0 || second > 59)
        return false;
    *ms += (hour * 3600 + minute * 60 + second) * (int64_t)1000;
    return read_fraction(at, ms);
}

static bool read_offset(const char **at, int64_t *ms) {
    if (skip(at, 'Z') || skip(at, 'z'))
        return true;
    int sign = **at == '-' ? -1 : 1;
    if (!skip(at, '+') && !skip(at, '-'))
        return false;
    int hour = digits(at, 2);
    if (hour < 0 || hour > 23 || !skip(at, ':'))
        return false;
    int minute = digits(at, 2);
    if (minute < 0 || minute > 59)
        return false;
    *ms -= sign * (hour * 60 + minute) * (int64_t)60000;
    return true;
}

bool body_time(const char *text, int64_t *ms) {
    int64_t read_ms = 0;
    const char *at = text;
    if (!read_date(&at, &read_ms) || !(skip(&at, 'T') || skip(&at, 't')))
        return false;
    if (!read_clock(&at, &read_ms) || !read_offset(&at, &read_ms) || *at)
        return false;
    *ms = read_ms;
    return true;
}

bool body_date(const char *text) {
    int64_t ms;
    const char *at = text;
    return (read_date(&at, &ms) && !*at) || body_time(text, &ms);
}
