// SPDX-License-Identifier: Apache-2.0
/*
 * What the files about streams share: sse.c (a stream's life and the pump), news.c (what happened
 * becomes frames), catchup.c (the log, from a place in the past).
 */
#ifndef JIAOHAO_WEB_STREAM_H
#define JIAOHAO_WEB_STREAM_H

#include <event2/bufferevent.h>

#include "daemon/web/ring.h"
#include "daemon/web/sse.h"

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
    uint64_t place;                     // of the next frame to look at
    uint64_t sent;                      // STREAM_EVENTS: seq of the last event sent
    unsigned slot;                      // second of the beat at which it is given one
    uint8_t session[SECRET_HASH_BYTES]; // staff: ends with it
    bool chunked, catching_up, over, of_staff;
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
    bool windows_due, hall_due, again, was_stuck;
    unsigned counts[STREAM_KINDS];
    int64_t ticked_ms; // hall time of the last tick
    struct stream_figures figures;
};

// sse.c
void stream_drop(struct stream *stream); // it does not keep up, or we cannot serve it
void stream_write(struct stream *stream, struct frame *frame);
// A frame for this stream alone; takes json.
void stream_write_json(struct stream *stream, const char *event, uint64_t id, json_t *json);
void stream_pump(struct streams *streams); // the ring has more
// news.c
void news_told(void *context, const struct hall *hall, const struct event *events, size_t count);
void news_windows(void *context); // timers: what was gathered is shown
void news_hall(void *context);
void news_tick(struct streams *streams);   // each second: what changes without an event
json_t *news_house(const struct web *web); // {online, stuck, seq}
// catchup.c
void catch_up(struct stream *stream);
void catch_up_again(void *context); // timer

#endif
