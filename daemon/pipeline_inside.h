// SPDX-License-Identifier: Apache-2.0
/*
 * What pipeline.c (asking, deciding, handing over) and settle.c (what comes back from the journal)
 * share, and nobody else includes.
 */
#ifndef JIAOHAO_PIPELINE_INSIDE_H
#define JIAOHAO_PIPELINE_INSIDE_H

#include "common/loop.h"
#include "daemon/gathering.h"

enum {
    LISTENERS_MAX = 8,
    MEND_MS = 1000,       // between two probes
    SINGLE_BATCHES = 32,  // good commits of one command each before groups are trusted again
    TICK_MOST_MS = 60000, // the timer's clock stands still in suspend, hall time does not
    TICK_AGAIN_MS = 1000, // a tick that led to nothing is not repeated at once
};

enum health { WELL, NO_SPACE, REFUSES, IN_DOUBT };

struct request { // an ask, all of it copied
    struct request *next;
    struct command command;
    struct row rows[PIPELINE_ROWS_MAX];
    size_t row_count;
    struct row_answer named; // key "" = none
    pipeline_answer_fn *answer;
    void *context;
};

struct listener {
    pipeline_told_fn *fn;
    void *context;
};

struct pipeline {
    struct journal *journal;
    struct pipeline_clock clock;
    struct hall *settled, *ahead;
    struct answers *answers;
    struct gathering batches[2];
    struct gathering *gathering, *flying; // the same two, swapped
    struct batch out;                     // what the journal borrows
    bool at_journal;
    struct request *queue, **queue_end; // while single: asked, not decided yet
    size_t queued;
    unsigned single; // good commits left until groups are trusted again, 0 = groups
    enum health health;
    bool mending;         // a probe or journal_mend is under way
    int64_t idle_tick_ms; // deadline at which a tick led to nothing
    struct decision decision;
    struct loop_timer *turn, *tick, *mend;
    struct listener listeners[LISTENERS_MAX];
    size_t listener_count;
    pipeline_follow_fn *follow;
    struct pipeline_figures figures;
};

// pipeline.c
void pipeline_flush(struct pipeline *pipeline); // sends what has gathered, if the way is free
void pipeline_arm_tick(struct pipeline *pipeline);
enum answer_kind pipeline_stuck_kind(const struct pipeline *pipeline); // BUSY or NOT_STORED
void pipeline_answer_queue(struct pipeline *pipeline); // what queues is told that we are stuck

// settle.c
void pipeline_committed(void *pipeline, enum commit commit);
void pipeline_fail(struct pipeline *pipeline, enum commit commit);
// Answers all who wait now, in order. Who asks from inside an answer waits for the next turn.
void pipeline_answer_all(struct pipeline *pipeline, struct gathering *from);
void pipeline_mend_now(void *pipeline); // the timer: probe or mend

#endif
