// SPDX-License-Identifier: Apache-2.0
/*
 * The business day and its opening spans in UTC.
 *
 * A date is a day of the calendar, a business day runs from day_starts on its date to day_starts
 * on the next, both in local time: 23 or 25 hours when clocks change. Spans are local times of a
 * date; those of a date before its day_starts belong to the business day before.
 *
 * Invariant: calendar_date_of(t) = d if and only if begin(d) <= t < begin(d + 1), so days follow
 * each other without gap or overlap, whatever the zone does. Nothing here may use UTC dates or
 * fixed offsets: a rival corrupted its numbers every day at 17:00 that way.
 */
#include "daemon/plan/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY_S = 86400 };

// --- dates -------------------------------------------------------------------------------------

static struct tm tm_of(int32_t date) {
    return (struct tm){
        .tm_year = date / 10000 - 1900, .tm_mon = date / 100 % 100 - 1, .tm_mday = date % 100};
}

static int32_t date_of_tm(const struct tm *tm) {
    return (tm->tm_year + 1900) * 10000 + (tm->tm_mon + 1) * 100 + tm->tm_mday;
}

int32_t calendar_date_add(int32_t date, int days) {
    struct tm tm = tm_of(date);
    time_t t;

    tm.tm_mday += days;
    t = timegm(&tm);
    gmtime_r(&t, &tm);
    return date_of_tm(&tm);
}

bool calendar_date_exists(int32_t date) {
    return date >= 19700101 && date <= 99991231 && calendar_date_add(date, 0) == date;
}

int calendar_weekday(int32_t date) {
    struct tm tm = tm_of(date);

    timegm(&tm);
    return (tm.tm_wday + 6) % 7;
}

// --- the zone ----------------------------------------------------------------------------------

bool calendar_zone_exists(const char *name) {
    char path[96], magic[4] = "";
    FILE *file;
    size_t got;

    if (name[0] == '\0' || name[0] == '/' || strstr(name, "..") ||
        strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") !=
            strlen(name))
        return false;
    snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
    file = fopen(path, "re");
    if (!file)
        return false;
    got = fread(magic, 1, sizeof(magic), file);
    fclose(file);
    return got == sizeof(magic) && memcmp(magic, "TZif", 4) == 0;
}

// Makes the hall's zone the process's. Usually it is already: then the environment is only read.
static void enter(const struct calendar *calendar) {
    const char *now = getenv("TZ");

    if (now && strcmp(now, calendar->timezone) == 0)
        return;
    setenv("TZ", calendar->timezone, 1);
    tzset();
}

static int64_t offset_at(int64_t t) {
    time_t when = (time_t)t;
    struct tm tm;

    return localtime_r(&when, &tm) ? tm.tm_gmtoff : 0;
}

// The first moment (s UTC) at which local clocks show this or more. A time that comes twice in the
// night is its first coming; one that is skipped is the moment of the jump.
static int64_t utc_of(int32_t date, int32_t minutes) {
    struct tm tm = tm_of(date);
    int64_t naive = (int64_t)timegm(&tm) + minutes * 60;
    int64_t before = offset_at(naive - DAY_S), after = offset_at(naive + DAY_S);
    int64_t early = naive - (before > after ? before : after);
    int64_t late = naive - (before > after ? after : before);

    if (early + offset_at(early) == naive)
        return early;
    if (late + offset_at(late) == naive)
        return late;
    while (before < after && early + 1 < late) { // skipped: look for the jump
        int64_t middle = early + (late - early) / 2;
        if (middle + offset_at(middle) >= naive)
            late = middle;
        else
            early = middle;
    }
    return late;
}

static int64_t begin(const struct calendar *calendar, int32_t date) {
    return utc_of(date, calendar->day_starts);
}

int32_t calendar_date_of(const struct calendar *calendar, int64_t at_ms) {
    const int64_t most = INT64_C(253370764800); // year 9999: beyond it dates do not fit
    int64_t at = at_ms / 1000 - (at_ms % 1000 < 0);
    time_t when = (time_t)(at < 0 ? 0 : at > most ? most : at);
    struct tm tm;
    int32_t date;

    enter(calendar);
    localtime_r(&when, &tm);
    date = date_of_tm(&tm);
    while (when < begin(calendar, date))
        date = calendar_date_add(date, -1);
    while (when >= begin(calendar, calendar_date_add(date, 1)))
        date = calendar_date_add(date, 1);
    return date;
}

// --- opening spans -----------------------------------------------------------------------------

// The spans of a calendar date: swapped days follow another weekday, closed days have none.
static const struct calendar_day *day_of(const struct calendar *calendar,
                                         const struct calendar_pattern *pattern, int32_t date) {
    static const struct calendar_day none;

    if (pattern->ignores_calendar)
        return &pattern->days[calendar_weekday(date)];
    for (uint32_t i = 0; i < calendar->worked_count; i++)
        if (calendar->worked[i].date == date)
            return &pattern->days[calendar->worked[i].weekday];
    for (uint32_t i = 0; i < calendar->closed_count; i++)
        if (date >= calendar->closed[i].from && date <= calendar->closed[i].to)
            return &none;
    return &pattern->days[calendar_weekday(date)];
}

static void add_span(struct plan_hours *hours, const struct plan_day *day, int64_t open_ms,
                     int64_t close_ms) {
    struct plan_span *last = hours->span_count ? &hours->spans[hours->span_count - 1] : NULL;

    open_ms = open_ms < day->begins_ms ? day->begins_ms : open_ms;
    close_ms = close_ms > day->ends_ms ? day->ends_ms : close_ms;
    if (open_ms >= close_ms)
        return;
    if (last && last->close_ms >= open_ms)
        last->close_ms = close_ms;
    else if (hours->span_count < PLAN_SPANS_MAX) // the compiler has seen to it that there is room
        hours->spans[hours->span_count++] = (struct plan_span){open_ms, close_ms};
}

static void resolve_hours(const struct calendar *calendar, uint32_t place, struct plan *plan) {
    for (int next = 0; next < 2; next++) {
        int32_t date = calendar_date_add(plan->day.date, next);
        const struct calendar_day *day = day_of(calendar, &calendar->patterns[place], date);
        for (uint32_t i = 0; i < day->count; i++)
            add_span(&plan->hours[place], &plan->day, utc_of(date, day->spans[i].open) * 1000,
                     utc_of(date, day->spans[i].close) * 1000);
    }
}

void calendar_resolve(const struct calendar *calendar, int32_t date, struct plan *plan) {
    enter(calendar);
    plan->day.date = date;
    plan->day.begins_ms = begin(calendar, date) * 1000;
    plan->day.ends_ms = begin(calendar, calendar_date_add(date, 1)) * 1000;
    for (uint32_t i = 0; i < calendar->pattern_count; i++) {
        memset(plan->hours[i].spans, 0, sizeof(plan->hours[i].spans));
        plan->hours[i].span_count = 0;
        resolve_hours(calendar, i, plan);
    }
}
