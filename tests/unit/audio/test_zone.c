// SPDX-License-Identifier: Apache-2.0
/*
 * The queue of a zone, with a clock of its own: what is spoken next, what is dropped, when it
 * chimes and when it repeats.
 */
#include "audio/zone.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct scene {
    struct zone zone;
    uint64_t seq;
    int64_t now;
    struct zone_call call;
    bool chime;
};

static int set_up(void **state) {
    struct scene *s = calloc(1, sizeof *s);
    s->zone.chimes = true;
    s->now = 1000000;
    *state = s;
    return 0;
}

static int tear_down(void **state) {
    free(*state);
    return 0;
}

static int put(struct scene *s, const char *number, bool recall) {
    struct zone_call call = {.seq = ++s->seq, .window = 3, .recall = recall};
    snprintf(call.number, sizeof call.number, "%s", number);
    call.made_ms = call.got_ms = s->now;
    return zone_put(&s->zone, &call);
}

static const char *next(struct scene *s) {
    return zone_next(&s->zone, s->now, &s->call, &s->chime) ? s->call.number : "-";
}

static void heard(struct scene *s, int64_t took_ms) {
    s->now += took_ms;
    zone_ended(&s->zone, s->now, true);
}

static void test_one_after_another(void **state) {
    struct scene *s = *state;
    put(s, "A001", false);
    put(s, "A002", false);
    assert_string_equal(next(s), "A001");
    assert_string_equal(next(s), "-"); // not while one is spoken
    heard(s, 4000);
    assert_string_equal(next(s), "A002");
    heard(s, 4000);
    assert_string_equal(next(s), "-");
}

static void test_recalls_go_first_and_replace(void **state) {
    struct scene *s = *state;
    put(s, "A001", false);
    put(s, "A002", false);
    put(s, "A003", true);
    put(s, "A002", true);
    assert_int_equal(s->zone.count, 3);
    assert_string_equal(next(s), "A003");
    heard(s, 1);
    assert_string_equal(next(s), "A002");
    heard(s, 1);
    assert_string_equal(next(s), "A001");
}

static void test_the_same_message_twice(void **state) {
    struct scene *s = *state;
    assert_int_equal(put(s, "A001", false), 0);
    s->seq--;
    assert_int_equal(put(s, "A001", false), -EALREADY);
    next(s);
    heard(s, 1);
    s->seq--;
    assert_int_equal(put(s, "A001", false), -EALREADY);
    assert_string_equal(next(s), "-");
}

static void test_withdrawn(void **state) {
    struct scene *s = *state;
    put(s, "A001", false);
    put(s, "A002", false);
    assert_false(zone_withdraw(&s->zone, "A002"));
    assert_string_equal(next(s), "A001");
    assert_true(zone_withdraw(&s->zone, "A001"));
    zone_ended(&s->zone, s->now, false);
    assert_string_equal(next(s), "-");
}

static void test_stale_calls_are_dropped(void **state) {
    struct scene *s = *state;
    put(s, "A001", false);
    s->now += 30000;
    put(s, "A002", false);
    s->now += 30000;
    assert_false(zone_stale(&s->zone, s->now, &s->call)); // 60 s are just in time
    s->now += 1;
    assert_true(zone_stale(&s->zone, s->now, &s->call));
    assert_string_equal(s->call.number, "A001");
    assert_false(zone_stale(&s->zone, s->now, &s->call));
    assert_string_equal(next(s), "A002");
}

static void test_no_chime_soon_after_a_call(void **state) {
    struct scene *s = *state;
    put(s, "A001", false);
    next(s);
    assert_true(s->chime);
    heard(s, 4000);
    s->now += 2999;
    put(s, "A002", false);
    next(s);
    assert_false(s->chime);
    heard(s, 4000);
    s->now += 3000;
    put(s, "A003", false);
    next(s);
    assert_true(s->chime);
}

static void test_repeats_once_without_chime(void **state) {
    struct scene *s = *state;
    s->zone.repeats = true;
    put(s, "A001", false);
    next(s);
    put(s, "A002", false);
    heard(s, 4000);
    assert_string_equal(next(s), "-"); // the repeat holds the zone
    s->now += 799;
    assert_string_equal(next(s), "-");
    s->now += 1;
    assert_string_equal(next(s), "A001");
    assert_true(s->call.again);
    assert_false(s->chime);
    heard(s, 4000);
    assert_string_equal(next(s), "A002");
    assert_false(s->call.again);
}

static void test_no_repeat_while_many_wait(void **state) {
    struct scene *s = *state;
    s->zone.repeats = true;
    put(s, "A001", false);
    next(s);
    put(s, "A002", false);
    put(s, "A003", false);
    put(s, "A004", false);
    heard(s, 4000);
    assert_string_equal(next(s), "A002");
}

static void test_no_repeat_after_withdrawal_or_recall(void **state) {
    struct scene *s = *state;
    s->zone.repeats = true;
    put(s, "A001", false);
    next(s);
    heard(s, 1);
    zone_withdraw(&s->zone, "A001");
    s->now += 800;
    assert_string_equal(next(s), "-");
    put(s, "A002", false);
    next(s);
    put(s, "A002", true); // while it is spoken
    heard(s, 1);
    assert_string_equal(next(s), "A002");
    assert_false(s->call.again);
}

static void test_full(void **state) {
    struct scene *s = *state;
    char number[8];
    for (int i = 0; i < ZONE_WAITING_MAX; i++) {
        snprintf(number, sizeof number, "A%03d", i);
        assert_int_equal(put(s, number, false), 0);
    }
    assert_int_equal(put(s, "B001", false), -ENOSPC);
    assert_int_equal(put(s, "A005", true), 0); // a recall takes its own place
    assert_int_equal(s->zone.count, ZONE_WAITING_MAX);
    assert_string_equal(next(s), "A005");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_after_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_recalls_go_first_and_replace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_same_message_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_withdrawn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stale_calls_are_dropped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_chime_soon_after_a_call, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_repeats_once_without_chime, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_repeat_while_many_wait, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_repeat_after_withdrawal_or_recall, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_full, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
