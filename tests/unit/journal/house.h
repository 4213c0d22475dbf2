// SPDX-License-Identifier: Apache-2.0
/*
 * A journal in a folder of its own, for tests: a small plan, events made by hand, and waiting for
 * what the journal answers on its loop.
 */
#ifndef JIAOHAO_TEST_HOUSE_H
#define JIAOHAO_TEST_HOUSE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/log.h"
#include "daemon/journal/journal.h"

#define NINE INT64_C(1795398000000)
#define ONE_DAY INT64_C(86400000)

struct house {
    char folder[64];
    struct event_base *base;
    struct journal *journal;
    struct plan plan;
    enum commit commit;
    int answers;
};

static inline void make_folder(char folder[64]) {
    snprintf(folder, 64, "/tmp/jiaohao-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

static int remove_one(const char *path, const struct stat *info, int flag, struct FTW *walk) {
    (void)info;
    (void)flag;
    (void)walk;
    return remove(path);
}

static inline void remove_folder(const char *folder) {
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

// One service A, one class, windows 1 to 3, open all day; day `n` after the first.
static inline void make_plan(struct plan *plan, int n) {
    memset(plan, 0, sizeof *plan);
    strcpy(plan->code, "test");
    strcpy(plan->name.zh, "测试大厅");
    strcpy(plan->name.en, "Test hall");
    strcpy(plan->timezone, "Asia/Shanghai");
    strcpy(plan->accent, "#0B5FA5");
    strcpy(plan->languages, "zh,en");
    plan->version = 7;
    plan->board_count = plan->service_count = plan->class_count = plan->series_count = 1;
    plan->zone_count = plan->hours_count = plan->reason_count = 1;
    plan->window_count = 3;
    plan->day.date = 20261123 + n;
    plan->day.begins_ms = NINE - ONE_DAY / 4 + n * ONE_DAY;
    plan->day.ends_ms = plan->day.begins_ms + ONE_DAY;
    plan->rules = (struct plan_rules){.grace_ms = 120000,
                                      .recall_gap_ms = 30000,
                                      .reopen_ms = 600000,
                                      .rating_ms = 600000,
                                      .recalls_max = 3,
                                      .return_places = 3,
                                      .misses_max = 3,
                                      .defers_max = 1,
                                      .defer_places = 3,
                                      .walk_in = 1,
                                      .next_finishes = 1};
    strcpy(plan->hours[0].code, "all");
    plan->hours[0].span_count = 1;
    plan->hours[0].spans[0] = (struct plan_span){plan->day.begins_ms, plan->day.ends_ms};
    strcpy(plan->boards[0].code, "all");
    strcpy(plan->series[0].prefix, "A");
    plan->series[0].first = 1;
    plan->series[0].digits = 3;
    strcpy(plan->zones[0].code, "east");
    strcpy(plan->services[0].code, "A");
    strcpy(plan->services[0].name.zh, "综合");
    plan->services[0].expected_ms = 300000;
    strcpy(plan->classes[0].code, "normal");
    plan->classes[0].rate_milli = 1000;
    plan->classes[0].open_to_all = 1;
    strcpy(plan->reasons[0].code, "lunch");
    plan->reasons[0].use = PLAN_REASON_PAUSE;
    for (uint16_t i = 0; i < 3; i++) {
        plan->windows[i].number = (uint16_t)(i + 1);
        plan->windows[i].weight[0] = 1000;
    }
}

static inline int house_try(struct house *house) {
    struct journal_options options = {.directory = house->folder};
    return journal_open(&house->journal, &options, house->base);
}

static inline void house_open(struct house *house) {
    house->base = event_base_new();
    assert_int_equal(house_try(house), 0);
}

static inline void house_close(struct house *house) {
    journal_close(house->journal);
    event_base_free(house->base);
    house->journal = NULL;
}

static inline int house_begin(void **state) {
    struct house *house = calloc(1, sizeof *house);
    make_folder(house->folder);
    make_plan(&house->plan, 0);
    house_open(house);
    *state = house;
    return 0;
}

static inline int house_end(void **state) {
    struct house *house = *state;
    if (house->journal)
        house_close(house);
    remove_folder(house->folder);
    free(house);
    return 0;
}

// --- waiting -------------------------------------------------------------------------------------

static void house_committed(void *context, enum commit commit) {
    struct house *house = context;
    house->commit = commit;
    house->answers++;
}

static inline void house_wait(struct house *house, int answers) {
    while (house->answers < answers)
        event_base_loop(house->base, EVLOOP_ONCE);
}

static inline enum commit house_commit_all(struct house *house, const struct event *events,
                                           size_t count, const struct row *rows, size_t row_count) {
    struct batch batch = {events, count, rows, row_count};
    house->answers = 0;
    assert_int_equal(journal_commit(house->journal, &batch, house_committed, house), 0);
    assert_int_equal(journal_commit(house->journal, &batch, house_committed, house), -EBUSY);
    house_wait(house, 1);
    return house->commit;
}

static inline enum commit house_commit(struct house *house, const struct event *events,
                                       size_t count) {
    return house_commit_all(house, events, count, NULL, 0);
}

static inline enum commit house_probe(struct house *house) {
    house->answers = 0;
    assert_int_equal(journal_probe(house->journal, house_committed, house), 0);
    house_wait(house, 1);
    return house->commit;
}

struct house_page {
    struct event events[1000];
    size_t count;
    uint64_t first_known;
    int32_t date; // of the last plan seen
    int error, answers;
};

static void house_paged(void *context, const struct journal_page *page) {
    struct house_page *to = context;
    to->answers++;
    to->error = page->error;
    to->count = page->count;
    to->first_known = page->first_known;
    for (size_t i = 0; i < page->count; i++) {
        to->events[i] = page->events[i];
        if (page->events[i].kind == EVENT_DAY_OPENED)
            to->date = page->events[i].u.plan.plan->day.date;
    }
}

static inline struct house_page *house_read(struct house *house, uint64_t after, size_t limit) {
    static struct house_page page;
    memset(&page, 0, sizeof page);
    assert_int_equal(journal_read(house->journal, after, limit, house_paged, &page), 0);
    while (!page.answers)
        event_base_loop(house->base, EVLOOP_ONCE);
    return &page;
}

// --- events by hand ------------------------------------------------------------------------------

static inline struct event make_event(uint64_t seq, unsigned kind) {
    struct event event;
    memset(&event, 0, sizeof event);
    event.seq = seq;
    event.kind = (uint16_t)kind;
    event.at = (struct moment){.hall_ms = NINE + (int64_t)seq * 1000,
                               .wall_ms = NINE + (int64_t)seq * 1000 + 3,
                               .boot = 1};
    return event;
}

static inline struct event make_day_opened(uint64_t seq, const struct plan *plan) {
    struct event event = make_event(seq, EVENT_DAY_OPENED);
    event.u.plan.plan = plan;
    return event;
}

static inline struct event make_ticket(uint64_t seq, unsigned kind, uint64_t id, unsigned number) {
    struct event event = make_event(seq, kind);
    event.ticket.id = id;
    snprintf(event.ticket.number, sizeof event.ticket.number, "A%03u", number);
    strcpy(event.ticket.service, "A");
    strcpy(event.ticket.klass, "normal");
    return event;
}

static inline struct event make_issued(uint64_t seq, unsigned number) {
    struct event event = make_ticket(seq, EVENT_TICKET_ISSUED, seq, number);
    event.u.issued.effective_ms = event.at.hall_ms;
    return event;
}

#endif
