// SPDX-License-Identifier: Apache-2.0
/*
 * The hall as everybody may see it: GET /hall for kiosks, phones and consoles, and state/hall for
 * boards. Says what is offered, what is open, how many wait and for how long.
 *
 * Reads one hall at one moment, so that all its figures belong together. Names no person.
 */
#include "daemon/wire/value.h"
#include "daemon/wire/wire.h"

static json_t *boards(const struct plan *plan) {
    json_t *list = json_array();
    for (uint32_t at = 0; at < plan->board_count; at++)
        value_add(&list, json_pack("{s:o, s:o}", "code", value_text(plan->boards[at].code), "name",
                                   value_name(&plan->boards[at].name)));
    return list;
}

static json_t *zones(const struct plan *plan) {
    json_t *list = json_array();
    for (uint32_t at = 0; at < plan->zone_count; at++)
        value_add(&list, json_pack("{s:o, s:o}", "code", value_text(plan->zones[at].code), "name",
                                   value_name(&plan->zones[at].name)));
    return list;
}

static json_t *classes(const struct plan *plan) {
    json_t *list = json_array();
    for (uint32_t at = 0; at < plan->class_count; at++) {
        const struct plan_class *one = &plan->classes[at];
        value_add(&list, json_pack("{s:o, s:o, s:b, s:b}", "code", value_text(one->code), "name",
                                   value_name(&one->name), "needs_reason", one->needs_reason,
                                   "open_to_all", one->open_to_all));
    }
    return list;
}

static json_t *reasons(const struct plan *plan) {
    static const char *const uses[] = {[PLAN_REASON_PRIORITY] = "priority",
                                       [PLAN_REASON_CALL] = "call",
                                       [PLAN_REASON_PAUSE] = "pause",
                                       NULL};
    json_t *list = json_array();
    for (uint32_t at = 0; at < plan->reason_count; at++) {
        const struct plan_reason *one = &plan->reasons[at];
        value_add(&list, json_pack("{s:o, s:o, s:o}", "code", value_text(one->code), "name",
                                   value_name(&one->name), "use", value_named(one->use, uses)));
    }
    return list;
}

// The next time it opens today; null when it is open, or will not open any more.
static json_t *opens_at(const struct plan *plan, uint16_t service, int64_t now_ms) {
    const struct plan_hours *hours = &plan->hours[plan->services[service].hours];
    int64_t next_ms = INT64_MAX;
    if (plan_open_at(hours, now_ms, &next_ms) || next_ms == INT64_MAX)
        return json_null();
    return value_time(next_ms);
}

json_t *wire_service(const struct wire_place *place, uint16_t service) {
    const struct hall *hall = place->hall;
    const struct plan_service *one = &hall->plan.services[service];
    uint32_t refuses = hall_service_refuses(hall, service, place->now_ms);
    json_t *board = one->board < hall->plan.board_count
                        ? value_text(hall->plan.boards[one->board].code)
                        : json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:b, s:I, s:o}", "code",
                     value_text(one->code), "name", value_name(&one->name), "board", board, "zone",
                     value_zone(hall, one->zone), "materials", value_note(&one->materials), "open",
                     refuses == 0, "full", refuses == REFUSED_SERVICE_FULL, "opens_at",
                     opens_at(&hall->plan, service, place->now_ms), "stopped",
                     hall->services[service].stopped != 0, "waiting",
                     (json_int_t)hall->services[service].waiting, "wait",
                     value_wait_new(hall, service, place->now_ms));
}

static json_t *services(const struct wire_place *place) {
    json_t *list = json_array();
    for (uint32_t at = 0; at < place->hall->plan.service_count; at++)
        value_add(&list, wire_service(place, (uint16_t)at));
    return list;
}

static json_t *services_of(const struct hall *hall, uint16_t window) {
    json_t *list = json_array();
    for (uint32_t at = 0; at < hall->plan.service_count; at++) {
        if (hall->windows[window].weight[at])
            value_add(&list, value_text(hall->plan.services[at].code));
    }
    return list;
}

static json_t *windows(const struct hall *hall) {
    json_t *list = json_array();
    for (uint16_t at = 0; at < hall->plan.window_count; at++) {
        const struct plan_window *one = &hall->plan.windows[at];
        value_add(&list,
                  json_pack("{s:i, s:o, s:o, s:o, s:o, s:o}", "number", one->number, "name",
                            value_name(&one->name), "zone", value_zone(hall, one->zone), "state",
                            value_named(hall->windows[at].state, window_state_names), "ticket",
                            value_number(hall, hall->windows[at].ticket), "services",
                            services_of(hall, at)));
    }
    return list;
}

static json_t *parts(const struct wire_place *place) {
    const struct plan *plan = &place->hall->plan;
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "boards", boards(plan), "zones", zones(plan),
                     "classes", classes(plan), "reasons", reasons(plan), "services",
                     services(place), "windows", windows(place->hall));
}

static json_t *day_json(const struct hall *hall) {
    return hall->day_open ? value_date(hall->plan.day.date) : json_null();
}

json_t *wire_hall(const struct wire_place *place) {
    const struct hall *hall = place->hall;
    json_t *view = parts(place);
    value_set(&view, "code", value_text(hall->plan.code));
    value_set(&view, "name", value_name(&hall->plan.name));
    value_set(&view, "languages", value_languages(hall->plan.languages, ""));
    value_set(&view, "accent", value_text(hall->plan.accent));
    value_set(&view, "day", day_json(hall));
    value_set(&view, "open", json_boolean(hall->day_open));
    value_set(&view, "online", json_boolean(place->online));
    value_set(&view, "public_url",
              *place->public_url ? value_text(place->public_url) : json_null());
    value_set(&view, "walk_in", json_boolean(hall->plan.rules.walk_in));
    value_set(&view, "messages", json_boolean(place->messages));
    value_set(&view, "seq", json_integer((json_int_t)hall->seq));
    value_set(&view, "at", value_time(place->now_ms));
    return view;
}

json_t *wire_hall_state(const struct wire_place *place) {
    return json_pack("{s:I, s:o, s:b, s:o}", "seq", (json_int_t)place->hall->seq, "at",
                     value_time(place->now_ms), "online", place->online, "day",
                     day_json(place->hall));
}
