// SPDX-License-Identifier: Apache-2.0
/*
 * A stream of the log from a place in the past: pages are read from the journal until nothing that
 * is settled is missing, then the stream goes live. Its seq says what it has sent, so what the ring
 * holds beside that is skipped: no gap and no event twice.
 *
 * A page that is being read may outlive its stream; then it finds NULL.
 */
#include <event2/buffer.h>
#include <stdlib.h>

#include "daemon/web/stream.h"

enum { CATCH_UP_PAGE = 200, CATCH_UP_OUTPUT = 64 * 1024, AGAIN_MS = 50 };

static void go_live(struct stream *stream) {
    stream->catching_up = false;
    stream->place = stream->streams->ring.oldest; // what it has sent already is skipped by seq
    stream_pump(stream->streams);
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
        stream_write_json(stream, event_kind_name(event->kind), event->seq,
                          wire_event(event, SEEN_BY_MANAGER));
        stream->sent = event->seq;
    }
    if (page->error)
        stream_drop(stream);
    else if (!stream->over)
        catch_up(stream);
}

void catch_up(struct stream *stream) {
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
        stream_drop(stream);
        return;
    }
    reading->stream = stream;
    stream->reading = reading;
    if (journal_read(streams->web->house.journal, stream->sent, CATCH_UP_PAGE, page_read,
                     reading)) {
        stream->reading = NULL;
        free(reading);
        stream_drop(stream);
    }
}

void catch_up_again(void *context) {
    struct streams *streams = context;
    for (struct stream *one = streams->first; one; one = one->next)
        if (one->catching_up && !one->reading && !one->over)
            catch_up(one);
}
