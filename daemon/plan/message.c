// SPDX-License-Identifier: Apache-2.0
/*
 * Filling and counting texts. The same filling serves the check of hall.yaml (with the longest
 * values there can be) and the sending, so a text that passed the check is never too long.
 *
 * Invariant: `out` is whole UTF-8 whatever the template says. Must not: know tickets or phones.
 */
#include "daemon/plan/message.h"

#include <stddef.h>
#include <string.h>

static const char *const value_names[VALUES] = {
    [VALUE_NUMBER] = "number", [VALUE_AHEAD] = "ahead", [VALUE_WAIT] = "wait",
    [VALUE_WINDOW] = "window", [VALUE_HALL] = "hall",
};

unsigned message_value_named(const char *name, size_t length) {
    unsigned at = 0;
    while (at < VALUES &&
           (strlen(value_names[at]) != length || memcmp(value_names[at], name, length) != 0))
        at++;
    return at;
}

struct writing {
    char *out;
    size_t room, length;
};

static void put(struct writing *w, const char *text, size_t length) {
    if (length > w->room - 1 - w->length) {
        length = w->room - 1 - w->length;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--;
    }
    memcpy(w->out + w->length, text, length);
    w->length += length;
    w->out[w->length] = 0;
}

static void put_text(struct writing *w, const char *text) {
    put(w, text, strlen(text));
}

static void put_filled(struct writing *w, const char *at, const struct message_values *values) {
    while (*at) {
        size_t plain = strcspn(at, "{");
        const char *end = strchr(at + plain, '}');
        unsigned value =
            end ? message_value_named(at + plain + 1, (size_t)(end - at) - plain - 1) : VALUES;
        put(w, at, plain);
        at += plain;
        if (value < VALUES) {
            put_text(w, values->of[value] ? values->of[value] : "");
            at = end + 1;
        } else if (*at) {
            put(w, at++, 1); // no place of ours: as it is written
        }
    }
}

void message_fill(const struct message_form *form, const struct message_values *values, char *out,
                  size_t room) {
    const struct plan_name *signature = &form->messages->signature;
    const struct plan_note *text = &form->messages->text[form->kind];
    struct writing w = {.out = out, .room = room};

    out[0] = 0;
    put_text(&w, "【");
    put_text(&w, form->language ? signature->en : signature->zh);
    put_text(&w, "】");
    put_filled(&w, form->language ? text->en : text->zh, values);
}

uint32_t message_units(const char *text) {
    uint32_t units = 0;
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        units += (byte & 0xc0) != 0x80; // each character once
        units += byte >= 0xf0;          // beyond U+FFFF: two
    }
    return units;
}

uint32_t message_segments(const char *text) {
    uint32_t units = message_units(text);
    if (units <= MESSAGE_UNITS)
        return 1;
    return (units + MESSAGE_PART_UNITS - 1) / MESSAGE_PART_UNITS;
}
