// SPDX-License-Identifier: Apache-2.0
/*
 * What gathers for one commit: events, rows, and who waits for an answer, in the order of asking.
 */
#ifndef JIAOHAO_GATHERING_H
#define JIAOHAO_GATHERING_H

#include "daemon/answers.h"
#include "daemon/journal/journal.h"
#include "daemon/pipeline.h"

struct waiting { // one asker
    struct waiting *next;
    pipeline_answer_fn *answer;
    void *context;
    enum answer_kind kind; // what will be answered if all goes well
    struct refusal refusal;
    uint64_t first, last, ticket;
    uint64_t based_on;    // seq of *ahead* when this was decided: a refusal is true if that settles
    size_t event, events; // of this gathering
    size_t rows;
    struct answered *entry; // the key it was asked under, if it does something
    struct answered *joins; // the key of another that is not durable yet
};

struct gathering {
    struct event *events;
    struct row *rows;
    size_t event_count, row_count, event_room, row_room;
    struct waiting *first, **end;
    size_t waiting;
};

void gathering_begin(struct gathering *gathering); // empty, in zeroed memory
void gathering_free(struct gathering *gathering);  // what it holds; nobody may wait
void gathering_clear(struct gathering *gathering); // events and rows
bool gathering_writes(const struct gathering *gathering);
// Makes room for so many more: 0 or -ENOMEM.
int gathering_room(struct gathering *gathering, size_t events, size_t rows);
void gathering_add(struct gathering *gathering, struct waiting *waiting);
struct waiting *gathering_take(struct gathering *gathering); // the first who waits, NULL if none

#endif
