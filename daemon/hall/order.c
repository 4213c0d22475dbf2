// SPDX-License-Identifier: Apache-2.0
/*
 * The order of calling. Each line offers its head; the rules take lines out, one after the other:
 *
 *   first      a ticket transferred "first" goes at once, and passes nobody
 *   bound T    if a head waited beyond its service's bound, only heads not younger than the
 *              earliest such head are left
 *   passed K   if a line left holds a ticket passed K times, the earliest head of such lines goes
 *   alternate  if the group's run of one class is full, that class is left out while another is left
 *   score      (rate x minutes waited + head start) x weight; then the earlier; then `placed`
 *
 * The rule named is the last one that took a line out (K whenever it chose), else score.
 * Why nobody is passed more than K times: who is called by T is not younger than any head left
 * out, and among the rest the earliest head of the lines that hold a ticket passed K times is
 * older than every such ticket. A line of one window's own mixes services: its bound is the
 * shortest of all, so that none of its tickets can outwait its own bound unseen.
 * Must not: change anything, or look at more than one path of each line.
 */
#include "daemon/hall/order.h"

#include <string.h>

#include "daemon/hall/line.h"

enum { LINES_MAX = PLAN_SERVICES_MAX * PLAN_CLASSES_MAX + 1 };
#define WAITED_MOST_MS (INT64_C(10) * 24 * 3600 * 1000)
#define HEAD_MOST_MS (INT64_C(1000) * 24 * 3600 * 1000)

struct offer { // one line's head
    const struct line *line;
    int32_t head;
    uint32_t weight;
    int64_t bound_ms;
};

struct choice {
    const struct hall *hall;
    uint16_t window;
    int64_t now_ms;
    uint32_t count;
    uint8_t rule;
    struct offer offers[LINES_MAX];
};

static void begin(struct choice *choice, const struct hall *hall, uint16_t window, int64_t now_ms) {
    choice->hall = hall;
    choice->window = window;
    choice->now_ms = now_ms;
    choice->count = 0;
    choice->rule = RULE_SCORE;
}

static int64_t shortest_bound(const struct plan *plan) {
    int64_t shortest = 0;
    for (uint32_t at = 0; at < plan->service_count; at++) {
        int64_t bound = plan->services[at].bound_ms;
        if (bound > 0 && (!shortest || bound < shortest))
            shortest = bound;
    }
    return shortest;
}

static void offer(struct choice *choice, const struct line *line, uint32_t weight, int64_t bound) {
    int32_t head = line_at(choice->hall, line, 0);
    if (head != HALL_NONE)
        choice->offers[choice->count++] = (struct offer){line, head, weight, bound};
}

static void gather(struct choice *choice) {
    const struct hall *hall = choice->hall;
    const struct window *window = &hall->windows[choice->window];
    if (hall->own[choice->window].root != HALL_NONE)
        offer(choice, &hall->own[choice->window], 1000, shortest_bound(&hall->plan));
    for (uint32_t service = 0; service < hall->plan.service_count; service++) {
        if (!window->weight[service])
            continue;
        for (uint32_t klass = 0; klass < hall->plan.class_count; klass++)
            offer(choice, &hall->lines[service][klass], window->weight[service],
                  hall->plan.services[service].bound_ms);
    }
}

static const struct ticket *head_of(const struct choice *choice, const struct offer *one) {
    return &choice->hall->tickets[one->head];
}

static bool is_earlier(const struct ticket *a, const struct ticket *b) {
    if (a->effective_ms != b->effective_ms)
        return a->effective_ms < b->effective_ms;
    return a->placed < b->placed;
}

static int64_t score_of(const struct choice *choice, const struct offer *one) {
    const struct ticket *head = head_of(choice, one);
    int64_t waited_ms = choice->now_ms - head->effective_ms;
    return order_points(&choice->hall->plan.classes[head->klass], waited_ms) *
           (int64_t)one->weight / 1000;
}

int64_t order_points(const struct plan_class *klass, int64_t waited_ms) {
    int64_t head_ms = klass->head_ms;
    if (waited_ms < 0)
        waited_ms = 0;
    if (waited_ms > WAITED_MOST_MS)
        waited_ms = WAITED_MOST_MS;
    if (head_ms > HEAD_MOST_MS)
        head_ms = HEAD_MOST_MS;
    if (head_ms < -HEAD_MOST_MS)
        head_ms = -HEAD_MOST_MS;
    return (klass->rate_milli * waited_ms + 1000 * head_ms) / 60000;
}

// --- the rules -----------------------------------------------------------------------------------
typedef bool keep_fn(const struct choice *choice, const struct offer *one, int64_t limit);

// Keeps what the rule keeps; true if that took a line out. Never leaves nothing.
static bool narrow(struct choice *choice, keep_fn *keep, int64_t limit) {
    uint32_t kept = 0;
    for (uint32_t at = 0; at < choice->count; at++)
        kept += keep(choice, &choice->offers[at], limit);
    if (!kept || kept == choice->count)
        return false;
    kept = 0;
    for (uint32_t at = 0; at < choice->count; at++) {
        if (keep(choice, &choice->offers[at], limit))
            choice->offers[kept++] = choice->offers[at];
    }
    choice->count = kept;
    return true;
}

static bool is_first(const struct choice *choice, const struct offer *one, int64_t limit) {
    (void)limit;
    return head_of(choice, one)->first;
}

static bool is_not_younger(const struct choice *choice, const struct offer *one, int64_t limit) {
    return head_of(choice, one)->effective_ms <= limit;
}

static bool holds_passed(const struct choice *choice, const struct offer *one, int64_t limit) {
    return line_most_passed(choice->hall, one->line) >= limit;
}

static bool is_other_class(const struct choice *choice, const struct offer *one, int64_t klass) {
    return head_of(choice, one)->klass != klass;
}

static void keep_bound(struct choice *choice) {
    int64_t earliest = INT64_MAX;
    for (uint32_t at = 0; at < choice->count; at++) {
        const struct offer *one = &choice->offers[at];
        int64_t effective_ms = head_of(choice, one)->effective_ms;
        if (one->bound_ms > 0 && choice->now_ms - effective_ms >= one->bound_ms &&
            effective_ms < earliest)
            earliest = effective_ms;
    }
    if (earliest != INT64_MAX && narrow(choice, is_not_younger, earliest))
        choice->rule = RULE_BOUND;
}

static void keep_earliest(struct choice *choice) {
    struct offer *best = &choice->offers[0];
    for (uint32_t at = 1; at < choice->count; at++) {
        if (is_earlier(head_of(choice, &choice->offers[at]), head_of(choice, best)))
            best = &choice->offers[at];
    }
    choice->offers[0] = *best;
    choice->count = 1;
}

static void keep_passed(struct choice *choice) {
    int64_t most = choice->hall->plan.rules.passes_max;
    bool chose = false;
    for (uint32_t at = 0; most && at < choice->count; at++)
        chose = chose || holds_passed(choice, &choice->offers[at], most);
    if (!chose)
        return;
    narrow(choice, holds_passed, most);
    keep_earliest(choice);
    choice->rule = RULE_PASSED;
}

static void keep_alternate(struct choice *choice) {
    const struct hall *hall = choice->hall;
    const struct window *group = &hall->windows[order_group_head(&hall->plan, choice->window)];
    if (!group->run || group->run_class >= hall->plan.class_count)
        return;
    uint32_t most = hall->plan.classes[group->run_class].alternate;
    if (most && group->run >= most && narrow(choice, is_other_class, group->run_class))
        choice->rule = RULE_ALTERNATE;
}

static const struct offer *best_of(const struct choice *choice) {
    const struct offer *best = &choice->offers[0];
    int64_t best_score = score_of(choice, best);
    for (uint32_t at = 1; at < choice->count; at++) {
        const struct offer *one = &choice->offers[at];
        int64_t score = score_of(choice, one);
        if (score > best_score ||
            (score == best_score && is_earlier(head_of(choice, one), head_of(choice, best)))) {
            best = one;
            best_score = score;
        }
    }
    return best;
}

static void apply_rules(struct choice *choice) {
    const struct offer *one = choice->offers;
    for (uint32_t at = 0; at < choice->count; at++) {
        if (!is_first(choice, &one[at], 0))
            continue;
        narrow(choice, is_first, 0);
        keep_earliest(choice);
        choice->rule = RULE_FIRST;
        return;
    }
    keep_bound(choice);
    keep_passed(choice);
    if (choice->rule != RULE_PASSED)
        keep_alternate(choice);
}

// --- why -----------------------------------------------------------------------------------------
static void say_passed(const struct choice *choice, const struct offer *one, int64_t before_ms,
                       struct event *why) {
    const struct hall *hall = choice->hall;
    uint32_t count = line_earlier(hall, one->line, before_ms);
    if (!count)
        return;
    why->u.called.passed_count += count;
    if (why->u.called.passed_lines == EVENT_PASSED_MAX)
        return;
    struct event_passed *said = &why->u.called.passed[why->u.called.passed_lines++];
    int32_t at = line_at(hall, one->line, line_firsts(hall, one->line));
    const struct ticket *head = &hall->tickets[at];
    hall_ticket_number(hall, at, said->number);
    memcpy(said->service, hall->plan.services[head->service].code, PLAN_CODE_BYTES);
    memcpy(said->klass, hall->plan.classes[head->klass].code, PLAN_CODE_BYTES);
    int64_t waited_ms = choice->now_ms - head->effective_ms;
    said->waited_s = waited_ms > 0 ? (uint32_t)(waited_ms / 1000) : 0;
    said->count = count;
    said->times = line_passed(hall, one->line, at) + (order_is_by_rule(why->u.called.rule) ? 1 : 0);
}

// Before the rules narrowed it: `choice` holds every line of the window.
static void say(const struct choice *choice, int32_t ticket, struct event *why) {
    const struct ticket *one = &choice->hall->tickets[ticket];
    why->u.called.waited_ms = choice->now_ms - one->effective_ms;
    why->u.called.candidates = choice->count;
    why->u.called.needs = one->needs;
    why->u.called.silent = one->silent;
    for (uint32_t at = 0; at < choice->count; at++) {
        uint32_t most = line_most_passed(choice->hall, choice->offers[at].line);
        if (most > why->u.called.most_passed)
            why->u.called.most_passed = most;
        if (why->u.called.rule != RULE_FIRST)
            say_passed(choice, &choice->offers[at], one->effective_ms, why);
    }
}

int32_t order_next(const struct hall *hall, uint16_t window, int64_t now_ms, struct event *why) {
    struct choice choice;
    begin(&choice, hall, window, now_ms);
    gather(&choice);
    if (!choice.count)
        return HALL_NONE;
    apply_rules(&choice);
    const struct offer *best = best_of(&choice);
    int32_t ticket = best->head;
    if (!why)
        return ticket;
    why->u.called.rule = choice.rule;
    if (choice.rule == RULE_SCORE || choice.rule == RULE_ALTERNATE || choice.rule == RULE_BOUND)
        why->u.called.score = score_of(&choice, best);
    choice.count = 0;
    gather(&choice);
    say(&choice, ticket, why);
    return ticket;
}

void order_why(const struct hall *hall, uint16_t window, int32_t ticket, struct event *why) {
    struct choice choice;
    begin(&choice, hall, window, why->at.hall_ms);
    gather(&choice);
    say(&choice, ticket, why);
}

bool order_is_by_rule(unsigned rule) {
    return rule <= RULE_ALTERNATE;
}

void order_each_line(struct hall *hall, uint16_t window, order_line_fn *fn, void *context) {
    fn(context, &hall->own[window]);
    for (uint32_t service = 0; service < hall->plan.service_count; service++) {
        if (!hall->windows[window].weight[service])
            continue;
        for (uint32_t klass = 0; klass < hall->plan.class_count; klass++)
            fn(context, &hall->lines[service][klass]);
    }
}

uint16_t order_group_head(const struct plan *plan, uint16_t window) {
    for (uint16_t at = 0; at < plan->window_count; at++) {
        if (plan->windows[at].group == plan->windows[window].group)
            return at;
    }
    return window;
}
