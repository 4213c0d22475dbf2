// SPDX-License-Identifier: Apache-2.0
/*
 * One recorded word, ready to be played: mono, 48 kHz, trimmed of silence, levelled. All that costs
 * time happens here, when loading; the mixer only adds.
 */
#ifndef JIAOHAO_AUDIO_CLIP_H
#define JIAOHAO_AUDIO_CLIP_H

#include <stdint.h>

enum { CLIP_RATE = 48000, CLIP_SECONDS_MAX = 20 };

struct clip {
    int16_t *frames; // owned
    uint32_t count;
    float lufs, peak_db; // after levelling
};

// Reads a sound file (anything libsndfile knows, up to 8 channels), and brings it to `lufs` or as
// near as a true peak of -1.5 dB lets it. 0, or -errno with *why.
int clip_load(struct clip *clip, const char *path, double lufs, const char **why);
void clip_clear(struct clip *clip);

#endif
