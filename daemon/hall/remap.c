// SPDX-License-Identifier: Apache-2.0
/*
 * A new plan for a hall at work: services, classes, windows, series, zones and devices keep what
 * they had by code or number, whatever place they have in the new plan.
 *
 * The new hall is built beside the old one and takes its place when it is whole. Invariant: no
 * ticket names a service, class or series that the plan does not have. A new day keeps only the
 * tickets being served; they are the first of its memory (`carried`). Must not: run anything of
 * the old day on.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/hall/apply.h"
#include "daemon/hall/ticket.h"

struct maps { // from the old plan's index to the new one's, PLAN_NONE = gone
    uint16_t services[PLAN_SERVICES_MAX], classes[PLAN_CLASSES_MAX], series[PLAN_SERIES_MAX];
    uint16_t zones[PLAN_ZONES_MAX], windows[PLAN_WINDOWS_MAX], devices[PLAN_DEVICES_MAX];
};

static uint16_t series_at(const struct plan *plan, const char *prefix) {
    for (uint32_t at = 0; at < plan->series_count; at++) {
        if (strncmp(plan->series[at].prefix, prefix, PLAN_CODE_BYTES) == 0)
            return (uint16_t)at;
    }
    return PLAN_NONE;
}

static void fill_maps(struct maps *maps, const struct plan *old, const struct plan *plan) {
    memset(maps, 0xff, sizeof *maps);
    for (uint32_t at = 0; at < old->service_count; at++)
        maps->services[at] = plan_service_at(plan, old->services[at].code);
    for (uint32_t at = 0; at < old->class_count; at++)
        maps->classes[at] = plan_class_at(plan, old->classes[at].code);
    for (uint32_t at = 0; at < old->series_count; at++)
        maps->series[at] = series_at(plan, old->series[at].prefix);
    for (uint32_t at = 0; at < old->zone_count; at++)
        maps->zones[at] = plan_zone_at(plan, old->zones[at].code);
    for (uint32_t at = 0; at < old->window_count; at++)
        maps->windows[at] = plan_window_at(plan, old->windows[at].number);
    for (uint32_t at = 0; at < old->device_count; at++)
        maps->devices[at] = plan_device_at(plan, old->devices[at].name);
}

static bool windows_are_sound(const struct plan *plan) {
    for (uint32_t at = 0; at < plan->window_count; at++) {
        const struct plan_window *window = &plan->windows[at];
        if (!window->number || window->zone >= plan->zone_count ||
            window->device_count > PLAN_WINDOW_DEVICES_MAX)
            return false;
        for (uint32_t device = 0; device < window->device_count; device++) {
            if (window->devices[device] >= plan->device_count)
                return false;
        }
        for (uint32_t service = plan->service_count; service < PLAN_SERVICES_MAX; service++) {
            if (window->weight[service])
                return false;
        }
    }
    return true;
}

bool remap_plan_is_sound(const struct plan *plan) {
    if (plan->service_count > PLAN_SERVICES_MAX || plan->class_count > PLAN_CLASSES_MAX ||
        plan->series_count > PLAN_SERIES_MAX || plan->zone_count > PLAN_ZONES_MAX ||
        plan->window_count > PLAN_WINDOWS_MAX || plan->device_count > PLAN_DEVICES_MAX ||
        plan->hours_count > PLAN_HOURS_MAX || plan->reason_count > PLAN_REASONS_MAX)
        return false;
    for (uint32_t at = 0; at < plan->service_count; at++) {
        const struct plan_service *service = &plan->services[at];
        if (service->series >= plan->series_count || service->zone >= plan->zone_count ||
            service->hours >= plan->hours_count)
            return false;
    }
    for (uint32_t at = 0; at < plan->hours_count; at++) {
        if (plan->hours[at].span_count > PLAN_SPANS_MAX)
            return false;
    }
    return plan->class_count && windows_are_sound(plan);
}

// --- what may not be missing ---------------------------------------------------------------------
static const char *lost_of(const struct hall *hall, const struct ticket *one,
                           const struct plan *plan) {
    const char *service = hall->plan.services[one->service].code;
    const char *klass = hall->plan.classes[one->klass].code;
    const char *prefix = hall->plan.series[one->series].prefix;
    if (plan_service_at(plan, service) == PLAN_NONE)
        return service;
    if (one->from_service != PLAN_NONE &&
        plan_service_at(plan, hall->plan.services[one->from_service].code) == PLAN_NONE)
        return hall->plan.services[one->from_service].code;
    if (plan_class_at(plan, klass) == PLAN_NONE)
        return klass;
    return series_at(plan, prefix) == PLAN_NONE ? prefix : NULL;
}

bool remap_loses(const struct hall *hall, int32_t ticket, const struct plan *plan) {
    const struct ticket *one = &hall->tickets[ticket];
    return lost_of(hall, one, plan) ||
           plan_window_at(plan, hall->plan.windows[one->window].number) == PLAN_NONE;
}

static const char *lost_window(const struct hall *hall, const struct plan *plan, char what[32]) {
    for (uint32_t at = 0; at < hall->plan.window_count; at++) {
        uint16_t number = hall->plan.windows[at].number;
        if (hall->windows[at].state == WINDOW_CLOSED || plan_window_at(plan, number) != PLAN_NONE)
            continue;
        char digits[8];
        size_t length = 0;
        for (unsigned rest = number; rest; rest /= 10)
            digits[length++] = (char)('0' + rest % 10);
        for (size_t place = 0; place < length; place++)
            what[place] = digits[length - 1 - place];
        what[length] = 0;
        return what;
    }
    return NULL;
}

const char *remap_missing(const struct hall *hall, const struct plan *plan, char what[32]) {
    memset(what, 0, 32);
    for (uint32_t at = 0; at < hall->ticket_count; at++) {
        const struct ticket *one = &hall->tickets[at];
        const char *lost = NULL;
        if (hall->day_open || one->state == TICKET_SERVING)
            lost = lost_of(hall, one, plan);
        if (lost) {
            memcpy(what, lost, PLAN_CODE_BYTES);
            return what;
        }
    }
    return lost_window(hall, plan, what);
}

// --- building the new hall -----------------------------------------------------------------------
static uint16_t mapped(const uint16_t *map, uint16_t at) {
    return at == PLAN_NONE ? PLAN_NONE : map[at];
}

static uint8_t mapped_bits(const struct plan_window *old, const struct plan_window *now,
                           const struct maps *maps, uint8_t bits) {
    uint8_t out = 0;
    for (uint32_t at = 0; at < old->device_count; at++) {
        for (uint32_t place = 0; place < now->device_count; place++) {
            if (bits >> at & 1 && maps->devices[old->devices[at]] == now->devices[place])
                out |= (uint8_t)(1u << place);
        }
    }
    return out;
}

static void map_ticket(const struct hall *old, struct hall *now, const struct maps *maps,
                       struct ticket *one) {
    uint16_t window = mapped(maps->windows, one->window);
    if (window != PLAN_NONE) {
        const struct plan_window *before = &old->plan.windows[one->window];
        const struct plan_window *after = &now->plan.windows[window];
        one->expected = mapped_bits(before, after, maps, one->expected);
        one->told = mapped_bits(before, after, maps, one->told);
        one->failed = mapped_bits(before, after, maps, one->failed);
    }
    one->window = window;
    one->to_window = mapped(maps->windows, one->to_window);
    one->from_window = mapped(maps->windows, one->from_window);
    one->service = mapped(maps->services, one->service);
    one->from_service = mapped(maps->services, one->from_service);
    one->klass = (uint8_t)maps->classes[one->klass];
    one->series = maps->series[one->series];
}

static void keep_devices(const struct hall *old, struct hall *now, const struct maps *maps) {
    for (uint32_t at = 0; at < old->plan.device_count; at++) {
        if (maps->devices[at] != PLAN_NONE)
            now->devices[maps->devices[at]] = old->devices[at];
    }
    memcpy(now->notices, old->notices, sizeof now->notices);
}

static void map_weights(const struct window *old, struct window *now, const struct maps *maps) {
    memset(now->weight, 0, sizeof now->weight);
    for (uint32_t at = 0; at < PLAN_SERVICES_MAX; at++) {
        if (maps->services[at] != PLAN_NONE)
            now->weight[maps->services[at]] = old->weight[at];
    }
}

static void keep_windows(const struct hall *old, struct hall *now, const struct maps *maps) {
    for (uint32_t at = 0; at < old->plan.window_count; at++) {
        uint16_t to = maps->windows[at];
        if (to == PLAN_NONE)
            continue;
        now->windows[to] = old->windows[at];
        now->own[to] = old->own[at];
        if (old->windows[at].assigned)
            map_weights(&old->windows[at], &now->windows[to], maps);
        else
            memcpy(now->windows[to].weight, now->plan.windows[to].weight,
                   sizeof now->windows[to].weight);
        if (old->windows[at].run)
            now->windows[to].run_class = maps->classes[old->windows[at].run_class];
    }
}

static void keep_lines(const struct hall *old, struct hall *now, const struct maps *maps) {
    for (uint32_t at = 0; at < old->plan.service_count; at++) {
        uint16_t service = maps->services[at];
        if (service == PLAN_NONE)
            continue;
        now->services[service] = old->services[at];
        for (uint32_t klass = 0; klass < old->plan.class_count; klass++) {
            if (maps->classes[klass] != PLAN_NONE)
                now->lines[service][maps->classes[klass]] = old->lines[at][klass];
        }
    }
}

static void keep_series(const struct hall *old, struct hall *now, const struct maps *maps) {
    for (uint32_t at = 0; at < old->plan.series_count; at++) {
        if (maps->series[at] != PLAN_NONE)
            now->series[maps->series[at]] = old->series[at];
    }
}

static void keep_recent(const struct hall *old, struct hall *now, const struct maps *maps) {
    for (uint32_t at = 0; at < old->plan.zone_count; at++) {
        uint32_t kept = 0;
        if (maps->zones[at] == PLAN_NONE)
            continue;
        for (uint32_t place = 0; place < HALL_RECENT_MAX; place++) {
            struct recent_call recent = old->recent[at][place];
            uint16_t window = recent.ticket == HALL_NONE ? PLAN_NONE : maps->windows[recent.window];
            if (window == PLAN_NONE)
                continue;
            recent.window = window;
            now->recent[maps->zones[at]][kept++] = recent;
        }
    }
}

static void configure(const struct hall *old, struct hall *now, const struct maps *maps) {
    keep_windows(old, now, maps);
    keep_lines(old, now, maps);
    keep_series(old, now, maps);
    keep_recent(old, now, maps);
    now->carried = old->carried;
    now->ticket_count = old->ticket_count;
    memcpy(now->tickets, old->tickets, old->ticket_count * sizeof *old->tickets);
    for (uint32_t at = 0; at < now->ticket_count; at++)
        map_ticket(old, now, maps, &now->tickets[at]);
}

static void carry(const struct hall *old, struct hall *now, const struct maps *maps) {
    for (uint32_t at = 0; at < old->ticket_count; at++) {
        if (old->tickets[at].state != TICKET_SERVING)
            continue;
        const struct window *before = &old->windows[old->tickets[at].window];
        int32_t to = (int32_t)now->ticket_count++;
        struct ticket *one = &now->tickets[to];
        *one = old->tickets[at];
        map_ticket(old, now, maps, one);
        one->to_window = one->from_window = one->from_service = PLAN_NONE;
        struct window *window = &now->windows[one->window];
        window->ticket = to;
        window->state = before->state;
        window->person = before->person;
        window->since_ms = before->since_ms;
    }
    now->carried = now->ticket_count;
    if (old->plan.day.date == now->plan.day.date) // the same day once more: its numbers go on
        keep_series(old, now, maps);
}

static void start_windows(struct hall *now, const struct event *event) {
    for (uint32_t at = 0; at < now->plan.window_count; at++) {
        struct window *window = &now->windows[at];
        memcpy(window->weight, now->plan.windows[at].weight, sizeof window->weight);
        window->changed = event->seq;
        window->since_ms = event->at.hall_ms;
    }
}

static struct hall *hall_beside(const struct hall *old) {
    struct hall *fresh = hall_new();
    if (!fresh)
        return NULL;
    struct hall *now = realloc(fresh, hall_size(old));
    if (!now) {
        hall_free(fresh);
        return NULL;
    }
    now->capacity = old->capacity;
    memset(now->tickets, 0, hall_size(now) - sizeof *now);
    return now;
}

int remap_hall(struct hall **hall, const struct event *event) {
    struct hall *old = *hall;
    const struct plan *plan = event->u.plan.plan;
    struct maps maps;
    char what[32];
    if (!remap_plan_is_sound(plan) || remap_missing(old, plan, what))
        return -EINVAL;
    struct hall *now = hall_beside(old);
    if (!now)
        return -ENOMEM;
    now->plan = *plan;
    now->day_open = 1;
    fill_maps(&maps, &old->plan, plan);
    start_windows(now, event);
    if (event->kind == EVENT_DAY_OPENED)
        carry(old, now, &maps);
    else
        configure(old, now, &maps);
    keep_devices(old, now, &maps);
    hall_free(old);
    *hall = now;
    return 0;
}
