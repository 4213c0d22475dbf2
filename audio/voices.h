// SPDX-License-Identifier: Apache-2.0
/*
 * Everything that can be said: the voice packs of the settings and the chime, and how a call
 * becomes a list of clips.
 */
#ifndef JIAOHAO_AUDIO_VOICES_H
#define JIAOHAO_AUDIO_VOICES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "audio/clip.h"
#include "audio/mixer.h"

struct config;
struct voices;

// Loads what the settings name. NULL with every fault printed to `out`. Any thread: it is slow.
struct voices *voices_load(const struct config *config, FILE *out);
void voices_free(struct voices *voices); // NULL is fine

// The bit of a language, 0 if no pack speaks it.
uint32_t voices_language(const struct voices *voices, const char *language);

// A call's clips, borrowed, in the languages of these bits. How many items; 0 if it cannot be read
// in any of them.
struct voices_call {
    const char *number;
    uint32_t window, languages;
    bool chime;
};
uint32_t voices_say(const struct voices *voices, const struct voices_call *call,
                    struct mixer_item items[MIXER_ITEMS_MAX]);

#endif
