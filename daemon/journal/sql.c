// SPDX-License-Identifier: Apache-2.0
/*
 * SQLite as the journal uses it. Every connection is set up here and nowhere else: WAL with
 * synchronous=FULL (an acknowledged commit survives a power cut), and no checkpoint inside a commit
 * (it would make spikes; store.c does it in idle time).
 *
 * Invariant: a SQLite code leaves this folder only as -errno. Must not: decide what became of a
 * transaction; that is store.c.
 */
#include "daemon/journal/sql.h"

#include <errno.h>
#include <string.h>

#include "common/log.h"

enum { BUSY_MS = 5000 };

int sql_errno(sqlite3 *db, int code) {
    int system = db ? sqlite3_system_errno(db) : 0;
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return -EILSEQ;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_READONLY:
        return -EROFS;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return system == ENOSPC || system == EDQUOT ? -ENOSPC : -EIO;
    default:
        return -EINVAL;
    }
}

int sql_fault(sqlite3 *db, int code, const char *what) {
    log_error("journal", "%s: %s (code %d)", what, db ? sqlite3_errmsg(db) : sqlite3_errstr(code),
              db ? sqlite3_extended_errcode(db) : code);
    return sql_errno(db, code);
}

int sql_exec(sqlite3 *db, const char *sql) {
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    const char *path = sqlite3_db_filename(db, "main");
    return code == SQLITE_OK ? 0 : sql_fault(db, code, path ? path : "database");
}

int sql_open(sqlite3 **db, const char *path, enum sql_mode mode) {
    static const char settings[] = "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                                   "PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=8388608;"
                                   "PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY;";
    int flags =
        SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI |
        (mode == SQL_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
    int code = sqlite3_open_v2(path, db, flags, NULL);
    int rc = code == SQLITE_OK ? 0 : sql_fault(*db, code, "opening a database");
    if (!rc) {
        sqlite3_busy_timeout(*db, BUSY_MS);
        sqlite3_extended_result_codes(*db, 1);
        // Closing a reader, or a writer in doubt (store.c), must not move anything.
        sqlite3_db_config(*db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, mode == SQL_READ, NULL);
        sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        rc = mode == SQL_WRITE ? sql_exec(*db, "PRAGMA journal_mode=WAL") : 0;
    }
    if (!rc)
        rc = sql_exec(*db, settings);
    if (rc) {
        sqlite3_close(*db);
        *db = NULL;
    }
    return rc;
}

int sql_number(sqlite3 *db, const char *sql, int64_t fallback, int64_t *out) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    *out = fallback;
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL)
        *out = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : sql_fault(db, code, "reading");
}

int sql_ready(sqlite3 *db, sqlite3_stmt **statement, const char *sql) {
    int code;
    if (*statement) {
        sqlite3_reset(*statement);
        sqlite3_clear_bindings(*statement);
        return 0;
    }
    code = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
    return code == SQLITE_OK ? 0 : sql_fault(db, code, "preparing");
}

int sql_run(sqlite3_stmt *statement) {
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code;
}

void sql_text(sqlite3_stmt *statement, int column, char *out, size_t room) {
    const char *text = (const char *)sqlite3_column_text(statement, column);
    size_t length = text ? strnlen(text, room - 1) : 0;
    memset(out, 0, room);
    if (length)
        memcpy(out, text, length);
}

size_t sql_blob(sqlite3_stmt *statement, int column, void *out, size_t room) {
    const void *bytes = sqlite3_column_blob(statement, column);
    size_t length = (size_t)sqlite3_column_bytes(statement, column);
    memset(out, 0, room);
    if (!bytes)
        return 0;
    if (length > room)
        length = room;
    memcpy(out, bytes, length);
    return length;
}
