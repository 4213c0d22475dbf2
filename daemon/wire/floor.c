// SPDX-License-Identifier: Apache-2.0
/*
 * The floor as a manager sees it (GET /floor): every window and service with today's figures, and
 * the devices (GET /devices). The person at a window is shown as a number; names are the door's.
 */
#include <string.h>

#include "daemon/wire/pick.h"
#include "daemon/wire/value.h"
#include "daemon/wire/wire.h"

// How long the one who has waited longest for it has waited: heads by effective time may be younger
// than one who was put back, so all that stand first in a line are looked at.
static uint32_t longest_s(const struct wire_place *place, uint16_t service) {
    int64_t first_ms = INT64_MAX;
    int32_t head;
    for (uint8_t klass = 0; klass < place->hall->plan.class_count; klass++) {
        if (hall_line_first(place->hall, service, klass, &head, 1) &&
            place->hall->tickets[head].issued_ms < first_ms)
            first_ms = place->hall->tickets[head].issued_ms;
    }
    return value_seconds(first_ms, place->now_ms);
}

static json_t *window(const struct hall *hall, uint16_t at) {
    const struct window *one = &hall->windows[at];
    json_t *view =
        json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:I}", "number", hall->plan.windows[at].number,
                  "zone", value_zone(hall, hall->plan.windows[at].zone), "state",
                  value_named(one->state, window_state_names), "since", value_time(one->since_ms),
                  "ticket", value_number(hall, one->ticket), "person",
                  one->person ? json_integer(one->person) : json_null(), "served_today",
                  (json_int_t)one->served);
    value_set(&view, "assigned", json_boolean(one->assigned));
    value_set(&view, "assigned_until", value_time(one->assigned_until_ms));
    return view;
}

static json_t *service(const struct wire_place *place, uint16_t at) {
    const struct service_state *state = &place->hall->services[at];
    const struct plan_service *plan = &place->hall->plan.services[at];
    json_t *view =
        json_pack("{s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "code", value_text(plan->code),
                  "name", value_name(&plan->name), "issued", (json_int_t)state->issued, "waiting",
                  (json_int_t)state->waiting, "called", (json_int_t)state->called, "finished",
                  (json_int_t)state->finished, "missed", (json_int_t)state->missed, "cancelled",
                  (json_int_t)state->cancelled, "voided", (json_int_t)state->voided);
    value_set(&view, "longest_s", json_integer(longest_s(place, at)));
    value_set(&view, "target_s", json_integer(plan->target_ms / 1000));
    value_set(&view, "stopped", json_boolean(state->stopped));
    value_set(&view, "stop_reason", value_text(state->stop_reason));
    value_set(&view, "wait", value_wait_new(place->hall, at, place->now_ms));
    return view;
}

static json_t *klass(const struct hall *hall, uint8_t at) {
    uint32_t waiting = 0;
    for (uint16_t of = 0; of < hall->plan.service_count; of++)
        waiting += hall_line_count(hall, of, at);
    return json_pack("{s:o, s:o, s:I}", "code", value_text(hall->plan.classes[at].code), "name",
                     value_name(&hall->plan.classes[at].name), "waiting", (json_int_t)waiting);
}

static json_t *notices(const struct hall *hall) {
    json_t *list = json_array();
    for (unsigned at = 0; at < HALL_NOTICES_MAX; at++) {
        const struct notice *one = &hall->notices[at];
        if (one->id)
            value_add(&list, json_pack("{s:I, s:o, s:o, s:o}", "id", (json_int_t)one->id, "zone",
                                       *one->zone ? value_text(one->zone) : json_null(), "until",
                                       value_time(one->until_ms), "text", value_note(&one->text)));
    }
    return list;
}

// What only a person can put right.
static json_t *alarms(const struct wire_place *place) {
    json_t *list = json_array();
    if (place->doubtful)
        value_add(&list, json_pack("{s:s, s:s}", "code", "clock", "text",
                                   "The wall clock jumped: confirm the time."));
    if (place->stuck)
        value_add(&list, json_pack("{s:s, s:s}", "code", "storage", "text",
                                   "Nothing can be stored: look at the disk of the daemon."));
    return list;
}

json_t *wire_floor(const struct wire_place *place) {
    const struct hall *hall = place->hall;
    json_t *windows = json_array(), *services = json_array(), *classes = json_array();
    uint32_t waiting = 0, longest = 0;
    for (uint16_t at = 0; at < hall->plan.window_count; at++)
        value_add(&windows, window(hall, at));
    for (uint16_t at = 0; at < hall->plan.service_count; at++) {
        uint32_t here = longest_s(place, at);
        value_add(&services, service(place, at));
        waiting += hall->services[at].waiting;
        longest = here > longest ? here : longest;
    }
    for (uint8_t at = 0; at < hall->plan.class_count; at++)
        value_add(&classes, klass(hall, at));
    return json_pack(
        "{s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "at", value_time(place->now_ms), "day",
        hall->day_open ? value_date(hall->plan.day.date) : json_null(), "waiting",
        (json_int_t)waiting, "longest_s", (json_int_t)longest, "windows", windows, "services",
        services, "classes", classes, "notices", notices(hall), "alarms", alarms(place));
}

// The words a device said of itself, comma-separated in the hall.
static json_t *faults(const char *words) {
    json_t *list = json_array();
    while (*words) {
        size_t length = strcspn(words, ",");
        if (length)
            value_add(&list, json_stringn(words, length));
        words += length + (words[length] == ',');
    }
    return list;
}

static json_t *device(const struct hall *hall, uint32_t at) {
    static const char *const kinds[] = {
        [PLAN_DEVICE_PAD] = "pad",         [PLAN_DEVICE_KEYPAD] = "keypad",
        [PLAN_DEVICE_BOARD] = "board",     [PLAN_DEVICE_SPEAKER] = "speaker",
        [PLAN_DEVICE_PRINTER] = "printer", NULL};
    const struct plan_device *plan = &hall->plan.devices[at];
    const struct device_state *state = &hall->devices[at];
    return json_pack("{s:o, s:o, s:o, s:o, s:b, s:o, s:o}", "name", value_text(plan->name), "kind",
                     value_named(plan->kind, kinds), "window", value_window(hall, plan->window),
                     "zone", value_zone(hall, plan->zone), "online", state->online != 0, "since",
                     value_time(state->since_ms), "faults", faults(state->faults));
}

json_t *wire_devices(const struct wire_place *place) {
    json_t *list = json_array();
    for (uint32_t at = 0; at < place->hall->plan.device_count; at++)
        value_add(&list, device(place->hall, at));
    return json_pack("{s:o}", "devices", list);
}
