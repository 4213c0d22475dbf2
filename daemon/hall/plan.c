// SPDX-License-Identifier: Apache-2.0
/*
 * Looking things up in the plan of a day: a code or number that a command or event says, and
 * whether a pattern of hours is open.
 *
 * The tables are short (at most 256 entries), so they are walked. Invariant: an index returned is
 * below the count of its table, or PLAN_NONE. Must not: change a plan, or trust a code's length.
 */
#include "daemon/hall/plan.h"

#include <stddef.h>
#include <string.h>

struct table {
    const char *names; // the first entry's code
    size_t stride, bytes;
    uint32_t count;
};

static uint16_t find(const struct table *table, const char *code) {
    for (uint32_t at = 0; at < table->count; at++) {
        if (strncmp(table->names + at * table->stride, code, table->bytes) == 0)
            return (uint16_t)at;
    }
    return PLAN_NONE;
}

uint16_t plan_service_at(const struct plan *plan, const char *code) {
    struct table table = {plan->services[0].code, sizeof plan->services[0], PLAN_CODE_BYTES,
                          plan->service_count};
    return find(&table, code);
}

uint16_t plan_class_at(const struct plan *plan, const char *code) {
    struct table table = {plan->classes[0].code, sizeof plan->classes[0], PLAN_CODE_BYTES,
                          plan->class_count};
    return find(&table, code);
}

uint16_t plan_zone_at(const struct plan *plan, const char *code) {
    struct table table = {plan->zones[0].code, sizeof plan->zones[0], PLAN_CODE_BYTES,
                          plan->zone_count};
    return find(&table, code);
}

uint16_t plan_device_at(const struct plan *plan, const char *name) {
    struct table table = {plan->devices[0].name, sizeof plan->devices[0],
                          sizeof plan->devices[0].name, plan->device_count};
    return find(&table, name);
}

uint16_t plan_window_at(const struct plan *plan, uint16_t number) {
    for (uint32_t at = 0; number && at < plan->window_count; at++) {
        if (plan->windows[at].number == number)
            return (uint16_t)at;
    }
    return PLAN_NONE;
}

uint16_t plan_reason_at(const struct plan *plan, const char *code, enum plan_reason_use use) {
    for (uint32_t at = 0; *code && at < plan->reason_count; at++) {
        const struct plan_reason *reason = &plan->reasons[at];
        if (reason->use == use && strncmp(reason->code, code, PLAN_CODE_BYTES) == 0)
            return (uint16_t)at;
    }
    return PLAN_NONE;
}

int plan_open_at(const struct plan_hours *hours, int64_t at_ms, int64_t *next_ms) {
    int64_t next = INT64_MAX;
    int open = 0;
    for (uint32_t at = 0; at < hours->span_count && at < PLAN_SPANS_MAX; at++) {
        const struct plan_span *span = &hours->spans[at];
        int inside = at_ms >= span->open_ms && at_ms < span->close_ms;
        int64_t turn = inside ? span->close_ms : span->open_ms;
        open |= inside;
        if (turn > at_ms && turn < next)
            next = turn;
    }
    if (next_ms)
        *next_ms = next;
    return open;
}
