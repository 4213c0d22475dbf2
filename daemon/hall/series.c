// SPDX-License-Identifier: Apache-2.0
/*
 * Numbering, per business day and series: first, first + 1 …; digits grow when they must (A999 is
 * followed by A1000). A number that a ticket carried over from another day still bears is skipped.
 *
 * Invariant: within a day a series never gives a number twice. Must not: remember anything itself;
 * the last number given stands in the hall.
 */
#include "daemon/hall/series.h"

#include <stdio.h>
#include <string.h>

enum { PREFIX_MAX = 2, DIGITS_MAX = 9 };

static bool is_carried(const struct hall *hall, uint16_t series, uint32_t number) {
    for (uint32_t at = 0; at < hall->carried; at++) {
        const struct ticket *one = &hall->tickets[at];
        if (one->series == series && one->number == number && one->state <= TICKET_MISSED)
            return true;
    }
    return false;
}

uint32_t series_next(const struct hall *hall, uint16_t series) {
    uint32_t last = hall->series[series].last;
    uint32_t first = hall->plan.series[series].first;
    uint32_t next = last ? last + 1 : first;
    if (last && next < first)
        next = first;
    if (!next)
        next = 1;
    while (next <= SERIES_NUMBER_MAX && is_carried(hall, series, next))
        next++;
    return next <= SERIES_NUMBER_MAX ? next : 0;
}

void series_write(const struct plan_series *series, uint32_t number,
                  char out[TICKET_NUMBER_BYTES]) {
    int digits = series->digits < DIGITS_MAX ? (int)series->digits : DIGITS_MAX;
    char text[32];
    memset(out, 0, TICKET_NUMBER_BYTES);
    snprintf(text, sizeof text, "%.*s%0*u", PREFIX_MAX, series->prefix, digits, (unsigned)number);
    memcpy(out, text, strnlen(text, TICKET_NUMBER_BYTES - 1));
}

uint16_t series_read(const struct plan *plan, const char *text, uint32_t *number) {
    size_t letters = strcspn(text, "0123456789");
    size_t digits = strspn(text + letters, "0123456789");
    if (!digits || digits > DIGITS_MAX || text[letters + digits] || letters >= PLAN_CODE_BYTES)
        return PLAN_NONE;
    *number = 0;
    for (size_t at = 0; at < digits; at++)
        *number = *number * 10 + (uint32_t)(text[letters + at] - '0');
    for (uint32_t at = 0; at < plan->series_count; at++) {
        const char *prefix = plan->series[at].prefix;
        if (strlen(prefix) == letters && memcmp(prefix, text, letters) == 0)
            return (uint16_t)at;
    }
    return PLAN_NONE;
}
