// SPDX-License-Identifier: Apache-2.0
/*
 * Font cards read GBK and take a backslash for the beginning of a code, also where it is the second
 * byte of a character (乗 is 81 5C). So no 5C leaves this file: a backslash becomes a slash, such a
 * character □, as do characters outside GBK.
 *
 * Invariant: every byte written belongs to a whole character.
 */
#include "display/led/gbk.h"

#include <iconv.h>
#include <stdbool.h>
#include <string.h>

enum { BACKSLASH = 0x5C };

static const uint8_t unknown[] = {0xA1, 0xF5}; // □

// The length of the UTF-8 character at text; 1 for a byte that begins none.
static size_t character(const char *text) {
    unsigned char first = (unsigned char)text[0];
    size_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    for (size_t i = 1; i < length; i++)
        if (((unsigned char)text[i] & 0xC0) != 0x80)
            return i;
    return length;
}

static size_t as_unknown(uint8_t out[2]) {
    memcpy(out, unknown, sizeof unknown);
    return sizeof unknown;
}

// One character that is not ASCII: always two bytes.
static size_t chinese(iconv_t to, const char *text, size_t length, uint8_t out[2]) {
    char *in = (char *)(uintptr_t)text, *end = (char *)out;
    size_t left = length, room = 2;
    if (to == (iconv_t)-1)
        return as_unknown(out);
    iconv(to, NULL, NULL, NULL, NULL);
    if (iconv(to, &in, &left, &end, &room) != 0 || left || room || out[1] == BACKSLASH)
        return as_unknown(out);
    return 2;
}

static size_t latin(unsigned char byte, uint8_t out[2]) {
    if (byte >= 0x7F)
        return as_unknown(out);
    out[0] = byte < ' ' ? ' ' : byte == BACKSLASH ? '/' : byte;
    return 1;
}

size_t gbk_text(const char *utf8, uint8_t *out, size_t room) {
    iconv_t to = iconv_open("GBK", "UTF-8");
    size_t used = 0;
    while (*utf8) {
        size_t length = character(utf8), bytes;
        uint8_t one[2];
        bytes = length == 1 ? latin((unsigned char)*utf8, one) : chinese(to, utf8, length, one);
        if (used + bytes > room)
            break;
        memcpy(out + used, one, bytes);
        used += bytes;
        utf8 += length;
    }
    if (to != (iconv_t)-1)
        iconv_close(to);
    return used;
}

size_t gbk_width(const uint8_t *text, size_t length, size_t height) {
    size_t halves = 0;
    for (size_t i = 0; i < length; i += text[i] & 0x80 ? 2 : 1)
        halves += text[i] & 0x80 ? 2 : 1;
    return halves * height / 2;
}
