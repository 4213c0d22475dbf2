// SPDX-License-Identifier: Apache-2.0
/*
 * Reading rules at work: a sentence is split at blanks, each piece is a word, a comma or a place in
 * braces that is filled from the number or the window. Nothing here knows a language.
 *
 * Invariant: words->count never exceeds READING_WORDS_MAX, and every name is ended. What a sentence
 * says is not checked against the clips of a pack: that is pack.c.
 */
#include "audio/reading.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct saying { // one call on its way to words
    const struct reading *reading;
    const char *number;
    uint32_t window;
    struct reading_words *words;
};

// --- words -------------------------------------------------------------------------------------

static int add(struct saying *s, const char *name, size_t length, int64_t gap_ms) {
    struct reading_word *word;
    if (length == 0 || length >= READING_WORD_BYTES)
        return -EINVAL;
    if (s->words->count == READING_WORDS_MAX)
        return -E2BIG;
    word = &s->words->at[s->words->count++];
    memcpy(word->name, name, length);
    word->name[length] = 0;
    word->gap_ms = (uint32_t)gap_ms;
    return 0;
}

static void add_pause(struct saying *s) {
    if (s->words->count)
        s->words->at[s->words->count - 1].gap_ms = (uint32_t)s->reading->pause_ms;
}

static int add_digit(struct saying *s, uint32_t digit) {
    const char *name = s->reading->digits[digit];
    return add(s, name, strlen(name), s->reading->gap_ms);
}

static int add_letters(struct saying *s) {
    int rc = 0;
    for (const char *c = s->number; isalpha((unsigned char)*c) && !rc; c++)
        rc = add(s, c, 1, s->reading->letter_gap_ms);
    return rc;
}

static int add_digits(struct saying *s, const char *text) {
    int rc = 0;
    for (; isdigit((unsigned char)*text) && !rc; text++)
        rc = add_digit(s, (uint32_t)(*text - '0'));
    return rc;
}

// --- the window --------------------------------------------------------------------------------

// Puts the number's parts into one piece of a range's text: "{t}0" of 32 is "30".
static int fill_piece(const struct saying *s, const char *piece, size_t length,
                      char out[READING_WORD_BYTES]) {
    size_t used = 0;
    for (size_t i = 0; i < length && used < READING_WORD_BYTES - 8; i++) {
        char part = i + 2 < length && piece[i] == '{' && piece[i + 2] == '}' ? piece[i + 1] : 0;
        uint32_t value = part == 'n'   ? s->window
                         : part == 'h' ? s->window / 100 % 10
                         : part == 't' ? s->window / 10 % 10
                                       : s->window % 10;
        if (!part)
            out[used++] = piece[i];
        else
            used += (size_t)snprintf(out + used, 8, "%u", value);
        i += part ? 2 : 0;
    }
    out[used] = 0;
    return (int)used;
}

// A hall that reads 1 as 幺 does so in ticket numbers only: {n} is the number's own word.
static int add_range(struct saying *s, const char *say) {
    char digits[12], name[READING_WORD_BYTES];
    int rc = 0;
    for (const char *at = say + strspn(say, " "); *at && !rc; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        if (length == 8 && memcmp(at, "{digits}", 8) == 0) {
            snprintf(digits, sizeof digits, "%u", s->window);
            rc = add_digits(s, digits);
        } else {
            rc = add(s, name, (size_t)fill_piece(s, at, length, name), s->reading->gap_ms);
        }
        at += length;
    }
    return rc;
}

static int add_window(struct saying *s) {
    for (uint32_t i = 0; i < s->reading->range_count; i++) {
        const struct reading_range *range = &s->reading->ranges[i];
        if (s->window >= range->from && s->window <= range->to &&
            (s->window - range->from) % range->step == 0)
            return add_range(s, range->say);
    }
    return -ENOENT;
}

// --- the sentence ------------------------------------------------------------------------------

static int add_piece(struct saying *s, const char *piece, size_t length) {
    static const struct {
        const char *name;
        size_t length;
    } places[] = {{"{letters}", 9}, {"{digits}", 8}, {"{window}", 8}, {",", 1}};
    size_t i = 0;
    while (i < 4 && (length != places[i].length || memcmp(piece, places[i].name, length) != 0))
        i++;
    switch (i) {
    case 0:
        return add_letters(s);
    case 1:
        return add_digits(s, s->number + strcspn(s->number, "0123456789"));
    case 2:
        return add_window(s);
    case 3:
        add_pause(s);
        return 0;
    default:
        return add(s, piece, length, s->reading->gap_ms);
    }
}

static bool is_number(const char *number) {
    size_t letters = 0, digits = 0;
    while (number[letters] >= 'A' && number[letters] <= 'Z')
        letters++;
    while (isdigit((unsigned char)number[letters + digits]))
        digits++;
    return letters <= 4 && digits >= 1 && digits <= 9 && number[letters + digits] == 0;
}

int reading_call(const struct reading *reading, const char *number, uint32_t window,
                 struct reading_words *words) {
    struct saying s = {reading, number, window, words};
    int rc = 0;
    words->count = 0;
    if (!is_number(number))
        return -EINVAL;
    for (const char *at = reading->call + strspn(reading->call, " "); *at && !rc;
         at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        rc = add_piece(&s, at, length);
        at += length;
    }
    return rc;
}

// --- from the manifest -------------------------------------------------------------------------

void reading_read_digits(struct yaml_file *file, struct yaml_node *node, void *into,
                         void *context) {
    struct reading *reading = into;
    const char *text = yaml_text(file, node);
    char rest;
    (void)context;
    if (!text)
        return;
    if (sscanf(text, "%23s %23s %23s %23s %23s %23s %23s %23s %23s %23s %c", reading->digits[0],
               reading->digits[1], reading->digits[2], reading->digits[3], reading->digits[4],
               reading->digits[5], reading->digits[6], reading->digits[7], reading->digits[8],
               reading->digits[9], &rest) != 10)
        yaml_fault(file, node, "write ten words, for 0 to 9, as \"0 1 2 3 4 5 6 7 8 9\"");
}

static bool take_number(const char **at, uint32_t *value) {
    const char *first = *at;
    for (*value = 0; isdigit((unsigned char)**at) && *at - first < 4; (*at)++)
        *value = *value * 10 + (uint32_t)(**at - '0');
    return *at > first;
}

// "10", "11-19" or "20-90/10"
static bool read_range(const char *key, struct reading_range *range) {
    range->step = 1;
    if (!take_number(&key, &range->from))
        return false;
    range->to = range->from;
    if (*key == '-' && (key++, !take_number(&key, &range->to)))
        return false;
    if (*key == '/' && (key++, !take_number(&key, &range->step)))
        return false;
    return *key == 0 && range->step > 0 && range->from <= range->to;
}

void reading_read_window(struct yaml_file *file, struct yaml_node *node, void *into,
                         void *context) {
    struct reading *reading = into;
    size_t count = yaml_pairs(file, node);
    (void)context;
    reading->range_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct reading_range range = {0};
        const char *key, *say;
        struct yaml_node *value = yaml_pair(node, i, &key);
        say = yaml_text(file, value);
        if (!read_range(key, &range))
            yaml_fault(file, value, "\"%s\" is no range, write 10, 11-19 or 20-90/10", key);
        else if (reading->range_count == READING_RANGES_MAX)
            yaml_fault(file, value, "more than %d ranges", READING_RANGES_MAX);
        else if (say && strlen(say) >= READING_SAY_BYTES)
            yaml_fault(file, value, "too long, at most %d bytes", READING_SAY_BYTES - 1);
        else if (say) {
            memcpy(range.say, say, strlen(say) + 1);
            reading->ranges[reading->range_count++] = range;
        }
    }
}
