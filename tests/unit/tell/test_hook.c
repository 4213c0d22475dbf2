// SPDX-License-Identifier: Apache-2.0
/*
 * Hooks that behave and hooks that do not: each is a small shell script made for its test. What is
 * never allowed: that the loop stands still, that a process is left, that a number is logged.
 */
#include "daemon/tell/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <event2/event.h>

#include "common/loop.h"

struct bench {
    char folder[64];
    struct loop *loop;
    struct hooks *hooks;
    struct hook_result last;
    char said[HOOK_SAID_BYTES];
    int done;
};

static int begin(void **state) {
    struct bench *bench = calloc(1, sizeof *bench);
    snprintf(bench->folder, sizeof bench->folder, "/tmp/jiaohao-test-XXXXXX");
    assert_non_null(mkdtemp(bench->folder));
    bench->loop = loop_new(NULL, NULL);
    bench->hooks = hooks_new(bench->loop, 3);
    assert_non_null(bench->hooks);
    *state = bench;
    return 0;
}

static void path_of(const struct bench *bench, const char *name, char out[128]) {
    snprintf(out, 128, "%s/%s", bench->folder, name);
}

static int end(void **state) {
    static const char *const names[] = {"hook", "out", "pid"};
    struct bench *bench = *state;
    char path[128];
    hooks_free(bench->hooks);
    loop_free(bench->loop);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        path_of(bench, names[i], path);
        unlink(path);
    }
    rmdir(bench->folder);
    free(bench);
    return 0;
}

static void write_hook(struct bench *bench, const char *body) {
    char path[128];
    FILE *file;
    path_of(bench, "hook", path);
    unlink(path);
    file = fopen(path, "w");
    fprintf(file, "#!/bin/sh\nfolder=%s\n%s\n", bench->folder, body);
    fclose(file);
    chmod(path, 0700);
}

static void on_done(void *context, const struct hook_result *result) {
    struct bench *bench = context;
    bench->done++;
    bench->last = *result;
    snprintf(bench->said, sizeof bench->said, "%s", result->said);
}

static int start(struct bench *bench, const char *input, int64_t limit_ms) {
    char path[128];
    struct hook_job job = {path, input, strlen(input), limit_ms, on_done, bench};
    path_of(bench, "hook", path);
    return hooks_run(bench->hooks, &job);
}

static void wait_done(struct bench *bench, int count) {
    while (bench->done < count)
        event_base_loop(loop_base(bench->loop), EVLOOP_ONCE);
}

static void run(struct bench *bench, const char *body, int64_t limit_ms) {
    int before = bench->done;
    write_hook(bench, body);
    assert_int_equal(start(bench, "{}\ntext\n", limit_ms), 0);
    wait_done(bench, before + 1);
}

static size_t slurp(const struct bench *bench, const char *name, char *out, size_t room) {
    char path[128];
    size_t got;
    FILE *file;
    path_of(bench, name, path);
    file = fopen(path, "r");
    assert_non_null(file);
    got = fread(out, 1, room - 1, file);
    out[got] = 0;
    fclose(file);
    return got;
}

static void test_the_exit_code_says_what_became_of_it(void **state) {
    static const struct {
        const char *body;
        enum hook_end end;
        int code;
    } cases[] = {
        {"exit 0", HOOK_SENT, 0},
        {"exit 75", HOOK_AGAIN, 75},
        {"exit 1", HOOK_FAILED, 1},
        {"exit 255", HOOK_FAILED, 255},
        {"kill -9 $$", HOOK_FAILED, -9},
        {"exec <&-; exit 0", HOOK_SENT, 0},
        {"exec >&- 2>&-; exit 0", HOOK_SENT, 0},
    };
    struct bench *bench = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        run(bench, cases[i].body, 10000);
        assert_int_equal(bench->last.end, cases[i].end);
        assert_int_equal(bench->last.code, cases[i].code);
    }
    assert_int_equal(hooks_free_places(bench->hooks), 3);
}

static void test_it_reads_all_of_its_input(void **state) {
    struct bench *bench = *state;
    char input[HOOK_INPUT_MAX + 2], got[HOOK_INPUT_MAX + 2];
    memset(input, 'x', sizeof input);
    input[HOOK_INPUT_MAX] = 0;
    write_hook(bench, "cat >$folder/out");
    assert_int_equal(start(bench, input, 10000), 0);
    wait_done(bench, 1);
    assert_int_equal(slurp(bench, "out", got, sizeof got), HOOK_INPUT_MAX);
    assert_string_equal(got, input);
    input[HOOK_INPUT_MAX] = 'x';
    input[HOOK_INPUT_MAX + 1] = 0;
    assert_int_equal(start(bench, input, 10000), -EMSGSIZE);
}

static void test_it_gets_nothing_else(void **state) {
    struct bench *bench = *state;
    char got[2000], *ignored;
    int open_one = open("/dev/null", O_RDONLY); // without O_CLOEXEC
    setenv("JIAOHAO_SECRET", "1", 1);
    signal(SIGPIPE, SIG_IGN);
    run(bench, "{ env; pwd; ls /proc/$$/fd; grep SigIgn /proc/$$/status; } >$folder/out", 10000);
    close(open_one);
    unsetenv("JIAOHAO_SECRET");
    slurp(bench, "out", got, sizeof got);
    assert_null(strstr(got, "JIAOHAO_SECRET"));
    assert_non_null(strstr(got, "LANG=C.UTF-8"));
    assert_non_null(strstr(got, "\n/\n"));
    ignored = strstr(got, "SigIgn:\t");
    assert_non_null(ignored);
    // 32 and 33 are the C library's own
    assert_int_equal(strtoull(ignored + 8, NULL, 16) & 0x7fffffff, 0);
    for (int fd = 3; fd < 10; fd++) {
        char line[8];
        snprintf(line, sizeof line, "\n%d\n", fd);
        assert_null(strstr(got, line));
    }
}

static bool is_gone(pid_t pid) {
    char path[32], state = 'X';
    FILE *file;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    file = fopen(path, "r");
    if (!file)
        return true;
    if (fscanf(file, "%*d %*s %c", &state) != 1)
        state = 'X';
    fclose(file);
    return state == 'Z' || state == 'X'; // dead, and left to init
}

static pid_t child_of(const struct bench *bench) {
    char got[32];
    slurp(bench, "pid", got, sizeof got);
    return (pid_t)atoi(got);
}

static void wait_gone(pid_t pid) {
    for (int i = 0; i < 500 && !is_gone(pid); i++)
        usleep(10000);
    assert_true(is_gone(pid));
}

static void test_who_hangs_is_killed_with_its_children(void **state) {
    struct bench *bench = *state;
    int64_t mark = loop_boot_ms();
    run(bench, "sleep 60 & echo $! >$folder/pid; trap '' TERM; wait", 300);
    assert_int_equal(bench->last.end, HOOK_TOO_LONG);
    assert_true(loop_boot_ms() - mark < 10000);
    wait_gone(child_of(bench));
}

static void test_children_left_behind_go_too(void **state) {
    struct bench *bench = *state;
    run(bench, "sleep 60 & echo $! >$folder/pid; exit 0", 10000);
    assert_int_equal(bench->last.end, HOOK_SENT);
    wait_gone(child_of(bench));
}

static void test_a_flood_is_cut(void **state) {
    struct bench *bench = *state;
    run(bench, "while :; do echo flood flood flood flood flood; done", 2000);
    assert_int_not_equal(bench->last.end, HOOK_SENT);
    assert_true(strlen(bench->said) < HOOK_SAID_BYTES);
    assert_int_equal(strncmp(bench->said, "flood", 5), 0);
}

static void test_first_75_then_0(void **state) {
    struct bench *bench = *state;
    const char *body = "[ -f $folder/out ] && exit 0; : >$folder/out; exit 75";
    run(bench, body, 10000);
    assert_int_equal(bench->last.end, HOOK_AGAIN);
    run(bench, body, 10000);
    assert_int_equal(bench->last.end, HOOK_SENT);
}

static void test_so_many_at_once(void **state) {
    struct bench *bench = *state;
    int64_t mark = loop_boot_ms();
    write_hook(bench, "sleep 0.5");
    for (int i = 0; i < 3; i++)
        assert_int_equal(start(bench, "x", 10000), 0);
    assert_int_equal(start(bench, "x", 10000), -EAGAIN);
    wait_done(bench, 3);
    assert_true(loop_boot_ms() - mark < 1400); // beside each other, not one after another
    assert_int_equal(start(bench, "x", 10000), 0);
    wait_done(bench, 4);
}

static void test_what_cannot_run_is_said_at_once(void **state) {
    struct bench *bench = *state;
    char path[128];
    path_of(bench, "hook", path);
    assert_int_equal(start(bench, "x", 10000), -ENOENT);
    write_hook(bench, "exit 0");
    chmod(path, 0600);
    assert_int_equal(start(bench, "x", 10000), -EACCES);
    assert_int_equal(bench->done, 0);
    assert_int_equal(hooks_free_places(bench->hooks), 3);
}

static void test_ending_kills_what_runs(void **state) {
    struct bench *bench = *state;
    write_hook(bench, "echo $$ >$folder/pid; exec sleep 60");
    assert_int_equal(start(bench, "x", 60000), 0);
    usleep(300000);
    hooks_free(bench->hooks);
    wait_gone(child_of(bench));
    bench->hooks = hooks_new(bench->loop, 3);
    assert_int_equal(bench->done, 0);
}

static void test_output_is_cleaned(void **state) {
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"", ""},
        {"no modem\n", "no modem"},
        {"a\tb\nc\x1b[31m", "a b c [31m"},
        {"to +8613800138000 failed", "to +# failed"},
        {"+86 138-0013-8000", "+#"},
        {"code 500, try 2", "code 500, try 2"},
        {"1234", "1234"},
        {"12345", "#"},
        {"(86) 138.0013.8000!", "(#!"},
        {"13800138000 13800138001 x", "# x"},
    };
    char text[HOOK_SAID_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(text, sizeof text, "%s", cases[i].from);
        hook_clean(text);
        assert_string_equal(text, cases[i].to);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_the_exit_code_says_what_became_of_it),
        TEST(test_it_reads_all_of_its_input),
        TEST(test_it_gets_nothing_else),
        TEST(test_who_hangs_is_killed_with_its_children),
        TEST(test_children_left_behind_go_too),
        TEST(test_a_flood_is_cut),
        TEST(test_first_75_then_0),
        TEST(test_so_many_at_once),
        TEST(test_what_cannot_run_is_said_at_once),
        TEST(test_ending_kills_what_runs),
        TEST(test_output_is_cleaned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
