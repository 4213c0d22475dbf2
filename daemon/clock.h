// SPDX-License-Identifier: Apache-2.0
/*
 * Hall time: one clock that never goes backwards. Within a boot of the machine it advances by
 * CLOCK_BOOTTIME, across boots by the clamped difference of UTC. When wall clock and BOOTTIME
 * disagree by more than 15 minutes the clock is *doubtful*: time goes on by BOOTTIME, the business
 * day stays until a manager confirms.
 */
#ifndef JIAOHAO_CLOCK_H
#define JIAOHAO_CLOCK_H

#include <stdbool.h>

#include "daemon/hall/event.h"

enum { CLOCK_DOUBT_MS = 15 * 60 * 1000 };

struct clock {
    int64_t hall_ms, wall_ms, boot_ms; // at the last reading
    uint32_t boot;                     // this start's number
    bool doubtful;
};

// Starts from the last moment in the log (zeros if there is none) at these readings.
void clock_start(struct clock *clock, const struct moment *last, uint32_t boot, int64_t wall_ms,
                 int64_t boot_ms);
// The moment at these readings. Never earlier than the one before.
struct moment clock_read(struct clock *clock, int64_t wall_ms, int64_t boot_ms);
// A manager says the wall clock is right now: hall time follows it forward, never back.
void clock_confirm(struct clock *clock, int64_t wall_ms, int64_t boot_ms);

#endif
