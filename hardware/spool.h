// SPDX-License-Identifier: Apache-2.0
/*
 * Slips of one printer from their arrival until the hall knows what became of them. Each is a file,
 * written before the broker is told that it was heard.
 */
#ifndef JIAOHAO_HARDWARE_SPOOL_H
#define JIAOHAO_HARDWARE_SPOOL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "hardware/escpos.h"
#include "hardware/keep.h"

enum { SPOOL_MAX = 64, SPOOL_SEEN = 64, JOB_ID_BYTES = 20, JOB_ERROR_BYTES = 64 };

enum job_state {
    JOB_NONE,
    JOB_WAITING,
    JOB_SENDING, // its bytes may be at the printer
    JOB_PRINTED,
    JOB_FAILED,
};

struct job {
    enum job_state state;
    char id[JOB_ID_BYTES], error[JOB_ERROR_BYTES];
    int64_t came_ms, until_ms; // wall clock
    bool again;                // it may have been printed before
    bool told;                 // what became of it is under way to the broker
    struct slip slip;
};

struct spool {
    const struct keep *keep;
    const char *printer; // name, borrowed
    struct job jobs[SPOOL_MAX];
    struct {
        char id[JOB_ID_BYTES];
        int64_t until_ms;
    } seen[SPOOL_SEEN]; // printed or failed lately: a second delivery is dropped
    size_t seen_next;
};

// Takes up what a restart left over: what was being sent is to be printed again, and says so.
void spool_open(struct spool *spool, const struct keep *keep, const char *printer);
// A job from the bus. NULL, or why it makes no sense ("" = it was there before).
const char *spool_add(struct spool *spool, const json_t *body, int64_t now_ms, int64_t keep_ms);
// The oldest job that waits, NULL if none.
struct job *spool_first(struct spool *spool, enum job_state state);
// Moves a job on, durably.
void spool_set(struct spool *spool, struct job *job, enum job_state state, const char *error);
// The hall knows: the job is over.
void spool_over(struct spool *spool, struct job *job);

#endif
