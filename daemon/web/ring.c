// SPDX-License-Identifier: Apache-2.0
/*
 * Frames. The bytes of a frame are written once and every client's output refers to them: with a
 * hundred stalled clients that is a third of the memory of copies. Only the loop touches them.
 */
#include "daemon/web/ring.h"

#include <assert.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_HEAD = 16, CHUNK_TAIL = 2 };

static struct frame *frame_new(size_t room) {
    struct frame *frame = calloc(1, sizeof *frame + room);
    if (frame)
        frame->references = 1;
    return frame;
}

// Text becomes a chunk: its length in hex before it, an empty line after it.
static struct frame *frame_of(const char *text, size_t length) {
    struct frame *frame = frame_new(CHUNK_HEAD + length + CHUNK_TAIL + 1);
    int head;
    if (!frame)
        return NULL;
    head = snprintf(frame->bytes, CHUNK_HEAD, "%zx\r\n", length);
    frame->head = (size_t)head;
    memcpy(frame->bytes + head, text, length);
    memcpy(frame->bytes + head + length, "\r\n", CHUNK_TAIL);
    frame->length = (size_t)head + length + CHUNK_TAIL;
    return frame;
}

struct frame *frame_make(const char *event, uint64_t id, json_t *json) {
    char *data = json ? json_dumps(json, JSON_COMPACT) : NULL;
    char numbered[32] = "", *text = NULL;
    struct frame *frame = NULL;
    int length;
    if (id)
        snprintf(numbered, sizeof numbered, "id: %llu\n", (unsigned long long)id);
    length = data ? asprintf(&text, "event: %s\n%sdata: %s\n\n", event, numbered, data) : -1;
    if (length >= 0) {
        frame = frame_of(text, (size_t)length);
        free(text);
    }
    free(data);
    json_decref(json);
    return frame;
}

struct frame *frame_comment(const char *text) {
    char line[64];
    int length = snprintf(line, sizeof line, ": %s\n\n", text);
    return frame_of(line, (size_t)length);
}

struct frame *frame_mark(void) {
    return frame_new(0);
}

void frame_release(struct frame *frame) {
    assert(frame->references > 0);
    if (--frame->references == 0)
        free(frame);
}

static void sent(const void *bytes, size_t length, void *frame) {
    (void)bytes;
    (void)length;
    frame_release(frame);
}

void frame_send(struct frame *frame, struct bufferevent *to, bool chunked) {
    const char *from = frame->bytes + (chunked ? 0 : frame->head);
    size_t length = frame->length - (chunked ? 0 : frame->head + CHUNK_TAIL);
    frame->references++;
    if (evbuffer_add_reference(bufferevent_get_output(to), from, length, sent, frame))
        frame_release(frame);
}

// --- the ring ----------------------------------------------------------------------------------

void ring_push(struct ring *ring, struct frame *frame) {
    struct frame **slot = &ring->frames[ring->next % RING_FRAMES];
    if (*slot) {
        frame_release(*slot);
        ring->oldest++;
    }
    *slot = frame;
    ring->next++;
}

struct frame *ring_at(struct ring *ring, uint64_t place) {
    if (place < ring->oldest || place >= ring->next)
        return NULL;
    return ring->frames[place % RING_FRAMES];
}

void ring_clear(struct ring *ring) {
    for (size_t i = 0; i < RING_FRAMES; i++)
        if (ring->frames[i])
            frame_release(ring->frames[i]);
    *ring = (struct ring){0};
}
