// SPDX-License-Identifier: Apache-2.0
/*
 * What devices report, as commands: each kind only what it can know, nothing malformed, nothing that
 * the hall knows already; and the ids and the allowance of a device.
 */
#include "daemon/tell/news.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/tell/device.h"

static struct plan_device device_of(unsigned kind) {
    struct plan_device device = {.kind = kind, .window = PLAN_NONE, .zone = 0};
    snprintf(device.name, sizeof device.name, "dev-1");
    return device;
}

static const char *ack(unsigned kind, const char *text, struct command *command) {
    struct plan_device device = device_of(kind);
    json_t *body = json_loads(text, 0, NULL);
    const char *fault;
    assert_non_null(body);
    *command = (struct command){0};
    fault = news_ack(body, &device, command);
    json_decref(body);
    return fault;
}

static void a_board_shows_a_speaker_speaks_a_printer_prints(void **state) {
    struct command c;
    (void)state;
    assert_null(ack(PLAN_DEVICE_BOARD, "{\"seq\":812,\"did\":\"shown\",\"ms\":40}", &c));
    assert_int_equal(c.kind, COMMAND_SHOWN);
    assert_int_equal(c.call, 812);
    assert_string_equal(c.device, "dev-1");
    assert_null(ack(PLAN_DEVICE_SPEAKER, "{\"seq\":9,\"did\":\"spoken\"}", &c));
    assert_int_equal(c.kind, COMMAND_SPOKEN);
    assert_null(
        ack(PLAN_DEVICE_SPEAKER, "{\"seq\":9,\"did\":\"failed\",\"error\":\"no sound\"}", &c));
    assert_int_equal(c.kind, COMMAND_CALL_FAILED);
    assert_string_equal(c.note, "no sound");
    assert_null(ack(PLAN_DEVICE_PRINTER, "{\"id\":\"77\",\"did\":\"printed\"}", &c));
    assert_int_equal(c.kind, COMMAND_PRINTED);
    assert_int_equal(c.ticket, 77);
    assert_null(ack(PLAN_DEVICE_PRINTER, "{\"id\":\"77\",\"did\":\"failed\"}", &c));
    assert_int_equal(c.kind, COMMAND_PRINT_FAILED);
}

static void an_acknowledgement_that_makes_no_sense_is_refused(void **state) {
    static const struct {
        unsigned kind;
        const char *text;
    } cases[] = {
        {PLAN_DEVICE_PAD, "{\"seq\":9,\"did\":\"shown\"}"},
        {PLAN_DEVICE_KEYPAD, "{\"id\":\"9\",\"did\":\"printed\"}"},
        {PLAN_DEVICE_BOARD, "{\"id\":\"9\",\"did\":\"printed\"}"},
        {PLAN_DEVICE_BOARD, "{\"seq\":9,\"did\":\"printed\"}"},
        {PLAN_DEVICE_PRINTER, "{\"seq\":9,\"did\":\"shown\"}"},
        {PLAN_DEVICE_PRINTER, "{\"id\":\"9\",\"did\":\"shown\"}"},
        {PLAN_DEVICE_PRINTER, "{\"id\":\"09\",\"did\":\"printed\"}"},
        {PLAN_DEVICE_PRINTER, "{\"id\":\"-9\",\"did\":\"printed\"}"},
        {PLAN_DEVICE_PRINTER, "{\"id\":\"9x\",\"did\":\"printed\"}"},
        {PLAN_DEVICE_PRINTER, "{\"id\":\"1234567890123456789\",\"did\":\"printed\"}"},
        {PLAN_DEVICE_PRINTER, "{\"id\":9,\"did\":\"printed\"}"},
        {PLAN_DEVICE_BOARD, "{\"seq\":\"9\",\"did\":\"shown\"}"},
        {PLAN_DEVICE_BOARD, "{\"seq\":0,\"did\":\"shown\"}"},
        {PLAN_DEVICE_BOARD, "{\"seq\":-1,\"did\":\"shown\"}"},
        {PLAN_DEVICE_BOARD, "{\"seq\":1.5,\"did\":\"shown\"}"},
        {PLAN_DEVICE_BOARD, "{\"seq\":9,\"id\":\"9\",\"did\":\"shown\"}"},
        {PLAN_DEVICE_BOARD, "{\"seq\":9}"},
        {PLAN_DEVICE_BOARD, "{\"did\":\"shown\"}"},
        {PLAN_DEVICE_BOARD, "{\"seq\":9,\"did\":7}"},
        {PLAN_DEVICE_BOARD, "{\"seq\":9,\"did\":\"shown\",\"ms\":-1}"},
        {PLAN_DEVICE_BOARD, "{\"seq\":9,\"did\":\"shown\",\"ms\":600001}"},
        {PLAN_DEVICE_BOARD, "{\"seq\":9,\"did\":\"shown\",\"ms\":\"40\"}"},
        {PLAN_DEVICE_BOARD, "{\"seq\":9,\"did\":\"shown\",\"error\":7}"},
        {PLAN_DEVICE_BOARD, "{\"seq\":9,\"did\":\"shown\",\"device\":\"other\"}"},
        {PLAN_DEVICE_BOARD, "{}"},
    };
    struct command c;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (!ack(cases[i].kind, cases[i].text, &c))
            fail_msg("taken: %s", cases[i].text);
}

static size_t news(struct hall *hall, const char *text, struct command *commands,
                   const char **fault) {
    json_t *body = json_loads(text, 0, NULL);
    size_t count;
    assert_non_null(body);
    *fault = news_device(body, hall, &hall->plan.devices[1], commands, &count);
    json_decref(body);
    return count;
}

static void news_lead_to_commands_only_when_something_changed(void **state) {
    struct hall *hall = calloc(1, sizeof *hall);
    struct command c[NEWS_COMMANDS_MAX];
    const char *fault;
    (void)state;
    hall->plan.device_count = 2;
    hall->plan.devices[1] = device_of(PLAN_DEVICE_PAD);
    assert_int_equal(news(hall, "{\"online\":false}", c, &fault), 0);
    assert_null(fault);
    assert_int_equal(
        news(hall, "{\"online\":true,\"kind\":\"pad\",\"faults\":[],\"since\":\"x\"}", c, &fault),
        1);
    assert_int_equal(c[0].kind, COMMAND_DEVICE_ONLINE);
    assert_string_equal(c[0].device, "dev-1");
    assert_int_equal(
        news(hall, "{\"online\":true,\"faults\":[\"paper-out\",\"cover-open\"]}", c, &fault), 2);
    assert_int_equal(c[1].kind, COMMAND_DEVICE_FAULT);
    assert_string_equal(c[1].note, "paper-out,cover-open");
    hall->devices[1].online = 1;
    snprintf(hall->devices[1].faults, sizeof hall->devices[1].faults, "paper-out,cover-open");
    assert_int_equal(
        news(hall, "{\"online\":true,\"faults\":[\"paper-out\",\"cover-open\"]}", c, &fault), 0);
    assert_int_equal(news(hall, "{\"online\":true,\"faults\":[]}", c, &fault), 1);
    assert_string_equal(c[0].note, "");
    assert_int_equal(news(hall, "{\"online\":false}", c, &fault), 1);
    assert_int_equal(c[0].kind, COMMAND_DEVICE_OFFLINE);
    free(hall);
}

static void news_that_make_no_sense_are_refused(void **state) {
    static const char *const texts[] = {
        "{}",
        "{\"online\":1}",
        "{\"online\":true,\"faults\":\"paper\"}",
        "{\"online\":true,\"faults\":[1]}",
        "{\"online\":true,\"faults\":[\"\"]}",
        "{\"online\":true,\"faults\":[\"Paper Out\"]}",
        "{\"online\":true,\"faults\":[\"a,b\"]}",
        "{\"online\":true,\"faults\":[\"aaaaaaaaaaaaaaaaaaaaaaaa\"]}",
        "{\"online\":true,\"faults\":[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\"]}",
        "{\"online\":true,\"window\":3}",
    };
    struct hall *hall = calloc(1, sizeof *hall);
    struct command c[NEWS_COMMANDS_MAX];
    const char *fault;
    (void)state;
    hall->plan.devices[1] = device_of(PLAN_DEVICE_PAD);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (news(hall, texts[i], c, &fault) || !fault)
            fail_msg("taken: %s", texts[i]);
    free(hall);
}

static void ids_are_boot_and_count(void **state) {
    static const char *const bad[] = {
        "",     "7",   "7-",  "-1",   "7-1 ",          " 7-1",          "7--1",
        "7-1x", "a-1", "7-b", "+7-1", "12345678901-1", "1-12345678901", "0x7-1"};
    uint64_t boot = 0;
    (void)state;
    assert_int_equal(device_id_boot("7-41", &boot), 0);
    assert_int_equal(boot, 7);
    assert_int_equal(device_id_boot("9999999999-9999999999", &boot), 0);
    assert_true(boot == 9999999999u);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (!device_id_boot(bad[i], &boot))
            fail_msg("taken: \"%s\"", bad[i]);
}

static void a_device_that_shouts_uses_up_its_own_allowance(void **state) {
    static struct devices devices;
    struct device *loud = device_named(&devices, "loud"), *calm = device_named(&devices, "calm");
    int taken = 0;
    (void)state;
    for (int ms = 0; ms < 1000; ms++)
        taken += device_may_speak(loud, 5000 + ms);
    assert_in_range(taken, 55, 61); // 40 at once, then 20 a second
    assert_true(device_may_speak(calm, 5999));
    assert_true(device_may_speak(loud, 9000));
    assert_ptr_equal(device_named(&devices, "loud"), loud);
}

static void devices_are_bounded(void **state) {
    struct devices *devices = calloc(1, sizeof *devices);
    char name[DEVICE_NAME_BYTES];
    (void)state;
    for (int i = 0; i < DEVICES_MAX; i++) {
        snprintf(name, sizeof name, "d-%d", i);
        assert_non_null(device_named(devices, name));
    }
    assert_null(device_named(devices, "one-more"));
    assert_non_null(device_named(devices, "d-0"));
    free(devices);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_board_shows_a_speaker_speaks_a_printer_prints),
        cmocka_unit_test(an_acknowledgement_that_makes_no_sense_is_refused),
        cmocka_unit_test(news_lead_to_commands_only_when_something_changed),
        cmocka_unit_test(news_that_make_no_sense_are_refused),
        cmocka_unit_test(ids_are_boot_and_count),
        cmocka_unit_test(a_device_that_shouts_uses_up_its_own_allowance),
        cmocka_unit_test(devices_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
