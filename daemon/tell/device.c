// SPDX-License-Identifier: Apache-2.0
/*
 * Devices as the inbox knows them: a bounded list by name. A device that shouts uses up its own
 * allowance (a token bucket) and nobody else's.
 */
#include "daemon/tell/device.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ONE_MS = 50, SAVED_UP_MS = 40 * ONE_MS, DIGITS_MAX = 10 };

struct device *device_named(struct devices *devices, const char *name) {
    struct device *device;
    for (uint32_t i = 0; i < devices->count; i++)
        if (strcmp(devices->list[i].name, name) == 0)
            return &devices->list[i];
    if (devices->count == DEVICES_MAX || strlen(name) >= DEVICE_NAME_BYTES)
        return NULL;
    device = &devices->list[devices->count++];
    *device = (struct device){.tokens_ms = SAVED_UP_MS};
    snprintf(device->name, sizeof device->name, "%s", name);
    return device;
}

bool device_may_speak(struct device *device, int64_t now_ms) {
    if (device->filled_ms)
        device->tokens_ms += now_ms - device->filled_ms;
    if (device->tokens_ms > SAVED_UP_MS)
        device->tokens_ms = SAVED_UP_MS;
    device->filled_ms = now_ms;
    if (device->tokens_ms < ONE_MS)
        return false;
    device->tokens_ms -= ONE_MS;
    return true;
}

// Digits at the start of text: how many, 0 if none or too many.
static size_t digits(const char *text) {
    size_t n = 0;
    while (isdigit((unsigned char)text[n]))
        n++;
    return n <= DIGITS_MAX ? n : 0;
}

int device_id_boot(const char *id, uint64_t *boot) {
    size_t first = digits(id), second = first && id[first] == '-' ? digits(id + first + 1) : 0;
    if (!second || id[first + 1 + second])
        return -EINVAL;
    *boot = strtoull(id, NULL, 10);
    return 0;
}
