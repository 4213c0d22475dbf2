// SPDX-License-Identifier: Apache-2.0
/*
 * The edge to SQLite: the only place where its codes become -errno, and short names for what the
 * journal does with it all day.
 */
#ifndef JIAOHAO_JOURNAL_SQL_H
#define JIAOHAO_JOURNAL_SQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

enum sql_mode { SQL_WRITE, SQL_READ };

// Opens (SQL_WRITE makes) a database and sets what every connection of ours has: WAL, FULL, foreign
// keys, no automatic checkpoint. 0 or -errno, logged; *db is NULL on error.
int sql_open(sqlite3 **db, const char *path, enum sql_mode mode);

// -errno for a SQLite code: -ENOSPC full, -EILSEQ damaged, -EIO, -EBUSY, -ENOMEM, -EROFS, -EINVAL.
int sql_errno(sqlite3 *db, int code);
// The same, with the library's words logged after `what`.
int sql_fault(sqlite3 *db, int code, const char *what);

int sql_exec(sqlite3 *db, const char *sql); // 0 or -errno, logged
// The first column of the first row; `fallback` if there is no row or it is NULL. 0 or -errno.
int sql_number(sqlite3 *db, const char *sql, int64_t fallback, int64_t *out);
// Prepares once, keeps in *statement, resets and unbinds it for use. 0 or -errno, logged.
int sql_ready(sqlite3 *db, sqlite3_stmt **statement, const char *sql);
// Runs a statement that gives no rows, and resets it. A SQLite code.
int sql_run(sqlite3_stmt *statement);

// Copies a text column, cut to room, zero-filled.
void sql_text(sqlite3_stmt *statement, int column, char *out, size_t room);
// Copies a blob column into a place of fixed size, zero-filled; the bytes copied.
size_t sql_blob(sqlite3_stmt *statement, int column, void *out, size_t room);

#endif
