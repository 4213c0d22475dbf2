// SPDX-License-Identifier: Apache-2.0
/*
 * Every committed event to event/{kind}, in order, at least once: a cursor says which the broker
 * has. Readers drop duplicates by seq.
 */
#ifndef JIAOHAO_TELL_OUTBOX_H
#define JIAOHAO_TELL_OUTBOX_H

#include "daemon/tell/room.h"

struct outbox;

// Reads its cursor from the journal; without one it starts at the log's end. NULL without memory.
struct outbox *outbox_new(struct tell_room *room);
void outbox_free(struct outbox *outbox); // saves the cursor; NULL is fine

void outbox_told(struct outbox *outbox, const struct event *events, size_t count);
void outbox_up(struct outbox *outbox);
void outbox_down(struct outbox *outbox);
void outbox_sent(struct outbox *outbox, uint64_t tag);

#endif
