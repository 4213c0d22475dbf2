// SPDX-License-Identifier: Apache-2.0
/*
 * The outbox and the queue of short-lived messages against a broker, a journal and a pipeline that
 * are played here: every event goes out once in order, again when undecided, none is left out, and
 * nothing grows while the broker is away.
 */
#include "daemon/tell/outbox.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/loop.h"
#include "daemon/journal/journal.h"
#include "daemon/pipeline.h"
#include "daemon/tell/queue.h"

enum { LOG_MAX = 20000, ROOM = 32, SLOTS = 64 };

static struct world {              // what the doubles play
    struct event log[LOG_MAX + 1]; // by seq
    uint64_t last, stored_cursor, saved;
    int saves, reads;
    size_t largest_page;
    uint64_t first_kept; // older ones are in no database
    bool up, read_fails;
    uint64_t flight[SLOTS]; // tags the broker has not confirmed
    int in_flight, most_in_flight;
    uint64_t heard[2 * LOG_MAX];
    int heard_count;
    char last_topic[200], last_payload[4096];
    uint32_t last_expiry;
    journal_page_fn *page;
    void *page_context;
    uint64_t page_after;
    size_t page_limit;
} w;

// --- the doubles -----------------------------------------------------------------------------------

int bus_publish(struct bus *bus, const struct bus_publish *m) {
    (void)bus;
    if (!w.up)
        return -ENOTCONN;
    if (w.in_flight == SLOTS)
        return -EAGAIN;
    w.flight[w.in_flight++] = m->tag;
    if (w.in_flight > w.most_in_flight)
        w.most_in_flight = w.in_flight;
    if (!(m->tag >> ROOM_STATE_TAG_BIT))
        w.heard[w.heard_count++] = m->tag;
    snprintf(w.last_topic, sizeof w.last_topic, "%s", m->topic);
    snprintf(w.last_payload, sizeof w.last_payload, "%.*s", (int)m->length,
             (const char *)m->payload);
    w.last_expiry = m->expires_s;
    return 0;
}

int journal_rows(struct journal *journal, enum row_kind kind, journal_row_fn *fn, void *context) {
    struct row row = {.kind = ROW_CURSOR, .u.cursor = {"mqtt", w.stored_cursor}};
    struct row other = {.kind = ROW_CURSOR, .u.cursor = {"other", 999999}};
    (void)journal;
    assert_int_equal(kind, ROW_CURSOR);
    fn(context, &other);
    if (w.stored_cursor)
        fn(context, &row);
    return 0;
}

uint64_t journal_last_seq(const struct journal *journal) {
    (void)journal;
    return w.last;
}

int journal_read(struct journal *journal, uint64_t after, size_t limit, journal_page_fn *fn,
                 void *context) {
    (void)journal;
    assert_null(w.page); // one at a time
    w.page = fn;
    w.page_context = context;
    w.page_after = after;
    w.page_limit = limit;
    w.reads++;
    return 0;
}

void pipeline_ask(struct pipeline *pipeline, const struct pipeline_ask *ask) {
    (void)pipeline;
    assert_int_equal(ask->command.kind, COMMAND_NONE);
    assert_int_equal(ask->row_count, 1);
    assert_string_equal(ask->rows[0].u.cursor.reader, "mqtt");
    w.saved = ask->rows[0].u.cursor.seq;
    w.saves++;
}

const struct hall *pipeline_settled(const struct pipeline *pipeline) {
    (void)pipeline;
    return NULL;
}

struct moment pipeline_now(const struct pipeline *pipeline) {
    (void)pipeline;
    return (struct moment){.hall_ms = 1};
}

bool pipeline_is_stuck(const struct pipeline *pipeline, const char **why) {
    (void)pipeline;
    (void)why;
    return false;
}

// --- the scene -------------------------------------------------------------------------------------

struct scene {
    struct loop *loop;
    struct tell_room room;
    struct outbox *outbox;
};

static struct event *happen(void) {
    struct event *event = &w.log[++w.last];
    *event = (struct event){.seq = w.last, .kind = EVENT_WINDOW_OPENED, .window = 3};
    event->at.hall_ms = INT64_C(1795398000000) + (int64_t)w.last;
    event->actor = 41; // for staff only
    return event;
}

static void tell(struct scene *s, int count) {
    for (int i = 0; i < count; i++)
        outbox_told(s->outbox, happen(), 1);
}

static void open_again(struct scene *s) {
    s->outbox = outbox_new(&s->room);
    assert_non_null(s->outbox);
}

static void open_scene(struct scene *s) {
    memset(&w, 0, sizeof w);
    memset(s, 0, sizeof *s);
    w.first_kept = 1;
    s->loop = loop_new(NULL, NULL);
    s->room.house.loop = s->loop;
    s->room.bus = (struct bus *)&w;
    snprintf(s->room.prefix, sizeof s->room.prefix, "jiaohao/test/");
}

static void close_scene(struct scene *s) {
    outbox_free(s->outbox);
    loop_free(s->loop);
}

// The broker confirms one, the journal delivers a page: until nothing is left to do.
static void confirm(struct scene *s, int which) {
    uint64_t tag = w.flight[which];
    memmove(&w.flight[which], &w.flight[which + 1],
            (size_t)(w.in_flight - which - 1) * sizeof w.flight[0]);
    w.in_flight--;
    outbox_sent(s->outbox, tag);
}

static void deliver_page(void) {
    struct journal_page page = {.first_known = w.first_kept, .error = w.read_fails ? -EIO : 0};
    journal_page_fn *fn = w.page;
    uint64_t from = w.page_after + 1 > w.first_kept ? w.page_after + 1 : w.first_kept;
    page.events = &w.log[from];
    page.count = from > w.last ? 0 : (size_t)(w.last - from + 1);
    if (page.count > w.page_limit)
        page.count = w.page_limit;
    if (page.count > w.largest_page)
        w.largest_page = page.count;
    w.page = NULL;
    fn(w.page_context, &page);
}

static void settle(struct scene *s) {
    while (w.in_flight || w.page) {
        if (w.page)
            deliver_page();
        if (w.in_flight)
            confirm(s, 0);
    }
}

static void come_up(struct scene *s) {
    w.up = true;
    outbox_up(s->outbox);
}

static void go_down(struct scene *s) {
    w.up = false;
    w.in_flight = 0;
    outbox_down(s->outbox);
}

static void heard_all_in_order(uint64_t from, uint64_t to) {
    assert_int_equal(w.heard_count, to - from + 1);
    for (uint64_t seq = from; seq <= to; seq++)
        assert_int_equal(w.heard[seq - from], seq);
}

// --- the tests -------------------------------------------------------------------------------------

static void an_event_goes_out_once_without_what_staff_may_see(void **state) {
    struct scene s;
    (void)state;
    open_scene(&s);
    open_again(&s);
    come_up(&s);
    tell(&s, 1);
    assert_string_equal(w.last_topic, "jiaohao/test/event/window/opened");
    assert_non_null(strstr(w.last_payload, "\"seq\":1"));
    assert_non_null(strstr(w.last_payload, "\"window\":3"));
    assert_null(strstr(w.last_payload, "actor"));
    assert_int_equal(s.room.figures.cursor, 0);
    settle(&s);
    assert_int_equal(s.room.figures.cursor, 1);
    heard_all_in_order(1, 1);
    assert_int_equal(w.reads, 0); // from memory
    close_scene(&s);
    assert_int_equal(w.saved, 1); // on the way out
}

static void half_of_the_link_is_left_to_calls(void **state) {
    struct scene s;
    (void)state;
    open_scene(&s);
    open_again(&s);
    come_up(&s);
    tell(&s, 200);
    assert_int_equal(w.most_in_flight, ROOM);
    settle(&s);
    heard_all_in_order(1, 200);
    close_scene(&s);
}

static void while_the_broker_is_away_nothing_grows_and_nothing_is_lost(void **state) {
    struct scene s;
    (void)state;
    open_scene(&s);
    open_again(&s);
    tell(&s, 10000);
    assert_int_equal(w.heard_count, 0);
    come_up(&s);
    settle(&s);
    heard_all_in_order(1, 10000);
    assert_true(w.reads > 10);
    assert_true(w.largest_page <= 256);
    assert_int_equal(s.room.figures.cursor, 10000);
    tell(&s, 3); // and live again
    settle(&s);
    heard_all_in_order(1, 10003);
    close_scene(&s);
}

static void what_is_undecided_goes_out_again_and_nothing_else(void **state) {
    struct scene s;
    (void)state;
    open_scene(&s);
    open_again(&s);
    come_up(&s);
    tell(&s, 40);
    for (int i = 0; i < 10; i++)
        confirm(&s, 0);
    go_down(&s);
    assert_int_equal(s.room.figures.cursor, 10);
    w.heard_count = 0;
    tell(&s, 5);
    come_up(&s);
    settle(&s);
    heard_all_in_order(11, 45);
    close_scene(&s);
}

static void confirmations_out_of_order_do_not_move_the_cursor_too_far(void **state) {
    struct scene s;
    (void)state;
    open_scene(&s);
    open_again(&s);
    come_up(&s);
    tell(&s, 5);
    confirm(&s, 4);
    confirm(&s, 2);
    assert_int_equal(s.room.figures.cursor, 0);
    confirm(&s, 0);
    assert_int_equal(s.room.figures.cursor, 1);
    confirm(&s, 0);
    assert_int_equal(s.room.figures.cursor, 3);
    settle(&s);
    assert_int_equal(s.room.figures.cursor, 5);
    outbox_sent(s.outbox, 5); // twice, and of another time
    outbox_sent(s.outbox, 500);
    assert_int_equal(s.room.figures.cursor, 5);
    close_scene(&s);
}

static void a_restart_goes_on_after_the_cursor(void **state) {
    struct scene s;
    (void)state;
    open_scene(&s);
    for (int i = 0; i < 700; i++)
        happen();
    w.stored_cursor = 400;
    open_again(&s);
    come_up(&s);
    settle(&s);
    heard_all_in_order(401, 700);
    close_scene(&s);
    assert_int_equal(w.saved, 700);
}

static void a_cursor_beyond_the_log_starts_at_its_end(void **state) {
    struct scene s;
    (void)state;
    open_scene(&s);
    for (int i = 0; i < 10; i++)
        happen();
    w.stored_cursor = 500; // a backup was restored
    open_again(&s);
    come_up(&s);
    tell(&s, 2);
    settle(&s);
    heard_all_in_order(11, 12);
    close_scene(&s);
}

static void a_reading_that_fails_is_tried_again_and_one_that_ends_late_harms_nobody(void **state) {
    struct scene s;
    (void)state;
    open_scene(&s);
    for (int i = 0; i < 20; i++)
        happen();
    open_again(&s);
    w.read_fails = true;
    come_up(&s);
    deliver_page();
    assert_int_equal(w.heard_count, 0);
    w.read_fails = false;
    tell(&s, 1); // any occasion will do, the retry timer is another
    settle(&s);
    heard_all_in_order(1, 21);
    for (int i = 0; i < 300; i++)
        happen();
    outbox_told(s.outbox, &w.log[w.last], 1);
    assert_non_null(w.page);
    outbox_free(s.outbox);
    s.outbox = NULL;
    deliver_page();
    close_scene(&s);
}

static void events_in_no_database_are_a_gap_and_not_a_standstill(void **state) {
    struct scene s;
    (void)state;
    open_scene(&s);
    for (int i = 0; i < 100; i++)
        happen();
    w.first_kept = 61;
    open_again(&s);
    come_up(&s);
    settle(&s);
    heard_all_in_order(61, 100);
    close_scene(&s);
}

// --- the queue -------------------------------------------------------------------------------------

static uint64_t given_up;

static void on_over(void *context, uint64_t mark) {
    (void)context;
    given_up = mark;
}

static json_t *number(int n) {
    return json_pack("{s:i}", "n", n);
}

static void a_message_waits_for_the_link_and_keeps_its_end(void **state) {
    struct scene s;
    struct queue *queue;
    (void)state;
    open_scene(&s);
    queue = queue_new(&s.room, on_over, NULL);
    queue_put(queue, "call/west", number(1), 60000, 0);
    queue_put(queue, "call/west", number(2), 0, 0); // over before it began
    assert_int_equal(w.in_flight, 0);
    w.up = true;
    queue_up(queue);
    assert_int_equal(w.in_flight, 1);
    assert_string_equal(w.last_topic, "jiaohao/test/call/west");
    assert_string_equal(w.last_payload, "{\"n\":1}");
    assert_in_range(w.last_expiry, 59, 60);
    queue_down(queue);
    w.in_flight = 0;
    queue_up(queue); // undecided: again
    assert_int_equal(w.in_flight, 1);
    queue_sent(queue, w.flight[0]);
    queue_down(queue);
    w.in_flight = 0;
    queue_up(queue); // decided: not again
    assert_int_equal(w.in_flight, 0);
    queue_free(queue);
    loop_free(s.loop);
}

static void a_message_nobody_wants_any_more_is_given_up(void **state) {
    struct scene s;
    struct queue *queue;
    int64_t began = loop_boot_ms();
    (void)state;
    open_scene(&s);
    queue = queue_new(&s.room, on_over, NULL);
    given_up = 0;
    queue_put(queue, "print/p", number(1), 20, 77);
    while (loop_boot_ms() - began < 30)
        ;
    w.up = true;
    queue_up(queue);
    assert_int_equal(w.in_flight, 0);
    assert_int_equal(given_up, 77);
    queue_free(queue);
    loop_free(s.loop);
}

static void the_queue_is_bounded_and_the_oldest_gives_way(void **state) {
    struct scene s;
    struct queue *queue;
    (void)state;
    open_scene(&s);
    queue = queue_new(&s.room, on_over, NULL);
    given_up = 0;
    for (int i = 1; i <= QUEUE_MAX + 1; i++)
        queue_put(queue, "call/west", number(i), 60000, (uint64_t)i);
    assert_int_equal(given_up, 1);
    w.up = true;
    queue_up(queue);
    assert_int_equal(w.in_flight, SLOTS); // the link has enough
    for (int i = 0; i < QUEUE_MAX; i++) {
        uint64_t tag = w.flight[0];
        memmove(w.flight, w.flight + 1, (size_t)--w.in_flight * sizeof w.flight[0]);
        queue_sent(queue, tag);
    }
    assert_int_equal(w.in_flight, 0);
    assert_string_equal(w.last_payload, "{\"n\":257}");
    queue_free(queue);
    loop_free(s.loop);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_goes_out_once_without_what_staff_may_see),
        cmocka_unit_test(half_of_the_link_is_left_to_calls),
        cmocka_unit_test(while_the_broker_is_away_nothing_grows_and_nothing_is_lost),
        cmocka_unit_test(what_is_undecided_goes_out_again_and_nothing_else),
        cmocka_unit_test(confirmations_out_of_order_do_not_move_the_cursor_too_far),
        cmocka_unit_test(a_restart_goes_on_after_the_cursor),
        cmocka_unit_test(a_cursor_beyond_the_log_starts_at_its_end),
        cmocka_unit_test(a_reading_that_fails_is_tried_again_and_one_that_ends_late_harms_nobody),
        cmocka_unit_test(events_in_no_database_are_a_gap_and_not_a_standstill),
        cmocka_unit_test(a_message_waits_for_the_link_and_keeps_its_end),
        cmocka_unit_test(a_message_nobody_wants_any_more_is_given_up),
        cmocka_unit_test(the_queue_is_bounded_and_the_oldest_gives_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
