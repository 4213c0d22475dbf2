// SPDX-License-Identifier: Apache-2.0
/*
 * One window as the clerk sees it (GET /windows/{n}): who is here, who would be next, who waits,
 * who was missed or set aside, what can be mended, and what can be done now.
 *
 * A ticket is a number here, never a person. All figures are of one hall at one moment; `seq` is
 * the window's own last change, to be sent back as seen_seq.
 */
#include <string.h>

#include "daemon/wire/can.h"
#include "daemon/wire/pick.h"
#include "daemon/wire/value.h"

enum { LIST_MAX = 20, RECENT_MAX = 3 };

struct desk { // one window looked at
    const struct wire_place *place;
    const struct hall *hall;
    const struct window *window;
    const struct plan_window *plan;
    uint16_t at;
};

static json_t *services(const struct desk *desk) {
    json_t *list = json_array();
    for (uint32_t at = 0; at < desk->hall->plan.service_count; at++) {
        if (desk->window->weight[at])
            value_add(&list, value_text(desk->hall->plan.services[at].code));
    }
    return list;
}

static json_t *pause(const struct desk *desk) {
    if (desk->window->state != WINDOW_PAUSED)
        return json_null();
    return json_pack("{s:o, s:o}", "reason", value_text(desk->window->pause_reason), "until",
                     value_time(desk->window->pause_until_ms));
}

// Whole seconds until a no-show may be said, null while nothing has announced the call.
static json_t *grace_left(const struct desk *desk, const struct ticket *ticket) {
    if (ticket->state != TICKET_CALLED || !ticket->told_ms)
        return json_null();
    int64_t over_ms = ticket->told_ms + desk->hall->plan.rules.grace_ms;
    return json_integer(value_seconds(desk->place->now_ms, over_ms + 999));
}

static json_t *can_miss(const struct desk *desk, const struct ticket *ticket) {
    struct command command = {
        .kind = COMMAND_MISS, .window = desk->plan->number, .actor = desk->window->person};
    return json_boolean(ticket->state == TICKET_CALLED && can_do(desk->place, command));
}

static uint32_t waited_s(const struct desk *desk, const struct ticket *ticket) {
    int64_t until_ms = desk->place->now_ms;
    if (ticket->state != TICKET_WAITING && ticket->called_ms)
        until_ms = ticket->called_ms;
    return value_seconds(ticket->issued_ms, until_ms);
}

static void set_times(json_t **view, const struct ticket *ticket) {
    if (ticket->called_ms)
        value_set(view, "called_at", value_time(ticket->called_ms));
    if (ticket->recalls)
        value_set(view, "recalled_at", value_time(ticket->recalled_ms));
    if (ticket->started_ms)
        value_set(view, "started_at", value_time(ticket->started_ms));
}

static json_t *current(const struct desk *desk) {
    int32_t at = desk->window->ticket;
    if (at == HALL_NONE)
        return json_null();
    const struct ticket *ticket = &desk->hall->tickets[at];
    json_t *view = wire_ticket_ref(desk->hall, at);
    value_set(&view, "service_name",
              ticket->service < desk->hall->plan.service_count
                  ? value_name(&desk->hall->plan.services[ticket->service].name)
                  : value_pair("", ""));
    value_set(&view, "state", value_named(ticket->state, ticket_state_names));
    value_set(&view, "needs", value_bits(ticket->needs, need_names));
    value_set(&view, "silent", json_boolean(ticket->silent));
    value_set(&view, "waited_s", json_integer(waited_s(desk, ticket)));
    set_times(&view, ticket);
    value_set(&view, "recalls", json_integer(ticket->recalls));
    value_set(&view, "cases", json_integer(ticket->cases));
    value_set(&view, "told", wire_told(desk->place, at));
    value_set(&view, "grace_left_s", grace_left(desk, ticket));
    value_set(&view, "can_miss", can_miss(desk, ticket));
    return view;
}

static json_t *waiting_one(const struct desk *desk, int32_t at) {
    const struct ticket *ticket = &desk->hall->tickets[at];
    return json_pack("{s:o, s:o, s:o, s:o, s:I}", "number", value_number(desk->hall, at), "service",
                     value_text(value_service_code(desk->hall, ticket)), "class",
                     value_text(value_class_code(desk->hall, ticket)), "needs",
                     value_bits(ticket->needs, need_names), "waited_s",
                     (json_int_t)waited_s(desk, ticket));
}

static json_t *next(const struct desk *desk) {
    int32_t at = hall_next_for(desk->hall, desk->at, desk->place->now_ms, NULL);
    return at == HALL_NONE ? json_null() : waiting_one(desk, at);
}

struct heap { // those who wait for one service, as far as this window is concerned
    uint32_t count;
    int64_t first_ms; // since when its first has waited
};

static void count_lines(const struct desk *desk, uint16_t service, struct heap *heap) {
    int32_t head;
    for (uint8_t klass = 0; klass < desk->hall->plan.class_count; klass++) {
        if (!hall_line_first(desk->hall, service, klass, &head, 1))
            continue;
        heap->count += hall_line_count(desk->hall, service, klass);
        if (desk->hall->tickets[head].issued_ms < heap->first_ms)
            heap->first_ms = desk->hall->tickets[head].issued_ms;
    }
}

static void count_own(const struct desk *desk, const struct pick *own, uint16_t service,
                      struct heap *heap) {
    for (uint32_t at = 0; at < own->count; at++) {
        const struct ticket *ticket = &desk->hall->tickets[own->at[at].ticket];
        if (ticket->service != service)
            continue;
        heap->count++;
        if (ticket->issued_ms < heap->first_ms)
            heap->first_ms = ticket->issued_ms;
    }
}

static json_t *waiting(const struct desk *desk) {
    struct pick own = {.room = PICK_MAX};
    json_t *list = json_array();
    pick_own(&own, desk->hall, desk->at);
    for (uint16_t at = 0; at < desk->hall->plan.service_count; at++) {
        struct heap heap = {.first_ms = INT64_MAX};
        if (desk->window->weight[at])
            count_lines(desk, at, &heap);
        count_own(desk, &own, at, &heap);
        if (!desk->window->weight[at] && !heap.count)
            continue;
        const struct plan_service *service = &desk->hall->plan.services[at];
        value_add(&list, json_pack("{s:o, s:o, s:I, s:I}", "service", value_text(service->code),
                                   "name", value_name(&service->name), "count",
                                   (json_int_t)heap.count, "longest_s",
                                   (json_int_t)value_seconds(heap.first_ms, desk->place->now_ms)));
    }
    return list;
}

static bool concerns(const struct desk *desk, const struct ticket *ticket) {
    if (ticket->window == desk->at)
        return true;
    if (ticket->state == TICKET_PARKED && ticket->park != PARK_AWAY)
        return false; // what it waits for lies at the other window
    return ticket->service < desk->hall->plan.service_count &&
           desk->window->weight[ticket->service];
}

static bool ended_here(const struct desk *desk, int32_t at) {
    const struct ticket *ticket = &desk->hall->tickets[at];
    if (ticket->state == TICKET_WAITING)
        return at == desk->window->last;
    return ticket->window == desk->at &&
           (ticket->state == TICKET_FINISHED || ticket->state == TICKET_MISSED ||
            ticket->state == TICKET_VOID || ticket->state == TICKET_CANCELLED);
}

// When its last contact here was over: not every way out has a time of its own.
static int64_t left_ms(const struct ticket *ticket) {
    return ticket->ended_ms ? ticket->ended_ms : ticket->recalled_ms;
}

struct lists { // the latest first
    struct pick missed, parked, recent;
};

static void fill_lists(const struct desk *desk, struct lists *lists) {
    *lists =
        (struct lists){.missed.room = LIST_MAX, .parked.room = LIST_MAX, .recent.room = RECENT_MAX};
    for (int32_t at = (int32_t)desk->hall->ticket_count - 1; at >= 0; at--) {
        const struct ticket *ticket = &desk->hall->tickets[at];
        if (ticket->state == TICKET_MISSED && concerns(desk, ticket))
            pick_offer(&lists->missed, at, -left_ms(ticket), ticket->id);
        if (ticket->state == TICKET_PARKED && concerns(desk, ticket))
            pick_offer(&lists->parked, at, -ticket->parked_ms, ticket->id);
        if (ended_here(desk, at))
            pick_offer(&lists->recent, at, -left_ms(ticket), ticket->id);
    }
}

static json_t *short_ref(const struct desk *desk, int32_t at) {
    const struct ticket *ticket = &desk->hall->tickets[at];
    return json_pack("{s:I, s:o, s:o}", "id", (json_int_t)ticket->id, "number",
                     value_number(desk->hall, at), "service",
                     value_text(value_service_code(desk->hall, ticket)));
}

static json_t *missed(const struct desk *desk, const struct pick *pick) {
    json_t *list = json_array();
    for (uint32_t at = 0; at < pick->count; at++) {
        const struct ticket *ticket = &desk->hall->tickets[pick->at[at].ticket];
        json_t *one = short_ref(desk, pick->at[at].ticket);
        value_set(&one, "at", value_time(left_ms(ticket)));
        value_set(&one, "misses", json_integer(ticket->misses));
        value_add(&list, one);
    }
    return list;
}

static json_t *parked(const struct desk *desk, const struct pick *pick) {
    json_t *list = json_array();
    for (uint32_t at = 0; at < pick->count; at++) {
        const struct ticket *ticket = &desk->hall->tickets[pick->at[at].ticket];
        json_t *one = short_ref(desk, pick->at[at].ticket);
        value_set(&one, "park", value_named(ticket->park, park_names));
        value_set(&one, "at", value_time(ticket->parked_ms));
        value_add(&list, one);
    }
    return list;
}

static json_t *recent(const struct desk *desk, const struct pick *pick) {
    json_t *list = json_array();
    for (uint32_t at = 0; at < pick->count; at++) {
        int32_t ticket = pick->at[at].ticket;
        json_t *one = short_ref(desk, ticket);
        value_set(&one, "state",
                  value_named(desk->hall->tickets[ticket].state, ticket_state_names));
        value_set(&one, "ended_at", value_time(left_ms(&desk->hall->tickets[ticket])));
        value_set(&one, "can", can_mend(desk->place, desk->at, ticket));
        value_add(&list, one);
    }
    return list;
}

static json_t *rating(const struct desk *desk) {
    if (!desk->window->ask)
        return json_null();
    return json_pack("{s:I, s:o}", "ask", (json_int_t)desk->window->ask, "asked_at",
                     value_time(desk->window->asked_ms));
}

static json_t *notices(const struct desk *desk) {
    json_t *list = json_array();
    const char *zone = desk->plan->zone < desk->hall->plan.zone_count
                           ? desk->hall->plan.zones[desk->plan->zone].code
                           : "";
    for (unsigned at = 0; at < HALL_NOTICES_MAX; at++) {
        const struct notice *notice = &desk->hall->notices[at];
        if (notice->id && (!*notice->zone || !strcmp(notice->zone, zone)))
            value_add(&list,
                      json_pack("{s:I, s:o, s:o}", "id", (json_int_t)notice->id, "text",
                                value_note(&notice->text), "until", value_time(notice->until_ms)));
    }
    return list;
}

static struct desk desk_at(const struct wire_place *place, uint16_t window) {
    return (struct desk){.place = place,
                         .hall = place->hall,
                         .window = &place->hall->windows[window],
                         .plan = &place->hall->plan.windows[window],
                         .at = window};
}

static void set_facts(json_t **view, const struct desk *desk) {
    const struct window *window = desk->window;
    value_set(view, "number", json_integer(desk->plan->number));
    value_set(view, "name", value_name(&desk->plan->name));
    value_set(view, "zone", value_zone(desk->hall, desk->plan->zone));
    value_set(view, "state", value_named(window->state, window_state_names));
    value_set(view, "since", value_time(window->since_ms));
    value_set(view, "seq", json_integer((json_int_t)window->changed));
    value_set(view, "person", window->person ? json_integer(window->person) : json_null());
    value_set(view, "services", services(desk));
    value_set(view, "pause", pause(desk));
    value_set(view, "served_today", json_integer(window->served));
    value_set(view, "at", value_time(desk->place->now_ms));
}

json_t *wire_window(const struct wire_place *place, uint16_t window) {
    struct lists lists;
    if (window >= place->hall->plan.window_count)
        return json_null();
    struct desk desk = desk_at(place, window);
    json_t *view = json_object();
    fill_lists(&desk, &lists);
    set_facts(&view, &desk);
    value_set(&view, "ticket", current(&desk));
    value_set(&view, "next", next(&desk));
    value_set(&view, "waiting", waiting(&desk));
    value_set(&view, "missed", missed(&desk, &lists.missed));
    value_set(&view, "parked", parked(&desk, &lists.parked));
    value_set(&view, "recent", recent(&desk, &lists.recent));
    value_set(&view, "rating", rating(&desk));
    value_set(&view, "notices", notices(&desk));
    value_set(&view, "can", can_verbs(place, window));
    return view;
}

static uint32_t count_all(const struct desk *desk) {
    uint32_t count = 0;
    int32_t own = desk->hall->own[desk->at].root;
    if (own != HALL_NONE)
        count = desk->hall->tickets[own].count;
    for (uint16_t service = 0; service < desk->hall->plan.service_count; service++) {
        for (uint8_t klass = 0;
             desk->window->weight[service] && klass < desk->hall->plan.class_count; klass++)
            count += hall_line_count(desk->hall, service, klass);
    }
    return count;
}

json_t *wire_queue(const struct wire_place *place, uint16_t window) {
    struct pick pick = {.room = PICK_MAX};
    if (window >= place->hall->plan.window_count)
        return json_null();
    struct desk desk = desk_at(place, window);
    json_t *list = json_array();
    pick_own(&pick, place->hall, window);
    for (uint16_t service = 0; service < place->hall->plan.service_count; service++) {
        if (desk.window->weight[service])
            pick_service(&pick, place->hall, service);
    }
    for (uint32_t at = 0; at < pick.count; at++) {
        json_t *one = waiting_one(&desk, pick.at[at].ticket);
        value_set(&one, "passed", json_integer(hall_passed(place->hall, pick.at[at].ticket)));
        value_add(&list, one);
    }
    return json_pack("{s:i, s:o, s:I}", "window", desk.plan->number, "waiting", list, "count",
                     (json_int_t)count_all(&desk));
}
