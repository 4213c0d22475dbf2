// SPDX-License-Identifier: Apache-2.0
/*
 * What could be done now. Nothing here repeats the hall's rules: each answer is a dry run of
 * hall_decide, so that a button is offered exactly when its press would not be refused.
 */
#ifndef JIAOHAO_WIRE_CAN_H
#define JIAOHAO_WIRE_CAN_H

#include <jansson.h>
#include <stdbool.h>

#include "daemon/wire/wire.h"

// Whether the hall would not refuse this command now; at is filled here.
bool can_do(const struct wire_place *place, struct command command);

// The verbs possible at a window, for the person signed in there.
json_t *can_verbs(const struct wire_place *place, uint16_t window);
// Of reopen, take-back and take-late, those possible for a ticket this window had.
json_t *can_mend(const struct wire_place *place, uint16_t window, int32_t ticket);
// {cancel, return, defer, rate}: what the citizen may do with the own ticket.
json_t *can_citizen(const struct wire_place *place, int32_t ticket);

#endif
