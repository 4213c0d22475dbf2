// SPDX-License-Identifier: Apache-2.0
/*
 * The one way through the house. A command is decided on *ahead*, its events are applied there and
 * gather; one batch at a time is at the journal; once durable its events are applied to *settled*,
 * told, and the askers answered in the order of asking.
 *
 * The failure paths, all of them:
 *
 * - Surely not stored (no space, refused): the batch and the one gathering behind it are answered
 *   NOT_STORED; refusals that rested on events now gone are answered BUSY, not a lie. *ahead*
 *   becomes a copy of *settled*. Stuck until a probe write succeeds (1 s apart).
 * - Surely not stored, and space is not the reason: besides, one command a transaction for the next
 *   SINGLE_BATCHES commits, so that a poisonous command fails alone. What is asked meanwhile queues.
 * - Unknown: the batch is answered UNKNOWN and its keys become doubtful; the one gathering behind
 *   it surely was not stored. The journal opens hall.db again and recovers the hall on its own
 *   thread; that becomes *settled*. If the batch is there, its events are told now and its keys
 *   answer REPEATED from then on. Then a probe, as above.
 * - Settling fails (no memory, or an event that cannot follow): durable, but not understood. The
 *   same way as unknown.
 * - Stuck: nothing is decided: BUSY, or NOT_STORED if space is what lacks. Durable keys are still
 *   answered.
 *
 * Invariant: nobody is answered, told or shown what is not on disk; every asker is answered exactly
 * once and never from inside pipeline_ask. Must not: block the loop, or retry a command by itself.
 */
#include "daemon/pipeline.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "daemon/pipeline_inside.h"

// --- the tick ------------------------------------------------------------------------------------

void pipeline_arm_tick(struct pipeline *pipeline) {
    int64_t due_ms = hall_next_deadline(pipeline->ahead), after_ms;
    if (pipeline->health != WELL || due_ms == INT64_MAX) {
        loop_timer_set(pipeline->tick, -1);
        return;
    }
    after_ms = due_ms - pipeline_now(pipeline).hall_ms;
    if (after_ms < 0)
        after_ms = 0;
    if (after_ms < TICK_AGAIN_MS && (due_ms == pipeline->idle_tick_ms || pipeline->single))
        after_ms = TICK_AGAIN_MS;
    loop_timer_set(pipeline->tick, after_ms < TICK_MOST_MS ? after_ms : TICK_MOST_MS);
}

// --- deciding ------------------------------------------------------------------------------------

// *ahead* was left half changed by our own bug or want of memory: settled, and what is under way.
static int rebuild_ahead(struct pipeline *pipeline) {
    const struct gathering *order[] = {pipeline->flying, pipeline->gathering};
    int rc = hall_copy(&pipeline->ahead, pipeline->settled);
    for (size_t i = pipeline->at_journal ? 0 : 1; !rc && i < 2; i++)
        for (size_t k = 0; !rc && k < order[i]->event_count; k++)
            rc = hall_apply(&pipeline->ahead, &order[i]->events[k]);
    return rc;
}

// Lets the applied event gather, and what follows from it; there is room.
static void take_event(struct pipeline *pipeline, struct gathering *into,
                       const struct event *event) {
    into->events[into->event_count++] = *event;
    if (pipeline->follow && pipeline->follow(pipeline->ahead, event, &into->rows[into->row_count]))
        into->row_count++;
}

// Applies what was decided to *ahead* and lets it gather. 0 or -errno, and then nothing of it is
// left.
static int take_events(struct pipeline *pipeline, struct gathering *into) {
    const struct decision *decision = &pipeline->decision;
    size_t before = into->event_count, rows_before = into->row_count;
    size_t follow = pipeline->follow ? decision->count : 0;
    int rc = gathering_room(into, decision->count, PIPELINE_ROWS_MAX + 1 + follow);
    for (uint32_t i = 0; !rc && i < decision->count; i++) {
        rc = hall_apply(&pipeline->ahead, &decision->events[i]);
        if (!rc)
            take_event(pipeline, into, &decision->events[i]);
    }
    if (!rc)
        return 0;
    log_error("pipeline", "what was decided cannot be applied: %s", strerror(-rc));
    into->event_count = before;
    into->row_count = rows_before;
    if (rebuild_ahead(pipeline))
        log_error("pipeline", "the hall ahead cannot be made again");
    return rc;
}

static uint64_t ticket_of(const struct decision *decision, const struct command *command) {
    for (uint32_t i = 0; i < decision->count; i++)
        if (decision->events[i].kind == EVENT_TICKET_ISSUED)
            return decision->events[i].ticket.id;
    for (uint32_t i = 0; i < decision->count; i++)
        if (decision->events[i].ticket.id)
            return decision->events[i].ticket.id;
    return command->ticket;
}

static void take_rows(struct pipeline *pipeline, struct request *request, struct waiting *waiting) {
    struct gathering *into = pipeline->gathering;
    for (size_t i = 0; i < request->row_count; i++) {
        struct row *row = &into->rows[into->row_count++];
        *row = request->rows[i];
        if ((row->kind == ROW_CONTACT || row->kind == ROW_COMMENT) && row->u.secret.ticket == 0)
            row->u.secret.ticket = waiting->ticket;
    }
    waiting->rows = request->row_count;
}

// Notes the key as pending; its row goes with the events. Only what does something is noted.
static void take_key(struct pipeline *pipeline, struct request *request, struct waiting *waiting) {
    struct gathering *into = pipeline->gathering;
    struct row_answer *named = &request->named;
    struct row *row;
    if (!named->key[0] || waiting->events + waiting->rows == 0)
        return;
    named->first = waiting->first;
    named->last = waiting->last;
    named->ticket = waiting->ticket;
    named->at_ms = request->command.at.hall_ms;
    waiting->entry = answers_add(pipeline->answers, named, ANSWERED_PENDING);
    row = &into->rows[into->row_count++];
    memset(row, 0, sizeof *row);
    row->kind = ROW_ANSWER;
    row->u.answer = *named;
}

static void note_done(struct pipeline *pipeline, struct waiting *waiting, size_t before) {
    const struct gathering *into = pipeline->gathering;
    waiting->kind = ANSWER_DONE;
    waiting->event = before;
    waiting->events = into->event_count - before;
    if (waiting->events == 0)
        return;
    waiting->first = into->events[before].seq;
    waiting->last = into->events[into->event_count - 1].seq;
}

static void decide(struct pipeline *pipeline, struct request *request, struct waiting *waiting) {
    struct decision *decision = &pipeline->decision;
    size_t before = pipeline->gathering->event_count;
    waiting->based_on = pipeline->ahead->seq;
    request->command.at = pipeline_now(pipeline);
    decision->count = 0;
    memset(&decision->refusal, 0, sizeof decision->refusal);
    if (request->command.kind != COMMAND_NONE &&
        hall_decide(pipeline->ahead, &request->command, decision)) {
        waiting->kind = ANSWER_REFUSED;
        waiting->refusal = decision->refusal;
        return;
    }
    if (take_events(pipeline, pipeline->gathering)) {
        waiting->kind = ANSWER_NOT_STORED;
        return;
    }
    waiting->ticket = ticket_of(decision, &request->command);
    note_done(pipeline, waiting, before);
    take_rows(pipeline, request, waiting);
    take_key(pipeline, request, waiting);
}

// Whether the key was heard before; then the answer is known, or will be with the other's.
static bool known_key(struct pipeline *pipeline, const struct request *request,
                      struct waiting *waiting) {
    struct answered *entry;
    if (!request->named.key[0])
        return false;
    entry = answers_find(pipeline->answers, &request->named);
    if (!entry)
        return false;
    waiting->first = entry->row.first;
    waiting->last = entry->row.last;
    waiting->ticket = entry->row.ticket;
    waiting->kind = ANSWER_REPEATED;
    if (memcmp(entry->row.body, request->named.body, SECRET_HASH_BYTES) != 0)
        waiting->kind = ANSWER_KEY_REUSED;
    else if (entry->state == ANSWERED_DOUBTFUL)
        waiting->kind = ANSWER_UNKNOWN;
    if (entry->state == ANSWERED_PENDING)
        waiting->joins = entry;
    return true;
}

enum answer_kind pipeline_stuck_kind(const struct pipeline *pipeline) {
    return pipeline->health == NO_SPACE ? ANSWER_NOT_STORED : ANSWER_BUSY;
}

static size_t all_waiting(const struct pipeline *pipeline) {
    return pipeline->gathering->waiting + pipeline->flying->waiting + pipeline->queued;
}

// Lets an asker wait for a word that is certain already, in its turn.
static void answer_later(struct pipeline *pipeline, struct waiting *waiting,
                         enum answer_kind kind) {
    waiting->kind = kind;
    gathering_add(pipeline->gathering, waiting);
}

static struct waiting *waiting_new(const struct request *request) {
    struct waiting *waiting = calloc(1, sizeof *waiting);
    if (!waiting)
        return NULL;
    waiting->answer = request->answer;
    waiting->context = request->context;
    return waiting;
}

// Without memory even for the answer there is no later: the one exception to the order.
static void answer_starved(const struct pipeline *pipeline, const struct request *request) {
    const struct answer busy = {.kind = ANSWER_BUSY, .hall = pipeline->settled};
    log_error("pipeline", "no memory to take a command");
    if (request->answer)
        request->answer(request->context, &busy);
}

static void take_request(struct pipeline *pipeline, struct request *request) {
    struct waiting *waiting = waiting_new(request);
    if (!waiting) {
        answer_starved(pipeline, request);
        return;
    }
    waiting->based_on = pipeline->ahead->seq;
    if (known_key(pipeline, request, waiting)) {
        gathering_add(pipeline->gathering, waiting);
        return;
    }
    if (pipeline->health != WELL) {
        answer_later(pipeline, waiting, pipeline_stuck_kind(pipeline));
        return;
    }
    decide(pipeline, request, waiting);
    gathering_add(pipeline->gathering, waiting);
}

void pipeline_answer_queue(struct pipeline *pipeline) {
    struct request *request;
    while ((request = pipeline->queue)) {
        pipeline->queue = request->next;
        pipeline->queued--;
        take_request(pipeline, request); // not well: gets its word without being decided
        free(request);
    }
    pipeline->queue_end = &pipeline->queue;
}

// --- committing
// ------------------------------------------------------------------------------------

static void hand_over(struct pipeline *pipeline) {
    struct gathering *batch = pipeline->gathering;
    pipeline->gathering = pipeline->flying;
    pipeline->flying = batch;
    pipeline->at_journal = true;
    pipeline->out =
        (struct batch){batch->events, batch->event_count, batch->rows, batch->row_count};
    pipeline->figures.batches++;
    if (batch->waiting > pipeline->figures.largest_batch)
        pipeline->figures.largest_batch = batch->waiting;
    if (journal_commit(pipeline->journal, &pipeline->out, pipeline_committed, pipeline))
        pipeline_fail(pipeline, COMMIT_REFUSED);
}

// Decides what queued; while single, only until one has something to write.
static void decide_queued(struct pipeline *pipeline) {
    struct request *request;
    while (pipeline->health == WELL &&
           !(pipeline->single && gathering_writes(pipeline->gathering)) &&
           (request = pipeline->queue)) {
        pipeline->queue = request->next;
        if (!pipeline->queue)
            pipeline->queue_end = &pipeline->queue;
        pipeline->queued--;
        take_request(pipeline, request);
        free(request);
    }
}

// Sends what has gathered on its way, if the way is free.
void pipeline_flush(struct pipeline *pipeline) {
    if (pipeline->at_journal)
        return;
    decide_queued(pipeline);
    if (gathering_writes(pipeline->gathering))
        hand_over(pipeline);
    else
        pipeline_answer_all(pipeline, pipeline->gathering); // nothing they rest on is under way
    pipeline_arm_tick(pipeline);
}

static void turn_now(void *context) {
    pipeline_flush(context);
}

static void tick_now(void *context) {
    struct pipeline *pipeline = context;
    struct request request = {.command.kind = COMMAND_TICK};
    struct waiting unused = {0};
    int64_t due_ms = hall_next_deadline(pipeline->ahead);
    size_t before = pipeline->gathering->event_count;
    bool busy = pipeline->single && (pipeline->at_journal || gathering_writes(pipeline->gathering));
    if (pipeline->health == WELL && !busy && due_ms <= pipeline_now(pipeline).hall_ms) {
        decide(pipeline, &request, &unused);
        pipeline->idle_tick_ms = pipeline->gathering->event_count > before ? INT64_MAX : due_ms;
    }
    if (pipeline->at_journal)
        pipeline_arm_tick(pipeline);
    else
        pipeline_flush(pipeline);
}

// --- the face
// ----------------------------------------------------------------------------------------

static void fill_request(struct request *request, const struct pipeline_ask *ask) {
    assert(ask->row_count <= PIPELINE_ROWS_MAX);
    request->next = NULL;
    request->command = ask->command;
    request->row_count = ask->row_count;
    if (ask->row_count)
        memcpy(request->rows, ask->rows, ask->row_count * sizeof *ask->rows);
    request->named.key[0] = 0;
    if (ask->key.key && ask->key.key[0])
        answers_name(&request->named, ask->key.scope, ask->key.key, ask->key.body, ask->key.length);
    request->answer = ask->answer;
    request->context = ask->context;
}

static void enqueue(struct pipeline *pipeline, const struct request *request) {
    struct request *copy = malloc(sizeof *copy);
    if (!copy) {
        answer_starved(pipeline, request);
        return;
    }
    *copy = *request;
    copy->next = NULL;
    *pipeline->queue_end = copy;
    pipeline->queue_end = &copy->next;
    pipeline->queued++;
}

static void refuse_busy(struct pipeline *pipeline, const struct request *request) {
    struct waiting *waiting = waiting_new(request);
    if (waiting)
        answer_later(pipeline, waiting, ANSWER_BUSY);
    else
        answer_starved(pipeline, request);
}

void pipeline_ask(struct pipeline *pipeline, const struct pipeline_ask *ask) {
    struct request request;
    fill_request(&request, ask);
    pipeline->figures.asked++;
    loop_timer_set(pipeline->turn, 0);
    if (all_waiting(pipeline) >= PIPELINE_WAITING_MAX)
        refuse_busy(pipeline, &request);
    else if (pipeline->queued || (pipeline->single && pipeline->health == WELL))
        enqueue(pipeline, &request);
    else
        take_request(pipeline, &request);
}

void pipeline_follow(struct pipeline *pipeline, pipeline_follow_fn *fn) {
    pipeline->follow = fn;
}

int pipeline_listen(struct pipeline *pipeline, pipeline_told_fn *fn, void *context) {
    if (pipeline->listener_count == LISTENERS_MAX)
        return -ENOSPC;
    pipeline->listeners[pipeline->listener_count++] = (struct listener){fn, context};
    return 0;
}

void pipeline_unlisten(struct pipeline *pipeline, pipeline_told_fn *fn, void *context) {
    for (size_t i = 0; i < pipeline->listener_count; i++) {
        struct listener *listener = &pipeline->listeners[i];
        if (listener->fn != fn || listener->context != context)
            continue;
        pipeline->listener_count--;
        memmove(listener, listener + 1, (pipeline->listener_count - i) * sizeof *listener);
        return;
    }
}

const struct hall *pipeline_settled(const struct pipeline *pipeline) {
    return pipeline->settled;
}

struct moment pipeline_now(const struct pipeline *pipeline) {
    return pipeline->clock.now(pipeline->clock.context);
}

bool pipeline_is_stuck(const struct pipeline *pipeline, const char **why) {
    static const char *const words[] = {
        [WELL] = "",
        [NO_SPACE] = "no space on the disk",
        [REFUSES] = "the disk refuses to write",
        [IN_DOUBT] = "the log is read again after a disk error",
    };
    if (why)
        *why = words[pipeline->health];
    return pipeline->health != WELL;
}

void pipeline_figures(const struct pipeline *pipeline, struct pipeline_figures *out) {
    *out = pipeline->figures;
}

// --- making and freeing
// --------------------------------------------------------------------------------

static void take_answer(void *context, const struct row *row) {
    struct pipeline *pipeline = context;
    if (!answers_add(pipeline->answers, &row->u.answer, ANSWERED_DURABLE))
        log_error("pipeline", "no memory for an answered key");
}

static int recover(struct pipeline *pipeline) {
    int rc;
    pipeline->settled = hall_new();
    pipeline->answers = answers_new();
    if (!pipeline->settled || !pipeline->answers)
        return -ENOMEM;
    rc = journal_recover(pipeline->journal, &pipeline->settled);
    if (!rc)
        rc = hall_copy(&pipeline->ahead, pipeline->settled);
    return rc ? rc : journal_rows(pipeline->journal, ROW_ANSWER, take_answer, pipeline);
}

int pipeline_new(struct pipeline **out, struct journal *journal, struct loop *loop,
                 const struct pipeline_clock *clock) {
    struct pipeline *pipeline = calloc(1, sizeof *pipeline);
    int rc;
    *out = NULL;
    if (!pipeline)
        return -ENOMEM;
    pipeline->journal = journal;
    pipeline->clock = *clock;
    pipeline->gathering = &pipeline->batches[0];
    pipeline->flying = &pipeline->batches[1];
    pipeline->queue_end = &pipeline->queue;
    pipeline->idle_tick_ms = INT64_MAX;
    gathering_begin(pipeline->gathering);
    gathering_begin(pipeline->flying);
    pipeline->turn = loop_timer_new(loop, turn_now, pipeline);
    pipeline->tick = loop_timer_new(loop, tick_now, pipeline);
    pipeline->mend = loop_timer_new(loop, pipeline_mend_now, pipeline);
    rc = pipeline->turn && pipeline->tick && pipeline->mend ? recover(pipeline) : -ENOMEM;
    if (rc) {
        pipeline_free(pipeline);
        return rc;
    }
    pipeline_arm_tick(pipeline);
    *out = pipeline;
    return 0;
}

// Everybody gets an answer: what can be committed is, the rest is told that it was not.
static void finish(struct pipeline *pipeline) {
    while (pipeline->at_journal || pipeline->mending || all_waiting(pipeline) > 0 ||
           gathering_writes(pipeline->gathering)) {
        pipeline_flush(pipeline);
        if (pipeline->health != WELL)
            pipeline_answer_queue(pipeline);
        if (pipeline->at_journal || pipeline->mending)
            journal_wait(pipeline->journal);
    }
}

void pipeline_free(struct pipeline *pipeline) {
    if (!pipeline)
        return;
    if (pipeline->settled && pipeline->ahead && pipeline->answers)
        finish(pipeline);
    loop_timer_free(pipeline->turn);
    loop_timer_free(pipeline->tick);
    loop_timer_free(pipeline->mend);
    answers_free(pipeline->answers);
    gathering_free(&pipeline->batches[0]);
    gathering_free(&pipeline->batches[1]);
    hall_free(pipeline->settled);
    hall_free(pipeline->ahead);
    free(pipeline);
}
