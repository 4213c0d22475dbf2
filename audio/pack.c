// SPDX-License-Identifier: Apache-2.0
/*
 * Loading a voice pack. A pack is somebody's recordings: the manifest is read by a table, files may
 * only lie in the pack's own folder, and what a call could need is tried before the pack is taken:
 * a missing word must be found by --check, not in front of a hall.
 *
 * Invariant: a pack that was returned can read every number and every window up to 99. A window
 * above may still be without words; the call is then acknowledged as failed.
 */
#include "audio/pack.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 320 };

#define PACK(field)                                                                                \
    .offset = offsetof(struct pack, field), .size = sizeof(((struct pack *)0)->field)

static void read_digits(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    reading_read_digits(file, node, &((struct pack *)into)->reading, context);
}

static void read_window(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    reading_read_window(file, node, &((struct pack *)into)->reading, context);
}

struct loading {
    const char *folder;
    double lufs;
};

static void read_words(struct yaml_file *file, struct yaml_node *node, void *into, void *context);

static const struct yaml_key pack_keys[] = {
    {.name = "language",
     .type = YAML_CODE,
     .required = true,
     .least = 1,
     PACK(language),
     .help = "the language of a call that this pack speaks: zh, en"},
    {.name = "speaker", .type = YAML_TEXT, .fallback = "", PACK(speaker), .help = "whose voice"},
    {.name = "licence", .type = YAML_TEXT, .fallback = "", PACK(licence), .help = "of the sound"},
    {.name = "call",
     .type = YAML_TEXT,
     .required = true,
     .least = 1,
     PACK(reading.call),
     .help = "the sentence, in words; {letters} {digits} {window}; a comma is a pause"},
    {.name = "digits",
     .type = YAML_CUSTOM,
     .required = true,
     .read = read_digits,
     .help = "ten words, for 0 to 9"},
    {.name = "window",
     .type = YAML_CUSTOM,
     .required = true,
     .read = read_window,
     .help = "ranges of numbers and how they are read"},
    {.name = "gap",
     .type = YAML_DURATION,
     .least = 0,
     .most = 1000,
     .fallback = "30 ms",
     PACK(reading.gap_ms),
     .help = "silence after a word"},
    {.name = "letter_gap",
     .type = YAML_DURATION,
     .least = 0,
     .most = 1000,
     .fallback = "80 ms",
     PACK(reading.letter_gap_ms),
     .help = "silence after a letter"},
    {.name = "pause",
     .type = YAML_DURATION,
     .least = 0,
     .most = 2000,
     .fallback = "200 ms",
     PACK(reading.pause_ms),
     .help = "silence at a comma"},
    {.name = "words",
     .type = YAML_CUSTOM,
     .required = true,
     .read = read_words,
     .help = "a file for each word"},
    {.name = NULL},
};

// --- words -------------------------------------------------------------------------------------

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct pack_word *)a)->name, ((const struct pack_word *)b)->name);
}

static void read_word(struct yaml_file *file, struct yaml_node *node, struct pack_word *word,
                      const struct loading *loading) {
    const char *name = yaml_text(file, node), *why = "";
    char path[PATH_BYTES];
    if (!name)
        return;
    if (strchr(name, '/') || name[0] == '.' ||
        snprintf(path, sizeof path, "%s/%s", loading->folder, name) >= (int)sizeof path)
        yaml_fault(file, node, "\"%s\" is no name of a file in the pack's own folder", name);
    else if (clip_load(&word->clip, path, loading->lufs, &why))
        yaml_fault(file, node, "%s: %s", name, why);
}

static void read_words(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct pack *pack = into;
    size_t count = yaml_pairs(file, node);
    if (count == 0 || count > PACK_WORDS_MAX) {
        yaml_fault(file, node, "a pack has 1 to %d words", PACK_WORDS_MAX);
        return;
    }
    pack->words = calloc(count, sizeof *pack->words);
    for (size_t i = 0; pack->words && i < count; i++) {
        const char *name;
        struct yaml_node *value = yaml_pair(node, i, &name);
        if (strlen(name) >= READING_WORD_BYTES || strpbrk(name, " {},")) {
            yaml_fault(file, value,
                       "\"%s\": a word's name has up to %d bytes and no blank or brace", name,
                       READING_WORD_BYTES - 1);
            continue;
        }
        memcpy(pack->words[pack->count].name, name, strlen(name) + 1);
        read_word(file, value, &pack->words[pack->count++], context);
    }
    if (pack->words)
        qsort(pack->words, pack->count, sizeof *pack->words, by_name);
}

const struct clip *pack_clip(const struct pack *pack, const char *word) {
    struct pack_word wanted = {0};
    const struct pack_word *found;
    if (strlen(word) >= sizeof wanted.name || !pack->count)
        return NULL;
    memcpy(wanted.name, word, strlen(word) + 1);
    found = bsearch(&wanted, pack->words, pack->count, sizeof *pack->words, by_name);
    return found ? &found->clip : NULL;
}

// --- is it enough? -----------------------------------------------------------------------------

static bool can_say(struct yaml_file *file, const struct pack *pack, const char *number,
                    uint32_t window) {
    struct reading_words words = {0};
    if (reading_call(&pack->reading, number, window, &words)) {
        yaml_fault(file, NULL, "the rules do not read %s at window %u", number, window);
        return false;
    }
    for (uint32_t i = 0; i < words.count; i++)
        if (!pack_clip(pack, words.at[i].name)) {
            yaml_fault(file, NULL, "%s at window %u needs the word \"%s\", which has no file",
                       number, window, words.at[i].name);
            return false;
        }
    return true;
}

static void check(struct yaml_file *file, const struct pack *pack) {
    char number[] = "A012345678";
    bool enough = can_say(file, pack, "A9", 1);
    for (uint32_t window = 1; window <= 99 && enough; window++)
        enough = can_say(file, pack, number, window);
    for (char letter = 'A'; letter <= 'Z' && enough; letter++) {
        number[0] = letter;
        number[4] = 0;
        if (letter != 'I' && letter != 'O') // no number has these
            enough = can_say(file, pack, number, 1);
    }
}

struct pack *pack_load(const char *folder, double lufs, FILE *out) {
    struct loading loading = {folder, lufs};
    struct pack *pack = calloc(1, sizeof *pack);
    struct yaml_file *file = NULL;
    char path[PATH_BYTES];
    size_t faults = 1;
    if (!pack || snprintf(path, sizeof path, "%s/voice.yaml", folder) >= (int)sizeof path)
        goto out;
    file = yaml_open(path);
    if (!file)
        goto out;
    if (yaml_root(file))
        yaml_read(file, yaml_root(file), pack_keys, pack, &loading);
    if (yaml_fault_count(file) == 0)
        check(file, pack);
    yaml_print_faults(file, out);
    faults = yaml_fault_count(file);
out:
    yaml_close(file);
    if (faults == 0)
        return pack;
    pack_free(pack);
    return NULL;
}

void pack_free(struct pack *pack) {
    if (!pack)
        return;
    for (uint32_t i = 0; i < pack->count; i++)
        clip_clear(&pack->words[i].clip);
    free(pack->words);
    free(pack);
}
