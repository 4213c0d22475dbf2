// SPDX-License-Identifier: Apache-2.0
/*
 * FF68 frames. A header may stand inside data and a byte may be lost anywhere, so a frame that does
 * not hold together costs only its first byte: reading goes on at the next header behind it, and
 * no good frame that follows is lost.
 *
 * Invariant: the reader never holds more than one frame's bytes, and never fewer than needed to go
 * on. Must not: know what a key means, or the time.
 */
#include "hardware/ff68.h"

#include <assert.h>
#include <string.h>

enum { HEADER = 7, TAIL = 2, AROUND = HEADER + TAIL }; // FF 68 L L 68 addr func … CS 16

static uint8_t sum_of(const uint8_t *bytes, size_t length) {
    uint8_t sum = 0;
    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum;
}

// Whether the bytes so far can be the beginning of a frame.
static int may_begin(const uint8_t *b, size_t used) {
    return (used < 1 || b[0] == 0xFF) && (used < 2 || b[1] == 0x68) &&
           (used < 3 || (b[2] >= 2 && b[2] <= FF68_DATA_MAX + 2)) && (used < 4 || b[3] == b[2]) &&
           (used < 5 || b[4] == 0x68);
}

// The length of the whole frame, 0 while it is not known.
static size_t whole(const struct ff68_reader *reader) {
    return reader->used < 3 ? 0 : (size_t)reader->bytes[2] + HEADER;
}

static int holds(const uint8_t *b, size_t length) {
    return b[length - 1] == 0x16 && b[length - 2] == sum_of(b + 5, length - 7);
}

static void drop(struct ff68_reader *reader, size_t count) {
    reader->used -= count;
    memmove(reader->bytes, reader->bytes + count, reader->used);
}

static void hand_over(struct ff68_reader *reader, ff68_fn *fn, void *context) {
    struct ff68_frame frame = {.addr = reader->bytes[5], .func = reader->bytes[6]};
    size_t length = whole(reader);
    frame.length = (uint8_t)(length - AROUND);
    memcpy(frame.data, reader->bytes + HEADER, frame.length);
    drop(reader, length);
    fn(context, &frame);
}

// Takes what can be taken from the bytes held.
static void look(struct ff68_reader *reader, ff68_fn *fn, void *context) {
    while (reader->used) {
        size_t length = whole(reader);
        if (!may_begin(reader->bytes, reader->used) ||
            (length && reader->used >= length && !holds(reader->bytes, length))) {
            reader->skipped++;
            drop(reader, 1);
        } else if (length && reader->used >= length) {
            hand_over(reader, fn, context);
        } else {
            return;
        }
    }
}

void ff68_feed(struct ff68_reader *reader, const uint8_t *bytes, size_t length, ff68_fn *fn,
               void *context) {
    for (size_t i = 0; i < length; i++) {
        reader->bytes[reader->used++] = bytes[i];
        look(reader, fn, context);
        assert(reader->used < sizeof reader->bytes);
    }
}

size_t ff68_encode(const struct ff68_frame *frame, uint8_t out[FF68_FRAME_MAX]) {
    uint8_t length = (uint8_t)(frame->length + 2);
    assert(frame->length <= FF68_DATA_MAX);
    memcpy(out, (uint8_t[]){0xFF, 0x68, length, length, 0x68, frame->addr, frame->func}, HEADER);
    memcpy(out + HEADER, frame->data, frame->length);
    out[HEADER + frame->length] = sum_of(out + 5, length);
    out[HEADER + frame->length + 1] = 0x16;
    return (size_t)frame->length + AROUND;
}

static void digits(int value, uint8_t out[3]) {
    memset(out, FF68_BLANK, 3);
    for (int place = 2; value >= 0 && place >= 0; place--) {
        out[place] = (uint8_t)(value % 10);
        value /= 10;
    }
}

struct ff68_frame ff68_show(uint8_t addr, int waiting, int number) {
    struct ff68_frame frame = {.addr = addr, .func = FF68_SHOW, .length = 6};
    digits(waiting, frame.data);
    digits(number, frame.data + 3);
    return frame;
}

struct ff68_frame ff68_beep(uint8_t addr) {
    return (struct ff68_frame){.addr = addr, .func = FF68_BEEP};
}

struct ff68_frame ff68_ack_rating(const struct ff68_frame *rating) {
    struct ff68_frame frame = *rating;
    frame.func = FF68_ACK;
    return frame;
}

struct ff68_frame ff68_start_rating(uint8_t addr) {
    return (struct ff68_frame){.addr = addr, .func = FF68_ACK, .length = 1, .data = {0x0B}};
}
