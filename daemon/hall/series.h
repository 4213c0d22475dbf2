// SPDX-License-Identifier: Apache-2.0
/* Numbers: which one a series gives next, and how one is written and read. */
#ifndef JIAOHAO_HALL_SERIES_H
#define JIAOHAO_HALL_SERIES_H

#include "daemon/hall/hall.h"

enum { SERIES_NUMBER_MAX = 999999999 }; // with a prefix of two letters it fills a ticket's number

// The number the series gives next, 0 when it has none left.
uint32_t series_next(const struct hall *hall, uint16_t series);
// "A012" of this number.
void series_write(const struct plan_series *series, uint32_t number, char out[TICKET_NUMBER_BYTES]);
// Reads "A012": the series' index and *number, PLAN_NONE if it is no number of ours.
uint16_t series_read(const struct plan *plan, const char *text, uint32_t *number);

#endif
