// SPDX-License-Identifier: Apache-2.0
/*
 * Messages of the bus: what is understood, what is refused, and what is silent when.
 */
#include "audio/call.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audio/config.h"

static int reads(const char *text, struct call *call) {
    const char *why;
    int rc = call_read(text, strlen(text), call, &why);
    assert_true(!rc == !why);
    return rc;
}

static void test_a_call(void **state) {
    struct call call;
    (void)state;
    assert_int_equal(
        reads("{\"seq\":812,\"at\":\"2026-11-23T09:41:07.250+08:00\",\"do\":\"recall\","
              "\"number\":\"A012\",\"window\":3,\"needs\":[\"large\",\"voice\"],\"silent\":true,"
              "\"languages\":[\"zh\",\"en\"],\"later\":{\"more\":1}}",
              &call),
        0);
    assert_int_equal(call.seq, 812);
    assert_int_equal(call.what, CALL_RECALL);
    assert_int_equal(call.at_ms, 1795398067250);
    assert_int_equal(call.minute, 9 * 60 + 41);
    assert_string_equal(call.number, "A012");
    assert_int_equal(call.window, 3);
    assert_true(call.silent && call.voice);
    assert_int_equal(call.language_count, 2);
    assert_string_equal(call.languages[1], "en");
}

static void test_a_notice_needs_no_number(void **state) {
    struct call call;
    (void)state;
    assert_int_equal(reads("{\"seq\":1,\"at\":\"2026-11-23T23:59:59.000-03:30\",\"do\":\"notice\","
                           "\"text\":{\"zh\":\"x\",\"en\":\"x\"}}",
                           &call),
                     0);
    assert_int_equal(call.what, CALL_NOTICE);
}

static void test_what_is_refused(void **state) {
    static const char *const bad[] = {
        "",
        "null",
        "[]",
        "{}",
        "{\"seq\":1}",
        "{\"seq\":0,\"do\":\"call\"}",
        "{\"seq\":1,\"seq\":2}",
        "{\"seq\":1,\"at\":\"2026-11-23T09:41:07.250+08:00\",\"do\":\"shout\"}",
        "{\"seq\":1,\"at\":\"2026-11-23 09:41\",\"do\":\"notice\"}",
        "{\"seq\":1,\"at\":\"2026-11-23T09:41:07.250+08:00\",\"do\":\"call\",\"number\":\"A1\"}",
        "{\"seq\":1,\"at\":\"2026-11-23T09:41:07.250+08:00\",\"do\":\"call\",\"window\":1}",
        "{\"seq\":1,\"at\":\"2026-11-23T09:41:07.250+08:00\",\"do\":\"call\",\"number\":\"A1\","
        "\"window\":10000}",
        "{\"seq\":1,\"at\":\"2026-11-23T09:41:07.250+08:00\",\"do\":\"call\","
        "\"number\":\"A123456789012345\",\"window\":1}",
    };
    struct call call;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(reads(bad[i], &call), -EINVAL);
}

static void test_answers(void **state) {
    char out[128];
    (void)state;
    call_write_ack(out, sizeof out, 812, 4200, NULL);
    assert_string_equal(out, "{\"seq\":812,\"did\":\"spoken\",\"ms\":4200}");
    call_write_ack(out, sizeof out, 812, 99999999, NULL);
    assert_string_equal(out, "{\"seq\":812,\"did\":\"spoken\",\"ms\":600000}");
    call_write_ack(out, sizeof out, 812, 1, "no-card");
    assert_string_equal(out, "{\"seq\":812,\"did\":\"failed\",\"error\":\"no-card\"}");
}

static void test_silent_windows_and_times(void **state) {
    static const struct config_speaker speaker = {.silent = {{720, 810}, {1320, 360}},
                                                  .silent_count = 2,
                                                  .silent_windows = {7},
                                                  .silent_window_count = 1};
    (void)state;
    assert_false(config_is_silent(&speaker, 719, 1));
    assert_true(config_is_silent(&speaker, 720, 1));
    assert_true(config_is_silent(&speaker, 809, 1));
    assert_false(config_is_silent(&speaker, 810, 1));
    assert_true(config_is_silent(&speaker, 1439, 1)); // over midnight
    assert_true(config_is_silent(&speaker, 0, 1));
    assert_false(config_is_silent(&speaker, 360, 1));
    assert_true(config_is_silent(&speaker, 500, 7));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_call),
        cmocka_unit_test(test_a_notice_needs_no_number),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_silent_windows_and_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
