// SPDX-License-Identifier: Apache-2.0
/*
 * The life of a ticket: state × event → next state, every cell decided.
 *
 * A cell that is not written is impossible: apply takes such an event for damage. Invariant: from
 * `cancelled` and `void` nothing leads back. Must not: know times, limits or windows.
 */
#include "daemon/hall/ticket.h"

// Cells hold the next state + 1; 0 is impossible.
enum { SAME = 100, BEFORE_CALL };
#define TO(state) (TICKET_##state + 1)
#define WHEREVER                                                                                   \
    [EVENT_PRINT_DONE] = SAME, [EVENT_PRINT_FAILED] = SAME, [EVENT_CALL_SHOWN] = SAME,             \
    [EVENT_CALL_SPOKEN] = SAME, [EVENT_CALL_FAILED] = SAME

static const uint8_t table[TICKET_STATES][EVENT_KINDS] = {
    [TICKET_WAITING] = {[EVENT_TICKET_APPROACHING] = SAME,
                        [EVENT_TICKET_CALLED] = TO(CALLED),
                        [EVENT_TICKET_DEFERRED] = TO(WAITING),
                        [EVENT_TICKET_TAKEN_BACK] = TO(SERVING),
                        [EVENT_TICKET_CANCELLED] = TO(CANCELLED),
                        [EVENT_TICKET_VOIDED] = TO(VOID),
                        WHEREVER},
    [TICKET_CALLED] = {[EVENT_TICKET_RECALLED] = SAME,
                       [EVENT_TICKET_STARTED] = TO(SERVING),
                       [EVENT_TICKET_MISSED] = TO(MISSED),
                       [EVENT_TICKET_TRANSFERRED] = TO(WAITING),
                       [EVENT_TICKET_RECYCLED] = TO(WAITING),
                       [EVENT_TICKET_WITHDRAWN] = BEFORE_CALL,
                       [EVENT_TICKET_VOIDED] = TO(VOID),
                       WHEREVER},
    [TICKET_SERVING] = {[EVENT_TICKET_FINISHED] = TO(FINISHED),
                        [EVENT_TICKET_PARKED] = TO(PARKED),
                        [EVENT_TICKET_TRANSFERRED] = TO(WAITING),
                        WHEREVER},
    [TICKET_PARKED] = {[EVENT_TICKET_CALLED] = TO(CALLED),
                       [EVENT_TICKET_UNPARKED] = TO(SERVING),
                       [EVENT_TICKET_CANCELLED] = TO(CANCELLED),
                       [EVENT_TICKET_VOIDED] = TO(VOID),
                       WHEREVER},
    [TICKET_MISSED] = {[EVENT_TICKET_CALLED] = TO(CALLED),
                       [EVENT_TICKET_RETURNED] = TO(WAITING),
                       [EVENT_TICKET_CANCELLED] = TO(CANCELLED),
                       [EVENT_TICKET_VOIDED] = TO(VOID),
                       WHEREVER},
    [TICKET_FINISHED] = {[EVENT_TICKET_REOPENED] = TO(SERVING),
                         [EVENT_RATING_ASKED] = SAME,
                         [EVENT_RATING_GIVEN] = SAME,
                         [EVENT_RATING_EXPIRED] = SAME,
                         WHEREVER},
    [TICKET_CANCELLED] = {WHEREVER},
    [TICKET_VOID] = {WHEREVER},
};

int ticket_after(unsigned state, unsigned kind) {
    if (state >= TICKET_STATES || kind >= EVENT_KINDS || !table[state][kind])
        return STATE_IMPOSSIBLE;
    if (table[state][kind] == SAME)
        return STATE_SAME;
    if (table[state][kind] == BEFORE_CALL)
        return STATE_BEFORE_CALL;
    return table[state][kind] - 1;
}

bool event_is_of_ticket(unsigned kind) {
    for (unsigned state = 0; state < TICKET_STATES; state++) {
        if (ticket_after(state, kind) != STATE_IMPOSSIBLE)
            return true;
    }
    return false;
}

bool ticket_is_live(unsigned state) {
    return state <= TICKET_MISSED;
}
