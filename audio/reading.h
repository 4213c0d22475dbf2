// SPDX-License-Identifier: Apache-2.0
/*
 * How a language reads a call: from "A012" and window 3 to the words of a voice pack. The rules are
 * data in the pack's manifest, so that a dialect is a folder and not a change of code:
 *   call    a sentence of word names; {letters}, {digits} and {window} are put in, "," is a pause
 *   digits  ten word names, for 0 to 9
 *   window  ranges of numbers ("21-99", "20-90/10": every tenth) and how they are read; in these
 *           {n} is the number's own word, {h} {t} {o} its digits, {digits} digit by digit. The first
 *           range that fits holds
 */
#ifndef JIAOHAO_AUDIO_READING_H
#define JIAOHAO_AUDIO_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/yaml.h"

enum {
    READING_WORD_BYTES = 24,
    READING_WORDS_MAX = 48,
    READING_RANGES_MAX = 16,
    READING_SAY_BYTES = 64,
    READING_CALL_BYTES = 256,
    READING_WINDOW_MAX = 9999,
};

struct reading_range {
    uint32_t from, to, step;
    char say[READING_SAY_BYTES];
};

struct reading {
    char call[READING_CALL_BYTES];
    char digits[10][READING_WORD_BYTES];
    struct reading_range ranges[READING_RANGES_MAX];
    uint32_t range_count;
    int64_t gap_ms, letter_gap_ms, pause_ms; // after a word, after a letter, at a comma
};

struct reading_words { // what is said, in order
    uint32_t count;
    struct reading_word {
        char name[READING_WORD_BYTES];
        uint32_t gap_ms; // silence after it
    } at[READING_WORDS_MAX];
};

// Custom readers for a table of keys whose `into` is a struct reading.
void reading_read_digits(struct yaml_file *file, struct yaml_node *node, void *into, void *context);
void reading_read_window(struct yaml_file *file, struct yaml_node *node, void *into, void *context);

// The words of a call. 0; -EINVAL for a number that is not letters and digits; -ENOENT for a window
// that no range reads; -E2BIG for too many words.
int reading_call(const struct reading *reading, const char *number, uint32_t window,
                 struct reading_words *words);

#endif
