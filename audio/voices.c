// SPDX-License-Identifier: Apache-2.0
/*
 * Voice packs and chime together. A language that cannot read a call (a window above 9999, a word
 * that is missing) is left out, and the others are still said.
 */
#include "audio/voices.h"

#include <stdlib.h>
#include <string.h>

#include "audio/config.h"
#include "audio/pack.h"

enum {
    CHIME_GAP = CLIP_RATE * 120 / 1000,
    LANGUAGE_GAP = CLIP_RATE * 350 / 1000,
};

static const double chime_below_db = 3; // it asks for attention, it is not the message

struct voices {
    struct pack *packs[CONFIG_VOICES_MAX];
    uint32_t count;
    struct clip chime;
};

static bool load_packs(struct voices *voices, const struct config *config, FILE *out) {
    bool good = true;
    for (uint32_t i = 0; i < config->voice_count; i++) {
        struct pack *pack = pack_load(config->voices[i], (double)config->loudness, out);
        if (pack)
            voices->packs[voices->count++] = pack;
        else
            good = false;
    }
    return good;
}

struct voices *voices_load(const struct config *config, FILE *out) {
    struct voices *voices = calloc(1, sizeof *voices);
    const char *why = "";
    bool good;
    if (!voices)
        return NULL;
    good = load_packs(voices, config, out);
    if (clip_load(&voices->chime, config->chime, (double)config->loudness - chime_below_db, &why)) {
        fprintf(out, "%s:1: the chime: %s\n", config->chime, why);
        good = false;
    }
    if (good)
        return voices;
    voices_free(voices);
    return NULL;
}

void voices_free(struct voices *voices) {
    if (!voices)
        return;
    for (uint32_t i = 0; i < voices->count; i++)
        pack_free(voices->packs[i]);
    clip_clear(&voices->chime);
    free(voices);
}

uint32_t voices_language(const struct voices *voices, const char *language) {
    for (uint32_t i = 0; i < voices->count; i++)
        if (strcmp(voices->packs[i]->language, language) == 0)
            return 1u << i;
    return 0;
}

// Appends one language; the new count, or the old one if it cannot say all of it.
static uint32_t say_in(const struct pack *pack, const struct voices_call *call,
                       struct mixer_item items[MIXER_ITEMS_MAX], uint32_t count) {
    struct reading_words words = {0};
    uint32_t used = count;
    if (reading_call(&pack->reading, call->number, call->window, &words))
        return count;
    for (uint32_t i = 0; i < words.count; i++) {
        const struct clip *clip = pack_clip(pack, words.at[i].name);
        if (!clip || used == MIXER_ITEMS_MAX)
            return count;
        items[used++] = (struct mixer_item){clip, words.at[i].gap_ms * (CLIP_RATE / 1000)};
    }
    if (used > count)
        items[used - 1].gap_frames = LANGUAGE_GAP;
    return used;
}

uint32_t voices_say(const struct voices *voices, const struct voices_call *call,
                    struct mixer_item items[MIXER_ITEMS_MAX]) {
    uint32_t start = call->chime ? 1 : 0, count = start;
    if (call->chime)
        items[0] = (struct mixer_item){&voices->chime, CHIME_GAP};
    for (uint32_t i = 0; i < voices->count; i++)
        if (call->languages & (1u << i))
            count = say_in(voices->packs[i], call, items, count);
    return count > start ? count : 0;
}
