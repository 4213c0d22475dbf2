// SPDX-License-Identifier: Apache-2.0
/*
 * What a hook reads on its standard input: a JSON object on the first line, the text to send after
 * it (docs/hooks.md). Pure.
 */
#ifndef JIAOHAO_TELL_MESSAGE_H
#define JIAOHAO_TELL_MESSAGE_H

#include "daemon/hall/hall.h"
#include "daemon/records/record.h"

struct message_about {
    const struct hall *hall;
    const struct row_delivery *delivery;
    const char *phone; // "+86…"
    int64_t now_ms;    // hall time
};

// The whole input, owned by the caller (it holds the number: wipe it); NULL without memory or if
// the ticket is gone.
char *message_input(const struct message_about *about);

#endif
