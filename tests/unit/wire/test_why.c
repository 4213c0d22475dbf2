// SPDX-License-Identifier: Apache-2.0
/*
 * The sentence that says why somebody was called: for each rule, in both languages, word for word.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/wire/wire.h"

static struct event called_by(enum call_rule rule) {
    struct event event = {
        .seq = 101,
        .at.hall_ms = 1795406400000,
        .kind = EVENT_TICKET_CALLED,
        .window = 3,
        .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"}};
    event.u.called.waited_ms = 31 * 60000 + 59999;
    event.u.called.rule = (uint8_t)rule;
    event.u.called.most_passed = 3;
    return event;
}

static void pass(struct event *event, const char *service, uint32_t count) {
    struct event_passed *line = &event->u.called.passed[event->u.called.passed_lines++];
    snprintf(line->number, sizeof line->number, "%s001", service);
    snprintf(line->service, sizeof line->service, "%s", service);
    snprintf(line->klass, sizeof line->klass, "normal");
    line->count = count;
    event->u.called.passed_count += count;
}

static void says(const struct event *event, const char *en, const char *zh) {
    json_t *why = wire_why(NULL, event);
    assert_non_null(why);
    const json_t *sentence = json_object_get(why, "sentence");
    assert_string_equal(json_string_value(json_object_get(sentence, "en")), en);
    assert_string_equal(json_string_value(json_object_get(sentence, "zh")), zh);
    json_decref(why);
}

static void a_score_names_those_it_passed(void **state) {
    struct event event = called_by(RULE_SCORE);
    (void)state;
    pass(&event, "A", 2);
    says(&event,
         "A012: waited 31 min, priority; passed 2 of service A that came earlier; nobody waiting "
         "has been passed more than 3 times.",
         "A012号：等候31分钟，priority；先于较早取号的A业务2人；等候者中无人被让过超过3次。");
    pass(&event, "B", 1);
    pass(&event, "A", 1);
    event.u.called.most_passed = 1;
    says(&event,
         "A012: waited 31 min, priority; passed 3 of service A and 1 of service B that came "
         "earlier; nobody waiting has been passed more than 1 time.",
         "A012号：等候31分钟，priority；先于较早取号的A业务3人、B业务1人；"
         "等候者中无人被让过超过1次。");
}

static void the_first_passes_nobody(void **state) {
    struct event event = called_by(RULE_SCORE);
    (void)state;
    event.u.called.most_passed = 0;
    says(&event,
         "A012: waited 31 min, priority; came first of all whom this window can serve; nobody "
         "waiting has been passed.",
         "A012号：等候31分钟，priority；此窗口等候者中最早到的一位；等候者中无人被让过。");
}

static void every_other_rule_says_itself(void **state) {
    (void)state;
    for (unsigned rule = RULE_BOUND; rule < RULES; rule++) {
        struct event event = called_by(rule);
        struct event plain = called_by(RULE_SCORE);
        snprintf(event.u.called.reason, sizeof event.u.called.reason, "asked");
        json_t *why = wire_why(NULL, &event), *other = wire_why(NULL, &plain);
        const json_t *sentence = json_object_get(why, "sentence");
        assert_string_equal(json_string_value(json_object_get(why, "rule")), rule_names[rule]);
        assert_false(json_equal(sentence, json_object_get(other, "sentence")));
        assert_null(strchr(json_string_value(json_object_get(sentence, "en")), '%'));
        assert_null(strchr(json_string_value(json_object_get(sentence, "zh")), '%'));
        json_decref(why);
        json_decref(other);
    }
}

static void a_call_by_hand_gives_its_reason(void **state) {
    struct event event = called_by(RULE_HAND);
    (void)state;
    snprintf(event.u.called.reason, sizeof event.u.called.reason, "asked");
    says(&event,
         "A012: waited 31 min, priority; called by hand, reason: asked; nobody waiting has been "
         "passed more than 3 times.",
         "A012号：等候31分钟，priority；由窗口指定叫号，原因：asked；"
         "等候者中无人被让过超过3次。");
}

static void names_come_from_the_plan_in_force(void **state) {
    struct hall *hall = hall_new();
    struct wire_place place = {.hall = hall, .public_url = ""};
    struct event event = called_by(RULE_SCORE);
    (void)state;
    hall->plan.class_count = 1;
    snprintf(hall->plan.classes[0].code, PLAN_CODE_BYTES, "priority");
    snprintf(hall->plan.classes[0].name.zh, PLAN_NAME_BYTES, "优先号");
    json_t *why = wire_why(&place, &event);
    const json_t *sentence = json_object_get(why, "sentence");
    assert_non_null(strstr(json_string_value(json_object_get(sentence, "zh")), "，优先号；"));
    json_decref(why);
    hall_free(hall);
}

static void a_hostile_event_fits(void **state) {
    struct event event = called_by(RULE_HAND);
    (void)state;
    event.u.called.passed_lines = 4000000000u;
    for (unsigned at = 0; at < EVENT_PASSED_MAX; at++) {
        snprintf(event.u.called.passed[at].service, PLAN_CODE_BYTES, "S-0123456789-%u", at);
        event.u.called.passed[at].count = UINT32_MAX / 8;
    }
    event.u.called.passed_count = UINT32_MAX;
    event.u.called.rule = 250;
    json_t *why = wire_why(NULL, &event);
    assert_int_equal(json_array_size(json_object_get(why, "passed")), EVENT_PASSED_MAX);
    assert_true(json_is_null(json_object_get(why, "rule")));
    json_decref(why);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_score_names_those_it_passed),
        cmocka_unit_test(the_first_passes_nobody),
        cmocka_unit_test(every_other_rule_says_itself),
        cmocka_unit_test(a_call_by_hand_gives_its_reason),
        cmocka_unit_test(names_come_from_the_plan_in_force),
        cmocka_unit_test(a_hostile_event_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
