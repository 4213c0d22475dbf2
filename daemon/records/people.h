// SPDX-License-Identifier: Apache-2.0
/*
 * People, their roles and their sessions, held in memory and written through the pipeline.
 * A session is known by the hash of its token only. Wrong PINs are answered ever more slowly.
 * At most one session holds a window: the younger one wins.
 */
#ifndef JIAOHAO_RECORDS_PEOPLE_H
#define JIAOHAO_RECORDS_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/records/record.h"

enum {
    PEOPLE_MAX = 4096,
    SESSIONS_MAX = 8192,
    PEOPLE_FREE_TRIES = 3,         // wrong PINs of a name before it must wait
    PEOPLE_DELAY_MOST_MS = 300000, // the longest wait between two tries
    PEOPLE_FORGET_MS = 86400000,   // a name nobody tried for so long starts afresh
};

struct people;

struct people *people_new(void);
void people_free(struct people *people);

// Takes in a row read from the journal or just committed (ROW_PERSON, ROW_SESSION,
// ROW_SESSION_END).
void people_take(struct people *people, const struct row *row);

// By name or id; borrowed until the next people_take; NULL if there is none or it is disabled.
const struct row_person *people_named(const struct people *people, const char *name);
const struct row_person *people_by_id(const struct people *people, uint32_t id);
uint32_t people_next_id(const struct people *people);
// All of them, disabled ones too, in no particular order; borrowed likewise.
size_t people_count(const struct people *people);
const struct row_person *people_nth(const struct people *people, size_t place);
bool people_has_room(const struct people *people);

// The session of a token's hash at this moment, NULL if unknown or expired.
const struct row_session *people_session(const struct people *people,
                                         const uint8_t hash[SECRET_HASH_BYTES], int64_t now_ms);
// The person signed in at a window, 0 if none; and the session, NULL if none.
uint32_t people_at_window(const struct people *people, uint16_t window, int64_t now_ms);
const struct row_session *people_window_session(const struct people *people, uint16_t window,
                                                int64_t now_ms);
// Sessions that should be deleted: one that is expired; the place'th one of this person.
const struct row_session *people_expired(const struct people *people, int64_t now_ms);
const struct row_session *people_session_of(const struct people *people, uint32_t person,
                                            size_t place);

// How long this name must wait before the next try (ms, 0 = now); a try's result is told back.
int64_t people_try_after(const struct people *people, const char *name, int64_t now_ms);
void people_tried(struct people *people, const char *name, bool right, int64_t now_ms);

#endif
