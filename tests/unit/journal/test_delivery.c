// SPDX-License-Identifier: Apache-2.0
/* Messages and contacts as rows: kept over a restart, ended by day or ticket; the second migration. */
#include "tests/unit/journal/house.h"

#include <sqlite3.h>

struct seen {
    struct row rows[8];
    int count;
};

static void see(void *context, const struct row *row) {
    struct seen *seen = context;
    assert_true(seen->count < 8);
    seen->rows[seen->count++] = *row;
}

static struct seen read_all(struct house *house, enum row_kind kind) {
    struct seen seen = {.count = 0};
    assert_int_equal(journal_rows(house->journal, kind, see, &seen), 0);
    return seen;
}

static struct row delivery(uint64_t seq, int32_t date) {
    struct row row;
    memset(&row, 0, sizeof row);
    row.kind = ROW_DELIVERY;
    row.u.delivery = (struct row_delivery){.seq = seq,
                                           .ticket = seq + 100,
                                           .date = date,
                                           .kind = MESSAGE_MISSED,
                                           .state = DELIVERY_CAPPED,
                                           .attempts = 3,
                                           .next_ms = NINE,
                                           .deadline_ms = NINE + 5,
                                           .phone = {1, 2, [31] = 9},
                                           .target = "sms"};
    return row;
}

static struct row contact(uint64_t ticket, int32_t date) {
    struct row row;
    memset(&row, 0, sizeof row);
    row.kind = ROW_CONTACT;
    row.u.secret = (struct row_secret){.ticket = ticket, .date = date, .length = 3, .box = "abc"};
    return row;
}

static void commit_rows(struct house *house, const struct row *rows, size_t count) {
    assert_int_equal(house_commit_all(house, NULL, 0, rows, count), COMMIT_DONE);
}

static void test_a_row_comes_back_whole(void **state) {
    struct house *house = *state;
    struct row rows[] = {delivery(5, 20261123), delivery(4, 20261123)};
    struct seen seen;
    commit_rows(house, rows, 2);
    house_close(house);
    house_open(house);
    seen = read_all(house, ROW_DELIVERY);
    assert_int_equal(seen.count, 2);
    assert_memory_equal(&seen.rows[0], &rows[1], sizeof *rows);
    assert_memory_equal(&seen.rows[1], &rows[0], sizeof *rows);
    rows[0].u.delivery.state = DELIVERY_SENT; // the same name: replaced
    commit_rows(house, rows, 1);
    seen = read_all(house, ROW_DELIVERY);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.rows[1].u.delivery.state, DELIVERY_SENT);
}

static void test_a_day_takes_its_messages_along(void **state) {
    struct house *house = *state;
    struct row rows[] = {delivery(1, 20261122), delivery(2, 20261123), contact(1, 20261122),
                         contact(2, 20261123)};
    struct row ends[] = {{.kind = ROW_DELIVERY_END, .u.end.date = 20261123},
                         {.kind = ROW_CONTACT_END, .u.end.date = 20261123}};
    struct seen seen;
    commit_rows(house, rows, 4);
    commit_rows(house, ends, 2);
    seen = read_all(house, ROW_DELIVERY);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.rows[0].u.delivery.seq, 2);
    seen = read_all(house, ROW_CONTACT);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.rows[0].u.secret.ticket, 2);
}

static void test_one_contact_goes_alone(void **state) {
    struct house *house = *state;
    struct row rows[] = {contact(1, 20261123), contact(2, 20261123)};
    struct row end = {.kind = ROW_CONTACT_END, .u.end.ticket = 1};
    struct seen seen;
    commit_rows(house, rows, 2);
    commit_rows(house, &end, 1);
    seen = read_all(house, ROW_CONTACT);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.rows[0].u.secret.ticket, 2);
    assert_int_equal(seen.rows[0].u.secret.length, 0); // whose it is, not what it says
}

static void sql(const struct house *house, const char *text) {
    char path[96];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/hall.db", house->folder);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void test_an_older_file_is_brought_forward(void **state) {
    struct house *house = *state;
    struct row rows[] = {contact(1, 20261123), delivery(1, 20261123)};
    commit_rows(house, rows, 1);
    house_close(house);
    sql(house, "DROP TABLE delivery; PRAGMA user_version = 1");
    house_open(house);
    assert_int_equal(read_all(house, ROW_CONTACT).count, 1); // what was there is there
    commit_rows(house, &rows[1], 1);
    assert_int_equal(read_all(house, ROW_DELIVERY).count, 1);
    house_close(house);
    house_open(house); // and only once
    assert_int_equal(read_all(house, ROW_DELIVERY).count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_begin, house_end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_a_row_comes_back_whole),
        TEST(test_a_day_takes_its_messages_along),
        TEST(test_one_contact_goes_alone),
        TEST(test_an_older_file_is_brought_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
