// SPDX-License-Identifier: Apache-2.0
/*
 * What boards and window strips show, as retained state on the bus: the last calls of a zone, who
 * should get ready, how many wait and for how long, notices, and the state of each window.
 *
 * Everything here is read by any visitor: numbers only, never a need, a class or a person.
 */
#include <string.h>

#include "daemon/wire/pick.h"
#include "daemon/wire/value.h"
#include "daemon/wire/wire.h"

enum { CALLS_MAX = 8, UPCOMING_MAX = 6 };

static bool in_zone(uint16_t zone, uint16_t shown) {
    return shown == PLAN_NONE || zone == shown;
}

static const struct plan_reason *pause_reason(const struct hall *hall, const struct window *one) {
    uint16_t at = plan_reason_at(&hall->plan, one->pause_reason, PLAN_REASON_PAUSE);
    return at < hall->plan.reason_count ? &hall->plan.reasons[at] : NULL;
}

json_t *wire_window_state(const struct wire_place *place, uint16_t window) {
    const struct hall *hall = place->hall;
    const struct window *one = &hall->windows[window];
    const struct plan_window *plan = &hall->plan.windows[window];
    json_t *view = json_pack("{s:I, s:o, s:i, s:o, s:o}", "seq", (json_int_t)hall->seq, "at",
                             value_time(place->now_ms), "window", plan->number, "zone",
                             value_zone(hall, plan->zone), "state",
                             value_named(one->state, window_state_names));
    if (one->ticket != HALL_NONE) {
        value_set(&view, "number", value_number(hall, one->ticket));
        value_set(&view, "service",
                  value_text(value_service_code(hall, &hall->tickets[one->ticket])));
    }
    if (one->state == WINDOW_PAUSED && pause_reason(hall, one))
        value_set(&view, "text", value_name(&pause_reason(hall, one)->name));
    return view;
}

// A call stands on the board while somebody is called or served because of it.
static bool stands(const struct hall *hall, const struct recent_call *call) {
    if (call->ticket == HALL_NONE || call->ticket >= (int32_t)hall->ticket_count)
        return false;
    const struct ticket *ticket = &hall->tickets[call->ticket];
    return ticket->window == call->window &&
           (ticket->state == TICKET_CALLED || ticket->state == TICKET_SERVING);
}

static bool has(const struct pick *pick, int32_t ticket) {
    for (uint32_t at = 0; at < pick->count; at++) {
        if (pick->at[at].ticket == ticket)
            return true;
    }
    return false;
}

static json_t *calls(const struct hall *hall, uint16_t zone) {
    struct pick pick = {.room = CALLS_MAX};
    json_t *list = json_array();
    for (uint16_t of = 0; of < hall->plan.zone_count; of++) {
        for (unsigned at = 0; in_zone(of, zone) && at < HALL_RECENT_MAX; at++) {
            const struct recent_call *call = &hall->recent[of][at];
            if (stands(hall, call) && !has(&pick, call->ticket))
                pick_offer(&pick, call->ticket, -call->at_ms, at);
        }
    }
    for (uint32_t at = 0; at < pick.count; at++) {
        const struct ticket *ticket = &hall->tickets[pick.at[at].ticket];
        value_add(&list, json_pack("{s:o, s:o, s:o, s:o}", "number",
                                   value_number(hall, pick.at[at].ticket), "window",
                                   value_window(hall, ticket->window), "at",
                                   value_time(-pick.at[at].by_ms), "state",
                                   value_named(ticket->state, ticket_state_names)));
    }
    return list;
}

static json_t *upcoming(const struct hall *hall, uint16_t zone) {
    struct pick pick = {.room = UPCOMING_MAX};
    json_t *list = json_array();
    for (uint16_t at = 0; at < hall->plan.service_count; at++) {
        if (in_zone(hall->plan.services[at].zone, zone))
            pick_service(&pick, hall, at);
    }
    for (uint32_t at = 0; at < pick.count; at++)
        value_add(&list, value_number(hall, pick.at[at].ticket));
    return list;
}

static json_t *waiting(const struct wire_place *place, uint16_t zone) {
    const struct hall *hall = place->hall;
    json_t *list = json_array();
    for (uint16_t at = 0; at < hall->plan.service_count; at++) {
        const struct plan_service *service = &hall->plan.services[at];
        if (!in_zone(service->zone, zone))
            continue;
        value_add(&list, json_pack("{s:o, s:o, s:I, s:o}", "service", value_text(service->code),
                                   "name", value_name(&service->name), "count",
                                   (json_int_t)hall->services[at].waiting, "wait",
                                   value_wait_new(hall, at, place->now_ms)));
    }
    return list;
}

static json_t *notices(const struct hall *hall, uint16_t zone) {
    const char *code = zone == PLAN_NONE ? NULL : hall->plan.zones[zone].code;
    json_t *list = json_array();
    for (unsigned at = 0; at < HALL_NOTICES_MAX; at++) {
        const struct notice *notice = &hall->notices[at];
        if (notice->id && (!code || !*notice->zone || !strcmp(notice->zone, code)))
            value_add(&list, json_pack("{s:I, s:o}", "id", (json_int_t)notice->id, "text",
                                       value_note(&notice->text)));
    }
    return list;
}

static json_t *windows(const struct hall *hall, uint16_t zone) {
    json_t *list = json_array();
    for (uint16_t at = 0; at < hall->plan.window_count; at++) {
        if (in_zone(hall->plan.windows[at].zone, zone))
            value_add(&list,
                      json_pack("{s:i, s:o}", "window", hall->plan.windows[at].number, "state",
                                value_named(hall->windows[at].state, window_state_names)));
    }
    return list;
}

json_t *wire_board_state(const struct wire_place *place, uint16_t zone) {
    const struct hall *hall = place->hall;
    return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "seq", (json_int_t)hall->seq, "at",
                     value_time(place->now_ms), "calls", calls(hall, zone), "upcoming",
                     upcoming(hall, zone), "waiting", waiting(place, zone), "notices",
                     notices(hall, zone), "windows", windows(hall, zone));
}
