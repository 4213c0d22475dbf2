// SPDX-License-Identifier: Apache-2.0
/*
 * Hall time: one clock that never goes backwards. Within a boot of the machine it advances by
 * CLOCK_BOOTTIME, across boots by the clamped difference of UTC. When wall clock and BOOTTIME
 * disagree by more than 15 minutes the clock is *doubtful*: time goes on by BOOTTIME, the business
 * day stays until a manager confirms (or the two agree again).
 */
#ifndef JIAOHAO_CLOCK_H
#define JIAOHAO_CLOCK_H

#include <stdbool.h>

#include "daemon/hall/event.h"

enum { CLOCK_DOUBT_MS = 15 * 60 * 1000 };
// Switched off for longer than this is not believed without a manager.
#define CLOCK_AWAY_MOST_MS (INT64_C(45) * 24 * 3600 * 1000)
// A wall clock before 2024-01-01 was never set.
#define CLOCK_WALL_LEAST_MS INT64_C(1704067200000)

struct clock {
    int64_t hall_ms, wall_ms, boot_ms; // at the last reading
    int64_t offset_ms;                 // wall minus hall time, as accepted at start or confirmed
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
