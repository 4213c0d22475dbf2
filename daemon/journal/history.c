// SPDX-License-Identifier: Apache-2.0
/*
 * A closed day goes to history.db in three stages, each a slice or many: its events are copied in
 * order; then, in one transaction, its tickets, its day row and its figures; and only when recovery
 * needs it no more is it deleted from hall.db, events first and its day row last.
 *
 * Every slice looks at both databases to see where things stand, so it does not matter where the
 * power went out: what was copied is skipped, what was deleted is gone. An event is in at least one
 * of the two at any moment, because a copy is durable before anything is deleted.
 *
 * Invariant: history.db never holds up the hall. Damaged, or of another log, it is set aside and
 * begun anew. Must not: write both databases in one transaction: in WAL that would not be atomic.
 */
#include "daemon/journal/history.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/log.h"
#include "daemon/journal/schema.h"

struct history {
    char folder[STORE_PATH_BYTES];
    sqlite3 *db; // history.db as main, hall.db attached for reading; NULL until needed
};

struct closed_day { // events [first, end) in hall.db
    int64_t first, end;
    bool leaves; // recovery does not need it
};

int history_needed_from(sqlite3 *db, int64_t *from) {
    static const char start[] =
        "SELECT max(first) FROM day AS d WHERE coalesce((SELECT live + (p.date = d.date)"
        " FROM day AS p WHERE p.first < d.first ORDER BY p.first DESC LIMIT 1), 0) = 0";
    int64_t earliest;
    // A day stands alone if the one before left nothing to it, and is not the same date.
    int rc = sql_number(db, start, 0, from);
    if (!rc)
        rc = sql_number(db, "SELECT min(first) FROM day", 0, &earliest);
    // Before the very first day there may be events too: an alarm, a device that came online.
    if (!rc && *from == earliest)
        *from = 0;
    return rc;
}

// --- opening -----------------------------------------------------------------------------------

static void set_aside(const char *folder, const char *why, const char *said) {
    static const char *const parts[] = {"", "-wal", "-shm"};
    char from[STORE_PATH_BYTES + 32], to[STORE_PATH_BYTES + 64], stamp[32] = "";
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc))
        strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(from, sizeof from, "%s/history.db%s", folder, parts[i]);
        snprintf(to, sizeof to, "%s/history.db.%s-%s%s", folder, why, stamp, parts[i]);
        if (rename(from, to) && errno != ENOENT)
            log_error("journal", "history.db could not be set aside: %s", strerror(errno));
    }
    log_error("journal", "history.db %s and was set aside as history.db.%s-%s; a new one begins",
              said, why, stamp);
}

static int open_once(struct history *history) {
    char path[STORE_PATH_BYTES + 32];
    int64_t most;
    int rc;
    snprintf(path, sizeof path, "%s/history.db", history->folder);
    rc = sql_open(&history->db, path, SQL_WRITE);
    if (!rc)
        rc = schema_migrate(history->db, SCHEMA_HISTORY);
    if (!rc)
        rc = sql_number(history->db, "SELECT max(seq) FROM event", 0, &most);
    if (rc) {
        sqlite3_close(history->db);
        history->db = NULL;
    }
    return rc;
}

static int attach_hall(struct history *history) {
    char *sql = sqlite3_mprintf("ATTACH %Q || '/hall.db' AS hall", history->folder);
    int rc = sql ? sql_exec(history->db, sql) : -ENOMEM;
    sqlite3_free(sql);
    return rc;
}

static void close_connection(struct history *history) {
    sqlite3_close(history->db);
    history->db = NULL;
}

static void set_damaged_aside(struct history *history) {
    close_connection(history);
    set_aside(history->folder, "damaged", "is damaged");
}

static int open_whole(struct history *history) {
    int rc = open_once(history);
    if (rc == -EILSEQ) {
        set_damaged_aside(history);
        rc = open_once(history);
    }
    return rc ? rc : attach_hall(history);
}

// Events that hall.db has never had: it was lost, or is an old copy. What it writes from now on
// bears the same numbers, and would be taken for copied already.
static int knows_more(struct history *history, int64_t *more) {
    return sql_number(history->db,
                      "SELECT coalesce((SELECT max(seq) FROM main.event), 0) >"
                      " (SELECT seq FROM hall.meta)",
                      0, more);
}

static int open_connection(struct history *history) {
    int64_t more = 0;
    int rc;
    if (history->db)
        return 0;
    rc = open_whole(history);
    if (!rc)
        rc = knows_more(history, &more);
    if (!rc && !more)
        return 0;
    close_connection(history);
    if (rc)
        return rc;
    set_aside(history->folder, "ahead", "knows events that hall.db has not");
    return open_whole(history);
}

struct history *history_open(const char *directory) {
    struct history *history = calloc(1, sizeof *history);
    int rc;
    if (!history)
        return NULL;
    snprintf(history->folder, sizeof history->folder, "%s", directory);
    rc = open_connection(history);
    if (rc)
        log_warning("journal", "history.db cannot be used now (%s): closed days stay in hall.db",
                    strerror(-rc));
    close_connection(history); // reopened when there is something to move
    return history;
}

void history_close(struct history *history) {
    if (!history)
        return;
    close_connection(history);
    free(history);
}

// --- where things stand ------------------------------------------------------------------------

// Fills the oldest closed day with work left; 1 if there is one, 0 if none, or -errno. `skip`
// leaves out days up to this seq.
static int oldest_closed(struct store *store, int64_t skip, struct closed_day *day) {
    static const char sql[] =
        "SELECT first, coalesce((SELECT min(first) FROM day AS n WHERE n.first > d.first),"
        " (SELECT seq + 1 FROM meta)) FROM day AS d WHERE last NOT NULL AND first > ?1"
        " ORDER BY first LIMIT 1";
    sqlite3_stmt *statement = NULL;
    int64_t needed = 0;
    int code, rc = history_needed_from(store->db, &needed);
    if (rc)
        return rc;
    code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) {
        sqlite3_bind_int64(statement, 1, skip);
        code = sqlite3_step(statement);
    }
    if (code == SQLITE_ROW) {
        day->first = sqlite3_column_int64(statement, 0);
        day->end = sqlite3_column_int64(statement, 1);
        day->leaves = day->end <= needed;
    }
    sqlite3_finalize(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return sql_fault(store->db, code, "looking for closed days");
    return code == SQLITE_ROW;
}

static int number_of(sqlite3 *db, int64_t *out, const char *format, ...) {
    va_list arguments;
    char *sql;
    int rc;
    va_start(arguments, format);
    sql = sqlite3_vmprintf(format, arguments);
    va_end(arguments);
    rc = sql ? sql_number(db, sql, 0, out) : -ENOMEM;
    sqlite3_free(sql);
    return rc;
}

// Runs statements whose ?1 and ?2 are the day's first seq and its end.
static int exec_for_day(sqlite3 *db, const char *sql, const struct closed_day *day) {
    sqlite3_stmt *statement = NULL;
    int code = SQLITE_OK;
    while (code == SQLITE_OK && *sql) {
        code = sqlite3_prepare_v2(db, sql, -1, &statement, &sql);
        if (code != SQLITE_OK)
            break;
        sqlite3_bind_int64(statement, 1, day->first);
        if (sqlite3_bind_parameter_count(statement) > 1)
            sqlite3_bind_int64(statement, 2, day->end);
        code = sql_run(statement);
        sqlite3_finalize(statement);
    }
    return code == SQLITE_OK ? 0 : sql_fault(db, code, "moving a closed day");
}

// --- the stages --------------------------------------------------------------------------------

static const char copy_events[] =
    "INSERT OR IGNORE INTO main.event SELECT * FROM hall.event WHERE seq < ?2 AND seq >="
    " coalesce((SELECT max(seq) + 1 FROM main.event WHERE seq >= ?1 AND seq < ?2), ?1)"
    " ORDER BY seq LIMIT 500";

// Figures of a day: P90 by nearest rank; a ticket counts where it stands now. In history.db a
// day's `last` says how far its events were copied when the figures were made.
static const char copy_figures[] =
    "INSERT OR REPLACE INTO main.ticket SELECT * FROM hall.ticket"
    " WHERE id >= ?1 AND id < ?2;"
    "INSERT OR REPLACE INTO main.day SELECT first, date, (SELECT max(seq) FROM main.event WHERE"
    " seq >= ?1 AND seq < ?2), live FROM hall.day WHERE first = ?1;"
    "DELETE FROM main.service_day WHERE first = ?1;"
    "INSERT INTO main.service_day"
    " WITH t AS (SELECT *, called_ms - issued_ms AS wait FROM main.ticket"
    "   WHERE id >= ?1 AND id < ?2),"
    " r AS (SELECT service AS of, wait AS rank_wait,"
    "   row_number() OVER (PARTITION BY service ORDER BY called_ms - issued_ms) AS place,"
    "   count(*) OVER (PARTITION BY service) AS n FROM t WHERE wait NOT NULL)"
    " SELECT ?1, (SELECT date FROM main.day WHERE first = ?1), service, count(*),"
    "  count(called_ms), sum(state = 'finished'), sum(misses > 0), sum(state = 'cancelled'),"
    "  sum(state = 'void'), coalesce(sum(wait), 0), CAST(avg(wait) AS INTEGER),"
    "  (SELECT rank_wait FROM r WHERE of = t.service AND place = (n * 9 + 9) / 10),"
    "  sum(served_ms) FROM t GROUP BY service;";

static const char delete_events[] =
    "DELETE FROM event WHERE seq IN (SELECT seq FROM event WHERE seq >= ?1 AND seq < ?2"
    " ORDER BY seq LIMIT 500)";

static const char delete_rest[] = "DELETE FROM contact WHERE ticket >= ?1 AND ticket < ?2;"
                                  "DELETE FROM ticket WHERE id >= ?1 AND id < ?2;"
                                  "DELETE FROM day WHERE first = ?1;";

// One transaction on history.db alone.
static int in_history(struct history *history, const char *sql, const struct closed_day *day) {
    int rc = sql_exec(history->db, "BEGIN");
    if (!rc)
        rc = exec_for_day(history->db, sql, day);
    if (!rc)
        rc = sql_exec(history->db, "COMMIT");
    if (rc && !sqlite3_get_autocommit(history->db))
        sqlite3_exec(history->db, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

// One transaction on hall.db alone.
static int in_hall(struct store *store, const char *sql, const struct closed_day *day) {
    int rc = store_begin(store);
    return rc ? rc : store_end(store, exec_for_day(store->db, sql, day));
}

struct standing { // last seq of the day in hall.db, in history.db, and as the figures know it
    int64_t in_hall, in_history, in_figures;
};

static int stand(struct history *history, const struct closed_day *day, struct standing *standing) {
    static const char range[] = "SELECT max(seq) FROM %w.event WHERE seq >= %lld AND seq < %lld";
    int rc = number_of(history->db, &standing->in_hall, range, "hall", day->first, day->end);
    if (!rc)
        rc = number_of(history->db, &standing->in_history, range, "main", day->first, day->end);
    if (!rc)
        rc = number_of(history->db, &standing->in_figures,
                       "SELECT last FROM main.day WHERE first = %lld", day->first);
    return rc;
}

// The last stage. A ticket carried over may have ended since the figures were made: once more.
static int leave(struct history *history, struct store *store, const struct closed_day *day) {
    int rc = in_history(history, copy_figures, day);
    return rc ? rc : in_hall(store, delete_rest, day);
}

// The next slice of this day: 1 if something was done, 0 if nothing is left, or -errno.
static int move_slice(struct history *history, struct store *store, const struct closed_day *day) {
    struct standing standing;
    int rc = stand(history, day, &standing);
    if (rc)
        return rc;
    if (standing.in_hall > standing.in_history)
        rc = in_history(history, copy_events, day);
    else if (standing.in_figures != standing.in_history)
        rc = in_history(history, copy_figures, day);
    else if (!day->leaves)
        return 0;
    else if (standing.in_hall)
        rc = in_hall(store, delete_events, day);
    else
        rc = leave(history, store, day);
    return rc ? rc : 1;
}

// Answers and sessions that nobody can ask for any more.
static int forget_slice(struct store *store) {
    static const char *const sql[] = {
        "DELETE FROM answer WHERE (scope, key) IN (SELECT scope, key FROM answer WHERE at_ms <"
        " (SELECT hall_ms FROM meta) - 172800000 LIMIT 500)",
        "DELETE FROM session WHERE hash IN (SELECT hash FROM session WHERE expires_ms <"
        " (SELECT hall_ms FROM meta) - 172800000 LIMIT 500)",
    };
    int changes = 0, rc = store_begin(store);
    if (rc)
        return rc;
    for (size_t i = 0; !rc && i < sizeof sql / sizeof *sql; i++) {
        rc = sql_exec(store->db, sql[i]);
        changes += sqlite3_changes(store->db);
    }
    rc = store_end(store, rc);
    return rc ? rc : changes > 0;
}

// Damage was met: hall.db is small enough to look; if it is whole, history.db is the culprit.
static void judge_damage(struct history *history, struct store *store) {
    int64_t faults;
    close_connection(history);
    if (sql_number(store->db,
                   "SELECT count(*) FROM pragma_quick_check(1) WHERE quick_check <> 'ok'", 1,
                   &faults) == 0 &&
        faults == 0)
        set_damaged_aside(history);
}

int history_step(struct history *history, struct store *store) {
    struct closed_day day = {0};
    int rc = 0, found;
    if (!store->db)
        return -EIO;
    while ((found = oldest_closed(store, day.first, &day)) > 0) {
        rc = open_connection(history);
        if (!rc)
            rc = move_slice(history, store, &day);
        if (rc)
            break;
    }
    if (rc == -EILSEQ)
        judge_damage(history, store);
    if (found < 0 || rc)
        return found < 0 ? found : rc;
    close_connection(history);
    return forget_slice(store);
}
