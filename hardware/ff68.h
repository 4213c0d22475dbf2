// SPDX-License-Identifier: Apache-2.0
/*
 * FF68, the frames of call pads and rating keypads that stand in Chinese service halls, on one
 * RS-485 line at 9600 8N1:
 *   FF 68 | L | L | 68 | addr | func | data (L-2) | CS | 16     CS = sum(addr, func, data) mod 256
 * Bytes in, frames out, and back; knows no port and no device.
 */
#ifndef JIAOHAO_HARDWARE_FF68_H
#define JIAOHAO_HARDWARE_FF68_H

#include <stddef.h>
#include <stdint.h>

enum {
    FF68_DATA_MAX = 32, // longer frames are noise: none of these devices sends one
    FF68_FRAME_MAX = FF68_DATA_MAX + 9,
    FF68_BLANK = 0x0A, // a dark digit
};

enum ff68_func {
    FF68_ACK = 0x01, // rating heard
    FF68_SHOW = 0x02,
    FF68_BEEP = 0x03,
    FF68_RATING = 0x11, // key 0..3
};

enum ff68_key { // the last data byte of what a pad sends; 00..09 are digits
    FF68_ASK_RATING = 0x0B,
    FF68_NEXT = 0x0C,
    FF68_RECALL = 0x0D,
    FF68_CONFIRM = 0x0F,
    FF68_PAUSE = 0x12,
    FF68_TRANSFER = 0x13,
};

struct ff68_frame {
    uint8_t addr, func, length;
    uint8_t data[FF68_DATA_MAX];
};

struct ff68_reader { // zero it to begin
    uint8_t bytes[FF68_FRAME_MAX];
    size_t used;
    uint32_t skipped; // bytes that were in no frame
};

typedef void ff68_fn(void *context, const struct ff68_frame *frame);

// Takes bytes as they come and calls fn for each whole frame; the frame is borrowed for the call.
void ff68_feed(struct ff68_reader *reader, const uint8_t *bytes, size_t length, ff68_fn *fn,
               void *context);
// Writes the frame's bytes; returns how many. `length` of the frame is at most FF68_DATA_MAX.
size_t ff68_encode(const struct ff68_frame *frame, uint8_t out[FF68_FRAME_MAX]);

// A pad's six digits: three of people waiting, three of a number. -1 leaves three dark; what has
// more digits shows the last three.
struct ff68_frame ff68_show(uint8_t addr, int waiting, int number);
struct ff68_frame ff68_beep(uint8_t addr);
struct ff68_frame ff68_ack_rating(const struct ff68_frame *rating);
struct ff68_frame ff68_start_rating(uint8_t addr);

#endif
