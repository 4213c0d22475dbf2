// SPDX-License-Identifier: Apache-2.0
/*
 * The mixer adds 16-bit clips into 32-bit sums and cuts what is too loud at the edges of 16 bits:
 * two zones on one channel may clip, they never wrap around.
 *
 * Invariant: position grows by exactly the frames filled, also in silence; a track's end is a
 * position, so that nothing here needs a clock. It allocates nothing while it plays.
 */
#include "audio/mixer.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 480, GAIN_ONE = 1 << 14 };

struct track {
    struct mixer_item items[MIXER_ITEMS_MAX];
    uint32_t count, place, offset; // offset counts through clip and gap
    uint32_t channels;
    int32_t gain;
    uint64_t end; // valid once place == count
    bool playing;
};

struct mixer {
    uint32_t channels, track_count;
    uint64_t position;
    struct track tracks[MIXER_TRACKS_MAX];
    int32_t sums[BLOCK * MIXER_CHANNELS_MAX];
};

struct mixer *mixer_new(uint32_t channels) {
    struct mixer *mixer = calloc(1, sizeof *mixer);
    assert(channels >= 1 && channels <= MIXER_CHANNELS_MAX);
    if (mixer)
        mixer->channels = channels;
    return mixer;
}

void mixer_free(struct mixer *mixer) {
    free(mixer);
}

int mixer_add(struct mixer *mixer, uint32_t channels, double gain_db) {
    struct track *track;
    if (mixer->track_count == MIXER_TRACKS_MAX)
        return -ENOSPC;
    track = &mixer->tracks[mixer->track_count];
    track->channels = channels;
    track->gain = (int32_t)lrint(pow(10, gain_db / 20) * GAIN_ONE);
    return (int)mixer->track_count++;
}

int mixer_play(struct mixer *mixer, int number, const struct mixer_item *items, uint32_t count) {
    struct track *track = &mixer->tracks[number];
    if (track->playing)
        return -EBUSY;
    if (count == 0 || count > MIXER_ITEMS_MAX)
        return count ? -E2BIG : -EINVAL;
    memcpy(track->items, items, count * sizeof *items);
    track->items[count - 1].gap_frames = 0; // heard when its last word is
    track->count = count;
    track->place = track->offset = 0;
    track->playing = true;
    return 0;
}

void mixer_cut(struct mixer *mixer, int number) {
    struct track *track = &mixer->tracks[number];
    if (track->playing && track->place < track->count) {
        track->count = track->place + 1;
        track->items[track->place].gap_frames = 0;
    }
}

void mixer_reset(struct mixer *mixer) {
    for (uint32_t i = 0; i < mixer->track_count; i++)
        mixer->tracks[i].playing = false;
}

// --- filling -----------------------------------------------------------------------------------

static void add_frames(struct mixer *mixer, const struct track *track, const int16_t *frames,
                       size_t at, size_t count) {
    for (uint32_t c = 0; c < mixer->channels; c++) {
        int32_t *sum = mixer->sums + at * mixer->channels + c;
        if (!(track->channels & (1u << c)))
            continue;
        for (size_t i = 0; i < count; i++, sum += mixer->channels)
            *sum += (int32_t)((int64_t)frames[i] * track->gain / GAIN_ONE);
    }
}

// What one item gives to a block from frame `at` on: how many frames it took.
static size_t take_item(struct mixer *mixer, struct track *track, size_t at, size_t frames) {
    const struct mixer_item *item = &track->items[track->place];
    size_t room = frames - at, left;
    if (track->offset < item->clip->count) {
        left = item->clip->count - track->offset;
        left = left < room ? left : room;
        add_frames(mixer, track, item->clip->frames + track->offset, at, left);
    } else {
        left = track->offset < item->clip->count + item->gap_frames
                   ? item->clip->count + item->gap_frames - track->offset
                   : 0;
        left = left < room ? left : room;
    }
    track->offset += (uint32_t)left;
    return left;
}

static void take_track(struct mixer *mixer, struct track *track, size_t frames) {
    size_t at = 0;
    while (track->place < track->count) {
        const struct mixer_item *item = &track->items[track->place];
        at += take_item(mixer, track, at, frames);
        if (track->offset >= item->clip->count + item->gap_frames) {
            track->place++;
            track->offset = 0;
            track->end = mixer->position + at;
        }
        if (at == frames)
            return;
    }
}

static void fill_block(struct mixer *mixer, int16_t *out, size_t frames) {
    size_t samples = frames * mixer->channels;
    memset(mixer->sums, 0, samples * sizeof mixer->sums[0]);
    for (uint32_t i = 0; i < mixer->track_count; i++)
        if (mixer->tracks[i].playing)
            take_track(mixer, &mixer->tracks[i], frames);
    for (size_t i = 0; i < samples; i++) {
        int32_t sum = mixer->sums[i];
        out[i] = (int16_t)(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : sum);
    }
    mixer->position += frames;
}

void mixer_fill(struct mixer *mixer, int16_t *out, size_t frames) {
    while (frames) {
        size_t some = frames < BLOCK ? frames : BLOCK;
        fill_block(mixer, out, some);
        out += some * mixer->channels;
        frames -= some;
    }
}

uint64_t mixer_position(const struct mixer *mixer) {
    return mixer->position;
}

bool mixer_done(struct mixer *mixer, int number, uint64_t heard) {
    struct track *track = &mixer->tracks[number];
    if (!track->playing || track->place < track->count || heard < track->end)
        return false;
    track->playing = false;
    return true;
}
