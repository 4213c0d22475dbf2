// SPDX-License-Identifier: Apache-2.0
/*
 * What citizens and the desk ask of tickets: issue, cancel, return, defer, rate.
 *
 * Invariant: nobody gains a place by any of these. Must not: hold anything personal; a phone or a
 * comment goes past the hall into a side table.
 */
#include <string.h>

#include "daemon/hall/decide.h"
#include "daemon/hall/line.h"
#include "daemon/hall/series.h"
#include "daemon/hall/ticket.h"

// --- issue ---------------------------------------------------------------------------------------
static uint32_t checked_class(struct ask *ask, uint8_t *klass) {
    const struct command *command = ask->command;
    const struct plan *plan = &ask->hall->plan;
    uint16_t at = command->klass[0] ? plan_class_at(plan, command->klass) : 0;
    if (at == PLAN_NONE)
        return refuse_what(ask, REFUSED_NO_CLASS, command->klass);
    bool staff = command->by_staff || command->kind == COMMAND_WALK_IN;
    if (!plan->classes[at].open_to_all && !staff)
        return refuse(ask, REFUSED_CLASS_FOR_STAFF);
    if (plan->classes[at].needs_reason &&
        plan_reason_at(plan, command->reason, PLAN_REASON_PRIORITY) == PLAN_NONE)
        return refuse(ask, REFUSED_REASON_NEEDED);
    *klass = (uint8_t)at;
    return 0;
}

// A walk-in is at the window already: opening hours do not send it away.
uint32_t issue_checked(struct ask *ask, uint16_t service, uint8_t *klass) {
    const struct hall *hall = ask->hall;
    uint32_t code = hall_service_refuses(hall, service, ask->now_ms);
    if (code == REFUSED_SERVICE_CLOSED && ask->command->kind == COMMAND_WALK_IN)
        code = 0;
    if (code)
        return refuse_what(ask, code, ask->command->service);
    code = checked_class(ask, klass);
    if (code)
        return code;
    if (hall->ticket_count >= HALL_TICKETS_MAX)
        return refuse(ask, REFUSED_HALL_FULL);
    if (!series_next(hall, hall->plan.services[service].series))
        return refuse(ask, REFUSED_NUMBERS_EXHAUSTED);
    return 0;
}

struct event *say_issued(struct ask *ask, uint16_t service, uint8_t klass) {
    const struct command *command = ask->command;
    const struct hall *hall = ask->hall;
    uint16_t series = hall->plan.services[service].series;
    struct event *event = say_event(ask, EVENT_TICKET_ISSUED, HALL_NONE, ask->window);
    if (ask->window == PLAN_NONE)
        memcpy(event->zone, hall->plan.zones[hall->plan.services[service].zone].code,
               sizeof event->zone);
    event->ticket.id = event->seq;
    series_write(&hall->plan.series[series], series_next(hall, series), event->ticket.number);
    memcpy(event->ticket.service, hall->plan.services[service].code, PLAN_CODE_BYTES);
    memcpy(event->ticket.klass, hall->plan.classes[klass].code, PLAN_CODE_BYTES);
    event->u.issued.effective_ms = ask->now_ms;
    event->u.issued.ahead = hall_ahead_of_new(hall, service, klass, ask->now_ms);
    event->u.issued.cases = command->cases;
    event->u.issued.needs = command->needs & NEEDS_ALL;
    event->u.issued.silent = command->silent != 0;
    event->u.issued.channel = command->channel < CHANNELS ? command->channel : CHANNEL_DESK;
    event->u.issued.language = command->language;
    event->u.issued.carried_phone = command->carried_phone != 0;
    if (plan_reason_at(&hall->plan, command->reason, PLAN_REASON_PRIORITY) != PLAN_NONE)
        memcpy(event->u.issued.reason, command->reason, sizeof event->u.issued.reason);
    return event;
}

uint32_t decide_issue(struct ask *ask) {
    uint16_t service;
    uint8_t klass;
    uint32_t code = named_service(ask, &service);
    if (!code)
        code = issue_checked(ask, service, &klass);
    if (code)
        return code;
    ask->window = PLAN_NONE;
    say_issued(ask, service, klass);
    return 0;
}

// --- cancel, return, defer -----------------------------------------------------------------------
static uint32_t wrong_state(struct ask *ask) {
    bool live = ticket_is_live(ask->hall->tickets[ask->ticket].state);
    return refuse_ticket(ask, live ? REFUSED_TICKET_STATE : REFUSED_TICKET_ENDED, ask->ticket);
}

static bool may_follow(const struct ask *ask, enum event_kind kind) {
    return ticket_after(ask->hall->tickets[ask->ticket].state, kind) != STATE_IMPOSSIBLE;
}

uint32_t decide_cancel(struct ask *ask) {
    uint32_t code = named_ticket(ask);
    if (code)
        return code;
    if (!may_follow(ask, EVENT_TICKET_CANCELLED))
        return wrong_state(ask);
    struct event *event = say_event(ask, EVENT_TICKET_CANCELLED, ask->ticket, PLAN_NONE);
    const char *by = ask->command->by_staff ? "desk" : "citizen";
    memcpy(event->u.ended.by, by, strlen(by));
    return 0;
}

uint32_t decide_return(struct ask *ask) {
    uint32_t code = named_ticket(ask);
    if (code)
        return code;
    if (!may_follow(ask, EVENT_TICKET_RETURNED))
        return ticket_is_live(ask->hall->tickets[ask->ticket].state)
                   ? refuse_ticket(ask, REFUSED_NOT_MISSED, ask->ticket)
                   : wrong_state(ask);
    bool once = ask->hall->tickets[ask->ticket].misses <= 1;
    uint32_t places = once ? ask->hall->plan.rules.return_places : UINT32_MAX;
    struct event *event = say_event(ask, EVENT_TICKET_RETURNED, ask->ticket, PLAN_NONE);
    event->u.placed.places = places;
    event->u.placed.effective_ms = place_behind(ask, ask->ticket, places);
    return 0;
}

uint32_t decide_defer(struct ask *ask) {
    const struct hall *hall = ask->hall;
    uint32_t code = named_ticket(ask);
    if (code)
        return code;
    if (!may_follow(ask, EVENT_TICKET_DEFERRED))
        return wrong_state(ask);
    if (hall->tickets[ask->ticket].defers >= hall->plan.rules.defers_max)
        return refuse(ask, REFUSED_DEFERRED_BEFORE);
    uint32_t rank = line_rank(hall, line_of_const(hall, ask->ticket), ask->ticket);
    uint32_t places = rank + 1 + hall->plan.rules.defer_places; // itself is still in the line
    struct event *event = say_event(ask, EVENT_TICKET_DEFERRED, ask->ticket, PLAN_NONE);
    event->u.placed.places = places - 1;
    event->u.placed.effective_ms = place_behind(ask, ask->ticket, places);
    return 0;
}

// --- rate ----------------------------------------------------------------------------------------
static int32_t ticket_of_ask(const struct hall *hall, uint64_t seq) {
    for (uint32_t at = hall->ticket_count; at-- > 0;) {
        if (hall->tickets[at].ask == seq)
            return (int32_t)at;
    }
    return HALL_NONE;
}

static int32_t rated_ticket(struct ask *ask) {
    const struct command *command = ask->command;
    const struct hall *hall = ask->hall;
    if (command->call)
        return ticket_of_ask(hall, command->call);
    if (command->ticket)
        return hall_ticket_by_id(hall, command->ticket);
    if (command->number[0])
        return hall_ticket_by_number(hall, command->number);
    if (ask->window == PLAN_NONE || !hall->windows[ask->window].ask)
        return HALL_NONE;
    return ticket_of_ask(hall, hall->windows[ask->window].ask);
}

static uint32_t rate_refused(struct ask *ask) {
    const struct hall *hall = ask->hall;
    if (ask->command->by_staff)
        return REFUSED_RATING_BY_STAFF;
    if (ask->command->level < 1 || ask->command->level > 5)
        return REFUSED_LEVEL;
    ask->ticket = rated_ticket(ask);
    if (ask->ticket == HALL_NONE || !hall->tickets[ask->ticket].ask)
        return REFUSED_NO_ASK;
    const struct ticket *one = &hall->tickets[ask->ticket];
    if (one->rated)
        return REFUSED_RATED;
    if (one->state != TICKET_FINISHED)
        return REFUSED_NO_ASK;
    return ask->now_ms > one->asked_ms + hall->plan.rules.rating_ms ? REFUSED_ASK_OVER : 0;
}

uint32_t decide_rate(struct ask *ask) {
    uint32_t code = rate_refused(ask);
    if (code)
        return refuse(ask, code);
    const struct ticket *one = &ask->hall->tickets[ask->ticket];
    struct event *event = say_event(ask, EVENT_RATING_GIVEN, ask->ticket, one->window);
    event->u.rating.ask = one->ask;
    event->u.rating.level = ask->command->level;
    event->u.rating.channel = ask->command->rating_channel;
    return 0;
}
