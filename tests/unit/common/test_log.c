// SPDX-License-Identifier: Apache-2.0
/*
 * The log: what a line looks like, that a place which repeats itself is silenced while others are
 * heard, and that a message cannot forge a second line. Standard error is read back from a file.
 */
#include "common/log.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct catch {
    int saved, file;
    char text[65536];
};

static void catch_begin(struct catch *c) {
    char path[] = "/tmp/jiaohao-log-XXXXXX";
    c->file = mkstemp(path);
    assert_true(c->file >= 0);
    unlink(path);
    c->saved = dup(2);
    dup2(c->file, 2);
}

static const char *catch_end(struct catch *c) {
    ssize_t n = pread(c->file, c->text, sizeof c->text - 1, 0);
    dup2(c->saved, 2);
    close(c->saved);
    close(c->file);
    assert_true(n >= 0);
    c->text[n] = 0;
    return c->text;
}

static int lines_of(const char *text) {
    int n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void a_line_for_people_has_time_level_and_module(void **state) {
    struct catch c;
    const char *text;
    (void)state;
    unsetenv("JOURNAL_STREAM");
    catch_begin(&c);
    log_warning("bus", "link %s", "lost");
    text = catch_end(&c);
    assert_int_equal(text[2], ':');
    assert_int_equal(text[8], '.');
    assert_string_equal(text + 12, " warning bus: link lost\n");
}

static void a_line_for_the_journal_has_its_level_in_front(void **state) {
    struct catch c;
    (void)state;
    setenv("JOURNAL_STREAM", "8:1", 1);
    catch_begin(&c);
    log_error("journal", "no space");
    assert_string_equal(catch_end(&c), "<3>journal: no space\n");
    unsetenv("JOURNAL_STREAM");
}

static void lines_above_the_level_are_not_printed(void **state) {
    struct catch c;
    const char *text;
    (void)state;
    catch_begin(&c);
    log_debug("x", "hidden");
    log_set_level(LOG_DEBUG);
    log_debug("x", "shown");
    log_set_level(LOG_INFO);
    text = catch_end(&c);
    assert_null(strstr(text, "hidden"));
    assert_non_null(strstr(text, "debug x: shown\n"));
}

static void a_place_that_repeats_is_silenced_and_others_are_heard(void **state) {
    struct catch c;
    const char *text;
    (void)state;
    catch_begin(&c);
    for (int i = 0; i < 1000; i++)
        log_warning("x", "again %d", i);
    log_warning("x", "another place");
    text = catch_end(&c);
    assert_int_equal(lines_of(text), 11);
    assert_non_null(strstr(text, "again 9\n"));
    assert_null(strstr(text, "again 10\n"));
    assert_non_null(strstr(text, "another place\n"));
}

static void a_message_cannot_forge_a_second_line(void **state) {
    struct catch c;
    (void)state;
    catch_begin(&c);
    log_info("x", "a\n<0>kernel: %s", "\x1b[2J\r\n");
    assert_int_equal(lines_of(catch_end(&c)), 1);
    assert_null(strchr(c.text, '\x1b'));
}

static void a_message_too_long_is_cut_and_ends_its_line(void **state) {
    struct catch c;
    char long_text[5000];
    size_t n;
    (void)state;
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = 0;
    catch_begin(&c);
    log_info("x", "long: %s", long_text);
    n = strlen(catch_end(&c));
    assert_true(n > 900 && n <= 1024);
    assert_int_equal(c.text[n - 1], '\n');
}

static void *speak(void *name) {
    for (int i = 0; i < 5; i++)
        log_info(name, "from a thread: %s", "0123456789012345678901234567890123456789");
    return NULL;
}

static void lines_of_threads_never_mix(void **state) {
    static const char *const names[8] = {"t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7"};
    struct catch c;
    pthread_t threads[8];
    (void)state;
    setenv("JOURNAL_STREAM", "8:1", 1);
    catch_begin(&c);
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, speak, (void *)(uintptr_t)names[i]);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    for (const char *line = catch_end(&c); *line; line = strchr(line, '\n') + 1) {
        assert_memory_equal(line, "<6>t", 4);
        assert_memory_equal(line + 5, ": from a thread: 01234567890123", 30);
        assert_int_equal(strchr(line, '\n') - line, 62);
    }
    unsetenv("JOURNAL_STREAM");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_for_people_has_time_level_and_module),
        cmocka_unit_test(a_line_for_the_journal_has_its_level_in_front),
        cmocka_unit_test(lines_above_the_level_are_not_printed),
        cmocka_unit_test(a_place_that_repeats_is_silenced_and_others_are_heard),
        cmocka_unit_test(a_message_cannot_forge_a_second_line),
        cmocka_unit_test(a_message_too_long_is_cut_and_ends_its_line),
        cmocka_unit_test(lines_of_threads_never_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
