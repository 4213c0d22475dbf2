// SPDX-License-Identifier: Apache-2.0
/* Each verb once as it should go, and once for each reason to refuse it. */
#include "tests/unit/hall/fixture.h"

// Window 1 is announced by nothing, window 2 by a board and a speaker.
static const struct shape shape = {2, 1, 2, 1, 1, 3, 0, 0, 20261123};

static void begin(struct fixture *f) {
    fixture_open(f, &shape);
    for (uint32_t at = 0; at < 2; at++)
        f->plan.windows[at].weight[0] = f->plan.windows[at].weight[1] = 1000;
    struct command command = {.kind = COMMAND_CONFIGURE, .plan = &f->plan};
    assert_int_equal(fixture_do(f, &command), 0);
    assert_int_equal(fixture_verb(f, 1, COMMAND_OPEN), 0);
    assert_int_equal(fixture_verb(f, 2, COMMAND_OPEN), 0);
}

static struct command verb(uint16_t window, unsigned kind) {
    return (struct command){.kind = (uint16_t)kind, .window = window, .actor = 100u + window};
}

static unsigned state_of(const struct fixture *f, uint64_t id) {
    return f->hall->tickets[hall_ticket_by_id(f->hall, id)].state;
}

static uint64_t called(struct fixture *f, uint16_t window) {
    uint64_t id = fixture_issue(f, "S0", "");
    assert_int_equal(fixture_verb(f, window, COMMAND_NEXT), 0);
    return id;
}

static uint64_t served(struct fixture *f, uint16_t window) {
    uint64_t id = called(f, window);
    assert_int_equal(fixture_verb(f, window, COMMAND_START), 0);
    return id;
}

static void a_window_is_one_persons(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    struct command open = verb(1, COMMAND_OPEN);
    open.actor = 7;
    assert_int_equal(fixture_do(&f, &open), REFUSED_WINDOW_TAKEN);
    assert_int_equal(f.decision.refusal.amount, 1);
    open.actor = 0;
    assert_int_equal(fixture_do(&f, &open), REFUSED_NOT_SIGNED_IN);
    open.window = 99;
    assert_int_equal(fixture_do(&f, &open), REFUSED_NO_WINDOW);
    struct command next = verb(1, COMMAND_NEXT);
    assert_int_equal(fixture_do(&f, &next), REFUSED_NOBODY_WAITING);
    next.seen_seq = f.hall->windows[0].changed - 1;
    assert_int_equal(fixture_do(&f, &next), REFUSED_WINDOW_CHANGED);
    assert_int_equal(f.decision.refusal.seq, f.hall->windows[0].changed);
    hall_free(f.hall);
}

static void a_call_nobody_told_is_no_miss(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    uint64_t id = called(&f, 2);
    f.now_ms += 60 * MINUTE_MS;
    assert_int_equal(fixture_verb(&f, 2, COMMAND_MISS), REFUSED_NOT_TOLD);
    struct command shown = {.kind = COMMAND_SHOWN, .device = "device-0"};
    assert_int_equal(fixture_do(&f, &shown), REFUSED_NO_CALL);
    shown.call = f.hall->tickets[0].call;
    set_text(shown.device, sizeof shown.device, "device-2");
    assert_int_equal(fixture_do(&f, &shown), REFUSED_NOT_EXPECTED);
    set_text(shown.device, sizeof shown.device, "nobody");
    assert_int_equal(fixture_do(&f, &shown), REFUSED_NO_DEVICE);
    set_text(shown.device, sizeof shown.device, "device-0");
    assert_int_equal(fixture_do(&f, &shown), 0);
    assert_int_equal(f.decision.count, 1);
    assert_int_equal(fixture_do(&f, &shown), 0); // devices repeat themselves
    assert_int_equal(f.decision.count, 0);
    f.now_ms += 2 * MINUTE_MS - 1;
    assert_int_equal(fixture_verb(&f, 2, COMMAND_MISS), REFUSED_GRACE);
    assert_int_equal(f.decision.refusal.amount, 1);
    f.now_ms += 1;
    assert_int_equal(fixture_verb(&f, 2, COMMAND_MISS), 0);
    assert_int_equal(state_of(&f, id), TICKET_MISSED);
    hall_free(f.hall);
}

static void the_third_miss_is_the_last(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    uint64_t id = called(&f, 1);
    for (int miss = 1; miss <= 3; miss++) {
        f.now_ms += 2 * MINUTE_MS;
        assert_int_equal(fixture_verb(&f, 1, COMMAND_MISS), 0);
        struct command back = {.kind = COMMAND_RETURN, .ticket = id};
        if (miss == 3)
            assert_int_equal(fixture_do(&f, &back), REFUSED_TICKET_ENDED);
        else
            assert_int_equal(fixture_do(&f, &back), 0);
        if (miss < 3)
            assert_int_equal(fixture_verb(&f, 1, COMMAND_NEXT), 0);
    }
    assert_int_equal(state_of(&f, id), TICKET_VOID);
    hall_free(f.hall);
}

static void who_missed_returns_three_places_behind(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    uint64_t id = called(&f, 1);
    for (int at = 0; at < 5; at++) {
        f.now_ms += MINUTE_MS;
        fixture_issue(&f, "S0", "");
    }
    struct command back = {.kind = COMMAND_RETURN, .ticket = id};
    assert_int_equal(fixture_do(&f, &back), REFUSED_NOT_MISSED);
    assert_int_equal(fixture_verb(&f, 1, COMMAND_MISS), 0);
    assert_int_equal(fixture_do(&f, &back), 0);
    assert_int_equal(hall_ahead(f.hall, 0), 3);
    struct command defer = {.kind = COMMAND_DEFER, .ticket = id};
    assert_int_equal(fixture_do(&f, &defer), 0);
    assert_int_equal(hall_ahead(f.hall, 0), 5);
    assert_int_equal(fixture_do(&f, &defer), REFUSED_DEFERRED_BEFORE);
    hall_free(f.hall);
}

static void recalls_have_a_gap_and_an_end(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    called(&f, 1);
    assert_int_equal(fixture_verb(&f, 1, COMMAND_RECALL), REFUSED_RECALL_TOO_SOON);
    assert_int_equal(f.decision.refusal.amount, 30);
    for (int at = 0; at < 3; at++) {
        f.now_ms += MINUTE_MS / 2;
        assert_int_equal(fixture_verb(&f, 1, COMMAND_RECALL), 0);
        assert_int_equal(f.decision.events[0].u.recalled.times, at + 1);
    }
    f.now_ms += MINUTE_MS;
    assert_int_equal(fixture_verb(&f, 1, COMMAND_RECALL), REFUSED_RECALLS_USED);
    hall_free(f.hall);
}

static void a_withdrawn_call_goes_back_to_its_place(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    uint64_t id = called(&f, 1);
    f.now_ms += 1000;
    fixture_issue(&f, "S0", "");
    uint64_t placed = f.hall->tickets[0].placed;
    assert_int_equal(fixture_verb(&f, 1, COMMAND_WITHDRAW), 0);
    assert_int_equal(state_of(&f, id), TICKET_WAITING);
    assert_int_equal(f.hall->tickets[0].placed, placed);
    assert_int_equal(hall_ahead(f.hall, 0), 0);
    assert_int_equal(f.hall->recent[0][0].ticket, HALL_NONE);
    assert_int_equal(f.hall->services[0].called, 0);
    assert_int_equal(f.hall->services[0].waited_ms, 0);
    hall_free(f.hall);
}

static void parking_keeps_or_frees_the_person(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    for (unsigned kind = 0; kind < PARK_KINDS; kind++) {
        uint64_t id = served(&f, 1);
        struct command park = verb(1, COMMAND_PARK);
        park.park = (uint8_t)kind;
        f.now_ms += MINUTE_MS;
        assert_int_equal(fixture_do(&f, &park), 0);
        assert_int_equal(f.hall->windows[0].state, WINDOW_OPEN);
        f.now_ms += 10 * MINUTE_MS;
        struct command back = verb(2, COMMAND_UNPARK);
        back.ticket = id;
        int code = fixture_do(&f, &back);
        if (kind != PARK_AWAY) {
            assert_int_equal(code, REFUSED_NOT_YOURS);
            assert_int_equal(fixture_verb(&f, 1, COMMAND_UNPARK), 0);
            assert_int_equal(state_of(&f, id), TICKET_SERVING);
        } else {
            assert_int_equal(code, 0);
            assert_int_equal(f.decision.events[0].u.called.rule, RULE_UNPARKED);
            assert_int_equal(fixture_verb(&f, 2, COMMAND_START), 0);
        }
        f.now_ms += MINUTE_MS;
        assert_int_equal(fixture_verb(&f, kind == PARK_AWAY ? 2 : 1, COMMAND_FINISH), 0);
        assert_int_equal(f.decision.events[0].u.finished.serving_ms, 2 * MINUTE_MS);
    }
    hall_free(f.hall);
}

static void a_transfer_finds_its_way_and_back(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    uint64_t id = served(&f, 1);
    struct command to = verb(1, COMMAND_TRANSFER);
    assert_int_equal(fixture_do(&f, &to), REFUSED_NO_SERVICE);
    to.to_person = 9;
    assert_int_equal(fixture_do(&f, &to), REFUSED_NOT_SIGNED_IN);
    to.to_person = 102;
    set_text(to.service, sizeof to.service, "S1");
    assert_int_equal(fixture_do(&f, &to), 0);
    assert_int_equal(f.hall->tickets[0].to_window, 1);
    assert_int_equal(hall_next_for(f.hall, 0, f.now_ms, NULL), HALL_NONE);
    assert_int_equal(hall_next_for(f.hall, 1, f.now_ms, NULL), 0);
    assert_int_equal(fixture_verb(&f, 1, COMMAND_TAKE_BACK), 0);
    assert_int_equal(state_of(&f, id), TICKET_SERVING);
    assert_int_equal(f.hall->tickets[0].service, 0);
    assert_int_equal(fixture_do(&f, &to), 0);
    assert_int_equal(fixture_verb(&f, 2, COMMAND_CLOSE), 0); // gives its own line back
    assert_int_equal(f.hall->tickets[0].to_window, PLAN_NONE);
    assert_int_equal(hall_next_for(f.hall, 0, f.now_ms, NULL), 0);
    assert_int_equal(fixture_verb(&f, 1, COMMAND_NEXT), 0);
    to.to_person = 0;
    to.to_window = 2;
    assert_int_equal(fixture_do(&f, &to), REFUSED_WINDOW_STATE); // it is closed
    hall_free(f.hall);
}

static void a_finish_asks_for_a_rating_once(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    uint64_t id = served(&f, 1);
    struct command finish = verb(1, COMMAND_FINISH);
    finish.outcome = OUTCOME_REFUSED;
    assert_int_equal(fixture_do(&f, &finish), REFUSED_DECISION_NEEDED);
    set_text(finish.decision, sizeof finish.decision, "2026-1");
    assert_int_equal(fixture_do(&f, &finish), 0);
    assert_int_equal(f.decision.events[1].kind, EVENT_RATING_ASKED);
    struct command rate = {.kind = COMMAND_RATE, .call = f.decision.events[1].seq, .level = 6};
    assert_int_equal(fixture_do(&f, &rate), REFUSED_LEVEL);
    rate.level = 5;
    rate.by_staff = 1;
    assert_int_equal(fixture_do(&f, &rate), REFUSED_RATING_BY_STAFF);
    rate.by_staff = 0;
    assert_int_equal(fixture_do(&f, &rate), 0);
    assert_int_equal(fixture_do(&f, &rate), REFUSED_RATED);
    assert_int_equal(fixture_verb(&f, 1, COMMAND_ASK_RATING), REFUSED_RATED);
    assert_int_equal(fixture_verb(&f, 1, COMMAND_REOPEN), 0);
    assert_int_equal(state_of(&f, id), TICKET_SERVING);
    assert_int_equal(f.hall->services[0].finished, 0);
    assert_int_equal(fixture_verb(&f, 1, COMMAND_FINISH), 0);
    assert_int_equal(f.decision.count, 1); // it is rated, and is not asked again
    f.now_ms += 10 * MINUTE_MS + 1;
    assert_int_equal(fixture_verb(&f, 1, COMMAND_REOPEN), REFUSED_TOO_LATE_TO_MEND);
    hall_free(f.hall);
}

static void an_old_ask_is_over(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    served(&f, 1);
    assert_int_equal(fixture_verb(&f, 1, COMMAND_FINISH), 0);
    struct command rate = {.kind = COMMAND_RATE, .window = 1, .level = 3};
    f.now_ms += 30 * MINUTE_MS + 1;
    assert_int_equal(hall_next_deadline(f.hall), f.now_ms);
    assert_int_equal(fixture_do(&f, &rate), REFUSED_ASK_OVER);
    struct command tick = {.kind = COMMAND_TICK};
    assert_int_equal(fixture_do(&f, &tick), 0);
    assert_int_equal(f.decision.events[0].kind, EVENT_RATING_EXPIRED);
    assert_int_equal(fixture_do(&f, &rate), REFUSED_NO_ASK);
    hall_free(f.hall);
}

static void services_stop_assign_and_extend(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    struct command stop = {.kind = COMMAND_STOP_SERVICE, .service = "S0"};
    assert_int_equal(fixture_do(&f, &stop), 0);
    struct command issue = {.kind = COMMAND_ISSUE, .service = "S0"};
    assert_int_equal(fixture_do(&f, &issue), REFUSED_SERVICE_STOPPED);
    stop.kind = COMMAND_RESUME_SERVICE;
    assert_int_equal(fixture_do(&f, &stop), 0);
    assert_int_equal(fixture_do(&f, &issue), 0);
    struct command assign = {.kind = COMMAND_ASSIGN, .window = 1, .service_count = 1};
    set_text(assign.services[0], PLAN_CODE_BYTES, "S1");
    assign.until_ms = f.now_ms + MINUTE_MS;
    assert_int_equal(fixture_do(&f, &assign), 0);
    assert_int_equal(fixture_verb(&f, 1, COMMAND_NEXT), REFUSED_NOBODY_WAITING);
    f.now_ms += MINUTE_MS;
    struct command tick = {.kind = COMMAND_TICK};
    assert_int_equal(fixture_do(&f, &tick), 0);
    assert_int_equal(fixture_verb(&f, 1, COMMAND_NEXT), 0);
    f.now_ms = f.plan.day.ends_ms - 60 * MINUTE_MS;
    assert_int_equal(fixture_do(&f, &issue), REFUSED_SERVICE_CLOSED);
    struct command extend = {.kind = COMMAND_EXTEND_DAY, .until_ms = f.now_ms};
    assert_int_equal(fixture_do(&f, &extend), REFUSED_TIME_PAST);
    extend.until_ms += 30 * MINUTE_MS;
    assert_int_equal(fixture_do(&f, &extend), 0);
    assert_int_equal(fixture_do(&f, &issue), 0);
    hall_free(f.hall);
}

static void a_plan_in_use_is_kept(void **state) {
    struct fixture f;
    struct shape smaller = shape;
    (void)state;
    begin(&f);
    fixture_issue(&f, "S1", "");
    smaller.services = 1;
    plan_make(&f.plan, &smaller);
    struct command command = {.kind = COMMAND_CONFIGURE, .plan = &f.plan};
    assert_int_equal(fixture_do(&f, &command), REFUSED_PLAN_IN_USE);
    assert_string_equal(f.decision.refusal.what, "S1");
    smaller = shape;
    smaller.windows = 1;
    plan_make(&f.plan, &smaller);
    assert_int_equal(fixture_do(&f, &command), REFUSED_PLAN_IN_USE);
    assert_string_equal(f.decision.refusal.what, "2");
    plan_make(&f.plan, &shape);
    f.plan.services[0].series = 77; // not sound
    assert_int_equal(fixture_do(&f, &command), REFUSED_PLAN_IN_USE);
    hall_free(f.hall);
}

static void a_notice_hangs_in_a_zone_that_is_there(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    struct command post = {.kind = COMMAND_POST_NOTICE};
    set_text(post.code, sizeof post.code, "nowhere");
    assert_int_equal(fixture_do(&f, &post), REFUSED_NO_ZONE);
    assert_string_equal(f.decision.refusal.what, "nowhere");
    set_text(post.code, sizeof post.code, "z0");
    assert_int_equal(fixture_do(&f, &post), 0);
    assert_string_equal(f.decision.events[0].zone, "z0");
    post.code[0] = 0; // everywhere
    assert_int_equal(fixture_do(&f, &post), 0);
    assert_string_equal(f.decision.events[0].zone, "");
    hall_free(f.hall);
}

static void a_walk_in_is_served_at_once(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    struct command walk = verb(1, COMMAND_WALK_IN);
    assert_int_equal(fixture_do(&f, &walk), REFUSED_NO_SERVICE);
    set_text(walk.service, sizeof walk.service, "S1");
    assert_int_equal(fixture_do(&f, &walk), 0);
    assert_int_equal(f.hall->windows[0].state, WINDOW_SERVING);
    assert_int_equal(f.hall->tickets[0].state, TICKET_SERVING);
    assert_int_equal(f.hall->services[1].waiting, 0);
    hall_free(f.hall);
}

static void the_third_in_line_gets_ready_once(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    for (int at = 0; at < 5; at++)
        fixture_issue(&f, "S0", "");
    assert_int_equal(fixture_verb(&f, 1, COMMAND_NEXT), 0);
    assert_int_equal(f.decision.count, 2);
    assert_int_equal(f.decision.events[1].kind, EVENT_TICKET_APPROACHING);
    assert_int_equal(f.decision.events[1].ticket.id, f.hall->tickets[3].id);
    assert_int_equal(fixture_verb(&f, 1, COMMAND_WITHDRAW), 0);
    assert_int_equal(fixture_verb(&f, 1, COMMAND_NEXT), 0);
    assert_int_equal(f.decision.count, 1); // it knows already
    hall_free(f.hall);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_is_one_persons),
        cmocka_unit_test(a_call_nobody_told_is_no_miss),
        cmocka_unit_test(the_third_miss_is_the_last),
        cmocka_unit_test(who_missed_returns_three_places_behind),
        cmocka_unit_test(recalls_have_a_gap_and_an_end),
        cmocka_unit_test(a_withdrawn_call_goes_back_to_its_place),
        cmocka_unit_test(parking_keeps_or_frees_the_person),
        cmocka_unit_test(a_transfer_finds_its_way_and_back),
        cmocka_unit_test(a_finish_asks_for_a_rating_once),
        cmocka_unit_test(an_old_ask_is_over),
        cmocka_unit_test(services_stop_assign_and_extend),
        cmocka_unit_test(a_plan_in_use_is_kept),
        cmocka_unit_test(a_notice_hangs_in_a_zone_that_is_there),
        cmocka_unit_test(a_walk_in_is_served_at_once),
        cmocka_unit_test(the_third_in_line_gets_ready_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
