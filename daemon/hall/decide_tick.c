// SPDX-License-Identifier: Apache-2.0
/*
 * What time alone leads to: a grace over, an unanswered rating, an assignment or a notice at its
 * end, and the end of the day in slices of one decision.
 *
 * Invariant: hall_next_deadline and decide_tick ask the same `*_due_ms`, so a tick that comes in
 * time always has something to do, and asking stops when all is done. Must not: leave a ticket
 * behind at the day's end, but those whose service began not long before.
 */
#include <string.h>

#include "daemon/hall/decide.h"
#include "daemon/hall/ticket.h"

enum { FORGOTTEN_MS = 4 * 3600 * 1000 }; // longer than any service

static int64_t miss_due_ms(const struct hall *hall, uint32_t window) {
    const struct window *at = &hall->windows[window];
    if (!hall->plan.rules.miss_automatic || at->state != WINDOW_CALLING)
        return INT64_MAX;
    return grace_over_ms(hall, at->ticket);
}

static int64_t rating_due_ms(const struct hall *hall, uint32_t window) {
    const struct window *at = &hall->windows[window];
    return at->ask ? at->asked_ms + hall->plan.rules.rating_ms + 1 : INT64_MAX;
}

static int64_t assigned_due_ms(const struct hall *hall, uint32_t window) {
    const struct window *at = &hall->windows[window];
    return at->assigned && at->assigned_until_ms ? at->assigned_until_ms : INT64_MAX;
}

static int64_t notice_due_ms(const struct notice *notice) {
    return notice->id && notice->until_ms ? notice->until_ms : INT64_MAX;
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

int64_t hall_next_deadline(const struct hall *hall) {
    int64_t due_ms = hall->day_open ? hall->plan.day.ends_ms : INT64_MAX;
    for (uint32_t at = 0; at < hall->plan.window_count; at++) {
        due_ms = least(due_ms, miss_due_ms(hall, at));
        due_ms = least(due_ms, rating_due_ms(hall, at));
        due_ms = least(due_ms, assigned_due_ms(hall, at));
    }
    for (uint32_t at = 0; at < HALL_NOTICES_MAX; at++)
        due_ms = least(due_ms, notice_due_ms(&hall->notices[at]));
    return due_ms;
}

// --- the day's end -------------------------------------------------------------------------------
static void void_tickets(struct ask *ask) {
    const struct hall *hall = ask->hall;
    for (uint32_t at = 0; at < hall->ticket_count && room_left(ask); at++) {
        const struct ticket *one = &hall->tickets[at];
        if (!ticket_is_live(one->state) || one->state == TICKET_SERVING)
            continue;
        uint16_t window = one->state == TICKET_CALLED ? one->window : PLAN_NONE;
        struct event *event = say_event(ask, EVENT_TICKET_VOIDED, (int32_t)at, window);
        memcpy(event->u.ended.by, "day-end", sizeof "day-end");
    }
}

// Somebody went home without "finish". Carried on, such a ticket would keep its person's session
// and its whole day, and the days behind it, in use for ever.
static void finish_forgotten(struct ask *ask) {
    const struct hall *hall = ask->hall;
    for (uint16_t at = 0; at < hall->plan.window_count && room_left(ask); at++) {
        int32_t ticket = hall->windows[at].ticket;
        if (hall->windows[at].state != WINDOW_SERVING ||
            ask->now_ms - hall->tickets[ticket].started_ms < FORGOTTEN_MS)
            continue;
        struct event *event = say_event(ask, EVENT_TICKET_FINISHED, ticket, at);
        event->u.finished.serving_ms =
            hall->tickets[ticket].served_ms + ask->now_ms - hall->tickets[ticket].started_ms;
        event->u.finished.cases = hall->tickets[ticket].cases;
    }
}

static void close_windows(struct ask *ask) {
    const struct hall *hall = ask->hall;
    for (uint16_t at = 0; at < hall->plan.window_count && room_left(ask); at++) {
        uint32_t state = hall->windows[at].state;
        if (state == WINDOW_OPEN || state == WINDOW_PAUSED)
            say_event(ask, EVENT_WINDOW_CLOSED, HALL_NONE, at);
    }
}

static void close_day(struct ask *ask) {
    const struct hall *hall = ask->hall;
    struct event *event = say_event(ask, EVENT_DAY_CLOSED, HALL_NONE, PLAN_NONE);
    event->u.day.date = hall->plan.day.date;
    for (uint32_t at = 0; at < hall->plan.service_count; at++) {
        event->u.day.issued += hall->services[at].issued;
        event->u.day.finished += hall->services[at].finished;
        event->u.day.missed += hall->services[at].missed;
        event->u.day.cancelled += hall->services[at].cancelled;
        event->u.day.voided += hall->services[at].voided;
    }
}

// Each step waits until the one before has been applied, which the next tick sees.
static void end_day(struct ask *ask) {
    void_tickets(ask);
    finish_forgotten(ask);
    if (!ask->out->count)
        close_windows(ask);
    if (!ask->out->count)
        close_day(ask);
}

// --- what else is due ----------------------------------------------------------------------------
static void tick_window(struct ask *ask, uint16_t at) {
    const struct hall *hall = ask->hall;
    if (assigned_due_ms(hall, at) <= ask->now_ms)
        say_event(ask, EVENT_WINDOW_ASSIGNED, HALL_NONE, at);
    if (miss_due_ms(hall, at) <= ask->now_ms)
        say_missed(ask, hall->windows[at].ticket);
    if (rating_due_ms(hall, at) > ask->now_ms)
        return;
    for (uint32_t ticket = hall->ticket_count; ticket-- > 0;) {
        if (hall->tickets[ticket].ask != hall->windows[at].ask)
            continue;
        struct event *event = say_event(ask, EVENT_RATING_EXPIRED, (int32_t)ticket, at);
        event->u.rating.ask = hall->windows[at].ask;
        return;
    }
}

static void tick_notices(struct ask *ask) {
    for (uint32_t at = 0; at < HALL_NOTICES_MAX && room_left(ask); at++) {
        const struct notice *notice = &ask->hall->notices[at];
        if (notice_due_ms(notice) > ask->now_ms)
            continue;
        struct event *event = say_event(ask, EVENT_NOTICE_WITHDRAWN, HALL_NONE, PLAN_NONE);
        memcpy(event->zone, notice->zone, sizeof event->zone);
        event->u.notice.id = notice->id;
    }
}

uint32_t decide_tick(struct ask *ask) {
    const struct hall *hall = ask->hall;
    ask->window = PLAN_NONE;
    if (hall->day_open && ask->now_ms >= hall->plan.day.ends_ms) {
        end_day(ask);
        return 0;
    }
    for (uint16_t at = 0; at < hall->plan.window_count && room_left(ask) >= 4; at++)
        tick_window(ask, at);
    tick_notices(ask);
    return 0;
}
