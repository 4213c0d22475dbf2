// SPDX-License-Identifier: Apache-2.0
/*
 * What devices say: a call shown or spoken (or not), a slip printed (or not), here or gone.
 *
 * Devices repeat themselves: what is known already leads to nothing, and is no refusal. Must not:
 * believe a device about a window that is not its own.
 */
#include <string.h>

#include "daemon/hall/decide.h"

// The ticket whose first or last call this was.
static int32_t called_ticket(const struct hall *hall, uint64_t call) {
    for (uint32_t at = 0; call && at < hall->plan.window_count; at++) {
        int32_t ticket = hall->windows[at].ticket;
        if (ticket != HALL_NONE &&
            (hall->tickets[ticket].call == call || hall->tickets[ticket].last_call == call))
            return ticket;
    }
    for (uint32_t at = hall->ticket_count; call && at-- > 0;) {
        if (hall->tickets[at].call == call || hall->tickets[at].last_call == call)
            return (int32_t)at;
    }
    return HALL_NONE;
}

static uint8_t bit_of(const struct plan *plan, uint16_t window, uint16_t device) {
    for (uint32_t at = 0; at < plan->windows[window].device_count; at++) {
        if (plan->windows[window].devices[at] == device)
            return (uint8_t)(1u << at);
    }
    return 0;
}

static void say_told(struct ask *ask) {
    static const uint8_t kinds[COMMAND_KINDS] = {[COMMAND_SHOWN] = EVENT_CALL_SHOWN,
                                                 [COMMAND_SPOKEN] = EVENT_CALL_SPOKEN,
                                                 [COMMAND_CALL_FAILED] = EVENT_CALL_FAILED};
    const struct command *command = ask->command;
    const struct ticket *one = &ask->hall->tickets[ask->ticket];
    int64_t since_ms = command->call == one->call ? one->called_ms : one->recalled_ms;
    struct event *event =
        say_event(ask, (enum event_kind)kinds[command->kind], ask->ticket, one->window);
    event->u.told.call = command->call;
    event->u.told.after_ms = (uint32_t)(ask->now_ms - since_ms);
    memcpy(event->device, command->device, sizeof event->device);
    if (command->kind == COMMAND_CALL_FAILED)
        memcpy(event->u.told.error, command->note, sizeof event->u.told.error - 1);
}

uint32_t decide_told(struct ask *ask) {
    const struct plan *plan = &ask->hall->plan;
    uint16_t device = plan_device_at(plan, ask->command->device);
    ask->window = PLAN_NONE;
    if (device == PLAN_NONE)
        return refuse_what(ask, REFUSED_NO_DEVICE, ask->command->device);
    ask->ticket = called_ticket(ask->hall, ask->command->call);
    if (ask->ticket == HALL_NONE || ask->hall->tickets[ask->ticket].window == PLAN_NONE)
        return refuse(ask, REFUSED_NO_CALL);
    const struct ticket *one = &ask->hall->tickets[ask->ticket];
    uint8_t bit = bit_of(plan, one->window, device);
    if (!bit)
        return refuse_what(ask, REFUSED_NOT_EXPECTED, ask->command->device);
    bool known =
        (one->told & bit) || (ask->command->kind == COMMAND_CALL_FAILED && (one->failed & bit));
    bool late = one->state != TICKET_CALLED && one->state != TICKET_SERVING;
    if (!known && !late)
        say_told(ask);
    return 0;
}

uint32_t decide_printed(struct ask *ask) {
    const struct command *command = ask->command;
    bool failed = command->kind == COMMAND_PRINT_FAILED;
    if (plan_device_at(&ask->hall->plan, command->device) == PLAN_NONE)
        return refuse_what(ask, REFUSED_NO_DEVICE, command->device);
    uint32_t code = named_ticket(ask);
    if (code)
        return code;
    struct event *event =
        say_event(ask, failed ? EVENT_PRINT_FAILED : EVENT_PRINT_DONE, ask->ticket, PLAN_NONE);
    memcpy(event->device, command->device, sizeof event->device);
    if (failed)
        memcpy(event->u.print.error, command->note, sizeof event->u.print.error - 1);
    return 0;
}

uint32_t decide_device(struct ask *ask) {
    static const uint8_t kinds[COMMAND_KINDS] = {[COMMAND_DEVICE_ONLINE] = EVENT_DEVICE_ONLINE,
                                                 [COMMAND_DEVICE_OFFLINE] = EVENT_DEVICE_OFFLINE,
                                                 [COMMAND_DEVICE_FAULT] = EVENT_DEVICE_FAULT};
    const struct command *command = ask->command;
    uint16_t at = plan_device_at(&ask->hall->plan, command->device);
    if (at == PLAN_NONE)
        return refuse_what(ask, REFUSED_NO_DEVICE, command->device);
    const struct device_state *device = &ask->hall->devices[at];
    const char *faults = command->kind == COMMAND_DEVICE_FAULT ? command->note : "";
    uint32_t online = command->kind != COMMAND_DEVICE_OFFLINE;
    if (device->changed && device->online == online && strcmp(device->faults, faults) == 0)
        return 0;
    struct event *event =
        say_event(ask, (enum event_kind)kinds[command->kind], HALL_NONE, PLAN_NONE);
    memcpy(event->device, command->device, sizeof event->device);
    memcpy(event->u.device.faults, faults, strlen(faults));
    return 0;
}
