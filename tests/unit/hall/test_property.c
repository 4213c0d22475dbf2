// SPDX-License-Identifier: Apache-2.0
/*
 * Random days: whatever is commanded, what is decided can be applied, replaying the log through
 * the record gives the same bytes, numbers are never given twice, the lines are in order, the
 * counters say what the log says, and the order of calling is what a naive reading of it says.
 *
 * JIAOHAO_COMMANDS sets how many commands in all, JIAOHAO_SEED replays the log of one seed.
 */
#include "tests/unit/hall/fixture.h"

#include <time.h>

#include "daemon/hall/line.h"
#include "daemon/hall/order.h"

enum { LOG_COMMANDS = 5000, CHECK_EACH = 1000, SEED_FIRST = 1, COVERED_BY = 200000 };

struct log_bytes { // every event as its record
    uint8_t *bytes;
    size_t length, room;
};

struct count {
    uint32_t issued, called, finished, missed, cancelled, voided;
};

struct world {
    struct fixture f;
    struct shape shape;
    uint64_t random;
    struct log_bytes log;
    struct count counts[PLAN_SERVICES_MAX];
    uint32_t *passed;                     // by rule, by ticket id
    char (*numbers)[TICKET_NUMBER_BYTES]; // as issued, by ticket id
    uint8_t *given;                       // numbers of the day, by series x number
    uint64_t commands, events;
    struct decision decision;
    struct coverage *coverage;
};

enum { GIVEN_MOST = 20000, SEQ_MOST = 32 * LOG_COMMANDS };

// Over all logs: random days that never come to an event would prove nothing about it.
struct coverage {
    uint64_t kinds[EVENT_KINDS], rules[RULES], refusals[1000];
};

static uint32_t roll(struct world *w, uint32_t below) {
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (uint32_t)((w->random >> 20) % below);
}

// --- the log -------------------------------------------------------------------------------------
static void log_event(struct log_bytes *log, const struct event *event) {
    static const size_t most = 256 * 1024;
    if (log->room - log->length < most) {
        log->room = 2 * log->room + 2 * most;
        log->bytes = realloc(log->bytes, log->room);
        assert_non_null(log->bytes);
    }
    uint8_t *at = log->bytes + log->length;
    size_t length = record_write(event_fields(event->kind), event, at + 48, most - 48);
    assert_true(length <= most - 48);
    uint32_t head[2] = {event->kind, (uint32_t)length};
    memcpy(at, head, sizeof head);
    memcpy(at + 8, &event->seq, 8);
    memcpy(at + 16, &event->at, sizeof event->at);
    log->length += 48 + length;
}

static void replay(struct world *w) {
    struct hall *again = hall_new();
    struct plan *plan = calloc(1, sizeof *plan);
    struct event *event = calloc(1, sizeof *event);
    for (size_t at = 0; at < w->log.length;) {
        uint32_t head[2];
        const uint8_t *bytes = w->log.bytes + at;
        memset(event, 0, sizeof *event);
        memcpy(head, bytes, sizeof head);
        memcpy(&event->seq, bytes + 8, 8);
        memcpy(&event->at, bytes + 16, sizeof event->at);
        event->kind = (uint16_t)head[0];
        assert_int_equal(record_read(event_fields(event->kind), bytes + 48, head[1], event, plan),
                         0);
        assert_int_equal(hall_apply(&again, event), 0);
        at += 48 + head[1];
    }
    assert_int_equal(hall_size(again), hall_size(w->f.hall));
    assert_memory_equal(again, w->f.hall, hall_size(again));
    free(event);
    free(plan);
    hall_free(again);
}

// --- counting what the log says ------------------------------------------------------------------
static void count_number(struct world *w, const struct event *event) {
    uint32_t number = (uint32_t)strtoul(event->ticket.number + 1, NULL, 10);
    size_t at = (size_t)(event->ticket.number[0] - 'A') * GIVEN_MOST + number;
    assert_true(number < GIVEN_MOST);
    assert_false(w->given[at]);
    w->given[at] = 1;
}

// Plans put services in other places; what they are called stays.
static size_t code_of(const char *service) {
    return strtoul(service + 1, NULL, 10);
}

static void count_event(struct world *w, const struct event *event) {
    if (event->kind == EVENT_DAY_OPENED) {
        memset(w->counts, 0, sizeof w->counts);
        memset(w->given, 0, 3 * GIVEN_MOST);
    }
    if (!event->ticket.id)
        return;
    if (event->kind == EVENT_TICKET_ISSUED)
        memcpy(w->numbers[event->ticket.id], event->ticket.number, TICKET_NUMBER_BYTES);
    assert_string_equal(w->numbers[event->ticket.id], event->ticket.number); // for ever
    struct count *count = &w->counts[code_of(event->ticket.service)];
    count->issued += event->kind == EVENT_TICKET_ISSUED;
    count->called += event->kind == EVENT_TICKET_CALLED;
    count->called -= event->kind == EVENT_TICKET_WITHDRAWN;
    count->finished += event->kind == EVENT_TICKET_FINISHED;
    count->finished -= event->kind == EVENT_TICKET_REOPENED;
    count->missed += event->kind == EVENT_TICKET_MISSED;
    count->cancelled += event->kind == EVENT_TICKET_CANCELLED;
    count->voided += event->kind == EVENT_TICKET_VOIDED;
    if (event->kind == EVENT_TICKET_ISSUED)
        count_number(w, event);
}

// --- invariants ----------------------------------------------------------------------------------
static uint32_t check_tree(const struct hall *hall, int32_t node, int32_t passed, int32_t *most) {
    if (node == HALL_NONE)
        return 0;
    const struct ticket *one = &hall->tickets[node];
    int32_t total = passed + one->passed;
    int32_t below = total;
    assert_int_equal(one->state, TICKET_WAITING);
    assert_true(total >= 0);
    uint32_t count = 1 + check_tree(hall, one->left, total, &below) +
                     check_tree(hall, one->right, total, &below);
    assert_int_equal(one->count, count);
    assert_int_equal(passed + one->most, below);
    if (below > *most)
        *most = below;
    return count;
}

static uint32_t check_line(const struct hall *hall, const struct line *line) {
    int32_t most = 0;
    uint32_t count = check_tree(hall, line->root, 0, &most);
    const struct ticket *before = NULL;
    assert_int_equal(line_most_passed(hall, line), most);
    for (uint32_t at = 0; at < count; at++) {
        int32_t ticket = line_at(hall, line, at);
        const struct ticket *one = &hall->tickets[ticket];
        assert_int_equal(line_rank(hall, line, ticket), at);
        assert_ptr_equal(line_of_const(hall, ticket), line);
        if (before && before->first == one->first)
            assert_true(before->effective_ms <= one->effective_ms);
        if (before)
            assert_true(before->first >= one->first);
        before = one;
    }
    return count;
}

static void check_windows(const struct hall *hall) {
    for (uint32_t at = 0; at < hall->plan.window_count; at++) {
        const struct window *window = &hall->windows[at];
        bool busy = window->state == WINDOW_CALLING || window->state == WINDOW_SERVING;
        assert_int_equal(busy, window->ticket != HALL_NONE);
        if (!busy)
            continue;
        const struct ticket *one = &hall->tickets[window->ticket];
        assert_int_equal(one->window, at);
        assert_int_equal(one->state,
                         window->state == WINDOW_CALLING ? TICKET_CALLED : TICKET_SERVING);
    }
}

static void check_tickets(const struct world *w) {
    const struct hall *hall = w->f.hall;
    uint32_t at_windows = 0, busy = 0, waiting = 0, in_lines = 0;
    for (uint32_t at = 0; at < hall->ticket_count; at++) {
        const struct ticket *one = &hall->tickets[at];
        bool is_at = one->state == TICKET_CALLED || one->state == TICKET_SERVING;
        at_windows += is_at;
        waiting += one->state == TICKET_WAITING;
        assert_int_equal(hall_passed(hall, (int32_t)at), w->passed[one->id]);
        if (is_at)
            assert_int_equal(hall->windows[one->window].ticket, at);
        if (at)
            assert_true(hall->tickets[at - 1].id < one->id);
    }
    for (uint32_t at = 0; at < hall->plan.window_count; at++) {
        busy += hall->windows[at].ticket != HALL_NONE;
        in_lines += check_line(hall, &hall->own[at]);
        if (hall->windows[at].state == WINDOW_CLOSED)
            assert_int_equal(hall->own[at].root, HALL_NONE);
    }
    for (uint32_t at = 0; at < hall->plan.service_count; at++) {
        for (uint32_t klass = 0; klass < hall->plan.class_count; klass++)
            in_lines += check_line(hall, &hall->lines[at][klass]);
    }
    assert_int_equal(at_windows, busy);
    assert_int_equal(in_lines, waiting);
}

static void check_counts(const struct world *w) {
    const struct hall *hall = w->f.hall;
    for (uint32_t at = 0; at < hall->plan.service_count; at++) {
        const struct service_state *service = &hall->services[at];
        struct count now = {service->issued, service->called,    service->finished,
                            service->missed, service->cancelled, service->voided};
        uint32_t waiting = 0;
        assert_memory_equal(&now, &w->counts[code_of(hall->plan.services[at].code)], sizeof now);
        for (uint32_t ticket = 0; ticket < hall->ticket_count; ticket++)
            waiting += hall->tickets[ticket].service == at &&
                       hall->tickets[ticket].state == TICKET_WAITING;
        assert_int_equal(service->waiting, waiting);
    }
}

static void check_all(struct world *w) {
    check_windows(w->f.hall);
    check_tickets(w);
    check_counts(w);
}

// --- the order, read naively ---------------------------------------------------------------------
// Everybody this window may call, without the treaps: one pass over all tickets.
static bool may_call(const struct hall *hall, uint16_t window, const struct ticket *one) {
    if (one->state != TICKET_WAITING)
        return false;
    if (one->to_window != PLAN_NONE)
        return one->to_window == window;
    return hall->windows[window].weight[one->service] != 0;
}

struct naive {
    uint32_t earlier, full_passed;
    int64_t best_score;
    bool over_bound_earlier; // somebody older is beyond the service's own bound
};

static void read_naively(const struct world *w, uint16_t window, const struct ticket *called,
                         struct naive *out) {
    const struct hall *hall = w->f.hall;
    *out = (struct naive){.best_score = INT64_MIN};
    for (uint32_t at = 0; at < hall->ticket_count; at++) {
        const struct ticket *one = &hall->tickets[at];
        if (!may_call(hall, window, one) || one->first)
            continue;
        int64_t waited_ms = called->called_ms - one->effective_ms;
        int64_t bound_ms = hall->plan.services[one->service].bound_ms;
        bool earlier = one->effective_ms < called->effective_ms;
        out->earlier += earlier;
        out->full_passed += earlier && hall->plan.rules.passes_max &&
                            w->passed[one->id] >= hall->plan.rules.passes_max;
        out->over_bound_earlier |= earlier && bound_ms && waited_ms >= bound_ms;
        uint32_t weight = 1000;
        if (one->to_window == PLAN_NONE)
            weight = hall->windows[window].weight[one->service];
        const struct plan_class *klass = &hall->plan.classes[one->klass];
        int64_t score =
            (klass->rate_milli * (waited_ms > 0 ? waited_ms : 0) + 1000 * klass->head_ms) / 60000 *
            (int64_t)weight / 1000;
        if (line_at(hall, line_of_const(hall, (int32_t)at), 0) == (int32_t)at &&
            score > out->best_score)
            out->best_score = score;
    }
}

static void count_passes(const struct world *w, uint16_t window, const struct ticket *called) {
    const struct hall *hall = w->f.hall;
    for (uint32_t at = 0; at < hall->ticket_count; at++) {
        const struct ticket *one = &hall->tickets[at];
        if (may_call(hall, window, one) && !one->first && one->effective_ms < called->effective_ms)
            w->passed[one->id]++;
    }
}

// Before the call is applied.
static void check_call(const struct world *w, const struct event *event) {
    const struct hall *hall = w->f.hall;
    uint16_t window = plan_window_at(&hall->plan, event->window);
    int32_t at = hall_ticket_by_id(hall, event->ticket.id);
    struct naive naive;
    if (at == HALL_NONE || !order_is_by_rule(event->u.called.rule))
        return;
    struct ticket called = hall->tickets[at];
    called.called_ms = event->at.hall_ms;
    read_naively(w, window, &called, &naive);
    count_passes(w, window, &called);
    assert_int_equal(event->u.called.passed_count, naive.earlier);
    assert_int_equal(naive.full_passed, 0);
    assert_false(naive.over_bound_earlier);
    assert_int_equal(event->u.called.waited_ms, event->at.hall_ms - called.effective_ms);
    if (event->u.called.rule == RULE_SCORE)
        assert_int_equal(event->u.called.score, naive.best_score);
}

// --- random commands -----------------------------------------------------------------------------
static void any_ticket(struct world *w, struct command *command) {
    const struct hall *hall = w->f.hall;
    if (!hall->ticket_count)
        return;
    uint32_t recent = hall->ticket_count < 40 ? hall->ticket_count : 40;
    uint32_t at =
        roll(w, 2) ? roll(w, hall->ticket_count) : hall->ticket_count - 1 - roll(w, recent);
    if (roll(w, 2))
        command->ticket = hall->tickets[at].id;
    else
        hall_ticket_number(hall, (int32_t)at, command->number);
}

static void fill(struct world *w, struct command *command) {
    const struct plan *plan = &w->f.hall->plan;
    command->window = (uint16_t)(1 + roll(w, plan->window_count));
    command->actor = 100u + command->window;
    snprintf(command->service, sizeof command->service, "S%u", roll(w, plan->service_count));
    snprintf(command->klass, sizeof command->klass, "c%u", roll(w, plan->class_count));
    command->needs = (uint8_t)(roll(w, 8) ? 0 : roll(w, 32));
    command->silent = roll(w, 8) == 0;
    command->park = (uint8_t)roll(w, PARK_KINDS);
    command->place = (uint8_t)roll(w, PLACES);
    command->outcome = (uint8_t)roll(w, OUTCOMES);
    command->delivery = (uint8_t)roll(w, DELIVERIES);
    command->level = (uint8_t)roll(w, 7);
    command->by_staff = roll(w, 4) == 0;
    if (roll(w, 3) == 0)
        command->to_window = (uint16_t)(1 + roll(w, plan->window_count));
    if (roll(w, 6) == 0)
        command->to_person = 101u + roll(w, plan->window_count);
    if (roll(w, 4) == 0)
        command->service[0] = roll(w, 2) ? 'S' : 0;
    if (roll(w, 3) == 0)
        command->until_ms = w->f.now_ms + (int64_t)roll(w, 100) * MINUTE_MS;
    snprintf(command->decision, sizeof command->decision, "d%u", roll(w, 100));
    snprintf(command->device, sizeof command->device, "device-%u", roll(w, 4));
    snprintf(command->code, sizeof command->code, "z%u", roll(w, 3));
    command->service_count = roll(w, 3);
    for (uint32_t at = 0; at < command->service_count; at++)
        snprintf(command->services[at], PLAN_CODE_BYTES, "S%u", roll(w, plan->service_count));
}

static void pick_reason(struct command *command) {
    const char *reason = "r0";
    if (command->kind == COMMAND_CALL)
        reason = "r1";
    else if (command->kind == COMMAND_PAUSE)
        reason = "r2";
    set_text(command->reason, sizeof command->reason, reason);
}

// The windows' daily work is more likely than the rest, or nothing would ever be served.
static const uint8_t usual[] = {
    COMMAND_ISSUE, COMMAND_ISSUE, COMMAND_ISSUE, COMMAND_ISSUE, COMMAND_NEXT,   COMMAND_NEXT,
    COMMAND_NEXT,  COMMAND_NEXT,  COMMAND_NEXT,  COMMAND_START, COMMAND_START,  COMMAND_START,
    COMMAND_OPEN,  COMMAND_OPEN,  COMMAND_SHOWN, COMMAND_MISS,  COMMAND_FINISH, COMMAND_RETURN,
};

static unsigned any_kind(struct world *w) {
    if (roll(w, 3))
        return usual[roll(w, sizeof usual)];
    unsigned kind = COMMAND_TICK + roll(w, COMMAND_KINDS - COMMAND_TICK);
    if (kind == COMMAND_CLOSE && roll(w, 4))
        return COMMAND_NEXT;
    return kind;
}

static bool names_any(unsigned kind) {
    return kind == COMMAND_CALL || kind == COMMAND_CANCEL || kind == COMMAND_RETURN ||
           kind == COMMAND_DEFER || kind == COMMAND_TAKE_LATE || kind == COMMAND_PRINTED ||
           kind == COMMAND_PRINT_FAILED;
}

static void aim(struct world *w, struct command *command) {
    const struct hall *hall = w->f.hall;
    uint16_t window = plan_window_at(&hall->plan, command->window);
    int32_t ticket = window == PLAN_NONE ? HALL_NONE : hall->windows[window].ticket;
    if (names_any(command->kind) || roll(w, 20) == 0)
        any_ticket(w, command);
    if (ticket != HALL_NONE && command->kind >= COMMAND_SHOWN &&
        command->kind <= COMMAND_CALL_FAILED)
        command->call = hall->tickets[ticket].last_call;
    if (command->kind == COMMAND_WITHDRAW_NOTICE)
        command->notice = hall->notices[roll(w, HALL_NOTICES_MAX)].id;
}

static void swap_services(struct plan *plan) {
    struct plan_service service = plan->services[0];
    plan->services[0] = plan->services[1];
    plan->services[1] = service;
    for (uint32_t at = 0; at < plan->window_count; at++) {
        uint16_t weight = plan->windows[at].weight[0];
        plan->windows[at].weight[0] = plan->windows[at].weight[1];
        plan->windows[at].weight[1] = weight;
    }
    struct plan_class klass = plan->classes[0];
    plan->classes[0] = plan->classes[1];
    plan->classes[1] = klass;
}

static void swap_series(struct plan *plan) {
    struct plan_series other = plan->series[0];
    plan->series[0] = plan->series[2];
    plan->series[2] = other;
    for (uint32_t at = 0; at < plan->service_count; at++) {
        if (plan->services[at].series != 1)
            plan->services[at].series = (uint16_t)(2 - plan->services[at].series);
    }
}

// Each time a plan with its windows and services in other places, or some more of them.
static void new_plan(struct world *w, int32_t date) {
    struct shape shape = w->shape;
    shape.date = date;
    shape.services += roll(w, 2);
    shape.windows += roll(w, 3);
    plan_make(&w->f.plan, &shape);
    w->f.plan.rules.miss_automatic = roll(w, 2) != 0;
    if (roll(w, 2)) {
        struct plan_window swap = w->f.plan.windows[0];
        w->f.plan.windows[0] = w->f.plan.windows[1];
        w->f.plan.windows[1] = swap;
    }
    if (roll(w, 2))
        swap_services(&w->f.plan);
    if (roll(w, 2))
        swap_series(&w->f.plan);
}

static void make_command(struct world *w, struct command *command) {
    const struct hall *hall = w->f.hall;
    memset(command, 0, sizeof *command);
    if (!hall->day_open && roll(w, 8) == 0) {
        command->kind = COMMAND_OPEN_DAY;
        new_plan(w, hall->plan.day.date + 1);
        if (w->f.now_ms < w->f.plan.day.begins_ms)
            w->f.now_ms = w->f.plan.day.begins_ms;
        command->plan = &w->f.plan;
        return;
    }
    fill(w, command);
    command->kind = (uint16_t)any_kind(w);
    if (hall->day_open && w->f.now_ms >= hall->plan.day.ends_ms && roll(w, 2))
        command->kind = COMMAND_TICK;
    pick_reason(command);
    aim(w, command);
    if (command->kind == COMMAND_CONFIGURE || command->kind == COMMAND_OPEN_DAY) {
        new_plan(w, hall->plan.day.date);
        command->plan = &w->f.plan;
    }
}

static void advance(struct world *w) {
    uint32_t dice = roll(w, 1000);
    if (dice < 700)
        w->f.now_ms += roll(w, 20000);
    else if (dice < 990)
        w->f.now_ms += roll(w, 90000);
    else if (dice < 998)
        w->f.now_ms += roll(w, 20) * MINUTE_MS;
    if (roll(w, 3000) == 0) // the night
        w->f.now_ms += 1440 * MINUTE_MS;
}

static void one_command(struct world *w) {
    struct command command;
    make_command(w, &command);
    advance(w);
    command.at = (struct moment){w->f.now_ms, w->f.now_ms, 1, 0};
    int64_t due_ms = hall_next_deadline(w->f.hall);
    int code = hall_decide(w->f.hall, &command, &w->decision);
    assert_true(!code == !w->decision.refusal.code);
    assert_true(!code || !w->decision.count);
    if (command.kind == COMMAND_TICK)
        assert_int_equal(w->decision.count > 0, due_ms <= w->f.now_ms);
    for (uint32_t at = 0; at < w->decision.count; at++) {
        const struct event *event = &w->decision.events[at];
        w->coverage->kinds[event->kind]++;
        if (event->kind == EVENT_TICKET_CALLED) {
            w->coverage->rules[event->u.called.rule]++;
            check_call(w, event);
        }
        log_event(&w->log, event);
        assert_int_equal(hall_apply(&w->f.hall, event), 0);
        count_event(w, event);
    }
    w->coverage->refusals[code]++;
    w->events += w->decision.count;
    check_windows(w->f.hall);
}

// --- logs ----------------------------------------------------------------------------------------
static const struct shape shapes[] = {
    {2, 2, 3, 1, 1, 0, 0, 0, 20261123},    {3, 3, 6, 2, 2, 3, 2, 10, 20261123},
    {6, 2, 60, 4, 3, 2, 1, 20, 20261123},  {4, 3, 8, 3, 1, 1, 3, 0, 20261123},
    {12, 4, 20, 6, 4, 5, 0, 15, 20261123},
};

static uint64_t run_log(uint64_t seed, uint64_t commands, struct coverage *coverage) {
    struct world *w = calloc(1, sizeof *w);
    w->random = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    w->coverage = coverage;
    w->shape = shapes[seed % (sizeof shapes / sizeof *shapes)];
    w->given = calloc(3, GIVEN_MOST);
    w->passed = calloc(SEQ_MOST, sizeof *w->passed);
    w->numbers = calloc(SEQ_MOST, sizeof *w->numbers);
    fixture_open(&w->f, &w->shape);
    log_event(&w->log, &w->f.decision.events[0]);
    for (w->commands = 0; w->commands < commands; w->commands++) {
        one_command(w);
        if (w->commands % CHECK_EACH == CHECK_EACH - 1)
            check_all(w);
    }
    check_all(w);
    replay(w);
    coverage->kinds[EVENT_NONE] += w->events;
    hall_free(w->f.hall);
    free(w->log.bytes);
    free(w->given);
    free(w->passed);
    free(w->numbers);
    free(w);
    return commands;
}

static uint64_t number_of(const char *name, uint64_t otherwise) {
    const char *text = getenv(name);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static void show_coverage(const struct coverage *coverage, bool complete) {
    for (unsigned kind = 1; kind < EVENT_KINDS; kind++) {
        if (getenv("JIAOHAO_LOUD") || (complete && !coverage->kinds[kind]))
            printf("# %-20s %llu\n", event_kind_name(kind),
                   (unsigned long long)coverage->kinds[kind]);
        assert_true(!complete || coverage->kinds[kind]);
    }
    for (unsigned rule = 0; rule < RULES; rule++) {
        if (getenv("JIAOHAO_LOUD") || (complete && !coverage->rules[rule]))
            printf("# rule %-20s %llu\n", rule_names[rule],
                   (unsigned long long)coverage->rules[rule]);
        assert_true(!complete || coverage->rules[rule]);
    }
    for (unsigned code = 1; getenv("JIAOHAO_LOUD") && code < 1000; code++) {
        if (refusal_text(code)->code)
            printf("# refused %-25s %llu\n", refusal_text(code)->name,
                   (unsigned long long)coverage->refusals[code]);
    }
}

static void random_days_keep_every_promise(void **state) {
    uint64_t left = number_of("JIAOHAO_COMMANDS", 1000000);
    uint64_t only = number_of("JIAOHAO_SEED", 0);
    uint64_t seed = only ? only : SEED_FIRST, first = seed, done = 0;
    struct coverage coverage = {0};
    clock_t start = clock();
    (void)state;
    while (left) {
        uint64_t commands = left < LOG_COMMANDS ? left : LOG_COMMANDS;
        if (only)
            commands = LOG_COMMANDS;
        if (getenv("JIAOHAO_LOUD"))
            fprintf(stderr, "# seed %llu\n", (unsigned long long)seed);
        done += run_log(seed++, commands, &coverage);
        left = only ? 0 : left - commands;
    }
    printf("# seeds %llu..%llu, %llu commands, %llu events, %.1f s\n", (unsigned long long)first,
           (unsigned long long)(seed - 1), (unsigned long long)done,
           (unsigned long long)coverage.kinds[EVENT_NONE],
           (double)(clock() - start) / CLOCKS_PER_SEC);
    show_coverage(&coverage, done >= COVERED_BY);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_days_keep_every_promise)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
