// SPDX-License-Identifier: Apache-2.0
/*
 * kill -9 in the middle of committing, twenty times: whatever was acknowledged is in the log, the
 * log has no gap, and the next start goes on where it ended.
 */
#include "tests/unit/journal/house.h"

#include <signal.h>
#include <sys/wait.h>

enum { KILLS = 20 };

// Commits for ever; every acknowledged seq goes down the pipe.
static void commit_for_ever(struct house *house, int pipe) {
    uint64_t seq;
    house_open(house);
    seq = journal_last_seq(house->journal);
    for (;;) {
        struct event events[3];
        for (int i = 0; i < 3; i++)
            events[i] = make_event(seq + 1 + (uint64_t)i, EVENT_DEVICE_ONLINE);
        if (house_commit(house, events, 3) != COMMIT_DONE)
            _exit(2);
        seq += 3;
        if (write(pipe, &seq, sizeof seq) != sizeof seq)
            _exit(3);
    }
}

static uint64_t run_and_kill(struct house *house, int round) {
    uint64_t seq, last = 0;
    int ends[2], status;
    pid_t child;
    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        commit_for_ever(house, ends[1]);
        _exit(1);
    }
    close(ends[1]);
    for (int i = 0; i < 3 + round * 7 % 40 && read(ends[0], &seq, sizeof seq) == sizeof seq; i++)
        last = seq;
    usleep((useconds_t)(round * 137 % 1000));
    kill(child, SIGKILL);
    while (read(ends[0], &seq, sizeof seq) == sizeof seq)
        last = seq;
    close(ends[0]);
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    return last;
}

static void test_acknowledged_is_durable(void **state) {
    struct house *house = *state;
    house_close(house);
    for (int round = 0; round < KILLS; round++) {
        uint64_t acknowledged = run_and_kill(house, round), after = 0, last;
        assert_true(acknowledged > 0);
        house_open(house);
        last = journal_last_seq(house->journal);
        assert_true(last >= acknowledged);
        assert_int_equal(last % 3, 0); // batches are whole
        while (after < last) {
            struct house_page *page = house_read(house, after, 1000);
            assert_true(page->count > 0);
            for (size_t i = 0; i < page->count; i++)
                assert_int_equal(page->events[i].seq, ++after);
        }
        house_close(house);
    }
    house_open(house);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_acknowledged_is_durable, house_begin, house_end),
    };
    log_set_level((enum log_level)0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
