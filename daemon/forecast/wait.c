// SPDX-License-Identifier: Apache-2.0
/*
 * How long somebody will wait: people ahead × the usual service time ÷ the windows at work on it.
 *
 * The service time is what the plan expects, moved towards today's mean as today's finished ones
 * become many. A window that serves several services counts for each by its share of those who
 * wait there. The answer is a range of ± 30 %, rounded outward to five minutes: plain and honest,
 * never a false precision. Pure integers; reads the hall, keeps nothing, and decides nothing.
 */
#include "daemon/forecast/wait.h"

enum {
    PRIOR = 5, // the plan's expectation weighs as much as so many finished tickets
    LOW_PERCENT = 70,
    HIGH_PERCENT = 130,
    STEP_S = 300,
    CAP_S = 3600,
    AHEAD_MAX = 1000000, // keeps the product below within 64 bits
};

struct crew {       // the windows that can serve it now
    uint64_t milli; // whole windows x 1000, shared ones by their share
    uint32_t windows, idle;
};

static int64_t service_ms(const struct hall *hall, uint16_t service) {
    const struct service_state *state = &hall->services[service];
    int64_t mean = (PRIOR * hall->plan.services[service].expected_ms + state->served_ms) /
                   (int64_t)(PRIOR + state->finished);
    return mean > 0 ? mean : 1000;
}

static bool at_work(const struct window *window) {
    return window->state == WINDOW_OPEN || window->state == WINDOW_CALLING ||
           window->state == WINDOW_SERVING;
}

// Of this window's time, in thousandths, what goes to the service: its part of all who wait here.
static uint64_t share_milli(const struct hall *hall, const struct window *window,
                            uint16_t service) {
    uint64_t mine = hall->services[service].waiting + 1; // whoever asks waits too
    uint64_t all = 1;
    for (uint32_t other = 0; other < hall->plan.service_count; other++) {
        if (window->weight[other])
            all += hall->services[other].waiting;
    }
    uint64_t milli = mine * 1000 / all;
    return milli ? milli : 1;
}

static struct crew crew_of(const struct hall *hall, uint16_t service, uint16_t only) {
    struct crew crew = {0};
    for (uint16_t at = 0; at < hall->plan.window_count; at++) {
        const struct window *window = &hall->windows[at];
        if (!at_work(window) || (only != PLAN_NONE && at != only))
            continue;
        if (only == PLAN_NONE && !window->weight[service])
            continue;
        crew.windows++;
        crew.idle += window->state == WINDOW_OPEN;
        crew.milli += only == at ? 1000 : share_milli(hall, window, service);
    }
    return crew;
}

// The end of the service's last opening of the day.
static int64_t closes_ms(const struct plan *plan, uint16_t service) {
    const struct plan_hours *hours = &plan->hours[plan->services[service].hours];
    int64_t last = 0;
    for (uint32_t span = 0; span < hours->span_count && span < PLAN_SPANS_MAX; span++) {
        if (hours->spans[span].close_ms > last)
            last = hours->spans[span].close_ms;
    }
    return last ? last : plan->day.ends_ms;
}

static uint32_t clamp_s(uint64_t seconds) {
    return seconds > CAP_S ? CAP_S : (uint32_t)seconds;
}

static void range_of(uint64_t middle_ms, struct wait *out) {
    uint64_t low_s = middle_ms * LOW_PERCENT / 100 / 1000;
    uint64_t high_s = (middle_ms * HIGH_PERCENT / 100 + 999) / 1000;
    out->kind = WAIT_RANGE;
    out->low_s = clamp_s(low_s / STEP_S * STEP_S);
    out->high_s = clamp_s((high_s + STEP_S - 1) / STEP_S * STEP_S);
    if (out->high_s < STEP_S)
        out->high_s = STEP_S;
}

struct asker {
    uint16_t service, only; // only: the one window it waits for, PLAN_NONE = any
    uint32_t ahead;
    int64_t now_ms;
};

static void estimate(const struct hall *hall, const struct asker *asker, struct wait *out) {
    struct crew crew = crew_of(hall, asker->service, asker->only);
    *out = (struct wait){.kind = WAIT_PAUSED};
    if (!crew.windows)
        return;
    uint64_t halves = 2 * (uint64_t)(asker->ahead < AHEAD_MAX ? asker->ahead : AHEAD_MAX);
    if (!crew.idle) // on average half a service is still to go at the window that is free next
        halves++;
    uint64_t middle_ms = halves * (uint64_t)service_ms(hall, asker->service) * 500 / crew.milli;
    int64_t low_ms = (int64_t)(middle_ms * LOW_PERCENT / 100);
    if (asker->now_ms + low_ms > closes_ms(&hall->plan, asker->service))
        out->kind = WAIT_NOT_TODAY;
    else
        range_of(middle_ms, out);
}

void wait_of(const struct hall *hall, int32_t ticket, int64_t now_ms, struct wait *out) {
    const struct ticket *one = &hall->tickets[ticket];
    if (one->state != TICKET_WAITING) {
        range_of(0, out);
        return;
    }
    struct asker asker = {.service = one->service,
                          .only = one->to_window,
                          .ahead = hall_ahead(hall, ticket),
                          .now_ms = now_ms};
    estimate(hall, &asker, out);
}

void wait_of_new(const struct hall *hall, uint16_t service, uint8_t klass, int64_t now_ms,
                 struct wait *out) {
    struct asker asker = {.service = service,
                          .only = PLAN_NONE,
                          .ahead = hall_ahead_of_new(hall, service, klass, now_ms),
                          .now_ms = now_ms};
    estimate(hall, &asker, out);
}
