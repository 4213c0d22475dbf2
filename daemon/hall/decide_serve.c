// SPDX-License-Identifier: Apache-2.0
/*
 * Serving: start, finish, park, transfer, and what mends a mistake (reopen, take back).
 *
 * Invariant: every finish asks for a rating by itself; a ticket keeps its number wherever it goes.
 * Must not: know where a transferred ticket will stand but by its effective time.
 */
#include <string.h>

#include "daemon/hall/decide.h"
#include "daemon/hall/ticket.h"

uint32_t decide_start(struct ask *ask) {
    say_event(ask, EVENT_TICKET_STARTED, ask->ticket, ask->window);
    return 0;
}

// A window still serving after the day's end closes behind its last ticket.
void say_finished(struct ask *ask, int32_t ticket) {
    const struct command *command = ask->command;
    const struct ticket *one = &ask->hall->tickets[ticket];
    struct event *event = say_event(ask, EVENT_TICKET_FINISHED, ticket, ask->window);
    event->u.finished.serving_ms = one->served_ms + ask->now_ms - one->started_ms;
    event->u.finished.cases = one->cases;
    if (command->kind == COMMAND_FINISH) {
        event->u.finished.outcome = command->outcome;
        event->u.finished.delivery = command->delivery;
        event->u.finished.cases = command->cases ? command->cases : one->cases;
        memcpy(event->u.finished.decision, command->decision, sizeof event->u.finished.decision);
    }
    if (!one->rated) { // it may have been rated before it was reopened
        event = say_event(ask, EVENT_RATING_ASKED, ticket, ask->window);
        event->u.rating.ask = event->seq;
    }
    if (!ask->hall->day_open)
        say_event(ask, EVENT_WINDOW_CLOSED, HALL_NONE, ask->window);
}

uint32_t decide_finish(struct ask *ask) {
    const struct command *command = ask->command;
    if (command->outcome >= OUTCOMES || command->delivery >= DELIVERIES)
        return refuse(ask, REFUSED_NO_REASON);
    if (command->outcome == OUTCOME_REFUSED && !command->decision[0])
        return refuse(ask, REFUSED_DECISION_NEEDED);
    say_finished(ask, ask->ticket);
    return 0;
}

uint32_t decide_park(struct ask *ask) {
    if (ask->command->park >= PARK_KINDS)
        return refuse(ask, REFUSED_NO_REASON);
    struct event *event = say_event(ask, EVENT_TICKET_PARKED, ask->ticket, ask->window);
    event->u.parked.park = ask->command->park;
    return 0;
}

// --- transfer ------------------------------------------------------------------------------------
static uint16_t window_of_person(const struct hall *hall, uint32_t person) {
    for (uint16_t at = 0; at < hall->plan.window_count; at++) {
        if (hall->windows[at].person == person && hall->windows[at].state != WINDOW_CLOSED)
            return at;
    }
    return PLAN_NONE;
}

static uint32_t target_window(struct ask *ask, uint16_t *to) {
    const struct command *command = ask->command;
    *to = PLAN_NONE;
    if (command->to_window) {
        *to = plan_window_at(&ask->hall->plan, command->to_window);
        if (*to == PLAN_NONE)
            return refuse_amount(ask, REFUSED_NO_WINDOW, command->to_window);
        if (ask->hall->windows[*to].state == WINDOW_CLOSED)
            return refuse(ask, REFUSED_WINDOW_STATE);
    }
    if (!command->to_person)
        return 0;
    uint16_t theirs = window_of_person(ask->hall, command->to_person);
    if (theirs == PLAN_NONE || (*to != PLAN_NONE && *to != theirs))
        return refuse(ask, REFUSED_NOT_SIGNED_IN);
    *to = theirs;
    return 0;
}

static int64_t transfer_place(const struct ask *ask) {
    if (ask->command->place == PLACE_LAST)
        return ask->now_ms;
    return ask->hall->tickets[ask->ticket].issued_ms;
}

uint32_t decide_transfer(struct ask *ask) {
    const struct command *command = ask->command;
    const struct hall *hall = ask->hall;
    uint16_t to, service = hall->tickets[ask->ticket].service;
    uint32_t code = command->service[0] ? named_service(ask, &service) : 0;
    if (!code)
        code = target_window(ask, &to);
    if (code)
        return code;
    if (command->place >= PLACES)
        return refuse(ask, REFUSED_NO_REASON);
    if (!command->service[0] && to == PLAN_NONE) // nowhere to
        return refuse_what(ask, REFUSED_NO_SERVICE, "");
    struct event *event = say_event(ask, EVENT_TICKET_TRANSFERRED, ask->ticket, ask->window);
    event->u.transferred.effective_ms = transfer_place(ask);
    event->u.transferred.to_window = to == PLAN_NONE ? 0 : hall->plan.windows[to].number;
    event->u.transferred.to_person = command->to_person;
    event->u.transferred.place = command->place;
    memcpy(event->u.transferred.to_service, hall->plan.services[service].code, PLAN_CODE_BYTES);
    memcpy(event->u.transferred.from_service, event->ticket.service, PLAN_CODE_BYTES);
    return 0;
}

// --- mending -------------------------------------------------------------------------------------
static uint32_t last_or_named(struct ask *ask) {
    ask->ticket = ask->hall->windows[ask->window].last;
    if (names_ticket(ask->command))
        return named_ticket(ask);
    return ask->ticket == HALL_NONE ? refuse(ask, REFUSED_NO_TICKET) : 0;
}

uint32_t decide_reopen(struct ask *ask) {
    uint32_t code = last_or_named(ask);
    if (code)
        return code;
    const struct ticket *one = &ask->hall->tickets[ask->ticket];
    if (one->state != TICKET_FINISHED)
        return refuse_ticket(ask, REFUSED_TICKET_STATE, ask->ticket);
    if (one->window != ask->window)
        return refuse_ticket(ask, REFUSED_NOT_YOURS, ask->ticket);
    if (ask->now_ms > one->ended_ms + ask->hall->plan.rules.reopen_ms)
        return refuse(ask, REFUSED_TOO_LATE_TO_MEND);
    say_event(ask, EVENT_TICKET_REOPENED, ask->ticket, ask->window);
    return 0;
}

uint32_t decide_take_back(struct ask *ask) {
    const struct hall *hall = ask->hall;
    uint32_t code = last_or_named(ask);
    if (code)
        return code;
    const struct ticket *one = &hall->tickets[ask->ticket];
    if (one->from_window != PLAN_NONE && one->from_window != ask->window)
        return refuse_ticket(ask, REFUSED_NOT_YOURS, ask->ticket);
    if (one->state != TICKET_WAITING || one->from_window == PLAN_NONE)
        return refuse_ticket(ask, REFUSED_TICKET_STATE, ask->ticket);
    struct event *event = say_event(ask, EVENT_TICKET_TAKEN_BACK, ask->ticket, ask->window);
    memcpy(event->ticket.service, hall->plan.services[one->from_service].code, PLAN_CODE_BYTES);
    return 0;
}
