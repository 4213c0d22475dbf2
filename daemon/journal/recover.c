// SPDX-License-Identifier: Apache-2.0
/*
 * The hall from the log: the events of the open day applied to an empty hall, in order. If an
 * earlier day left something to it (somebody being served, a notice that hangs), that day comes
 * first; if no day is open, the last one closed does, because the next must know its date.
 *
 * Invariant: what is recovered is byte for byte what was settled before the stop, but for two
 * things that days long gone may have left behind: room grown for tickets, and the last word of
 * devices, which say it again when the broker is reached. Must not: skip an
 * event that cannot be applied; a log with a hole is damage.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "daemon/journal/event_row.h"
#include "daemon/journal/history.h"
#include "daemon/journal/store.h"

static int apply_row(sqlite3_stmt *statement, struct hall **hall, struct plan **plan) {
    struct event event;
    int rc = event_row_read(statement, &event, plan);
    if (rc)
        return rc == -ENOMEM ? rc : -EILSEQ;
    if ((*hall)->seq == 0)
        (*hall)->seq = event.seq - 1; // what came before has moved to history.db
    rc = hall_apply(hall, &event);
    if (rc)
        log_error("journal", "event %llu (%s) cannot follow: %s", (unsigned long long)event.seq,
                  event_kind_name(event.kind), strerror(-rc));
    return rc == -EINVAL ? -EILSEQ : rc;
}

static int apply_all(struct store *store, sqlite3_stmt *statement, struct hall **hall) {
    struct plan *plan = NULL; // one is enough: the hall copies it
    int code = SQLITE_DONE, rc = 0;
    while (!rc && (code = sqlite3_step(statement)) == SQLITE_ROW)
        rc = apply_row(statement, hall, &plan);
    free(plan);
    if (!rc && code != SQLITE_DONE)
        rc = sql_fault(store->db, code, "recovering the day");
    if (!rc && (*hall)->seq != store->seq && store->seq > 0) {
        log_error("journal", "the log ends at %llu, not at %llu", (unsigned long long)(*hall)->seq,
                  (unsigned long long)store->seq);
        rc = -EILSEQ;
    }
    return rc;
}

int store_recover(struct store *store, struct hall **hall) {
    static const char sql[] =
        "SELECT " EVENT_ROW_COLUMNS " FROM event WHERE seq >= ?1 ORDER BY seq";
    sqlite3_stmt *statement = NULL;
    int64_t from;
    int code, rc;
    if (!store->db)
        return -EIO;
    rc = history_needed_from(store->db, &from);
    if (rc)
        return rc;
    code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    if (code != SQLITE_OK)
        return sql_fault(store->db, code, "recovering the day");
    sqlite3_bind_int64(statement, 1, from);
    rc = apply_all(store, statement, hall);
    sqlite3_finalize(statement);
    return rc;
}
