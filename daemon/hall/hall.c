// SPDX-License-Identifier: Apache-2.0
/*
 * The block of memory that is a hall: making, copying, and the questions that others ask of it.
 *
 * Invariant: every byte is a function of the events applied (hence the assertions on padding), so
 * that two halls of one log compare equal. Must not: change what it reads.
 */
#include "daemon/hall/hall.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/hall/line.h"
#include "daemon/hall/order.h"
#include "daemon/hall/series.h"
#include "daemon/hall/ticket.h"

enum { CAPACITY_FIRST = 1024 };

static_assert(sizeof(struct ticket) == offsetof(struct ticket, pad) + 6, "padding in a ticket");
static_assert(sizeof(struct window) ==
                  offsetof(struct window, weight) + PLAN_SERVICES_MAX * sizeof(uint16_t),
              "padding in a window");
static_assert(sizeof(struct service_state) == offsetof(struct service_state, stop_reason) + 64,
              "padding in a service");
static_assert(sizeof(struct plan_rules) == offsetof(struct plan_rules, zero) + 1,
              "padding in the rules");
static_assert(sizeof(struct hall) == offsetof(struct hall, tickets), "padding in a hall");

size_t hall_size(const struct hall *hall) {
    return sizeof *hall + hall->capacity * sizeof hall->tickets[0];
}

struct hall *hall_new(void) {
    struct hall *hall = calloc(1, sizeof *hall + CAPACITY_FIRST * sizeof hall->tickets[0]);
    if (!hall)
        return NULL;
    hall->capacity = CAPACITY_FIRST;
    for (size_t at = 0; at < PLAN_SERVICES_MAX * PLAN_CLASSES_MAX; at++)
        hall->lines[at / PLAN_CLASSES_MAX][at % PLAN_CLASSES_MAX].root = HALL_NONE;
    for (size_t at = 0; at < PLAN_WINDOWS_MAX; at++) {
        hall->own[at].root = HALL_NONE;
        hall->windows[at].ticket = hall->windows[at].last = HALL_NONE;
    }
    for (size_t at = 0; at < PLAN_ZONES_MAX * HALL_RECENT_MAX; at++)
        hall->recent[at / HALL_RECENT_MAX][at % HALL_RECENT_MAX].ticket = HALL_NONE;
    return hall;
}

void hall_free(struct hall *hall) {
    free(hall);
}

int hall_copy(struct hall **to, const struct hall *from) {
    size_t size = hall_size(from);
    if (!*to || hall_size(*to) != size) {
        struct hall *bigger = realloc(*to, size);
        if (!bigger)
            return -ENOMEM;
        *to = bigger;
    }
    memcpy(*to, from, size);
    return 0;
}

// --- reading -------------------------------------------------------------------------------------
int32_t hall_ticket_by_id(const struct hall *hall, uint64_t id) {
    uint32_t low = 0, high = hall->ticket_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (hall->tickets[middle].id == id)
            return (int32_t)middle;
        if (hall->tickets[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return HALL_NONE;
}

int32_t hall_ticket_by_number(const struct hall *hall, const char *number) {
    uint32_t wanted;
    int32_t latest = HALL_NONE;
    uint16_t series = series_read(&hall->plan, number, &wanted);
    if (series == PLAN_NONE)
        return HALL_NONE;
    for (uint32_t at = hall->ticket_count; at-- > 0;) {
        const struct ticket *one = &hall->tickets[at];
        if (one->series != series || one->number != wanted)
            continue;
        if (ticket_is_live(one->state))
            return (int32_t)at;
        if (latest == HALL_NONE)
            latest = (int32_t)at;
    }
    return latest;
}

void hall_ticket_number(const struct hall *hall, int32_t ticket, char out[TICKET_NUMBER_BYTES]) {
    const struct ticket *one = &hall->tickets[ticket];
    series_write(&hall->plan.series[one->series], one->number, out);
}

// The latest effective time whose owner, of this class, has more points than `points`, plus 1.
static int64_t earlier_than(const struct plan_class *klass, int64_t points, int64_t now_ms) {
    int64_t low = 0, high = INT64_C(10) * 24 * 3600 * 1000;
    if (order_points(klass, high) <= points)
        return INT64_MIN + 1;
    while (low < high) { // the least wait with more points
        int64_t middle = low + (high - low) / 2;
        if (order_points(klass, middle) > points)
            high = middle;
        else
            low = middle + 1;
    }
    return now_ms - low + 1;
}

static uint32_t ahead_in_others(const struct hall *hall, const struct ticket *one, int64_t now_ms) {
    const struct plan_class *mine = &hall->plan.classes[one->klass];
    int64_t points = order_points(mine, now_ms - one->effective_ms);
    uint32_t ahead = 0;
    for (uint32_t klass = 0; klass < hall->plan.class_count; klass++) {
        const struct line *line = &hall->lines[one->service][klass];
        if (klass == one->klass || line->root == HALL_NONE)
            continue;
        ahead += line_firsts(hall, line);
        ahead += line_earlier(hall, line, earlier_than(&hall->plan.classes[klass], points, now_ms));
    }
    return ahead;
}

uint32_t hall_ahead(const struct hall *hall, int32_t ticket) {
    const struct ticket *one = &hall->tickets[ticket];
    if (one->state != TICKET_WAITING)
        return 0;
    uint32_t ahead = line_rank(hall, line_of_const(hall, ticket), ticket);
    if (one->to_window == PLAN_NONE && !one->first)
        ahead += ahead_in_others(hall, one, hall->now_ms);
    return ahead;
}

uint32_t hall_ahead_of_new(const struct hall *hall, uint16_t service, uint8_t klass,
                           int64_t now_ms) {
    struct ticket one = {.service = service, .klass = klass, .effective_ms = now_ms};
    return line_count(hall, &hall->lines[service][klass]) + ahead_in_others(hall, &one, now_ms);
}

uint32_t hall_passed(const struct hall *hall, int32_t ticket) {
    const struct ticket *one = &hall->tickets[ticket];
    if (one->state != TICKET_WAITING)
        return (uint32_t)one->passed;
    return line_passed(hall, line_of_const(hall, ticket), ticket);
}

uint32_t hall_line_first(const struct hall *hall, uint16_t service, uint8_t klass, int32_t *out,
                         uint32_t room) {
    const struct line *line = &hall->lines[service][klass];
    uint32_t count = line_count(hall, line);
    if (count > room)
        count = room;
    for (uint32_t at = 0; at < count; at++)
        out[at] = line_at(hall, line, at);
    return count;
}

uint32_t hall_line_count(const struct hall *hall, uint16_t service, uint8_t klass) {
    return line_count(hall, &hall->lines[service][klass]);
}

int32_t hall_next_for(const struct hall *hall, uint16_t window, int64_t now_ms, struct event *why) {
    if (why) {
        memset(why, 0, sizeof *why);
        why->kind = EVENT_TICKET_CALLED;
        why->at.hall_ms = now_ms;
        why->window = hall->plan.windows[window].number;
    }
    return order_next(hall, window, now_ms, why);
}

uint32_t hall_service_refuses(const struct hall *hall, uint16_t service, int64_t now_ms) {
    if (!hall->day_open)
        return REFUSED_DAY_CLOSED;
    if (service >= hall->plan.service_count)
        return REFUSED_NO_SERVICE;
    const struct plan_service *plan = &hall->plan.services[service];
    if (hall->services[service].stopped)
        return REFUSED_SERVICE_STOPPED;
    if (!plan_open_at(&hall->plan.hours[plan->hours], now_ms, NULL))
        return REFUSED_SERVICE_CLOSED;
    if (plan->daily_limit && hall->services[service].issued >= plan->daily_limit)
        return REFUSED_SERVICE_FULL;
    return 0;
}
