// SPDX-License-Identifier: Apache-2.0
/*
 * Bodies from outside: what is accepted lands where the hall looks for it; what is not is one fault
 * that names its key in both languages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/wire/body.h"
#include "daemon/wire/wire.h"

static struct command made(unsigned kind, const char *text) {
    struct wire_fault fault;
    struct command command = {.kind = (uint16_t)kind};
    json_t *body = wire_parse(text, strlen(text), &fault);
    if (!body)
        fail_msg("%s: %s", text, fault.text);
    if (wire_command(body, &command, NULL, &fault))
        fail_msg("%s: %s: %s", text, fault.key, fault.text);
    json_decref(body);
    return command;
}

static void refused_with(unsigned kind, const char *text, const char *key) {
    struct wire_fault fault;
    struct command command = {.kind = (uint16_t)kind};
    json_t *body = wire_parse(text, strlen(text), &fault);
    assert_non_null(body);
    if (!wire_command(body, &command, NULL, &fault))
        fail_msg("accepted: %s", text);
    if (strcmp(fault.key, key) != 0)
        fail_msg("%s: fault at '%s' (%s), not at '%s'", text, fault.key, fault.text, key);
    assert_true(*fault.text && *fault.text_zh);
    json_decref(body);
}

static void a_body_is_one_object_and_nothing_else(void **state) {
    static const char *const wrong[] = {"",
                                        "[]",
                                        "5",
                                        "null",
                                        "{",
                                        "{}x",
                                        "{} {}",
                                        "{\"a\":1,\"a\":2}",
                                        "{a:1}",
                                        "{\"a\":1,}",
                                        "\"{}\"",
                                        "{\"a\":\"\\u0000\"}",
                                        "{\"a\":\"\xff\"}",
                                        "{\"a\":\"\xc0\x80\"}",
                                        "{\"a\":\"\n\"}",
                                        "{\"\\ud800\":1}"};
    (void)state;
    for (size_t at = 0; at < sizeof wrong / sizeof *wrong; at++) {
        struct wire_fault fault;
        json_t *body = wire_parse(wrong[at], strlen(wrong[at]), &fault);
        if (body)
            fail_msg("accepted: %s", wrong[at]);
        assert_true(*fault.text && *fault.text_zh);
    }
    struct wire_fault fault;
    assert_null(wire_parse("{}\0", 3, &fault));
    assert_null(wire_parse("{\"a\":\"b\0\"}", 10, &fault));
}

static void eight_levels_are_deep_enough(void **state) {
    struct wire_fault fault;
    const char *eight = "{\"a\":[[[[[[[\"]]{{\"]]]]]]]}"; // brackets in a text do not count
    const char *nine = "{\"a\":[[[[[[[[1]]]]]]]]}";
    (void)state;
    json_t *body = wire_parse(eight, strlen(eight), &fault);
    assert_non_null(body);
    json_decref(body);
    assert_null(wire_parse(nine, strlen(nine), &fault));
    assert_non_null(strstr(fault.text, "nested"));
    char deep[60000];
    memset(deep, '[', sizeof deep);
    assert_null(wire_parse(deep, sizeof deep, &fault));
}

static void a_ticket_wish_is_read_whole(void **state) {
    (void)state;
    struct command command =
        made(COMMAND_ISSUE, "{\"service\":\"SB-01\",\"class\":\"priority\",\"reason\":\"elderly\","
                            "\"language\":\"en\",\"needs\":[\"voice\",\"slow\"],\"silent\":true,"
                            "\"cases\":3}");
    assert_string_equal(command.service, "SB-01");
    assert_string_equal(command.klass, "priority");
    assert_string_equal(command.reason, "elderly");
    assert_string_equal(language_names[command.language], "en");
    assert_int_equal(command.needs, NEED_VOICE | NEED_SLOW);
    assert_int_equal(command.silent, 1);
    assert_int_equal(command.cases, 3);
}

static void a_door_may_have_keys_of_its_own(void **state) {
    static const char *const also[] = {"phone", NULL};
    struct wire_fault fault;
    struct command command = {.kind = COMMAND_ISSUE};
    (void)state;
    json_t *body = json_pack("{s:s, s:s}", "service", "A", "phone", "x");
    assert_int_equal(wire_command(body, &command, also, &fault), 0);
    assert_int_not_equal(wire_command(body, &command, NULL, &fault), 0);
    assert_string_equal(fault.key, "phone");
    json_decref(body);
}

static void cases_are_a_count_or_a_list_that_is_counted(void **state) {
    (void)state;
    struct command command =
        made(COMMAND_FINISH, "{\"seen_seq\":7,\"outcome\":\"gaps\",\"delivery\":\"courier\","
                             "\"cases\":[{\"case_no\":\"330800-1\",\"outcome\":\"gaps\","
                             "\"missing\":[\"照片\"],\"deadline\":\"2026-12-01\"},"
                             "{\"case_no\":\"330800-2\",\"item\":\"x\"}]}");
    assert_int_equal(command.seen_seq, 7);
    assert_int_equal(command.outcome, OUTCOME_GAPS);
    assert_int_equal(command.delivery, DELIVERY_COURIER);
    assert_int_equal(command.cases, 2);
    refused_with(COMMAND_FINISH, "{\"cases\":[{\"item\":\"x\"}]}", "case_no");
    refused_with(COMMAND_FINISH, "{\"cases\":[5]}", "cases");
    refused_with(COMMAND_FINISH, "{\"cases\":[{\"case_no\":\"1\",\"deadline\":\"soon\"}]}",
                 "deadline");
    refused_with(COMMAND_FINISH, "{\"cases\":[{\"case_no\":\"1\",\"missing\":[1]}]}", "missing");
    refused_with(COMMAND_FINISH, "{\"cases\":1001}", "cases");
    refused_with(COMMAND_FINISH, "{\"cases\":-1}", "cases");
    refused_with(COMMAND_FINISH, "{\"cases\":1.0}", "cases");
}

static void a_transfer_names_where_to(void **state) {
    (void)state;
    struct command command = made(
        COMMAND_TRANSFER, "{\"service\":\"B\",\"window\":12,\"person\":4,\"place\":\"first\"}");
    assert_string_equal(command.service, "B");
    assert_int_equal(command.to_window, 12);
    assert_int_equal(command.to_person, 4);
    assert_int_equal(command.place, PLACE_FIRST);
}

static void services_and_notices_are_lists_and_pairs(void **state) {
    (void)state;
    struct command command = made(
        COMMAND_ASSIGN, "{\"services\":[\"A\",\"B\"],\"until\":\"2026-11-23T17:30:00+08:00\"}");
    assert_int_equal(command.service_count, 2);
    assert_string_equal(command.services[1], "B");
    assert_int_equal(command.until_ms, 1795426200000);
    assert_int_equal(made(COMMAND_ASSIGN, "{\"services\":[]}").service_count, 0);
    command = made(COMMAND_POST_NOTICE, "{\"text\":{\"zh\":\"暂停\",\"en\":\"Paused\"}}");
    assert_string_equal(command.text.zh, "暂停");
    assert_string_equal(command.text.en, "Paused");
    refused_with(COMMAND_POST_NOTICE, "{\"text\":{\"en\":\"x\"}}", "text");
    refused_with(COMMAND_POST_NOTICE, "{\"text\":\"x\"}", "text");
    refused_with(COMMAND_ASSIGN, "{\"services\":\"A\"}", "services");
    refused_with(COMMAND_ASSIGN, "{\"services\":[\"A\",\"\"]}", "services");
    refused_with(COMMAND_ASSIGN, "{}", "services");
}

static void devices_say_words_and_seqs(void **state) {
    (void)state;
    assert_string_equal(made(COMMAND_DEVICE_FAULT, "{\"faults\":[\"paper\",\"cover-open\"]}").note,
                        "paper,cover-open");
    assert_int_equal(made(COMMAND_SHOWN, "{\"seq\":812}").call, 812);
    refused_with(COMMAND_SPOKEN, "{}", "seq");
    refused_with(COMMAND_DEVICE_FAULT, "{\"faults\":[\"a b\"]}", "faults");
    assert_int_equal(made(COMMAND_RATE, "{\"ask\":90,\"level\":5}").call, 90);
}

static void every_wrong_value_names_its_key(void **state) {
    static const struct {
        unsigned kind;
        const char *body, *key;
    } wrong[] = {
        {COMMAND_ISSUE, "{}", "service"},
        {COMMAND_ISSUE, "{\"service\":5}", "service"},
        {COMMAND_ISSUE, "{\"service\":\"\"}", "service"},
        {COMMAND_ISSUE, "{\"service\":\"A B\"}", "service"},
        {COMMAND_ISSUE, "{\"service\":\"1234567890123456\"}", "service"},
        {COMMAND_ISSUE, "{\"service\":null}", "service"},
        {COMMAND_ISSUE, "{\"service\":\"A\",\"clas\":\"x\"}", "clas"},
        {COMMAND_ISSUE, "{\"service\":\"A\",\"needs\":\"voice\"}", "needs"},
        {COMMAND_ISSUE, "{\"service\":\"A\",\"needs\":[\"wings\"]}", "needs"},
        {COMMAND_ISSUE, "{\"service\":\"A\",\"language\":\"fr\"}", "language"},
        {COMMAND_ISSUE, "{\"service\":\"A\",\"silent\":1}", "silent"},
        {COMMAND_ISSUE, "{\"service\":\"A\",\"a\\u0007\":1}", "?"},
        {COMMAND_RATE, "{}", "level"},
        {COMMAND_RATE, "{\"level\":0}", "level"},
        {COMMAND_RATE, "{\"level\":6}", "level"},
        {COMMAND_RATE, "{\"level\":\"5\"}", "level"},
        {COMMAND_CANCEL, "{\"why\":1}", "why"},
        {COMMAND_NEXT, "{\"seen_seq\":-1}", "seen_seq"},
        {COMMAND_NEXT, "{\"reason\":\"x\"}", "reason"},
        {COMMAND_CALL, "{\"number\":\"A012\"}", "reason"},
        {COMMAND_CALL, "{\"reason\":\"x\"}", "number"},
        {COMMAND_CALL, "{\"number\":\"A-12\",\"reason\":\"x\"}", "number"},
        {COMMAND_TAKE_LATE, "{}", "number"},
        {COMMAND_PARK, "{}", "kind"},
        {COMMAND_PARK, "{\"kind\":\"home\"}", "kind"},
        {COMMAND_PAUSE, "{}", "reason"},
        {COMMAND_PAUSE, "{\"reason\":\"meal\",\"until\":\"17:30\"}", "until"},
        {COMMAND_TRANSFER, "{\"window\":0}", "window"},
        {COMMAND_TRANSFER, "{\"window\":70000}", "window"},
        {COMMAND_STOP_SERVICE, "{\"reason\":\"a\\u202eb\"}", "reason"},
        {COMMAND_TRANSFER, "{\"note\":\"a\"}", "note"},
        {COMMAND_STOP_SERVICE, "{\"reason\":\"a\\u0085b\"}", "reason"},
        {COMMAND_STOP_SERVICE, "{\"reason\":\"a\\tb\"}", "reason"},
        {COMMAND_FINISH, "{\"outcome\":\"fine\"}", "outcome"},
        {COMMAND_FINISH, "{\"outcome\":\"none\"}", "outcome"},
        {COMMAND_EXTEND_DAY, "{}", "until"},
        {COMMAND_OPEN_DAY, "{\"plan\":1}", "plan"},
        {COMMAND_KINDS + 5, "{\"x\":1}", "x"},
    };
    (void)state;
    for (size_t at = 0; at < sizeof wrong / sizeof *wrong; at++)
        refused_with(wrong[at].kind, wrong[at].body, wrong[at].key);
}

static void a_key_too_long_is_cut_between_characters(void **state) {
    struct wire_fault fault;
    struct command command = {.kind = COMMAND_NEXT};
    (void)state;
    json_t *body = json_pack("{s:i}", "一二三四五六七八九十一二三四五六七八九十", 1);
    assert_int_not_equal(wire_command(body, &command, NULL, &fault), 0);
    assert_string_equal(fault.key, "一二三四五六七八九十一二三四五");
    json_decref(body);
}

static void times_are_strict(void **state) {
    static const struct {
        const char *text;
        int64_t ms; // -1: refused
    } times[] = {
        {"2026-11-23T10:42:07.120+08:00", 1795401727120},
        {"2026-11-23T02:42:07Z", 1795401727000},
        {"2024-02-29T00:00:00Z", 1709164800000},
        {"2026-11-23T02:42:07.5Z", 1795401727500},
        {"2026-02-29T00:00:00Z", -1},
        {"2026-13-01T00:00:00Z", -1},
        {"2026-00-01T00:00:00Z", -1},
        {"2026-11-31T00:00:00Z", -1},
        {"2026-11-23T24:00:00Z", -1},
        {"2026-11-23T10:60:00Z", -1},
        {"2026-11-23T10:42:60Z", -1},
        {"2026-11-23T10:42:07", -1},
        {"2026-11-23 10:42:07Z", -1},
        {"2026-11-23T10:42:07.Z", -1},
        {"2026-11-23T10:42:07+0800", -1},
        {"2026-11-23T10:42:07+24:00", -1},
        {"2026-11-23T10:42:07Zx", -1},
        {"1999-12-31T23:59:59Z", -1},
        {"2026-11-23", -1},
        {"", -1},
    };
    (void)state;
    for (size_t at = 0; at < sizeof times / sizeof *times; at++) {
        int64_t ms = -1;
        bool right = body_time(times[at].text, &ms);
        if (right != (times[at].ms >= 0) || ms != times[at].ms)
            fail_msg("%s: %lld", times[at].text, (long long)ms);
    }
}

static void a_time_comes_back_as_it_went(void **state) {
    (void)state;
    for (int64_t ms = 1700000000000; ms < 1900000000000; ms += 86399999999 / 7) {
        char text[32];
        int64_t back = 0;
        wire_time(ms, text);
        assert_int_equal(strlen(text), 29);
        assert_true(body_time(text, &back));
        assert_int_equal(back, ms);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_is_one_object_and_nothing_else),
        cmocka_unit_test(eight_levels_are_deep_enough),
        cmocka_unit_test(a_ticket_wish_is_read_whole),
        cmocka_unit_test(a_door_may_have_keys_of_its_own),
        cmocka_unit_test(cases_are_a_count_or_a_list_that_is_counted),
        cmocka_unit_test(a_transfer_names_where_to),
        cmocka_unit_test(services_and_notices_are_lists_and_pairs),
        cmocka_unit_test(devices_say_words_and_seqs),
        cmocka_unit_test(every_wrong_value_names_its_key),
        cmocka_unit_test(a_key_too_long_is_cut_between_characters),
        cmocka_unit_test(times_are_strict),
        cmocka_unit_test(a_time_comes_back_as_it_went),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
