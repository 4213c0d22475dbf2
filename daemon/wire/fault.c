// SPDX-License-Identifier: Apache-2.0
/*
 * Faults of bodies, and what makes a text from people fit for pages, printers and boards.
 *
 * A key named in a fault came from outside: it is cut at a whole character and stripped of all that
 * could act on a screen. Texts are refused rather than mended: who wrote them can see what is
 * wrong.
 */
#include "daemon/wire/fault.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool continues(char byte) {
    return ((unsigned char)byte & 0xc0) == 0x80;
}

// At most room - 1 bytes, never half a character.
static void copy_cut(char *out, size_t room, const char *text) {
    size_t length = strnlen(text, room);
    if (length == room) {
        length = room - 1;
        while (length && continues(text[length]))
            length--;
    }
    memcpy(out, text, length);
    out[length] = '\0';
}

int fault_say(struct wire_fault *fault, const char *key, const char *en, const char *zh) {
    copy_cut(fault->key, sizeof fault->key, key);
    if (!fault_free(fault->key))
        snprintf(fault->key, sizeof fault->key, "?");
    copy_cut(fault->text, sizeof fault->text, en);
    copy_cut(fault->text_zh, sizeof fault->text_zh, zh);
    return -EINVAL;
}

// UTF-8 of U+0080..009F, U+061C, U+200E/F, U+2028..202E, U+2066..2069, U+FEFF.
static bool acts(const unsigned char *at) {
    if (at[0] < 0x20 || at[0] == 0x7f)
        return true;
    if (at[0] == 0xc2)
        return at[1] < 0xa0;
    if (at[0] == 0xd8)
        return at[1] == 0x9c;
    if (at[0] == 0xe2 && at[1] == 0x80)
        return at[2] == 0x8e || at[2] == 0x8f || (at[2] >= 0xa8 && at[2] <= 0xae);
    if (at[0] == 0xe2 && at[1] == 0x81)
        return at[2] >= 0xa6 && at[2] <= 0xa9;
    return at[0] == 0xef && at[1] == 0xbb && at[2] == 0xbf;
}

bool fault_free(const char *text) {
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        if (acts(at))
            return false;
    }
    return true;
}
