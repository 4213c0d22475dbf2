// SPDX-License-Identifier: Apache-2.0
/*
 * One ticket: as its holder sees it (GET /ticket), as it is answered when taken, as a name in
 * other answers, and who has announced its call.
 *
 * Holds what a slip holds and no more: no person, no phone, and no place of anybody else.
 */
#include <stdio.h>

#include "daemon/wire/can.h"
#include "daemon/wire/value.h"
#include "daemon/wire/wire.h"

json_t *wire_ticket_ref(const struct hall *hall, int32_t ticket) {
    const struct ticket *one = &hall->tickets[ticket];
    return json_pack("{s:I, s:o, s:o, s:o}", "id", (json_int_t)one->id, "number",
                     value_number(hall, ticket), "service",
                     value_text(value_service_code(hall, one)), "class",
                     value_text(value_class_code(hall, one)));
}

static json_t *name_of_service(const struct hall *hall, uint16_t service) {
    return service < hall->plan.service_count ? value_name(&hall->plan.services[service].name)
                                              : value_pair("", "");
}

static json_t *zone_of(const struct hall *hall, const struct ticket *ticket) {
    return ticket->service < hall->plan.service_count
               ? value_zone(hall, hall->plan.services[ticket->service].zone)
               : json_null();
}

// Where to go: only while called or served. Where it was once is nobody's way any more.
static json_t *window_now(const struct hall *hall, const struct ticket *ticket) {
    if (ticket->state != TICKET_CALLED && ticket->state != TICKET_SERVING)
        return json_null();
    return value_window(hall, ticket->window);
}

static void set_standing(json_t **view, const struct wire_place *place, int32_t ticket) {
    const struct hall *hall = place->hall;
    const struct ticket *one = &hall->tickets[ticket];
    struct wait wait;
    wait_of(hall, ticket, place->now_ms, &wait);
    uint32_t ahead = one->state == TICKET_WAITING ? hall_ahead(hall, ticket) : 0;
    value_set(view, "state", value_named(one->state, ticket_state_names));
    value_set(view, "ahead", json_integer(ahead));
    value_set(view, "wait", value_wait(&wait));
    value_set(view, "zone", zone_of(hall, one));
    value_set(view, "issued_at", value_time(one->issued_ms));
}

json_t *wire_ticket(const struct wire_place *place, int32_t ticket) {
    const struct hall *hall = place->hall;
    const struct ticket *one = &hall->tickets[ticket];
    json_t *view = wire_ticket_ref(hall, ticket);
    set_standing(&view, place, ticket);
    value_set(&view, "service_name", name_of_service(hall, one->service));
    value_set(&view, "hall_name", value_name(&hall->plan.name));
    value_set(&view, "needs", value_bits(one->needs, need_names));
    value_set(&view, "window", window_now(hall, one));
    if (one->called_ms)
        value_set(&view, "called_at", value_time(one->called_ms));
    value_set(&view, "language",
              one->language ? value_text(language_names[one->language]) : json_null());
    value_set(&view, "recalls", json_integer(one->recalls));
    value_set(&view, "can", can_citizen(place, ticket));
    value_set(&view, "rated", one->rated ? json_integer(one->rated) : json_null());
    value_set(&view, "seq", json_integer((json_int_t)hall->seq));
    return view;
}

static json_t *link_of(const struct wire_place *place, const char *token) {
    char url[512];
    if (!*place->public_url)
        return json_null();
    snprintf(url, sizeof url, "%s/t#%s", place->public_url, token);
    return value_text(url);
}

json_t *wire_issued(const struct wire_place *place, int32_t ticket, const char *token) {
    const struct hall *hall = place->hall;
    const struct ticket *one = &hall->tickets[ticket];
    json_t *view = wire_ticket_ref(hall, ticket);
    set_standing(&view, place, ticket);
    value_set(&view, "token", json_string(token));
    value_set(&view, "url", link_of(place, token));
    value_set(&view, "materials",
              one->service < hall->plan.service_count
                  ? value_note(&hall->plan.services[one->service].materials)
                  : value_pair("", ""));
    return view;
}

static const char *const device_kinds[] = {
    [PLAN_DEVICE_PAD] = "pad",         [PLAN_DEVICE_KEYPAD] = "keypad",
    [PLAN_DEVICE_BOARD] = "board",     [PLAN_DEVICE_SPEAKER] = "speaker",
    [PLAN_DEVICE_PRINTER] = "printer", NULL};

static json_t *teller(const struct plan *plan, uint16_t device, const char *state) {
    const struct plan_device *one = &plan->devices[device];
    return json_pack("{s:o, s:o, s:s}", "name", value_text(one->name), "kind",
                     value_named(one->kind, device_kinds), "state", state);
}

static unsigned bits_of(unsigned bits) {
    return (unsigned)__builtin_popcount(bits);
}

static json_t *tellers(const struct hall *hall, const struct ticket *ticket) {
    json_t *list = json_array();
    if (ticket->window >= hall->plan.window_count)
        return list;
    const struct plan_window *window = &hall->plan.windows[ticket->window];
    for (unsigned at = 0; at < window->device_count && at < PLAN_WINDOW_DEVICES_MAX; at++) {
        if (window->devices[at] >= hall->plan.device_count || !(ticket->expected >> at & 1))
            continue;
        const char *state = ticket->told >> at & 1     ? "done"
                            : ticket->failed >> at & 1 ? "failed"
                                                       : "waiting";
        value_add(&list, teller(&hall->plan, window->devices[at], state));
    }
    return list;
}

json_t *wire_told(const struct wire_place *place, int32_t ticket) {
    const struct ticket *one = &place->hall->tickets[ticket];
    return json_pack("{s:I, s:I, s:I, s:o, s:o}", "expected", (json_int_t)bits_of(one->expected),
                     "done", (json_int_t)bits_of(one->told & one->expected), "failed",
                     (json_int_t)bits_of(one->failed & one->expected & ~(unsigned)one->told), "at",
                     value_time(one->told_ms), "devices", tellers(place->hall, one));
}
