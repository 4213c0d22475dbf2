// SPDX-License-Identifier: Apache-2.0
/*
 * A voice pack: a folder with a manifest voice.yaml (language, speaker, licence, reading rules, and
 * words: {word: file}) and the clips it names.
 */
#ifndef JIAOHAO_AUDIO_PACK_H
#define JIAOHAO_AUDIO_PACK_H

#include <stdint.h>
#include <stdio.h>

#include "audio/clip.h"
#include "audio/reading.h"

enum { PACK_WORDS_MAX = 512 };

struct pack {
    char language[8];
    char speaker[96], licence[160];
    struct reading reading;
    uint32_t count;
    struct pack_word {
        char name[READING_WORD_BYTES];
        struct clip clip;
    } * words; // by name
};

// Loads a folder at the given loudness. NULL with every fault printed to `out`: also when a number
// or a window up to 99 would need a word that the pack has not.
struct pack *pack_load(const char *folder, double lufs, FILE *out);
void pack_free(struct pack *pack); // NULL is fine

// The clip of a word, NULL if there is none. Borrowed.
const struct clip *pack_clip(const struct pack *pack, const char *word);

#endif
