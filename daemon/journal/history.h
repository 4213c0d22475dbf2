// SPDX-License-Identifier: Apache-2.0
/*
 * Closed days, moved from hall.db to history.db a slice at a time.
 */
#ifndef JIAOHAO_JOURNAL_HISTORY_H
#define JIAOHAO_JOURNAL_HISTORY_H

#include "daemon/journal/store.h"

struct history;

// seq of the first event that recovery needs; everything before it may leave hall.db. 0 or -errno.
int history_needed_from(sqlite3 *db, int64_t *from);

// Opens or makes history.db in the folder; one in ruins is set aside (renamed with the date) and
// logged. NULL if none can be had: the days then stay in hall.db.
struct history *history_open(const char *directory);
void history_close(struct history *history); // NULL is fine

// Does one slice of the work: 1 if there may be more, 0 if nothing is left to do, or -errno (to be
// tried again another time). Never within a transaction of the store.
int history_step(struct history *history, struct store *store);

#endif
