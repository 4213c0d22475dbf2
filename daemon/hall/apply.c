// SPDX-License-Identifier: Apache-2.0
/*
 * hall_apply: an event made so. First everything is found and checked, then it is done, so that a
 * damaged log leaves the hall as it was.
 *
 * Invariant: it believes what the event says and asks no rule of the plan; given the same events
 * it makes the same bytes. The lines, the number waiting and the states are kept here for all
 * kinds; what is special to a kind stands in apply_ticket.c and apply_hall.c.
 */
#include "daemon/hall/apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/hall/line.h"
#include "daemon/hall/ticket.h"

struct service_state *apply_service(const struct scene *scene) {
    return &scene->hall->services[scene->ticket->service];
}

static const struct apply_step *step_of(unsigned kind) {
    const struct apply_step *step = &apply_ticket_steps[kind];
    return step->check || step->make ? step : &apply_hall_steps[kind];
}

// --- finding and checking ------------------------------------------------------------------------
static bool find_ticket(struct scene *scene) {
    const struct event *event = scene->event;
    if (!event_is_of_ticket(event->kind))
        return true;
    scene->at = hall_ticket_by_id(scene->hall, event->ticket.id);
    if (scene->at == HALL_NONE)
        return false;
    scene->ticket = &scene->hall->tickets[scene->at];
    return ticket_after(scene->ticket->state, event->kind) != STATE_IMPOSSIBLE;
}

// Before these a window has no ticket; before all other moves of both, this very one.
static bool brings_ticket(unsigned kind) {
    return kind == EVENT_TICKET_CALLED || kind == EVENT_TICKET_UNPARKED ||
           kind == EVENT_TICKET_REOPENED || kind == EVENT_TICKET_TAKEN_BACK;
}

static bool at_window(unsigned state) {
    return state == TICKET_CALLED || state == TICKET_SERVING;
}

static bool find_window(struct scene *scene) {
    const struct event *event = scene->event;
    unsigned kind = event->kind;
    if (event->window) {
        scene->window = plan_window_at(&scene->hall->plan, event->window);
        if (scene->window == PLAN_NONE)
            return false;
    }
    if (!event_moves_window(kind))
        return true;
    if (scene->window == PLAN_NONE)
        return kind == EVENT_TICKET_VOIDED && !at_window(scene->ticket->state);
    const struct window *window = &scene->hall->windows[scene->window];
    if (window_after(window->state, kind) == STATE_IMPOSSIBLE)
        return false;
    return !scene->ticket || brings_ticket(kind) || window->ticket == scene->at;
}

static bool check(struct scene *scene) {
    const struct hall *hall = scene->hall;
    const struct event *event = scene->event;
    const struct apply_step *step;
    if (event->seq != hall->seq + 1 || event->at.hall_ms < hall->now_ms)
        return false;
    if (event->kind == EVENT_NONE || event->kind >= EVENT_KINDS)
        return false;
    if (!find_ticket(scene) || !find_window(scene))
        return false;
    step = step_of(event->kind);
    return !step->check || step->check(scene);
}

// --- making it so --------------------------------------------------------------------------------
static void leave_line(struct scene *scene) {
    if (scene->ticket->state != TICKET_WAITING)
        return;
    line_remove(scene->hall, line_of(scene->hall, scene->at), scene->at);
    apply_service(scene)->waiting--;
}

static void join_line(struct scene *scene) {
    if (scene->ticket->state != TICKET_WAITING)
        return;
    line_insert(scene->hall, line_of(scene->hall, scene->at), scene->at);
    apply_service(scene)->waiting++;
}

static void move_window(struct scene *scene) {
    const struct event *event = scene->event;
    if (scene->window == PLAN_NONE || !event_moves_window(event->kind))
        return;
    struct window *window = &scene->hall->windows[scene->window];
    int next = window_after(window->state, event->kind);
    window->changed = event->seq;
    if (next == STATE_SAME)
        return;
    window->state = (uint32_t)next;
    window->since_ms = event->at.hall_ms;
    if (!scene->ticket)
        return;
    scene->ticket->window = scene->window;
    if (at_window(scene->ticket->state)) {
        window->ticket = scene->at;
    } else {
        window->ticket = HALL_NONE;
        window->last = scene->at;
    }
}

static void make(struct scene *scene) {
    const struct apply_step *step = step_of(scene->event->kind);
    int next = STATE_SAME;
    if (scene->ticket)
        next = ticket_after(scene->ticket->state, scene->event->kind);
    if (next == STATE_BEFORE_CALL)
        next = scene->ticket->from;
    if (next != STATE_SAME)
        leave_line(scene);
    if (step->make)
        step->make(scene);
    if (next != STATE_SAME) {
        scene->ticket->state = (uint8_t)next;
        join_line(scene);
    }
    move_window(scene);
}

static int grow(struct hall **hall) {
    uint32_t capacity = (*hall)->capacity;
    if ((*hall)->ticket_count < capacity)
        return 0;
    size_t size = hall_size(*hall);
    size_t more = capacity * sizeof(struct ticket);
    struct hall *bigger = realloc(*hall, size + more);
    if (!bigger)
        return -ENOMEM;
    memset((char *)bigger + size, 0, more);
    bigger->capacity = 2 * capacity;
    *hall = bigger;
    return 0;
}

int hall_apply(struct hall **hall, const struct event *event) {
    struct scene scene = {*hall, event, NULL, HALL_NONE, PLAN_NONE};
    int rc = 0;
    if (!check(&scene))
        return -EINVAL;
    if (event->kind == EVENT_DAY_OPENED || event->kind == EVENT_HALL_CONFIGURED)
        rc = remap_hall(hall, event);
    else if (event->kind == EVENT_TICKET_ISSUED)
        rc = grow(hall);
    if (rc)
        return rc;
    scene.hall = *hall;
    make(&scene);
    (*hall)->seq = event->seq;
    (*hall)->now_ms = event->at.hall_ms;
    return 0;
}
