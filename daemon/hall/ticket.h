// SPDX-License-Identifier: Apache-2.0
/*
 * The states of tickets and windows as tables: which event may follow in which state, and to what
 * it leads. decide asks them before it offers an event, apply before it believes one.
 */
#ifndef JIAOHAO_HALL_TICKET_H
#define JIAOHAO_HALL_TICKET_H

#include "daemon/hall/hall.h"

enum { STATE_IMPOSSIBLE = -1, STATE_SAME = -2, STATE_BEFORE_CALL = -3 };

// The state after an event of this kind, STATE_SAME, STATE_BEFORE_CALL or STATE_IMPOSSIBLE.
int ticket_after(unsigned state, unsigned kind);
// Whether the event is one of a ticket that exists already.
bool event_is_of_ticket(unsigned kind);
// Whether somebody in this state is still to be served.
bool ticket_is_live(unsigned state);

// The state of a window after an event of this kind, STATE_SAME or STATE_IMPOSSIBLE.
int window_after(unsigned state, unsigned kind);
// Whether events of this kind change the state of the window they name.
bool event_moves_window(unsigned kind);
// Whether the verb may be tried in this state: the first gate of every window verb.
bool window_allows(unsigned state, unsigned command);

#endif
