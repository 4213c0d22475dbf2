// SPDX-License-Identifier: Apache-2.0
/* The ticket rows beside the log say what the hall says, after days of random commands. */
#include "tests/unit/journal/house.h"

#include <sqlite3.h>

enum { COMMANDS = 6000 };

static const uint16_t verbs[] = {
    COMMAND_ISSUE,    COMMAND_ISSUE,  COMMAND_ISSUE,     COMMAND_OPEN,     COMMAND_NEXT,
    COMMAND_NEXT,     COMMAND_START,  COMMAND_START,     COMMAND_FINISH,   COMMAND_MISS,
    COMMAND_WITHDRAW, COMMAND_PARK,   COMMAND_UNPARK,    COMMAND_TRANSFER, COMMAND_RETURN,
    COMMAND_RECYCLE,  COMMAND_REOPEN, COMMAND_TAKE_BACK, COMMAND_CANCEL,   COMMAND_TAKE_LATE,
    COMMAND_RATE,     COMMAND_RECALL, COMMAND_DEFER,     COMMAND_WALK_IN};

static uint32_t draw(uint64_t *seed, uint32_t below) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % below;
}

static struct command random_command(const struct hall *hall, uint64_t *seed, int64_t now_ms) {
    struct command command = {.kind = verbs[draw(seed, sizeof verbs / sizeof *verbs)],
                              .window = (uint16_t)(1 + draw(seed, 3)),
                              .actor = 7,
                              .at = {.hall_ms = now_ms},
                              .service = "A",
                              .park = (uint8_t)draw(seed, PARK_KINDS),
                              .level = (uint8_t)(1 + draw(seed, 5))};
    switch (command.kind) {
    case COMMAND_RETURN:
    case COMMAND_DEFER:
    case COMMAND_CANCEL:
    case COMMAND_TAKE_LATE:
    case COMMAND_RATE:
        if (hall->ticket_count > 0)
            command.ticket = hall->tickets[draw(seed, hall->ticket_count)].id;
        break;
    case COMMAND_UNPARK:
        if (hall->ticket_count > 0 && draw(seed, 2))
            command.ticket = hall->tickets[draw(seed, hall->ticket_count)].id;
        break;
    default:
        break;
    }
    return command;
}

static void decide_and_commit(struct house *house, struct hall **hall,
                              const struct command *command) {
    static struct decision decision;
    memset(&decision, 0, sizeof decision);
    if (hall_decide(*hall, command, &decision) || decision.count == 0)
        return;
    for (uint32_t i = 0; i < decision.count; i++)
        assert_int_equal(hall_apply(hall, &decision.events[i]), 0);
    assert_int_equal(house_commit(house, decision.events, decision.count), COMMIT_DONE);
}

static void compare_row(const struct hall *hall, sqlite3_stmt *row) {
    int32_t at = hall_ticket_by_id(hall, (uint64_t)sqlite3_column_int64(row, 0));
    const struct ticket *one;
    assert_int_not_equal(at, HALL_NONE);
    one = &hall->tickets[at];
    assert_string_equal((const char *)sqlite3_column_text(row, 1), ticket_state_names[one->state]);
    assert_int_equal(sqlite3_column_int(row, 2), one->misses);
    assert_int_equal(sqlite3_column_int(row, 3), one->rated);
    if (one->state == TICKET_FINISHED)
        assert_int_equal(sqlite3_column_int64(row, 4), one->served_ms);
}

static uint32_t compare_rows(const struct house *house, const struct hall *hall) {
    char path[96];
    sqlite3 *db;
    sqlite3_stmt *row;
    uint32_t count = 0;
    snprintf(path, sizeof path, "%s/hall.db", house->folder);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT id, state, misses, level, served_ms FROM ticket",
                                        -1, &row, NULL),
                     SQLITE_OK);
    for (; sqlite3_step(row) == SQLITE_ROW; count++)
        compare_row(hall, row);
    sqlite3_finalize(row);
    sqlite3_close(db);
    return count;
}

static void test_rows_say_what_the_hall_says(void **state) {
    struct house *house = *state;
    struct hall *hall = hall_new();
    struct command open = {.kind = COMMAND_OPEN_DAY, .at = {.hall_ms = NINE}, .plan = &house->plan};
    uint64_t seed = 20261123;
    int64_t now_ms = NINE;
    house->plan.rules.grace_ms = house->plan.rules.recall_gap_ms = 0;
    decide_and_commit(house, &hall, &open);
    for (int i = 0; i < COMMANDS; i++) {
        struct command command = random_command(hall, &seed, now_ms += draw(&seed, 2000));
        decide_and_commit(house, &hall, &command);
        if (i % 50 == 0)
            assert_int_equal(compare_rows(house, hall), hall->ticket_count);
    }
    assert_true(hall->ticket_count > 300);
    assert_int_equal(compare_rows(house, hall), hall->ticket_count);
    hall_free(hall);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows_say_what_the_hall_says, house_begin, house_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
