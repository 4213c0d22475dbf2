// SPDX-License-Identifier: Apache-2.0
/*
 * The worker: jobs run on another thread in order, come back on the loop's, and none is lost when
 * it ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/worker.h"

enum { JOBS = 2000 };

struct seen {
    pthread_t loop;
    int worked[JOBS], done[JOBS]; // in which order
    int work_count, done_count;
    int elsewhere; // work ran on the loop's thread
    struct worker *worker;
    int again;
};

struct one {
    struct seen *seen;
    int number;
};

static void work(void *context) {
    struct one *one = context;
    struct seen *seen = one->seen;
    seen->worked[seen->work_count++] = one->number;
    seen->elsewhere += pthread_equal(pthread_self(), seen->loop);
}

static void done(void *context) {
    struct one *one = context;
    struct seen *seen = one->seen;
    assert_true(pthread_equal(pthread_self(), seen->loop));
    seen->done[seen->done_count++] = one->number;
    if (seen->again > 0 && seen->again--)
        assert_int_equal(worker_submit(seen->worker, work, done, one), 0);
}

static void start(struct seen *seen, struct one *jobs, int count, struct event_base *base) {
    memset(seen, 0, sizeof *seen);
    seen->loop = pthread_self();
    seen->worker = worker_new(base, "test");
    assert_non_null(seen->worker);
    for (int i = 0; i < count; i++) {
        jobs[i] = (struct one){seen, i};
        assert_int_equal(worker_submit(seen->worker, work, done, &jobs[i]), 0);
    }
    assert_int_equal(seen->done_count, 0); // never from inside submit
}

static void check_order(const struct seen *seen, int count) {
    assert_int_equal(seen->done_count, count);
    assert_int_equal(seen->elsewhere, 0);
    for (int i = 0; i < count; i++) {
        assert_int_equal(seen->worked[i], i);
        assert_int_equal(seen->done[i], i);
    }
}

static void test_jobs_come_back_in_order(void **state) {
    static struct one jobs[JOBS];
    static struct seen seen;
    struct event_base *base = event_base_new();
    (void)state;
    start(&seen, jobs, JOBS, base);
    while (seen.done_count < JOBS)
        event_base_loop(base, EVLOOP_ONCE);
    assert_int_equal(worker_pending(seen.worker), 0);
    check_order(&seen, JOBS);
    worker_free(seen.worker);
    event_base_free(base);
}

static void test_ending_runs_what_is_left(void **state) {
    static struct one jobs[JOBS];
    static struct seen seen;
    struct event_base *base = event_base_new();
    (void)state;
    start(&seen, jobs, JOBS, base);
    worker_free(seen.worker);
    check_order(&seen, JOBS);
    event_base_free(base);
}

static void test_waiting_includes_what_done_submits(void **state) {
    struct one jobs[1];
    static struct seen seen;
    struct event_base *base = event_base_new();
    (void)state;
    start(&seen, jobs, 1, base);
    seen.again = 50;
    worker_wait(seen.worker);
    assert_int_equal(seen.done_count, 51);
    assert_int_equal(seen.work_count, 51);
    worker_free(seen.worker);
    event_base_free(base);
}

static void slow(void *context) {
    usleep(20000);
    *(int *)context = 1;
}

static void test_pending_counts_until_done(void **state) {
    int ran = 0;
    struct event_base *base = event_base_new();
    struct worker *worker = worker_new(base, "test");
    (void)state;
    assert_int_equal(worker_submit(worker, slow, NULL, &ran), 0);
    assert_int_equal(worker_pending(worker), 1);
    while (worker_pending(worker))
        event_base_loop(base, EVLOOP_ONCE);
    assert_int_equal(ran, 1);
    worker_free(worker);
    worker_free(NULL);
    event_base_free(base);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jobs_come_back_in_order),
        cmocka_unit_test(test_ending_runs_what_is_left),
        cmocka_unit_test(test_waiting_includes_what_done_submits),
        cmocka_unit_test(test_pending_counts_until_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
