// SPDX-License-Identifier: Apache-2.0
/*
 * Weekly patterns, closed and swapped days, and where a business day begins and ends: local time
 * of the hall's zone turned into UTC. The zone is the process's (TZ): entering another one is not
 * thread-safe, see daemon/plan/compile.h.
 */
#ifndef JIAOHAO_PLAN_CALENDAR_H
#define JIAOHAO_PLAN_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/hall/plan.h"

enum { CALENDAR_CLOSED_MAX = 256, CALENDAR_WORKED_MAX = 128, MINUTES_A_DAY = 24 * 60 };

struct calendar_span { // minutes after local midnight, [open, close)
    int32_t open, close;
};

struct calendar_day {
    uint32_t count;
    struct calendar_span spans[PLAN_SPANS_MAX]; // in order, not overlapping
};

struct calendar_pattern {
    struct calendar_day days[7]; // Monday first
    bool ignores_calendar;       // open on closed days too
};

struct calendar_range {
    int32_t from, to; // yyyymmdd, both closed
};

struct calendar_worked {
    int32_t date;
    int32_t weekday; // whose pattern it follows, 0 = Monday
};

struct calendar {
    char timezone[48];
    int32_t day_starts; // minutes after local midnight
    uint32_t closed_count, worked_count, pattern_count;
    struct calendar_range closed[CALENDAR_CLOSED_MAX];
    struct calendar_worked worked[CALENDAR_WORKED_MAX];
    struct calendar_pattern patterns[PLAN_HOURS_MAX];
};

// Whether there is such a time zone in the system's database.
bool calendar_zone_exists(const char *name);
// The business day that a moment belongs to.
int32_t calendar_date_of(const struct calendar *calendar, int64_t at_ms);
// Fills plan->day and the spans of plan->hours (whose codes are there) for that business day.
void calendar_resolve(const struct calendar *calendar, int32_t date, struct plan *plan);

int32_t calendar_date_add(int32_t date, int days);
bool calendar_date_exists(int32_t date);
int calendar_weekday(int32_t date); // 0 = Monday

#endif
