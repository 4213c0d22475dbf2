// SPDX-License-Identifier: Apache-2.0
/* What a hook reads: fields of the moment and a sentence; and the counting of messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>

#include "daemon/plan/compile.h"
#include "daemon/tell/hook.h"
#include "daemon/tell/message.h"
#include "daemon/tell/tally.h"

#define NOON INT64_C(1795406400000)
#define PHONE "+8613800138000"

static const char file[] =
    "hall: {code: t, name: {zh: '甲\"乙\\', en: 'A \"quoted\" hall'}, timezone: Asia/Shanghai}\n"
    "hours_override: always\n"
    "services: {A: {name: x}}\nwindows: {3: {serves: [A]}}\n";

static struct hall *make_hall(void) {
    struct plan_source *source = plan_compile_bytes("h.yaml", file, strlen(file), stderr);
    struct hall *hall = calloc(1, sizeof *hall + sizeof(struct ticket));
    assert_non_null(source);
    plan_resolve(source, 20261123, &hall->plan);
    plan_source_free(source);
    hall->capacity = hall->ticket_count = 1;
    memset(hall->lines, 0xff, sizeof hall->lines);
    memset(hall->own, 0xff, sizeof hall->own);
    hall->tickets[0] = (struct ticket){.id = 7,
                                       .number = 12,
                                       .phone = 1,
                                       .left = HALL_NONE,
                                       .right = HALL_NONE,
                                       .state = TICKET_CALLED,
                                       .window = 0,
                                       .to_window = PLAN_NONE};
    return hall;
}

static json_t *input(const struct message_about *about, char text[1024]) {
    char *whole = message_input(about), *line;
    json_t *fields;
    assert_non_null(whole);
    assert_true(strlen(whole) <= HOOK_INPUT_MAX);
    line = strchr(whole, '\n');
    assert_non_null(line);
    *line = 0;
    snprintf(text, 1024, "%s", line + 1);
    fields = json_loads(whole, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(fields);
    // What sed-safe readers rely on: this stands once, whatever names hold.
    assert_non_null(strstr(whole, "\"to\":\"" PHONE "\""));
    assert_null(strstr(strstr(whole, "\"to\":\"") + 1, "\"to\":\""));
    free(whole);
    return fields;
}

static void test_a_call_as_fields_and_words(void **state) {
    struct hall *hall = make_hall();
    struct row_delivery row = {
        .seq = 9, .ticket = 7, .kind = MESSAGE_CALLED, .attempts = 1, .deadline_ms = NOON};
    struct message_about about = {hall, &row, PHONE, NOON - 1000};
    char text[1024];
    json_t *fields = input(&about, text);
    (void)state;
    assert_string_equal(json_string_value(json_object_get(fields, "id")), "t-9");
    assert_string_equal(json_string_value(json_object_get(fields, "kind")), "called");
    assert_string_equal(json_string_value(json_object_get(fields, "number")), "A012");
    assert_string_equal(json_string_value(json_object_get(fields, "language")), "zh");
    assert_string_equal(json_string_value(json_object_get(fields, "hall")), "甲\"乙\\");
    assert_string_equal(json_string_value(json_object_get(fields, "expires_at")),
                        "2026-11-23T12:00:00.000+08:00");
    assert_int_equal(json_integer_value(json_object_get(fields, "window")), 3);
    assert_int_equal(json_integer_value(json_object_get(fields, "attempt")), 2);
    assert_true(json_is_null(json_object_get(fields, "ahead")));
    assert_true(json_is_null(json_object_get(fields, "wait")));
    assert_string_equal(text, "【甲\"乙\\】请A012号到3号窗口办理。\n");
    json_decref(fields);
    free(hall);
}

static void test_the_ticket_has_its_language(void **state) {
    struct hall *hall = make_hall();
    struct row_delivery row = {.seq = 9, .ticket = 7, .kind = MESSAGE_MISSED};
    struct message_about about = {hall, &row, PHONE, NOON};
    char text[1024];
    (void)state;
    hall->tickets[0].language = 2;
    json_decref(input(&about, text));
    assert_non_null(strstr(text, "you were called and not there"));
    hall->tickets[0].language = 0; // the hall's first
    strcpy(hall->plan.languages, "en,zh");
    json_decref(input(&about, text));
    assert_non_null(strstr(text, "you were called and not there"));
    row.ticket = 8;
    assert_null(message_input(&about));
    row.ticket = 7;
    row.kind = MESSAGES;
    assert_null(message_input(&about));
    free(hall);
}

static void test_the_wait_is_said_in_words(void **state) {
    struct hall *hall = make_hall();
    struct row_delivery row = {.seq = 9, .ticket = 7, .kind = MESSAGE_ISSUED};
    struct message_about about = {hall, &row, PHONE, NOON};
    char text[1024];
    json_t *fields;
    (void)state;
    hall->tickets[0].state = TICKET_WAITING;
    hall->tickets[0].window = PLAN_NONE;
    hall->tickets[0].count = 1;
    hall->lines[0][0].root = 0;
    fields = input(&about, text);
    assert_non_null(strstr(text, "预计等候时间待定")); // no window is open
    assert_int_equal(json_integer_value(json_object_get(fields, "ahead")), 0);
    assert_true(json_is_null(json_object_get(fields, "window")));
    json_decref(fields);
    hall->windows[0].state = WINDOW_OPEN;
    hall->windows[0].weight[0] = 1000;
    json_decref(input(&about, text));
    assert_non_null(strstr(text, "分钟"));
    free(hall);
}

// --- the tally -----------------------------------------------------------------------------------

static void digest_of(unsigned n, uint8_t out[SECRET_HASH_BYTES]) {
    memset(out, 0, SECRET_HASH_BYTES);
    memcpy(out, &n, sizeof n);
    out[31] = 1;
}

static void test_so_many_a_phone_and_day(void **state) {
    struct tally tally;
    uint8_t one[SECRET_HASH_BYTES], other[SECRET_HASH_BYTES];
    (void)state;
    digest_of(1, one);
    digest_of(2, other);
    tally_begin(&tally, 2, 5);
    tally_day(&tally, 20261123);
    assert_true(tally_take(&tally, one, false));
    assert_true(tally_take(&tally, one, false));
    assert_false(tally_take(&tally, one, false));
    assert_true(tally_take(&tally, other, false));
    assert_true(tally_take(&tally, one, true)); // went out before the restart
    assert_int_equal(tally.all, 4);
    tally_day(&tally, 20261123);
    assert_false(tally_take(&tally, one, false));
    tally_day(&tally, 20261124);
    assert_int_equal(tally.all, 0);
    assert_true(tally_take(&tally, one, false));
    tally_free(&tally);
}

static void test_so_many_the_hall(void **state) {
    struct tally tally;
    uint8_t digest[SECRET_HASH_BYTES];
    (void)state;
    tally_begin(&tally, 6, 300);
    tally_day(&tally, 20261123);
    for (unsigned i = 0; i < 300; i++) {
        digest_of(i, digest);
        assert_true(tally_take(&tally, digest, false));
    }
    digest_of(0, digest);
    assert_false(tally_take(&tally, digest, false));
    digest_of(300, digest);
    assert_false(tally_take(&tally, digest, false));
    assert_int_equal(tally.phone_count, 300);
    tally_free(&tally);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_call_as_fields_and_words),
        cmocka_unit_test(test_the_ticket_has_its_language),
        cmocka_unit_test(test_the_wait_is_said_in_words),
        cmocka_unit_test(test_so_many_a_phone_and_day),
        cmocka_unit_test(test_so_many_the_hall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
