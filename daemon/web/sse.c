// SPDX-License-Identifier: Apache-2.0
/*
 * Streams. All frames that more than one client may read stand in one ring, each for a kind of
 * stream and, maybe, one service, window or ticket. A stream is a place in that ring; a pump takes
 * the streams forward in slices, so that ten thousand phones never hold the loop. Marks without
 * bytes ("this ticket changed") make the stream show its own view again.
 *
 * /events first reads the log up to what is settled and then goes live: its place in the ring and
 * the seq it last sent say together that nothing is missed or sent twice.
 *
 * Invariant: a stream's memory ends when its connection does, never before; connections are only
 * ever shut down, and evhttp frees them.
 */
#include "daemon/web/sse.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/web/limits.h"
#include "daemon/web/reply.h"
#include "daemon/web/ring.h"

enum { CATCH_UP_PAGE = 200, CHECK_EVERY = 16, CATCH_UP_OUTPUT = 64 * 1024, AGAIN_MS = 50 };

struct stream {
    struct streams *streams;
    struct stream *next, *before;
    struct evhttp_request *http;
    struct bufferevent *bev;
    struct client *client;
    enum stream_kind kind;
    uint16_t window; // number
    uint16_t service;
    uint64_t ticket;
    uint64_t place; // of the next frame to look at
    uint64_t sent;  // STREAM_EVENTS: seq of the last event sent
    bool chunked, catching_up, over;
    struct reading *reading; // of the log, under way
};

struct reading { // of the log; outlives its stream if that goes away
    struct stream *stream;
};

struct streams {
    struct web *web;
    struct ring ring;
    struct stream *first, *cursor; // cursor: where the pump goes on
    struct event *pump;
    struct loop_timer *windows_timer, *hall_timer, *again_timer;
    uint8_t changed[PLAN_WINDOWS_MAX]; // windows to be shown anew
    bool windows_due, hall_due;
    struct stream_figures figures;
};

// --- writing -----------------------------------------------------------------------------------

static void drop(struct stream *stream) {
    if (!stream->over)
        stream->streams->figures.dropped++;
    stream->over = true;
    client_cut(stream->client);
}

static void write_frame(struct stream *stream, struct frame *frame) {
    struct evbuffer *out = bufferevent_get_output(stream->bev);
    if (stream->over)
        return;
    if (evbuffer_get_length(out) + frame->length > STREAM_OUTPUT_MOST) {
        drop(stream);
        return;
    }
    frame_send(frame, stream->bev, stream->chunked);
}

// A frame for this stream alone; takes json.
static void write_json(struct stream *stream, const char *event, uint64_t id, json_t *json) {
    struct frame *frame = frame_make(event, id, json);
    if (!frame) {
        drop(stream);
        return;
    }
    write_frame(stream, frame);
    frame_release(frame);
}

static void show_ticket(struct stream *stream) {
    const struct hall *hall = web_hall(stream->streams->web);
    struct wire_place place = web_place(stream->streams->web, hall);
    int32_t ticket = hall_ticket_by_id(hall, stream->ticket);
    if (ticket == HALL_NONE)
        return;
    stream->service = hall->tickets[ticket].service;
    write_json(stream, "ticket", 0, wire_ticket(&place, ticket));
}

static json_t *house_json(const struct web *web) {
    const char *why = "";
    return json_pack("{s:b, s:b, s:I}", "online", 1, "stuck",
                     pipeline_is_stuck(web->house.pipeline, &why), "seq",
                     (json_int_t)web_hall(web)->seq);
}

static void show_first(struct stream *stream) {
    struct web *web = stream->streams->web;
    struct wire_place place = web_place(web, web_hall(web));
    switch (stream->kind) {
    case STREAM_HALL:
        write_json(stream, "hall", 0, wire_hall(&place));
        break;
    case STREAM_WINDOW:
        write_json(stream, "hall", 0, house_json(web));
        write_json(stream, "window", 0, wire_window(&place, stream->window));
        break;
    case STREAM_TICKET:
        show_ticket(stream);
        break;
    case STREAM_EVENTS:
        break;
    }
}

// --- the pump ----------------------------------------------------------------------------------

static bool concerns(const struct stream *stream, const struct frame *frame) {
    if (stream->kind != (enum stream_kind)frame->stream)
        return false;
    switch (stream->kind) {
    case STREAM_WINDOW:
        return frame->window == 0 || frame->window == stream->window;
    case STREAM_TICKET:
        return (frame->ticket && frame->ticket == stream->ticket) ||
               (!frame->ticket && frame->service == stream->service);
    case STREAM_EVENTS:
        return !stream->catching_up && frame->seq > stream->sent;
    case STREAM_HALL:
        return true;
    }
    return false;
}

// Everything the ring has for this stream; its own view at most once.
static void advance(struct stream *stream) {
    struct ring *ring = &stream->streams->ring;
    bool show = false;
    if (stream->place < ring->oldest && !stream->catching_up)
        drop(stream); // it lags more than the ring is long
    for (; stream->place < ring->next && !stream->over; stream->place++) {
        struct frame *frame = ring_at(ring, stream->place);
        if (!frame || !concerns(stream, frame))
            continue;
        if (frame->length == 0)
            show = true;
        else
            write_frame(stream, frame);
        if (frame->seq)
            stream->sent = frame->seq;
    }
    if (show && !stream->over)
        show_ticket(stream);
}

static int64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void pump(evutil_socket_t fd, short what, void *context) {
    struct streams *streams = context;
    int64_t end = now_us() + STREAM_SLICE_US;
    unsigned count = 0;
    (void)fd;
    (void)what;
    while (streams->cursor) {
        struct stream *stream = streams->cursor;
        streams->cursor = stream->next;
        advance(stream);
        if (++count % CHECK_EVERY == 0 && now_us() > end)
            break;
    }
    if (streams->cursor) {
        // By a timer, not at once: the loop looks at its sockets in between.
        struct timeval soon = {0};
        event_add(streams->pump, &soon);
    }
}

static void pump_start(struct streams *streams) {
    struct timeval soon = {0};
    streams->cursor = streams->first;
    if (streams->cursor && !event_pending(streams->pump, EV_TIMEOUT, NULL))
        event_add(streams->pump, &soon);
}

static void push(struct streams *streams, struct frame *frame) {
    if (!frame)
        return;
    streams->figures.frames++;
    ring_push(&streams->ring, frame);
}

// --- what happened -----------------------------------------------------------------------------

static bool any_of(const struct streams *streams, enum stream_kind kind) {
    for (const struct stream *one = streams->first; one; one = one->next)
        if (one->kind == kind)
            return true;
    return false;
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

static void told(struct streams *streams, const struct hall *hall, const struct event *events,
                 size_t count) {
    bool phones = any_of(streams, STREAM_TICKET), log = any_of(streams, STREAM_EVENTS);
    bool windows = any_of(streams, STREAM_WINDOW);
    for (size_t i = 0; i < count; i++) {
        if (phones)
            tell_phones(streams, hall, &events[i]);
        if (log)
            tell_log(streams, &events[i]);
        if (windows)
            mark_windows(streams, hall, &events[i]);
    }
    if (windows && !streams->windows_due) {
        streams->windows_due = true;
        loop_timer_set(streams->windows_timer, STREAM_WINDOW_MS);
    }
    if (!streams->hall_due && any_of(streams, STREAM_HALL)) {
        streams->hall_due = true;
        loop_timer_set(streams->hall_timer, STREAM_HALL_MS);
    }
    if (phones || log)
        pump_start(streams);
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

static void show_windows(void *context) {
    struct streams *streams = context;
    const struct hall *hall = web_hall(streams->web);
    struct wire_place place = web_place(streams->web, hall);
    streams->windows_due = false;
    for (uint32_t i = 0; i < hall->plan.window_count; i++) {
        uint16_t number = hall->plan.windows[i].number;
        if (streams->changed[i] && is_watched(streams, number))
            push_shared(streams, "window", STREAM_WINDOW, number, wire_window(&place, number));
        streams->changed[i] = 0;
    }
    pump_start(streams);
}

static void show_hall(void *context) {
    struct streams *streams = context;
    struct wire_place place = web_place(streams->web, web_hall(streams->web));
    streams->hall_due = false;
    push_shared(streams, "hall", STREAM_HALL, 0, wire_hall(&place));
    pump_start(streams);
}

// --- catching up with the log ------------------------------------------------------------------

static void catch_up(struct stream *stream);

static void go_live(struct stream *stream) {
    stream->catching_up = false;
    stream->place = stream->streams->ring.oldest; // what it has sent already is skipped by seq
    pump_start(stream->streams);
}

static void page_read(void *context, const struct journal_page *page) {
    struct reading *reading = context;
    struct stream *stream = reading->stream;
    free(reading);
    if (!stream)
        return;
    stream->reading = NULL;
    for (size_t i = 0; i < page->count && !stream->over; i++) {
        const struct event *event = &page->events[i];
        write_json(stream, event_kind_name(event->kind), event->seq,
                   wire_event(event, SEEN_BY_MANAGER));
        stream->sent = event->seq;
    }
    if (page->error)
        drop(stream);
    else if (!stream->over)
        catch_up(stream);
}

static void catch_up(struct stream *stream) {
    struct streams *streams = stream->streams;
    struct reading *reading;
    if (stream->sent >= web_hall(streams->web)->seq) {
        go_live(stream);
        return;
    }
    if (evbuffer_get_length(bufferevent_get_output(stream->bev)) > CATCH_UP_OUTPUT) {
        loop_timer_set(streams->again_timer, AGAIN_MS);
        return;
    }
    reading = malloc(sizeof *reading);
    if (!reading) {
        drop(stream);
        return;
    }
    reading->stream = stream;
    stream->reading = reading;
    if (journal_read(streams->web->house.journal, stream->sent, CATCH_UP_PAGE, page_read,
                     reading)) {
        stream->reading = NULL;
        free(reading);
        drop(stream);
    }
}

static void catch_up_again(void *context) {
    struct streams *streams = context;
    for (struct stream *one = streams->first; one; one = one->next)
        if (one->catching_up && !one->reading && !one->over)
            catch_up(one);
}

// --- opening and ending ------------------------------------------------------------------------

static void stream_unlink(struct stream *stream) {
    struct streams *streams = stream->streams;
    if (streams->cursor == stream)
        streams->cursor = stream->next;
    if (stream->before)
        stream->before->next = stream->next;
    else
        streams->first = stream->next;
    if (stream->next)
        stream->next->before = stream->before;
    streams->figures.open--;
}

static void stream_gone(void *context) {
    struct stream *stream = context;
    stream_unlink(stream);
    if (stream->reading)
        stream->reading->stream = NULL;
    // evhttp has let go of a request whose client went away in the middle of the answer.
    if (!evhttp_request_get_connection(stream->http))
        evhttp_request_free(stream->http);
    free(stream);
}

static void begin_answer(struct stream *stream) {
    struct evhttp_request *http = stream->http;
    struct evkeyvalq *headers = evhttp_request_get_output_headers(http);
    evhttp_add_header(headers, "Content-Type", "text/event-stream; charset=utf-8");
    evhttp_add_header(headers, "X-Accel-Buffering", "no");
    reply_secure(http);
    stream->chunked = http->major == 1 && http->minor >= 1;
    if (!stream->chunked)
        evhttp_add_header(headers, "Connection", "close");
    evhttp_send_reply_start(http, 200, NULL);
}

static struct stream *stream_new(struct request *request, enum stream_kind kind, uint64_t after) {
    struct streams *streams = request->web->streams;
    struct stream *stream = calloc(1, sizeof *stream);
    struct evhttp_connection *connection = evhttp_request_get_connection(request->http);
    if (!stream)
        return NULL;
    stream->streams = streams;
    stream->http = request->http;
    stream->client = request->client;
    stream->bev = evhttp_connection_get_bufferevent(connection);
    stream->kind = kind;
    stream->window = request->at.n;
    stream->service = PLAN_NONE;
    stream->ticket = request->ticket;
    stream->place = streams->ring.next;
    stream->sent = after;
    stream->next = streams->first;
    if (stream->next)
        stream->next->before = stream;
    streams->first = stream;
    streams->figures.open++;
    streams->figures.opened++;
    return stream;
}

void streams_open(struct request *request, enum stream_kind kind, uint64_t after) {
    struct web *web = request->web;
    struct stream *stream = NULL;
    if (evhttp_request_get_command(request->http) == EVHTTP_REQ_HEAD) {
        reply_header(request, "Content-Type", "text/event-stream; charset=utf-8");
        reply_empty(request, 200);
        return;
    }
    if (request->client && web->streams->figures.open < STREAMS_MOST)
        stream = stream_new(request, kind, after);
    if (!stream) {
        reply_later(request, PROBLEM_TOO_MANY, 5000);
        return;
    }
    web->answered[2]++;
    client_streams(stream->client, stream_gone, stream);
    begin_answer(stream);
    request_free(request);
    show_first(stream);
    if (kind == STREAM_EVENTS) {
        stream->catching_up = true;
        catch_up(stream);
    }
}

void streams_tick(struct streams *streams) {
    struct frame *beat;
    if (streams->web->ticks % STREAM_BEAT_S != 0)
        return;
    beat = frame_comment("beat");
    for (struct stream *one = streams->first; beat && one; one = one->next)
        write_frame(one, beat);
    if (beat)
        frame_release(beat);
}

void streams_figures(const struct streams *streams, struct stream_figures *out) {
    *out = streams->figures;
}

// --- making and freeing ------------------------------------------------------------------------

static void streams_told(void *context, const struct hall *hall, const struct event *events,
                         size_t count) {
    told(context, hall, events, count);
}

int streams_new(struct streams **out, struct web *web) {
    struct streams *streams = calloc(1, sizeof *streams);
    *out = streams;
    if (!streams)
        return -ENOMEM;
    streams->web = web;
    streams->pump = evtimer_new(loop_base(web->house.loop), pump, streams);
    streams->windows_timer = loop_timer_new(web->house.loop, show_windows, streams);
    streams->hall_timer = loop_timer_new(web->house.loop, show_hall, streams);
    streams->again_timer = loop_timer_new(web->house.loop, catch_up_again, streams);
    if (!streams->pump || !streams->windows_timer || !streams->hall_timer || !streams->again_timer)
        return -ENOMEM;
    return pipeline_listen(web->house.pipeline, streams_told, streams);
}

void streams_free(struct streams *streams) {
    if (!streams)
        return;
    pipeline_unlisten(streams->web->house.pipeline, streams_told, streams);
    while (streams->first) {
        struct stream *stream = streams->first;
        stream_unlink(stream);
        if (stream->reading)
            stream->reading->stream = NULL;
        free(stream);
    }
    if (streams->pump)
        event_free(streams->pump);
    loop_timer_free(streams->windows_timer);
    loop_timer_free(streams->hall_timer);
    loop_timer_free(streams->again_timer);
    ring_clear(&streams->ring);
    free(streams);
}
