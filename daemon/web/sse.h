// SPDX-License-Identifier: Apache-2.0
/*
 * Streams of server-sent events. A frame is made once and shared by all who read it; it goes out in
 * slices of at most STREAM_SLICE_US a turn of the loop; who does not keep up is dropped.
 */
#ifndef JIAOHAO_WEB_SSE_H
#define JIAOHAO_WEB_SSE_H

#include "daemon/web/request.h"

struct streams;

enum {
    STREAM_KINDS = 4,
    STREAM_SLICE_US = 2000,
    STREAM_OUTPUT_MOST = 256 * 1024, // bytes not yet read by the client
    STREAM_BEAT_S = 15,
    STREAM_WINDOW_MS = 100, // windows are shown anew at most so often
    STREAM_HALL_MS = 1000,
};

enum stream_kind { STREAM_HALL, STREAM_WINDOW, STREAM_TICKET, STREAM_EVENTS };

int streams_new(struct streams **streams, struct web *web);
void streams_free(struct streams *streams); // after evhttp_free; NULL is fine

// Turns the request into a stream (ends the request): `after` is for STREAM_EVENTS, the window or
// ticket is the request's. Too many streams and HEAD are answered here.
void streams_open(struct request *request, enum stream_kind kind, uint64_t after);
void streams_tick(struct streams *streams); // each second

struct stream_figures {
    unsigned open;
    uint64_t opened, dropped, frames;
};
void streams_figures(const struct streams *streams, struct stream_figures *out);

#endif
