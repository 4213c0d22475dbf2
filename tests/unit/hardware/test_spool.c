// SPDX-License-Identifier: Apache-2.0
/*
 * Slips under way and the files behind them: duplicates, hostile jobs, and what a restart finds.
 */
#include "hardware/spool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct scene {
    char folder[64];
    struct keep keep;
    struct spool spool;
};

static int set_up(void **state) {
    struct scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    snprintf(s->folder, sizeof s->folder, "/tmp/test-spool-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    assert_int_equal(keep_open(&s->keep, s->folder), 0);
    spool_open(&s->spool, &s->keep, "printer-a");
    *state = s;
    return 0;
}

static void remove_one(void *context, const char *name) {
    keep_remove(context, name);
}

static int tear_down(void **state) {
    struct scene *s = *state;
    keep_each(&s->keep, "print-", remove_one, &s->keep);
    keep_remove(&s->keep, "starts");
    assert_int_equal(rmdir(s->folder), 0);
    free(s);
    return 0;
}

static const char *add(struct scene *s, const char *text, int64_t now_ms) {
    json_t *body = json_loads(text, 0, NULL);
    const char *fault = spool_add(&s->spool, body, now_ms, 60000);
    json_decref(body);
    return fault;
}

#define JOB(id)                                                                                    \
    "{\"id\":\"" id "\",\"layout\":\"ticket\",\"ticket\":{\"id\":" id                              \
    ",\"number\":\"A012\",\"service_name\":{\"zh\":\"取件\",\"en\":\"Pick-up\"},\"ahead\":7,"    \
    "\"wait\":{\"kind\":\"range\",\"low_s\":60,\"high_s\":300},"                                   \
    "\"issued_at\":\"2026-11-23T09:41:07.120+08:00\"}}"

static void test_a_job_is_read(void **state) {
    struct scene *s = *state;
    struct job *job;
    assert_null(add(s, JOB("57"), 1000));
    job = spool_first(&s->spool, JOB_WAITING);
    assert_non_null(job);
    assert_string_equal(job->slip.number, "A012");
    assert_string_equal(job->slip.service.zh, "取件");
    assert_string_equal(job->slip.issued, "2026-11-23 09:41");
    assert_int_equal(job->slip.ahead, 7);
    assert_true(job->slip.has_wait);
    assert_int_equal(job->until_ms, 61000);
}

static void test_a_second_delivery_is_dropped(void **state) {
    struct scene *s = *state;
    assert_null(add(s, JOB("57"), 1000));
    assert_string_equal(add(s, JOB("57"), 2000), "");
    spool_over(&s->spool, spool_first(&s->spool, JOB_WAITING));
    assert_string_equal(add(s, JOB("57"), 3000), "");
    assert_null(add(s, JOB("58"), 3000));
    assert_null(spool_first(&s->spool, JOB_SENDING));
}

static void test_hostile_jobs(void **state) {
    static const char *const jobs[] = {"[]",
                                       "{}",
                                       "{\"id\":\"../x\"}",
                                       "{\"id\":\"01\"}",
                                       "{\"id\":57}",
                                       "{\"id\":\"57\"}",
                                       "{\"id\":\"57\",\"ticket\":{\"id\":57,\"number\":\"\"}}",
                                       "{\"id\":\"1234567890123456789\"}"};
    struct scene *s = *state;
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++)
        assert_string_not_equal(add(s, jobs[i], 0), "");
    assert_null(spool_first(&s->spool, JOB_WAITING));
}

static void test_no_more_than_there_is_room_for(void **state) {
    struct scene *s = *state;
    char text[512];
    for (int i = 1; i <= SPOOL_MAX; i++) {
        snprintf(text, sizeof text, "{\"id\":\"%d\",\"ticket\":{\"id\":%d,\"number\":\"A1\"}}", i,
                 i);
        assert_null(add(s, text, 0));
    }
    assert_non_null(strstr(add(s, JOB("999"), 0), "too many"));
    assert_int_equal(spool_first(&s->spool, JOB_WAITING)->slip.id, 1);
}

static void test_a_restart(void **state) {
    struct scene *s = *state;
    assert_null(add(s, JOB("57"), 1000));
    assert_null(add(s, JOB("58"), 1000));
    assert_null(add(s, JOB("59"), 1000));
    spool_set(&s->spool, spool_first(&s->spool, JOB_WAITING), JOB_SENDING, "");
    spool_set(&s->spool, spool_first(&s->spool, JOB_WAITING), JOB_FAILED, "paper-out");
    keep_write(&s->keep, "print-printer-a-60", "{\"job\": torn");
    spool_open(&s->spool, &s->keep, "printer-b"); // nothing of another printer's
    assert_null(spool_first(&s->spool, JOB_WAITING));
    spool_open(&s->spool, &s->keep, "printer-a");
    assert_int_equal(spool_first(&s->spool, JOB_WAITING)->slip.id, 57);
    assert_true(spool_first(&s->spool, JOB_WAITING)->again); // it may be on paper already
    assert_int_equal(spool_first(&s->spool, JOB_FAILED)->slip.id, 58);
    assert_string_equal(spool_first(&s->spool, JOB_FAILED)->error, "paper-out");
    assert_null(spool_first(&s->spool, JOB_SENDING));
    assert_string_equal(add(s, JOB("59"), 2000), "");
}

static void test_starts_are_counted(void **state) {
    struct scene *s = *state;
    uint32_t first = keep_count_start(&s->keep, 1000), second = keep_count_start(&s->keep, 1000);
    assert_int_equal(first, 1000);
    assert_int_equal(second, 1001);                        // twice in one second
    assert_int_equal(keep_count_start(&s->keep, 5), 1002); // a clock that went back
    keep_remove(&s->keep, "starts");
    assert_int_equal(keep_count_start(&s->keep, 2000), 2000); // a folder that was lost
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_job_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_second_delivery_is_dropped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hostile_jobs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_more_than_there_is_room_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_restart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_starts_are_counted, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
