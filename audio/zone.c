// SPDX-License-Identifier: Apache-2.0
/*
 * The queue of a zone. A repeat holds the zone for 0.8 s so that the two belong together for who
 * listens, unless a recall, a withdrawal or a crowd of waiting calls makes it pointless.
 *
 * Invariant: at most one entry a number, the one being spoken apart. Recalls stand before first
 * calls, each kind in the order it came.
 */
#include "audio/zone.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static bool seen_before(struct zone *zone, uint64_t seq) {
    for (uint32_t i = 0; i < ZONE_SEEN_MAX; i++)
        if (zone->seen[i] == seq)
            return true;
    zone->seen[zone->seen_at++ % ZONE_SEEN_MAX] = seq;
    return false;
}

static void take_out(struct zone *zone, uint32_t place) {
    zone->count--;
    memmove(&zone->waiting[place], &zone->waiting[place + 1],
            (zone->count - place) * sizeof zone->waiting[0]);
}

static void forget(struct zone *zone, const char *number) {
    for (uint32_t i = zone->count; i-- > 0;)
        if (strcmp(zone->waiting[i].number, number) == 0)
            take_out(zone, i);
    if (strcmp(zone->now.number, number) == 0)
        zone->repeat_due = false;
}

int zone_put(struct zone *zone, const struct zone_call *call) {
    uint32_t place = 0;
    if (seen_before(zone, call->seq))
        return -EALREADY;
    forget(zone, call->number);
    if (zone->count == ZONE_WAITING_MAX)
        return -ENOSPC;
    while (place < zone->count && (!call->recall || zone->waiting[place].recall))
        place++;
    memmove(&zone->waiting[place + 1], &zone->waiting[place],
            (zone->count - place) * sizeof zone->waiting[0]);
    zone->waiting[place] = *call;
    zone->count++;
    return 0;
}

bool zone_withdraw(struct zone *zone, const char *number) {
    forget(zone, number);
    return zone->speaking && strcmp(zone->now.number, number) == 0;
}

bool zone_stale(struct zone *zone, int64_t now_ms, struct zone_call *call) {
    for (uint32_t i = 0; i < zone->count; i++)
        if (now_ms - zone->waiting[i].made_ms > ZONE_STALE_MS) {
            *call = zone->waiting[i];
            take_out(zone, i);
            return true;
        }
    return false;
}

static bool will_repeat(const struct zone *zone) {
    return zone->repeat_due && zone->count <= ZONE_REPEAT_WAITING;
}

int64_t zone_due(const struct zone *zone, int64_t now_ms) {
    if (zone->speaking)
        return INT64_MAX;
    if (will_repeat(zone))
        return now_ms >= zone->repeat_ms ? zone->now.made_ms : INT64_MAX;
    return zone->count ? zone->waiting[0].made_ms : INT64_MAX;
}

bool zone_next(struct zone *zone, int64_t now_ms, struct zone_call *call, bool *chime) {
    if (zone_due(zone, now_ms) == INT64_MAX)
        return false;
    *chime = false;
    if (will_repeat(zone)) {
        zone->now.again = true;
    } else {
        zone->now = zone->waiting[0];
        take_out(zone, 0);
        *chime =
            zone->chimes && !(zone->ended_ever && now_ms - zone->ended_ms < ZONE_CHIME_AFTER_MS);
    }
    zone->repeat_due = false;
    zone->speaking = true;
    *call = zone->now;
    return true;
}

void zone_ended(struct zone *zone, int64_t now_ms, bool heard) {
    bool newer = false;
    assert(zone->speaking);
    for (uint32_t i = 0; i < zone->count; i++)
        newer |= strcmp(zone->waiting[i].number, zone->now.number) == 0;
    zone->speaking = false;
    zone->repeat_due = heard && zone->repeats && !zone->now.again && !newer;
    zone->repeat_ms = now_ms + ZONE_REPEAT_MS;
    if (heard) {
        zone->ended_ever = true;
        zone->ended_ms = now_ms;
    }
}
