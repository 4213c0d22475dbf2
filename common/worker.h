// SPDX-License-Identifier: Apache-2.0
/*
 * One thread that does slow jobs in order, and hands each back to the event loop when done.
 * For all that must not happen on the loop: commits, reports, password hashing.
 */
#ifndef JIAOHAO_COMMON_WORKER_H
#define JIAOHAO_COMMON_WORKER_H

struct event_base;
struct worker;

typedef void worker_fn(void *job);

// A worker whose `done` functions run on this loop; `name` (<= 15 bytes, borrowed for ever) is the
// thread's. NULL without memory or thread. All calls from the loop's thread.
struct worker *worker_new(struct event_base *base, const char *name);

// Runs work(job) on the thread, later done(job) on the loop (done may be NULL). Jobs keep their
// order. 0, or -ENOMEM (nothing will run). The worker borrows job until done returns.
int worker_submit(struct worker *worker, worker_fn *work, worker_fn *done, void *job);

// Jobs submitted whose done has not run yet.
unsigned worker_pending(const struct worker *worker);

// Waits for the thread to finish every job and runs the missing `done`s, also of jobs that these
// submit. For ending in order; it blocks the loop.
void worker_wait(struct worker *worker);

// Waits for the thread to finish every job, runs the missing `done`s, frees. NULL is fine.
void worker_free(struct worker *worker);

#endif
