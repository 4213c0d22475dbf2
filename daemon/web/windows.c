// SPDX-License-Identifier: Apache-2.0
/*
 * A window: what it shows, its verbs, and why a call was made. Which verb may be used when is the
 * hall's matter; here a verb is only a command with the body's fields.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/web/act.h"
#include "daemon/web/handlers.h"
#include "daemon/web/reply.h"

static bool exists(struct request *request) {
    struct refusal refusal = {.code = REFUSED_NO_WINDOW, .amount = request->at.n};
    if (plan_window_at(&web_hall(request->web)->plan, request->at.n) != PLAN_NONE)
        return true;
    reply_refusal(request, &refusal, NULL);
    return false;
}

void window_get(struct request *request) {
    struct wire_place place = web_place(request->web, web_hall(request->web));
    if (exists(request))
        reply_json(request, 200, web_window(&place, request->at.n));
}

void window_queue(struct request *request) {
    struct wire_place place = web_place(request->web, web_hall(request->web));
    if (exists(request))
        reply_json(request, 200,
                   wire_queue(&place, plan_window_at(&place.hall->plan, request->at.n)));
}

// --- verbs -------------------------------------------------------------------------------------

static const struct event *call_among(const struct event *events, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (events[i].kind == EVENT_TICKET_CALLED)
            return &events[i];
    return NULL;
}

static void send_window(struct request *request, const struct hall *hall, uint64_t id,
                        const struct event *called) {
    struct wire_place place = web_place(request->web, hall);
    int32_t ticket = id ? hall_ticket_by_id(hall, id) : HALL_NONE;
    json_t *body = json_pack("{s:o*}", "window", web_window(&place, request->at.n));
    if (ticket != HALL_NONE) {
        json_object_set_new(body, "ticket", wire_ticket_ref(hall, ticket));
        json_object_set_new(body, "told", wire_told(&place, ticket));
    }
    if (called)
        json_object_set_new(body, "why", wire_why(&place, called));
    reply_json(request, 200, body);
}

struct repeated { // what a repeated answer still lacks
    uint64_t last, ticket;
};

static void repeated_read(void *context, const struct journal_page *page) {
    struct request *request = context;
    const struct repeated *repeated = request->more;
    size_t count = 0;
    if (!request_back(request))
        return;
    while (count < page->count && page->events[count].seq <= repeated->last)
        count++;
    send_window(request, web_hall(request->web), repeated->ticket, call_among(page->events, count));
}

// The answer that was lost is made again, from the events that it told of.
static void repeat(struct request *request, const struct answer *answer) {
    struct repeated *repeated = malloc(sizeof *repeated);
    if (!repeated) {
        reply_problem(request, PROBLEM_BUSY);
        return;
    }
    *repeated = (struct repeated){.last = answer->last, .ticket = answer->ticket};
    free(request->more);
    request->more = repeated;
    request_wait(request);
    if (!journal_read(request->web->house.journal, answer->first - 1, HALL_EVENTS_MAX,
                      repeated_read, request))
        return;
    request->waits = false;
    reply_problem(request, PROBLEM_BUSY);
}

static void verb_done(struct request *request, const struct answer *answer) {
    if (answer->kind == ANSWER_REPEATED && answer->first)
        repeat(request, answer);
    else
        send_window(request, answer->hall, answer->ticket,
                    call_among(answer->events, answer->event_count));
}

void window_verb(struct request *request) {
    struct command command = {.window = request->at.n};
    struct wire_fault fault = {0};
    command.kind = (uint16_t)command_verbed(request->at.verb);
    if (command.kind == COMMAND_NONE) {
        reply_problem(request, PROBLEM_NO_PATH);
        return;
    }
    if (!exists(request))
        return;
    if (wire_command(request->body, &command, NULL, &fault)) {
        reply_fault(request, PROBLEM_VALUE, &fault);
        return;
    }
    request->done = verb_done;
    request_ask(request, &command, NULL, 0);
}

static void assign_done(struct request *request, const struct answer *answer) {
    send_window(request, answer->hall, 0, NULL);
}

void window_assign(struct request *request) {
    struct command command = {.kind = COMMAND_ASSIGN, .window = request->at.n};
    struct wire_fault fault = {0};
    char which[8];
    if (!exists(request))
        return;
    if (wire_command(request->body, &command, NULL, &fault)) {
        reply_fault(request, PROBLEM_VALUE, &fault);
        return;
    }
    snprintf(which, sizeof which, "%u", request->at.n);
    request->done = assign_done;
    act_ask(request, &command, "window.assign", which);
}

// --- why ---------------------------------------------------------------------------------------

static void why_read(void *context, const struct journal_page *page) {
    struct request *request = context;
    struct wire_place place;
    const struct event *event = page->count ? &page->events[0] : NULL;
    struct refusal refusal = {.code = REFUSED_NO_CALL};
    if (!request_back(request))
        return;
    place = web_place(request->web, web_hall(request->web));
    if (page->error)
        reply_problem(request, PROBLEM_BUSY);
    else if (event && event->seq == request->at.seq && event->kind == EVENT_TICKET_CALLED)
        reply_json(request, 200, wire_why(&place, event));
    else
        reply_refusal(request, &refusal, NULL);
}

void call_why(struct request *request) {
    request_wait(request);
    if (!journal_read(request->web->house.journal, request->at.seq - 1, 1, why_read, request))
        return;
    request->waits = false;
    reply_problem(request, PROBLEM_BUSY);
}
