// SPDX-License-Identifier: Apache-2.0
/*
 * What the service manager wants to hear: that we are ready, how we are, and at half its watchdog
 * interval that the loop still turns. The timer hangs in the same loop as all else, so a loop that
 * is stuck goes silent by itself; that is the whole point. Without a manager nothing happens.
 */
#include "common/ready.h"

#include <stdint.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

#include "common/log.h"
#include "common/loop.h"

struct ready {
    struct loop_timer *timer; // NULL = no watchdog wanted
    int64_t every_ms;
};

static void beat(void *context) {
    struct ready *ready = context;
    sd_notify(0, "WATCHDOG=1");
    loop_timer_set(ready->timer, ready->every_ms);
}

struct ready *ready_new(struct loop *loop) {
    struct ready *ready = calloc(1, sizeof *ready);
    uint64_t usec = 0;
    if (!ready)
        return NULL;
    if (sd_watchdog_enabled(0, &usec) <= 0)
        return ready;
    ready->every_ms = (int64_t)(usec / 2000);
    ready->timer = loop_timer_new(loop, beat, ready);
    if (!ready->timer) {
        free(ready);
        return NULL;
    }
    beat(ready);
    return ready;
}

void ready_free(struct ready *ready) {
    if (!ready)
        return;
    loop_timer_free(ready->timer);
    free(ready);
}

void ready_set(struct ready *ready, const char *status) {
    (void)ready;
    if (sd_notifyf(0, "READY=1\nSTATUS=%s", status) < 0)
        log_warning("ready", "the service manager could not be told");
}

void ready_stopping(struct ready *ready) {
    (void)ready;
    sd_notify(0, "STOPPING=1");
}
