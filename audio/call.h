// SPDX-License-Identifier: Apache-2.0
/*
 * The messages a speaker hears and says, as JSON: call/{zone}, state/hall, ack/{device}.
 * docs/asyncapi.yaml describes them. Other people's bytes end here.
 */
#ifndef JIAOHAO_AUDIO_CALL_H
#define JIAOHAO_AUDIO_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CALL_BYTES_MAX = 8192, CALL_LANGUAGES_MAX = 8 };

enum call_do { CALL_CALL, CALL_RECALL, CALL_WITHDRAW, CALL_NOTICE };

struct call {
    uint64_t seq;
    enum call_do what;
    int64_t at_ms;   // UTC, by the hall's clock
    uint32_t minute; // of the hall's day, as `at` says it
    char number[16]; // not of a notice
    uint32_t window;
    bool silent, voice; // voice: this ticket needs it
    char languages[CALL_LANGUAGES_MAX][8];
    uint32_t language_count;
};

// 0, or -EINVAL with *why.
int call_read(const void *bytes, size_t length, struct call *call, const char **why);

// The time in a message of state/hall; -EINVAL if it has none.
int call_read_beat(const void *bytes, size_t length, int64_t *at_ms);

// An acknowledgement: error NULL = spoken. Its length.
size_t call_write_ack(char *out, size_t room, uint64_t seq, int64_t ms, const char *error);

#endif
