// SPDX-License-Identifier: Apache-2.0
/* Rows that follow from events: with them or not at all, on a healthy disk and a full one. */
#include "tests/unit/journal/house.h"

#include "tests/unit/journal/fault.h"

#include "common/loop.h"
#include "daemon/pipeline.h"
#include "daemon/records/delivery.h"

struct hall_house {
    char folder[64];
    struct loop *loop;
    struct journal *journal;
    struct pipeline *pipeline;
    struct plan plan;
    int64_t now_ms;
    struct answer last;
    int answers, rows;
    uint64_t newest; // seq of the newest row
};

static struct moment house_now(void *context) {
    struct hall_house *house = context;
    return (struct moment){.hall_ms = house->now_ms, .wall_ms = house->now_ms, .boot = 1};
}

static void answered(void *context, const struct answer *answer) {
    struct hall_house *house = context;
    house->last = *answer;
    house->answers++;
}

static void ask(struct hall_house *house, const struct command *command) {
    struct pipeline_ask ask = {.command = *command, .answer = answered, .context = house};
    int before = house->answers;
    house->now_ms += 1000;
    pipeline_ask(house->pipeline, &ask);
    while (house->answers == before)
        event_base_loop(loop_base(house->loop), EVLOOP_ONCE);
}

static void issue(struct hall_house *house, bool phone) {
    struct command command = {.kind = COMMAND_ISSUE, .service = "A", .carried_phone = phone};
    ask(house, &command);
}

static void see(void *context, const struct row *row) {
    struct hall_house *house = context;
    assert_int_equal(row->u.delivery.state, DELIVERY_WAITING);
    house->newest = row->u.delivery.seq;
    house->rows++;
}

static int rows_of(struct hall_house *house) {
    house->rows = 0;
    assert_int_equal(journal_rows(house->journal, ROW_DELIVERY, see, house), 0);
    return house->rows;
}

static int begin(void **state) {
    struct hall_house *house = calloc(1, sizeof *house);
    struct journal_options options = {.directory = house->folder};
    struct pipeline_clock clock = {house_now, house};
    struct command open = {.kind = COMMAND_OPEN_DAY, .plan = &house->plan};
    make_folder(house->folder);
    make_plan(&house->plan, 0);
    house->now_ms = NINE;
    house->loop = loop_new(NULL, NULL);
    assert_int_equal(journal_open(&house->journal, &options, loop_base(house->loop)), 0);
    assert_int_equal(pipeline_new(&house->pipeline, house->journal, house->loop, &clock), 0);
    pipeline_follow(house->pipeline, delivery_follows);
    ask(house, &open);
    assert_int_equal(house->last.kind, ANSWER_DONE);
    *state = house;
    return 0;
}

static int end(void **state) {
    struct hall_house *house = *state;
    fault_heal();
    pipeline_free(house->pipeline);
    journal_close(house->journal);
    loop_free(house->loop);
    remove_folder(house->folder);
    free(house);
    return 0;
}

static void test_a_row_stands_beside_its_event(void **state) {
    struct hall_house *house = *state;
    struct command open = {.kind = COMMAND_OPEN, .window = 1, .actor = 12};
    struct command start = {.kind = COMMAND_START, .window = 1, .actor = 12};
    struct command next = {.kind = COMMAND_NEXT, .window = 1, .actor = 12};
    issue(house, false);
    assert_int_equal(rows_of(house), 0);
    issue(house, true);
    assert_int_equal(rows_of(house), 1);
    assert_int_equal(house->newest, house->last.first);
    ask(house, &open);
    ask(house, &next);
    assert_int_equal(rows_of(house), 1); // the first caller left no phone
    ask(house, &start);
    ask(house, &next);
    assert_int_equal(house->last.kind, ANSWER_DONE);
    assert_int_equal(rows_of(house), 2);
}

static void test_no_event_no_row(void **state) {
    struct hall_house *house = *state;
    fault.write_full = 1000;
    issue(house, true);
    assert_int_equal(house->last.kind, ANSWER_NOT_STORED);
    fault_heal();
    while (pipeline_is_stuck(house->pipeline, NULL))
        event_base_loop(loop_base(house->loop), EVLOOP_ONCE);
    assert_int_equal(rows_of(house), 0);
    issue(house, true);
    assert_int_equal(rows_of(house), 1);
}

static void test_without_a_hook_none(void **state) {
    struct hall_house *house = *state;
    pipeline_follow(house->pipeline, NULL);
    issue(house, true);
    assert_int_equal(house->last.kind, ANSWER_DONE);
    assert_int_equal(rows_of(house), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_a_row_stands_beside_its_event),
        TEST(test_no_event_no_row),
        TEST(test_without_a_hook_none),
    };
    fault_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
