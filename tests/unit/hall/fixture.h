// SPDX-License-Identifier: Apache-2.0
/*
 * A hall for tests: small plans made in code, commands in one line, and everything decided applied
 * at once through the record, as the journal would.
 */
#ifndef JIAOHAO_TEST_HALL_FIXTURE_H
#define JIAOHAO_TEST_HALL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/hall/hall.h"
#include "daemon/hall/record.h"

#define NOON_MS INT64_C(1795406400000)
#define MINUTE_MS INT64_C(60000)

struct fixture {
    struct hall *hall;
    struct plan plan;
    struct decision decision;
    int64_t now_ms;
};

static inline void set_text(char *to, size_t size, const char *text) {
    snprintf(to, size, "%s", text);
}

struct shape { // of a plan
    uint32_t services, classes, windows, zones, groups;
    uint32_t passes_max, alternate, bound_minutes;
    int32_t date;
};

static inline void plan_services(struct plan *plan, const struct shape *shape) {
    for (uint32_t at = 0; at < shape->services; at++) {
        struct plan_service *service = &plan->services[at];
        snprintf(service->code, sizeof service->code, "S%u", at);
        service->expected_ms = 5 * MINUTE_MS;
        service->bound_ms = shape->bound_minutes * MINUTE_MS * (1 + at % 3);
        service->series = (uint16_t)(at % plan->series_count);
        service->zone = (uint16_t)(at % plan->zone_count);
    }
    for (uint32_t at = 0; at < shape->classes; at++) {
        struct plan_class *klass = &plan->classes[at];
        snprintf(klass->code, sizeof klass->code, "c%u", at);
        klass->rate_milli = 1000 + 500 * at;
        klass->head_ms = at * 10 * MINUTE_MS;
        klass->alternate = at ? shape->alternate : 0;
        klass->open_to_all = 1;
    }
}

static inline void plan_windows(struct plan *plan, const struct shape *shape) {
    for (uint32_t at = 0; at < shape->windows; at++) {
        struct plan_window *window = &plan->windows[at];
        window->number = (uint16_t)(at + 1);
        window->zone = (uint16_t)(at % shape->zones);
        window->group = (uint16_t)(at % shape->groups);
        for (uint32_t service = 0; service < shape->services; service++) {
            if (service % 3 != at % 4)
                window->weight[service] = (uint16_t)(500 + 250 * ((at + service) % 4));
        }
        window->device_count = at % 3 ? 2 : 0; // every third one is announced by nothing
        window->devices[0] = 0;
        window->devices[1] = 1;
        if (!window->device_count)
            window->devices[1] = 0;
    }
}

static inline void plan_rules_fill(struct plan *plan, const struct shape *shape) {
    plan->rules = (struct plan_rules){.grace_ms = 2 * MINUTE_MS,
                                      .recall_gap_ms = MINUTE_MS / 2,
                                      .reopen_ms = 10 * MINUTE_MS,
                                      .rating_ms = 30 * MINUTE_MS,
                                      .recalls_max = 3,
                                      .passes_max = shape->passes_max,
                                      .return_places = 3,
                                      .misses_max = 3,
                                      .defers_max = 1,
                                      .defer_places = 5,
                                      .approach = 3,
                                      .next_finishes = 1,
                                      .walk_in = 1};
}

static inline void plan_make(struct plan *plan, const struct shape *shape) {
    static const char *const prefixes[] = {"A", "B", "C"};
    memset(plan, 0, sizeof *plan);
    set_text(plan->code, sizeof plan->code, "test");
    plan->service_count = shape->services;
    plan->class_count = shape->classes;
    plan->window_count = shape->windows;
    plan->zone_count = shape->zones;
    plan->series_count = 3;
    plan->hours_count = 1;
    plan->device_count = 3;
    plan->reason_count = 3;
    for (uint32_t at = 0; at < plan->series_count; at++) {
        set_text(plan->series[at].prefix, sizeof plan->series[at].prefix, prefixes[at]);
        plan->series[at].first = 1;
        plan->series[at].digits = 3;
    }
    for (uint32_t at = 0; at < plan->zone_count; at++)
        snprintf(plan->zones[at].code, sizeof plan->zones[at].code, "z%u", at);
    for (uint32_t at = 0; at < plan->device_count; at++) {
        snprintf(plan->devices[at].name, sizeof plan->devices[at].name, "device-%u", at);
        plan->devices[at].kind = at == 0 ? PLAN_DEVICE_BOARD : PLAN_DEVICE_SPEAKER;
        plan->devices[at].window = PLAN_NONE;
    }
    for (uint32_t at = 0; at < 3; at++) {
        snprintf(plan->reasons[at].code, sizeof plan->reasons[at].code, "r%u", at);
        plan->reasons[at].use = at;
    }
    plan->day.date = shape->date;
    plan->day.begins_ms = NOON_MS + (shape->date - 20261123) * 1440 * MINUTE_MS;
    plan->day.ends_ms = plan->day.begins_ms + 1440 * MINUTE_MS;
    plan->hours[0].span_count = 1;
    plan->hours[0].spans[0].open_ms = plan->day.begins_ms;
    plan->hours[0].spans[0].close_ms = plan->day.ends_ms - 60 * MINUTE_MS;
    plan_services(plan, shape);
    plan_windows(plan, shape);
    plan_rules_fill(plan, shape);
}

static inline int fixture_do(struct fixture *f, struct command *command) {
    command->at = (struct moment){f->now_ms, f->now_ms, 1, 0};
    int code = hall_decide(f->hall, command, &f->decision);
    for (uint32_t at = 0; at < f->decision.count; at++)
        assert_int_equal(hall_apply(&f->hall, &f->decision.events[at]), 0);
    return code;
}

static inline int fixture_verb(struct fixture *f, uint16_t window, unsigned kind) {
    struct command command = {.kind = (uint16_t)kind, .window = window, .actor = 100u + window};
    return fixture_do(f, &command);
}

static inline uint64_t fixture_issue(struct fixture *f, const char *service, const char *klass) {
    struct command command = {.kind = COMMAND_ISSUE};
    set_text(command.service, sizeof command.service, service);
    set_text(command.klass, sizeof command.klass, klass);
    assert_int_equal(fixture_do(f, &command), 0);
    return f->decision.events[0].ticket.id;
}

static inline void fixture_open(struct fixture *f, const struct shape *shape) {
    memset(f, 0, sizeof *f);
    f->hall = hall_new();
    plan_make(&f->plan, shape);
    f->now_ms = f->plan.day.begins_ms;
    struct command command = {.kind = COMMAND_OPEN_DAY, .plan = &f->plan};
    assert_int_equal(fixture_do(f, &command), 0);
}

#endif
