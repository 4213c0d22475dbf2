// SPDX-License-Identifier: Apache-2.0
/*
 * The log on disk: hall.db (the open day, records, cursors) and history.db (closed days), SQLite in
 * WAL with synchronous=FULL. One thread owns the only writing connection; the loop hands it one
 * batch at a time and is told which of three things became of it. Nothing here knows commands.
 */
#ifndef JIAOHAO_JOURNAL_JOURNAL_H
#define JIAOHAO_JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/hall/hall.h"
#include "daemon/records/record.h"

struct event_base;
struct journal;

enum commit {
    COMMIT_DONE,    // durable
    COMMIT_FULL,    // surely not committed: no space
    COMMIT_REFUSED, // surely not committed: another error, rolled back
    COMMIT_UNKNOWN, // nobody knows: the connection was closed; journal_mend finds out
};

struct journal_options {
    const char *directory; // hall.db, history.db and the lock are in it; made if missing (0700)
};

struct batch {                  // owned by the caller, borrowed by the journal until `done`
    const struct event *events; // seqs last + 1 … without a gap
    size_t event_count;
    const struct row *rows;
    size_t row_count;
};

typedef void journal_done_fn(void *context, enum commit commit);

// Opens (making or migrating) both databases, takes the lock, checks hall.db. 0 and *journal, or
// -errno with the reason logged: -EBUSY another daemon has it, -EILSEQ hall.db is damaged,
// -EPROTO it was written by a newer program, -ENOSPC, -EIO. history.db in ruins is set aside and
// logged, never an error.
int journal_open(struct journal **journal, const struct journal_options *options,
                 struct event_base *base);
// Waits for what is under way. NULL is fine.
void journal_close(struct journal *journal);

// Applies the open day's events to *hall (empty). 0 or -errno. Not while a batch is under way.
int journal_recover(struct journal *journal, struct hall **hall);
// seq of the last durable event; this start's number (counts starts); last hall and wall time noted.
uint64_t journal_last_seq(const struct journal *journal);
uint32_t journal_boot(const struct journal *journal);
void journal_last_moment(const struct journal *journal, struct moment *moment);

// Calls fn for every row of a kind (ROW_PERSON, ROW_SESSION, ROW_ANSWER of the last two days,
// ROW_CURSOR, ROW_DELIVERY, ROW_CONTACT without its box). 0 or -errno. Not while a batch is under way.
typedef void journal_row_fn(void *context, const struct row *row);
int journal_rows(struct journal *journal, enum row_kind kind, journal_row_fn *fn, void *context);

// Hands one batch over; `done` comes on the loop. -EBUSY while another is under way.
int journal_commit(struct journal *journal, const struct batch *batch, journal_done_fn *done,
                   void *context);
// Tries a small durable write; `done` says COMMIT_DONE when the disk is well again. -EBUSY likewise.
int journal_probe(struct journal *journal, journal_done_fn *done, void *context);
// After COMMIT_UNKNOWN (and when settling failed): opens hall.db again, makes what is found durable
// and recovers the hall from it, all on the journal's thread; -EBUSY likewise.
struct journal_found {
    struct hall *hall; // the receiver's from now on; NULL on error
    bool kept;         // the batch that nobody knew about is there, whole
    int error;         // 0, or -errno: try again later
};
typedef void journal_found_fn(void *context, const struct journal_found *found);
int journal_mend(struct journal *journal, journal_found_fn *fn, void *context);
// Blocks until all that was handed over is done, and calls the `done`s. For ending in order.
void journal_wait(struct journal *journal);
// Moves closed days to history.db and makes their aggregates, in the idle time of the thread; safe
// to repeat, also after a crash in between. Called after a day.closed is settled and at start.
void journal_tidy(struct journal *journal);

// --- reading, on a thread and connection of its own; answers come on the loop -------------------
struct journal_page {           // owned by the journal, valid during the call
    const struct event *events; // in order; plan pointers are valid too
    size_t count;
    uint64_t first_known; // the oldest seq that either database still has
    int error;            // 0 or -errno
};
typedef void journal_page_fn(void *context, const struct journal_page *page);
// Up to `limit` (<= 1000) events with seq > after. 0 or -ENOMEM.
int journal_read(struct journal *journal, uint64_t after, size_t limit, journal_page_fn *fn,
                 void *context);
// Encrypted contact of a ticket: length 0 if there is none.
typedef void journal_secret_fn(void *context, const struct row_secret *secret, int error);
int journal_read_contact(struct journal *journal, uint64_t ticket, journal_secret_fn *fn,
                         void *context);

// A consistent copy of hall.db by VACUUM INTO, checked: `done` gets 0 or -errno.
typedef void journal_backup_fn(void *context, int error);
int journal_backup(struct journal *journal, const char *path, journal_backup_fn *fn, void *context);

// Figures for /metrics: all since start.
struct journal_figures {
    uint64_t commits, events, rows, refused, unknown, reopened;
    uint64_t commit_us_sum, commit_us_most;
};
void journal_figures(const struct journal *journal, struct journal_figures *out);

#endif
