// SPDX-License-Identifier: Apache-2.0
/*
 * The frames of BX-5K font cards:
 *   A5 ×8 | escaped (header 14 | data | CRC) | 5A
 * A5 and 5A stand nowhere inside a frame: they are escaped, also when they are half of a Chinese
 * character (哎 is B0 A5). The CRC is CRC-16/ARC over header and data before escaping.
 *
 * Invariant: whatever bytes come, the reader stays within its buffer and is back in step at the
 * next A5; a frame that is not whole, not right or not as long as it says is no reply.
 */
#include "display/led/bx5k.h"

#include <assert.h>
#include <string.h>

enum {
    HEADER = 14,
    REPLY_DATA = 5, // group, command, error, two reserved
    STARTS = 8,
    START = 0xA5,
    END = 0x5A,
    SCREEN = 0x0001,
    US = 0x8000,
    VERSION = 0x02,
};

// Before escaping.
struct frame {
    uint8_t bytes[HEADER + 64 + BX5K_TEXT_MAX + 2];
    size_t length;
};

static void put8(struct frame *frame, unsigned value) {
    frame->bytes[frame->length++] = (uint8_t)value;
}

static void put16(struct frame *frame, unsigned value) {
    put8(frame, value & 0xFF);
    put8(frame, value >> 8);
}

static uint16_t crc16(const uint8_t *bytes, size_t length) {
    uint16_t crc = 0;
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1);
    }
    return crc;
}

// --- commands ----------------------------------------------------------------------------------

static void begin(struct frame *frame, uint8_t card, size_t data) {
    frame->length = 0;
    put16(frame, SCREEN);
    put16(frame, US);
    for (int i = 0; i < 6; i++)
        put8(frame, 0);
    put8(frame, card);
    put8(frame, VERSION);
    put16(frame, (unsigned)data);
}

static void put_command(struct frame *frame, unsigned group, unsigned command, unsigned rest) {
    put8(frame, group);
    put8(frame, command);
    put8(frame, 1); // it must answer
    put16(frame, rest);
}

static size_t finish(struct frame *frame, uint8_t out[BX5K_FRAME_MAX]) {
    size_t used = STARTS;
    put16(frame, crc16(frame->bytes, frame->length));
    memset(out, START, STARTS);
    for (size_t i = 0; i < frame->length; i++) {
        uint8_t byte = frame->bytes[i];
        bool as_start = byte == START || byte == START + 1, as_end = byte == END || byte == END + 1;
        if (!as_start && !as_end) {
            out[used++] = byte;
            continue;
        }
        out[used++] = as_start ? START + 1 : END + 1;
        out[used++] = byte == START || byte == END ? 0x02 : 0x01;
    }
    out[used++] = END;
    return used;
}

size_t bx5k_ask(enum bx5k_command command, uint8_t card, uint8_t out[BX5K_FRAME_MAX]) {
    static const uint8_t codes[][2] = {
        [BX5K_PING] = {0xA2, 0x00}, [BX5K_STATUS] = {0xA1, 0x02}, [BX5K_CLEAR] = {0xA3, 0x10}};
    struct frame frame;
    begin(&frame, card, REPLY_DATA);
    put_command(&frame, codes[command][0], codes[command][1], 0);
    return finish(&frame, out);
}

static void put_area(struct frame *frame, const struct bx5k_area *area) {
    put8(frame, 0); // kind: dynamic
    put16(frame, area->x);
    put16(frame, area->y);
    put16(frame, area->width);
    put16(frame, area->height);
    put8(frame, area->number);
    put8(frame, 0);  // line spacing
    put8(frame, 0);  // shown round and round
    put16(frame, 2); // s without data until …, of no meaning in this mode
    put8(frame, 0);  // no voice
    put8(frame, 0);
    put8(frame, area->centred ? 0x0A : 0x00); // both ways
    put8(frame, area->single ? 1 : 2);
    put8(frame, area->wrap ? 2 : 1);
    put8(frame, area->effect);
    put8(frame, 0); // leaves as it came
    put8(frame, area->speed);
    put8(frame, area->stay);
    put16(frame, (unsigned)area->length);
    put16(frame, 0);
    memcpy(frame->bytes + frame->length, area->text, area->length);
    frame->length += area->length;
}

size_t bx5k_show(const struct bx5k_area *area, uint8_t card, uint8_t out[BX5K_FRAME_MAX]) {
    enum { AREA = 27 };
    struct frame frame;
    assert(area->length <= BX5K_TEXT_MAX);
    begin(&frame, card, REPLY_DATA + 4 + AREA + area->length);
    put_command(&frame, 0xA3, 0x06, 0x2D); // reserved, but 2D in all that the maker prints
    put8(&frame, 0);
    put8(&frame, 1); // one area
    put16(&frame, (unsigned)(AREA + area->length));
    put_area(&frame, area);
    return finish(&frame, out);
}

// --- replies -----------------------------------------------------------------------------------

static bool whole(struct bx5k_reader *r, struct bx5k_reply *reply) {
    const uint8_t *data = r->bytes + HEADER;
    size_t length = r->length;
    bool good =
        !r->too_long && !r->escaped && length >= HEADER + REPLY_DATA + 2 &&
        (size_t)(r->bytes[12] | r->bytes[13] << 8) == length - HEADER - 2 &&
        crc16(r->bytes, length - 2) == (uint16_t)(r->bytes[length - 2] | r->bytes[length - 1] << 8);
    if (good)
        *reply = (struct bx5k_reply){.group = data[0], .command = data[1], .error = data[2]};
    else if (length || r->escaped)
        r->damaged++;
    return good;
}

static void keep(struct bx5k_reader *r, uint8_t byte) {
    if (r->length == sizeof r->bytes)
        r->too_long = true;
    else
        r->bytes[r->length++] = byte;
}

static void restart(struct bx5k_reader *r, bool inside) {
    r->inside = inside;
    r->escaped = r->too_long = false;
    r->length = 0;
}

// The second byte of an escape; one that means nothing spoils the frame.
static void unescape(struct bx5k_reader *r, uint8_t byte) {
    r->escaped = false;
    if (byte == 0x02)
        keep(r, (uint8_t)(r->escape - 1));
    else if (byte == 0x01)
        keep(r, r->escape);
    else
        r->too_long = true;
}

bool bx5k_read(struct bx5k_reader *r, uint8_t byte, struct bx5k_reply *reply) {
    if (byte == START) {
        if (r->length)
            r->damaged++;
        restart(r, true);
    } else if (byte == END) {
        bool good = r->inside && whole(r, reply);
        restart(r, false);
        return good;
    } else if (r->inside && r->escaped) {
        unescape(r, byte);
    } else if (r->inside && (byte == START + 1 || byte == END + 1)) {
        r->escaped = true;
        r->escape = byte;
    } else if (r->inside) {
        keep(r, byte);
    }
    return false;
}

const char *bx5k_error(const struct bx5k_reply *reply) {
    static const char *const words[] = {
        [1] = "unknown-group", [2] = "unknown-command", [3] = "busy",
        [4] = "memory",        [5] = "checksum",        [6] = "file",
        [7] = "flash",         [0x0C] = "font-missing", [0x0D] = "firmware",
    };
    if (reply->error == 0) // A0 01 is a refusal even without a number
        return reply->group == 0xA0 && reply->command == 0x01 ? "refused" : NULL;
    if (reply->error < sizeof words / sizeof *words && words[reply->error])
        return words[reply->error];
    return "refused";
}
