// SPDX-License-Identifier: Apache-2.0
/*
 * Hall time: forward with BOOTTIME, never back, doubtful when the wall clock jumps, across starts
 * and across a clock that was never set.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/clock.h"

#define NINE INT64_C(1795398000000) // some morning in 2026
#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static const struct moment never = {0};

static struct moment at(int64_t hall_ms, int64_t wall_ms) {
    return (struct moment){.hall_ms = hall_ms, .wall_ms = wall_ms, .boot = 1};
}

static void test_first_start_follows_the_wall(void **state) {
    struct clock clock;
    struct moment now;
    (void)state;
    clock_start(&clock, &never, 1, NINE, 5000);
    assert_false(clock.doubtful);
    now = clock_read(&clock, NINE + 250, 5250);
    assert_int_equal(now.hall_ms, NINE + 250);
    assert_int_equal(now.wall_ms, NINE + 250);
    assert_int_equal(now.boot, 1);
}

static void test_within_a_boot_boottime_counts(void **state) {
    struct clock clock;
    (void)state;
    clock_start(&clock, &never, 1, NINE, 0);
    // The wall clock is set back by 10 minutes: time goes on, and there is no doubt yet.
    assert_int_equal(clock_read(&clock, NINE - 10 * MINUTE, MINUTE).hall_ms, NINE + MINUTE);
    assert_false(clock.doubtful);
    // A boottime that stands still or goes back (it cannot) never turns hall time back.
    assert_int_equal(clock_read(&clock, NINE, MINUTE).hall_ms, NINE + MINUTE);
    assert_int_equal(clock_read(&clock, NINE, 0).hall_ms, NINE + MINUTE);
    assert_int_equal(clock_read(&clock, NINE, 500).hall_ms, NINE + MINUTE + 500);
}

static void test_jump_forward_is_doubted_and_confirmed(void **state) {
    struct clock clock;
    (void)state;
    clock_start(&clock, &never, 1, NINE, 0);
    assert_int_equal(clock_read(&clock, NINE + DAY, 1000).hall_ms, NINE + 1000);
    assert_true(clock.doubtful);
    clock_confirm(&clock, NINE + DAY + 1000, 2000);
    assert_false(clock.doubtful);
    assert_int_equal(clock_read(&clock, NINE + DAY + 2000, 3000).hall_ms, NINE + DAY + 2000);
    assert_false(clock.doubtful);
}

static void test_jump_back_confirmed_never_goes_back(void **state) {
    struct clock clock;
    (void)state;
    clock_start(&clock, &never, 1, NINE, 0);
    clock_read(&clock, NINE - HOUR, 1000);
    assert_true(clock.doubtful);
    clock_confirm(&clock, NINE - HOUR + 1000, 2000);
    assert_int_equal(clock_read(&clock, NINE - HOUR + 2000, 3000).hall_ms, NINE + 3000);
    assert_false(clock.doubtful); // the distance is accepted, and only a new jump is news
    clock_read(&clock, NINE + 4000, 4000);
    assert_true(clock.doubtful);
}

static void test_a_jump_taken_back_heals(void **state) {
    struct clock clock;
    (void)state;
    clock_start(&clock, &never, 1, NINE, 0);
    clock_read(&clock, 1000, 1000); // 1970
    assert_true(clock.doubtful);
    assert_int_equal(clock_read(&clock, NINE + 2000, 2000).hall_ms, NINE + 2000);
    assert_false(clock.doubtful);
}

static void test_exactly_a_quarter_is_no_doubt(void **state) {
    struct clock clock;
    (void)state;
    clock_start(&clock, &never, 1, NINE, 0);
    clock_read(&clock, NINE + CLOCK_DOUBT_MS, 0);
    assert_false(clock.doubtful);
    clock_read(&clock, NINE + CLOCK_DOUBT_MS + 1, 0);
    assert_true(clock.doubtful);
    clock_read(&clock, NINE - CLOCK_DOUBT_MS - 1, 0);
    assert_true(clock.doubtful);
}

static void test_next_start_adds_the_time_away(void **state) {
    struct clock clock;
    struct moment last = at(NINE, NINE);
    (void)state;
    clock_start(&clock, &last, 2, NINE + 3 * DAY, 40);
    assert_false(clock.doubtful);
    assert_int_equal(clock_read(&clock, NINE + 3 * DAY + 10, 50).hall_ms, NINE + 3 * DAY + 10);
    assert_int_equal(clock_read(&clock, NINE + 3 * DAY + 10, 50).boot, 2);
}

static void test_next_start_with_an_earlier_wall(void **state) {
    struct clock clock;
    struct moment last = at(NINE, NINE);
    (void)state;
    clock_start(&clock, &last, 2, NINE - 5 * MINUTE, 0); // an honest correction
    assert_false(clock.doubtful);
    assert_int_equal(clock_read(&clock, NINE - 4 * MINUTE, MINUTE).hall_ms, NINE + MINUTE);
    clock_start(&clock, &last, 3, NINE - 2 * DAY, 0); // not an honest one
    assert_true(clock.doubtful);
    assert_int_equal(clock_read(&clock, NINE - 2 * DAY, MINUTE).hall_ms, NINE + MINUTE);
}

static void test_next_start_in_1970(void **state) {
    struct clock clock;
    struct moment last = at(NINE, NINE);
    (void)state;
    clock_start(&clock, &last, 2, 30000, 30000);
    assert_true(clock.doubtful);
    assert_int_equal(clock_read(&clock, 31000, 31000).hall_ms, NINE + 1000);
    assert_true(clock.doubtful);
    // The network brings the time: five minutes have passed since the last event.
    assert_int_equal(clock_read(&clock, NINE + 5 * MINUTE, 32000).hall_ms, NINE + 2000);
    assert_false(clock.doubtful);
}

static void test_first_start_in_1970(void **state) {
    struct clock clock;
    (void)state;
    clock_start(&clock, &never, 1, 30000, 30000);
    assert_true(clock.doubtful);
    clock_read(&clock, NINE, 31000);
    assert_true(clock.doubtful);
    clock_confirm(&clock, NINE + 1000, 32000);
    assert_int_equal(clock_read(&clock, NINE + 2000, 33000).hall_ms, NINE + 2000);
    assert_false(clock.doubtful);
}

static void test_ten_years_away_is_doubted(void **state) {
    struct clock clock;
    struct moment last = at(NINE, NINE);
    (void)state;
    clock_start(&clock, &last, 2, NINE + 3650 * DAY, 0);
    assert_true(clock.doubtful);
    assert_int_equal(clock_read(&clock, NINE + 3650 * DAY, 1000).hall_ms, NINE + 1000);
}

static void test_a_lag_is_made_up_at_the_next_start(void **state) {
    struct clock clock;
    struct moment last = at(NINE - 10 * MINUTE, NINE); // it ran 10 minutes behind the wall
    (void)state;
    clock_start(&clock, &last, 2, NINE + MINUTE, 0);
    assert_false(clock.doubtful);
    assert_int_equal(clock_read(&clock, NINE + MINUTE, 0).hall_ms, NINE + MINUTE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_start_follows_the_wall),
        cmocka_unit_test(test_within_a_boot_boottime_counts),
        cmocka_unit_test(test_jump_forward_is_doubted_and_confirmed),
        cmocka_unit_test(test_jump_back_confirmed_never_goes_back),
        cmocka_unit_test(test_a_jump_taken_back_heals),
        cmocka_unit_test(test_exactly_a_quarter_is_no_doubt),
        cmocka_unit_test(test_next_start_adds_the_time_away),
        cmocka_unit_test(test_next_start_with_an_earlier_wall),
        cmocka_unit_test(test_next_start_in_1970),
        cmocka_unit_test(test_first_start_in_1970),
        cmocka_unit_test(test_ten_years_away_is_doubted),
        cmocka_unit_test(test_a_lag_is_made_up_at_the_next_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
