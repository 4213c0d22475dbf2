// SPDX-License-Identifier: Apache-2.0
/*
 * A disk that fails: each of the three outcomes of a commit, proven, and that the journal is well
 * again when the disk is. Among them the one that was measured: fdatasync fails, the row is not
 * seen on the live connection, and after reopening it is there.
 */
#include "tests/unit/journal/house.h"

#include "tests/unit/journal/fault.h"

struct mended {
    int answers, error;
    bool kept;
    uint64_t seq;
};

static void mend_found(void *context, const struct journal_found *found) {
    struct mended *mended = context;
    mended->answers++;
    mended->error = found->error;
    mended->kept = found->kept;
    mended->seq = found->hall ? found->hall->seq : 0;
    hall_free(found->hall);
}

static struct mended mend(struct house *house) {
    struct mended mended = {0};
    assert_int_equal(journal_mend(house->journal, mend_found, &mended), 0);
    while (!mended.answers)
        event_base_loop(house->base, EVLOOP_ONCE);
    return mended;
}

static int begin(void **state) {
    fault_heal();
    return house_begin(state);
}

static int end(void **state) {
    fault_heal();
    return house_end(state);
}

static void open_day(struct house *house) {
    struct event event = make_day_opened(1, &house->plan);
    assert_int_equal(house_commit(house, &event, 1), COMMIT_DONE);
}

static uint64_t reopened(struct house *house) {
    struct journal_figures figures;
    journal_figures(house->journal, &figures);
    return figures.reopened;
}

static void test_no_space_is_surely_not(void **state) {
    struct house *house = *state;
    struct event event = make_issued(2, 1);
    open_day(house);
    for (int spared = 0; spared < 8; spared++) { // wherever in the commit it happens
        fault.skip = spared;
        fault.write_full = 1000;
        assert_int_equal(house_commit(house, &event, 1), COMMIT_FULL);
        assert_int_equal(house_probe(house), COMMIT_FULL);
        fault_heal();
        assert_int_equal(journal_last_seq(house->journal), 1);
        assert_int_equal(house_read(house, 0, 10)->count, 1); // reads go on
    }
    assert_int_equal(house_probe(house), COMMIT_DONE);
    assert_int_equal(reopened(house), 0);
    assert_int_equal(house_commit(house, &event, 1), COMMIT_DONE);
    house_close(house);
    house_open(house);
    assert_int_equal(journal_last_seq(house->journal), 2);
}

static void test_failed_sync_is_unknown_and_there(void **state) {
    struct house *house = *state;
    struct event events[] = {make_issued(2, 1), make_issued(3, 2)};
    struct mended mended;
    open_day(house);
    fault.sync_io = 1;
    assert_int_equal(house_commit(house, events, 1), COMMIT_UNKNOWN);
    mended = mend(house);
    assert_int_equal(mended.error, 0);
    assert_true(mended.kept);
    assert_int_equal(mended.seq, 2);
    assert_int_equal(journal_last_seq(house->journal), 2);
    assert_int_equal(reopened(house), 1);
    assert_int_equal(house_probe(house), COMMIT_DONE);
    assert_int_equal(house_commit(house, &events[1], 1), COMMIT_DONE);
    assert_int_equal(house_read(house, 0, 10)->count, 3);
}

static void test_rows_alone_in_doubt_are_found(void **state) {
    struct house *house = *state;
    struct row row = {.kind = ROW_CURSOR, .u.cursor = {"mqtt", 5}};
    open_day(house);
    fault.sync_io = 1;
    assert_int_equal(house_commit_all(house, NULL, 0, &row, 1), COMMIT_UNKNOWN);
    assert_true(mend(house).kept);
    fault.write_io = 1;
    assert_int_equal(house_commit_all(house, NULL, 0, &row, 1), COMMIT_UNKNOWN);
    assert_false(mend(house).kept);
}

static void lost(struct house *house, atomic_int *what, int spared) {
    struct event event = make_issued(2, 1);
    struct mended mended;
    fault.skip = spared;
    *what = 1;
    assert_int_equal(house_commit(house, &event, 1), COMMIT_UNKNOWN);
    fault_heal();
    mended = mend(house);
    assert_int_equal(mended.error, 0);
    assert_false(mended.kept);
    assert_int_equal(mended.seq, 1);
    assert_int_equal(house_probe(house), COMMIT_DONE);
}

static void test_failed_and_short_writes_are_unknown_and_lost(void **state) {
    struct house *house = *state;
    struct event event = make_issued(2, 1);
    open_day(house);
    for (int spared = 0; spared < 4; spared++) {
        lost(house, &fault.write_io, spared);
        lost(house, &fault.write_short, spared);
    }
    assert_int_equal(house_commit(house, &event, 1), COMMIT_DONE); // the same number again
    assert_int_equal(house_read(house, 0, 10)->count, 2);
}

static void test_disk_stays_broken_for_a_while(void **state) {
    struct house *house = *state;
    struct event event = make_issued(2, 1);
    struct mended mended;
    open_day(house);
    fault.sync_io = 100; // the row is in the cache; nothing can be made durable
    assert_int_equal(house_commit(house, &event, 1), COMMIT_UNKNOWN);
    for (int i = 0; i < 3; i++) {
        mended = mend(house);
        assert_true(mended.error < 0);
        assert_int_equal(house_commit(house, &event, 1), COMMIT_REFUSED);
        assert_int_equal(house_probe(house), COMMIT_REFUSED);
    }
    fault_heal();
    mended = mend(house);
    assert_int_equal(mended.error, 0);
    assert_true(mended.kept); // the question was kept open until it could be answered
    assert_int_equal(house_probe(house), COMMIT_DONE);
}

static void test_broken_probe_is_mended_by_the_next(void **state) {
    struct house *house = *state;
    struct event event = make_issued(2, 1);
    open_day(house);
    fault.sync_io = 1;
    assert_int_equal(house_probe(house), COMMIT_UNKNOWN);
    assert_int_equal(house_probe(house), COMMIT_DONE);
    assert_int_equal(house_commit(house, &event, 1), COMMIT_DONE);
    assert_int_equal(journal_last_seq(house->journal), 2);
}

static void test_opening_without_space(void **state) {
    struct house *house = *state;
    house_close(house);
    house->base = event_base_new();
    fault.write_full = 100000;
    assert_int_equal(house_try(house), -ENOSPC);
    fault_heal();
    assert_int_equal(house_try(house), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_no_space_is_surely_not),
        TEST(test_failed_sync_is_unknown_and_there),
        TEST(test_rows_alone_in_doubt_are_found),
        TEST(test_failed_and_short_writes_are_unknown_and_lost),
        TEST(test_disk_stays_broken_for_a_while),
        TEST(test_broken_probe_is_mended_by_the_next),
        TEST(test_opening_without_space),
    };
    log_set_level((enum log_level)0);
    fault_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
