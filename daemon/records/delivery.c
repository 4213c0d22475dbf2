// SPDX-License-Identifier: Apache-2.0
/*
 * Four things are told to who left a phone number: the ticket was taken, it is nearly their turn,
 * they are called, they were missed. Each has a time after which it helps nobody.
 *
 * Invariant: what follows depends on the event, the ticket's flag and the rules only, not on what
 * the ticket became meanwhile. Must not: know texts, phones, hooks or caps.
 */
#include "daemon/records/delivery.h"

#include <string.h>

#include "daemon/hall/ticket.h"

enum { PAUSE_MS = 5000, PAUSE_MOST_MS = 300000, CALL_LEAST_MS = 120000 };

static const int64_t lasts_ms[MESSAGES] = {
    [MESSAGE_ISSUED] = 600000,
    [MESSAGE_APPROACHING] = 300000,
    [MESSAGE_CALLED] = CALL_LEAST_MS, // or the grace, if that is longer
    [MESSAGE_MISSED] = 1800000,
};

// The kind of message an event leads to, MESSAGES if to none.
static uint32_t kind_of(const struct hall *hall, const struct event *event) {
    switch (event->kind) {
    case EVENT_TICKET_ISSUED:
        return MESSAGE_ISSUED;
    case EVENT_TICKET_APPROACHING:
        return MESSAGE_APPROACHING;
    case EVENT_TICKET_CALLED: // who came late or without a ticket stands at the window
        return event->u.called.rule == RULE_LATE || event->u.called.rule == RULE_WALK_IN
                   ? MESSAGES
                   : MESSAGE_CALLED;
    case EVENT_TICKET_MISSED: // the last miss voids it: there is no way back to tell of
        return event->u.missed.misses >= hall->plan.rules.misses_max ? MESSAGES : MESSAGE_MISSED;
    default:
        return MESSAGES;
    }
}

static int64_t deadline_ms(const struct hall *hall, const struct event *event, uint32_t kind) {
    int64_t last = lasts_ms[kind], end_ms;
    if (kind == MESSAGE_CALLED && hall->plan.rules.grace_ms > last)
        last = hall->plan.rules.grace_ms;
    end_ms = event->at.hall_ms + last;
    return end_ms < hall->plan.day.ends_ms ? end_ms : hall->plan.day.ends_ms;
}

bool delivery_follows(const struct hall *hall, const struct event *event, struct row *row) {
    uint32_t kind = kind_of(hall, event);
    int32_t ticket = kind == MESSAGES ? HALL_NONE : hall_ticket_by_id(hall, event->ticket.id);
    if (ticket == HALL_NONE || !hall->tickets[ticket].phone)
        return false;
    memset(row, 0, sizeof *row);
    row->kind = ROW_DELIVERY;
    row->u.delivery = (struct row_delivery){
        .seq = event->seq,
        .ticket = event->ticket.id,
        .date = hall->plan.day.date,
        .kind = kind,
        .state = DELIVERY_WAITING,
        .next_ms = event->at.hall_ms,
        .deadline_ms = deadline_ms(hall, event, kind),
        .target = "sms",
    };
    return true;
}

bool delivery_is_wanted(const struct hall *hall, const struct row_delivery *delivery,
                        int64_t now_ms) {
    int32_t at = hall_ticket_by_id(hall, delivery->ticket);
    const struct ticket *ticket = at == HALL_NONE ? NULL : &hall->tickets[at];
    if (!ticket || now_ms >= delivery->deadline_ms)
        return false;
    switch (delivery->kind) {
    case MESSAGE_ISSUED:
    case MESSAGE_APPROACHING:
        return ticket->state == TICKET_WAITING;
    case MESSAGE_CALLED:
        return ticket->state == TICKET_CALLED && ticket->call == delivery->seq;
    case MESSAGE_MISSED:
        return ticket->state == TICKET_MISSED;
    default:
        return false;
    }
}

int64_t delivery_pause_ms(uint32_t attempts) {
    int64_t pause_ms = PAUSE_MS;
    while (attempts-- > 1 && pause_ms < PAUSE_MOST_MS)
        pause_ms *= 2;
    return pause_ms < PAUSE_MOST_MS ? pause_ms : PAUSE_MOST_MS;
}

int64_t delivery_forget_ms(const struct hall *hall, uint64_t ticket) {
    int32_t at = hall_ticket_by_id(hall, ticket);
    const struct ticket *one = at == HALL_NONE ? NULL : &hall->tickets[at];
    if (!one || one->state == TICKET_CANCELLED || one->state == TICKET_VOID)
        return 0;
    if (one->state == TICKET_FINISHED)
        return one->ended_ms + hall->plan.rules.reopen_ms;
    return INT64_MAX;
}
