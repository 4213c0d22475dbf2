// SPDX-License-Identifier: Apache-2.0
/*
 * The life of a window: state × event → next state, and state × verb → may it be tried.
 *
 * Both tables say the same rules from two sides; the property test drives one against the other.
 * Invariant: a window calls or serves exactly while it has a ticket. Must not: know tickets, times
 * or who is signed in.
 */
#include "daemon/hall/ticket.h"

enum { SAME = 100 };
#define TO(state) (WINDOW_##state + 1)

static const uint8_t table[WINDOW_STATES][EVENT_KINDS] = {
    [WINDOW_CLOSED] = {[EVENT_WINDOW_OPENED] = TO(OPEN), [EVENT_WINDOW_ASSIGNED] = SAME},
    [WINDOW_OPEN] = {[EVENT_WINDOW_CLOSED] = TO(CLOSED),
                     [EVENT_WINDOW_PAUSED] = TO(PAUSED),
                     [EVENT_WINDOW_ASSIGNED] = SAME,
                     [EVENT_TICKET_CALLED] = TO(CALLING),
                     [EVENT_TICKET_UNPARKED] = TO(SERVING),
                     [EVENT_TICKET_REOPENED] = TO(SERVING),
                     [EVENT_TICKET_TAKEN_BACK] = TO(SERVING)},
    [WINDOW_CALLING] = {[EVENT_WINDOW_ASSIGNED] = SAME,
                        [EVENT_TICKET_RECALLED] = SAME,
                        [EVENT_TICKET_STARTED] = TO(SERVING),
                        [EVENT_TICKET_MISSED] = TO(OPEN),
                        [EVENT_TICKET_TRANSFERRED] = TO(OPEN),
                        [EVENT_TICKET_RECYCLED] = TO(OPEN),
                        [EVENT_TICKET_WITHDRAWN] = TO(OPEN),
                        [EVENT_TICKET_VOIDED] = TO(OPEN)},
    [WINDOW_SERVING] = {[EVENT_WINDOW_ASSIGNED] = SAME,
                        [EVENT_TICKET_FINISHED] = TO(OPEN),
                        [EVENT_TICKET_PARKED] = TO(OPEN),
                        [EVENT_TICKET_TRANSFERRED] = TO(OPEN)},
    [WINDOW_PAUSED] = {[EVENT_WINDOW_CLOSED] = TO(CLOSED),
                       [EVENT_WINDOW_RESUMED] = TO(OPEN),
                       [EVENT_WINDOW_ASSIGNED] = SAME},
};

int window_after(unsigned state, unsigned kind) {
    if (state >= WINDOW_STATES || kind >= EVENT_KINDS || !table[state][kind])
        return STATE_IMPOSSIBLE;
    return table[state][kind] == SAME ? STATE_SAME : table[state][kind] - 1;
}

bool event_moves_window(unsigned kind) {
    for (unsigned state = 0; state < WINDOW_STATES; state++) {
        if (window_after(state, kind) != STATE_IMPOSSIBLE)
            return true;
    }
    return false;
}

#define IN(state) (1u << WINDOW_##state)
static const uint8_t verbs[COMMAND_KINDS] = {
    [COMMAND_OPEN] = IN(CLOSED),
    [COMMAND_CLOSE] = IN(OPEN) | IN(PAUSED),
    [COMMAND_NEXT] = IN(OPEN) | IN(SERVING), // serving: only if the rules let it finish
    [COMMAND_CALL] = IN(OPEN),
    [COMMAND_RECALL] = IN(CALLING),
    [COMMAND_START] = IN(CALLING),
    [COMMAND_FINISH] = IN(SERVING),
    [COMMAND_MISS] = IN(CALLING),
    [COMMAND_TAKE_LATE] = IN(OPEN),
    [COMMAND_PARK] = IN(SERVING),
    [COMMAND_UNPARK] = IN(OPEN),
    [COMMAND_TRANSFER] = IN(CALLING) | IN(SERVING),
    [COMMAND_RECYCLE] = IN(CALLING),
    [COMMAND_PAUSE] = IN(OPEN),
    [COMMAND_RESUME] = IN(PAUSED),
    [COMMAND_ASK_RATING] = IN(OPEN) | IN(CALLING) | IN(SERVING) | IN(PAUSED),
    [COMMAND_WALK_IN] = IN(OPEN),
    [COMMAND_WITHDRAW] = IN(CALLING),
    [COMMAND_REOPEN] = IN(OPEN),
    [COMMAND_TAKE_BACK] = IN(OPEN),
};

bool window_allows(unsigned state, unsigned command) {
    return state < WINDOW_STATES && command < COMMAND_KINDS && (verbs[command] >> state & 1);
}
