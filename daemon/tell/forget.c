// SPDX-License-Identifier: Apache-2.0
/*
 * A list of tickets whose phone is to be forgotten, and when. It is made anew at each start from
 * the contacts in the database, so nothing is forgotten to be forgotten.
 *
 * Invariant: a place leaves the list only when the row is gone from the disk, or the ticket lives
 * again (reopened). Must not: read a contact's box.
 */
#include "daemon/tell/forget.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/loop.h"
#include "daemon/journal/journal.h"
#include "daemon/pipeline.h"
#include "daemon/records/delivery.h"

enum { AGAIN_MS = 2000, LOOK_MOST_MS = 60000 };

struct ended {
    struct ended *next;
    uint64_t ticket;
    int64_t at_ms;         // hall time
    struct errand *errand; // asked for, NULL = not yet
};

struct errand {
    struct ended *place; // NULL = freed meanwhile
    struct forget *forget;
};

struct forget {
    struct tell_room *room;
    struct loop_timer *timer;
    struct ended *first;
    int32_t oldest; // date of the oldest contact or delivery seen at the start, 0 = none
};

static const struct hall *settled_of(const struct forget *forget) {
    return pipeline_settled(forget->room->house.pipeline);
}

static void drop(struct forget *forget, struct ended *place) {
    struct ended **at = &forget->first;
    while (*at != place)
        at = &(*at)->next;
    *at = place->next;
    free(place);
}

static void erased(void *context, const struct answer *answer) {
    struct errand *errand = context;
    struct ended *place = errand->place;
    struct forget *forget = errand->forget;
    bool done = answer->kind == ANSWER_DONE || answer->kind == ANSWER_REPEATED;
    free(errand);
    if (!place)
        return;
    place->errand = NULL;
    if (done)
        drop(forget, place);
    else
        loop_timer_set(forget->timer, AGAIN_MS);
}

static void erase(struct forget *forget, struct ended *place) {
    struct row row = {.kind = ROW_CONTACT_END, .u.end.ticket = place->ticket};
    struct pipeline_ask ask = {.rows = &row, .row_count = 1, .answer = erased};
    place->errand = malloc(sizeof *place->errand);
    if (!place->errand)
        return;
    *place->errand = (struct errand){place, forget};
    ask.context = place->errand;
    pipeline_ask(forget->room->house.pipeline, &ask);
}

static void look(void *context) {
    struct forget *forget = context;
    int64_t now_ms = pipeline_now(forget->room->house.pipeline).hall_ms, next_ms = LOOK_MOST_MS;
    struct ended *place = forget->first, *next;
    for (; place; place = next) {
        next = place->next;
        if (place->errand)
            continue;
        place->at_ms = delivery_forget_ms(settled_of(forget), place->ticket);
        if (place->at_ms == INT64_MAX)
            drop(forget, place); // it lives again: its next end is told too
        else if (place->at_ms <= now_ms)
            erase(forget, place);
        else if (place->at_ms - now_ms < next_ms)
            next_ms = place->at_ms - now_ms;
    }
    loop_timer_set(forget->timer, forget->first ? next_ms : -1);
}

static void add(struct forget *forget, uint64_t ticket) {
    struct ended *place;
    for (place = forget->first; place; place = place->next)
        if (place->ticket == ticket)
            return;
    place = calloc(1, sizeof *place);
    if (!place)
        return; // found again at the next start, and gone with the day's key anyway
    place->ticket = ticket;
    place->next = forget->first;
    forget->first = place;
    loop_timer_set(forget->timer, 0);
}

static void erase_before(struct forget *forget, int32_t date) {
    struct row rows[] = {{.kind = ROW_CONTACT_END, .u.end.date = date},
                         {.kind = ROW_DELIVERY_END, .u.end.date = date}};
    struct pipeline_ask ask = {.rows = rows, .row_count = 2};
    pipeline_ask(forget->room->house.pipeline, &ask);
}

void forget_told(struct forget *forget, const struct hall *settled, const struct event *event) {
    int32_t at;
    if (event->kind == EVENT_DAY_OPENED)
        erase_before(forget, settled->plan.day.date);
    if (event->kind != EVENT_TICKET_FINISHED && event->kind != EVENT_TICKET_CANCELLED &&
        event->kind != EVENT_TICKET_VOIDED)
        return;
    at = hall_ticket_by_id(settled, event->ticket.id);
    if (at != HALL_NONE && settled->tickets[at].phone)
        add(forget, event->ticket.id);
}

static void seen(void *context, const struct row *row) {
    struct forget *forget = context;
    int32_t date = row->kind == ROW_CONTACT ? row->u.secret.date : row->u.delivery.date;
    if (!forget->oldest || date < forget->oldest)
        forget->oldest = date;
    if (row->kind == ROW_CONTACT &&
        delivery_forget_ms(settled_of(forget), row->u.secret.ticket) != INT64_MAX)
        add(forget, row->u.secret.ticket);
}

struct forget *forget_new(struct tell_room *room) {
    struct forget *forget = calloc(1, sizeof *forget);
    int32_t today = pipeline_settled(room->house.pipeline)->plan.day.date;
    if (!forget)
        return NULL;
    forget->room = room;
    forget->timer = loop_timer_new(room->house.loop, look, forget);
    if (!forget->timer || journal_rows(room->house.journal, ROW_CONTACT, seen, forget) ||
        journal_rows(room->house.journal, ROW_DELIVERY, seen, forget)) {
        log_error("tell", "contacts to be erased cannot be looked through");
        forget_free(forget);
        return NULL;
    }
    if (forget->oldest && forget->oldest < today)
        erase_before(forget, today);
    return forget;
}

void forget_free(struct forget *forget) {
    struct ended *place, *next;
    if (!forget)
        return;
    for (place = forget->first; place; place = next) {
        next = place->next;
        if (place->errand)
            place->errand->place = NULL;
        free(place);
    }
    loop_timer_free(forget->timer);
    free(forget);
}
