// SPDX-License-Identifier: Apache-2.0
/*
 * Messages to phones as rows: which events lead to one, how long it is worth sending, when it is
 * tried again. Pure: the same answer when it is written, when it is told and after a restart.
 */
#ifndef JIAOHAO_RECORDS_DELIVERY_H
#define JIAOHAO_RECORDS_DELIVERY_H

#include <stdbool.h>

#include "daemon/hall/hall.h"
#include "daemon/records/record.h"

// Whether a message follows from the event (of a hall it was applied to): fills *row.
bool delivery_follows(const struct hall *hall, const struct event *event, struct row *row);

// Whether it is still true and in time: nobody is told of a call long past, nothing is sent after
// the ticket has died.
bool delivery_is_wanted(const struct hall *hall, const struct row_delivery *delivery,
                        int64_t now_ms);

// How long to wait after so many attempts: 5 s, 10 s, 20 s … 5 min.
int64_t delivery_pause_ms(uint32_t attempts);

// When the phone of this ticket may be forgotten: hall time, INT64_MAX while it is still needed.
// A finished ticket can be reopened for a while.
int64_t delivery_forget_ms(const struct hall *hall, uint64_t ticket);

#endif
