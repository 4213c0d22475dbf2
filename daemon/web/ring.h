// SPDX-License-Identifier: Apache-2.0
/*
 * Frames of event streams: text made once, shared by reference, and the ring of the last ones.
 */
#ifndef JIAOHAO_WEB_RING_H
#define JIAOHAO_WEB_RING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bufferevent;

enum { RING_FRAMES = 4096 };

struct frame { // framed as a chunk; head and tail are left out for HTTP/1.0
    uint32_t references;
    int stream;       // enum stream_kind it is for
    uint16_t window;  // number, 0 = all
    uint16_t service; // index
    uint64_t ticket;  // 0 = all of the service
    uint64_t seq;     // event, 0 = none
    size_t length;    // of bytes; 0 = a mark: show your own view again
    size_t head;      // bytes of the chunk's head
    char bytes[];
};

struct ring {
    uint64_t oldest, next; // frames [oldest, next) are kept
    struct frame *frames[RING_FRAMES];
};

// "event: …\nid: …\ndata: …\n\n" as a frame with one reference; takes json. NULL without memory.
struct frame *frame_make(const char *event, uint64_t id, json_t *json);
struct frame *frame_comment(const char *text);
struct frame *frame_mark(void);
void frame_release(struct frame *frame);
// Adds the bytes to what is to be sent, without copying them.
void frame_send(struct frame *frame, struct bufferevent *to, bool chunked);

void ring_push(struct ring *ring, struct frame *frame);   // takes it; the oldest may go
struct frame *ring_at(struct ring *ring, uint64_t place); // NULL if no longer kept
void ring_clear(struct ring *ring);

#endif
