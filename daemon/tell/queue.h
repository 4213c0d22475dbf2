// SPDX-License-Identifier: Apache-2.0
/*
 * Messages that matter only for a while (calls, replies, prints): kept until the broker has them or
 * their time is over, in order, a bounded number. When full, the oldest gives way.
 */
#ifndef JIAOHAO_TELL_QUEUE_H
#define JIAOHAO_TELL_QUEUE_H

#include "daemon/tell/room.h"

enum { QUEUE_MAX = 256 };

struct queue;

// `over` (may be NULL) hears of messages given up with a mark that is not 0: never sent in time.
typedef void queue_over_fn(void *context, uint64_t mark);
struct queue *queue_new(struct tell_room *room, queue_over_fn *over, void *context);
void queue_free(struct queue *queue); // NULL is fine

// QoS 1 to a topic below the prefix; payload is taken; nobody wants it after lasts_ms from now.
void queue_put(struct queue *queue, const char *below, json_t *payload, int64_t lasts_ms,
               uint64_t mark);

void queue_up(struct queue *queue);   // the link is (again) there: what is due goes out
void queue_down(struct queue *queue); // what was under way goes out once more
void queue_sent(struct queue *queue, uint64_t tag); // any tag of the link; others' are ignored

#endif
