// SPDX-License-Identifier: Apache-2.0
/*
 * The section `audio` of jiaohao.yaml: the voices, the sound cards, and which speaker announces
 * which zone on which channel of which card.
 */
#ifndef JIAOHAO_AUDIO_CONFIG_H
#define JIAOHAO_AUDIO_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/machine.h"

enum {
    CONFIG_PATH_BYTES = 256,
    CONFIG_VOICES_MAX = 8,
    CONFIG_CARDS_MAX = 8,
    CONFIG_SPEAKERS_MAX = 32,
    CONFIG_SPANS_MAX = 8,
    CONFIG_WINDOWS_MAX = 64,
};

struct config_card {
    char name[32], pcm[128];
    uint32_t channels;
    int64_t buffer_ms;
};

struct config_span { // minutes of the day; from > to goes over midnight
    uint32_t from, to;
};

struct config_speaker {
    char name[32], zone[32], card_name[32], group[32];
    uint32_t card;    // place in cards
    uint32_t channel; // from 1; 0 = all
    int64_t gain_db;
    uint8_t repeat, chime;
    struct config_span silent[CONFIG_SPANS_MAX];
    uint32_t silent_count;
    uint32_t silent_windows[CONFIG_WINDOWS_MAX];
    uint32_t silent_window_count;
};

struct config {
    struct machine machine;
    const char *path;
    char voices[CONFIG_VOICES_MAX][CONFIG_PATH_BYTES];
    uint32_t voice_count;
    char chime[CONFIG_PATH_BYTES];
    int64_t loudness; // LUFS
    struct config_card cards[CONFIG_CARDS_MAX];
    uint32_t card_count;
    struct config_speaker speakers[CONFIG_SPEAKERS_MAX];
    uint32_t speaker_count;
};

// The number of faults, all printed to `out`. `path` is borrowed.
int config_read(const char *path, struct config *config, FILE *out);
// The keys as mdoc(7) list items.
void config_print_keys(FILE *out);

// Is this speaker silent for a call at `minute` of the day from a window?
bool config_is_silent(const struct config_speaker *speaker, uint32_t minute, uint32_t window);

#endif
