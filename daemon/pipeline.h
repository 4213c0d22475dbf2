// SPDX-License-Identifier: Apache-2.0
/*
 * The one way through the house: command → hall_decide on *ahead* → events → journal → hall_apply
 * on *settled* → tell. Group commit: one batch is at the journal while the next gathers; nothing
 * is answered, shown or told before its batch is durable. Answers leave in the order of asking,
 * refusals and repeated keys too.
 */
#ifndef JIAOHAO_PIPELINE_H
#define JIAOHAO_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/hall/hall.h"
#include "daemon/records/record.h"

struct journal;
struct loop;
struct pipeline;

enum answer_kind {
    ANSWER_DONE,       // durable and settled
    ANSWER_REPEATED,   // this key was answered before: the same events again, nothing done
    ANSWER_REFUSED,    // by the hall: see refusal
    ANSWER_KEY_REUSED, // another body under the same key (422)
    ANSWER_NOT_STORED, // surely not done: no space, or the disk refuses (507)
    ANSWER_UNKNOWN,    // perhaps done: repeat with the same key (503)
    ANSWER_BUSY,       // too much is waiting, or the journal is being mended: try again (503)
};

struct answer { // borrowed for the call
    enum answer_kind kind;
    struct refusal refusal;
    uint64_t first, last;       // seqs of its events; 0 = none
    uint64_t ticket;            // id of the ticket it was about or issued; 0 = none
    const struct event *events; // of this command, NULL for REPEATED
    size_t event_count;
    const struct hall *hall; // settled, these events included
};
typedef void pipeline_answer_fn(void *context, const struct answer *answer);

struct pipeline_key {        // idempotency: who asks where, under which key, with what body
    const char *scope, *key; // key NULL or "" = none
    const void *body;
    size_t length;
};

struct pipeline_ask {
    struct command command; // command.at is filled by the pipeline
    const struct row *rows; // copied; written with the events, or alone for COMMAND_NONE; dropped
    size_t row_count;       // when refused. A ROW_CONTACT with ticket 0 gets the issued ticket
    struct pipeline_key key;
    pipeline_answer_fn
        *answer; // may be NULL; called exactly once, never before pipeline_ask returns
    void *context;
};

enum { PIPELINE_WAITING_MAX = 4096, PIPELINE_ROWS_MAX = 4 };

struct pipeline_clock { // where moments come from; tests bring their own
    struct moment (*now)(void *context);
    void *context;
};

// Recovers both halls from the journal. 0 and *pipeline, or -errno. Borrows journal and loop.
int pipeline_new(struct pipeline **pipeline, struct journal *journal, struct loop *loop,
                 const struct pipeline_clock *clock);
// Commits what has gathered, answers it, frees. NULL is fine.
void pipeline_free(struct pipeline *pipeline);

// Takes a command; the answer comes later, always. Copies everything but command.plan, which must
// live until then.
void pipeline_ask(struct pipeline *pipeline, const struct pipeline_ask *ask);

// Who wants to know of events once they are settled, in order, a commit at a time. Several may.
typedef void pipeline_told_fn(void *context, const struct hall *settled, const struct event *events,
                              size_t count);
int pipeline_listen(struct pipeline *pipeline, pipeline_told_fn *fn, void *context);
// Not any more: for listeners that end before the pipeline does. Unknown ones are no error.
void pipeline_unlisten(struct pipeline *pipeline, pipeline_told_fn *fn, void *context);

// Rows that follow from events: asked for each one that was decided and applied, written in its
// transaction. Returns whether it filled *row. Pure; none unless set.
typedef bool pipeline_follow_fn(const struct hall *hall, const struct event *event,
                                struct row *row);
void pipeline_follow(struct pipeline *pipeline, pipeline_follow_fn *fn);

// What is on disk: all reads see this. Valid until the loop turns.
const struct hall *pipeline_settled(const struct pipeline *pipeline);
// Hall time now.
struct moment pipeline_now(const struct pipeline *pipeline);
// True while no command is decided because the journal is being mended; why says what is wrong.
bool pipeline_is_stuck(const struct pipeline *pipeline, const char **why);

struct pipeline_figures {
    uint64_t asked, done, refused, repeated, not_stored, unknown, busy, batches, largest_batch;
};
void pipeline_figures(const struct pipeline *pipeline, struct pipeline_figures *out);

#endif
