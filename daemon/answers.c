// SPDX-License-Identifier: Apache-2.0
/*
 * The table of idempotency keys: a hash table with chains, and a list by age through the same
 * entries, so that forgetting looks at the oldest only. Keys come from outside; the hash is keyed
 * with a random secret, so nobody can make them collide.
 *
 * Invariant: every entry is in exactly one chain and in the list. Entries that are not durable are
 * never forgotten: somebody waits for them. Must not: know what an answer was about.
 */
#include "daemon/answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

enum { BUCKETS = 65536 };

struct answers {
    struct answered *buckets[BUCKETS];
    struct answered *oldest, *newest;
    size_t count;
    unsigned char secret[crypto_shorthash_KEYBYTES];
};

struct answers *answers_new(void) {
    struct answers *answers;
    if (sodium_init() < 0)
        return NULL;
    answers = calloc(1, sizeof *answers);
    if (answers)
        randombytes_buf(answers->secret, sizeof answers->secret);
    return answers;
}

void answers_free(struct answers *answers) {
    struct answered *entry, *newer;
    if (!answers)
        return;
    for (entry = answers->oldest; entry; entry = newer) {
        newer = entry->newer;
        free(entry);
    }
    free(answers);
}

// --- names ---------------------------------------------------------------------------------------

static void name_part(char *out, size_t room, const char *text) {
    unsigned char hash[32];
    size_t length = strlen(text), bytes = (room - 2) / 2 < 32 ? (room - 2) / 2 : 32;
    memset(out, 0, room);
    if (length < room) {
        memcpy(out, text, length);
        return;
    }
    crypto_generichash(hash, bytes, (const unsigned char *)text, length, NULL, 0);
    out[0] = '#';
    sodium_bin2hex(out + 1, room - 1, hash, bytes);
}

void answers_name(struct row_answer *row, const char *scope, const char *key, const void *body,
                  size_t length) {
    memset(row, 0, sizeof *row);
    name_part(row->scope, sizeof row->scope, scope ? scope : "");
    name_part(row->key, sizeof row->key, key);
    crypto_generichash(row->body, sizeof row->body, body, length, NULL, 0);
}

static size_t bucket_of(const struct answers *answers, const struct row_answer *named) {
    unsigned char name[sizeof named->scope + sizeof named->key], hash[crypto_shorthash_BYTES];
    memcpy(name, named->scope, sizeof named->scope);
    memcpy(name + sizeof named->scope, named->key, sizeof named->key);
    crypto_shorthash(hash, name, sizeof name, answers->secret);
    return (size_t)(hash[0] | hash[1] << 8) % BUCKETS;
}

static bool same_name(const struct row_answer *a, const struct row_answer *b) {
    return strcmp(a->key, b->key) == 0 && strcmp(a->scope, b->scope) == 0;
}

// --- the table -----------------------------------------------------------------------------------

struct answered *answers_find(const struct answers *answers, const struct row_answer *named) {
    struct answered *entry = answers->buckets[bucket_of(answers, named)];
    while (entry && !same_name(&entry->row, named))
        entry = entry->chain;
    return entry;
}

static void append(struct answers *answers, struct answered *entry) {
    entry->older = answers->newest;
    entry->newer = NULL;
    if (answers->newest)
        answers->newest->newer = entry;
    else
        answers->oldest = entry;
    answers->newest = entry;
    answers->count++;
}

struct answered *answers_add(struct answers *answers, const struct row_answer *row,
                             enum answered_state state) {
    struct answered *entry = answers_find(answers, row);
    size_t bucket = bucket_of(answers, row);
    if (entry)
        answers_drop(answers, entry);
    entry = calloc(1, sizeof *entry);
    if (!entry)
        return NULL;
    entry->row = *row;
    entry->state = state;
    entry->chain = answers->buckets[bucket];
    answers->buckets[bucket] = entry;
    append(answers, entry);
    return entry;
}

static void unlink_age(struct answers *answers, struct answered *entry) {
    if (entry->older)
        entry->older->newer = entry->newer;
    else
        answers->oldest = entry->newer;
    if (entry->newer)
        entry->newer->older = entry->older;
    else
        answers->newest = entry->older;
    answers->count--;
}

void answers_drop(struct answers *answers, struct answered *entry) {
    struct answered **link = &answers->buckets[bucket_of(answers, &entry->row)];
    while (*link != entry)
        link = &(*link)->chain;
    *link = entry->chain;
    unlink_age(answers, entry);
    free(entry);
}

void answers_forget(struct answers *answers, int64_t now_ms) {
    struct answered *entry = answers->oldest;
    while (entry && entry->state == ANSWERED_DURABLE &&
           (answers->count > ANSWERS_MOST || entry->row.at_ms < now_ms - ANSWERS_KEPT_MS)) {
        answers_drop(answers, entry);
        entry = answers->oldest;
    }
}

// Those under way are always the newest: the walk ends at the first durable one.
void answers_turn(struct answers *answers, enum answered_state from, enum answered_state to) {
    struct answered *entry = answers->newest;
    for (; entry && entry->state != ANSWERED_DURABLE; entry = entry->older)
        if (entry->state == from)
            entry->state = to;
}

void answers_drop_all(struct answers *answers, enum answered_state state) {
    struct answered *entry = answers->newest, *older;
    for (; entry && entry->state != ANSWERED_DURABLE; entry = older) {
        older = entry->older;
        if (entry->state == state)
            answers_drop(answers, entry);
    }
}
