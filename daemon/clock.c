// SPDX-License-Identifier: Apache-2.0
/*
 * Hall time (see clock.h), pure: readings of the machine's clocks come in, moments come out, so
 * that every jump can be tested without touching a clock.
 *
 * Invariant: hall_ms never decreases, neither within a start nor across starts. How far the wall
 * clock may lie from hall time is measured against `offset_ms`, the distance that was accepted when
 * the clock was started or confirmed: a hall that runs ahead since a clock was set back is not in
 * doubt for ever. Must not read a clock itself.
 */
#include "daemon/clock.h"

#include <string.h>

static int64_t longest(int64_t a, int64_t b) {
    return a > b ? a : b;
}

static bool apart(int64_t a_ms, int64_t b_ms) {
    return a_ms - b_ms > CLOCK_DOUBT_MS || b_ms - a_ms > CLOCK_DOUBT_MS;
}

void clock_start(struct clock *clock, const struct moment *last, uint32_t boot, int64_t wall_ms,
                 int64_t boot_ms) {
    int64_t away_ms = wall_ms - last->wall_ms;
    bool first = last->hall_ms == 0 && last->wall_ms == 0;
    memset(clock, 0, sizeof *clock);
    clock->boot = boot;
    clock->wall_ms = wall_ms;
    clock->boot_ms = boot_ms;
    clock->hall_ms = first ? wall_ms : last->hall_ms;
    if (wall_ms < CLOCK_WALL_LEAST_MS || (!first && away_ms > CLOCK_AWAY_MOST_MS)) {
        clock->doubtful = true;
        clock->offset_ms = first ? CLOCK_WALL_LEAST_MS : 0; // nothing to agree with but a set clock
        return;
    }
    if (!first)
        clock->hall_ms += longest(away_ms, 0);
    clock->doubtful = apart(clock->hall_ms, wall_ms);
    if (clock->doubtful)
        return;
    clock->hall_ms = longest(clock->hall_ms, wall_ms);
    clock->offset_ms = wall_ms - clock->hall_ms;
}

struct moment clock_read(struct clock *clock, int64_t wall_ms, int64_t boot_ms) {
    clock->hall_ms += longest(boot_ms - clock->boot_ms, 0);
    clock->boot_ms = boot_ms;
    clock->wall_ms = wall_ms;
    clock->doubtful = apart(wall_ms, clock->hall_ms + clock->offset_ms);
    return (struct moment){.hall_ms = clock->hall_ms, .wall_ms = wall_ms, .boot = clock->boot};
}

void clock_confirm(struct clock *clock, int64_t wall_ms, int64_t boot_ms) {
    clock_read(clock, wall_ms, boot_ms);
    clock->hall_ms = longest(clock->hall_ms, wall_ms);
    clock->offset_ms = wall_ms - clock->hall_ms;
    clock->doubtful = false;
}
