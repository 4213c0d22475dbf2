// SPDX-License-Identifier: Apache-2.0
/*
 * What follows from the log, kept as rows beside it: one per ticket (for figures, and as the last
 * guard against the same number twice), one per business day and one per notice that hangs (for
 * tidying and recovery).
 *
 * Invariant: these rows are a function of the events and are written in their transaction. Must
 * not: be read by the hall core; the log is the truth.
 */
#include <errno.h>
#include <string.h>

#include "daemon/journal/store.h"

// What an event makes of its ticket's row.
struct turn {
    const char *state;      // NULL = the event changes no row
    bool called, withdrawn; // counts a call, takes one back
    bool started, ended;
};

static const struct turn turns[EVENT_KINDS] = {
    [EVENT_TICKET_CALLED] = {.state = "called", .called = true},
    [EVENT_TICKET_STARTED] = {.state = "serving", .started = true},
    [EVENT_TICKET_FINISHED] = {.state = "finished", .ended = true},
    [EVENT_TICKET_MISSED] = {.state = "missed"},
    [EVENT_TICKET_RETURNED] = {.state = "waiting"},
    [EVENT_TICKET_DEFERRED] = {.state = "waiting"},
    [EVENT_TICKET_PARKED] = {.state = "parked"},
    [EVENT_TICKET_UNPARKED] = {.state = "serving"},
    [EVENT_TICKET_TRANSFERRED] = {.state = "waiting"},
    [EVENT_TICKET_RECYCLED] = {.state = "waiting"},
    [EVENT_TICKET_WITHDRAWN] = {.state = "", .withdrawn = true}, // back to where it was called from
    [EVENT_TICKET_TAKEN_BACK] = {.state = "serving"},
    [EVENT_TICKET_REOPENED] = {.state = "serving"},
    [EVENT_TICKET_CANCELLED] = {.state = "cancelled", .ended = true},
    [EVENT_TICKET_VOIDED] = {.state = "void", .ended = true},
    [EVENT_RATING_GIVEN] = {.state = "", .called = false}, // "" = the state it had
};

static const char issued_sql[] =
    "INSERT INTO ticket(id, date, number, service, class, state, window, calls, misses, issued_ms,"
    " served_ms, level, called_from) VALUES(?1, ?2, ?3, ?4, ?5, 'waiting', 0, 0, 0, ?6, 0, 0, '')";

static const char changed_sql[] =
    "UPDATE ticket SET called_from = CASE WHEN ?7 > 0 THEN state ELSE called_from END,"
    " state = CASE WHEN ?7 < 0 THEN called_from WHEN ?2 = '' THEN state ELSE ?2 END,"
    " service = ?3, class = ?4, window = CASE ?5 WHEN 0 THEN window ELSE ?5 END,"
    " called_ms = CASE WHEN ?7 < 0 AND calls <= 1 THEN NULL ELSE coalesce(called_ms, ?6) END,"
    " calls = calls + ?7, started_ms = coalesce(started_ms, ?8),"
    " ended_ms = CASE ?2 WHEN '' THEN ended_ms ELSE ?9 END, served_ms = coalesce(?10, served_ms),"
    " misses = coalesce(?11, misses), level = coalesce(?12, level) WHERE id = ?1";

static int run(struct store *store, enum store_statement which, const char *what) {
    int code = sql_run(store->statements[which]);
    return code == SQLITE_OK ? 0 : sql_fault(store->db, code, what);
}

static int issue(struct store *store, const struct event *event) {
    sqlite3_stmt *statement;
    int rc = sql_ready(store->db, &store->statements[STORE_TICKET_ISSUED], issued_sql);
    if (rc)
        return rc;
    statement = store->statements[STORE_TICKET_ISSUED];
    sqlite3_bind_int64(statement, 1, (int64_t)event->ticket.id);
    sqlite3_bind_int(statement, 2, store->date);
    sqlite3_bind_text(statement, 3, event->ticket.number, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 4, event->ticket.service, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 5, event->ticket.klass, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 6, event->at.hall_ms);
    return run(store, STORE_TICKET_ISSUED, "giving out a number");
}

static void bind_when(sqlite3_stmt *statement, int place, bool is, int64_t at_ms) {
    if (is)
        sqlite3_bind_int64(statement, place, at_ms);
}

static const char *service_after(const struct event *event) {
    if (event->kind == EVENT_TICKET_TRANSFERRED && event->u.transferred.to_service[0])
        return event->u.transferred.to_service;
    return event->ticket.service;
}

static void bind_change(sqlite3_stmt *statement, const struct event *event,
                        const struct turn *turn) {
    int64_t at_ms = event->at.hall_ms;
    sqlite3_bind_int64(statement, 1, (int64_t)event->ticket.id);
    sqlite3_bind_text(statement, 2, turn->state, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, service_after(event), -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 4, event->ticket.klass, -1, SQLITE_STATIC);
    sqlite3_bind_int(statement, 5, event->window);
    bind_when(statement, 6, turn->called, at_ms);
    sqlite3_bind_int(statement, 7, turn->called - turn->withdrawn);
    bind_when(statement, 8, turn->started, at_ms);
    bind_when(statement, 9, turn->ended, at_ms);
    // In all, parked and reopened times included: a second finish says the whole again.
    bind_when(statement, 10, event->kind == EVENT_TICKET_FINISHED, event->u.finished.serving_ms);
    bind_when(statement, 11, event->kind == EVENT_TICKET_MISSED, event->u.missed.misses);
    bind_when(statement, 12, event->kind == EVENT_RATING_GIVEN, event->u.rating.level);
}

static int change(struct store *store, const struct event *event) {
    int rc = sql_ready(store->db, &store->statements[STORE_TICKET_CHANGED], changed_sql);
    if (rc)
        return rc;
    bind_change(store->statements[STORE_TICKET_CHANGED], event, &turns[event->kind]);
    return run(store, STORE_TICKET_CHANGED, "changing a ticket's row");
}

static int open_day(struct store *store, const struct event *event) {
    static const char sql[] = "INSERT INTO day(first, date) VALUES(?1, ?2)";
    int32_t date = event->u.plan.plan->day.date;
    int rc = sql_ready(store->db, &store->statements[STORE_DAY_OPENED], sql);
    if (rc)
        return rc;
    sqlite3_bind_int64(store->statements[STORE_DAY_OPENED], 1, (int64_t)event->seq);
    sqlite3_bind_int(store->statements[STORE_DAY_OPENED], 2, date);
    rc = run(store, STORE_DAY_OPENED, "opening a day");
    if (!rc)
        rc = sql_exec(store->db, "UPDATE meta SET date = (SELECT date FROM day"
                                 " ORDER BY first DESC LIMIT 1)");
    store->date = date;
    return rc;
}

static int close_day(struct store *store, const struct event *event) {
    static const char sql[] = "UPDATE day SET last = ?1, live = (SELECT count(*) FROM notice) +"
                              " (SELECT count(*) FROM ticket WHERE state IN ('called', 'serving'))"
                              " WHERE first = (SELECT max(first) FROM day)";
    int rc = sql_ready(store->db, &store->statements[STORE_DAY_CLOSED], sql);
    if (rc)
        return rc;
    sqlite3_bind_int64(store->statements[STORE_DAY_CLOSED], 1, (int64_t)event->seq);
    rc = run(store, STORE_DAY_CLOSED, "closing a day");
    return rc ? rc : sql_exec(store->db, "UPDATE meta SET date = 0");
}

static int note_notice(struct store *store, const struct event *event) {
    bool posted = event->kind == EVENT_NOTICE_POSTED;
    enum store_statement which = posted ? STORE_NOTICE_POSTED : STORE_NOTICE_WITHDRAWN;
    int rc =
        sql_ready(store->db, &store->statements[which],
                  posted ? "INSERT INTO notice VALUES(?1)" : "DELETE FROM notice WHERE id = ?1");
    if (rc)
        return rc;
    sqlite3_bind_int64(store->statements[which], 1,
                       (int64_t)(posted ? event->seq : event->u.notice.id));
    return run(store, which, "noting a notice");
}

int store_write_ticket(struct store *store, const struct event *event) {
    if (event->kind == EVENT_DAY_OPENED)
        return open_day(store, event);
    if (event->kind == EVENT_DAY_CLOSED)
        return close_day(store, event);
    if (event->kind == EVENT_NOTICE_POSTED || event->kind == EVENT_NOTICE_WITHDRAWN)
        return note_notice(store, event);
    if (event->kind == EVENT_TICKET_ISSUED)
        return issue(store, event);
    if (event->kind >= EVENT_KINDS || !turns[event->kind].state || event->ticket.id == 0)
        return 0;
    return change(store, event);
}
