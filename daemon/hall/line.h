// SPDX-License-Identifier: Apache-2.0
/*
 * A line of waiting tickets: a treap over hall->tickets, ordered by (not first, effective_ms,
 * placed). Its shape depends only on what is in it. Everything here is O(log n).
 */
#ifndef JIAOHAO_HALL_LINE_H
#define JIAOHAO_HALL_LINE_H

#include "daemon/hall/hall.h"

// The line a waiting ticket is in, or would be put in.
struct line *line_of(struct hall *hall, int32_t ticket);
const struct line *line_of_const(const struct hall *hall, int32_t ticket);

void line_insert(struct hall *hall, struct line *line, int32_t ticket);
// The ticket keeps its total of `passed`.
void line_remove(struct hall *hall, struct line *line, int32_t ticket);
// Adds 1 to `passed` of each ticket with an earlier effective time, those put first excepted.
void line_pass(struct hall *hall, struct line *line, int64_t before_ms);

uint32_t line_count(const struct hall *hall, const struct line *line);
// The ticket at this place (0 = head), HALL_NONE beyond the tail.
int32_t line_at(const struct hall *hall, const struct line *line, uint32_t place);
// Tickets before this one, which is in the line.
uint32_t line_rank(const struct hall *hall, const struct line *line, int32_t ticket);
// Tickets put first.
uint32_t line_firsts(const struct hall *hall, const struct line *line);
// Tickets with an earlier effective time, those put first excepted.
uint32_t line_earlier(const struct hall *hall, const struct line *line, int64_t before_ms);
// How often a ticket in this line has been passed, and the most any in it has been.
uint32_t line_passed(const struct hall *hall, const struct line *line, int32_t ticket);
uint32_t line_most_passed(const struct hall *hall, const struct line *line);

#endif
