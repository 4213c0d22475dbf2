// SPDX-License-Identifier: Apache-2.0
/*
 * Closed days move to history.db, whatever comes between: power cuts after the copy, readers while
 * it goes on, a history in ruins. And what recovery needs stays.
 */
#include <errno.h>

#include "tests/unit/journal/house.h"

#include <sqlite3.h>

#include "daemon/journal/history.h"

static int64_t ask(const struct house *house, const char *file, const char *sql) {
    char path[128];
    sqlite3_stmt *statement = NULL;
    int64_t number;
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/%s", house->folder, file);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return number;
}

// --- days by hand ----------------------------------------------------------------------------------

struct days {
    struct event events[4000];
    size_t count;
    struct plan plans[4];
};

static struct event *add(struct days *days, struct event event) {
    days->events[days->count] = event;
    return &days->events[days->count++];
}

// Ticket i of a day waits i minutes, is served two, and one in ten stays uncalled and void.
static void add_ticket(struct days *days, unsigned number) {
    uint64_t id = days->count + 1;
    int64_t issued_ms = add(days, make_issued(id, number))->at.hall_ms;
    if (number % 10 == 0) {
        add(days, make_ticket(days->count + 1, EVENT_TICKET_VOIDED, id, number));
        return;
    }
    add(days, make_ticket(days->count + 1, EVENT_TICKET_CALLED, id, number))->at.hall_ms =
        issued_ms + number * 60000;
    add(days, make_ticket(days->count + 1, EVENT_TICKET_STARTED, id, number));
    add(days, make_ticket(days->count + 1, EVENT_TICKET_FINISHED, id, number))
        ->u.finished.serving_ms = 120000;
}

static void add_day(struct days *days, int n, unsigned tickets, bool leave_one) {
    make_plan(&days->plans[n], n);
    add(days, make_day_opened(days->count + 1, &days->plans[n]));
    for (unsigned i = 1; i <= tickets; i++)
        add_ticket(days, i);
    if (leave_one) {
        uint64_t id = days->count + 1;
        add(days, make_issued(id, tickets + 1));
        add(days, make_ticket(id + 1, EVENT_TICKET_CALLED, id, tickets + 1));
        add(days, make_ticket(id + 2, EVENT_TICKET_STARTED, id, tickets + 1));
    }
    add(days, make_event(days->count + 1, EVENT_DAY_CLOSED));
    add(days, make_event(days->count + 1, EVENT_DEVICE_OFFLINE)); // in the night
}

static void commit_days(struct house *house, struct days *days, size_t from) {
    for (size_t i = from; i < days->count;) {
        size_t slice = days->count - i < 100 ? days->count - i : 100;
        assert_int_equal(house_commit(house, &days->events[i], slice), COMMIT_DONE);
        i += slice;
    }
}

static struct days *new_days(void) {
    struct days *days = calloc(1, sizeof *days);
    assert_non_null(days);
    return days;
}

static void tidy(struct house *house) {
    journal_tidy(house->journal);
    journal_wait(house->journal);
}

static void check_all_read(struct house *house, size_t count) {
    uint64_t after = 0;
    while (after < count) {
        struct house_page *page = house_read(house, after, 300);
        assert_int_equal(page->error, 0);
        assert_true(page->count > 0);
        assert_int_equal(page->first_known, 1);
        for (size_t i = 0; i < page->count; i++)
            assert_int_equal(page->events[i].seq, ++after);
    }
}

// --- tests -----------------------------------------------------------------------------------------

static void test_a_closed_day_is_copied_and_stays_until_the_next(void **state) {
    struct house *house = *state;
    struct days *days = new_days();
    size_t first_day;
    add_day(days, 0, 20, false);
    first_day = days->count;
    commit_days(house, days, 0);
    tidy(house);
    assert_int_equal(ask(house, "history.db", "SELECT count(*) FROM event"), first_day);
    assert_int_equal(ask(house, "hall.db", "SELECT count(*) FROM event"), first_day);
    add_day(days, 1, 20, false);
    days->count -= 2; // still open
    commit_days(house, days, first_day);
    tidy(house);
    assert_int_equal(ask(house, "history.db", "SELECT count(*) FROM event"), first_day);
    assert_int_equal(ask(house, "hall.db", "SELECT min(seq) FROM event"), first_day + 1);
    assert_int_equal(ask(house, "hall.db", "SELECT count(*) FROM ticket"), 20);
    assert_int_equal(ask(house, "history.db", "SELECT count(*) FROM ticket"), 20);
    check_all_read(house, days->count);
    free(days);
}

static void run(const struct house *house, const char *command) {
    char line[320];
    snprintf(line, sizeof line, "cd %s && %s", house->folder, command);
    assert_int_equal(system(line), 0);
}

// An old copy of hall.db writes events with numbers that history.db has too.
static void test_a_history_of_another_log_is_set_aside(void **state) {
    struct house *house = *state;
    struct days *days = new_days();
    house_close(house);
    run(house, "cp hall.db old");
    house_open(house);
    add_day(days, 0, 20, false);
    commit_days(house, days, 0);
    tidy(house);
    house_close(house);
    run(house, "mv old hall.db");
    house_open(house);
    run(house, "ls history.db.ahead-* >/dev/null");
    days->count = 0;
    add_day(days, 1, 10, false);
    commit_days(house, days, 0);
    tidy(house);
    assert_int_equal(ask(house, "history.db", "SELECT count(*) FROM event"), days->count);
    assert_int_equal(ask(house, "history.db", "SELECT count(*) FROM ticket"), 10);
    free(days);
}

// Beginning anew beside an old history would issue today's numbers twice.
static void test_a_lost_hall_is_not_begun_anew(void **state) {
    static const char *const losses[] = {"rm hall.db", ": >hall.db"};
    struct house *house = *state;
    house_close(house);
    house->base = event_base_new();
    for (size_t i = 0; i < 2; i++) {
        run(house, losses[i]);
        assert_int_equal(house_try(house), -EILSEQ);
    }
    run(house, "rm history.db");
    assert_int_equal(house_try(house), 0);
}

static void test_figures_of_a_day(void **state) {
    struct house *house = *state;
    struct days *days = new_days();
    add_day(days, 0, 20, false);
    commit_days(house, days, 0);
    tidy(house);
#define FIGURE(what)                                                                               \
    ask(house, "history.db", "SELECT " what " FROM service_day WHERE service = 'A'")
    assert_int_equal(FIGURE("date"), 20261123);
    assert_int_equal(FIGURE("issued"), 20);
    assert_int_equal(FIGURE("called"), 18);
    assert_int_equal(FIGURE("finished"), 18);
    assert_int_equal(FIGURE("voided"), 2);
    assert_int_equal(FIGURE("cancelled + missed"), 0);
    // waits of 1 … 19 minutes without 10: the sum is 180, rank ceil(0.9 x 18) = 17 is 18 minutes
    assert_int_equal(FIGURE("wait_ms_sum"), 180 * 60000);
    assert_int_equal(FIGURE("wait_ms_mean"), 10 * 60000);
    assert_int_equal(FIGURE("wait_ms_p90"), 18 * 60000);
    assert_int_equal(FIGURE("service_ms_sum"), 18 * 120000);
    free(days);
}

static void test_cut_short_after_any_slice(void **state) {
    struct house *house = *state;
    struct days *days = new_days();
    bool more = true;
    int starts = 0;
    add_day(days, 0, 400, false);
    add_day(days, 1, 20, false);
    commit_days(house, days, 0);
    house_close(house);
    while (more) { // each slice is the last thing before the power goes out
        char path[128];
        struct store store = {0};
        struct history *history = history_open(house->folder);
        snprintf(path, sizeof path, "%s/hall.db", house->folder);
        assert_int_equal(store_open(&store, path), 0);
        more = history_step(history, &store) > 0;
        store_close(&store);
        history_close(history);
        starts++;
    }
    assert_true(starts > 6);
    house_open(house);
    check_all_read(house, days->count);
    assert_int_equal(ask(house, "hall.db", "SELECT min(date) FROM day"), 20261124);
    assert_int_equal(ask(house, "history.db", "SELECT count(*) FROM day"), 2);
    assert_int_equal(ask(house, "history.db", "SELECT sum(issued) FROM service_day"), 420);
    free(days);
}

static void test_readers_miss_nothing_meanwhile(void **state) {
    struct house *house = *state;
    struct days *days = new_days();
    add_day(days, 0, 400, false);
    add_day(days, 1, 400, false);
    commit_days(house, days, 0);
    journal_tidy(house->journal);
    for (int i = 0; i < 10; i++)
        check_all_read(house, days->count);
    journal_wait(house->journal);
    check_all_read(house, days->count);
    free(days);
}

static void test_live_tickets_keep_their_day(void **state) {
    struct house *house = *state;
    struct days *days = new_days();
    size_t second;
    add_day(days, 0, 5, true);
    second = days->count;
    add_day(days, 1, 5, false);
    add_day(days, 2, 5, false);
    days->count -= 2;
    commit_days(house, days, 0);
    tidy(house);
    // Day 2 opened while the ticket of day 0 was still live: all days are needed.
    assert_int_equal(ask(house, "hall.db", "SELECT min(seq) FROM event"), 1);
    assert_int_equal(ask(house, "history.db", "SELECT max(seq) FROM event"), second + 21 + 2);
    free(days);
}

static void test_ruined_history_does_not_stop_the_hall(void **state) {
    struct house *house = *state;
    struct days *days = new_days();
    char path[128];
    FILE *file;
    add_day(days, 0, 20, false);
    commit_days(house, days, 0);
    snprintf(path, sizeof path, "%s/history.db", house->folder);
    file = fopen(path, "w"); // while the daemon runs
    fputs("ruins, ruins, nothing but ruins and more ruins where a database was", file);
    fclose(file);
    tidy(house);
    tidy(house);
    assert_int_equal(ask(house, "history.db", "SELECT count(*) FROM event"), days->count);
    check_all_read(house, days->count);
    free(days);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_begin, house_end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_a_closed_day_is_copied_and_stays_until_the_next),
        TEST(test_a_history_of_another_log_is_set_aside),
        TEST(test_a_lost_hall_is_not_begun_anew),
        TEST(test_figures_of_a_day),
        TEST(test_cut_short_after_any_slice),
        TEST(test_readers_miss_nothing_meanwhile),
        TEST(test_live_tickets_keep_their_day),
        TEST(test_ruined_history_does_not_stop_the_hall),
    };
    log_set_level((enum log_level)0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
