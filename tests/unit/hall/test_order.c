// SPDX-License-Identifier: Apache-2.0
/* The order of calling and the numbers, rule by rule, on halls small enough to follow by hand. */
#include "tests/unit/hall/fixture.h"

#include "daemon/hall/series.h"

// Two services at one window; c1 earns half as much again and starts with ten minutes.
static const struct shape shape = {2, 2, 2, 1, 1, 0, 0, 0, 20261123};

static void begin(struct fixture *f, uint32_t passes, uint32_t alternate, uint32_t bound) {
    struct shape with = shape;
    with.passes_max = passes;
    with.alternate = alternate;
    with.bound_minutes = bound;
    fixture_open(f, &with);
    for (uint32_t at = 0; at < 2; at++) {
        f->plan.windows[at].device_count = 0;
        f->plan.windows[at].devices[1] = 0;
        f->plan.windows[at].weight[0] = f->plan.windows[at].weight[1] = 1000;
    }
    struct command command = {.kind = COMMAND_CONFIGURE, .plan = &f->plan};
    assert_int_equal(fixture_do(f, &command), 0);
    assert_int_equal(fixture_verb(f, 1, COMMAND_OPEN), 0);
    assert_int_equal(fixture_verb(f, 2, COMMAND_OPEN), 0);
}

static const struct event *next(struct fixture *f, uint16_t window) {
    if (f->hall->windows[window - 1].state == WINDOW_CALLING)
        assert_int_equal(fixture_verb(f, window, COMMAND_START), 0);
    assert_int_equal(fixture_verb(f, window, COMMAND_NEXT), 0);
    for (uint32_t at = 0; at < f->decision.count; at++) {
        if (f->decision.events[at].kind == EVENT_TICKET_CALLED)
            return &f->decision.events[at];
    }
    fail();
    return NULL;
}

static void the_score_decides_and_says_why(void **state) {
    struct fixture f;
    (void)state;
    begin(&f, 0, 0, 0);
    fixture_issue(&f, "S0", "c0");
    f.now_ms += 5 * MINUTE_MS;
    uint64_t priority = fixture_issue(&f, "S1", "c1");
    f.now_ms += 4 * MINUTE_MS;
    const struct event *called = next(&f, 1);
    assert_int_equal(called->ticket.id, priority);
    assert_int_equal(called->u.called.rule, RULE_SCORE);
    assert_int_equal(called->u.called.score, 4 * 1500 + 10 * 1000);
    assert_int_equal(called->u.called.waited_ms, 4 * MINUTE_MS);
    assert_int_equal(called->u.called.candidates, 2);
    assert_int_equal(called->u.called.passed_count, 1);
    assert_int_equal(called->u.called.passed_lines, 1);
    assert_string_equal(called->u.called.passed[0].service, "S0");
    assert_int_equal(called->u.called.passed[0].times, 1);
    assert_int_equal(called->u.called.passed[0].waited_s, 9 * 60);
    hall_free(f.hall);
}

static void the_earlier_wins_a_tie(void **state) {
    struct fixture f;
    (void)state;
    begin(&f, 0, 0, 0);
    uint64_t first = fixture_issue(&f, "S1", "c0");
    fixture_issue(&f, "S0",
                  "c0"); // the same moment, placed later, though its line is looked at first
    assert_int_equal(next(&f, 1)->ticket.id, first);
    hall_free(f.hall);
}

static void nobody_is_passed_more_than_k_times(void **state) {
    struct fixture f;
    (void)state;
    begin(&f, 2, 0, 0);
    uint64_t patient = fixture_issue(&f, "S0", "c0");
    f.now_ms += 1000;
    for (int at = 0; at < 5; at++)
        fixture_issue(&f, "S1", "c1");
    assert_int_not_equal(next(&f, 1)->ticket.id, patient);
    assert_int_not_equal(next(&f, 1)->ticket.id, patient);
    assert_int_equal(hall_passed(f.hall, hall_ticket_by_id(f.hall, patient)), 2);
    const struct event *called = next(&f, 1);
    assert_int_equal(called->ticket.id, patient);
    assert_int_equal(called->u.called.rule, RULE_PASSED);
    assert_int_equal(called->u.called.most_passed, 2);
    hall_free(f.hall);
}

static void who_waited_beyond_the_bound_goes_before_any_younger(void **state) {
    struct fixture f;
    (void)state;
    begin(&f, 0, 0, 15);
    uint64_t old = fixture_issue(&f, "S0", "c0");
    f.now_ms += 10 * MINUTE_MS;
    uint64_t priority = fixture_issue(&f, "S1", "c1");
    f.now_ms += 5 * MINUTE_MS - 1;
    assert_int_equal(hall_next_for(f.hall, 0, f.now_ms, NULL), hall_ticket_by_id(f.hall, priority));
    f.now_ms += 1;
    const struct event *called = next(&f, 1);
    assert_int_equal(called->ticket.id, old);
    assert_int_equal(called->u.called.rule, RULE_BOUND);
    hall_free(f.hall);
}

static void classes_take_turns_within_a_group_of_windows(void **state) {
    struct fixture f;
    (void)state;
    begin(&f, 0, 2, 0);
    fixture_issue(&f, "S0", "c0");
    f.now_ms += 1000;
    for (int at = 0; at < 4; at++)
        fixture_issue(&f, "S1", "c1");
    assert_string_equal(next(&f, 1)->ticket.klass, "c1");
    assert_string_equal(next(&f, 2)->ticket.klass, "c1"); // the other window counts too
    const struct event *called = next(&f, 1);
    assert_string_equal(called->ticket.klass, "c0");
    assert_int_equal(called->u.called.rule, RULE_ALTERNATE);
    assert_string_equal(next(&f, 2)->ticket.klass, "c1");
    assert_string_equal(next(&f, 1)->ticket.klass, "c1");
    assert_int_equal(f.hall->windows[0].run, 2);
    hall_free(f.hall);
}

static void a_transfer_first_goes_first_and_passes_nobody(void **state) {
    struct fixture f;
    (void)state;
    begin(&f, 1, 0, 1);
    uint64_t moved = fixture_issue(&f, "S0", "c0");
    assert_int_equal(next(&f, 1)->ticket.id, moved);
    f.now_ms += MINUTE_MS;
    fixture_verb(&f, 1, COMMAND_START);
    uint64_t old = fixture_issue(&f, "S1", "c0");
    f.now_ms += 30 * MINUTE_MS;
    struct command command = {.kind = COMMAND_TRANSFER, .window = 1, .actor = 101};
    command.place = PLACE_FIRST;
    set_text(command.service, sizeof command.service, "S1");
    assert_int_equal(fixture_do(&f, &command), 0);
    const struct event *called = next(&f, 2);
    assert_int_equal(called->ticket.id, moved);
    assert_int_equal(called->u.called.rule, RULE_FIRST);
    assert_int_equal(hall_passed(f.hall, hall_ticket_by_id(f.hall, old)), 0);
    hall_free(f.hall);
}

static void a_call_by_hand_passes_nobody_by_rule(void **state) {
    struct fixture f;
    (void)state;
    begin(&f, 1, 0, 0);
    uint64_t old = fixture_issue(&f, "S0", "c0");
    f.now_ms += MINUTE_MS;
    struct command command = {.kind = COMMAND_CALL, .window = 1, .actor = 101};
    command.ticket = fixture_issue(&f, "S0", "c0");
    assert_int_equal(fixture_do(&f, &command), REFUSED_NO_REASON);
    set_text(command.reason, sizeof command.reason, "r1");
    assert_int_equal(fixture_do(&f, &command), 0);
    assert_int_equal(f.decision.events[0].u.called.rule, RULE_HAND);
    assert_int_equal(f.decision.events[0].u.called.passed_count, 1); // shown, not counted
    assert_int_equal(hall_passed(f.hall, hall_ticket_by_id(f.hall, old)), 0);
    hall_free(f.hall);
}

// --- numbers -------------------------------------------------------------------------------------
static void numbers_follow_each_other_and_grow(void **state) {
    struct fixture f;
    uint32_t number = 0;
    (void)state;
    begin(&f, 0, 0, 0);
    fixture_issue(&f, "S0", "c0");
    assert_string_equal(f.decision.events[0].ticket.number, "A001");
    fixture_issue(&f, "S1", "c0");
    assert_string_equal(f.decision.events[0].ticket.number, "B001");
    f.hall->series[0].last = 998;
    fixture_issue(&f, "S0", "c0");
    assert_string_equal(f.decision.events[0].ticket.number, "A999");
    fixture_issue(&f, "S0", "c0");
    assert_string_equal(f.decision.events[0].ticket.number, "A1000");
    assert_int_equal(hall_ticket_by_number(f.hall, "A1000"), 3);
    assert_int_equal(hall_ticket_by_number(f.hall, "A1001"), HALL_NONE);
    assert_int_equal(hall_ticket_by_number(f.hall, "A"), HALL_NONE);
    assert_int_equal(series_read(&f.plan, "A12x", &number), PLAN_NONE);
    assert_int_equal(series_read(&f.plan, "Z12", &number), PLAN_NONE);
    f.hall->series[0].last = SERIES_NUMBER_MAX;
    struct command command = {.kind = COMMAND_ISSUE, .service = "S0"};
    assert_int_equal(fixture_do(&f, &command), REFUSED_NUMBERS_EXHAUSTED);
    hall_free(f.hall);
}

static void run_day_out(struct fixture *f) {
    f->now_ms = f->plan.day.ends_ms;
    for (int at = 0; at < 100 && f->hall->day_open; at++) {
        assert_int_equal(hall_next_deadline(f->hall), f->now_ms);
        struct command tick = {.kind = COMMAND_TICK};
        assert_int_equal(fixture_do(f, &tick), 0);
    }
    assert_false(f->hall->day_open);
}

static void a_new_day_skips_numbers_that_are_still_served(void **state) {
    struct fixture f;
    struct shape tomorrow = shape;
    (void)state;
    begin(&f, 0, 0, 0);
    for (int at = 0; at < 100; at++) // more than one decision holds
        fixture_issue(&f, "S0", "c0");
    next(&f, 1);
    f.now_ms = f.plan.day.ends_ms - 4 * 60 * MINUTE_MS + 1;
    fixture_verb(&f, 1, COMMAND_START);
    run_day_out(&f);
    assert_int_equal(f.decision.events[0].u.day.voided, 99);
    assert_int_equal(f.hall->windows[0].state, WINDOW_SERVING);
    assert_int_equal(f.hall->windows[1].state, WINDOW_CLOSED);
    tomorrow.date++;
    plan_make(&f.plan, &tomorrow);
    struct command open = {.kind = COMMAND_OPEN_DAY, .plan = &f.plan};
    assert_int_equal(fixture_do(&f, &open), 0);
    assert_int_equal(f.hall->carried, 1);
    fixture_issue(&f, "S0", "c0");
    assert_string_equal(f.decision.events[0].ticket.number, "A002");
    assert_int_equal(fixture_verb(&f, 1, COMMAND_FINISH), 0);
    hall_free(f.hall);
}

static void a_service_that_nobody_ended_ends_with_the_day(void **state) {
    struct fixture f;
    (void)state;
    begin(&f, 0, 0, 0);
    uint64_t id = fixture_issue(&f, "S0", "c0");
    next(&f, 1);
    f.now_ms = f.plan.day.ends_ms - 4 * 60 * MINUTE_MS;
    fixture_verb(&f, 1, COMMAND_START);
    run_day_out(&f);
    assert_int_equal(f.hall->tickets[hall_ticket_by_id(f.hall, id)].state, TICKET_FINISHED);
    assert_int_equal(f.decision.events[0].u.day.finished, 1);
    assert_int_equal(f.hall->windows[0].state, WINDOW_CLOSED);
    assert_int_equal(f.hall->windows[0].ask, 0); // nobody is there to be asked
    hall_free(f.hall);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_score_decides_and_says_why),
        cmocka_unit_test(the_earlier_wins_a_tie),
        cmocka_unit_test(nobody_is_passed_more_than_k_times),
        cmocka_unit_test(who_waited_beyond_the_bound_goes_before_any_younger),
        cmocka_unit_test(classes_take_turns_within_a_group_of_windows),
        cmocka_unit_test(a_transfer_first_goes_first_and_passes_nobody),
        cmocka_unit_test(a_call_by_hand_passes_nobody_by_rule),
        cmocka_unit_test(numbers_follow_each_other_and_grow),
        cmocka_unit_test(a_new_day_skips_numbers_that_are_still_served),
        cmocka_unit_test(a_service_that_nobody_ended_ends_with_the_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
