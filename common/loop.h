// SPDX-License-Identifier: Apache-2.0
/*
 * The event loop that every program turns: a libevent base, the signals that end or reload a
 * program, one-shot timers, and a watch on callbacks that take too long (> 20 ms is logged).
 */
#ifndef JIAOHAO_COMMON_LOOP_H
#define JIAOHAO_COMMON_LOOP_H

#include <stdint.h>

struct event_base;
struct loop;
struct loop_timer;

typedef void loop_fn(void *context);

// SIGPIPE is ignored from here on; SIGTERM and SIGINT end loop_run, SIGHUP calls on_reload (may be
// NULL). NULL without memory.
struct loop *loop_new(loop_fn *on_reload, void *context);
void loop_free(struct loop *loop);
struct event_base *loop_base(struct loop *loop);

// Turns until loop_stop or a signal. 0, or -errno if the loop itself failed.
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

// A timer that is not armed yet; loop_timer_set arms it (again) for after_ms from now, < 0 disarms.
struct loop_timer *loop_timer_new(struct loop *loop, loop_fn *fn, void *context);
void loop_timer_set(struct loop_timer *timer, int64_t after_ms);
void loop_timer_free(struct loop_timer *timer); // NULL is fine

// For callbacks that are no timers: loop_took(name, mark) logs if more than 20 ms went by since.
int64_t loop_mark(void);
void loop_took(const char *name, int64_t mark);

// CLOCK_BOOTTIME in ms; CLOCK_REALTIME in ms since 1970.
int64_t loop_boot_ms(void);
int64_t loop_wall_ms(void);

#endif
