// SPDX-License-Identifier: Apache-2.0
/* Who a window calls next, and why: the one rule of order, in integers. */
#ifndef JIAOHAO_HALL_ORDER_H
#define JIAOHAO_HALL_ORDER_H

#include "daemon/hall/hall.h"

// Fills u.called's waited_ms, score, candidates, rule, most_passed and passed[]; the ticket this
// window would call now, HALL_NONE if nobody waits for it.
int32_t order_next(const struct hall *hall, uint16_t window, int64_t now_ms, struct event *why);
// The same figures for a ticket chosen by a person (rule says how).
void order_why(const struct hall *hall, uint16_t window, int32_t ticket, struct event *why);
// Whether calls of this rule pass others: they count for K and alternation.
bool order_is_by_rule(unsigned rule);
// Calls fn for each line this window calls from: its own, and (service, class) it serves.
typedef void order_line_fn(void *context, struct line *line);
void order_each_line(struct hall *hall, uint16_t window, order_line_fn *fn, void *context);
// The window that keeps the run of classes for this one's group.
uint16_t order_group_head(const struct plan *plan, uint16_t window);
// Points x 1000 of a ticket that waited so long, before the window's weight.
int64_t order_points(const struct plan_class *klass, int64_t waited_ms);

#endif
