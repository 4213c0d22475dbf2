// SPDX-License-Identifier: Apache-2.0
/*
 * All zones of one card mixed into its channels. A track is one zone's voice: a list of clips with
 * silences, a gain, and the channels it is heard on. Counts every frame since it was made, so that
 * "heard" can be told from what the card says of its delay. Pure: no clock, no card.
 */
#ifndef JIAOHAO_AUDIO_MIXER_H
#define JIAOHAO_AUDIO_MIXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/clip.h"

enum { MIXER_CHANNELS_MAX = 8, MIXER_TRACKS_MAX = 32, MIXER_ITEMS_MAX = 160 };

struct mixer;

struct mixer_item {
    const struct clip *clip; // borrowed while it plays
    uint32_t gap_frames;     // silence after it
};

struct mixer *mixer_new(uint32_t channels);
void mixer_free(struct mixer *mixer); // NULL is fine

// Adds a track heard on these channels (bits); its number, or -ENOSPC.
int mixer_add(struct mixer *mixer, uint32_t channels, double gain_db);

// Plays items on a silent track from the next frame on. 0, -EBUSY, -E2BIG or -EINVAL (none).
int mixer_play(struct mixer *mixer, int track, const struct mixer_item *items, uint32_t count);
// Ends a track at the end of the clip that sounds now.
void mixer_cut(struct mixer *mixer, int track);
// Silence at once, on all tracks: the card is gone.
void mixer_reset(struct mixer *mixer);

// The next frames, interleaved.
void mixer_fill(struct mixer *mixer, int16_t *out, size_t frames);
uint64_t mixer_position(const struct mixer *mixer); // frames filled so far

// True once, when the last frame of what a track played lies before `heard`.
bool mixer_done(struct mixer *mixer, int track, uint64_t heard);

#endif
