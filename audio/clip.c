// SPDX-License-Identifier: Apache-2.0
/*
 * Loading a word: libsndfile reads it, libsoxr makes it 48 kHz, its silence is cut off, libebur128
 * measures it, and one factor brings it to the level of all others. Raw recordings start with up to
 * 0.4 s of silence and lie 7 LU apart; side by side that sounds like several people.
 *
 * A word is often shorter than the 400 ms that loudness is measured over, so it is measured with
 * half a second of silence around it; the gate then leaves the blocks that hold it. The peak bounds
 * the level, never a limiter: a clear voice a little too soft beats a loud one that is bent.
 */
#include "audio/clip.h"

#include <ebur128.h>
#include <errno.h>
#include <math.h>
#include <sndfile.h>
#include <soxr.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHANNELS_MAX = 8,
    RATE_LEAST = 8000,
    RATE_MOST = 192000,
    PAD = CLIP_RATE / 2,
    LEAD = CLIP_RATE * 5 / 1000,  // kept before the first sound
    TAIL = CLIP_RATE * 25 / 1000, // and after the last
    FADE = CLIP_RATE * 3 / 1000,
};

static const double silence_db = -42, peak_most_db = -1.5;

struct wave { // while loading
    float *at;
    size_t count;
    double rate;
};

static double to_db(double factor) {
    return factor > 0 ? 20 * log10(factor) : -200;
}

static double to_factor(double db) {
    return pow(10, db / 20);
}

// --- reading -----------------------------------------------------------------------------------

static int read_mono(SNDFILE *file, const SF_INFO *info, struct wave *wave) {
    size_t channels = (size_t)info->channels, frames = (size_t)info->frames;
    float *all = calloc(frames * channels, sizeof *all);
    if (!all)
        return -ENOMEM;
    wave->at = all;
    wave->count = (size_t)sf_readf_float(file, all, (sf_count_t)frames);
    wave->rate = info->samplerate;
    for (size_t i = 0; i < wave->count; i++) { // in place: i never passes i * channels
        float sum = 0;
        for (size_t c = 0; c < channels; c++)
            sum += all[i * channels + c];
        all[i] = isfinite(sum) ? sum / (float)channels : 0;
    }
    return wave->count ? 0 : -EINVAL; // a header without sound
}

static int read_file(const char *path, struct wave *wave, const char **why) {
    SF_INFO info = {0};
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    int rc = -EINVAL;
    if (!file) {
        *why = "no sound file that can be read";
        return -EINVAL;
    }
    if (info.channels < 1 || info.channels > CHANNELS_MAX || info.samplerate < RATE_LEAST ||
        info.samplerate > RATE_MOST)
        *why = "more than 8 channels, or a rate outside 8 to 192 kHz";
    else if (info.frames < 1 || info.frames > (sf_count_t)info.samplerate * CLIP_SECONDS_MAX)
        *why = "empty, or longer than 20 s";
    else if ((rc = read_mono(file, &info, wave)))
        *why = rc == -ENOMEM ? "no memory" : "no sound in it";
    sf_close(file);
    return rc;
}

static int resample(struct wave *wave) {
    size_t room = (size_t)((double)wave->count * CLIP_RATE / wave->rate) + 16, done = 0;
    float *out;
    soxr_error_t error;
    if (wave->rate == CLIP_RATE)
        return 0;
    out = calloc(room, sizeof *out);
    if (!out)
        return -ENOMEM;
    error = soxr_oneshot(wave->rate, CLIP_RATE, 1, wave->at, wave->count, NULL, out, room, &done,
                         NULL, NULL, NULL);
    free(wave->at);
    *wave = (struct wave){out, done, CLIP_RATE};
    return error ? -EIO : 0;
}

// --- shaping -----------------------------------------------------------------------------------

static float loudest(const struct wave *wave) {
    float most = 0;
    for (size_t i = 0; i < wave->count; i++)
        most = fmaxf(most, fabsf(wave->at[i]));
    return most;
}

static void fade_ends(struct wave *wave) {
    size_t length = wave->count / 2 < FADE ? wave->count / 2 : FADE;
    for (size_t i = 0; i < length; i++) {
        float factor = (float)i / (float)length;
        wave->at[i] *= factor;
        wave->at[wave->count - 1 - i] *= factor;
    }
}

static int trim(struct wave *wave) {
    float least = loudest(wave) * (float)to_factor(silence_db);
    size_t first = 0, last = wave->count;
    if (least <= 0)
        return -EINVAL;
    while (fabsf(wave->at[first]) < least)
        first++;
    while (fabsf(wave->at[last - 1]) < least)
        last--;
    first = first > LEAD ? first - LEAD : 0;
    last = last + TAIL < wave->count ? last + TAIL : wave->count;
    memmove(wave->at, wave->at + first, (last - first) * sizeof *wave->at);
    wave->count = last - first;
    fade_ends(wave);
    return 0;
}

static int measure(const struct wave *wave, double *lufs, double *peak) {
    static const float quiet[PAD];
    ebur128_state *meter = ebur128_init(1, CLIP_RATE, EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK);
    int error;
    if (!meter)
        return -ENOMEM;
    error = ebur128_set_channel(meter, 0, EBUR128_DUAL_MONO);
    error |= ebur128_add_frames_float(meter, quiet, PAD);
    error |= ebur128_add_frames_float(meter, wave->at, wave->count);
    error |= ebur128_add_frames_float(meter, quiet, PAD);
    error |= ebur128_loudness_global(meter, lufs);
    error |= ebur128_true_peak(meter, 0, peak);
    ebur128_destroy(&meter);
    return error || !isfinite(*lufs) || *peak <= 0 ? -EINVAL : 0;
}

static int level(struct wave *wave, double wanted, struct clip *clip) {
    double lufs, peak, gain_db;
    int rc = measure(wave, &lufs, &peak);
    if (rc)
        return rc;
    gain_db = fmin(wanted - lufs, peak_most_db - to_db(peak));
    for (size_t i = 0; i < wave->count; i++)
        wave->at[i] *= (float)to_factor(gain_db);
    clip->lufs = (float)(lufs + gain_db);
    clip->peak_db = (float)(to_db(peak) + gain_db);
    return 0;
}

static int keep(const struct wave *wave, struct clip *clip) {
    if (wave->count == 0)
        return -EINVAL;
    clip->frames = calloc(wave->count, sizeof *clip->frames);
    if (!clip->frames)
        return -ENOMEM;
    clip->count = (uint32_t)wave->count;
    for (size_t i = 0; i < wave->count; i++)
        clip->frames[i] = (int16_t)lrintf(fmaxf(-1, fminf(1, wave->at[i])) * 32767);
    return 0;
}

int clip_load(struct clip *clip, const char *path, double lufs, const char **why) {
    struct wave wave = {0};
    int rc = read_file(path, &wave, why);
    *clip = (struct clip){0};
    if (rc)
        goto out;
    *why = "it cannot be resampled";
    rc = resample(&wave);
    if (rc)
        goto out;
    *why = "there is only silence in it";
    rc = trim(&wave);
    if (!rc)
        rc = level(&wave, lufs, clip);
    if (!rc)
        rc = keep(&wave, clip);
out:
    free(wave.at);
    return rc;
}

void clip_clear(struct clip *clip) {
    free(clip->frames);
    *clip = (struct clip){0};
}
