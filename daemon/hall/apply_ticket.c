// SPDX-License-Identifier: Apache-2.0
/*
 * What events of tickets change beside the states: places, times, counters, what a window keeps of
 * its last one, and who was passed.
 *
 * Invariant: a ticket's `passed` is exact whether it is in a line or not. Must not: set `state`,
 * touch a line's tree (apply.c does) or decide anything.
 */
#include <string.h>

#include "daemon/hall/apply.h"
#include "daemon/hall/line.h"
#include "daemon/hall/order.h"
#include "daemon/hall/series.h"

static struct window *window_of(const struct scene *scene) {
    return &scene->hall->windows[scene->window];
}

static int64_t now_of(const struct scene *scene) {
    return scene->event->at.hall_ms;
}

// --- issued --------------------------------------------------------------------------------------
static bool can_issue(const struct scene *scene) {
    const struct event *event = scene->event;
    const struct hall *hall = scene->hall;
    uint32_t number;
    return hall->day_open && hall->ticket_count < HALL_TICKETS_MAX &&
           event->ticket.id == event->seq &&
           plan_service_at(&hall->plan, event->ticket.service) != PLAN_NONE &&
           plan_class_at(&hall->plan, event->ticket.klass) != PLAN_NONE &&
           series_read(&hall->plan, event->ticket.number, &number) != PLAN_NONE;
}

static void fill_issued(struct ticket *one, const struct event *event) {
    one->id = one->placed = event->seq;
    one->issued_ms = event->at.hall_ms;
    one->effective_ms = event->u.issued.effective_ms;
    one->left = one->right = HALL_NONE;
    one->window = one->to_window = PLAN_NONE;
    one->from_window = one->from_service = PLAN_NONE;
    one->cases = event->u.issued.cases;
    one->needs = event->u.issued.needs;
    one->silent = event->u.issued.silent;
    one->language = event->u.issued.language;
    one->phone = event->u.issued.carried_phone;
}

static void make_issued(struct scene *scene) {
    struct hall *hall = scene->hall;
    const struct event *event = scene->event;
    scene->at = (int32_t)hall->ticket_count++;
    struct ticket *one = scene->ticket = &hall->tickets[scene->at];
    fill_issued(one, event);
    one->service = plan_service_at(&hall->plan, event->ticket.service);
    one->klass = (uint8_t)plan_class_at(&hall->plan, event->ticket.klass);
    one->series = series_read(&hall->plan, event->ticket.number, &one->number);
    hall->series[one->series].last = one->number;
    hall->services[one->service].issued++;
    hall->services[one->service].waiting++;
    line_insert(hall, line_of(hall, scene->at), scene->at);
}

// --- calls ---------------------------------------------------------------------------------------
static void forget_recent(struct hall *hall, uint16_t zone, int32_t ticket) {
    struct recent_call *recent = hall->recent[zone];
    for (uint32_t at = 0; at < HALL_RECENT_MAX; at++) {
        if (recent[at].ticket != ticket)
            continue;
        memmove(&recent[at], &recent[at + 1], (HALL_RECENT_MAX - 1 - at) * sizeof *recent);
        recent[HALL_RECENT_MAX - 1] = (struct recent_call){.ticket = HALL_NONE};
        return;
    }
}

static void remember_recent(const struct scene *scene) {
    struct hall *hall = scene->hall;
    uint16_t zone = hall->plan.windows[scene->window].zone;
    struct recent_call *recent = hall->recent[zone];
    forget_recent(hall, zone, scene->at);
    memmove(&recent[1], &recent[0], (HALL_RECENT_MAX - 1) * sizeof *recent);
    recent[0] = (struct recent_call){scene->at, scene->window, 0, now_of(scene)};
}

struct pass {
    struct hall *hall;
    int64_t before_ms;
};

static void pass_line(void *context, struct line *line) {
    const struct pass *pass = context;
    line_pass(pass->hall, line, pass->before_ms);
}

static void count_rule(const struct scene *scene) {
    struct hall *hall = scene->hall;
    struct pass pass = {hall, scene->ticket->effective_ms};
    struct window *group = &hall->windows[order_group_head(&hall->plan, scene->window)];
    order_each_line(hall, scene->window, pass_line, &pass);
    if (group->run && group->run_class == scene->ticket->klass) {
        group->run++;
    } else {
        group->run = 1;
        group->run_class = scene->ticket->klass;
    }
}

static bool can_call(const struct scene *scene) {
    return scene->event->u.called.rule < RULES && scene->hall->day_open;
}

static void make_called(struct scene *scene) {
    const struct event *event = scene->event;
    struct ticket *one = scene->ticket;
    if (order_is_by_rule(event->u.called.rule))
        count_rule(scene);
    one->from = one->state;
    one->call = one->last_call = event->seq;
    one->called_ms = one->recalled_ms = now_of(scene);
    one->told_ms = 0;
    one->expected = event->u.called.expected;
    one->told = one->failed = 0;
    one->recalls = 0;
    if (one->from == TICKET_WAITING)
        one->served_ms = 0;
    if (one->to_window != scene->window) { // called by hand elsewhere: that wish is over
        one->to_window = PLAN_NONE;
        one->to_person = 0;
    }
    apply_service(scene)->called++;
    apply_service(scene)->waited_ms += event->u.called.waited_ms;
    remember_recent(scene);
}

static void make_recalled(struct scene *scene) {
    struct ticket *one = scene->ticket;
    one->last_call = scene->event->seq;
    one->recalled_ms = now_of(scene);
    one->recalls++;
    one->expected = scene->event->u.recalled.expected;
    one->told = one->failed = 0;
    remember_recent(scene); // on the board it stands on top again
}

static void make_withdrawn(struct scene *scene) {
    struct ticket *one = scene->ticket;
    struct service_state *service = apply_service(scene);
    service->called--;
    service->waited_ms -= one->called_ms - one->effective_ms;
    forget_recent(scene->hall, scene->hall->plan.windows[scene->window].zone, scene->at);
}

// The place in plan_window.devices of the device that speaks, as a bit; 0 = not one of them.
static uint8_t device_bit(const struct scene *scene) {
    const struct plan *plan = &scene->hall->plan;
    const struct plan_window *window = &plan->windows[scene->window];
    uint16_t device = plan_device_at(plan, scene->event->device);
    for (uint32_t at = 0; at < window->device_count && at < PLAN_WINDOW_DEVICES_MAX; at++) {
        if (window->devices[at] == device)
            return (uint8_t)(1u << at);
    }
    return 0;
}

static bool can_tell(const struct scene *scene) {
    return scene->window != PLAN_NONE && device_bit(scene);
}

static void make_told(struct scene *scene) {
    uint8_t bit = device_bit(scene);
    scene->ticket->told |= bit;
    scene->ticket->failed &= (uint8_t)~bit;
    if (!scene->ticket->told_ms)
        scene->ticket->told_ms = now_of(scene);
}

static void make_failed(struct scene *scene) {
    scene->ticket->failed |= device_bit(scene);
}

// --- served --------------------------------------------------------------------------------------
static void make_started(struct scene *scene) {
    scene->ticket->started_ms = now_of(scene);
    scene->ticket->from_window = scene->ticket->from_service = PLAN_NONE;
}

static void make_finished(struct scene *scene) {
    struct ticket *one = scene->ticket;
    int64_t served_ms = scene->event->u.finished.serving_ms;
    one->served_ms = served_ms;
    one->ended_ms = now_of(scene);
    one->cases = scene->event->u.finished.cases;
    apply_service(scene)->finished++;
    apply_service(scene)->served_ms += served_ms;
    window_of(scene)->served++;
}

static void make_reopened(struct scene *scene) {
    struct ticket *one = scene->ticket;
    apply_service(scene)->finished--;
    apply_service(scene)->served_ms -= one->served_ms;
    window_of(scene)->served--;
    one->started_ms = now_of(scene);
    one->ended_ms = 0;
    if (window_of(scene)->ask == one->ask) { // it will be asked again at its end
        window_of(scene)->ask = 0;
        window_of(scene)->asked_ms = 0;
    }
    one->ask = 0;
    one->asked_ms = 0;
}

static void make_parked(struct scene *scene) {
    struct ticket *one = scene->ticket;
    one->park = scene->event->u.parked.park;
    one->parked_ms = now_of(scene);
    one->served_ms += now_of(scene) - one->started_ms;
}

static void make_unparked(struct scene *scene) {
    scene->ticket->started_ms = now_of(scene);
    scene->ticket->parked_ms = 0;
}

// --- places --------------------------------------------------------------------------------------
static void make_placed(struct scene *scene) {
    struct ticket *one = scene->ticket;
    one->effective_ms = scene->event->u.placed.effective_ms;
    one->placed = scene->event->seq;
    one->from_window = one->from_service = PLAN_NONE;
    one->first = 0;
}

static void make_deferred(struct scene *scene) {
    make_placed(scene);
    scene->ticket->defers++;
}

// A window that has closed meanwhile cannot call its own line: back to the service's.
static void make_returned(struct scene *scene) {
    struct ticket *one = scene->ticket;
    make_placed(scene);
    if (one->to_window != PLAN_NONE &&
        scene->hall->windows[one->to_window].state == WINDOW_CLOSED) {
        one->to_window = PLAN_NONE;
        one->to_person = 0;
    }
}

static void make_approaching(struct scene *scene) {
    scene->ticket->approached = 1;
}

static bool can_transfer(const struct scene *scene) {
    const struct event *event = scene->event;
    const struct plan *plan = &scene->hall->plan;
    if (plan_service_at(plan, event->u.transferred.to_service) == PLAN_NONE)
        return false;
    return !event->u.transferred.to_window ||
           plan_window_at(plan, event->u.transferred.to_window) != PLAN_NONE;
}

static void make_transferred(struct scene *scene) {
    const struct event *event = scene->event;
    const struct plan *plan = &scene->hall->plan;
    struct ticket *one = scene->ticket;
    if (one->state == TICKET_SERVING)
        one->served_ms += now_of(scene) - one->started_ms;
    one->from_window = scene->window;
    one->from_service = one->service;
    one->service = plan_service_at(plan, event->u.transferred.to_service);
    one->to_window = plan_window_at(plan, event->u.transferred.to_window);
    one->to_person = event->u.transferred.to_person;
    one->effective_ms = event->u.transferred.effective_ms;
    one->placed = event->seq;
    one->first = event->u.transferred.place == PLACE_FIRST;
    one->approached = 0;
}

static bool can_take_back(const struct scene *scene) {
    return scene->ticket->from_window == scene->window &&
           scene->ticket->from_service < scene->hall->plan.service_count;
}

static void make_taken_back(struct scene *scene) {
    struct ticket *one = scene->ticket;
    one->service = one->from_service;
    one->from_window = one->from_service = PLAN_NONE;
    one->to_window = PLAN_NONE;
    one->to_person = 0;
    one->first = 0;
    one->started_ms = now_of(scene);
}

// --- ends ----------------------------------------------------------------------------------------
static void make_missed(struct scene *scene) {
    scene->ticket->misses = (uint16_t)scene->event->u.missed.misses;
    apply_service(scene)->missed++;
}

static void make_cancelled(struct scene *scene) {
    scene->ticket->ended_ms = now_of(scene);
    apply_service(scene)->cancelled++;
}

static void make_voided(struct scene *scene) {
    scene->ticket->ended_ms = now_of(scene);
    apply_service(scene)->voided++;
}

static void make_asked(struct scene *scene) {
    struct window *window = window_of(scene);
    scene->ticket->ask = window->ask = scene->event->seq;
    scene->ticket->asked_ms = window->asked_ms = now_of(scene);
}

static bool has_window(const struct scene *scene) {
    return scene->window != PLAN_NONE;
}

static void make_answered(struct scene *scene) {
    struct window *window = scene->window == PLAN_NONE ? NULL : window_of(scene);
    if (scene->event->kind == EVENT_RATING_GIVEN)
        scene->ticket->rated = scene->event->u.rating.level;
    if (window && window->ask == scene->ticket->ask) {
        window->ask = 0;
        window->asked_ms = 0;
    }
}

const struct apply_step apply_ticket_steps[EVENT_KINDS] = {
    [EVENT_TICKET_ISSUED] = {can_issue, make_issued},
    [EVENT_TICKET_APPROACHING] = {NULL, make_approaching},
    [EVENT_TICKET_CALLED] = {can_call, make_called},
    [EVENT_TICKET_RECALLED] = {NULL, make_recalled},
    [EVENT_TICKET_STARTED] = {NULL, make_started},
    [EVENT_TICKET_FINISHED] = {NULL, make_finished},
    [EVENT_TICKET_MISSED] = {NULL, make_missed},
    [EVENT_TICKET_RETURNED] = {NULL, make_returned},
    [EVENT_TICKET_DEFERRED] = {NULL, make_deferred},
    [EVENT_TICKET_PARKED] = {NULL, make_parked},
    [EVENT_TICKET_UNPARKED] = {NULL, make_unparked},
    [EVENT_TICKET_TRANSFERRED] = {can_transfer, make_transferred},
    [EVENT_TICKET_RECYCLED] = {NULL, make_placed},
    [EVENT_TICKET_WITHDRAWN] = {NULL, make_withdrawn},
    [EVENT_TICKET_TAKEN_BACK] = {can_take_back, make_taken_back},
    [EVENT_TICKET_REOPENED] = {NULL, make_reopened},
    [EVENT_TICKET_CANCELLED] = {NULL, make_cancelled},
    [EVENT_TICKET_VOIDED] = {NULL, make_voided},
    [EVENT_CALL_SHOWN] = {can_tell, make_told},
    [EVENT_CALL_SPOKEN] = {can_tell, make_told},
    [EVENT_CALL_FAILED] = {can_tell, make_failed},
    [EVENT_RATING_ASKED] = {has_window, make_asked},
    [EVENT_RATING_GIVEN] = {NULL, make_answered},
    [EVENT_RATING_EXPIRED] = {NULL, make_answered},
};
