// SPDX-License-Identifier: Apache-2.0
/*
 * The calls of one zone, waiting to be spoken: one after another, recalls before first calls, none
 * that is older than a minute. Pure: it knows neither clock nor sound.
 */
#ifndef JIAOHAO_AUDIO_ZONE_H
#define JIAOHAO_AUDIO_ZONE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    ZONE_WAITING_MAX = 32,
    ZONE_STALE_MS = 60000,
    ZONE_REPEAT_MS = 800,       // between a phrase and its repeat
    ZONE_CHIME_AFTER_MS = 3000, // a call so soon after another needs no chime
    ZONE_REPEAT_WAITING = 2,    // with more than so many waiting nothing is repeated
    ZONE_SEEN_MAX = 32,
};

struct zone_call {
    uint64_t seq;
    char number[16];
    uint32_t window;
    uint32_t languages;      // bits, places in the list of voices
    bool recall, again;      // again: the repeat of what was just spoken
    int64_t made_ms, got_ms; // by the boot clock: when the hall called, when it came here
};

struct zone {
    bool repeats, chimes; // settings
    struct zone_call waiting[ZONE_WAITING_MAX];
    uint32_t count;
    bool speaking;
    struct zone_call now; // while speaking, and until its repeat
    bool repeat_due;
    int64_t repeat_ms, ended_ms;
    bool ended_ever;
    uint64_t seen[ZONE_SEEN_MAX]; // seqs, a ring: a message may come twice
    uint32_t seen_at;
};

// Takes a call; older entries of its number are dropped. 0, -EALREADY for a seq that came before,
// -ENOSPC when full (the call is not taken).
int zone_put(struct zone *zone, const struct zone_call *call);

// Removes a number. True: it is being spoken right now, and should be cut.
bool zone_withdraw(struct zone *zone, const char *number);

// Takes one call that has become too old to be spoken; false when there is none.
bool zone_stale(struct zone *zone, int64_t now_ms, struct zone_call *call);

// When the next call that could be spoken now was made; INT64_MAX if there is none.
int64_t zone_due(const struct zone *zone, int64_t now_ms);

// Begins the next call, if one is due and none is being spoken: *call, and whether to chime first.
bool zone_next(struct zone *zone, int64_t now_ms, struct zone_call *call, bool *chime);

// What was begun has been heard (or could not be: then heard is false, and nothing is repeated).
void zone_ended(struct zone *zone, int64_t now_ms, bool heard);

#endif
