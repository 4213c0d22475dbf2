// SPDX-License-Identifier: Apache-2.0
/*
 * Which events lead to a message, how long it is true, when it is tried again, when a phone may be
 * forgotten; and phones as people type them.
 */
#include "tests/unit/hall/fixture.h"

#include <errno.h>

#include "daemon/records/delivery.h"
#include "daemon/records/phone.h"

static const struct {
    uint16_t kind;
    uint8_t phone, rule, misses;
    uint32_t message; // MESSAGES = none
    int64_t lasts_ms;
} leads[] = {
    {EVENT_TICKET_ISSUED, 1, 0, 0, MESSAGE_ISSUED, 600000},
    {EVENT_TICKET_ISSUED, 0, 0, 0, MESSAGES, 0},
    {EVENT_TICKET_APPROACHING, 1, 0, 0, MESSAGE_APPROACHING, 300000},
    {EVENT_TICKET_CALLED, 1, RULE_SCORE, 0, MESSAGE_CALLED, 180000},
    {EVENT_TICKET_CALLED, 1, RULE_UNPARKED, 0, MESSAGE_CALLED, 180000},
    {EVENT_TICKET_CALLED, 1, RULE_LATE, 0, MESSAGES, 0},
    {EVENT_TICKET_CALLED, 1, RULE_WALK_IN, 0, MESSAGES, 0},
    {EVENT_TICKET_CALLED, 0, RULE_SCORE, 0, MESSAGES, 0},
    {EVENT_TICKET_RECALLED, 1, 0, 0, MESSAGES, 0},
    {EVENT_TICKET_STARTED, 1, 0, 0, MESSAGES, 0},
    {EVENT_TICKET_MISSED, 1, 0, 1, MESSAGE_MISSED, 1800000},
    {EVENT_TICKET_MISSED, 1, 0, 3, MESSAGES, 0},
    {EVENT_TICKET_FINISHED, 1, 0, 0, MESSAGES, 0},
    {EVENT_TICKET_CANCELLED, 1, 0, 0, MESSAGES, 0},
    {EVENT_DAY_OPENED, 1, 0, 0, MESSAGES, 0},
};

// A hall with one ticket, made by hand: id 7, number 1.
static struct hall *hall_with(unsigned state, uint8_t phone) {
    struct hall *hall = calloc(1, sizeof *hall + sizeof(struct ticket));
    hall->capacity = hall->ticket_count = 1;
    hall->plan.day.date = 20261123;
    hall->plan.day.ends_ms = NOON_MS + 12 * 60 * MINUTE_MS;
    hall->plan.rules.grace_ms = 180000;
    hall->plan.rules.misses_max = 3;
    hall->plan.rules.reopen_ms = 600000;
    hall->tickets[0] = (struct ticket){
        .id = 7, .state = (uint8_t)state, .phone = phone, .call = 9, .ended_ms = NOON_MS};
    return hall;
}

static struct event event_of(size_t i) {
    struct event event;
    memset(&event, 0, sizeof event);
    event.seq = 9;
    event.kind = leads[i].kind;
    event.at.hall_ms = NOON_MS;
    event.ticket.id = leads[i].kind == EVENT_DAY_OPENED ? 0 : 7;
    if (leads[i].kind == EVENT_TICKET_CALLED)
        event.u.called.rule = leads[i].rule;
    if (leads[i].kind == EVENT_TICKET_MISSED)
        event.u.missed.misses = leads[i].misses;
    return event;
}

static void test_what_leads_to_a_message(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++) {
        struct hall *hall = hall_with(TICKET_WAITING, leads[i].phone);
        struct event event = event_of(i);
        struct row row;
        bool follows = delivery_follows(hall, &event, &row);
        assert_int_equal(follows, leads[i].message != MESSAGES);
        if (follows) {
            assert_int_equal(row.kind, ROW_DELIVERY);
            assert_int_equal(row.u.delivery.seq, 9);
            assert_int_equal(row.u.delivery.ticket, 7);
            assert_int_equal(row.u.delivery.kind, leads[i].message);
            assert_int_equal(row.u.delivery.state, DELIVERY_WAITING);
            assert_int_equal(row.u.delivery.date, 20261123);
            assert_int_equal(row.u.delivery.next_ms, NOON_MS);
            assert_int_equal(row.u.delivery.deadline_ms, NOON_MS + leads[i].lasts_ms);
        }
        free(hall);
    }
}

static void test_no_message_outlives_the_day(void **state) {
    struct hall *hall = hall_with(TICKET_WAITING, 1);
    struct event event = event_of(0);
    struct row row;
    (void)state;
    hall->plan.day.ends_ms = NOON_MS + 1000;
    assert_true(delivery_follows(hall, &event, &row));
    assert_int_equal(row.u.delivery.deadline_ms, NOON_MS + 1000);
    free(hall);
}

// The state in which each message is true, all others in which it is not.
static void test_what_is_past_is_not_wanted(void **state) {
    static const unsigned true_in[MESSAGES] = {
        [MESSAGE_ISSUED] = TICKET_WAITING,
        [MESSAGE_APPROACHING] = TICKET_WAITING,
        [MESSAGE_CALLED] = TICKET_CALLED,
        [MESSAGE_MISSED] = TICKET_MISSED,
    };
    (void)state;
    for (uint32_t kind = 0; kind < MESSAGES; kind++)
        for (unsigned now = 0; now < TICKET_STATES; now++) {
            struct hall *hall = hall_with(now, 1);
            struct row_delivery row = {
                .seq = 9, .ticket = 7, .kind = kind, .deadline_ms = NOON_MS + 1};
            assert_int_equal(delivery_is_wanted(hall, &row, NOON_MS), now == true_in[kind]);
            assert_false(delivery_is_wanted(hall, &row, NOON_MS + 1)); // the deadline
            row.ticket = 8;                                            // of another day
            assert_false(delivery_is_wanted(hall, &row, NOON_MS));
            free(hall);
        }
}

static void test_an_older_call_is_not_told(void **state) {
    struct hall *hall = hall_with(TICKET_CALLED, 1);
    struct row_delivery row = {
        .seq = 9, .ticket = 7, .kind = MESSAGE_CALLED, .deadline_ms = INT64_MAX};
    (void)state;
    assert_true(delivery_is_wanted(hall, &row, NOON_MS));
    hall->tickets[0].call = 12; // withdrawn and called again
    assert_false(delivery_is_wanted(hall, &row, NOON_MS));
    row.kind = MESSAGES; // an unknown kind read from disk
    assert_false(delivery_is_wanted(hall, &row, NOON_MS));
    free(hall);
}

static void test_pauses_grow_and_end_growing(void **state) {
    int64_t before = 0;
    (void)state;
    assert_int_equal(delivery_pause_ms(1), 5000);
    assert_int_equal(delivery_pause_ms(2), 10000);
    for (uint32_t attempts = 1; attempts < 40; attempts++) {
        int64_t pause = delivery_pause_ms(attempts);
        assert_true(pause >= before && pause <= 300000);
        before = pause;
    }
    assert_int_equal(before, 300000);
}

static void test_when_a_phone_may_be_forgotten(void **state) {
    (void)state;
    for (unsigned now = 0; now < TICKET_STATES; now++) {
        struct hall *hall = hall_with(now, 1);
        int64_t at_ms = delivery_forget_ms(hall, 7);
        if (now == TICKET_CANCELLED || now == TICKET_VOID)
            assert_int_equal(at_ms, 0);
        else if (now == TICKET_FINISHED)
            assert_int_equal(at_ms, NOON_MS + 600000);
        else
            assert_true(at_ms == INT64_MAX);
        assert_int_equal(delivery_forget_ms(hall, 8), 0); // of a day that is gone
        free(hall);
    }
}

static void test_phones_become_one_form(void **state) {
    static const struct {
        const char *countries, *typed, *whole;
        int rc;
    } cases[] = {
        {"+86", "13800138000", "+8613800138000", 0},
        {"+86", "+8613800138000", "+8613800138000", 0},
        {"+86,+852", "+85251234567", "+85251234567", 0},
        {"+852,+86", "+8613800138000", "+8613800138000", 0},
        {"+86", "+85251234567", "", -EPERM},
        {"+86", "+18005551234", "", -EPERM},
        {"+1", "18005551234", "+118005551234", 0}, // plain: of the first country
        {"+86", "12345678901", "", -EINVAL},       // no mobile number
        {"+86", "02012345678", "", -EINVAL},
        {"+86", "+86110", "", -EINVAL},
        {"+86", "+861068012345", "", -EINVAL},
        {"+86", "1380013800", "", -EINVAL},
        {"+86", "8613800138000", "", -EINVAL},
        {"+86", "138 0013 8000", "", -EINVAL},
        {"+86", "+86+3800138000", "", -EINVAL},
        {"+86", "13800138000;rm", "", -EINVAL},
        {"+86", "", "", -EINVAL},
        {"+86", "+", "", -EINVAL},
        {"+49", "+49151234567890123", "", -EINVAL},
        {"+49", "+4912345", "", -EINVAL},
    };
    char out[PHONE_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(phone_normal(cases[i].countries, cases[i].typed, out), cases[i].rc);
        if (!cases[i].rc)
            assert_string_equal(out, cases[i].whole);
    }
}

static void test_lists_of_countries(void **state) {
    static const char *const good[] = {"+86", "+86,+852", "+1,+44,+8610"};
    static const char *const bad[] = {"",        "86", "+",      "+86,",   ",+86",
                                      "+86 ,+1", "+0", "+86;+1", "+12345", "+8a"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(phone_countries_are_good(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(phone_countries_are_good(bad[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_leads_to_a_message),
        cmocka_unit_test(test_no_message_outlives_the_day),
        cmocka_unit_test(test_what_is_past_is_not_wanted),
        cmocka_unit_test(test_an_older_call_is_not_told),
        cmocka_unit_test(test_pauses_grow_and_end_growing),
        cmocka_unit_test(test_when_a_phone_may_be_forgotten),
        cmocka_unit_test(test_phones_become_one_form),
        cmocka_unit_test(test_lists_of_countries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
