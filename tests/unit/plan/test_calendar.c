// SPDX-License-Identifier: Apache-2.0
/*
 * The calendar: business days follow each other without gap or overlap in any zone, also when
 * clocks change; opening spans are local times. Expected moments come from Python's zoneinfo.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/plan/compile.h"

#define HOUR INT64_C(3600000)

static struct plan_source *source_of(const char *zone, const char *starts, const char *more) {
    char text[1024];
    struct plan_source *source;

    snprintf(text, sizeof(text),
             "hall: {code: t, name: x, timezone: %s, day_starts: '%s'}\n"
             "services: {A: {name: x}}\nwindows: {1: {serves: [A]}}\n%s",
             zone, starts, more);
    source = plan_compile_bytes("hall.yaml", text, strlen(text), stderr);
    assert_non_null(source);
    return source;
}

static struct plan plan; // 0.3 MB: not on the stack

static const struct plan *resolve(const struct plan_source *source, int32_t date) {
    plan_resolve(source, date, &plan);
    return &plan;
}

static void days_begin_and_end_in_local_time(void **state) {
    static const struct {
        const char *zone, *starts;
        int32_t date;
        int64_t begins_ms, hours;
    } days[] = {
        {"Asia/Shanghai", "04:00", 20261124, 1795464000000, 24},
        {"Europe/Berlin", "04:00", 20260328, 1774666800000, 23}, // clocks go forward in its night
        {"Europe/Berlin", "02:00", 20260329, 1774746000000, 23}, // begins in the hour skipped
        {"Europe/Berlin", "04:00", 20261024, 1792807200000, 25}, // clocks go back
        {"Europe/Berlin", "02:30", 20261025, 1792888200000, 25}, // begins at the first 02:30
        {"America/St_Johns", "00:00", 20260308, 1772940600000, 23},
        {"America/St_Johns", "00:00", 20261101, 1793500200000, 25},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        struct plan_source *source = source_of(days[i].zone, days[i].starts, "");
        const struct plan *p = resolve(source, days[i].date);
        assert_int_equal(p->day.date, days[i].date);
        assert_int_equal(p->day.begins_ms, days[i].begins_ms);
        assert_int_equal(p->day.ends_ms - p->day.begins_ms, days[i].hours * HOUR);
        assert_int_equal(plan_date_of(source, p->day.begins_ms), days[i].date);
        assert_int_equal(plan_date_of(source, p->day.ends_ms - 1), days[i].date);
        assert_int_not_equal(plan_date_of(source, p->day.begins_ms - 1), days[i].date);
        assert_int_not_equal(plan_date_of(source, p->day.ends_ms), days[i].date);
        plan_source_free(source);
    }
}

// Each moment of three years belongs to exactly the day whose bounds hold it.
static void days_follow_each_other(void **state) {
    static const char *const zones[] = {"Asia/Shanghai",       "Europe/Berlin", "America/St_Johns",
                                        "Australia/Lord_Howe", "Pacific/Apia",  "UTC"};

    (void)state;
    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        struct plan_source *source = source_of(zones[i], "04:00", "");
        int64_t at = INT64_C(1735700000000), end = at + 3 * 365 * 24 * HOUR;
        int32_t last = 0;
        while (at < end) {
            int32_t date = plan_date_of(source, at);
            const struct plan *p = resolve(source, date);
            assert_true(date > last);
            assert_true(p->day.begins_ms <= at && at < p->day.ends_ms);
            at = p->day.ends_ms;
            last = date;
        }
        plan_source_free(source);
    }
}

// A rival took the UTC date for the day: at 17:00 in Los Angeles its numbers began again.
static void the_day_does_not_change_at_utc_midnight(void **state) {
    struct plan_source *source = source_of("America/Los_Angeles", "04:00", "");
    int64_t midnight = INT64_C(1782864000000); // 2026-07-01T00:00Z = 17:00 on June 30

    (void)state;
    assert_int_equal(plan_date_of(source, midnight - 1), 20260630);
    assert_int_equal(plan_date_of(source, midnight), 20260630);
    assert_int_equal(plan_date_of(source, midnight + 10 * HOUR), 20260630); // 03:00
    assert_int_equal(plan_date_of(source, midnight + 11 * HOUR), 20260701); // 04:00
    plan_source_free(source);
}

static void impossible_moments_do_no_harm(void **state) {
    struct plan_source *source = source_of("Asia/Shanghai", "04:00", "");

    (void)state;
    assert_int_equal(plan_date_of(source, INT64_MIN), 19700101);
    assert_int_equal(plan_date_of(source, INT64_MAX) / 10000, 9999);
    plan_source_free(source);
}

// Opening times of the first pattern on that day, as hours after midnight UTC+8.
static void assert_spans(const struct plan_source *source, int32_t date, const char *wanted) {
    const struct plan *p = resolve(source, date);
    char got[128] = "";
    size_t used = 0;

    for (uint32_t i = 0; i < p->hours[0].span_count; i++)
        used += (size_t)snprintf(
            got + used, sizeof(got) - used, "%s%.1f-%.1f", i ? " " : "",
            (double)(p->hours[0].spans[i].open_ms - p->day.begins_ms) / (double)HOUR + 4,
            (double)(p->hours[0].spans[i].close_ms - p->day.begins_ms) / (double)HOUR + 4);
    assert_string_equal(got, wanted);
}

static void weeks_holidays_and_swapped_days(void **state) {
    struct plan_source *source =
        source_of("Asia/Shanghai", "04:00",
                  "hours: {h: {mon-fri: '08:30-12:00, 13:30-17:00', wed: '08:30-20:00', sun: "
                  "'09:00-12:00'}}\n"
                  "calendar: {closed: [2026-10-01..2026-10-07, 2026-11-23], worked: {2026-10-10: "
                  "wed}}\n");

    (void)state;
    assert_spans(source, 20261124, "8.5-12.0 13.5-17.0"); // Tuesday
    assert_spans(source, 20261125, "8.5-20.0");           // Wednesday
    assert_spans(source, 20261128, "");                   // Saturday
    assert_spans(source, 20261129, "9.0-12.0");           // Sunday
    assert_spans(source, 20261123, "");                   // closed
    assert_spans(source, 20260930, "8.5-20.0");           // the day before the holiday
    assert_spans(source, 20261001, "");
    assert_spans(source, 20261007, "");
    assert_spans(source, 20261008, "8.5-12.0 13.5-17.0");
    assert_spans(source, 20261010, "8.5-20.0"); // a Saturday worked as a Wednesday
    plan_source_free(source);
}

static void the_night_belongs_to_the_day_before(void **state) {
    struct plan_source *source = source_of(
        "Asia/Shanghai", "04:00", "hours: {h: {sat: '20:00-24:00', sun: '00:00-02:00'}}\n");

    (void)state;
    assert_spans(source, 20261128, "20.0-26.0");
    assert_spans(source, 20261129, "");
    plan_source_free(source);
}

static void always_is_always_and_overrides(void **state) {
    struct plan_source *source =
        source_of("Europe/Berlin", "04:00",
                  "hours: {h: {mon: '08:30-17:00'}}\ncalendar: {closed: [2026-03-28..2026-03-30]}\n"
                  "hours_override: always\n");
    const struct plan *p = resolve(source, 20260328);
    const struct plan_hours *always = &p->hours[p->services[0].hours];

    (void)state;
    assert_string_equal(always->code, "always");
    assert_int_equal(always->span_count, 1);
    assert_int_equal(always->spans[0].open_ms, p->day.begins_ms);
    assert_int_equal(always->spans[0].close_ms, p->day.ends_ms);
    plan_source_free(source);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_begin_and_end_in_local_time),
        cmocka_unit_test(days_follow_each_other),
        cmocka_unit_test(the_day_does_not_change_at_utc_midnight),
        cmocka_unit_test(impossible_moments_do_no_harm),
        cmocka_unit_test(weeks_holidays_and_swapped_days),
        cmocka_unit_test(the_night_belongs_to_the_day_before),
        cmocka_unit_test(always_is_always_and_overrides),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
