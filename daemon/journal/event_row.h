// SPDX-License-Identifier: Apache-2.0
/*
 * An event as a row of the log, written and read.
 */
#ifndef JIAOHAO_JOURNAL_EVENT_ROW_H
#define JIAOHAO_JOURNAL_EVENT_ROW_H

#include "daemon/hall/event.h"
#include "daemon/journal/sql.h"

// The columns event_row_read expects, in its order.
#define EVENT_ROW_COLUMNS                                                                          \
    "seq, kind, hall_ms, wall_ms, boot, actor, window, ticket, number, service, class, zone,"      \
    " device, version, record"

// Reads the current row into *event. *plan is made if the event carries one and *plan is NULL, and
// belongs to the caller; the event points to it. 0, -EBADMSG if the row makes no sense, -ENOMEM.
int event_row_read(sqlite3_stmt *statement, struct event *event, struct plan **plan);

#endif
