// SPDX-License-Identifier: Apache-2.0
/*
 * Messages to phones, sent through the hook: each retried on its own, dropped when it would help
 * nobody any more, at most so many at once and a day.
 */
#ifndef JIAOHAO_TELL_DELIVERY_H
#define JIAOHAO_TELL_DELIVERY_H

#include "daemon/tell/room.h"

struct deliveries;

// Goes on with what the journal has. NULL without memory or if it cannot be read.
struct deliveries *deliveries_new(struct tell_room *room);
// Ends hooks that run; theirs are sent again at the next start, under the same id. NULL is fine.
void deliveries_free(struct deliveries *deliveries);

// What follows from an event just settled; its row is on disk already.
void deliveries_told(struct deliveries *deliveries, const struct hall *settled,
                     const struct event *event);

#endif
