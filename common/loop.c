// SPDX-License-Identifier: Apache-2.0
/*
 * The event loop: libevent turned one round at a time, so that each round can be watched.
 *
 * A callback that computes for 20 ms keeps every pad, board and browser waiting, so it is logged:
 * by its own time where it is a timer of ours or was marked (loop_took), and by the processor time
 * of the whole round for all others (libevent 2.1 has no hook around the wait).
 *
 * Invariant: only the thread that runs the loop touches it; other threads reach it through
 * event_active (worker.c), which is why libevent's locking is switched on.
 */
#include "common/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/thread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/log.h"

enum { SLOW_US = 20000, SIGNALS = 3 };

struct loop {
    struct event_base *base;
    struct event *signals[SIGNALS];
    loop_fn *on_reload;
    void *context;
    bool stopping;
};

struct loop_timer {
    struct event *event;
    loop_fn *fn;
    void *context;
};

static int64_t clock_us(clockid_t clock) {
    struct timespec ts;
    clock_gettime(clock, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t loop_boot_ms(void) {
    return clock_us(CLOCK_BOOTTIME) / 1000;
}

int64_t loop_wall_ms(void) {
    return clock_us(CLOCK_REALTIME) / 1000;
}

int64_t loop_mark(void) {
    return clock_us(CLOCK_MONOTONIC);
}

void loop_took(const char *name, int64_t mark) {
    int64_t us = clock_us(CLOCK_MONOTONIC) - mark;
    if (us > SLOW_US)
        log_warning("loop", "%s took %lld ms", name, (long long)us / 1000);
}

static void on_signal(evutil_socket_t number, short what, void *context) {
    struct loop *loop = context;
    (void)what;
    if (number != SIGHUP) {
        log_notice("loop", "ends: %s", strsignal((int)number));
        loop_stop(loop);
    } else if (loop->on_reload) {
        loop->on_reload(loop->context);
    }
}

static int signals_add(struct loop *loop) {
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < SIGNALS; i++) {
        loop->signals[i] = evsignal_new(loop->base, numbers[i], on_signal, loop);
        if (!loop->signals[i] || event_add(loop->signals[i], NULL))
            return -ENOMEM;
    }
    return 0;
}

struct loop *loop_new(loop_fn *on_reload, void *context) {
    struct loop *loop = calloc(1, sizeof *loop);
    if (!loop)
        return NULL;
    loop->on_reload = on_reload;
    loop->context = context;
    signal(SIGPIPE, SIG_IGN);
    if (evthread_use_pthreads() < 0)
        goto fail;
    loop->base = event_base_new();
    if (!loop->base || signals_add(loop))
        goto fail;
    return loop;
fail:
    log_error("loop", "no event loop: out of memory or descriptors");
    loop_free(loop);
    return NULL;
}

void loop_free(struct loop *loop) {
    if (!loop)
        return;
    for (size_t i = 0; i < SIGNALS; i++)
        if (loop->signals[i])
            event_free(loop->signals[i]);
    if (loop->base)
        event_base_free(loop->base);
    free(loop);
}

struct event_base *loop_base(struct loop *loop) {
    return loop->base;
}

int loop_run(struct loop *loop) {
    int64_t before = clock_us(CLOCK_THREAD_CPUTIME_ID);
    while (!loop->stopping) {
        if (event_base_loop(loop->base, EVLOOP_ONCE) < 0) {
            log_error("loop", "the event loop failed");
            return -EIO;
        }
        int64_t after = clock_us(CLOCK_THREAD_CPUTIME_ID);
        if (after - before > SLOW_US)
            log_warning("loop", "one round computed for %lld ms",
                        (long long)(after - before) / 1000);
        before = after;
    }
    loop->stopping = false;
    return 0;
}

void loop_stop(struct loop *loop) {
    loop->stopping = true;
    event_base_loopbreak(loop->base);
}

static void on_timer(evutil_socket_t fd, short what, void *context) {
    struct loop_timer *timer = context;
    int64_t mark = loop_mark();
    (void)fd;
    (void)what;
    timer->fn(timer->context); // may free the timer
    loop_took("a timer", mark);
}

struct loop_timer *loop_timer_new(struct loop *loop, loop_fn *fn, void *context) {
    struct loop_timer *timer = calloc(1, sizeof *timer);
    if (!timer)
        return NULL;
    timer->fn = fn;
    timer->context = context;
    timer->event = evtimer_new(loop->base, on_timer, timer);
    if (timer->event)
        return timer;
    free(timer);
    return NULL;
}

void loop_timer_set(struct loop_timer *timer, int64_t after_ms) {
    struct timeval tv = {.tv_sec = after_ms / 1000, .tv_usec = after_ms % 1000 * 1000};
    if (after_ms < 0)
        evtimer_del(timer->event);
    else if (evtimer_add(timer->event, &tv))
        log_error("loop", "a timer could not be set");
}

void loop_timer_free(struct loop_timer *timer) {
    if (!timer)
        return;
    event_free(timer->event);
    free(timer);
}
