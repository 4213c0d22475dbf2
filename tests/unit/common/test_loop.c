// SPDX-License-Identifier: Apache-2.0
/*
 * The loop: timers fire once, in order and not after being disarmed or freed; signals end or
 * reload; a stop asked for before the loop turns is not lost; a slow callback is logged.
 */
#include "common/loop.h"

#include <event2/event.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

struct scene {
    struct loop *loop;
    char seen[32];
    int reloads;
};

struct act {
    struct scene *scene;
    char name;
    struct loop_timer *timer, *other;
};

static void on_reload(void *context) {
    struct scene *scene = context;
    scene->reloads++;
    loop_stop(scene->loop);
}

static void scene_open(struct scene *scene) {
    memset(scene, 0, sizeof *scene);
    scene->loop = loop_new(on_reload, scene);
    assert_non_null(scene->loop);
}

static void note(void *context) {
    struct act *act = context;
    size_t n = strlen(act->scene->seen);
    act->scene->seen[n] = act->name;
    if (act->name == '.')
        loop_stop(act->scene->loop);
}

static void timers_fire_once_and_in_order(void **state) {
    struct scene s;
    struct act acts[4] = {{&s, 'b', 0, 0}, {&s, 'a', 0, 0}, {&s, 'x', 0, 0}, {&s, '.', 0, 0}};
    const int after[4] = {30, 5, 10, 80};
    (void)state;
    scene_open(&s);
    for (int i = 0; i < 4; i++) {
        acts[i].timer = loop_timer_new(s.loop, note, &acts[i]);
        loop_timer_set(acts[i].timer, after[i]);
    }
    loop_timer_set(acts[2].timer, -1);
    assert_int_equal(loop_run(s.loop), 0);
    assert_string_equal(s.seen, "ab.");
    for (int i = 0; i < 4; i++)
        loop_timer_free(acts[i].timer);
    loop_free(s.loop);
}

static void free_itself(void *context) {
    struct act *act = context;
    loop_timer_free(act->timer);
    loop_timer_free(act->other);
    act->timer = act->other = NULL;
}

static void a_timer_may_free_itself_and_another(void **state) {
    struct scene s;
    struct act a = {&s, 'a', 0, 0}, end = {&s, '.', 0, 0}, never = {&s, 'n', 0, 0};
    (void)state;
    scene_open(&s);
    a.timer = loop_timer_new(s.loop, free_itself, &a);
    a.other = loop_timer_new(s.loop, note, &never);
    end.timer = loop_timer_new(s.loop, note, &end);
    loop_timer_set(a.timer, 0);
    loop_timer_set(a.other, 20);
    loop_timer_set(end.timer, 40);
    assert_int_equal(loop_run(s.loop), 0);
    assert_string_equal(s.seen, ".");
    loop_timer_free(end.timer);
    loop_timer_free(NULL);
    loop_free(s.loop);
}

static void sigterm_ends_and_sighup_reloads(void **state) {
    struct scene s;
    (void)state;
    scene_open(&s);
    kill(getpid(), SIGHUP);
    assert_int_equal(loop_run(s.loop), 0);
    assert_int_equal(s.reloads, 1);
    kill(getpid(), SIGTERM);
    assert_int_equal(loop_run(s.loop), 0);
    assert_int_equal(s.reloads, 1);
    loop_free(s.loop);
}

static void a_stop_before_the_run_is_not_lost(void **state) {
    struct scene s;
    (void)state;
    scene_open(&s);
    loop_stop(s.loop);
    assert_int_equal(loop_run(s.loop), 0);
    loop_free(s.loop);
}

static void sigpipe_is_ignored(void **state) {
    struct scene s;
    int ends[2];
    (void)state;
    scene_open(&s);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(write(ends[1], "x", 1), -1);
    close(ends[1]);
    loop_free(s.loop);
}

static void dawdle(evutil_socket_t fd, short what, void *context) {
    struct scene *scene = context;
    int64_t mark = loop_mark();
    (void)fd;
    (void)what;
    while (loop_mark() - mark < 60000)
        ;
    loop_stop(scene->loop);
}

static void sleep_long(void *context) {
    struct act *act = context;
    struct timespec ts = {.tv_nsec = 30000000};
    nanosleep(&ts, NULL);
    loop_stop(act->scene->loop);
}

// What stands on standard error while fn runs.
static void heard(struct scene *scene, char *text, size_t room) {
    char path[] = "/tmp/jiaohao-loop-XXXXXX";
    int file = mkstemp(path), saved = dup(2);
    ssize_t n;
    unlink(path);
    dup2(file, 2);
    loop_run(scene->loop);
    dup2(saved, 2);
    n = pread(file, text, room - 1, 0);
    text[n < 0 ? 0 : n] = 0;
    close(file);
    close(saved);
}

static void a_callback_that_computes_or_sleeps_too_long_is_logged(void **state) {
    struct scene s;
    struct act act = {&s, 'a', 0, 0};
    char text[1024];
    (void)state;
    scene_open(&s);
    event_base_once(loop_base(s.loop), -1, EV_TIMEOUT, dawdle, &s, NULL);
    heard(&s, text, sizeof text);
    assert_non_null(strstr(text, "loop: one round computed for"));
    act.timer = loop_timer_new(s.loop, sleep_long, &act);
    loop_timer_set(act.timer, 0);
    heard(&s, text, sizeof text);
    assert_non_null(strstr(text, "loop: a timer took 3"));
    loop_timer_free(act.timer);
    loop_free(s.loop);
}

static void clocks_go_forward_in_milliseconds(void **state) {
    int64_t boot = loop_boot_ms(), wall = loop_wall_ms();
    struct timespec ts = {.tv_nsec = 20000000};
    (void)state;
    nanosleep(&ts, NULL);
    assert_in_range(loop_boot_ms() - boot, 19, 5000);
    assert_true(wall > INT64_C(1600000000000) && wall < INT64_C(5000000000000));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_fire_once_and_in_order),
        cmocka_unit_test(a_timer_may_free_itself_and_another),
        cmocka_unit_test(sigterm_ends_and_sighup_reloads),
        cmocka_unit_test(a_stop_before_the_run_is_not_lost),
        cmocka_unit_test(sigpipe_is_ignored),
        cmocka_unit_test(a_callback_that_computes_or_sleeps_too_long_is_logged),
        cmocka_unit_test(clocks_go_forward_in_milliseconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
