// SPDX-License-Identifier: Apache-2.0
/*
 * Who works here and who is signed in, as two growing arrays read from the journal at start and
 * kept in step with every committed row. A hall has some hundred people: a scan is faster than any
 * index would be worth.
 *
 * Invariant: at most one session holds a window. Wrong PINs are remembered per name, also of names
 * that do not exist, so that nothing can be learned from how long an answer takes.
 * Nothing here asks for the time, hashes, or writes.
 */
#include "daemon/records/people.h"

#include <stdlib.h>
#include <string.h>

enum { TRIES_MAX = 256, DELAY_FIRST_MS = 1000 };

struct tries { // wrong PINs of one name
    char name[PERSON_NAME_BYTES];
    int64_t last_ms, next_ms;
    uint32_t wrong; // 0 = unused
};

struct people {
    struct row_person *persons;
    struct row_session *sessions;
    size_t person_count, person_room, session_count, session_room;
    struct tries tries[TRIES_MAX];
};

struct people *people_new(void) {
    return calloc(1, sizeof(struct people));
}

void people_free(struct people *people) {
    if (!people)
        return;
    free(people->persons);
    free(people->sessions);
    free(people);
}

// Makes room for one more element: false when the bound or memory is reached.
static bool grow(void **array, size_t *room, size_t size, size_t most) {
    size_t wanted = *room ? *room * 2 : 16;
    void *bigger;
    if (*room >= most)
        return false;
    if (wanted > most)
        wanted = most;
    bigger = realloc(*array, wanted * size);
    if (!bigger)
        return false;
    *array = bigger;
    *room = wanted;
    return true;
}

// --- people ------------------------------------------------------------------------------------

static struct row_person *person_with(const struct people *people, uint32_t id) {
    for (size_t i = 0; i < people->person_count; i++)
        if (people->persons[i].id == id)
            return &people->persons[i];
    return NULL;
}

static void take_person(struct people *people, const struct row_person *row) {
    struct row_person *person = person_with(people, row->id);
    if (!person) {
        if (people->person_count == people->person_room &&
            !grow((void **)&people->persons, &people->person_room, sizeof *row, PEOPLE_MAX))
            return;
        person = &people->persons[people->person_count++];
    }
    *person = *row;
    person->name[PERSON_NAME_BYTES - 1] = 0;
}

static const struct row_person *enabled(const struct row_person *person) {
    return person && person->disabled_ms == 0 ? person : NULL;
}

const struct row_person *people_named(const struct people *people, const char *name) {
    for (size_t i = 0; i < people->person_count; i++) {
        const struct row_person *person = &people->persons[i];
        if (person->disabled_ms == 0 && strcmp(person->name, name) == 0)
            return person;
    }
    return NULL;
}

const struct row_person *people_by_id(const struct people *people, uint32_t id) {
    return enabled(person_with(people, id));
}

uint32_t people_next_id(const struct people *people) {
    uint32_t last = 0;
    for (size_t i = 0; i < people->person_count; i++)
        if (people->persons[i].id > last)
            last = people->persons[i].id;
    return last + 1;
}

size_t people_count(const struct people *people) {
    return people->person_count;
}

const struct row_person *people_nth(const struct people *people, size_t place) {
    return place < people->person_count ? &people->persons[place] : NULL;
}

bool people_has_room(const struct people *people) {
    return people->person_count < PEOPLE_MAX && people->session_count < SESSIONS_MAX;
}

// --- sessions ----------------------------------------------------------------------------------

static struct row_session *session_with(const struct people *people,
                                        const uint8_t hash[SECRET_HASH_BYTES]) {
    for (size_t i = 0; i < people->session_count; i++)
        if (memcmp(people->sessions[i].hash, hash, SECRET_HASH_BYTES) == 0)
            return &people->sessions[i];
    return NULL;
}

// The younger claim on a window wins; after a start rows come in any order.
static void settle_window(struct people *people, struct row_session *claim) {
    for (size_t i = 0; claim->window && i < people->session_count; i++) {
        struct row_session *other = &people->sessions[i];
        if (other == claim || other->window != claim->window)
            continue;
        if (other->created_ms <= claim->created_ms)
            other->window = 0;
        else
            claim->window = 0;
    }
}

static void take_session(struct people *people, const struct row_session *row) {
    struct row_session *session = session_with(people, row->hash);
    if (!session) {
        if (people->session_count == people->session_room &&
            !grow((void **)&people->sessions, &people->session_room, sizeof *row, SESSIONS_MAX))
            return;
        session = &people->sessions[people->session_count++];
    }
    *session = *row;
    settle_window(people, session);
}

static void end_session(struct people *people, const uint8_t hash[SECRET_HASH_BYTES]) {
    struct row_session *session = session_with(people, hash);
    if (session)
        *session = people->sessions[--people->session_count];
}

void people_take(struct people *people, const struct row *row) {
    if (row->kind == ROW_PERSON)
        take_person(people, &row->u.person);
    else if (row->kind == ROW_SESSION)
        take_session(people, &row->u.session);
    else if (row->kind == ROW_SESSION_END)
        end_session(people, row->u.session.hash);
}

static bool is_alive(const struct people *people, const struct row_session *session,
                     int64_t now_ms) {
    return now_ms < session->expires_ms && people_by_id(people, session->person) != NULL;
}

const struct row_session *people_session(const struct people *people,
                                         const uint8_t hash[SECRET_HASH_BYTES], int64_t now_ms) {
    const struct row_session *session = session_with(people, hash);
    return session && is_alive(people, session, now_ms) ? session : NULL;
}

const struct row_session *people_window_session(const struct people *people, uint16_t window,
                                                int64_t now_ms) {
    for (size_t i = 0; window && i < people->session_count; i++) {
        const struct row_session *session = &people->sessions[i];
        if (session->window == window && is_alive(people, session, now_ms))
            return session;
    }
    return NULL;
}

uint32_t people_at_window(const struct people *people, uint16_t window, int64_t now_ms) {
    const struct row_session *session = people_window_session(people, window, now_ms);
    return session ? session->person : 0;
}

const struct row_session *people_expired(const struct people *people, int64_t now_ms) {
    for (size_t i = 0; i < people->session_count; i++)
        if (!is_alive(people, &people->sessions[i], now_ms))
            return &people->sessions[i];
    return NULL;
}

const struct row_session *people_session_of(const struct people *people, uint32_t person,
                                            size_t place) {
    for (size_t i = 0; i < people->session_count; i++)
        if (people->sessions[i].person == person && place-- == 0)
            return &people->sessions[i];
    return NULL;
}

// --- wrong PINs --------------------------------------------------------------------------------

static int64_t delay_after(uint32_t wrong) {
    int64_t delay = DELAY_FIRST_MS;
    if (wrong < PEOPLE_FREE_TRIES)
        return 0;
    for (uint32_t i = PEOPLE_FREE_TRIES; i < wrong && delay < PEOPLE_DELAY_MOST_MS; i++)
        delay *= 2;
    return delay < PEOPLE_DELAY_MOST_MS ? delay : PEOPLE_DELAY_MOST_MS;
}

static const struct tries *tries_of(const struct people *people, const char *name, int64_t now_ms) {
    for (size_t i = 0; i < TRIES_MAX; i++) {
        const struct tries *tries = &people->tries[i];
        if (tries->wrong && now_ms - tries->last_ms < PEOPLE_FORGET_MS &&
            strncmp(tries->name, name, sizeof tries->name - 1) == 0)
            return tries;
    }
    return NULL;
}

int64_t people_try_after(const struct people *people, const char *name, int64_t now_ms) {
    const struct tries *tries = tries_of(people, name, now_ms);
    return tries && tries->next_ms > now_ms ? tries->next_ms - now_ms : 0;
}

// A place for a new name: an unused one, else the least guessed and longest untried, so that a
// flood of made-up names cannot wash out the one under attack.
static struct tries *tries_place(struct people *people) {
    struct tries *best = &people->tries[0];
    for (size_t i = 0; i < TRIES_MAX; i++) {
        struct tries *tries = &people->tries[i];
        if (tries->wrong < best->wrong ||
            (tries->wrong == best->wrong && tries->last_ms < best->last_ms))
            best = tries;
    }
    return best;
}

void people_tried(struct people *people, const char *name, bool right, int64_t now_ms) {
    struct tries *tries = (struct tries *)tries_of(people, name, now_ms);
    if (right) {
        if (tries)
            memset(tries, 0, sizeof *tries);
        return;
    }
    if (!tries) {
        tries = tries_place(people);
        memset(tries, 0, sizeof *tries);
        strncpy(tries->name, name, sizeof tries->name - 1);
    }
    tries->wrong++;
    tries->last_ms = now_ms;
    tries->next_ms = now_ms + delay_after(tries->wrong);
}
