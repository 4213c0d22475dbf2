// SPDX-License-Identifier: Apache-2.0
/*
 * One request under way, from the door to its answer. It lives until exactly one reply_… is called;
 * if the doors are shut meanwhile, `web` and `http` become NULL and a late answer only frees it.
 */
#ifndef JIAOHAO_WEB_REQUEST_H
#define JIAOHAO_WEB_REQUEST_H

#include "daemon/web/inside.h"
#include "daemon/web/route.h"

struct client;

typedef void request_done_fn(struct request *request, const struct answer *answer);

struct request {
    struct web *web; // NULL: the doors are shut, nobody waits for an answer
    const struct door *door;
    struct evhttp_request *http;
    struct client *client;
    const struct route *route;
    struct request *next, *before;
    struct captures at; // {n} {code} {seq} {verb} of the path
    unsigned method;
    char path[128];
    // who asks
    bool signed_in;
    struct row_session session; // copies: rows may move while we wait
    struct row_person person;
    uint64_t ticket; // the holder's, 0 = none
    // what is asked
    json_t *body; // {} if there was none
    char key[ANSWER_KEY_BYTES];
    char scope[48];
    uint8_t digest[SECRET_HASH_BYTES];
    // what follows
    request_done_fn *done;
    void *more; // the handler's own; freed with the request
    bool waits; // somebody else (pipeline, journal, worker) will call back
};

// Takes over an incoming request; NULL without memory.
struct request *request_new(const struct door *door, struct evhttp_request *http);
void request_free(struct request *request);

// A header's value, or NULL. A value of ?name=…, decoded, into out; false if it is not there.
const char *request_header(const struct request *request, const char *name);
bool request_query(const struct request *request, const char *name, char *out, size_t room);
bool request_query_number(const struct request *request, const char *name, uint64_t *out);
bool request_is_write(const struct request *request);

// A text of the body: NULL if absent, longer than most bytes, or no text (then *wrong).
const char *request_text(const struct request *request, const char *key, size_t most, bool *wrong);
bool request_flag(const struct request *request, const char *key);

// Whether the person's role is at least this one. A kiosk is no person.
bool request_is_least(const struct request *request, enum role least);

// Sends the command (filled but for actor) with rows down the one way. What is not done is answered
// here; `done` answers the rest.
void request_ask(struct request *request, struct command *command, const struct row *rows,
                 size_t row_count);
// Marks the request as waiting for a callback; request_back says whether somebody still wants the
// answer (else the request is gone).
void request_wait(struct request *request);
bool request_back(struct request *request);

#endif
