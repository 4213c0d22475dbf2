// SPDX-License-Identifier: Apache-2.0
/*
 * What the two databases look like, and how an older one becomes today's.
 */
#ifndef JIAOHAO_JOURNAL_SCHEMA_H
#define JIAOHAO_JOURNAL_SCHEMA_H

#include <sqlite3.h>

enum schema_which { SCHEMA_HALL, SCHEMA_HISTORY };

// Makes an empty database ours or brings an older one up to date. 0; -EPROTO it was written by a
// newer program; -EILSEQ it is not ours; else -errno. Logged.
int schema_migrate(sqlite3 *db, enum schema_which which);
// Looks only: 0 if it is ours and of today, else as above.
int schema_check(sqlite3 *db, enum schema_which which);

#endif
