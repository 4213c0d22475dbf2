// SPDX-License-Identifier: Apache-2.0
/*
 * Messages from their rows to their end, with a real journal and pipeline, a clock that the test
 * turns, and a hook that notes each run: restarts, full disks, deadlines, and what a day leaves.
 */
#include "tests/unit/journal/house.h"

#include "tests/unit/journal/fault.h"

#include <sys/stat.h>

#include "common/loop.h"
#include "daemon/pipeline.h"
#include "daemon/records/delivery.h"
#include "daemon/records/secrets.h"
#include "daemon/tell/delivery.h"
#include "daemon/tell/forget.h"

#define PHONE "+8613800138000"

struct bench {
    char folder[64];
    struct loop *loop;
    struct journal *journal;
    struct secrets *secrets;
    struct pipeline *pipeline;
    struct config config;
    struct tell_room room;
    struct deliveries *deliveries;
    struct forget *forget;
    struct plan plan, next_plan;
    int64_t now_ms;
    struct answer last;
    int answers;
    int rows[DELIVERY_STATES], contacts;
};

static struct moment bench_now(void *context) {
    struct bench *bench = context;
    return (struct moment){.hall_ms = bench->now_ms, .wall_ms = bench->now_ms, .boot = 1};
}

static void told(void *context, const struct hall *settled, const struct event *events,
                 size_t count) {
    struct bench *bench = context;
    for (size_t i = 0; bench->deliveries && i < count; i++) {
        deliveries_told(bench->deliveries, settled, &events[i]);
        forget_told(bench->forget, settled, &events[i]);
    }
}

static void answered(void *context, const struct answer *answer) {
    struct bench *bench = context;
    bench->last = *answer;
    bench->answers++;
}

static void turn(struct bench *bench) {
    event_base_loop(loop_base(bench->loop), EVLOOP_ONCE);
}

static void ask(struct bench *bench, const struct command *command, const struct row *row) {
    struct pipeline_ask ask = {.command = *command,
                               .rows = row,
                               .row_count = row != NULL,
                               .answer = answered,
                               .context = bench};
    int before = bench->answers;
    bench->now_ms += 1000;
    pipeline_ask(bench->pipeline, &ask);
    while (bench->answers == before)
        turn(bench);
}

static void do_it(struct bench *bench, unsigned kind) {
    struct command command = {.kind = (uint16_t)kind, .window = 1, .actor = 12};
    ask(bench, &command, NULL);
    assert_int_equal(bench->last.kind, ANSWER_DONE);
}

static uint64_t take_ticket(struct bench *bench) {
    struct command command = {.kind = COMMAND_ISSUE, .service = "A", .carried_phone = 1};
    struct row row = {.kind = ROW_CONTACT};
    assert_int_equal(
        secrets_seal(bench->secrets, bench->plan.day.date, 0, PHONE, strlen(PHONE), &row.u.secret),
        0);
    ask(bench, &command, &row);
    assert_int_equal(bench->last.kind, ANSWER_DONE);
    return bench->last.ticket;
}

static void cancel(struct bench *bench, uint64_t ticket) {
    struct command command = {.kind = COMMAND_CANCEL, .ticket = ticket};
    ask(bench, &command, NULL);
    assert_int_equal(bench->last.kind, ANSWER_DONE);
}

static void write_hook(struct bench *bench, const char *body) {
    FILE *file;
    unlink(bench->config.hooks.sms);
    file = fopen(bench->config.hooks.sms, "w");
    fprintf(file, "#!/bin/sh\ncat >/dev/null\necho run >>%s/runs\n%s\n", bench->folder, body);
    fclose(file);
    chmod(bench->config.hooks.sms, 0700);
}

static int runs(const struct bench *bench) {
    char path[96], line[16];
    int count = 0;
    FILE *file;
    snprintf(path, sizeof path, "%s/runs", bench->folder);
    file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        count++;
    if (file)
        fclose(file);
    return count;
}

static void see(void *context, const struct row *row) {
    struct bench *bench = context;
    if (row->kind == ROW_CONTACT)
        bench->contacts++;
    else
        bench->rows[row->u.delivery.state]++;
}

static void look(struct bench *bench) {
    memset(bench->rows, 0, sizeof bench->rows);
    bench->contacts = 0;
    journal_wait(bench->journal);
    assert_int_equal(journal_rows(bench->journal, ROW_DELIVERY, see, bench), 0);
    assert_int_equal(journal_rows(bench->journal, ROW_CONTACT, see, bench), 0);
}

static void wait_rows(struct bench *bench, enum delivery_state state, int count) {
    for (int i = 0; i < 4000; i++) {
        event_base_loop(loop_base(bench->loop), EVLOOP_NONBLOCK);
        usleep(2000);
        look(bench);
        if (bench->rows[state] == count)
            return;
    }
    fail_msg("%d rows are %s, not %d", bench->rows[state], delivery_state_names[state], count);
}

static void wait_contacts(struct bench *bench, int count) {
    for (int i = 0; i < 4000 && (look(bench), bench->contacts != count); i++) {
        event_base_loop(loop_base(bench->loop), EVLOOP_NONBLOCK);
        usleep(2000);
    }
    assert_int_equal(bench->contacts, count);
}

static void start_telling(struct bench *bench) {
    bench->deliveries = deliveries_new(&bench->room);
    bench->forget = forget_new(&bench->room);
    assert_non_null(bench->deliveries);
    assert_non_null(bench->forget);
}

static void stop_telling(struct bench *bench) {
    deliveries_free(bench->deliveries);
    forget_free(bench->forget);
    bench->deliveries = NULL;
}

static void open_house(struct bench *bench) {
    struct journal_options options = {.directory = bench->folder};
    struct pipeline_clock clock = {bench_now, bench};
    char keys[96];
    bench->loop = loop_new(NULL, NULL);
    assert_int_equal(journal_open(&bench->journal, &options, loop_base(bench->loop)), 0);
    assert_int_equal(pipeline_new(&bench->pipeline, bench->journal, bench->loop, &clock), 0);
    pipeline_follow(bench->pipeline, delivery_follows);
    assert_int_equal(pipeline_listen(bench->pipeline, told, bench), 0);
    snprintf(keys, sizeof keys, "%s/keys", bench->folder);
    bench->secrets = secrets_open(keys);
    assert_non_null(bench->secrets);
    bench->room.house = (struct tell_house){.loop = bench->loop,
                                            .pipeline = bench->pipeline,
                                            .journal = bench->journal,
                                            .secrets = bench->secrets,
                                            .config = &bench->config};
}

static int begin(void **state) {
    struct bench *bench = calloc(1, sizeof *bench);
    struct command open = {.kind = COMMAND_OPEN_DAY, .plan = &bench->plan};
    make_folder(bench->folder);
    make_plan(&bench->plan, 0);
    make_plan(&bench->next_plan, 1);
    bench->now_ms = NINE;
    bench->config.hooks = (struct config_hooks){
        .timeout_ms = 10000, .at_once = 2, .per_phone = 10, .per_day = 20, .countries = "+86"};
    snprintf(bench->config.hooks.sms, sizeof bench->config.hooks.sms, "%s/hook", bench->folder);
    write_hook(bench, "exit 0");
    open_house(bench);
    assert_int_equal(secrets_open_day(bench->secrets, bench->plan.day.date), 0);
    ask(bench, &open, NULL);
    start_telling(bench);
    *state = bench;
    return 0;
}

static void close_house(struct bench *bench) {
    if (bench->deliveries)
        stop_telling(bench);
    pipeline_free(bench->pipeline);
    secrets_close(bench->secrets);
    journal_close(bench->journal);
    loop_free(bench->loop);
}

static int end(void **state) {
    struct bench *bench = *state;
    fault_heal();
    close_house(bench);
    remove_folder(bench->folder);
    free(bench);
    return 0;
}

static void test_it_is_sent_once(void **state) {
    struct bench *bench = *state;
    take_ticket(bench);
    wait_rows(bench, DELIVERY_SENT, 1);
    close_house(bench);
    open_house(bench);
    start_telling(bench);
    for (int i = 0; i < 100; i++, usleep(2000))
        event_base_loop(loop_base(bench->loop), EVLOOP_NONBLOCK);
    assert_int_equal(runs(bench), 1);
    assert_int_equal(bench->room.figures.deliveries[DELIVERY_WAITING], 0);
}

static void test_a_restart_goes_on(void **state) {
    struct bench *bench = *state;
    write_hook(bench, "exec sleep 60");
    take_ticket(bench);
    take_ticket(bench);
    take_ticket(bench);
    while (runs(bench) < 2)
        turn(bench);
    close_house(bench);
    write_hook(bench, "exit 0");
    open_house(bench);
    start_telling(bench);
    assert_int_equal(bench->room.figures.deliveries[DELIVERY_WAITING], 3);
    wait_rows(bench, DELIVERY_SENT, 3);
    assert_int_equal(runs(bench), 5); // the two under way came twice
}

static void test_an_end_that_cannot_be_written_is_kept(void **state) {
    struct bench *bench = *state;
    write_hook(bench, "sleep 0.3");
    take_ticket(bench);
    while (runs(bench) < 1)
        turn(bench);
    fault.write_full = 1000000;
    for (int i = 0; i < 400; i++, usleep(2000))
        event_base_loop(loop_base(bench->loop), EVLOOP_NONBLOCK);
    assert_int_equal(bench->room.figures.deliveries[DELIVERY_WAITING], 1); // not done yet
    fault_heal();
    wait_rows(bench, DELIVERY_SENT, 1);
    assert_int_equal(runs(bench), 1); // written again, not sent again
}

static void test_nobody_hears_of_what_is_long_past(void **state) {
    struct bench *bench = *state;
    write_hook(bench, "exit 75");
    take_ticket(bench);
    while (bench->room.figures.delivery_retries < 1)
        turn(bench);
    write_hook(bench, "exit 0");
    stop_telling(bench);
    bench->now_ms += 600000; // the machine slept
    start_telling(bench);
    wait_rows(bench, DELIVERY_STALE, 1);
    assert_int_equal(runs(bench), 1);
}

static void test_a_hook_that_is_not_there_is_waited_for(void **state) {
    struct bench *bench = *state;
    unlink(bench->config.hooks.sms);
    take_ticket(bench);
    while (bench->room.figures.delivery_retries < 1)
        turn(bench);
    write_hook(bench, "exit 0");
    bench->now_ms += 6000;
    stop_telling(bench); // and the pause is kept over a restart
    start_telling(bench);
    wait_rows(bench, DELIVERY_SENT, 1);
}

static void test_a_phone_is_forgotten_in_its_time(void **state) {
    struct bench *bench = *state;
    uint64_t first = take_ticket(bench), second = take_ticket(bench);
    wait_rows(bench, DELIVERY_SENT, 2);
    cancel(bench, second);
    wait_contacts(bench, 1);
    do_it(bench, COMMAND_OPEN);
    do_it(bench, COMMAND_NEXT);
    do_it(bench, COMMAND_START);
    do_it(bench, COMMAND_FINISH);
    assert_int_equal(hall_ticket_by_id(pipeline_settled(bench->pipeline), first), 0);
    for (int i = 0; i < 50; i++, usleep(2000))
        event_base_loop(loop_base(bench->loop), EVLOOP_NONBLOCK);
    look(bench);
    assert_int_equal(bench->contacts, 1); // it may be reopened
    stop_telling(bench);
    bench->now_ms += bench->plan.rules.reopen_ms;
    start_telling(bench); // a restart knows too
    wait_contacts(bench, 0);
}

static void test_a_new_day_leaves_nothing(void **state) {
    struct bench *bench = *state;
    struct command tick = {.kind = COMMAND_TICK};
    struct command open = {.kind = COMMAND_OPEN_DAY, .plan = &bench->next_plan};
    take_ticket(bench);
    wait_rows(bench, DELIVERY_SENT, 1);
    bench->now_ms = bench->plan.day.ends_ms;
    ask(bench, &tick, NULL);
    ask(bench, &open, NULL);
    assert_int_equal(bench->last.kind, ANSWER_DONE);
    wait_rows(bench, DELIVERY_SENT, 0);
    wait_contacts(bench, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_it_is_sent_once),
        TEST(test_a_restart_goes_on),
        TEST(test_an_end_that_cannot_be_written_is_kept),
        TEST(test_nobody_hears_of_what_is_long_past),
        TEST(test_a_hook_that_is_not_there_is_waited_for),
        TEST(test_a_phone_is_forgotten_in_its_time),
        TEST(test_a_new_day_leaves_nothing),
    };
    fault_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
