// SPDX-License-Identifier: Apache-2.0
/*
 * One thread and two lists: jobs to do, jobs done. The thread takes from the first, appends to the
 * second and rings an eventfd; the loop answers the bell by running the `done` functions. Exists so
 * that nothing slow ever runs on the loop.
 *
 * Invariant: a job is in exactly one place (queue, thread, done list), and every hand-over goes
 * through the mutex, so whoever has a job sees all that was written to it before. The thread never
 * touches the event base. Must not: drop a job, or run a `done` anywhere but on the loop's thread.
 */
#include "common/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <event2/event.h>

struct job {
    struct job *next;
    worker_fn *work, *done;
    void *what;
};

struct job_list {
    struct job *first, **end;
};

struct worker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake, idle; // something to do or to end for; nothing queued and nothing running
    struct job_list todo, done;
    bool running, ending; // under the lock
    unsigned pending;     // loop's thread only
    int bell;
    struct event *event;
};

static void list_clear(struct job_list *list) {
    list->first = NULL;
    list->end = &list->first;
}

static void list_add(struct job_list *list, struct job *job) {
    job->next = NULL;
    *list->end = job;
    list->end = &job->next;
}

static struct job *list_take(struct job_list *list) {
    struct job *job = list->first;
    if (!job)
        return NULL;
    list->first = job->next;
    if (!list->first)
        list->end = &list->first;
    return job;
}

static void ring(const struct worker *worker) {
    const uint64_t one = 1;
    // Fails only if the counter is full, and then the bell rings already.
    ssize_t written = write(worker->bell, &one, sizeof one);
    (void)written;
}

// The next job; NULL when it is time to end and nothing is left to do. Called with the lock held.
static struct job *next_job(struct worker *worker) {
    while (!worker->todo.first) {
        pthread_cond_broadcast(&worker->idle);
        if (worker->ending)
            return NULL;
        pthread_cond_wait(&worker->wake, &worker->lock);
    }
    return list_take(&worker->todo);
}

static void *worker_main(void *context) {
    struct worker *worker = context;
    struct job *job;
    pthread_mutex_lock(&worker->lock);
    while ((job = next_job(worker))) {
        worker->running = true;
        pthread_mutex_unlock(&worker->lock);
        job->work(job->what);
        pthread_mutex_lock(&worker->lock);
        worker->running = false;
        list_add(&worker->done, job);
        ring(worker);
    }
    pthread_mutex_unlock(&worker->lock);
    return NULL;
}

// Runs the `done` of every job finished so far, in order.
static void run_done(struct worker *worker) {
    struct job *job;
    for (;;) {
        pthread_mutex_lock(&worker->lock);
        job = list_take(&worker->done);
        pthread_mutex_unlock(&worker->lock);
        if (!job)
            return;
        worker->pending--;
        if (job->done)
            job->done(job->what);
        free(job);
    }
}

static void bell_rang(evutil_socket_t fd, short what, void *context) {
    uint64_t count;
    ssize_t got = read(fd, &count, sizeof count);
    (void)what;
    (void)got;
    run_done(context);
}

static int worker_start(struct worker *worker, struct event_base *base, const char *name) {
    worker->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (worker->bell < 0)
        return -errno;
    worker->event = event_new(base, worker->bell, EV_READ | EV_PERSIST, bell_rang, worker);
    if (!worker->event || event_add(worker->event, NULL))
        return -ENOMEM;
    if (pthread_create(&worker->thread, NULL, worker_main, worker))
        return -EAGAIN;
    pthread_setname_np(worker->thread, name);
    return 0;
}

static void worker_release(struct worker *worker) {
    if (worker->event)
        event_free(worker->event);
    if (worker->bell >= 0)
        close(worker->bell);
    pthread_cond_destroy(&worker->wake);
    pthread_cond_destroy(&worker->idle);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
}

struct worker *worker_new(struct event_base *base, const char *name) {
    struct worker *worker = calloc(1, sizeof *worker);
    if (!worker)
        return NULL;
    worker->bell = -1;
    list_clear(&worker->todo);
    list_clear(&worker->done);
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->wake, NULL);
    pthread_cond_init(&worker->idle, NULL);
    if (worker_start(worker, base, name) == 0)
        return worker;
    worker_release(worker);
    return NULL;
}

int worker_submit(struct worker *worker, worker_fn *work, worker_fn *done, void *what) {
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        return -ENOMEM;
    *job = (struct job){.work = work, .done = done, .what = what};
    worker->pending++;
    pthread_mutex_lock(&worker->lock);
    list_add(&worker->todo, job);
    pthread_cond_signal(&worker->wake);
    pthread_mutex_unlock(&worker->lock);
    return 0;
}

unsigned worker_pending(const struct worker *worker) {
    return worker->pending;
}

void worker_wait(struct worker *worker) {
    while (worker->pending > 0) {
        pthread_mutex_lock(&worker->lock);
        while (worker->todo.first || worker->running)
            pthread_cond_wait(&worker->idle, &worker->lock);
        pthread_mutex_unlock(&worker->lock);
        run_done(worker); // may submit more
    }
}

void worker_free(struct worker *worker) {
    if (!worker)
        return;
    worker_wait(worker);
    pthread_mutex_lock(&worker->lock);
    worker->ending = true;
    pthread_cond_signal(&worker->wake);
    pthread_mutex_unlock(&worker->lock);
    pthread_join(worker->thread, NULL);
    worker_release(worker);
}
