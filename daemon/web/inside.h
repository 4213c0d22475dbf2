// SPDX-License-Identifier: Apache-2.0
/*
 * What the files of this room share: the web itself, its three doors, and figures. Not for others.
 */
#ifndef JIAOHAO_WEB_INSIDE_H
#define JIAOHAO_WEB_INSIDE_H

#include <event2/event.h>
#include <event2/http.h>

#include "common/loop.h"
#include "daemon/journal/journal.h"
#include "daemon/pipeline.h"
#include "daemon/records/people.h"
#include "daemon/records/secrets.h"
#include "daemon/web/web.h"
#include "daemon/wire/wire.h"

struct route;
struct request;
struct clients;
struct evconnlistener;
struct streams;
struct worker;

enum {
    WEB_HEADERS_MOST = 8192,  // bytes of a request's head
    WEB_BODY_MOST = 65536,    // bytes of a request's body
    WEB_SIGNING_IN_MOST = 16, // PINs waiting to be checked
    WEB_CODES = 1000,         // problem codes are below
    WEB_TALKERS = 256,        // addresses whose anonymous tickets are counted
};

enum door_kind { DOOR_PUBLIC, DOOR_STAFF, DOOR_OPERATOR, DOORS };

struct door {
    struct web *web;
    enum door_kind kind;
    const struct config_door *config;
    const struct route *tables[2];   // searched in order; NULL = none
    struct evhttp *http;             // NULL = shut
    struct evconnlistener *listener; // owned by http
};

struct talker {       // an address that takes tickets without a name
    uint64_t address; // hash
    int64_t since_ms;
    uint32_t count;
};

struct web {
    struct web_house house;
    struct door doors[DOORS];
    struct clients *clients;
    struct streams *streams;
    struct worker *worker;    // PINs
    unsigned signing_in;      // PINs at the thread
    unsigned tries_now;       // in this second
    void *tidying;            // sessions.c: a row under way
    uint32_t last_person;     // id given last: two who are added at once get two
    uint64_t lent;            // accounts of the broker lent to pages
    struct request *requests; // under way
    struct loop_timer *tick;  // each second: deadlines, heartbeats
    int64_t ticks;
    char operator_token[TOKEN_BYTES];
    uint8_t salt[16]; // of addresses' hashes, new at each start
    struct talker talkers[WEB_TALKERS];
    uint64_t answered[6];        // by status class
    uint64_t refused[WEB_CODES]; // by problem code
    uint64_t turned_away;        // connections over a cap
    uint64_t cut;                // connections cut at a deadline
};

// Whether the house cannot work as it should; `reason` gets why, in English.
enum { HEALTH_ROOM = 512 };
bool web_is_unwell(const struct web *web, char *reason, size_t room);

// Where a view of this hall is made, now.
struct wire_place web_place(const struct web *web, const struct hall *hall);
// The view of the window with this number; NULL if the plan has none.
json_t *web_window(const struct wire_place *place, uint16_t number);
const struct hall *web_hall(const struct web *web);
int64_t web_now(const struct web *web);

#endif
