// SPDX-License-Identifier: Apache-2.0
/*
 * The journal's face to the loop: the lock on the data folder, two threads (one that writes, one
 * that reads), and jobs handed to them. What is on disk and how: schema.c. What became of a commit:
 * store.c. Closed days: history.c.
 *
 * Invariant: the store is used under `lock` only, and at most one batch is at the writer's thread.
 * The figures the loop asks for (last seq, moment) are the loop's own copies, taken over when a job
 * comes back. Must not: know commands, or answer a caller from a thread that is not the loop's.
 */
#include "daemon/journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/log.h"
#include "common/worker.h"
#include "daemon/journal/history.h"
#include "daemon/journal/reader.h"
#include "daemon/journal/store.h"

enum {
    IDLE_MS = 500,          // quiet for so long: time to move the WAL into the database
    WAL_FRAMES_MOST = 8000, // 32 MB: moved even if it is never quiet
};

struct journal {
    char directory[STORE_PATH_BYTES - 32];
    int lock_fd;
    pthread_mutex_t lock; // store and history
    struct store store;
    struct history *history;
    struct worker *writer, *reader;
    struct event *idle;
    bool batch_out; // a batch, probe or mending is at the writer
    bool tidy_out, tidy_wanted;
    bool closing;
    uint64_t seq; // the loop's copies
    struct moment last;
    uint32_t boot;
    struct journal_figures figures;
};

// --- opening and closing -----------------------------------------------------------------------

static int take_lock(struct journal *journal) {
    char path[STORE_PATH_BYTES];
    snprintf(path, sizeof path, "%s/lock", journal->directory);
    if (mkdir(journal->directory, 0700) && errno != EEXIST)
        return -errno;
    journal->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (journal->lock_fd < 0)
        return -errno;
    if (flock(journal->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

// A new database's name must survive a power cut too.
static int sync_folder(const char *path) {
    int rc, fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    rc = fsync(fd) ? -errno : 0;
    close(fd);
    return rc;
}

static int open_store(struct journal *journal) {
    char path[STORE_PATH_BYTES];
    int rc;
    snprintf(path, sizeof path, "%s/hall.db", journal->directory);
    rc = store_open(&journal->store, path);
    if (!rc)
        rc = store_count_start(&journal->store);
    if (!rc)
        rc = sync_folder(journal->directory);
    journal->seq = journal->store.seq;
    journal->last = journal->store.last;
    journal->boot = journal->store.boot;
    return rc;
}

static void idle_now(evutil_socket_t fd, short what, void *context);

static int start_threads(struct journal *journal, struct event_base *base) {
    journal->history = history_open(journal->directory);
    journal->writer = worker_new(base, "journal");
    journal->reader = worker_new(base, "reader");
    journal->idle = event_new(base, -1, 0, idle_now, journal);
    return journal->history && journal->writer && journal->reader && journal->idle ? 0 : -ENOMEM;
}

int journal_open(struct journal **out, const struct journal_options *options,
                 struct event_base *base) {
    struct journal *journal = calloc(1, sizeof *journal);
    int rc;
    *out = NULL;
    if (!journal)
        return -ENOMEM;
    journal->lock_fd = -1;
    pthread_mutex_init(&journal->lock, NULL);
    rc = (size_t)snprintf(journal->directory, sizeof journal->directory, "%s", options->directory) <
                 sizeof journal->directory
             ? take_lock(journal)
             : -ENAMETOOLONG;
    if (!rc)
        rc = open_store(journal);
    if (!rc)
        rc = start_threads(journal, base);
    if (rc) {
        log_error("journal", "the data folder cannot be used: %s",
                  rc == -EBUSY    ? "another program has it open"
                  : rc == -EILSEQ ? "it is damaged, restore a backup"
                                  : strerror(-rc));
        journal_close(journal);
        return rc;
    }
    *out = journal;
    return 0;
}

void journal_close(struct journal *journal) {
    if (!journal)
        return;
    journal->closing = true;
    worker_free(journal->writer);
    worker_free(journal->reader);
    if (journal->idle)
        event_free(journal->idle);
    store_checkpoint(&journal->store);
    history_close(journal->history);
    store_close(&journal->store);
    if (journal->lock_fd >= 0)
        close(journal->lock_fd);
    pthread_mutex_destroy(&journal->lock);
    free(journal);
}

void journal_wait(struct journal *journal) {
    worker_wait(journal->writer);
}

// --- at the start ------------------------------------------------------------------------------

int journal_recover(struct journal *journal, struct hall **hall) {
    int rc;
    pthread_mutex_lock(&journal->lock);
    rc = store_recover(&journal->store, hall);
    pthread_mutex_unlock(&journal->lock);
    return rc;
}

int journal_rows(struct journal *journal, enum row_kind kind, journal_row_fn *fn, void *context) {
    int rc;
    pthread_mutex_lock(&journal->lock);
    rc = store_rows(&journal->store, kind, fn, context);
    pthread_mutex_unlock(&journal->lock);
    return rc;
}

uint64_t journal_last_seq(const struct journal *journal) {
    return journal->seq;
}

uint32_t journal_boot(const struct journal *journal) {
    return journal->boot;
}

void journal_last_moment(const struct journal *journal, struct moment *moment) {
    *moment = journal->last;
}

// --- jobs of the writer --------------------------------------------------------------------------

struct write_job {
    struct journal *journal;
    const struct batch *batch; // NULL = a probe
    struct batch copy;         // the arrays stay the caller's
    journal_done_fn *done;
    journal_found_fn *found;
    void *context;
    enum commit commit;
    struct journal_found what;
    uint64_t seq, reopened; // the store's, after the job
    struct moment last;
    int wal_frames;
    uint64_t took_us;
};

static uint64_t now_us(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000000 + (uint64_t)at.tv_nsec / 1000;
}

static void look_back(struct write_job *job) {
    const struct store *store = &job->journal->store;
    job->seq = store->seq;
    job->last = store->last;
    job->reopened = store->reopened;
    job->wal_frames = store->wal_frames;
}

static void take_over(struct journal *journal, const struct write_job *job) {
    journal->seq = job->seq;
    journal->last = job->last;
    journal->figures.reopened = job->reopened;
    journal->batch_out = false;
}

static void write_work(void *context) {
    struct write_job *job = context;
    struct store *store = &job->journal->store;
    uint64_t began_us = now_us();
    pthread_mutex_lock(&job->journal->lock);
    job->commit = job->batch ? store_commit(store, job->batch) : store_probe(store);
    look_back(job);
    pthread_mutex_unlock(&job->journal->lock);
    job->took_us = now_us() - began_us;
}

static void count_commit(struct journal_figures *figures, const struct write_job *job) {
    if (job->commit == COMMIT_UNKNOWN)
        figures->unknown++;
    else if (job->commit != COMMIT_DONE)
        figures->refused++;
    if (job->commit != COMMIT_DONE || !job->batch)
        return;
    figures->commits++;
    figures->events += job->batch->event_count;
    figures->rows += job->batch->row_count;
    figures->commit_us_sum += job->took_us;
    if (job->took_us > figures->commit_us_most)
        figures->commit_us_most = job->took_us;
}

static bool opens_day(const struct batch *batch) {
    for (size_t i = 0; batch && i < batch->event_count; i++)
        if (batch->events[i].kind == EVENT_DAY_OPENED)
            return true;
    return false;
}

static void checkpoint_work(void *context) {
    struct journal *journal = context;
    pthread_mutex_lock(&journal->lock);
    store_checkpoint(&journal->store);
    pthread_mutex_unlock(&journal->lock);
}

static void after_write(struct journal *journal, const struct write_job *job) {
    const struct timeval quiet = {.tv_usec = IDLE_MS * 1000};
    if (journal->closing)
        return;
    event_add(journal->idle, &quiet);
    if (job->wal_frames > WAL_FRAMES_MOST)
        worker_submit(journal->writer, checkpoint_work, NULL, journal);
}

static void write_done(void *context) {
    struct write_job *job = context;
    struct journal *journal = job->journal;
    bool day = job->commit == COMMIT_DONE && opens_day(job->batch);
    take_over(journal, job);
    count_commit(&journal->figures, job);
    after_write(journal, job);
    if (job->done)
        job->done(job->context, job->commit);
    free(job);
    if (day && !journal->closing)
        journal_tidy(journal); // the day before may leave hall.db now
}

static int submit_write(struct journal *journal, struct write_job job, worker_fn *work,
                        worker_fn *done) {
    struct write_job *copy;
    int rc;
    if (journal->batch_out)
        return -EBUSY;
    copy = malloc(sizeof *copy);
    if (!copy)
        return -ENOMEM;
    *copy = job;
    copy->journal = journal;
    if (job.batch)
        copy->batch = &copy->copy;
    rc = worker_submit(journal->writer, work, done, copy);
    if (rc)
        free(copy);
    else
        journal->batch_out = true;
    return rc;
}

int journal_commit(struct journal *journal, const struct batch *batch, journal_done_fn *done,
                   void *context) {
    struct write_job job = {.batch = batch, .copy = *batch, .done = done, .context = context};
    return submit_write(journal, job, write_work, write_done);
}

int journal_probe(struct journal *journal, journal_done_fn *done, void *context) {
    struct write_job job = {.done = done, .context = context};
    return submit_write(journal, job, write_work, write_done);
}

static void mend_work(void *context) {
    struct write_job *job = context;
    struct store *store = &job->journal->store;
    uint64_t doubted = 0;
    pthread_mutex_lock(&job->journal->lock);
    doubted = store->doubted;
    job->what.error = store_reopen(store, &job->what.kept);
    if (!job->what.error) {
        job->what.hall = hall_new();
        job->what.error = job->what.hall ? store_recover(store, &job->what.hall) : -ENOMEM;
    }
    if (job->what.error)
        store->doubted = doubted; // the question stays open until it can be answered whole
    look_back(job);
    pthread_mutex_unlock(&job->journal->lock);
    if (!job->what.error)
        return;
    hall_free(job->what.hall);
    job->what.hall = NULL;
}

static void mend_done(void *context) {
    struct write_job *job = context;
    take_over(job->journal, job);
    job->found(job->context, &job->what);
    free(job);
}

int journal_mend(struct journal *journal, journal_found_fn *fn, void *context) {
    struct write_job job = {.found = fn, .context = context};
    return submit_write(journal, job, mend_work, mend_done);
}

// --- idle time -----------------------------------------------------------------------------------

static void idle_now(evutil_socket_t fd, short what, void *context) {
    struct journal *journal = context;
    (void)fd;
    (void)what;
    if (!journal->batch_out)
        worker_submit(journal->writer, checkpoint_work, NULL, journal);
}

struct tidy_job {
    struct journal *journal;
    int left; // of history_step
};

static void tidy_work(void *context) {
    struct tidy_job *job = context;
    pthread_mutex_lock(&job->journal->lock);
    job->left = history_step(job->journal->history, &job->journal->store);
    pthread_mutex_unlock(&job->journal->lock);
}

// One slice a job: a batch that came meanwhile goes between two slices.
static void tidy_done(void *context) {
    struct tidy_job *job = context;
    struct journal *journal = job->journal;
    bool more = job->left > 0;
    if (job->left < 0)
        log_warning("journal", "closed days could not be moved now: %s", strerror(-job->left));
    free(job);
    journal->tidy_out = false;
    if (journal->tidy_wanted)
        more = true;
    journal->tidy_wanted = false;
    if (more && !journal->closing)
        journal_tidy(journal);
}

void journal_tidy(struct journal *journal) {
    struct tidy_job *job;
    if (journal->tidy_out) {
        journal->tidy_wanted = true;
        return;
    }
    job = calloc(1, sizeof *job);
    if (!job)
        return; // the next call will do it
    job->journal = journal;
    if (worker_submit(journal->writer, tidy_work, tidy_done, job))
        free(job);
    else
        journal->tidy_out = true;
}

// --- jobs of the reader ------------------------------------------------------------------------

struct read_job {
    struct journal *journal;
    uint64_t after; // or the ticket
    size_t limit;
    struct reader_page page;
    struct row_secret secret;
    char path[STORE_PATH_BYTES];
    int error;
    journal_page_fn *page_fn;
    journal_secret_fn *secret_fn;
    journal_backup_fn *backup_fn;
    void *context;
};

static int submit_read(const struct read_job *job, worker_fn *work, worker_fn *done) {
    struct read_job *copy = malloc(sizeof *copy);
    int rc;
    if (!copy)
        return -ENOMEM;
    *copy = *job;
    rc = worker_submit(job->journal->reader, work, done, copy);
    if (rc)
        free(copy);
    return rc;
}

static void page_work(void *context) {
    struct read_job *job = context;
    job->error = reader_page_fill(&job->page, job->journal->directory, job->after, job->limit);
}

static void page_done(void *context) {
    struct read_job *job = context;
    struct journal_page page = {
        .events = job->page.events,
        .count = job->page.count,
        .first_known = job->page.first_known,
        .error = job->error,
    };
    job->page_fn(job->context, &page);
    reader_page_empty(&job->page);
    free(job);
}

int journal_read(struct journal *journal, uint64_t after, size_t limit, journal_page_fn *fn,
                 void *context) {
    struct read_job job = {.journal = journal, .after = after, .limit = limit, .page_fn = fn};
    job.context = context;
    return submit_read(&job, page_work, page_done);
}

static void contact_work(void *context) {
    struct read_job *job = context;
    job->error = reader_contact(job->journal->directory, job->after, &job->secret);
}

static void contact_done(void *context) {
    struct read_job *job = context;
    job->secret_fn(job->context, &job->secret, job->error);
    free(job);
}

int journal_read_contact(struct journal *journal, uint64_t ticket, journal_secret_fn *fn,
                         void *context) {
    struct read_job job = {.journal = journal, .after = ticket, .secret_fn = fn};
    job.context = context;
    return submit_read(&job, contact_work, contact_done);
}

static void backup_work(void *context) {
    struct read_job *job = context;
    job->error = reader_backup(job->journal->directory, job->path);
}

static void backup_done(void *context) {
    struct read_job *job = context;
    job->backup_fn(job->context, job->error);
    free(job);
}

int journal_backup(struct journal *journal, const char *path, journal_backup_fn *fn,
                   void *context) {
    struct read_job job = {.journal = journal, .backup_fn = fn, .context = context};
    if ((size_t)snprintf(job.path, sizeof job.path, "%s", path) >= sizeof job.path)
        return -ENAMETOOLONG;
    return submit_read(&job, backup_work, backup_done);
}

void journal_figures(const struct journal *journal, struct journal_figures *out) {
    *out = journal->figures;
}
