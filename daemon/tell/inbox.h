// SPDX-License-Identifier: Apache-2.0
/*
 * What devices say: commands of pads and keypads, acknowledgements, news of themselves. Hostile
 * until checked; the device is the one in the topic, which the broker guards.
 */
#ifndef JIAOHAO_TELL_INBOX_H
#define JIAOHAO_TELL_INBOX_H

#include "daemon/tell/queue.h"

struct inbox;

// Reads from the journal which starts of the devices it has seen. Borrows room and queue.
struct inbox *inbox_new(struct tell_room *room, struct queue *queue);
void inbox_free(struct inbox *inbox); // answers still to come are dropped; NULL is fine

// Every message the link brings.
void inbox_message(struct inbox *inbox, const struct bus_message *message);
// A slip that never reached its printer.
void inbox_print_lost(struct inbox *inbox, uint64_t ticket);

#endif
