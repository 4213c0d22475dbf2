// SPDX-License-Identifier: Apache-2.0
/*
 * Records as rows: one entry of a table per kind says how it is written and, where the daemon wants
 * it back at its start, how it is read.
 *
 * Invariant: a row is written in the transaction of the events it belongs to. Must not: decide
 * anything; that was done by who made the row.
 */
#include <errno.h>
#include <string.h>

#include "daemon/journal/store.h"

struct row_form {
    const char *write;
    void (*bind)(sqlite3_stmt *statement, const struct row *row);
    const char *read; // NULL = never read back
    void (*take)(sqlite3_stmt *statement, struct row *row);
};

static void text(sqlite3_stmt *statement, int place, const char *value) {
    sqlite3_bind_text(statement, place, value, -1, SQLITE_STATIC);
}

static void number(sqlite3_stmt *statement, int place, uint64_t value) {
    sqlite3_bind_int64(statement, place, (int64_t)value);
}

static void bind_person(sqlite3_stmt *statement, const struct row *row) {
    const struct row_person *person = &row->u.person;
    number(statement, 1, person->id);
    number(statement, 2, person->role);
    text(statement, 3, person->name);
    text(statement, 4, person->pin_hash);
    sqlite3_bind_int64(statement, 5, person->created_ms);
    sqlite3_bind_int64(statement, 6, person->disabled_ms);
}

static void take_person(sqlite3_stmt *statement, struct row *row) {
    struct row_person *person = &row->u.person;
    person->id = (uint32_t)sqlite3_column_int64(statement, 0);
    person->role = (uint32_t)sqlite3_column_int64(statement, 1);
    sql_text(statement, 2, person->name, sizeof person->name);
    sql_text(statement, 3, person->pin_hash, sizeof person->pin_hash);
    person->created_ms = sqlite3_column_int64(statement, 4);
    person->disabled_ms = sqlite3_column_int64(statement, 5);
}

static void bind_session(sqlite3_stmt *statement, const struct row *row) {
    const struct row_session *session = &row->u.session;
    sqlite3_bind_blob(statement, 1, session->hash, sizeof session->hash, SQLITE_STATIC);
    number(statement, 2, session->person);
    number(statement, 3, session->window);
    number(statement, 4, session->program);
    sqlite3_bind_int64(statement, 5, session->created_ms);
    sqlite3_bind_int64(statement, 6, session->expires_ms);
}

static void take_session(sqlite3_stmt *statement, struct row *row) {
    struct row_session *session = &row->u.session;
    sql_blob(statement, 0, session->hash, sizeof session->hash);
    session->person = (uint32_t)sqlite3_column_int64(statement, 1);
    session->window = (uint16_t)sqlite3_column_int(statement, 2);
    session->program = (uint16_t)sqlite3_column_int(statement, 3);
    session->created_ms = sqlite3_column_int64(statement, 4);
    session->expires_ms = sqlite3_column_int64(statement, 5);
}

static void bind_session_end(sqlite3_stmt *statement, const struct row *row) {
    sqlite3_bind_blob(statement, 1, row->u.session.hash, SECRET_HASH_BYTES, SQLITE_STATIC);
}

static void bind_answer(sqlite3_stmt *statement, const struct row *row) {
    const struct row_answer *answer = &row->u.answer;
    text(statement, 1, answer->scope);
    text(statement, 2, answer->key);
    sqlite3_bind_blob(statement, 3, answer->body, sizeof answer->body, SQLITE_STATIC);
    number(statement, 4, answer->first);
    number(statement, 5, answer->last);
    number(statement, 6, answer->ticket);
    sqlite3_bind_int64(statement, 7, answer->at_ms);
}

static void take_answer(sqlite3_stmt *statement, struct row *row) {
    struct row_answer *answer = &row->u.answer;
    sql_text(statement, 0, answer->scope, sizeof answer->scope);
    sql_text(statement, 1, answer->key, sizeof answer->key);
    sql_blob(statement, 2, answer->body, sizeof answer->body);
    answer->first = (uint64_t)sqlite3_column_int64(statement, 3);
    answer->last = (uint64_t)sqlite3_column_int64(statement, 4);
    answer->ticket = (uint64_t)sqlite3_column_int64(statement, 5);
    answer->at_ms = sqlite3_column_int64(statement, 6);
}

static void bind_secret(sqlite3_stmt *statement, const struct row *row) {
    const struct row_secret *secret = &row->u.secret;
    size_t length = secret->length <= sizeof secret->box ? secret->length : 0;
    number(statement, 1, secret->ticket);
    sqlite3_bind_int(statement, 2, secret->date);
    sqlite3_bind_blob64(statement, 3, secret->box, length, SQLITE_STATIC);
}

static void bind_cursor(sqlite3_stmt *statement, const struct row *row) {
    text(statement, 1, row->u.cursor.reader);
    number(statement, 2, row->u.cursor.seq);
}

static void take_cursor(sqlite3_stmt *statement, struct row *row) {
    sql_text(statement, 0, row->u.cursor.reader, sizeof row->u.cursor.reader);
    row->u.cursor.seq = (uint64_t)sqlite3_column_int64(statement, 1);
}

static void bind_audit(sqlite3_stmt *statement, const struct row *row) {
    sqlite3_bind_int64(statement, 1, row->u.audit.at_ms);
    number(statement, 2, row->u.audit.actor);
    text(statement, 3, row->u.audit.what);
    text(statement, 4, row->u.audit.which);
}

static void named(sqlite3_stmt *statement, int place, uint32_t value, const char *const *names) {
    uint32_t at = 0;
    while (at < value && names[at])
        at++;
    text(statement, place, names[at] ? names[at] : "");
}

// Its place among the names; the count of names if it is none of them.
static uint32_t place_of(sqlite3_stmt *statement, int column, const char *const *names) {
    char name[16];
    uint32_t at = 0;
    sql_text(statement, column, name, sizeof name);
    while (names[at] && strcmp(names[at], name) != 0)
        at++;
    return at;
}

static void bind_delivery(sqlite3_stmt *statement, const struct row *row) {
    const struct row_delivery *delivery = &row->u.delivery;
    number(statement, 1, delivery->seq);
    text(statement, 2, delivery->target);
    named(statement, 3, delivery->kind, message_names);
    number(statement, 4, delivery->ticket);
    sqlite3_bind_int(statement, 5, delivery->date);
    named(statement, 6, delivery->state, delivery_state_names);
    number(statement, 7, delivery->attempts);
    sqlite3_bind_int64(statement, 8, delivery->next_ms);
    sqlite3_bind_int64(statement, 9, delivery->deadline_ms);
    sqlite3_bind_blob(statement, 10, delivery->phone, sizeof delivery->phone, SQLITE_STATIC);
}

static void take_delivery(sqlite3_stmt *statement, struct row *row) {
    struct row_delivery *delivery = &row->u.delivery;
    delivery->seq = (uint64_t)sqlite3_column_int64(statement, 0);
    sql_text(statement, 1, delivery->target, sizeof delivery->target);
    delivery->kind = place_of(statement, 2, message_names);
    delivery->ticket = (uint64_t)sqlite3_column_int64(statement, 3);
    delivery->date = sqlite3_column_int(statement, 4);
    delivery->state = place_of(statement, 5, delivery_state_names);
    delivery->attempts = (uint32_t)sqlite3_column_int64(statement, 6);
    delivery->next_ms = sqlite3_column_int64(statement, 7);
    delivery->deadline_ms = sqlite3_column_int64(statement, 8);
    sql_blob(statement, 9, delivery->phone, sizeof delivery->phone);
}

static void take_contact(sqlite3_stmt *statement, struct row *row) {
    row->u.secret.ticket = (uint64_t)sqlite3_column_int64(statement, 0);
    row->u.secret.date = sqlite3_column_int(statement, 1);
}

static void bind_end(sqlite3_stmt *statement, const struct row *row) {
    number(statement, 1, row->u.end.ticket);
    sqlite3_bind_int(statement, 2, row->u.end.date);
}

static void bind_end_date(sqlite3_stmt *statement, const struct row *row) {
    sqlite3_bind_int(statement, 1, row->u.end.date);
}

static const struct row_form forms[ROW_KINDS] = {
    [ROW_PERSON] =
        {
            "INSERT OR REPLACE INTO person VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
            bind_person,
            "SELECT id, role, name, pin_hash, created_ms, disabled_ms FROM person ORDER BY id",
            take_person,
        },
    [ROW_SESSION] =
        {
            "INSERT OR REPLACE INTO session VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
            bind_session,
            "SELECT hash, person, window, program, created_ms, expires_ms FROM session"
            " ORDER BY created_ms",
            take_session,
        },
    [ROW_SESSION_END] = {"DELETE FROM session WHERE hash = ?1", bind_session_end, NULL, NULL},
    [ROW_ANSWER] =
        {
            "INSERT OR REPLACE INTO answer VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            bind_answer,
            "SELECT scope, key, body, first, last, ticket, at_ms FROM answer WHERE at_ms >="
            " (SELECT hall_ms FROM meta) - 172800000 ORDER BY at_ms",
            take_answer,
        },
    // Read back without the box: whose they are, for erasing.
    [ROW_CONTACT] = {"INSERT OR REPLACE INTO contact VALUES(?1, ?2, ?3)", bind_secret,
                     "SELECT ticket, date FROM contact ORDER BY ticket", take_contact},
    [ROW_COMMENT] = {"INSERT INTO comment(ticket, date, box) VALUES(?1, ?2, ?3)", bind_secret, NULL,
                     NULL},
    [ROW_CURSOR] = {"INSERT OR REPLACE INTO cursor VALUES(?1, ?2)", bind_cursor,
                    "SELECT reader, seq FROM cursor", take_cursor},
    [ROW_AUDIT] = {"INSERT INTO audit(at_ms, actor, what, which) VALUES(?1, ?2, ?3, ?4)",
                   bind_audit, NULL, NULL},
    [ROW_DELIVERY] =
        {
            "INSERT OR REPLACE INTO delivery VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            bind_delivery,
            "SELECT seq, target, kind, ticket, date, state, attempts, next_ms, deadline_ms, phone"
            " FROM delivery ORDER BY seq",
            take_delivery,
        },
    [ROW_DELIVERY_END] = {"DELETE FROM delivery WHERE date < ?1", bind_end_date, NULL, NULL},
    [ROW_CONTACT_END] = {"DELETE FROM contact WHERE ticket = ?1 OR date < ?2", bind_end, NULL,
                         NULL},
};

int store_write_row(struct store *store, const struct row *row) {
    sqlite3_stmt **statement;
    int code, rc;
    if (row->kind >= ROW_KINDS)
        return -EINVAL;
    statement = &store->statements[STORE_ROWS + row->kind];
    rc = sql_ready(store->db, statement, forms[row->kind].write);
    if (rc)
        return rc;
    forms[row->kind].bind(*statement, row);
    code = sql_run(*statement);
    return code == SQLITE_OK ? 0 : sql_fault(store->db, code, "writing a record");
}

int store_rows(struct store *store, enum row_kind kind, journal_row_fn *fn, void *context) {
    sqlite3_stmt *statement = NULL;
    struct row row;
    int code;
    if (kind >= ROW_KINDS || !forms[kind].read)
        return -EINVAL;
    if (!store->db)
        return -EIO;
    code = sqlite3_prepare_v2(store->db, forms[kind].read, -1, &statement, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        memset(&row, 0, sizeof row);
        row.kind = kind;
        forms[kind].take(statement, &row);
        fn(context, &row);
        code = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? 0 : sql_fault(store->db, code, "reading records");
}
