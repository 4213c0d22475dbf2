// SPDX-License-Identifier: Apache-2.0
/*
 * The wait a citizen is told: grows with the people ahead, shrinks with the windows, follows today,
 * and says so when nobody works or the day is too short.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "daemon/forecast/wait.h"
#include "tests/unit/wire/small_hall.h"

static struct wait of_new(const struct small *small, uint16_t service) {
    struct wait wait;
    wait_of_new(small->hall, service, 0, small->now_ms, &wait);
    assert_int_equal(wait.low_s % 300, 0);
    assert_int_equal(wait.high_s % 300, 0);
    assert_true(wait.low_s <= wait.high_s && wait.high_s <= 3600);
    return wait;
}

static void nobody_at_work_is_paused(void **state) {
    struct small small = small_open();
    (void)state;
    assert_int_equal(of_new(&small, 0).kind, WAIT_PAUSED);
    small_do(&small, small_verb(COMMAND_OPEN, 5)); // serves B only
    assert_int_equal(of_new(&small, 0).kind, WAIT_PAUSED);
    assert_int_equal(of_new(&small, 1).kind, WAIT_RANGE);
    small_close(&small);
}

static void an_idle_window_takes_the_first_at_once(void **state) {
    struct small small = small_open();
    (void)state;
    small_do(&small, small_verb(COMMAND_OPEN, 1));
    struct wait wait = of_new(&small, 0);
    assert_int_equal(wait.kind, WAIT_RANGE);
    assert_int_equal(wait.low_s, 0);
    assert_int_equal(wait.high_s, 300);
    small_close(&small);
}

static void people_ahead_are_counted_in_service_times(void **state) {
    struct small small = small_open();
    (void)state;
    small_do(&small, small_verb(COMMAND_OPEN, 1));
    for (int person = 0; person < 5; person++)
        small_issue(&small, "A", "normal");
    struct wait wait = of_new(&small, 0); // 5 ahead x 6 min = 30 min: 21 to 39
    assert_int_equal(wait.low_s, 1200);
    assert_int_equal(wait.high_s, 2400);
    wait_of(small.hall, 0, small.now_ms, &wait); // the first of them
    assert_int_equal(wait.low_s, 0);
    assert_int_equal(wait.high_s, 300);
    small_do(&small, small_verb(COMMAND_OPEN, 3)); // two windows: 15 min: 10.5 to 19.5
    wait = of_new(&small, 0);
    assert_int_equal(wait.low_s, 600);
    assert_int_equal(wait.high_s, 1200);
    small_close(&small);
}

static void a_shared_window_counts_by_its_share(void **state) {
    struct small small = small_open();
    (void)state;
    small_do(&small, small_verb(COMMAND_OPEN, 1));
    for (int person = 0; person < 4; person++)
        small_issue(&small, "A", "normal");
    uint32_t alone = of_new(&small, 0).high_s;
    for (int person = 0; person < 5; person++)
        small_issue(&small, "B", "normal");
    assert_true(of_new(&small, 0).high_s > alone);
    small_close(&small);
}

static void today_moves_the_expectation(void **state) {
    struct small small = small_open();
    (void)state;
    small_do(&small, small_verb(COMMAND_OPEN, 1));
    for (int person = 0; person < 3; person++)
        small_issue(&small, "A", "normal");
    uint32_t before = of_new(&small, 0).high_s; // 18 min: to 23.4
    small.hall->services[0].finished = 45;      // (5 x 6 + 45 x 12) / 50 = 11.4 min
    small.hall->services[0].served_ms = (int64_t)45 * 12 * MINUTE;
    struct wait wait = of_new(&small, 0); // 34.2 min: 23.9 to 44.5
    assert_int_equal(before, 1500);
    assert_int_equal(wait.low_s, 1200);
    assert_int_equal(wait.high_s, 2700);
    small_close(&small);
}

static void more_than_an_hour_is_an_hour(void **state) {
    struct small small = small_open();
    (void)state;
    small_do(&small, small_verb(COMMAND_OPEN, 1));
    for (int person = 0; person < 40; person++)
        small_issue(&small, "A", "normal");
    struct wait wait = of_new(&small, 0);
    assert_int_equal(wait.kind, WAIT_RANGE);
    assert_int_equal(wait.low_s, 3600);
    assert_int_equal(wait.high_s, 3600);
    small_close(&small);
}

static void beyond_closing_is_not_today(void **state) {
    struct small small = small_open();
    (void)state;
    small_do(&small, small_verb(COMMAND_OPEN, 1));
    for (int person = 0; person < 10; person++)
        small_issue(&small, "A", "normal");
    small.now_ms = NINE + (int64_t)430 * MINUTE; // 50 min before closing, 42 at least to wait
    assert_int_equal(of_new(&small, 0).kind, WAIT_RANGE);
    small.now_ms = NINE + (int64_t)440 * MINUTE;
    assert_int_equal(of_new(&small, 0).kind, WAIT_NOT_TODAY);
    small_close(&small);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_at_work_is_paused),
        cmocka_unit_test(an_idle_window_takes_the_first_at_once),
        cmocka_unit_test(people_ahead_are_counted_in_service_times),
        cmocka_unit_test(a_shared_window_counts_by_its_share),
        cmocka_unit_test(today_moves_the_expectation),
        cmocka_unit_test(more_than_an_hour_is_an_hour),
        cmocka_unit_test(beyond_closing_is_not_today),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
