// SPDX-License-Identifier: Apache-2.0
/*
 * hall_decide: a command, the gates that all commands of its sort pass, and its handler.
 *
 * One table says which handler and which gates; the handlers stand by subject in decide_*.c.
 * Invariant: the hall is only read, and a refused command leaves no event behind. Whatever is
 * decided can be applied at once, in order, to this very hall. Must not: read a clock; time comes
 * with the command, and never runs backwards against the log.
 */
#include "daemon/hall/decide.h"

#include <string.h>

#include "daemon/hall/line.h"
#include "daemon/hall/series.h"
#include "daemon/hall/ticket.h"

enum gate {
    GATE_DAY = 1,    // only while a business day is open
    GATE_WINDOW = 2, // a window verb: window, person, seen_seq and state are checked
};

static const struct {
    decide_fn *decide;
    unsigned gates;
} handlers[COMMAND_KINDS] = {
    [COMMAND_TICK] = {decide_tick, 0},
    [COMMAND_OPEN_DAY] = {decide_open_day, 0},
    [COMMAND_CONFIGURE] = {decide_configure, GATE_DAY},
    [COMMAND_STOP_SERVICE] = {decide_stop, GATE_DAY},
    [COMMAND_RESUME_SERVICE] = {decide_resume_service, GATE_DAY},
    [COMMAND_ASSIGN] = {decide_assign, GATE_DAY},
    [COMMAND_EXTEND_DAY] = {decide_extend, GATE_DAY},
    [COMMAND_POST_NOTICE] = {decide_post, 0},
    [COMMAND_WITHDRAW_NOTICE] = {decide_withdraw_notice, 0},
    [COMMAND_RAISE_ALARM] = {decide_alarm, 0},
    [COMMAND_CLEAR_ALARM] = {decide_alarm, 0},
    [COMMAND_ISSUE] = {decide_issue, GATE_DAY},
    [COMMAND_CANCEL] = {decide_cancel, GATE_DAY},
    [COMMAND_RETURN] = {decide_return, GATE_DAY},
    [COMMAND_DEFER] = {decide_defer, GATE_DAY},
    [COMMAND_RATE] = {decide_rate, 0},
    [COMMAND_OPEN] = {decide_open, GATE_DAY | GATE_WINDOW},
    [COMMAND_CLOSE] = {decide_close, GATE_WINDOW},
    [COMMAND_NEXT] = {decide_next, GATE_DAY | GATE_WINDOW},
    [COMMAND_CALL] = {decide_call, GATE_DAY | GATE_WINDOW},
    [COMMAND_RECALL] = {decide_recall, GATE_DAY | GATE_WINDOW},
    [COMMAND_START] = {decide_start, GATE_DAY | GATE_WINDOW},
    [COMMAND_FINISH] = {decide_finish, GATE_WINDOW}, // also what was carried over the day's end
    [COMMAND_MISS] = {decide_miss, GATE_DAY | GATE_WINDOW},
    [COMMAND_TAKE_LATE] = {decide_take_late, GATE_DAY | GATE_WINDOW},
    [COMMAND_PARK] = {decide_park, GATE_DAY | GATE_WINDOW},
    [COMMAND_UNPARK] = {decide_unpark, GATE_DAY | GATE_WINDOW},
    [COMMAND_TRANSFER] = {decide_transfer, GATE_DAY | GATE_WINDOW},
    [COMMAND_RECYCLE] = {decide_recycle, GATE_DAY | GATE_WINDOW},
    [COMMAND_PAUSE] = {decide_pause, GATE_DAY | GATE_WINDOW},
    [COMMAND_RESUME] = {decide_resume, GATE_DAY | GATE_WINDOW},
    [COMMAND_ASK_RATING] = {decide_ask_rating, GATE_DAY | GATE_WINDOW},
    [COMMAND_WALK_IN] = {decide_walk_in, GATE_DAY | GATE_WINDOW},
    [COMMAND_WITHDRAW] = {decide_withdraw, GATE_DAY | GATE_WINDOW},
    [COMMAND_REOPEN] = {decide_reopen, GATE_DAY | GATE_WINDOW},
    [COMMAND_TAKE_BACK] = {decide_take_back, GATE_DAY | GATE_WINDOW},
    [COMMAND_SHOWN] = {decide_told, 0},
    [COMMAND_SPOKEN] = {decide_told, 0},
    [COMMAND_CALL_FAILED] = {decide_told, 0},
    [COMMAND_PRINTED] = {decide_printed, 0},
    [COMMAND_PRINT_FAILED] = {decide_printed, 0},
    [COMMAND_DEVICE_ONLINE] = {decide_device, 0},
    [COMMAND_DEVICE_OFFLINE] = {decide_device, 0},
    [COMMAND_DEVICE_FAULT] = {decide_device, 0},
};

// --- refusing ------------------------------------------------------------------------------------
uint32_t refuse_amount(struct ask *ask, uint32_t code, int64_t amount) {
    struct refusal *refusal = &ask->out->refusal;
    refusal->code = code;
    refusal->amount = amount > INT32_MAX ? INT32_MAX : (int32_t)amount;
    if (ask->window != PLAN_NONE)
        refusal->seq = ask->hall->windows[ask->window].changed;
    return code;
}

uint32_t refuse(struct ask *ask, uint32_t code) {
    return refuse_amount(ask, code, 0);
}

uint32_t refuse_what(struct ask *ask, uint32_t code, const char *what) {
    struct refusal *refusal = &ask->out->refusal;
    memset(refusal->what, 0, sizeof refusal->what);
    memcpy(refusal->what, what, strnlen(what, sizeof refusal->what - 1));
    return refuse_amount(ask, code, 0);
}

uint32_t refuse_ticket(struct ask *ask, uint32_t code, int32_t ticket) {
    char number[TICKET_NUMBER_BYTES];
    hall_ticket_number(ask->hall, ticket, number);
    return refuse_what(ask, code, number);
}

// --- saying --------------------------------------------------------------------------------------
uint32_t room_left(const struct ask *ask) {
    return HALL_EVENTS_MAX - ask->out->count;
}

static void say_ticket(const struct hall *hall, int32_t ticket, struct event *event) {
    const struct ticket *one = &hall->tickets[ticket];
    event->ticket.id = one->id;
    hall_ticket_number(hall, ticket, event->ticket.number);
    memcpy(event->ticket.service, hall->plan.services[one->service].code, PLAN_CODE_BYTES);
    memcpy(event->ticket.klass, hall->plan.classes[one->klass].code, PLAN_CODE_BYTES);
}

struct event *say_event(struct ask *ask, enum event_kind kind, int32_t ticket, uint16_t window) {
    const struct plan *plan = &ask->hall->plan;
    struct event *event = &ask->out->events[ask->out->count++];
    uint16_t zone = PLAN_NONE;
    memset(event, 0, sizeof *event);
    event->seq = ask->hall->seq + ask->out->count;
    event->at = ask->command->at;
    event->at.hall_ms = ask->now_ms;
    event->kind = (uint16_t)kind;
    event->actor = ask->command->actor;
    if (ticket != HALL_NONE) {
        say_ticket(ask->hall, ticket, event);
        zone = plan->services[ask->hall->tickets[ticket].service].zone;
    }
    if (window != PLAN_NONE) {
        event->window = plan->windows[window].number;
        zone = plan->windows[window].zone;
    }
    if (zone < plan->zone_count)
        memcpy(event->zone, plan->zones[zone].code, sizeof event->zone);
    return event;
}

// --- finding -------------------------------------------------------------------------------------
bool names_ticket(const struct command *command) {
    return command->ticket || command->number[0];
}

uint32_t named_ticket(struct ask *ask) {
    const struct command *command = ask->command;
    ask->ticket = command->ticket ? hall_ticket_by_id(ask->hall, command->ticket)
                                  : hall_ticket_by_number(ask->hall, command->number);
    return ask->ticket == HALL_NONE ? refuse(ask, REFUSED_NO_TICKET) : 0;
}

uint32_t named_service(struct ask *ask, uint16_t *service) {
    *service = plan_service_at(&ask->hall->plan, ask->command->service);
    if (*service != PLAN_NONE)
        return 0;
    return refuse_what(ask, REFUSED_NO_SERVICE, ask->command->service);
}

int64_t grace_over_ms(const struct hall *hall, int32_t ticket) {
    const struct ticket *one = &hall->tickets[ticket];
    int64_t grace_ms = hall->plan.rules.grace_ms;
    if (one->needs & (NEED_SLOW | NEED_ESCORT | NEED_VOICE))
        grace_ms *= 2;
    if (one->told_ms)
        return one->told_ms + grace_ms;
    return one->expected ? INT64_MAX : one->called_ms + grace_ms;
}

// Never earlier than its own time, so that nobody gains; and never behind the appointments to come.
int64_t place_behind(const struct ask *ask, int32_t ticket, uint32_t places) {
    const struct hall *hall = ask->hall;
    const struct line *line = line_of_const(hall, ticket);
    uint32_t count = line_count(hall, line);
    int64_t own_ms = hall->tickets[ticket].effective_ms;
    int64_t behind_ms = ask->now_ms;
    if (count && places) {
        uint32_t place = places < count ? places - 1 : count - 1;
        behind_ms = hall->tickets[line_at(hall, line, place)].effective_ms;
    }
    if (behind_ms > ask->now_ms)
        behind_ms = ask->now_ms;
    return behind_ms > own_ms ? behind_ms : own_ms;
}

uint8_t expected_devices(const struct hall *hall, uint16_t window, int32_t ticket) {
    const struct plan_window *planned = &hall->plan.windows[window];
    const struct ticket *one = ticket == HALL_NONE ? NULL : &hall->tickets[ticket];
    bool silent = one && one->silent && !(one->needs & NEED_VOICE);
    uint8_t bits = 0;
    for (uint32_t at = 0; at < planned->device_count; at++) {
        uint32_t kind = hall->plan.devices[planned->devices[at]].kind;
        if (kind == PLAN_DEVICE_BOARD || (kind == PLAN_DEVICE_SPEAKER && !silent))
            bits |= (uint8_t)(1u << at);
    }
    return bits;
}

// --- the gates -----------------------------------------------------------------------------------
static uint32_t pass_window(struct ask *ask) {
    const struct command *command = ask->command;
    if (ask->window == PLAN_NONE)
        return refuse_amount(ask, REFUSED_NO_WINDOW, command->window);
    const struct window *window = &ask->hall->windows[ask->window];
    if (!command->actor)
        return refuse(ask, REFUSED_NOT_SIGNED_IN);
    if (command->seen_seq && command->seen_seq < window->changed)
        return refuse(ask, REFUSED_WINDOW_CHANGED);
    if (command->kind == COMMAND_OPEN && window->state != WINDOW_CLOSED &&
        window->person != command->actor)
        return refuse_amount(ask, REFUSED_WINDOW_TAKEN, command->window);
    if (!window_allows(window->state, command->kind))
        return refuse(ask, REFUSED_WINDOW_STATE);
    ask->ticket = window->ticket;
    return 0;
}

static uint32_t decide(struct ask *ask) {
    unsigned kind = ask->command->kind;
    if (kind >= COMMAND_KINDS || !handlers[kind].decide)
        return 0;
    if ((handlers[kind].gates & GATE_DAY) && !ask->hall->day_open)
        return refuse(ask, REFUSED_DAY_CLOSED);
    if (handlers[kind].gates & GATE_WINDOW) {
        uint32_t code = pass_window(ask);
        if (code)
            return code;
    }
    return handlers[kind].decide(ask);
}

int hall_decide(const struct hall *hall, const struct command *command, struct decision *out) {
    struct ask ask = {.hall = hall, .command = command, .out = out, .ticket = HALL_NONE};
    out->count = 0;
    memset(&out->refusal, 0, sizeof out->refusal);
    ask.window = plan_window_at(&hall->plan, command->window);
    ask.now_ms = command->at.hall_ms > hall->now_ms ? command->at.hall_ms : hall->now_ms;
    uint32_t code = decide(&ask);
    if (code)
        out->count = 0;
    return (int)code;
}
