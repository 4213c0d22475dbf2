// SPDX-License-Identifier: Apache-2.0
/*
 * What was answered under which idempotency key: in memory, for two days, beside the rows on disk.
 */
#ifndef JIAOHAO_ANSWERS_H
#define JIAOHAO_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/records/record.h"

struct answers;

enum answered_state {
    ANSWERED_PENDING,  // decided, not yet on disk
    ANSWERED_DOUBTFUL, // nobody knows whether it is on disk
    ANSWERED_DURABLE,
};

struct answered { // owned by the table, valid until answers_drop
    struct row_answer row;
    enum answered_state state;
    struct answered *chain;         // same hash
    struct answered *older, *newer; // by age
};

enum { ANSWERS_MOST = 200000 };
#define ANSWERS_KEPT_MS (INT64_C(2) * 24 * 3600 * 1000)

struct answers *answers_new(void);
void answers_free(struct answers *answers); // NULL is fine

// Fills scope, key and body hash of a row. A scope or key too long for its place goes in as its
// hash, so that two long ones never look alike. `body` may be NULL with length 0.
void answers_name(struct row_answer *row, const char *scope, const char *key, const void *body,
                  size_t length);

struct answered *answers_find(const struct answers *answers, const struct row_answer *named);
// Takes in a copy; a durable one of the same name is replaced. NULL without memory.
struct answered *answers_add(struct answers *answers, const struct row_answer *row,
                             enum answered_state state);
void answers_drop(struct answers *answers, struct answered *entry);
// Forgets durable ones older than two days, and the oldest beyond ANSWERS_MOST.
void answers_forget(struct answers *answers, int64_t now_ms);
// Every pending or doubtful one becomes durable (kept), doubtful, or is dropped.
void answers_turn(struct answers *answers, enum answered_state from, enum answered_state to);
void answers_drop_all(struct answers *answers, enum answered_state state);

#endif
