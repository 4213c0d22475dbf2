// SPDX-License-Identifier: Apache-2.0
/*
 * A press on a pad: what it becomes at the pipeline, which presses are refused before that, and
 * exactly one reply to each. The pipeline, the people and the broker are played here.
 */
#include "daemon/tell/press.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/loop.h"
#include "daemon/pipeline.h"
#include "daemon/records/people.h"

enum { PAD, KEYPAD, BOARD, PERSON = 12 };

static struct world {
    struct hall *hall;
    uint32_t person;
    int asked, replies;
    struct command command;
    char scope[48], key[80], body[4096];
    pipeline_answer_fn *answer;
    void *context;
    char topic[200], payload[16384];
} w;

// --- the doubles -----------------------------------------------------------------------------------

int bus_publish(struct bus *bus, const struct bus_publish *m) {
    (void)bus;
    w.replies++;
    snprintf(w.topic, sizeof w.topic, "%s", m->topic);
    snprintf(w.payload, sizeof w.payload, "%.*s", (int)m->length, (const char *)m->payload);
    assert_int_equal(m->qos, 1);
    assert_false(m->retain);
    return 0;
}

void pipeline_ask(struct pipeline *pipeline, const struct pipeline_ask *ask) {
    (void)pipeline;
    w.asked++;
    w.command = ask->command;
    snprintf(w.scope, sizeof w.scope, "%s", ask->key.scope);
    snprintf(w.key, sizeof w.key, "%s", ask->key.key);
    snprintf(w.body, sizeof w.body, "%.*s", (int)ask->key.length, (const char *)ask->key.body);
    w.answer = ask->answer;
    w.context = ask->context;
}

const struct hall *pipeline_settled(const struct pipeline *pipeline) {
    (void)pipeline;
    return w.hall;
}

struct moment pipeline_now(const struct pipeline *pipeline) {
    (void)pipeline;
    return (struct moment){.hall_ms = 1000};
}

bool pipeline_is_stuck(const struct pipeline *pipeline, const char **why) {
    (void)pipeline;
    (void)why;
    return false;
}

uint32_t people_at_window(const struct people *people, uint16_t window, int64_t now_ms) {
    (void)people;
    assert_int_equal(window, 3);
    assert_int_equal(now_ms, 1000);
    return w.person;
}

// --- the scene -------------------------------------------------------------------------------------

struct scene {
    struct loop *loop;
    struct config config;
    struct tell_room room;
    struct queue *queue;
    struct presses *presses;
    struct devices devices;
};

static void add_device(struct plan *plan, const char *name, unsigned kind, uint16_t window) {
    struct plan_device *device = &plan->devices[plan->device_count++];
    snprintf(device->name, sizeof device->name, "%s", name);
    device->kind = kind;
    device->window = window;
    device->zone = window == PLAN_NONE ? 0 : PLAN_NONE;
}

static void open_scene(struct scene *s) {
    struct plan *plan;
    memset(&w, 0, sizeof w);
    memset(s, 0, sizeof *s);
    w.person = PERSON;
    w.hall = hall_new();
    assert_non_null(w.hall);
    plan = &w.hall->plan;
    snprintf(plan->languages, sizeof plan->languages, "en,zh");
    plan->window_count = plan->zone_count = 1;
    plan->windows[0].number = 3;
    add_device(plan, "pad-3", PLAN_DEVICE_PAD, 0);
    add_device(plan, "key-3", PLAN_DEVICE_KEYPAD, 0);
    add_device(plan, "board-1", PLAN_DEVICE_BOARD, PLAN_NONE);
    s->loop = loop_new(NULL, NULL);
    s->room.house.loop = s->loop;
    s->room.house.config = &s->config;
    s->room.bus = (struct bus *)&w;
    snprintf(s->room.prefix, sizeof s->room.prefix, "jiaohao/test/");
    s->queue = queue_new(&s->room, NULL, NULL);
    s->presses = presses_new(&s->room, s->queue);
}

static void close_scene(struct scene *s) {
    presses_free(s->presses);
    queue_free(s->queue);
    loop_free(s->loop);
    hall_free(w.hall);
}

static int press(struct scene *s, int device, const char *text) {
    struct bus_message message = {.payload = text, .length = strlen(text)};
    struct wire_fault fault = {0};
    struct press_said said = {.plan = &w.hall->plan.devices[device], .message = &message};
    json_t *body = wire_parse(text, strlen(text), &fault);
    int rc;
    assert_non_null(body);
    said.body = body;
    said.device = device_named(&s->devices, said.plan->name);
    rc = presses_take(s->presses, &said, &fault);
    json_decref(body);
    return rc;
}

static void answer(enum answer_kind kind, uint32_t code) {
    struct answer a = {.kind = kind, .refusal.code = code, .hall = w.hall};
    w.answer(w.context, &a);
}

// --- the tests -------------------------------------------------------------------------------------

static void a_press_becomes_a_command_of_its_window_and_its_person(void **state) {
    static const char text[] = "{\"id\":\"7-41\",\"do\":\"next\",\"seen_seq\":812}";
    struct scene s;
    (void)state;
    open_scene(&s);
    assert_int_equal(press(&s, PAD, text), 0);
    assert_int_equal(w.command.kind, COMMAND_NEXT);
    assert_int_equal(w.command.window, 3);
    assert_int_equal(w.command.actor, PERSON);
    assert_int_equal(w.command.seen_seq, 812);
    assert_string_equal(w.command.device, "pad-3");
    assert_string_equal(w.scope, "m:pad-3");
    assert_string_equal(w.key, "7-41");
    assert_string_equal(w.body, text);
    assert_int_equal(w.replies, 0); // not before it is durable
    answer(ANSWER_DONE, 0);
    assert_int_equal(w.replies, 1);
    assert_string_equal(w.topic, "jiaohao/test/reply/pad-3");
    assert_non_null(strstr(w.payload, "\"id\":\"7-41\",\"ok\":true"));
    assert_non_null(strstr(w.payload, "\"window\":{\"number\":3"));
    close_scene(&s);
}

static void a_second_delivery_is_answered(void **state) {
    struct scene s;
    (void)state;
    open_scene(&s);
    press(&s, PAD, "{\"id\":\"7-1\",\"do\":\"start\"}");
    answer(ANSWER_DONE, 0);
    press(&s, PAD, "{\"id\":\"7-1\",\"do\":\"start\"}");
    answer(ANSWER_REPEATED, 0);
    assert_int_equal(w.replies, 2);
    assert_non_null(strstr(w.payload, "\"ok\":true"));
    close_scene(&s);
}

static void each_bad_end_has_its_code_and_words(void **state) {
    static const struct {
        enum answer_kind kind;
        uint32_t refusal;
        const char *code;
    } cases[] = {
        {ANSWER_REFUSED, REFUSED_NOBODY_WAITING, "\"code\":401,"},
        {ANSWER_KEY_REUSED, 0, "\"code\":706,"},
        {ANSWER_NOT_STORED, 0, "\"code\":901,"},
        {ANSWER_UNKNOWN, 0, "\"code\":902,"},
        {ANSWER_BUSY, 0, "\"code\":903,"},
    };
    struct scene s;
    (void)state;
    open_scene(&s);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        press(&s, PAD, "{\"id\":\"7-1\",\"do\":\"next\"}");
        answer(cases[i].kind, cases[i].refusal);
        assert_non_null(strstr(w.payload, "\"ok\":false"));
        assert_non_null(strstr(w.payload, cases[i].code));
        assert_null(strstr(w.payload, "\"error\":\"\""));
    }
    close_scene(&s);
}

static void what_makes_no_sense_is_not_done(void **state) {
    static const struct {
        int device;
        const char *text;
        int replies;
    } cases[] = {
        {PAD, "{\"do\":\"next\"}", 0},
        {PAD, "{\"id\":7,\"do\":\"next\"}", 0},
        {PAD, "{\"id\":\"7\",\"do\":\"next\"}", 0},
        {PAD, "{\"id\":\"7-1\"}", 1},
        {PAD, "{\"id\":\"7-1\",\"do\":\"nex\"}", 1},
        {PAD, "{\"id\":\"7-1\",\"do\":\"tick\"}", 1},
        {PAD, "{\"id\":\"7-1\",\"do\":\"next\",\"window\":5}", 1}, // never from the payload
        {PAD, "{\"id\":\"7-1\",\"do\":\"next\",\"actor\":1}", 1},
        {PAD, "{\"id\":\"7-1\",\"do\":\"next\",\"device\":\"pad-4\"}", 1},
        {PAD, "{\"id\":\"7-1\",\"do\":\"next\",\"seen_seq\":\"x\"}", 1},
        {KEYPAD, "{\"id\":\"7-1\",\"do\":\"next\"}", 1},
        {BOARD, "{\"id\":\"7-1\",\"do\":\"next\"}", 0},
        {KEYPAD, "{\"id\":\"7-1\",\"do\":\"rate\",\"ask\":9}", 1},
        {KEYPAD, "{\"id\":\"7-1\",\"do\":\"rate\",\"ask\":9,\"level\":6}", 1},
        {KEYPAD, "{\"id\":\"7-1\",\"do\":\"rate\",\"ask\":0,\"level\":5}", 1},
        {KEYPAD, "{\"id\":\"7-1\",\"do\":\"rate\",\"ask\":9,\"level\":5,\"age_ms\":-1}", 1},
        {KEYPAD, "{\"id\":\"7-1\",\"do\":\"rate\",\"ask\":9,\"level\":5,\"x\":1}", 1},
    };
    struct scene s;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        open_scene(&s);
        if (press(&s, cases[i].device, cases[i].text) != -EINVAL || w.asked ||
            w.replies != cases[i].replies)
            fail_msg("%s: asked %d, replies %d", cases[i].text, w.asked, w.replies);
        close_scene(&s);
    }
}

static void without_a_person_a_pad_does_nothing_but_a_rating_counts(void **state) {
    struct scene s;
    (void)state;
    open_scene(&s);
    w.person = 0;
    assert_int_equal(press(&s, PAD, "{\"id\":\"7-1\",\"do\":\"next\"}"), 0);
    assert_int_equal(w.asked, 0);
    assert_non_null(strstr(w.payload, "\"code\":307"));
    assert_int_equal(
        press(&s, KEYPAD, "{\"id\":\"7-2\",\"do\":\"rate\",\"ask\":9,\"level\":4,\"age_ms\":30}"),
        0);
    assert_int_equal(w.asked, 1);
    assert_int_equal(w.command.kind, COMMAND_RATE);
    assert_int_equal(w.command.call, 9);
    assert_int_equal(w.command.level, 4);
    assert_int_equal(w.command.rating_channel, 5);
    assert_int_equal(w.command.window, 3);
    answer(ANSWER_DONE, 0);
    assert_non_null(strstr(w.payload, "\"ok\":true"));
    assert_null(strstr(w.payload, "\"window\"")); // a citizen's keypad learns nothing of the desk
    close_scene(&s);
}

static void an_older_start_of_the_device_is_refused(void **state) {
    struct scene s;
    (void)state;
    open_scene(&s);
    press(&s, PAD, "{\"id\":\"7-41\",\"do\":\"start\"}");
    answer(ANSWER_DONE, 0);
    assert_int_equal(press(&s, PAD, "{\"id\":\"6-99\",\"do\":\"next\"}"), 0);
    assert_int_equal(w.asked, 1);
    assert_non_null(strstr(w.payload, "\"id\":\"6-99\",\"ok\":false,\"code\":708"));
    press(&s, PAD, "{\"id\":\"8-1\",\"do\":\"next\"}");
    assert_int_equal(w.asked, 2);
    answer(ANSWER_DONE, 0);
    press(&s, PAD, "{\"id\":\"7-42\",\"do\":\"next\"}");
    assert_int_equal(w.asked, 2);
    close_scene(&s);
}

static void an_answer_that_comes_after_the_end_harms_nobody(void **state) {
    struct scene s;
    (void)state;
    open_scene(&s);
    press(&s, PAD, "{\"id\":\"7-1\",\"do\":\"next\"}");
    presses_free(s.presses);
    s.presses = NULL;
    answer(ANSWER_DONE, 0);
    assert_int_equal(w.replies, 0);
    close_scene(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_press_becomes_a_command_of_its_window_and_its_person),
        cmocka_unit_test(a_second_delivery_is_answered),
        cmocka_unit_test(each_bad_end_has_its_code_and_words),
        cmocka_unit_test(what_makes_no_sense_is_not_done),
        cmocka_unit_test(without_a_person_a_pad_does_nothing_but_a_rating_counts),
        cmocka_unit_test(an_older_start_of_the_device_is_refused),
        cmocka_unit_test(an_answer_that_comes_after_the_end_harms_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
