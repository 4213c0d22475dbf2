// SPDX-License-Identifier: Apache-2.0
/*
 * What happened becomes frames in the ring: phones hear who left their line and when their own
 * ticket changed, consoles see their window at most ten times a second, kiosks the hall once a
 * second, and the log goes out event by event. Nothing is made for streams that nobody reads.
 */
#include <stdlib.h>

#include "daemon/web/stream.h"

enum { HALL_EVERY_S = 15 }; // opening hours and waits change without an event

static void push(struct streams *streams, struct frame *frame) {
    if (!frame)
        return;
    streams->figures.frames++;
    ring_push(&streams->ring, frame);
}

json_t *news_house(const struct web *web) {
    const char *why = "";
    return json_pack("{s:b, s:b, s:I}", "online", 1, "stuck",
                     pipeline_is_stuck(web->house.pipeline, &why), "seq",
                     (json_int_t)web_hall(web)->seq);
}

static void mark_ticket(struct streams *streams, uint64_t ticket, uint16_t service) {
    struct frame *frame = frame_mark();
    if (!frame)
        return;
    frame->stream = STREAM_TICKET;
    frame->ticket = ticket;
    frame->service = service;
    push(streams, frame);
}

// "Number 17 has left": small, and the same for the whole line.
static void tell_left(struct streams *streams, const struct event *event, uint16_t service) {
    struct frame *frame = frame_make(
        "ahead", 0,
        json_pack("{s:s, s:s}", "left", event->ticket.number, "service", event->ticket.service));
    if (!frame)
        return;
    frame->stream = STREAM_TICKET;
    frame->service = service;
    push(streams, frame);
}

static bool leaves_line(unsigned kind) {
    return kind == EVENT_TICKET_CALLED || kind == EVENT_TICKET_CANCELLED ||
           kind == EVENT_TICKET_VOIDED;
}

static bool changes_order(unsigned kind) { // of those who were there before
    return kind == EVENT_TICKET_RETURNED || kind == EVENT_TICKET_DEFERRED ||
           kind == EVENT_TICKET_TRANSFERRED || kind == EVENT_TICKET_RECYCLED ||
           kind == EVENT_TICKET_WITHDRAWN || kind == EVENT_TICKET_TAKEN_BACK ||
           kind == EVENT_TICKET_UNPARKED;
}

static void tell_phones(struct streams *streams, const struct hall *hall,
                        const struct event *event) {
    uint16_t service;
    if (event->kind == EVENT_DAY_OPENED || event->kind == EVENT_HALL_CONFIGURED)
        mark_ticket(streams, 0, PLAN_NONE); // places of services may have changed
    if (!event->ticket.id)
        return;
    service = plan_service_at(&hall->plan, event->ticket.service);
    if (leaves_line(event->kind))
        tell_left(streams, event, service);
    else if (changes_order(event->kind))
        mark_ticket(streams, 0, service);
    mark_ticket(streams, event->ticket.id, service);
}

static void tell_log(struct streams *streams, const struct event *event) {
    struct frame *frame =
        frame_make(event_kind_name(event->kind), event->seq, wire_event(event, SEEN_BY_MANAGER));
    if (!frame)
        return;
    frame->stream = STREAM_EVENTS;
    frame->seq = event->seq;
    push(streams, frame);
}

// Windows that show something else now: its own, and all that serve the ticket's line.
static void mark_windows(struct streams *streams, const struct hall *hall,
                         const struct event *event) {
    const struct plan *plan = &hall->plan;
    uint16_t service = event->ticket.id ? plan_service_at(plan, event->ticket.service) : PLAN_NONE;
    bool all = !event->ticket.id && !event->window; // notices, services, the day, devices
    for (uint32_t i = 0; i < plan->window_count; i++)
        if (all || plan->windows[i].number == event->window ||
            (service != PLAN_NONE && hall->windows[i].weight[service]))
            streams->changed[i] = 1;
}

static void windows_soon(struct streams *streams) {
    if (streams->windows_due || streams->counts[STREAM_WINDOW] == 0)
        return;
    streams->windows_due = true;
    loop_timer_set(streams->windows_timer, STREAM_WINDOW_MS);
}

static void hall_soon(struct streams *streams) {
    if (streams->hall_due || streams->counts[STREAM_HALL] == 0)
        return;
    streams->hall_due = true;
    loop_timer_set(streams->hall_timer, STREAM_HALL_MS);
}

void news_told(void *context, const struct hall *hall, const struct event *events, size_t count) {
    struct streams *streams = context;
    bool phones = streams->counts[STREAM_TICKET] > 0, log = streams->counts[STREAM_EVENTS] > 0;
    bool windows = streams->counts[STREAM_WINDOW] > 0;
    for (size_t i = 0; i < count; i++) {
        if (phones)
            tell_phones(streams, hall, &events[i]);
        if (log)
            tell_log(streams, &events[i]);
        if (windows)
            mark_windows(streams, hall, &events[i]);
    }
    windows_soon(streams);
    hall_soon(streams);
    if (phones || log)
        stream_pump(streams);
}

static void push_shared(struct streams *streams, const char *event, enum stream_kind kind,
                        uint16_t window, json_t *json) {
    struct frame *frame = frame_make(event, 0, json);
    if (!frame)
        return;
    frame->stream = kind;
    frame->window = window;
    push(streams, frame);
}

static bool is_watched(const struct streams *streams, uint16_t window) {
    for (const struct stream *one = streams->first; one; one = one->next)
        if (one->kind == STREAM_WINDOW && one->window == window)
            return true;
    return false;
}

void news_windows(void *context) {
    struct streams *streams = context;
    const struct hall *hall = web_hall(streams->web);
    struct wire_place place = web_place(streams->web, hall);
    streams->windows_due = false;
    for (uint32_t i = 0; i < hall->plan.window_count; i++) {
        uint16_t number = hall->plan.windows[i].number;
        if (streams->changed[i] && is_watched(streams, number))
            push_shared(streams, "window", STREAM_WINDOW, number, wire_window(&place, (uint16_t)i));
        streams->changed[i] = 0;
    }
    stream_pump(streams);
}

void news_hall(void *context) {
    struct streams *streams = context;
    struct wire_place place = web_place(streams->web, web_hall(streams->web));
    streams->hall_due = false;
    push_shared(streams, "hall", STREAM_HALL, 0, wire_hall(&place));
    stream_pump(streams);
}

// --- each second -------------------------------------------------------------------------------

// The grace of a call ends: from now on the clerk may say that nobody came.
static bool grace_ended(const struct hall *hall, uint32_t window, int64_t since_ms,
                        int64_t now_ms) {
    int32_t ticket = hall->windows[window].ticket;
    int64_t end_ms;
    if (hall->windows[window].state != WINDOW_CALLING || ticket == HALL_NONE)
        return false;
    end_ms = hall->tickets[ticket].told_ms + hall->plan.rules.grace_ms;
    return hall->tickets[ticket].told_ms && since_ms < end_ms && end_ms <= now_ms;
}

void news_tick(struct streams *streams) {
    struct web *web = streams->web;
    const struct hall *hall = web_hall(web);
    int64_t now_ms = web_now(web);
    const char *why;
    bool stuck = pipeline_is_stuck(web->house.pipeline, &why);
    for (uint32_t i = 0; i < hall->plan.window_count; i++) {
        if (!grace_ended(hall, i, streams->ticked_ms, now_ms))
            continue;
        streams->changed[i] = 1;
        windows_soon(streams);
    }
    if (stuck != streams->was_stuck && streams->counts[STREAM_WINDOW]) {
        push_shared(streams, "hall", STREAM_WINDOW, 0, news_house(web));
        stream_pump(streams);
    }
    if (stuck != streams->was_stuck || web->ticks % HALL_EVERY_S == 0)
        hall_soon(streams);
    streams->was_stuck = stuck;
    streams->ticked_ms = now_ms;
}
