// SPDX-License-Identifier: Apache-2.0
/*
 * Calls: the next one, a certain one, again, a late one, a parked one, a walk-in; and what undoes
 * a call or answers it with nobody coming.
 *
 * Invariant: a call that nothing has told cannot become a no-show. Must not: choose who is next
 * (order.c does).
 */
#include <string.h>

#include "daemon/hall/decide.h"
#include "daemon/hall/line.h"
#include "daemon/hall/order.h"
#include "daemon/hall/ticket.h"

// The one who, through this call, comes to the place where "get ready" is said.
static void say_approaching(struct ask *ask, int32_t called) {
    const struct hall *hall = ask->hall;
    uint32_t place = hall->plan.rules.approach;
    if (!place || hall->tickets[called].state != TICKET_WAITING)
        return;
    const struct line *line = line_of_const(hall, called);
    int32_t ticket = line_at(hall, line, place);
    if (ticket == HALL_NONE || hall->tickets[ticket].approached ||
        line_rank(hall, line, called) >= place)
        return;
    struct event *event = say_event(ask, EVENT_TICKET_APPROACHING, ticket, PLAN_NONE);
    event->u.approaching.ahead = place - 1;
}

static struct event *say_called(struct ask *ask, int32_t ticket) {
    struct event *event = say_event(ask, EVENT_TICKET_CALLED, ticket, ask->window);
    event->u.called.call = event->seq;
    event->u.called.needs = ask->hall->tickets[ticket].needs;
    event->u.called.silent = ask->hall->tickets[ticket].silent;
    event->u.called.expected = expected_devices(ask->hall, ask->window, ticket);
    return event;
}

uint32_t decide_next(struct ask *ask) {
    const struct hall *hall = ask->hall;
    const struct window *window = &hall->windows[ask->window];
    if (window->state == WINDOW_SERVING && !hall->plan.rules.next_finishes)
        return refuse(ask, REFUSED_WINDOW_STATE);
    int32_t next = order_next(hall, ask->window, ask->now_ms, NULL);
    if (next == HALL_NONE)
        return refuse(ask, REFUSED_NOBODY_WAITING);
    if (window->state == WINDOW_SERVING)
        say_finished(ask, window->ticket);
    order_next(hall, ask->window, ask->now_ms, say_called(ask, next));
    say_approaching(ask, next);
    return 0;
}

static uint32_t call_named(struct ask *ask, enum call_rule rule) {
    struct event *event = say_called(ask, ask->ticket);
    event->u.called.rule = (uint8_t)rule;
    order_why(ask->hall, ask->window, ask->ticket, event);
    if (rule == RULE_HAND)
        memcpy(event->u.called.reason, ask->command->reason, sizeof event->u.called.reason);
    say_approaching(ask, ask->ticket);
    return 0;
}

static uint32_t not_served_here(struct ask *ask) {
    const struct ticket *one = &ask->hall->tickets[ask->ticket];
    if (one->to_window != PLAN_NONE && one->to_window != ask->window)
        return refuse_ticket(ask, REFUSED_NOT_YOURS, ask->ticket);
    if (one->to_window != ask->window && !ask->hall->windows[ask->window].weight[one->service])
        return refuse_what(ask, REFUSED_NOT_SERVED_HERE,
                           ask->hall->plan.services[one->service].code);
    return 0;
}

static uint32_t not_in_state(struct ask *ask, unsigned state, uint32_t code) {
    unsigned is = ask->hall->tickets[ask->ticket].state;
    if (is == state)
        return 0;
    return refuse_ticket(ask, ticket_is_live(is) ? code : REFUSED_TICKET_ENDED, ask->ticket);
}

uint32_t decide_call(struct ask *ask) {
    uint32_t code = named_ticket(ask);
    if (!code)
        code = not_in_state(ask, TICKET_WAITING, REFUSED_TICKET_STATE);
    if (!code)
        code = not_served_here(ask);
    if (code)
        return code;
    if (plan_reason_at(&ask->hall->plan, ask->command->reason, PLAN_REASON_CALL) == PLAN_NONE)
        return refuse(ask, REFUSED_NO_REASON);
    return call_named(ask, RULE_HAND);
}

uint32_t decide_take_late(struct ask *ask) {
    uint32_t code = named_ticket(ask);
    if (!code)
        code = not_in_state(ask, TICKET_MISSED, REFUSED_NOT_MISSED);
    if (code)
        return code;
    uint16_t service = ask->hall->tickets[ask->ticket].service;
    if (!ask->hall->windows[ask->window].weight[service] &&
        ask->hall->tickets[ask->ticket].window != ask->window)
        return refuse_what(ask, REFUSED_NOT_SERVED_HERE, ask->hall->plan.services[service].code);
    return call_named(ask, RULE_LATE);
}

static uint32_t unpark_refused(struct ask *ask) {
    const struct ticket *one = &ask->hall->tickets[ask->ticket];
    uint32_t code = not_in_state(ask, TICKET_PARKED, REFUSED_TICKET_STATE);
    if (code || one->window == ask->window)
        return code;
    if (one->park != PARK_AWAY)
        return refuse_ticket(ask, REFUSED_NOT_YOURS, ask->ticket);
    if (ask->hall->windows[ask->window].weight[one->service])
        return 0;
    return refuse_what(ask, REFUSED_NOT_SERVED_HERE, ask->hall->plan.services[one->service].code);
}

// Who went away has to be called; who stayed goes straight on.
uint32_t decide_unpark(struct ask *ask) {
    uint32_t code = 0;
    ask->ticket = ask->hall->windows[ask->window].last;
    if (names_ticket(ask->command))
        code = named_ticket(ask);
    else if (ask->ticket == HALL_NONE)
        code = refuse(ask, REFUSED_NO_TICKET);
    if (!code)
        code = unpark_refused(ask);
    if (code)
        return code;
    if (ask->hall->tickets[ask->ticket].park == PARK_AWAY)
        return call_named(ask, RULE_UNPARKED);
    struct event *event = say_event(ask, EVENT_TICKET_UNPARKED, ask->ticket, ask->window);
    event->u.parked.park = ask->hall->tickets[ask->ticket].park;
    return 0;
}

uint32_t decide_recall(struct ask *ask) {
    const struct ticket *one = &ask->hall->tickets[ask->ticket];
    const struct plan_rules *rules = &ask->hall->plan.rules;
    int64_t due_ms = one->recalled_ms + rules->recall_gap_ms;
    if (one->recalls >= rules->recalls_max)
        return refuse_amount(ask, REFUSED_RECALLS_USED, one->recalls);
    if (ask->now_ms < due_ms)
        return refuse_amount(ask, REFUSED_RECALL_TOO_SOON, (due_ms - ask->now_ms + 999) / 1000);
    struct event *event = say_event(ask, EVENT_TICKET_RECALLED, ask->ticket, ask->window);
    event->u.recalled.call = one->call;
    event->u.recalled.times = one->recalls + 1u;
    event->u.recalled.needs = one->needs;
    event->u.recalled.silent = one->silent;
    event->u.recalled.expected = expected_devices(ask->hall, ask->window, ask->ticket);
    return 0;
}

// The new ticket is not in the hall yet: its three events are said from the first of them.
uint32_t decide_walk_in(struct ask *ask) {
    uint16_t service;
    uint8_t klass;
    uint32_t code = named_service(ask, &service);
    if (!code)
        code = issue_checked(ask, service, &klass);
    if (code)
        return code;
    if (!ask->hall->windows[ask->window].weight[service])
        return refuse_what(ask, REFUSED_NOT_SERVED_HERE, ask->command->service);
    struct event *issued = say_issued(ask, service, klass);
    issued->u.issued.channel = CHANNEL_WINDOW;
    struct event *called = say_event(ask, EVENT_TICKET_CALLED, HALL_NONE, ask->window);
    called->ticket = issued->ticket;
    called->u.called.call = called->seq;
    called->u.called.rule = RULE_WALK_IN;
    called->u.called.needs = issued->u.issued.needs;
    called->u.called.silent = issued->u.issued.silent;
    say_event(ask, EVENT_TICKET_STARTED, HALL_NONE, ask->window)->ticket = issued->ticket;
    return 0;
}

uint32_t decide_withdraw(struct ask *ask) {
    int32_t own = ask->ticket;
    uint32_t code = names_ticket(ask->command) ? named_ticket(ask) : 0;
    if (code)
        return code;
    if (ask->ticket != own)
        return refuse_ticket(ask, REFUSED_NOT_YOURS, ask->ticket);
    struct event *event = say_event(ask, EVENT_TICKET_WITHDRAWN, own, ask->window);
    event->u.placed.effective_ms = ask->hall->tickets[own].effective_ms;
    return 0;
}

uint32_t decide_recycle(struct ask *ask) {
    uint32_t places = ask->hall->plan.rules.return_places;
    struct event *event = say_event(ask, EVENT_TICKET_RECYCLED, ask->ticket, ask->window);
    event->u.placed.places = places;
    event->u.placed.effective_ms = place_behind(ask, ask->ticket, places);
    return 0;
}

void say_missed(struct ask *ask, int32_t ticket) {
    const struct ticket *one = &ask->hall->tickets[ticket];
    uint32_t most = ask->hall->plan.rules.misses_max;
    struct event *event = say_event(ask, EVENT_TICKET_MISSED, ticket, one->window);
    event->u.missed.misses = one->misses + 1u;
    if (most && one->misses + 1u >= most) {
        event = say_event(ask, EVENT_TICKET_VOIDED, ticket, PLAN_NONE);
        memcpy(event->u.ended.by, "misses", sizeof "misses");
    }
}

uint32_t decide_miss(struct ask *ask) {
    int64_t over_ms = grace_over_ms(ask->hall, ask->ticket);
    if (over_ms == INT64_MAX)
        return refuse(ask, REFUSED_NOT_TOLD);
    if (ask->now_ms < over_ms)
        return refuse_amount(ask, REFUSED_GRACE, (over_ms - ask->now_ms + 999) / 1000);
    say_missed(ask, ask->ticket);
    return 0;
}
