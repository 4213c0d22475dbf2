// SPDX-License-Identifier: Apache-2.0
/*
 * The writing connection to hall.db and what it knows. One thread at a time: its functions are
 * called with the journal's lock held (journal.c).
 */
#ifndef JIAOHAO_JOURNAL_STORE_H
#define JIAOHAO_JOURNAL_STORE_H

#include <stdbool.h>

#include "daemon/journal/journal.h"
#include "daemon/journal/sql.h"

enum { STORE_PATH_BYTES = 512 };

enum store_statement {
    STORE_BEGIN,
    STORE_COMMIT,
    STORE_ROLLBACK,
    STORE_META,
    STORE_EVENT,
    STORE_DAY_OPENED,
    STORE_DAY_CLOSED,
    STORE_TICKET_ISSUED,
    STORE_TICKET_CHANGED,
    STORE_NOTICE_POSTED,
    STORE_NOTICE_WITHDRAWN,
    STORE_ROWS, // one for each row kind from here on
    STORE_STATEMENTS = STORE_ROWS + ROW_KINDS,
};

struct store {
    char path[STORE_PATH_BYTES]; // hall.db
    sqlite3 *db;                 // NULL while it is closed in doubt
    sqlite3_stmt *statements[STORE_STATEMENTS];
    uint64_t seq, batch; // on disk, as far as is known
    uint64_t doubted;    // number of the transaction nobody knows about, 0 = none
    struct moment last;
    int32_t date; // open business day, 0 = none
    uint32_t boot;
    uint64_t reopened;
    int wal_frames;  // since the last checkpoint
    uint8_t *record; // room for an event's record
    size_t record_room;
};

// Opens hall.db at path, makes what is in its WAL durable, checks and migrates it. 0 or -errno.
int store_open(struct store *store, const char *path);
void store_close(struct store *store);
// Counts this start: durable, or -errno.
int store_count_start(struct store *store);

// Writes a batch in one transaction: what became of it.
enum commit store_commit(struct store *store, const struct batch *batch);
// Writes a little, durably.
enum commit store_probe(struct store *store);
// Opens again after an outcome in doubt; what is found is made durable before it is believed.
// *kept: whether the doubted transaction is there. 0 or -errno.
int store_reopen(struct store *store, bool *kept);
// Begins and ends a transaction of our own making (tidying): 0 or -errno; in doubt it closes.
int store_begin(struct store *store);
int store_end(struct store *store, int rc);

// Moves what the WAL holds into the database, as far as readers allow, without waiting.
void store_checkpoint(struct store *store);

// --- pieces, each in its own file; within a transaction ----------------------------------------
int store_write_event(struct store *store, const struct event *event);  // event_row.c
int store_write_ticket(struct store *store, const struct event *event); // ticket_row.c
int store_write_row(struct store *store, const struct row *row);        // rows.c

// Reads the rows of a kind. 0 or -errno.
int store_rows(struct store *store, enum row_kind kind, journal_row_fn *fn, void *context);
// Applies what recovery needs to *hall. 0 or -errno.
int store_recover(struct store *store, struct hall **hall);

#endif
