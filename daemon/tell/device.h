// SPDX-License-Identifier: Apache-2.0
/*
 * What the daemon remembers of each device that writes to it: how much it may still say, and its
 * newest start. By name, so that a new plan does not mix devices up.
 */
#ifndef JIAOHAO_TELL_DEVICE_H
#define JIAOHAO_TELL_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DEVICES_MAX = 512, DEVICE_NAME_BYTES = 32, COMMAND_ID_BYTES = 24 };

struct device {
    char name[DEVICE_NAME_BYTES];
    uint64_t boot;     // newest start seen in a command's id
    int64_t tokens_ms; // what it may still say, in ms of time saved up
    int64_t filled_ms;
    uint32_t malformed; // payloads that made no sense
    int64_t logged_ms;  // when that was last logged
};

struct devices {
    uint32_t count;
    struct device list[DEVICES_MAX];
};

// Finds or adds; NULL when there are too many.
struct device *device_named(struct devices *devices, const char *name);

// Whether it may say one thing more now: 20 a second, 40 at once.
bool device_may_speak(struct device *device, int64_t now_ms);

// The boot of an id "<boot>-<n>", both 1 to 10 digits. 0 or -EINVAL.
int device_id_boot(const char *id, uint64_t *boot);

#endif
