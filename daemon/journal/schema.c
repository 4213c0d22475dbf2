// SPDX-License-Identifier: Apache-2.0
/*
 * The disk format. hall.db: the open day's log (`event`), what follows from it (`day`, `ticket`),
 * records that outlive the day (`person` … `audit`) and one row of `meta`. history.db: closed days
 * in the same tables, and `service_day`, figures per day and service for reports.
 *
 *   event.kind     by name ("ticket.called"): the numbers of enum event_kind are free to change
 *   event.record   the fields of the kind's table, compact (daemon/hall/record.h); `version` is the
 *                  format of that record. The typed columns repeat what queries and recovery need.
 *   day            [first, the next day's first) are the seqs of a business day; `last` is the seq
 *                  of day.closed, `live` how much of it the next day takes along: people being
 *                  served, notices that still hang
 *   notice         seqs of the notices that hang
 *   ticket         state by name; called_ms is its first call; UNIQUE(date, number) is the last
 *                  guard against one number twice: if it fires, the batch is refused
 *   delivery       messages to phones: (seq, target) names one; kind and state by name; `phone` is a
 *                  digest under the day's key, for counting; the rows of a day go with the day
 *   meta           starts counted, last seq, transactions counted (so that a batch of records
 *                  alone can be found again), last moment, open business day (0 = none)
 *
 * Invariant: a migration is never changed once released; a new one is added at the end. One
 * migration, one transaction, user_version included.
 */
#include "daemon/journal/schema.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/log.h"
#include "daemon/journal/sql.h"

#define LOG_TABLES                                                                                 \
    "CREATE TABLE event(seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, hall_ms INTEGER NOT NULL,"    \
    " wall_ms INTEGER NOT NULL, boot INTEGER NOT NULL, actor INTEGER NOT NULL,"                    \
    " window INTEGER NOT NULL, ticket INTEGER NOT NULL, number TEXT NOT NULL,"                     \
    " service TEXT NOT NULL, class TEXT NOT NULL, zone TEXT NOT NULL, device TEXT NOT NULL,"       \
    " version INTEGER NOT NULL, record BLOB NOT NULL) STRICT;"                                     \
    "CREATE TABLE day(first INTEGER PRIMARY KEY, date INTEGER NOT NULL, last INTEGER,"             \
    " live INTEGER) STRICT;"                                                                       \
    "CREATE TABLE ticket(id INTEGER PRIMARY KEY, date INTEGER NOT NULL, number TEXT NOT NULL,"     \
    " service TEXT NOT NULL, class TEXT NOT NULL, state TEXT NOT NULL, window INTEGER NOT NULL,"   \
    " calls INTEGER NOT NULL, misses INTEGER NOT NULL, issued_ms INTEGER NOT NULL,"                \
    " called_ms INTEGER, started_ms INTEGER, ended_ms INTEGER, served_ms INTEGER NOT NULL,"        \
    " level INTEGER NOT NULL, called_from TEXT NOT NULL, UNIQUE(date, number)) STRICT;"

static const char *const hall_migrations[] = {
    LOG_TABLES
    "CREATE TABLE notice(id INTEGER PRIMARY KEY) STRICT;"
    "CREATE TABLE person(id INTEGER PRIMARY KEY, role INTEGER NOT NULL, name TEXT NOT NULL,"
    " pin_hash TEXT NOT NULL, created_ms INTEGER NOT NULL, disabled_ms INTEGER NOT NULL) STRICT;"
    "CREATE TABLE session(hash BLOB PRIMARY KEY, person INTEGER NOT NULL, window INTEGER NOT NULL,"
    " program INTEGER NOT NULL, created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE answer(scope TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL,"
    " first INTEGER NOT NULL, last INTEGER NOT NULL, ticket INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, PRIMARY KEY(scope, key)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX answer_at ON answer(at_ms);"
    "CREATE TABLE contact(ticket INTEGER PRIMARY KEY, date INTEGER NOT NULL, box BLOB NOT NULL)"
    " STRICT;"
    "CREATE TABLE comment(id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL, date INTEGER NOT NULL,"
    " box BLOB NOT NULL) STRICT;"
    "CREATE TABLE cursor(reader TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE audit(id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, actor INTEGER NOT NULL,"
    " what TEXT NOT NULL, which TEXT NOT NULL) STRICT;"
    "CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id = 1), boot INTEGER NOT NULL,"
    " seq INTEGER NOT NULL, batch INTEGER NOT NULL, probe INTEGER NOT NULL,"
    " hall_ms INTEGER NOT NULL, wall_ms INTEGER NOT NULL, moment_boot INTEGER NOT NULL,"
    " date INTEGER NOT NULL) STRICT;"
    "INSERT INTO meta VALUES(1, 0, 0, 0, 0, 0, 0, 0, 0);",
    // 2: messages to phones
    "CREATE TABLE delivery(seq INTEGER NOT NULL, target TEXT NOT NULL, kind TEXT NOT NULL,"
    " ticket INTEGER NOT NULL, date INTEGER NOT NULL, state TEXT NOT NULL,"
    " attempts INTEGER NOT NULL, next_ms INTEGER NOT NULL, deadline_ms INTEGER NOT NULL,"
    " phone BLOB NOT NULL, PRIMARY KEY(seq, target)) STRICT, WITHOUT ROWID;",
    NULL,
};

static const char *const history_migrations[] = {
    LOG_TABLES
    "CREATE TABLE service_day(first INTEGER NOT NULL, date INTEGER NOT NULL, service TEXT NOT NULL,"
    " issued INTEGER NOT NULL, called INTEGER NOT NULL, finished INTEGER NOT NULL,"
    " missed INTEGER NOT NULL, cancelled INTEGER NOT NULL, voided INTEGER NOT NULL,"
    " wait_ms_sum INTEGER NOT NULL, wait_ms_mean INTEGER, wait_ms_p90 INTEGER,"
    " service_ms_sum INTEGER NOT NULL, PRIMARY KEY(first, service)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX service_day_date ON service_day(date);",
    NULL,
};

struct schema {
    int64_t application; // "JHDB", "JHHI"
    const char *name;
    const char *const *migrations;
};

static const struct schema schemas[] = {
    [SCHEMA_HALL] = {0x4a484442, "hall.db", hall_migrations},
    [SCHEMA_HISTORY] = {0x4a484849, "history.db", history_migrations},
};

static int64_t newest(const struct schema *schema) {
    int64_t count = 0;
    while (schema->migrations[count])
        count++;
    return count;
}

// Whether the file is ours or still empty; *version is how far it has come.
static int look(sqlite3 *db, const struct schema *schema, int64_t *version) {
    int64_t application, tables;
    int rc = sql_number(db, "PRAGMA application_id", 0, &application);
    if (!rc)
        rc = sql_number(db, "PRAGMA user_version", 0, version);
    if (!rc)
        rc = sql_number(db, "SELECT count(*) FROM sqlite_schema", 0, &tables);
    if (rc)
        return rc;
    if (application != schema->application && (application || *version || tables)) {
        log_error("journal", "%s is not one of ours: move it away", schema->name);
        return -EILSEQ;
    }
    if (*version <= newest(schema))
        return 0;
    log_error("journal",
              "%s was written by a newer program (format %lld, this one knows up to %lld): "
              "install that program again, or restore a backup made before it",
              schema->name, (long long)*version, (long long)newest(schema));
    return -EPROTO;
}

static int migrate_once(sqlite3 *db, const struct schema *schema, int64_t version) {
    char stamp[128];
    int rc = sql_exec(db, "BEGIN IMMEDIATE");
    if (rc)
        return rc;
    snprintf(stamp, sizeof stamp, "PRAGMA application_id=%lld; PRAGMA user_version=%lld;",
             (long long)schema->application, (long long)version + 1);
    rc = sql_exec(db, schema->migrations[version]);
    if (!rc)
        rc = sql_exec(db, stamp);
    if (!rc)
        rc = sql_exec(db, "COMMIT");
    if (rc && !sqlite3_get_autocommit(db))
        sql_exec(db, "ROLLBACK");
    return rc;
}

int schema_migrate(sqlite3 *db, enum schema_which which) {
    const struct schema *schema = &schemas[which];
    int64_t version;
    int rc = look(db, schema, &version);
    for (; !rc && version < newest(schema); version++)
        rc = migrate_once(db, schema, version);
    return rc;
}

int schema_check(sqlite3 *db, enum schema_which which) {
    const struct schema *schema = &schemas[which];
    int64_t version;
    int rc = look(db, schema, &version);
    return rc || version == newest(schema) ? rc : -EILSEQ;
}
