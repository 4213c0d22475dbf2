// SPDX-License-Identifier: Apache-2.0
/*
 * call/{zone}: what boards flash and speakers say, and print/{printer}: slips asked for at a kiosk.
 * Only of events that happen now: an old call is never made again.
 */
#ifndef JIAOHAO_TELL_CALLS_H
#define JIAOHAO_TELL_CALLS_H

#include "daemon/tell/queue.h"

// What was settled just now: its calls go out.
void calls_told(struct tell_room *room, struct queue *queue, const struct event *event);
// The same for slips.
void prints_told(struct tell_room *room, struct queue *queue, const struct event *event);

#endif
