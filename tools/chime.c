// SPDX-License-Identifier: Apache-2.0
/*
 * chime FILE: writes the two-tone chime that comes before a call, E5 then C5, each struck and dying
 * away. Made when building, so that no sound of somebody else's has to lie in the tree; a hall that
 * wants another one names its file in jiaohao.yaml.
 */
#include <math.h>
#include <sndfile.h>
#include <stdio.h>

enum { RATE = 48000, TONES = 2, SECOND_AT = RATE * 28 / 100, FRAMES = RATE };

static const double pitches_hz[TONES] = {659.255, 523.251};

static double struck(double seconds, double pitch_hz) {
    double turn = 2 * M_PI * pitch_hz * seconds;
    if (seconds < 0)
        return 0;
    return (1 - exp(-seconds / 0.004)) * exp(-seconds / 0.2) * (sin(turn) + 0.25 * sin(2 * turn));
}

int main(int argc, char **argv) {
    static float frames[FRAMES];
    SF_INFO info = {.samplerate = RATE, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
    SNDFILE *file = argc == 2 ? sf_open(argv[1], SFM_WRITE, &info) : NULL;
    if (!file) {
        fputs("usage: chime FILE, which must be writable\n", stderr);
        return 1;
    }
    for (int i = 0; i < FRAMES; i++)
        for (int tone = 0; tone < TONES; tone++)
            frames[i] +=
                (float)(0.35 * struck((double)(i - tone * SECOND_AT) / RATE, pitches_hz[tone]));
    sf_writef_float(file, frames, FRAMES);
    return sf_close(file) ? 1 : 0;
}
