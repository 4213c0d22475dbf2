// SPDX-License-Identifier: Apache-2.0
/*
 * What managers do to the hall: the day and its plan, services stopped, windows assigned, notices,
 * alarms.
 *
 * Invariant: a plan is taken only when it is sound and nothing in use is missing in it. Must not:
 * keep a pointer to a plan beyond the decision.
 */
#include <string.h>

#include "daemon/hall/apply.h"
#include "daemon/hall/decide.h"

// --- the day and its plan ------------------------------------------------------------------------
// A ticket carried over whose service or window is gone cannot be kept. More than one decision
// holds: then the day is not opened yet, and the caller asks again.
static bool void_lost(struct ask *ask, const struct plan *plan) {
    const struct hall *hall = ask->hall;
    for (uint32_t at = 0; at < hall->plan.window_count; at++) {
        int32_t ticket = hall->windows[at].ticket;
        if (ticket == HALL_NONE || !remap_loses(hall, ticket, plan))
            continue;
        if (room_left(ask) < 4)
            return false;
        ask->window = (uint16_t)at;
        say_finished(ask, ticket);
    }
    ask->window = PLAN_NONE;
    return true;
}

static void say_plan(struct ask *ask, enum event_kind kind) {
    say_event(ask, kind, HALL_NONE, PLAN_NONE)->u.plan.plan = ask->command->plan;
}

uint32_t decide_open_day(struct ask *ask) {
    const struct plan *plan = ask->command->plan;
    ask->window = PLAN_NONE;
    if (ask->hall->day_open)
        return refuse(ask, REFUSED_DAY_OPEN);
    if (!plan || !remap_plan_is_sound(plan))
        return refuse_what(ask, REFUSED_PLAN_IN_USE, "plan");
    if (plan->day.date < ask->hall->plan.day.date || plan->day.ends_ms <= ask->now_ms)
        return refuse(ask, REFUSED_TIME_PAST);
    if (void_lost(ask, plan))
        say_plan(ask, EVENT_DAY_OPENED);
    return 0;
}

uint32_t decide_configure(struct ask *ask) {
    const struct plan *plan = ask->command->plan;
    char what[32];
    ask->window = PLAN_NONE;
    if (!plan || !remap_plan_is_sound(plan))
        return refuse_what(ask, REFUSED_PLAN_IN_USE, "plan");
    if (plan->day.date != ask->hall->plan.day.date)
        return refuse(ask, REFUSED_TIME_PAST);
    if (remap_missing(ask->hall, plan, what))
        return refuse_what(ask, REFUSED_PLAN_IN_USE, what);
    say_plan(ask, EVENT_HALL_CONFIGURED);
    return 0;
}

// What is open to the end of the day (the pattern "always" is in every plan) has no closing.
static int64_t latest_close_ms(const struct plan *plan) {
    int64_t latest = INT64_MIN;
    for (uint32_t at = 0; at < plan->hours_count; at++) {
        for (uint32_t span = 0; span < plan->hours[at].span_count; span++) {
            int64_t close_ms = plan->hours[at].spans[span].close_ms;
            if (close_ms > latest && close_ms < plan->day.ends_ms)
                latest = close_ms;
        }
    }
    return latest;
}

uint32_t decide_extend(struct ask *ask) {
    const struct plan *plan = &ask->hall->plan;
    int64_t until_ms = ask->command->until_ms;
    int64_t latest_ms = latest_close_ms(plan);
    if (latest_ms == INT64_MIN || until_ms <= latest_ms || until_ms <= ask->now_ms ||
        until_ms > plan->day.ends_ms)
        return refuse(ask, REFUSED_TIME_PAST);
    say_event(ask, EVENT_DAY_EXTENDED, HALL_NONE, PLAN_NONE)->u.extended.until_ms = until_ms;
    return 0;
}

// --- services and windows ------------------------------------------------------------------------
static uint32_t turn_service(struct ask *ask, enum event_kind kind) {
    uint16_t service;
    uint32_t code = named_service(ask, &service);
    if (code)
        return code;
    uint32_t stops = kind == EVENT_SERVICE_STOPPED;
    if (ask->hall->services[service].stopped == stops)
        return 0;
    struct event *event = say_event(ask, kind, HALL_NONE, PLAN_NONE);
    memcpy(event->u.service.service, ask->command->service, sizeof event->u.service.service);
    if (stops)
        memcpy(event->u.service.reason, ask->command->note, sizeof event->u.service.reason - 1);
    return 0;
}

uint32_t decide_stop(struct ask *ask) {
    return turn_service(ask, EVENT_SERVICE_STOPPED);
}

uint32_t decide_resume_service(struct ask *ask) {
    return turn_service(ask, EVENT_SERVICE_RESUMED);
}

uint32_t decide_assign(struct ask *ask) {
    const struct command *command = ask->command;
    uint32_t count = command->service_count;
    if (ask->window == PLAN_NONE)
        return refuse_amount(ask, REFUSED_NO_WINDOW, command->window);
    if (count > EVENT_SERVICES_MAX || (command->until_ms && command->until_ms <= ask->now_ms))
        return refuse(ask, REFUSED_TIME_PAST);
    for (uint32_t at = 0; at < count; at++) {
        if (plan_service_at(&ask->hall->plan, command->services[at]) == PLAN_NONE)
            return refuse_what(ask, REFUSED_NO_SERVICE, command->services[at]);
    }
    struct event *event = say_event(ask, EVENT_WINDOW_ASSIGNED, HALL_NONE, ask->window);
    event->u.assigned.count = count;
    event->u.assigned.until_ms = count ? command->until_ms : 0;
    memcpy(event->u.assigned.services, command->services, count * PLAN_CODE_BYTES);
    return 0;
}

// --- notices and alarms --------------------------------------------------------------------------
static const struct notice *notice_at(const struct hall *hall, uint64_t id) {
    for (uint32_t at = 0; at < HALL_NOTICES_MAX; at++) {
        if (hall->notices[at].id == id)
            return &hall->notices[at];
    }
    return NULL;
}

// Command words hold no zone: a notice is for the whole hall unless `code` names one.
uint32_t decide_post(struct ask *ask) {
    const struct command *command = ask->command;
    const struct plan *plan = &ask->hall->plan;
    uint16_t zone = command->code[0] ? plan_zone_at(plan, command->code) : PLAN_NONE;
    if (command->code[0] && zone == PLAN_NONE) // it would hang where nobody sees it
        return refuse_what(ask, REFUSED_NO_ZONE, command->code);
    if (!notice_at(ask->hall, 0))
        return refuse_amount(ask, REFUSED_TOO_MANY_NOTICES, HALL_NOTICES_MAX);
    if (command->until_ms && command->until_ms <= ask->now_ms)
        return refuse(ask, REFUSED_TIME_PAST);
    struct event *event = say_event(ask, EVENT_NOTICE_POSTED, HALL_NONE, PLAN_NONE);
    if (zone != PLAN_NONE)
        memcpy(event->zone, plan->zones[zone].code, sizeof event->zone);
    event->u.notice.until_ms = command->until_ms;
    event->u.notice.text = command->text;
    return 0;
}

uint32_t decide_withdraw_notice(struct ask *ask) {
    const struct notice *notice = notice_at(ask->hall, ask->command->notice);
    if (!ask->command->notice || !notice)
        return refuse(ask, REFUSED_NO_NOTICE);
    struct event *event = say_event(ask, EVENT_NOTICE_WITHDRAWN, HALL_NONE, PLAN_NONE);
    memcpy(event->zone, notice->zone, sizeof event->zone);
    event->u.notice.id = notice->id;
    return 0;
}

uint32_t decide_alarm(struct ask *ask) {
    const struct command *command = ask->command;
    bool raised = command->kind == COMMAND_RAISE_ALARM;
    struct event *event =
        say_event(ask, raised ? EVENT_ALARM_RAISED : EVENT_ALARM_CLEARED, HALL_NONE, ask->window);
    memcpy(event->u.alarm.code, command->code, sizeof event->u.alarm.code);
    memcpy(event->u.alarm.text, command->note, sizeof event->u.alarm.text - 1);
    return 0;
}
