// SPDX-License-Identifier: Apache-2.0
/*
 * Texts to phones: templates of hall.yaml filled in, and how long they are for the network. Pure.
 *
 * A short message is counted in UTF-16 units: 70 in one, 67 in each of several (3GPP TS 23.040,
 * alphabet UCS-2). Numbers in English texts are counted the same way: the signature's brackets
 * leave no room for the 7-bit alphabet.
 */
#ifndef JIAOHAO_PLAN_MESSAGE_H
#define JIAOHAO_PLAN_MESSAGE_H

#include <stddef.h>

#include "daemon/hall/plan.h"

enum {
    MESSAGE_BYTES = 1024, // a filled text with its signature and NUL
    MESSAGE_UNITS = 70,
    MESSAGE_PART_UNITS = 67,
    MESSAGE_SEGMENTS_MAX = 2,
};

enum message_value { VALUE_NUMBER, VALUE_AHEAD, VALUE_WAIT, VALUE_WINDOW, VALUE_HALL, VALUES };

// The longest words for a wait, with their unit.
#define MESSAGE_WAIT_LONGEST_ZH "可能超过下班时间"
#define MESSAGE_WAIT_LONGEST_EN "perhaps past closing time"

struct message_values { // texts for the places of a template; borrowed
    const char *of[VALUES];
};

// Place of the name ("ahead") among the values, VALUES if it is none.
unsigned message_value_named(const char *name, size_t length);

// Fills the template of this kind and language (0 = zh, 1 = en), signature first; cut at `room`
// bytes, never inside a character.
struct message_form {
    const struct plan_messages *messages;
    enum message_kind kind;
    int language;
};
void message_fill(const struct message_form *form, const struct message_values *values, char *out,
                  size_t room);

// UTF-16 units of a UTF-8 text, and the short messages it takes.
uint32_t message_units(const char *text);
uint32_t message_segments(const char *text);

#endif
