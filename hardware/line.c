// SPDX-License-Identifier: Apache-2.0
/*
 * The line is half duplex and nobody but us may start: what is sent goes out one frame at a time,
 * with the time its bytes take and a gap behind it, so that a pad can speak between two of ours.
 * Acknowledgements go first, because a pad that hears none repeats itself.
 *
 * Invariant: a press is handed over once, however often the pad repeats it within the debounce.
 * The debounce runs from the frame last heard, so a key held down is one press too.
 */
#include "hardware/line.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"

enum { ADDRESSES = 256, BYTES_A_SECOND = 960 };

struct place { // an address of the line
    struct line_device device;
    struct ff68_frame last; // heard
    int64_t last_ms;
    bool heard;
};

struct line {
    const struct config_line *config;
    struct port *port;
    struct loop_timer *pace;
    struct ff68_reader reader;
    struct ff68_frame queue[LINE_QUEUE_MAX];
    size_t first, count;
    bool sending;
    struct place places[ADDRESSES];
};

// --- sending -----------------------------------------------------------------------------------

static struct ff68_frame *queued(struct line *line, size_t i) {
    return &line->queue[(line->first + i) % LINE_QUEUE_MAX];
}

static void send_next(struct line *line) {
    uint8_t bytes[FF68_FRAME_MAX];
    size_t length;
    if (line->sending || !line->count)
        return;
    length = ff68_encode(queued(line, 0), bytes);
    line->first = (line->first + 1) % LINE_QUEUE_MAX;
    line->count--;
    if (port_write(line->port, bytes, length)) {
        line->count = 0;
        return;
    }
    line->sending = true;
    loop_timer_set(line->pace, (int64_t)(length * 1000 / BYTES_A_SECOND) + line->config->gap_ms);
}

static void on_pace(void *context) {
    struct line *line = context;
    line->sending = false;
    send_next(line);
}

static bool make_room(struct line *line) {
    if (!port_is_up(line->port))
        return false;
    if (line->count < LINE_QUEUE_MAX)
        return true;
    log_warning("hardware", "%s: too much waits to be sent", line->config->name);
    return false;
}

void line_send(struct line *line, const struct ff68_frame *frame) {
    for (size_t i = 0; frame->func == FF68_SHOW && i < line->count; i++) {
        struct ff68_frame *old = queued(line, i);
        if (old->addr == frame->addr && old->func == FF68_SHOW) {
            *old = *frame;
            return;
        }
    }
    if (!make_room(line))
        return;
    *queued(line, line->count++) = *frame;
    send_next(line);
}

static void send_first(struct line *line, const struct ff68_frame *frame) {
    if (!make_room(line))
        return;
    line->first = (line->first + LINE_QUEUE_MAX - 1) % LINE_QUEUE_MAX;
    line->queue[line->first] = *frame;
    line->count++;
    send_next(line);
}

// --- hearing -----------------------------------------------------------------------------------

static bool is_repeat(struct place *place, const struct ff68_frame *frame) {
    int64_t now = loop_boot_ms();
    bool same = place->heard && place->last.func == frame->func &&
                place->last.length == frame->length &&
                memcmp(place->last.data, frame->data, frame->length) == 0 &&
                now - place->last_ms < LINE_DEBOUNCE_MS;
    place->last = *frame;
    place->last_ms = now;
    place->heard = true;
    return same;
}

static void on_frame(void *context, const struct ff68_frame *frame) {
    struct line *line = context;
    struct place *place = &line->places[frame->addr];
    struct ff68_frame ack = *frame;
    if (!place->device.frame) {
        log_warning("hardware", "%s: address %u is no device of this line", line->config->name,
                    frame->addr);
        return;
    }
    if (frame->func == FF68_SHOW || frame->func == FF68_BEEP)
        return; // our own words, heard back on two wires
    if (frame->func == FF68_RATING)
        ack = ff68_ack_rating(frame);
    send_first(line, &ack);
    if (!is_repeat(place, frame))
        place->device.frame(place->device.context, frame);
}

static void on_bytes(void *context, const uint8_t *bytes, size_t length) {
    struct line *line = context;
    ff68_feed(&line->reader, bytes, length, on_frame, line);
}

// --- the port ----------------------------------------------------------------------------------

static void tell_all(struct line *line, bool up) {
    line->count = 0;
    line->reader.used = 0;
    for (size_t i = 0; i < ADDRESSES; i++)
        if (line->places[i].device.up)
            line->places[i].device.up(line->places[i].device.context, up);
}

static void on_up(void *context) {
    struct line *line = context;
    log_info("hardware", "%s is open", line->config->name);
    tell_all(line, true);
}

static void on_down(void *context, const char *why) {
    struct line *line = context;
    log_warning("hardware", "%s is lost: %s", line->config->name, why);
    tell_all(line, false);
}

struct line *line_new(struct loop *loop, const struct config_line *config) {
    struct line *line = calloc(1, sizeof *line);
    struct port_events events = {.up = on_up, .down = on_down, .bytes = on_bytes};
    if (!line)
        return NULL;
    line->config = config;
    events.context = line;
    line->pace = loop_timer_new(loop, on_pace, line);
    line->port = line->pace ? port_new(loop, config->port, &events) : NULL;
    if (line->port)
        return line;
    line_free(line);
    return NULL;
}

void line_free(struct line *line) {
    if (!line)
        return;
    port_free(line->port);
    loop_timer_free(line->pace);
    free(line);
}

void line_attach(struct line *line, uint8_t addr, const struct line_device *device) {
    line->places[addr].device = *device;
}

bool line_is_up(const struct line *line) {
    return port_is_up(line->port);
}
