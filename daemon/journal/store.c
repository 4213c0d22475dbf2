// SPDX-License-Identifier: Apache-2.0
/*
 * Transactions on hall.db, and what became of them. There are exactly three answers:
 *
 *   done           COMMIT returned OK: with synchronous=FULL it is on the disk
 *   surely not     the error came before COMMIT, or COMMIT itself ran out of space; no transaction
 *                  is open any more and a fresh look shows the old sequence number
 *   unknown        COMMIT met any other I/O error, or rolling back was in doubt. A failed fdatasync
 *                  was seen to leave the rows in the WAL: a later reader may find them. So the
 *                  connection is closed (writing nothing) and opened again, and what is then found
 *                  is copied from the WAL into the database and synced before anybody believes it:
 *                  pages that only the cache holds are no promise.
 *
 * Invariant: a batch begins at seq + 1 or is refused. Must not: retry a transaction by itself.
 */
#include "daemon/journal/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/log.h"
#include "daemon/journal/schema.h"

static const char meta_now[] = "SELECT seq, batch, hall_ms, wall_ms, moment_boot, date, boot"
                               " FROM meta WHERE id = 1";

// --- connection --------------------------------------------------------------------------------

static void drop_connection(struct store *store) {
    for (size_t i = 0; i < STORE_STATEMENTS; i++) {
        sqlite3_finalize(store->statements[i]);
        store->statements[i] = NULL;
    }
    if (store->db && sqlite3_close(store->db) != SQLITE_OK)
        log_error("journal", "closing hall.db: a statement was left over");
    store->db = NULL;
}

static int count_frames(void *context, sqlite3 *db, const char *name, int frames) {
    struct store *store = context;
    (void)db;
    (void)name;
    store->wal_frames = frames;
    return SQLITE_OK;
}

static int check_whole(sqlite3 *db) {
    sqlite3_stmt *statement = NULL;
    char verdict[160] = "";
    int code = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        sql_text(statement, 0, verdict, sizeof verdict);
    sqlite3_finalize(statement);
    if (code != SQLITE_ROW)
        return sql_fault(db, code, "checking hall.db");
    if (strcmp(verdict, "ok") == 0)
        return 0;
    log_error("journal", "hall.db is damaged (%s): restore a backup", verdict);
    return -EILSEQ;
}

// What the WAL holds may be in the cache only: into the database with it, and synced.
static int make_durable(sqlite3 *db) {
    int frames = 0, moved = 0;
    int code = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_FULL, &frames, &moved);
    if (code != SQLITE_OK)
        return sql_fault(db, code, "making hall.db durable");
    return frames == moved ? 0 : -EBUSY;
}

static int read_meta(struct store *store) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->db, meta_now, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        store->seq = (uint64_t)sqlite3_column_int64(statement, 0);
        store->batch = (uint64_t)sqlite3_column_int64(statement, 1);
        store->last.hall_ms = sqlite3_column_int64(statement, 2);
        store->last.wall_ms = sqlite3_column_int64(statement, 3);
        store->last.boot = (uint32_t)sqlite3_column_int64(statement, 4);
        store->date = sqlite3_column_int(statement, 5);
        store->boot = (uint32_t)sqlite3_column_int64(statement, 6);
    }
    sqlite3_finalize(statement);
    return code == SQLITE_ROW ? 0 : sql_fault(store->db, code, "reading where the log ends");
}

static int open_connection(struct store *store) {
    int rc = sql_open(&store->db, store->path, SQL_WRITE);
    if (rc)
        return rc;
    sqlite3_wal_hook(store->db, count_frames, store);
    return make_durable(store->db);
}

static int check_end(struct store *store) {
    int64_t most;
    int rc = sql_number(store->db, "SELECT max(seq) FROM event", (int64_t)store->seq, &most);
    if (rc || (uint64_t)most == store->seq)
        return rc;
    log_error("journal", "hall.db contradicts itself: the log ends at %lld, not %llu",
              (long long)most, (unsigned long long)store->seq);
    return -EILSEQ;
}

// hall.db is made before history.db: the second without the first is a loss, not a beginning.
static int check_not_lost(const char *path) {
    char history[STORE_PATH_BYTES];
    struct stat there;
    int folder = (int)(strrchr(path, '/') - path);
    if (stat(path, &there) == 0 && there.st_size > 0)
        return 0;
    snprintf(history, sizeof history, "%.*s/history.db", folder, path);
    if (stat(history, &there))
        return 0;
    log_error("journal", "hall.db is missing or empty, and history.db beside it is not: restore a "
                         "backup, or take both away to begin anew");
    return -EILSEQ;
}

int store_open(struct store *store, const char *path) {
    int rc;
    snprintf(store->path, sizeof store->path, "%s", path);
    rc = check_not_lost(path);
    if (!rc)
        rc = open_connection(store);
    if (!rc)
        rc = check_whole(store->db);
    if (!rc)
        rc = schema_migrate(store->db, SCHEMA_HALL);
    if (!rc)
        rc = read_meta(store);
    if (!rc)
        rc = check_end(store);
    if (rc)
        store_close(store);
    return rc;
}

void store_close(struct store *store) {
    drop_connection(store);
    free(store->record);
    store->record = NULL;
    store->record_room = 0;
}

int store_count_start(struct store *store) {
    int rc = sql_exec(store->db, "UPDATE meta SET boot = boot + 1");
    if (!rc)
        store->boot++;
    return rc;
}

int store_reopen(struct store *store, bool *kept) {
    uint64_t doubted = store->doubted;
    int rc = 0;
    *kept = false;
    if (!store->db) {
        rc = open_connection(store);
        if (!rc)
            store->reopened++;
    }
    if (!rc)
        rc = read_meta(store);
    if (rc) {
        drop_connection(store);
        return rc;
    }
    *kept = doubted > 0 && store->batch == doubted;
    store->doubted = 0;
    return 0;
}

void store_checkpoint(struct store *store) {
    int code;
    if (!store->db || store->wal_frames == 0)
        return;
    code = sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (code == SQLITE_OK)
        store->wal_frames = 0;
    else if (code != SQLITE_BUSY)
        sql_fault(store->db, code, "moving the log's tail into hall.db");
}

// --- transactions ------------------------------------------------------------------------------

static int step(struct store *store, enum store_statement which, const char *sql) {
    int rc = sql_ready(store->db, &store->statements[which], sql);
    return rc ? SQLITE_ERROR : sql_run(store->statements[which]);
}

static enum commit in_doubt(struct store *store, const char *why) {
    log_error("journal", "%s: nobody knows whether it is on the disk; opening hall.db again", why);
    store->doubted = store->batch + 1;
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    drop_connection(store);
    return COMMIT_UNKNOWN;
}

// After an error: no transaction is open, and the log ends where it ended before.
static bool surely_not(struct store *store) {
    int64_t batch;
    if (!sqlite3_get_autocommit(store->db))
        step(store, STORE_ROLLBACK, "ROLLBACK");
    if (!sqlite3_get_autocommit(store->db))
        return false;
    if (sql_number(store->db, "SELECT batch FROM meta", -1, &batch))
        return false;
    return (uint64_t)batch == store->batch;
}

static enum commit not_committed(struct store *store, int rc) {
    if (!surely_not(store))
        return in_doubt(store, "rolling back failed");
    log_error("journal", "a batch was not stored: %s", strerror(-rc));
    return rc == -ENOSPC ? COMMIT_FULL : COMMIT_REFUSED;
}

static enum commit commit_now(struct store *store) {
    int code = step(store, STORE_COMMIT, "COMMIT");
    if (code == SQLITE_OK)
        return COMMIT_DONE;
    if ((code & 0xff) == SQLITE_IOERR)
        return in_doubt(store, "the disk failed during a commit");
    return not_committed(store, sql_fault(store->db, code, "commit"));
}

static int write_meta(struct store *store, const struct batch *batch) {
    static const char sql[] =
        "UPDATE meta SET seq = ?1, batch = ?2, hall_ms = ?3, wall_ms = ?4, moment_boot = ?5";
    sqlite3_stmt *meta;
    const struct moment *at = &store->last;
    uint64_t seq = store->seq + batch->event_count;
    int code, rc = sql_ready(store->db, &store->statements[STORE_META], sql);
    if (rc)
        return rc;
    if (batch->event_count)
        at = &batch->events[batch->event_count - 1].at;
    meta = store->statements[STORE_META];
    sqlite3_bind_int64(meta, 1, (int64_t)seq);
    sqlite3_bind_int64(meta, 2, (int64_t)store->batch + 1);
    sqlite3_bind_int64(meta, 3, at->hall_ms);
    sqlite3_bind_int64(meta, 4, at->wall_ms);
    sqlite3_bind_int64(meta, 5, at->boot);
    code = sql_run(meta);
    return code == SQLITE_OK ? 0 : sql_fault(store->db, code, "noting where the log ends");
}

static int write_batch(struct store *store, const struct batch *batch) {
    int rc = 0;
    for (size_t i = 0; !rc && i < batch->event_count; i++) {
        rc = store_write_event(store, &batch->events[i]);
        if (!rc)
            rc = store_write_ticket(store, &batch->events[i]);
    }
    for (size_t i = 0; !rc && i < batch->row_count; i++)
        rc = store_write_row(store, &batch->rows[i]);
    return rc ? rc : write_meta(store, batch);
}

static bool follows(const struct store *store, const struct batch *batch) {
    for (size_t i = 0; i < batch->event_count; i++)
        if (batch->events[i].seq != store->seq + 1 + i)
            return false;
    return true;
}

static void settle(struct store *store, const struct batch *batch) {
    store->batch++;
    store->seq += batch->event_count;
    if (batch->event_count)
        store->last = batch->events[batch->event_count - 1].at;
}

static int begin(struct store *store) {
    int code = step(store, STORE_BEGIN, "BEGIN IMMEDIATE");
    return code == SQLITE_OK ? 0 : sql_fault(store->db, code, "beginning a batch");
}

enum commit store_commit(struct store *store, const struct batch *batch) {
    int32_t date = store->date;
    enum commit commit;
    bool kept;
    int rc;
    if (!follows(store, batch)) {
        log_error("journal", "a batch does not follow on %llu: refused",
                  (unsigned long long)store->seq);
        return COMMIT_REFUSED;
    }
    if (!store->db && (store->doubted || store_reopen(store, &kept)))
        return COMMIT_REFUSED; // what is in doubt must be mended first
    rc = begin(store);
    if (!rc)
        rc = write_batch(store, batch);
    commit = rc ? not_committed(store, rc) : commit_now(store);
    if (commit == COMMIT_DONE)
        settle(store, batch);
    else
        store->date = date;
    return commit;
}

enum commit store_probe(struct store *store) {
    enum commit commit;
    bool kept;
    int rc;
    if (!store->db && (store->doubted || store_reopen(store, &kept)))
        return COMMIT_REFUSED;
    rc = begin(store);
    if (!rc)
        rc = sql_exec(store->db, "UPDATE meta SET probe = probe + 1");
    commit = rc ? not_committed(store, rc) : commit_now(store);
    if (commit == COMMIT_UNKNOWN)
        store->doubted = 0; // nobody waits for a probe's outcome
    return commit;
}

int store_begin(struct store *store) {
    return store->db ? begin(store) : -EIO;
}

int store_end(struct store *store, int rc) {
    enum commit commit;
    if (!store->db)
        return -EIO;
    commit = rc ? not_committed(store, rc) : commit_now(store);
    if (commit == COMMIT_UNKNOWN)
        store->doubted = 0; // tidying can be repeated: nobody waits for its outcome
    return commit == COMMIT_DONE ? 0 : rc ? rc : -EIO;
}
