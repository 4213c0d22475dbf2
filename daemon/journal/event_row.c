// SPDX-License-Identifier: Apache-2.0
/*
 * Events as rows of the log. The record holds every field of the kind's table; the columns repeat
 * the ones that queries need. On reading the columns come last and win, so that what a query finds
 * is what a reader is told.
 *
 * Invariant: what is read is what was written, field by field, whatever program wrote it: a record
 * of another length is for record_read to mend, an unknown kind is an error. Must not: know what an
 * event means.
 */
#include "daemon/journal/event_row.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "daemon/hall/record.h"
#include "daemon/journal/store.h"

enum { RECORD_VERSION = 1, RECORD_ROOM = 4096 };

static const char insert[] = "INSERT INTO event(" EVENT_ROW_COLUMNS ")"
                             " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)";

static int make_record(struct store *store, const struct event *event, size_t *length) {
    const struct field *fields = event_fields(event->kind);
    uint8_t *bigger;
    if (!fields)
        return -EINVAL;
    *length = record_write(fields, event, store->record, store->record_room);
    if (*length <= store->record_room)
        return 0;
    bigger = realloc(store->record, *length + RECORD_ROOM);
    if (!bigger)
        return -ENOMEM;
    store->record = bigger;
    store->record_room = *length + RECORD_ROOM;
    *length = record_write(fields, event, store->record, store->record_room);
    return 0;
}

static void bind_text(sqlite3_stmt *statement, int place, const char *text) {
    sqlite3_bind_text(statement, place, text, -1, SQLITE_STATIC);
}

static void bind_event(sqlite3_stmt *statement, const struct event *event) {
    sqlite3_bind_int64(statement, 1, (int64_t)event->seq);
    bind_text(statement, 2, event_kind_name(event->kind));
    sqlite3_bind_int64(statement, 3, event->at.hall_ms);
    sqlite3_bind_int64(statement, 4, event->at.wall_ms);
    sqlite3_bind_int64(statement, 5, event->at.boot);
    sqlite3_bind_int64(statement, 6, event->actor);
    sqlite3_bind_int64(statement, 7, event->window);
    sqlite3_bind_int64(statement, 8, (int64_t)event->ticket.id);
    bind_text(statement, 9, event->ticket.number);
    bind_text(statement, 10, event->ticket.service);
    bind_text(statement, 11, event->ticket.klass);
    bind_text(statement, 12, event->zone);
    bind_text(statement, 13, event->device);
    sqlite3_bind_int64(statement, 14, RECORD_VERSION);
}

int store_write_event(struct store *store, const struct event *event) {
    sqlite3_stmt *statement;
    size_t length = 0;
    int code, rc;
    if (!event_kind_name(event->kind))
        return -EINVAL;
    rc = make_record(store, event, &length);
    if (!rc)
        rc = sql_ready(store->db, &store->statements[STORE_EVENT], insert);
    if (rc)
        return rc;
    statement = store->statements[STORE_EVENT];
    bind_event(statement, event);
    sqlite3_bind_blob64(statement, 15, store->record, length, SQLITE_STATIC);
    code = sql_run(statement);
    return code == SQLITE_OK ? 0 : sql_fault(store->db, code, "writing an event");
}

static bool carries_plan(unsigned kind) {
    return kind == EVENT_DAY_OPENED || kind == EVENT_HALL_CONFIGURED;
}

static int read_record(sqlite3_stmt *statement, struct event *event, struct plan **plan) {
    const uint8_t *bytes = sqlite3_column_blob(statement, 14);
    size_t length = (size_t)sqlite3_column_bytes(statement, 14);
    if (!bytes || sqlite3_column_int(statement, 13) != RECORD_VERSION)
        return -EBADMSG;
    if (carries_plan(event->kind) && !*plan) {
        *plan = calloc(1, sizeof **plan);
        if (!*plan)
            return -ENOMEM;
    }
    return record_read(event_fields(event->kind), bytes, length, event,
                       carries_plan(event->kind) ? *plan : NULL);
}

int event_row_read(sqlite3_stmt *statement, struct event *event, struct plan **plan) {
    const char *kind = (const char *)sqlite3_column_text(statement, 1);
    unsigned known = kind ? event_kind_named(kind) : EVENT_NONE;
    int rc;
    memset(event, 0, sizeof *event);
    event->kind = (uint16_t)known;
    rc = known == EVENT_NONE ? -EBADMSG : read_record(statement, event, plan);
    event->kind = (uint16_t)known;
    event->seq = (uint64_t)sqlite3_column_int64(statement, 0);
    event->at.hall_ms = sqlite3_column_int64(statement, 2);
    event->at.wall_ms = sqlite3_column_int64(statement, 3);
    event->at.boot = (uint32_t)sqlite3_column_int64(statement, 4);
    event->actor = (uint32_t)sqlite3_column_int64(statement, 5);
    event->window = (uint16_t)sqlite3_column_int(statement, 6);
    event->ticket.id = (uint64_t)sqlite3_column_int64(statement, 7);
    sql_text(statement, 8, event->ticket.number, sizeof event->ticket.number);
    sql_text(statement, 9, event->ticket.service, sizeof event->ticket.service);
    sql_text(statement, 10, event->ticket.klass, sizeof event->ticket.klass);
    sql_text(statement, 11, event->zone, sizeof event->zone);
    sql_text(statement, 12, event->device, sizeof event->device);
    if (rc)
        log_error("journal", "event %llu cannot be read: %s", (unsigned long long)event->seq,
                  strerror(-rc));
    return rc;
}
