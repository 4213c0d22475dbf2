// SPDX-License-Identifier: Apache-2.0
/*
 * One RS-485 line with its pads and keypads: frames heard go to the device at their address, frames
 * to send wait for silence. What a pad sends is acknowledged by its echo at once; the same frame
 * again within LINE_DEBOUNCE_MS is one press.
 */
#ifndef JIAOHAO_HARDWARE_LINE_H
#define JIAOHAO_HARDWARE_LINE_H

#include <stdbool.h>

#include "common/loop.h"
#include "hardware/config.h"
#include "hardware/ff68.h"

struct line;

enum { LINE_DEBOUNCE_MS = 300, LINE_QUEUE_MAX = 256 };

struct line_device {
    void (*frame)(void *context, const struct ff68_frame *frame);
    void (*up)(void *context, bool up); // the port opened or was lost
    void *context;
};

// NULL without memory. The config is borrowed.
struct line *line_new(struct loop *loop, const struct config_line *config);
void line_free(struct line *line); // NULL is fine
// The device at this address; one each. Copied.
void line_attach(struct line *line, uint8_t addr, const struct line_device *device);
bool line_is_up(const struct line *line);
// Queues a frame. What the device at this address was to be shown before and has not left yet is
// forgotten: only the newest is of use. Dropped (logged) while the line is down or too much waits.
void line_send(struct line *line, const struct ff68_frame *frame);

#endif
