// SPDX-License-Identifier: Apache-2.0
/*
 * The journal's promises on a healthy disk: one daemon a folder, every event and row comes back as
 * it went in, a batch that does not follow or gives a number twice is refused whole, and a file
 * that is damaged, foreign or newer is refused with its reason.
 */
#include <errno.h>

#include "tests/unit/journal/house.h"

#include <sqlite3.h>
#include <sys/stat.h>

static void sql(const struct house *house, const char *file, const char *text) {
    char path[128];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/%s", house->folder, file);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void test_two_daemons_never_share(void **state) {
    struct house *house = *state;
    struct house other = *house;
    struct stat info;
    other.journal = NULL;
    assert_int_equal(house_try(&other), -EBUSY);
    assert_null(other.journal);
    assert_int_equal(stat(house->folder, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    house_close(house);
    house_open(house);
    assert_int_equal(journal_boot(house->journal), 2);
}

static void test_folder_is_made(void **state) {
    struct house *house = *state;
    house_close(house);
    remove_folder(house->folder);
    house_open(house);
    assert_int_equal(journal_last_seq(house->journal), 0);
}

// One event of every kind, with something in its fields.
static size_t every_kind(struct event *events, const struct plan *plan) {
    size_t count = 0;
    for (unsigned kind = 1; kind < EVENT_KINDS; kind++) {
        struct event *event = &events[count];
        *event = make_event(++count, kind);
        event->window = 3;
        event->actor = 12;
        strcpy(event->zone, "east");
        strcpy(event->device, "pad-3");
        if (kind == EVENT_DAY_OPENED || kind == EVENT_HALL_CONFIGURED)
            event->u.plan.plan = plan;
    }
    events[EVENT_TICKET_ISSUED - 1].ticket.id = EVENT_TICKET_ISSUED;
    strcpy(events[EVENT_TICKET_ISSUED - 1].ticket.number, "A001");
    strcpy(events[EVENT_TICKET_ISSUED - 1].ticket.service, "A");
    strcpy(events[EVENT_TICKET_ISSUED - 1].ticket.klass, "normal");
    events[EVENT_TICKET_ISSUED - 1].u.issued.needs = 5;
    events[EVENT_TICKET_CALLED - 1].u.called.passed_lines = 1;
    strcpy(events[EVENT_TICKET_CALLED - 1].u.called.passed[0].number, "A007");
    strcpy(events[EVENT_NOTICE_POSTED - 1].u.notice.text.zh, "今天十五时停水");
    strcpy(events[EVENT_CALL_FAILED - 1].u.told.error, "no paper; \"'\\");
    return count;
}

static void test_every_kind_comes_back(void **state) {
    struct house *house = *state;
    struct event events[EVENT_KINDS];
    size_t count = every_kind(events, &house->plan);
    struct house_page *page;
    assert_int_equal(house_commit(house, events, count), COMMIT_DONE);
    assert_int_equal(journal_last_seq(house->journal), count);
    page = house_read(house, 0, 1000);
    assert_int_equal(page->error, 0);
    assert_int_equal(page->count, count);
    assert_int_equal(page->first_known, 1);
    assert_int_equal(page->date, house->plan.day.date);
    for (size_t i = 0; i < count; i++) {
        if (events[i].kind == EVENT_DAY_OPENED || events[i].kind == EVENT_HALL_CONFIGURED)
            page->events[i].u.plan.plan = &house->plan;
        if (memcmp(&events[i], &page->events[i], sizeof *events) != 0)
            fail_msg("%s came back otherwise", event_kind_name(events[i].kind));
    }
    page = house_read(house, 10, 5);
    assert_int_equal(page->count, 5);
    assert_int_equal(page->events[0].seq, 11);
    assert_int_equal(house_read(house, count, 5)->count, 0);
}

static void test_moment_survives(void **state) {
    struct house *house = *state;
    struct event event = make_event(1, EVENT_DEVICE_ONLINE);
    struct moment last;
    assert_int_equal(house_commit(house, &event, 1), COMMIT_DONE);
    house_close(house);
    house_open(house);
    journal_last_moment(house->journal, &last);
    assert_int_equal(last.hall_ms, event.at.hall_ms);
    assert_int_equal(last.wall_ms, event.at.wall_ms);
    assert_int_equal(journal_last_seq(house->journal), 1);
}

static void test_gap_is_refused(void **state) {
    struct house *house = *state;
    struct event events[] = {make_event(1, EVENT_DEVICE_ONLINE),
                             make_event(3, EVENT_DEVICE_OFFLINE)};
    assert_int_equal(house_commit(house, events, 2), COMMIT_REFUSED);
    assert_int_equal(house_commit(house, &events[1], 1), COMMIT_REFUSED);
    assert_int_equal(journal_last_seq(house->journal), 0);
    assert_int_equal(house_read(house, 0, 10)->count, 0);
    assert_int_equal(house_commit(house, events, 1), COMMIT_DONE);
    assert_int_equal(house_commit(house, events, 1), COMMIT_REFUSED); // the same again
}

static void test_number_twice_is_refused_whole(void **state) {
    struct house *house = *state;
    struct event events[] = {make_day_opened(1, &house->plan), make_issued(2, 1), make_issued(3, 2),
                             make_issued(4, 1)};
    struct row audit = {.kind = ROW_CURSOR, .u.cursor = {"mqtt", 9}};
    struct journal_figures figures;
    assert_int_equal(house_commit(house, events, 2), COMMIT_DONE);
    assert_int_equal(house_commit_all(house, &events[2], 2, &audit, 1), COMMIT_REFUSED);
    assert_int_equal(journal_last_seq(house->journal), 2);
    assert_int_equal(house_read(house, 0, 10)->count, 2);
    assert_int_equal(house_commit(house, &events[2], 1), COMMIT_DONE); // the innocent one
    journal_figures(house->journal, &figures);
    assert_int_equal(figures.commits, 2);
    assert_int_equal(figures.refused, 1);
    assert_int_equal(figures.reopened, 0);
}

// --- rows ------------------------------------------------------------------------------------------

struct rows_seen {
    struct row rows[8];
    size_t count;
};

static void see_row(void *context, const struct row *row) {
    struct rows_seen *seen = context;
    seen->rows[seen->count++] = *row;
}

static void make_rows(struct row rows[6]) {
    memset(rows, 0, 6 * sizeof *rows);
    rows[0].kind = ROW_PERSON;
    rows[0].u.person = (struct row_person){.id = 4, .role = ROLE_LEAD, .created_ms = NINE};
    strcpy(rows[0].u.person.name, "lin");
    strcpy(rows[0].u.person.pin_hash, "$argon2id$x");
    rows[1].kind = ROW_SESSION;
    rows[1].u.session = (struct row_session){.person = 4, .window = 3, .expires_ms = NINE};
    memset(rows[1].u.session.hash, 0xa5, SECRET_HASH_BYTES);
    rows[2].kind = ROW_ANSWER;
    rows[2].u.answer = (struct row_answer){.first = 1, .last = 2, .ticket = 2, .at_ms = NINE};
    strcpy(rows[2].u.answer.scope, "s:4:/windows/3/next");
    strcpy(rows[2].u.answer.key, "k'1");
    memset(rows[2].u.answer.body, 0x11, SECRET_HASH_BYTES);
    rows[3].kind = ROW_CURSOR;
    rows[3].u.cursor = (struct row_cursor){"mqtt", 77};
    rows[4].kind = ROW_CONTACT;
    rows[4].u.secret = (struct row_secret){.ticket = 2, .date = 20261123, .length = 3};
    memcpy(rows[4].u.secret.box, "\x01\0\x02", 3);
    rows[5].kind = ROW_AUDIT;
    rows[5].u.audit = (struct row_audit){NINE, 4, "service.stop", "A"};
}

static void check_row(struct house *house, const struct row *row) {
    struct rows_seen seen = {0};
    assert_int_equal(journal_rows(house->journal, row->kind, see_row, &seen), 0);
    assert_int_equal(seen.count, 1);
    assert_memory_equal(&seen.rows[0], row, sizeof *row);
}

static void take_secret(void *context, const struct row_secret *secret, int error) {
    assert_int_equal(error, 0);
    *(struct row_secret *)context = *secret;
}

static void test_rows_come_back(void **state) {
    struct house *house = *state;
    struct row rows[6], end = {.kind = ROW_SESSION_END};
    struct row_secret secret = {.length = 99};
    struct rows_seen seen = {0};
    make_rows(rows);
    assert_int_equal(house_commit_all(house, NULL, 0, rows, 6), COMMIT_DONE);
    house_close(house);
    house_open(house);
    for (size_t i = 0; i < 4; i++)
        check_row(house, &rows[i]);
    assert_int_equal(journal_rows(house->journal, ROW_AUDIT, see_row, &seen), -EINVAL);
    assert_int_equal(journal_read_contact(house->journal, 2, take_secret, &secret), 0);
    while (secret.length == 99)
        event_base_loop(house->base, EVLOOP_ONCE);
    assert_memory_equal(&secret, &rows[4].u.secret, sizeof secret);
    memcpy(end.u.session.hash, rows[1].u.session.hash, SECRET_HASH_BYTES);
    assert_int_equal(house_commit_all(house, NULL, 0, &end, 1), COMMIT_DONE);
    assert_int_equal(journal_rows(house->journal, ROW_SESSION, see_row, &seen), 0);
    assert_int_equal(seen.count, 0);
}

// --- files in ruins --------------------------------------------------------------------------------

static void overwrite(const struct house *house, const char *file, long at, const char *with) {
    char path[128];
    FILE *stream;
    snprintf(path, sizeof path, "%s/%s", house->folder, file);
    stream = fopen(path, "r+");
    assert_non_null(stream);
    fseek(stream, at, SEEK_SET);
    fputs(with, stream);
    fclose(stream);
}

static void test_damaged_file_is_refused(void **state) {
    struct house *house = *state;
    struct event event = make_day_opened(1, &house->plan);
    assert_int_equal(house_commit(house, &event, 1), COMMIT_DONE);
    house_close(house);
    house->base = event_base_new();
    overwrite(house, "hall.db", 4096, "this was a page of the log, and is no more");
    assert_int_equal(house_try(house), -EILSEQ);
    overwrite(house, "hall.db", 0, "this is not SQLite format 3");
    assert_int_equal(house_try(house), -EILSEQ);
    event_base_free(house->base);
}

static void test_newer_and_foreign_files_are_refused(void **state) {
    struct house *house = *state;
    house_close(house);
    house->base = event_base_new();
    sql(house, "hall.db", "PRAGMA user_version=99");
    assert_int_equal(house_try(house), -EPROTO);
    sql(house, "hall.db", "PRAGMA user_version=1; PRAGMA application_id=5");
    assert_int_equal(house_try(house), -EILSEQ);
    event_base_free(house->base);
}

static void test_damaged_history_is_set_aside(void **state) {
    struct house *house = *state;
    char command[128];
    house_close(house);
    overwrite(house, "history.db", 0, "no database at all");
    house_open(house);
    snprintf(command, sizeof command, "ls %s/history.db.damaged-* >/dev/null 2>&1", house->folder);
    assert_int_equal(system(command), 0);
}

// --- backup ----------------------------------------------------------------------------------------

static void backed_up(void *context, int error) {
    *(int *)context = error;
}

static void test_backup_is_whole(void **state) {
    struct house *house = *state;
    struct event event = make_day_opened(1, &house->plan);
    struct house copy = {0};
    char path[128];
    int error = 1;
    assert_int_equal(house_commit(house, &event, 1), COMMIT_DONE);
    make_folder(copy.folder);
    snprintf(path, sizeof path, "%s/hall.db", copy.folder);
    assert_int_equal(journal_backup(house->journal, path, backed_up, &error), 0);
    while (error == 1)
        event_base_loop(house->base, EVLOOP_ONCE);
    assert_int_equal(error, 0);
    house_open(&copy);
    assert_int_equal(journal_last_seq(copy.journal), 1);
    assert_int_equal(house_read(&copy, 0, 10)->date, house->plan.day.date);
    house_close(&copy);
    remove_folder(copy.folder);
    error = 1;
    assert_int_equal(journal_backup(house->journal, "/nowhere/at/all.db", backed_up, &error), 0);
    while (error == 1)
        event_base_loop(house->base, EVLOOP_ONCE);
    assert_true(error < 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_begin, house_end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_two_daemons_never_share),
        TEST(test_folder_is_made),
        TEST(test_every_kind_comes_back),
        TEST(test_moment_survives),
        TEST(test_gap_is_refused),
        TEST(test_number_twice_is_refused_whole),
        TEST(test_rows_come_back),
        TEST(test_damaged_file_is_refused),
        TEST(test_newer_and_foreign_files_are_refused),
        TEST(test_damaged_history_is_set_aside),
        TEST(test_backup_is_whole),
    };
    log_set_level((enum log_level)0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
