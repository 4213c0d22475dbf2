// SPDX-License-Identifier: Apache-2.0
/*
 * A small hall to look at: two services (A social insurance, B housing), two classes, two zones,
 * windows 1 and 3 (A and B) in zone east and 5 (B only) in west, each with a board. Driven by
 * commands through the real core, so that a view is tested on what the hall really does.
 */
#ifndef JIAOHAO_TESTS_SMALL_HALL_H
#define JIAOHAO_TESTS_SMALL_HALL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/hall/hall.h"

enum { MINUTE = 60000 };
#define NINE 1795395600000 // 2026-11-23 09:00 in China

struct small { // the hall and its clock
    struct hall *hall;
    struct plan *plan;
    int64_t now_ms;
};

static inline void small_name(struct plan_name *name, const char *zh, const char *en) {
    snprintf(name->zh, sizeof name->zh, "%s", zh);
    snprintf(name->en, sizeof name->en, "%s", en);
}

static inline void small_service(struct plan *plan, const char *code, const char *zh,
                                 const char *en) {
    uint32_t at = plan->service_count++;
    struct plan_service *service = &plan->services[at];
    snprintf(service->code, sizeof service->code, "%s", code);
    small_name(&service->name, zh, en);
    snprintf(service->materials.zh, sizeof service->materials.zh, "身份证");
    snprintf(service->materials.en, sizeof service->materials.en, "Identity card");
    service->expected_ms = 6 * MINUTE;
    service->target_ms = 20 * MINUTE;
    service->series = (uint16_t)at;
    service->zone = (uint16_t)at;
    snprintf(plan->series[at].prefix, sizeof plan->series[at].prefix, "%s", code);
    plan->series[at].first = 1;
    plan->series[at].digits = 3;
    plan->series_count = plan->service_count;
}

static inline void small_window(struct plan *plan, uint16_t number, uint16_t zone) {
    uint32_t at = plan->window_count++;
    struct plan_window *window = &plan->windows[at];
    struct plan_device *board = &plan->devices[plan->device_count];
    snprintf(board->name, sizeof board->name, "board-%u", (unsigned)number);
    board->kind = PLAN_DEVICE_BOARD;
    board->window = PLAN_NONE;
    board->zone = zone;
    window->number = number;
    window->zone = zone;
    window->device_count = 1;
    window->devices[0] = (uint16_t)plan->device_count++;
    window->weight[0] = zone ? 0 : 1000;
    window->weight[1] = 1000;
}

static inline void small_classes(struct plan *plan) {
    plan->class_count = 2;
    snprintf(plan->classes[0].code, PLAN_CODE_BYTES, "normal");
    small_name(&plan->classes[0].name, "普通", "normal");
    plan->classes[0].rate_milli = 1000;
    plan->classes[0].open_to_all = 1;
    snprintf(plan->classes[1].code, PLAN_CODE_BYTES, "priority");
    small_name(&plan->classes[1].name, "优先", "priority");
    plan->classes[1].rate_milli = 1000;
    plan->classes[1].head_ms = 30 * MINUTE;
    plan->classes[1].open_to_all = 1;
}

static inline void small_reason(struct plan *plan, const char *code, enum plan_reason_use use) {
    struct plan_reason *reason = &plan->reasons[plan->reason_count++];
    snprintf(reason->code, sizeof reason->code, "%s", code);
    small_name(&reason->name, "午餐", "Meal");
    reason->use = (uint32_t)use;
}

static inline void small_rules(struct plan_rules *rules) {
    *rules = (struct plan_rules){.grace_ms = 2 * MINUTE,
                                 .recall_gap_ms = MINUTE / 2,
                                 .reopen_ms = 10 * MINUTE,
                                 .rating_ms = 30 * MINUTE,
                                 .recalls_max = 3,
                                 .return_places = 3,
                                 .misses_max = 3,
                                 .defers_max = 1,
                                 .defer_places = 3,
                                 .approach = 3,
                                 .walk_in = 1};
}

static inline void small_day(struct plan *plan) {
    plan->day = (struct plan_day){.date = 20261123,
                                  .begins_ms = NINE - (int64_t)300 * MINUTE,
                                  .ends_ms = NINE + (int64_t)1140 * MINUTE};
    plan->hours_count = 1;
    snprintf(plan->hours[0].code, PLAN_CODE_BYTES, "day");
    plan->hours[0].span_count = 1;
    plan->hours[0].spans[0] = (struct plan_span){NINE, NINE + (int64_t)480 * MINUTE};
}

static inline struct plan *small_plan(void) {
    struct plan *plan = calloc(1, sizeof *plan);
    snprintf(plan->code, sizeof plan->code, "quzhou");
    small_name(&plan->name, "自然人大厅", "Personal services");
    snprintf(plan->timezone, sizeof plan->timezone, "Asia/Shanghai");
    snprintf(plan->accent, sizeof plan->accent, "#0B5FA5");
    snprintf(plan->languages, sizeof plan->languages, "zh,en");
    plan->version = 7;
    small_day(plan);
    small_rules(&plan->rules);
    small_classes(plan);
    plan->board_count = 1;
    snprintf(plan->boards[0].code, PLAN_CODE_BYTES, "people");
    plan->zone_count = 2;
    snprintf(plan->zones[0].code, PLAN_CODE_BYTES, "east");
    snprintf(plan->zones[1].code, PLAN_CODE_BYTES, "west");
    small_service(plan, "A", "社保", "Social insurance");
    small_service(plan, "B", "不动产", "Housing");
    small_window(plan, 1, 0);
    small_window(plan, 3, 0);
    small_window(plan, 5, 1);
    small_reason(plan, "elderly", PLAN_REASON_PRIORITY);
    small_reason(plan, "asked", PLAN_REASON_CALL);
    small_reason(plan, "meal", PLAN_REASON_PAUSE);
    return plan;
}

// Decides and applies; the refusal's code, or 0. *first (may be NULL) gets the first event.
static inline int small_try(struct small *small, struct command command, struct event *first) {
    struct decision *decision = malloc(sizeof *decision);
    command.at = (struct moment){.hall_ms = small->now_ms, .wall_ms = small->now_ms};
    int code = hall_decide(small->hall, &command, decision);
    for (uint32_t at = 0; !code && at < decision->count; at++) {
        if (hall_apply(&small->hall, &decision->events[at]))
            code = -1;
    }
    if (first && decision->count)
        *first = decision->events[0];
    free(decision);
    return code;
}

// The same for what must go well.
static inline void small_do(struct small *small, struct command command) {
    int code = small_try(small, command, NULL);
    if (code) {
        fprintf(stderr, "command %d refused with %d\n", command.kind, code);
        abort();
    }
}

static inline uint64_t small_issue(struct small *small, const char *service, const char *klass) {
    struct command command = {.kind = COMMAND_ISSUE};
    snprintf(command.service, sizeof command.service, "%s", service);
    snprintf(command.klass, sizeof command.klass, "%s", klass);
    small_do(small, command);
    return small->hall->tickets[small->hall->ticket_count - 1].id;
}

static inline struct command small_verb(unsigned kind, uint16_t window) {
    return (struct command){.kind = (uint16_t)kind, .window = window, .actor = 12};
}

static inline struct small small_open(void) {
    struct small small = {.hall = hall_new(), .plan = small_plan(), .now_ms = NINE};
    small_do(&small, (struct command){.kind = COMMAND_OPEN_DAY, .plan = small.plan});
    return small;
}

static inline void small_close(struct small *small) {
    hall_free(small->hall);
    free(small->plan);
}

#endif
