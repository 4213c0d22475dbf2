// SPDX-License-Identifier: Apache-2.0
/*
 * The names of the window verbs, as pads and pages say them.
 *
 * One table, both ways; a name counts only when it is exact (never by prefix). Must not: know what
 * a verb does.
 */
#include "daemon/hall/command.h"

#include <string.h>

static const char *const verbs[COMMAND_KINDS] = {
    [COMMAND_OPEN] = "open",           [COMMAND_CLOSE] = "close",
    [COMMAND_NEXT] = "next",           [COMMAND_CALL] = "call",
    [COMMAND_RECALL] = "recall",       [COMMAND_START] = "start",
    [COMMAND_FINISH] = "finish",       [COMMAND_MISS] = "miss",
    [COMMAND_TAKE_LATE] = "take-late", [COMMAND_PARK] = "park",
    [COMMAND_UNPARK] = "unpark",       [COMMAND_TRANSFER] = "transfer",
    [COMMAND_RECYCLE] = "recycle",     [COMMAND_PAUSE] = "pause",
    [COMMAND_RESUME] = "resume",       [COMMAND_ASK_RATING] = "ask-rating",
    [COMMAND_WALK_IN] = "walk-in",     [COMMAND_WITHDRAW] = "withdraw",
    [COMMAND_REOPEN] = "reopen",       [COMMAND_TAKE_BACK] = "take-back",
};

const char *command_verb(unsigned kind) {
    return kind < COMMAND_KINDS ? verbs[kind] : NULL;
}

unsigned command_verbed(const char *verb) {
    for (unsigned kind = 0; kind < COMMAND_KINDS; kind++) {
        if (verbs[kind] && strcmp(verbs[kind], verb) == 0)
            return kind;
    }
    return COMMAND_NONE;
}
