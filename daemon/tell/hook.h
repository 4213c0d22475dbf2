// SPDX-License-Identifier: Apache-2.0
/*
 * Programs that others write, run without a shell: what they need comes on standard input, what
 * became of it is their exit code. They are strangers: bounded in time, output and number.
 */
#ifndef JIAOHAO_TELL_HOOK_H
#define JIAOHAO_TELL_HOOK_H

#include <stddef.h>
#include <stdint.h>

struct loop;
struct hooks;

enum {
    HOOK_INPUT_MAX = 4096,   // fits into a pipe at once, so that writing never blocks
    HOOK_OUTPUT_MAX = 65536, // who writes more is not listened to any longer
    HOOK_SAID_BYTES = 200,
    HOOK_AGAIN_CODE = 75, // EX_TEMPFAIL
};

enum hook_end {
    HOOK_SENT,    // exit 0
    HOOK_AGAIN,   // exit 75, or it could not be started
    HOOK_FAILED,  // any other exit, or a signal
    HOOK_TOO_LONG // killed at the limit
};

struct hook_result { // borrowed for the call
    enum hook_end end;
    int code;         // exit code, or the signal's number negated
    const char *said; // the beginning of its output, fit for a log
};
typedef void hook_done_fn(void *context, const struct hook_result *result);

struct hook_job {
    const char *path;  // absolute
    const char *input; // copied into the pipe at once
    size_t length;
    int64_t limit_ms;
    hook_done_fn *done; // once, later, on the loop; not after hooks_free
    void *context;
};

// At most `most` at once. NULL without memory.
struct hooks *hooks_new(struct loop *loop, uint32_t most);
// Kills what still runs, with all its children. NULL is fine.
void hooks_free(struct hooks *hooks);

// How many more may be started now.
uint32_t hooks_free_places(const struct hooks *hooks);
// 0, -EAGAIN when too many run, -EMSGSIZE, or -errno: it could not be started, done is not called.
int hooks_run(struct hooks *hooks, const struct hook_job *job);

// Makes output fit for a log: one line, no control characters, and no run of digits that could be
// a phone number.
void hook_clean(char *said);

#endif
