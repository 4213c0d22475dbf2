// SPDX-License-Identifier: Apache-2.0
/*
 * Routes are data: method, path, who may, and what answers. Pure.
 * Path patterns are matched segment by segment; {n} a number 1..9999, {seq} a number, {code} and
 * {verb} short words. "*" matches any path and stands last. Nothing is decoded or normalised: a
 * path that is not spelled as in the table is no path.
 */
#ifndef JIAOHAO_WEB_ROUTE_H
#define JIAOHAO_WEB_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/hall/plan.h"

struct request;

enum who { // may use a route
    WHO_ANY,
    WHO_ISSUER,    // kiosk, anybody signed in, or anyone where the hall allows it
    WHO_HOLDER,    // of the ticket whose token is shown
    WHO_SIGNED_IN, // any person
    WHO_STAFF,     // this role or a higher one …
    WHO_AT_WINDOW, // staff, only at the window of their session; lead and higher at any
    WHO_LEAD,
    WHO_MANAGER,
    WHO_ADMIN,
    WHO_OPERATOR, // shows the operator's token
};

struct route {
    unsigned method; // EVHTTP_REQ_…; 0 ends a table
    const char *path;
    enum who who;
    void (*handle)(struct request *request);
    const char *page; // asset that answers, for pages
};

struct captures {
    uint16_t n;
    uint64_t seq;
    char code[PLAN_CODE_BYTES];
    char verb[17];
};

bool route_matches(const char *pattern, const char *path, struct captures *captures);
// The route of this method and path, NULL if none; *methods gets the bits of all methods that the
// path has in this table ("*" not counted).
const struct route *route_find(const struct route *table, unsigned method, const char *path,
                               struct captures *captures, unsigned *methods);

extern const struct route public_routes[], staff_routes[], operator_routes[];

#endif
