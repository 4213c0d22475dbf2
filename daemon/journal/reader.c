// SPDX-License-Identifier: Apache-2.0
/*
 * Readers of the log. Connections are opened for each job and closed after it: that costs a
 * fraction of a millisecond, and no reader holds an old file when history.db was set aside, nor the
 * WAL's index when hall.db is opened again after a fault.
 *
 * While a closed day is being moved an event may be in both databases, never in neither: hall.db is
 * read first, then history.db only up to where hall.db begins. So each is seen once and in order.
 *
 * Invariant: nothing here writes to either database. Must not: fail because history.db is damaged;
 * what it holds is then missing, and first_known says from where on the log is whole.
 */
#include "daemon/journal/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "daemon/journal/event_row.h"
#include "daemon/journal/schema.h"
#include "daemon/journal/store.h"

struct span { // seqs wanted: after < seq < before
    uint64_t after, before;
    size_t limit;
};

static int open_file(sqlite3 **db, const char *directory, const char *name) {
    char path[STORE_PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    if (access(path, F_OK))
        return -ENOENT;
    return sql_open(db, path, SQL_READ);
}

static int take_event(struct reader_page *page, sqlite3_stmt *statement) {
    struct plan *plan = NULL;
    int rc = event_row_read(statement, &page->events[page->count], &plan);
    if (plan)
        page->plans[page->plan_count++] = plan;
    if (!rc)
        page->count++;
    return rc;
}

// Appends the events of one database to the page.
static int read_span(struct reader_page *page, sqlite3 *db, const struct span *span) {
    static const char sql[] =
        "SELECT " EVENT_ROW_COLUMNS " FROM event WHERE seq > ?1 AND seq < ?2 ORDER BY seq LIMIT ?3";
    sqlite3_stmt *statement = NULL;
    int rc = 0, code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code != SQLITE_OK)
        return sql_fault(db, code, "reading the log");
    sqlite3_bind_int64(statement, 1, (int64_t)span->after);
    sqlite3_bind_int64(statement, 2, (int64_t)span->before);
    sqlite3_bind_int64(statement, 3, (int64_t)span->limit);
    while (!rc && (code = sqlite3_step(statement)) == SQLITE_ROW)
        rc = take_event(page, statement);
    if (!rc && code != SQLITE_DONE)
        rc = sql_fault(db, code, "reading the log");
    sqlite3_finalize(statement);
    return rc;
}

// The oldest seq of a database, INT64_MAX if it has none.
static int oldest(sqlite3 *db, uint64_t *seq) {
    int64_t least;
    int rc = sql_number(db, "SELECT min(seq) FROM event", INT64_MAX, &least);
    *seq = (uint64_t)least;
    return rc;
}

static int read_hall(struct reader_page *page, const char *directory, const struct span *span) {
    sqlite3 *db = NULL;
    int rc = open_file(&db, directory, "hall.db");
    if (!rc)
        rc = sql_exec(db, "BEGIN"); // both looks see the same state
    if (!rc)
        rc = oldest(db, &page->first_known);
    if (!rc)
        rc = read_span(page, db, span);
    sqlite3_close(db);
    return rc;
}

// Puts what history.db has before what the page already has.
static int read_history(struct reader_page *page, const char *directory, const struct span *span) {
    struct reader_page older = {.events = calloc(span->limit, sizeof *older.events),
                                .plans = page->plans,
                                .plan_count = page->plan_count};
    uint64_t first = INT64_MAX;
    sqlite3 *db = NULL;
    size_t kept = page->count;
    int rc = older.events ? open_file(&db, directory, "history.db") : -ENOMEM;
    if (!rc)
        rc = oldest(db, &first);
    if (!rc)
        rc = read_span(&older, db, span);
    sqlite3_close(db);
    page->plan_count = older.plan_count;
    if (!rc && first < page->first_known)
        page->first_known = first;
    if (!rc && older.count > 0) {
        if (kept > span->limit - older.count)
            kept = span->limit - older.count;
        memmove(page->events + older.count, page->events, kept * sizeof *page->events);
        memcpy(page->events, older.events, older.count * sizeof *page->events);
        page->count = older.count + kept;
    }
    free(older.events);
    return rc == -ENOMEM ? rc : 0;
}

int reader_page_fill(struct reader_page *page, const char *directory, uint64_t after,
                     size_t limit) {
    struct span span = {.after = after, .before = INT64_MAX, .limit = limit};
    int rc;
    memset(page, 0, sizeof *page);
    if (limit > READER_EVENTS_MAX)
        span.limit = limit = READER_EVENTS_MAX;
    page->events = calloc(limit + 1, sizeof *page->events);
    page->plans = calloc(2 * limit + 2, sizeof(struct plan *));
    if (!page->events || !page->plans)
        return -ENOMEM;
    rc = read_hall(page, directory, &span);
    if (rc)
        return rc;
    if (page->count > 0 && page->events[0].seq <= after + 1 && page->first_known <= 1)
        return 0;
    span.before = page->count > 0 ? page->events[0].seq : INT64_MAX;
    rc = read_history(page, directory, &span);
    if (page->first_known == INT64_MAX)
        page->first_known = 0;
    return rc;
}

void reader_page_empty(struct reader_page *page) {
    for (size_t i = 0; i < page->plan_count; i++)
        free(page->plans[i]);
    free(page->plans);
    free(page->events);
    memset(page, 0, sizeof *page);
}

int reader_contact(const char *directory, uint64_t ticket, struct row_secret *secret) {
    static const char sql[] = "SELECT ticket, date, box FROM contact WHERE ticket = ?1";
    sqlite3_stmt *statement = NULL;
    sqlite3 *db = NULL;
    int code, rc = open_file(&db, directory, "hall.db");
    memset(secret, 0, sizeof *secret);
    if (rc)
        return rc;
    code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) {
        sqlite3_bind_int64(statement, 1, (int64_t)ticket);
        code = sqlite3_step(statement);
    }
    if (code == SQLITE_ROW) {
        secret->ticket = ticket;
        secret->date = sqlite3_column_int(statement, 1);
        secret->length = (uint16_t)sql_blob(statement, 2, secret->box, sizeof secret->box);
    }
    sqlite3_finalize(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        rc = sql_fault(db, code, "reading a contact");
    sqlite3_close(db);
    return rc;
}

// --- backup ------------------------------------------------------------------------------------

static int vacuum_into(const char *directory, const char *path) {
    sqlite3 *db = NULL;
    int rc = open_file(&db, directory, "hall.db");
    char *sql = sqlite3_mprintf("VACUUM INTO %Q", path);
    if (!rc)
        rc = sql ? sql_exec(db, sql) : -ENOMEM;
    sqlite3_free(sql);
    sqlite3_close(db);
    return rc;
}

static int check_copy(const char *path) {
    int64_t faults;
    sqlite3 *db = NULL;
    int rc = sql_open(&db, path, SQL_READ);
    if (!rc)
        rc = schema_check(db, SCHEMA_HALL);
    if (!rc)
        rc = sql_number(db, "SELECT count(*) FROM pragma_quick_check(1) WHERE quick_check <> 'ok'",
                        1, &faults);
    sqlite3_close(db);
    return rc ? rc : faults ? -EILSEQ : 0;
}

static int sync_path(const char *path, int flags) {
    int rc, fd = open(path, flags | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    rc = fsync(fd) ? -errno : 0;
    close(fd);
    return rc;
}

static int put_in_place(const char *part, const char *path) {
    char folder[STORE_PATH_BYTES];
    snprintf(folder, sizeof folder, "%s", path);
    if (rename(part, path))
        return -errno;
    return sync_path(dirname(folder), O_RDONLY | O_DIRECTORY);
}

int reader_backup(const char *directory, const char *path) {
    char part[STORE_PATH_BYTES];
    int rc;
    if ((size_t)snprintf(part, sizeof part, "%s.part", path) >= sizeof part)
        return -ENAMETOOLONG;
    if (unlink(part) && errno != ENOENT)
        return -errno;
    rc = vacuum_into(directory, part);
    if (!rc)
        rc = check_copy(part);
    if (!rc)
        rc = sync_path(part, O_RDONLY);
    if (!rc)
        rc = put_in_place(part, path);
    if (rc) {
        log_error("journal", "the backup failed: %s", strerror(-rc));
        unlink(part);
    }
    return rc;
}
