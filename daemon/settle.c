// SPDX-License-Identifier: Apache-2.0
/*
 * What comes back from the journal: a durable batch is settled, told and answered; one that is not
 * goes one of the ways written at the top of pipeline.c, and the disk is probed until it is well.
 *
 * Invariant: *settled* is what is on disk, or health is IN_DOUBT. An answer is final when it is
 * said. Must not: decide commands.
 */
#include "daemon/pipeline_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

// --- answering -----------------------------------------------------------------------------------

static void count_answer(struct pipeline_figures *figures, enum answer_kind kind) {
    switch (kind) {
    case ANSWER_DONE:
        figures->done++;
        break;
    case ANSWER_REPEATED:
        figures->repeated++;
        break;
    case ANSWER_REFUSED:
    case ANSWER_KEY_REUSED:
        figures->refused++;
        break;
    case ANSWER_NOT_STORED:
        figures->not_stored++;
        break;
    case ANSWER_UNKNOWN:
        figures->unknown++;
        break;
    case ANSWER_BUSY:
        figures->busy++;
        break;
    }
}

static void say(struct pipeline *pipeline, const struct waiting *waiting,
                const struct event *events) {
    bool told = waiting->kind == ANSWER_DONE || waiting->kind == ANSWER_REPEATED;
    struct answer answer = {.kind = waiting->kind, .hall = pipeline->settled};
    if (waiting->kind == ANSWER_REFUSED)
        answer.refusal = waiting->refusal;
    if (told) {
        answer.first = waiting->first;
        answer.last = waiting->last;
        answer.ticket = waiting->ticket;
    }
    if (waiting->kind == ANSWER_DONE && waiting->events > 0) {
        answer.events = events + waiting->event;
        answer.event_count = waiting->events;
    }
    count_answer(&pipeline->figures, waiting->kind);
    if (waiting->answer)
        waiting->answer(waiting->context, &answer);
}

// Answers all who wait now, in order. Who asks from inside an answer waits for the next turn.
void pipeline_answer_all(struct pipeline *pipeline, struct gathering *from) {
    const struct event *events = from->events;
    size_t count = from->waiting;
    while (count-- > 0) {
        struct waiting *waiting = gathering_take(from);
        say(pipeline, waiting, events);
        free(waiting);
    }
}

static void tell(struct pipeline *pipeline, const struct event *events, size_t count) {
    for (size_t i = 0; count > 0 && i < pipeline->listener_count; i++)
        pipeline->listeners[i].fn(pipeline->listeners[i].context, pipeline->settled, events, count);
}

// --- when a commit fails
// ---------------------------------------------------------------------------

// Who joined another's key shares its fate.
static enum answer_kind word_with_other(const struct waiting *waiting, enum answer_kind lost) {
    switch (waiting->joins->state) {
    case ANSWERED_DURABLE:
        return waiting->kind;
    case ANSWERED_DOUBTFUL:
        return ANSWER_UNKNOWN;
    case ANSWERED_PENDING:
        break;
    }
    return lost;
}

// What becomes of one asker when its batch is lost with the word `lost`.
static enum answer_kind word_of_loss(const struct pipeline *pipeline, const struct waiting *waiting,
                                     enum answer_kind lost) {
    if (waiting->joins)
        return word_with_other(waiting, lost);
    switch (waiting->kind) {
    case ANSWER_DONE:
        if (waiting->events + waiting->rows > 0)
            return lost;
        break;
    case ANSWER_REFUSED:
        break;
    case ANSWER_REPEATED:
    case ANSWER_KEY_REUSED:
    case ANSWER_NOT_STORED:
    case ANSWER_UNKNOWN:
    case ANSWER_BUSY:
        return waiting->kind;
    }
    return waiting->based_on <= pipeline->settled->seq ? waiting->kind
                                                       : pipeline_stuck_kind(pipeline);
}

// Says what is lost, without answering yet. Keys of what is surely lost are forgotten afterwards.
static void mark_lost(struct pipeline *pipeline, struct gathering *batch, enum answer_kind lost) {
    struct waiting *waiting;
    if (lost == ANSWER_UNKNOWN)
        for (waiting = batch->first; waiting; waiting = waiting->next)
            if (waiting->entry)
                waiting->entry->state = ANSWERED_DOUBTFUL;
    for (waiting = batch->first; waiting; waiting = waiting->next)
        waiting->kind = word_of_loss(pipeline, waiting, lost);
    for (waiting = batch->first; waiting; waiting = waiting->next)
        waiting->joins = NULL;
}

static enum health health_after(enum commit commit) {
    return commit == COMMIT_FULL ? NO_SPACE : commit == COMMIT_REFUSED ? REFUSES : IN_DOUBT;
}

void pipeline_fail(struct pipeline *pipeline, enum commit commit) {
    enum answer_kind lost = commit == COMMIT_UNKNOWN ? ANSWER_UNKNOWN : ANSWER_NOT_STORED;
    bool alone = pipeline->single > 0;
    pipeline->health = health_after(commit);
    if (commit == COMMIT_REFUSED)
        pipeline->single = SINGLE_BATCHES;
    mark_lost(pipeline, pipeline->flying, lost);
    mark_lost(pipeline, pipeline->gathering, ANSWER_NOT_STORED);
    answers_drop_all(pipeline->answers, ANSWERED_PENDING);
    gathering_clear(pipeline->gathering);
    if (hall_copy(&pipeline->ahead, pipeline->settled))
        pipeline->health = IN_DOUBT; // no memory: mending makes both anew
    log_error("pipeline", "a batch of %zu events was not settled; nothing is decided until it is",
              pipeline->flying->event_count);
    // A command that failed alone is the culprit: whether the disk is well is soon known.
    loop_timer_set(pipeline->mend, alone && commit == COMMIT_REFUSED ? 0 : MEND_MS);
    loop_timer_set(pipeline->tick, -1);
    pipeline_answer_all(pipeline, pipeline->flying);
    pipeline->at_journal = false;
    if (pipeline->health != IN_DOUBT)
        gathering_clear(pipeline->flying); // in doubt it may turn out to be there
    pipeline_answer_all(pipeline, pipeline->gathering);
}

static void well_again(struct pipeline *pipeline) {
    if (pipeline->health == WELL)
        return;
    log_notice("pipeline", "the journal is well again");
    pipeline->health = WELL;
    pipeline_flush(pipeline);
}

static void probed(void *context, enum commit commit) {
    struct pipeline *pipeline = context;
    pipeline->mending = false;
    if (commit == COMMIT_DONE) {
        well_again(pipeline);
        return;
    }
    if (commit == COMMIT_FULL)
        pipeline->health = NO_SPACE;
    pipeline_answer_queue(pipeline);
    loop_timer_set(pipeline->turn, 0);
    loop_timer_set(pipeline->mend, MEND_MS);
}

// The plans that doubted events point to may be gone: their askers were answered.
static void lend_plan(struct pipeline *pipeline, struct gathering *batch) {
    for (size_t i = 0; i < batch->event_count; i++)
        if (batch->events[i].kind == EVENT_DAY_OPENED ||
            batch->events[i].kind == EVENT_HALL_CONFIGURED)
            batch->events[i].u.plan.plan = &pipeline->settled->plan;
}

static bool was_kept(const struct pipeline *pipeline, const struct journal_found *found) {
    const struct gathering *batch = pipeline->flying;
    if (batch->event_count > 0)
        return found->hall->seq >= batch->events[batch->event_count - 1].seq;
    return found->kept;
}

static int take_found(struct pipeline *pipeline, const struct journal_found *found) {
    struct gathering *batch = pipeline->flying;
    bool kept = was_kept(pipeline, found);
    int rc = hall_copy(&pipeline->ahead, found->hall);
    if (rc)
        return rc;
    hall_free(pipeline->settled);
    pipeline->settled = found->hall;
    if (kept)
        answers_turn(pipeline->answers, ANSWERED_DOUBTFUL, ANSWERED_DURABLE);
    else
        answers_drop_all(pipeline->answers, ANSWERED_DOUBTFUL);
    log_notice("pipeline", "the batch in doubt was %s", kept ? "kept" : "lost");
    if (kept) {
        lend_plan(pipeline, batch);
        tell(pipeline, batch->events, batch->event_count);
    }
    gathering_clear(batch);
    return 0;
}

static void found(void *context, const struct journal_found *found) {
    struct pipeline *pipeline = context;
    int rc = found->error;
    pipeline->mending = false;
    if (!rc) {
        rc = take_found(pipeline, found);
        if (rc)
            hall_free(found->hall);
    }
    loop_timer_set(pipeline->mend, rc ? MEND_MS : 0);
    if (!rc) {
        pipeline->health = REFUSES; // until the probe says otherwise
        return;
    }
    log_error("pipeline", "the hall cannot be recovered yet: %s", strerror(-rc));
    pipeline_answer_queue(pipeline);
    loop_timer_set(pipeline->turn, 0);
}

void pipeline_mend_now(void *context) {
    struct pipeline *pipeline = context;
    int rc;
    if (pipeline->mending || pipeline->health == WELL)
        return;
    rc = pipeline->health == IN_DOUBT ? journal_mend(pipeline->journal, found, pipeline)
                                      : journal_probe(pipeline->journal, probed, pipeline);
    if (rc)
        loop_timer_set(pipeline->mend, MEND_MS);
    else
        pipeline->mending = true;
}

static int settle(struct pipeline *pipeline) {
    const struct gathering *batch = pipeline->flying;
    int rc = 0;
    for (size_t i = 0; !rc && i < batch->event_count; i++)
        rc = hall_apply(&pipeline->settled, &batch->events[i]);
    if (rc)
        log_error("pipeline", "what is durable cannot be settled: %s", strerror(-rc));
    return rc;
}

void pipeline_committed(void *context, enum commit commit) {
    struct pipeline *pipeline = context;
    struct gathering *batch = pipeline->flying;
    if (commit != COMMIT_DONE || settle(pipeline)) {
        pipeline_fail(pipeline, commit == COMMIT_DONE ? COMMIT_UNKNOWN : commit);
        return;
    }
    for (struct waiting *waiting = batch->first; waiting; waiting = waiting->next)
        if (waiting->entry)
            waiting->entry->state = ANSWERED_DURABLE;
    if (pipeline->single > 0)
        pipeline->single--;
    answers_forget(pipeline->answers, pipeline->settled->now_ms);
    // Plans are borrowed until their asker is answered: so the telling comes first.
    tell(pipeline, batch->events, batch->event_count);
    pipeline_answer_all(pipeline, batch);
    pipeline->at_journal = false;
    gathering_clear(batch);
    pipeline_flush(pipeline);
}
