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
#include "daemon/web/stream.h"

enum { CHECK_EVERY = 16 }; // streams between two looks at the clock

// --- writing -----------------------------------------------------------------------------------

void stream_drop(struct stream *stream) {
    if (!stream->over)
        stream->streams->figures.dropped++;
    stream->over = true;
    client_cut(stream->client);
}

void stream_write(struct stream *stream, struct frame *frame) {
    struct evbuffer *out = bufferevent_get_output(stream->bev);
    if (stream->over)
        return;
    if (evbuffer_get_length(out) + frame->length > STREAM_OUTPUT_MOST) {
        stream_drop(stream);
        return;
    }
    frame_send(frame, stream->bev, stream->chunked);
}

void stream_write_json(struct stream *stream, const char *event, uint64_t id, json_t *json) {
    struct frame *frame = frame_make(event, id, json);
    if (!frame) {
        stream_drop(stream);
        return;
    }
    stream_write(stream, frame);
    frame_release(frame);
}

static void show_ticket(struct stream *stream) {
    const struct hall *hall = web_hall(stream->streams->web);
    struct wire_place place = web_place(stream->streams->web, hall);
    int32_t ticket = hall_ticket_by_id(hall, stream->ticket);
    if (ticket == HALL_NONE) { // of a day that is over
        stream->over = true;
        client_cut(stream->client);
        return;
    }
    stream->service = hall->tickets[ticket].service;
    stream_write_json(stream, "ticket", 0, wire_ticket(&place, ticket));
}

static void show_first(struct stream *stream) {
    struct web *web = stream->streams->web;
    struct wire_place place = web_place(web, web_hall(web));
    switch (stream->kind) {
    case STREAM_HALL:
        stream_write_json(stream, "hall", 0, wire_hall(&place));
        break;
    case STREAM_WINDOW:
        stream_write_json(stream, "hall", 0, news_house(web));
        stream_write_json(stream, "window", 0, web_window(&place, stream->window));
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
               (!frame->ticket &&
                (frame->service == PLAN_NONE || frame->service == stream->service));
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
        stream_drop(stream); // it lags more than the ring is long
    for (; stream->place < ring->next && !stream->over; stream->place++) {
        struct frame *frame = ring_at(ring, stream->place);
        if (!frame || !concerns(stream, frame))
            continue;
        if (frame->length == 0)
            show = true;
        else
            stream_write(stream, frame);
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
    struct timeval soon = {0};
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
    if (!streams->cursor && streams->again) {
        streams->again = false;
        streams->cursor = streams->first;
    }
    // By a timer, not at once: the loop looks at its sockets in between.
    if (streams->cursor)
        event_add(streams->pump, &soon);
}

// A round under way is finished first, so that the last in the list get their turn.
void stream_pump(struct streams *streams) {
    struct timeval soon = {0};
    if (streams->cursor) {
        streams->again = true;
        return;
    }
    streams->cursor = streams->first;
    if (streams->cursor)
        event_add(streams->pump, &soon);
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
    streams->counts[stream->kind]--;
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
    stream->of_staff = kind == STREAM_WINDOW || kind == STREAM_EVENTS;
    memcpy(stream->session, request->session.hash, sizeof stream->session);
    stream->next = streams->first;
    if (stream->next)
        stream->next->before = stream;
    streams->first = stream;
    streams->figures.open++;
    streams->counts[kind]++;
    stream->slot = (unsigned)(streams->figures.opened++ % STREAM_BEAT_S);
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

// Who was signed out or disabled sees no more.
static bool has_ended(const struct stream *stream, int64_t now_ms) {
    const struct people *people = stream->streams->web->house.people;
    return stream->of_staff && !people_session(people, stream->session, now_ms);
}

void streams_tick(struct streams *streams) {
    struct frame *beat = frame_comment("beat");
    unsigned slot = (unsigned)(streams->web->ticks % STREAM_BEAT_S);
    int64_t now_ms = web_now(streams->web);
    for (struct stream *one = streams->first; one; one = one->next) {
        if (has_ended(one, now_ms)) {
            one->over = true;
            client_cut(one->client);
        } else if (beat && one->slot == slot) {
            stream_write(one, beat);
        }
    }
    if (beat)
        frame_release(beat);
    news_tick(streams);
}

void streams_figures(const struct streams *streams, struct stream_figures *out) {
    *out = streams->figures;
}

// --- making and freeing ------------------------------------------------------------------------

int streams_new(struct streams **out, struct web *web) {
    struct streams *streams = calloc(1, sizeof *streams);
    *out = streams;
    if (!streams)
        return -ENOMEM;
    streams->web = web;
    streams->pump = evtimer_new(loop_base(web->house.loop), pump, streams);
    streams->windows_timer = loop_timer_new(web->house.loop, news_windows, streams);
    streams->hall_timer = loop_timer_new(web->house.loop, news_hall, streams);
    streams->again_timer = loop_timer_new(web->house.loop, catch_up_again, streams);
    if (!streams->pump || !streams->windows_timer || !streams->hall_timer || !streams->again_timer)
        return -ENOMEM;
    return pipeline_listen(web->house.pipeline, news_told, streams);
}

void streams_free(struct streams *streams) {
    if (!streams)
        return;
    pipeline_unlisten(streams->web->house.pipeline, news_told, streams);
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
