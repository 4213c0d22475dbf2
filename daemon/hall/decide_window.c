// SPDX-License-Identifier: Apache-2.0
/*
 * What a clerk does with the window itself: open, close, pause, resume, ask for a rating again.
 *
 * Invariant: an open window has a person. Must not: touch tickets, but for the rating asked.
 */
#include <string.h>

#include "daemon/hall/decide.h"

uint32_t decide_open(struct ask *ask) {
    say_event(ask, EVENT_WINDOW_OPENED, HALL_NONE, ask->window);
    return 0;
}

uint32_t decide_close(struct ask *ask) {
    say_event(ask, EVENT_WINDOW_CLOSED, HALL_NONE, ask->window);
    return 0;
}

uint32_t decide_pause(struct ask *ask) {
    const struct command *command = ask->command;
    if (plan_reason_at(&ask->hall->plan, command->reason, PLAN_REASON_PAUSE) == PLAN_NONE)
        return refuse(ask, REFUSED_NO_REASON);
    if (command->until_ms && command->until_ms <= ask->now_ms)
        return refuse(ask, REFUSED_TIME_PAST);
    struct event *event = say_event(ask, EVENT_WINDOW_PAUSED, HALL_NONE, ask->window);
    memcpy(event->u.paused.reason, command->reason, sizeof event->u.paused.reason);
    event->u.paused.until_ms = command->until_ms;
    return 0;
}

uint32_t decide_resume(struct ask *ask) {
    say_event(ask, EVENT_WINDOW_RESUMED, HALL_NONE, ask->window);
    return 0;
}

uint32_t decide_ask_rating(struct ask *ask) {
    const struct hall *hall = ask->hall;
    int32_t last = hall->windows[ask->window].last;
    if (last == HALL_NONE)
        return refuse(ask, REFUSED_NO_TICKET);
    const struct ticket *one = &hall->tickets[last];
    if (one->state != TICKET_FINISHED || one->window != ask->window)
        return refuse_ticket(ask, REFUSED_TICKET_STATE, last);
    if (one->rated)
        return refuse(ask, REFUSED_RATED);
    if (ask->now_ms > one->ended_ms + hall->plan.rules.rating_ms)
        return refuse(ask, REFUSED_ASK_OVER);
    struct event *event = say_event(ask, EVENT_RATING_ASKED, last, ask->window);
    event->u.rating.ask = event->seq;
    return 0;
}
