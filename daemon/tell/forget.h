// SPDX-License-Identifier: Apache-2.0
/*
 * Erasing phones: the row of a contact goes once its ticket has died for good, and what is left of
 * a day goes when the next one opens.
 */
#ifndef JIAOHAO_TELL_FORGET_H
#define JIAOHAO_TELL_FORGET_H

#include "daemon/tell/room.h"

struct forget;

// Looks through the contacts that are there. NULL without memory or if they cannot be read.
struct forget *forget_new(struct tell_room *room);
void forget_free(struct forget *forget); // answers still to come go nowhere; NULL is fine

// Notes what an event ends.
void forget_told(struct forget *forget, const struct hall *settled, const struct event *event);

#endif
