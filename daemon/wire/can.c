// SPDX-License-Identifier: Apache-2.0
/*
 * What could be done now, by asking the hall itself: a command of each kind is put to hall_decide
 * and only its refusal looked at. Commands that need an argument get a sensible one (the first
 * reason of the plan, a number that waits), so that the verb is offered if any such argument works.
 *
 * hall_decide is const: nothing here can change a hall. The policy stays in the hall alone.
 */
#include "daemon/wire/can.h"

#include <stdio.h>
#include <string.h>

#include "daemon/wire/value.h"

// A window nobody has signed in at is asked about as if somebody had.
enum { SOMEBODY = 1 };

bool can_do(const struct wire_place *place, struct command command) {
    struct decision decision;
    int64_t now_ms = place->now_ms;
    if (now_ms < place->hall->now_ms) // hall time never goes backwards
        now_ms = place->hall->now_ms;
    command.at = (struct moment){.hall_ms = now_ms, .wall_ms = now_ms};
    return hall_decide(place->hall, &command, &decision) == 0;
}

static struct command at_window(const struct hall *hall, uint16_t window, unsigned kind) {
    uint32_t person = hall->windows[window].person;
    return (struct command){.kind = (uint16_t)kind,
                            .window = hall->plan.windows[window].number,
                            .actor = person ? person : SOMEBODY};
}

static void put_reason(const struct plan *plan, enum plan_reason_use use, char *out) {
    for (uint32_t at = 0; at < plan->reason_count; at++) {
        if (plan->reasons[at].use == (uint32_t)use) {
            memcpy(out, plan->reasons[at].code, PLAN_CODE_BYTES);
            return;
        }
    }
}

static bool serves(const struct hall *hall, uint16_t window, uint16_t service) {
    return service < hall->plan.service_count && hall->windows[window].weight[service];
}

// Somebody who waits for a service of this window.
static uint64_t waiting_for(const struct hall *hall, uint16_t window) {
    int32_t first = HALL_NONE;
    for (uint16_t service = 0; service < hall->plan.service_count; service++) {
        for (uint8_t klass = 0; serves(hall, window, service) && klass < hall->plan.class_count;
             klass++) {
            if (hall_line_first(hall, service, klass, &first, 1))
                return hall->tickets[first].id;
        }
    }
    return 0;
}

static uint64_t in_state(const struct hall *hall, uint16_t window, enum ticket_state state) {
    for (uint32_t at = hall->ticket_count; at-- > 0;) {
        const struct ticket *ticket = &hall->tickets[at];
        if (ticket->state == state &&
            (ticket->window == window || serves(hall, window, ticket->service)))
            return ticket->id;
    }
    return 0;
}

static void put_service(const struct hall *hall, uint16_t window, char *out) {
    for (uint16_t at = 0; at < hall->plan.service_count; at++) {
        if (serves(hall, window, at)) {
            memcpy(out, hall->plan.services[at].code, PLAN_CODE_BYTES);
            return;
        }
    }
}

// Fills in what the verb needs besides its name; false if there is no such thing just now.
static bool give_argument(const struct hall *hall, uint16_t window, struct command *command) {
    switch (command->kind) {
    case COMMAND_CALL:
        command->ticket = waiting_for(hall, window);
        put_reason(&hall->plan, PLAN_REASON_CALL, command->reason);
        return command->ticket != 0;
    case COMMAND_TAKE_LATE:
        command->ticket = in_state(hall, window, TICKET_MISSED);
        return command->ticket != 0;
    case COMMAND_UNPARK:
        command->ticket = in_state(hall, window, TICKET_PARKED);
        return command->ticket != 0;
    case COMMAND_PAUSE:
        put_reason(&hall->plan, PLAN_REASON_PAUSE, command->reason);
        return true;
    case COMMAND_FINISH:
        command->outcome = OUTCOME_DONE;
        return true;
    case COMMAND_TRANSFER:
    case COMMAND_WALK_IN:
        put_service(hall, window, command->service);
        return *command->service != '\0';
    default:
        return true;
    }
}

json_t *can_verbs(const struct wire_place *place, uint16_t window) {
    json_t *list = json_array();
    for (unsigned kind = COMMAND_OPEN; kind <= COMMAND_TAKE_BACK; kind++) {
        struct command command = at_window(place->hall, window, kind);
        if (command_verb(kind) && give_argument(place->hall, window, &command) &&
            can_do(place, command))
            value_add(&list, json_string(command_verb(kind)));
    }
    return list;
}

json_t *can_mend(const struct wire_place *place, uint16_t window, int32_t ticket) {
    static const unsigned kinds[] = {COMMAND_REOPEN, COMMAND_TAKE_BACK, COMMAND_TAKE_LATE};
    json_t *list = json_array();
    for (size_t at = 0; at < sizeof kinds / sizeof *kinds; at++) {
        struct command command = at_window(place->hall, window, kinds[at]);
        command.ticket = place->hall->tickets[ticket].id;
        if (can_do(place, command))
            value_add(&list, json_string(command_verb(kinds[at])));
    }
    return list;
}

static bool citizen_can(const struct wire_place *place, int32_t ticket, unsigned kind) {
    struct command command = {.kind = (uint16_t)kind,
                              .ticket = place->hall->tickets[ticket].id,
                              .level = 5, // only a rating has one, and any will do
                              .rating_channel = 2,
                              .call = place->hall->tickets[ticket].ask};
    if (kind == COMMAND_RATE && !command.call)
        return false;
    return can_do(place, command);
}

json_t *can_citizen(const struct wire_place *place, int32_t ticket) {
    return json_pack("{s:b, s:b, s:b, s:b}", "cancel", citizen_can(place, ticket, COMMAND_CANCEL),
                     "return", citizen_can(place, ticket, COMMAND_RETURN), "defer",
                     citizen_can(place, ticket, COMMAND_DEFER), "rate",
                     citizen_can(place, ticket, COMMAND_RATE));
}
