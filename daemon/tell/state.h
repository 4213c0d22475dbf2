// SPDX-License-Identifier: Apache-2.0
/*
 * The retained state of windows, boards and hall: what a board shows that connects just now.
 */
#ifndef JIAOHAO_TELL_STATE_H
#define JIAOHAO_TELL_STATE_H

#include "daemon/tell/room.h"

struct state;

struct state *state_new(struct tell_room *room);
void state_free(struct state *state); // tells that the hall goes offline; NULL is fine

void state_told(struct state *state, const struct event *event);
void state_up(struct state *state);
void state_down(struct state *state);

// The retained text of state/hall; the caller owns it. NULL without memory.
char *state_hall_text(struct tell_room *room, bool online);

#endif
