// SPDX-License-Identifier: Apache-2.0
/*
 * Every "no" of the hall: a stable number (for pads and programs), what is the matter and what can
 * be done, in zh and en. Texts may hold one %d or one %s, filled from the refusal.
 * Numbers are printed in docs and on pads: never reuse or renumber one.
 */
#ifndef JIAOHAO_HALL_REFUSAL_H
#define JIAOHAO_HALL_REFUSAL_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/hall/event.h"

struct refusal {
    uint32_t code;  // 0 = not refused
    int32_t amount; // seconds, number of the window, count: what the text's %d says
    char what[32];  // what the text's %s says
    uint64_t seq;   // of the window's last change, for "changed since"
};

struct refusal_text {
    uint32_t code;
    uint16_t http;    // status: 400, 403, 404, 409, 410, 422 …
    const char *name; // "nobody-waiting": last part of the problem type, stable
    struct {
        const char *zh, *en;
    } title; // what is the matter
    struct {
        const char *zh, *en;
    } advice; // what can be done now
};

// 1xx the hall and day · 2xx ticket · 3xx window · 4xx order and calls · 5xx rating · 6xx device
// (7xx request, 8xx sign-in and 9xx journal belong to the doors: daemon/web)
enum {
    REFUSED_DAY_CLOSED = 101,  // no business day is open
    REFUSED_DAY_OPEN = 102,    // the day is open already
    REFUSED_PLAN_IN_USE = 103, // a service or window in use is missing in the new plan
    REFUSED_TIME_PAST = 104,   // that time is over
    REFUSED_NO_NOTICE = 105,
    REFUSED_TOO_MANY_NOTICES = 106,
    REFUSED_NO_ZONE = 107,
    REFUSED_NO_SERVICE = 201,
    REFUSED_SERVICE_STOPPED = 202,
    REFUSED_SERVICE_CLOSED = 203, // outside opening hours
    REFUSED_SERVICE_FULL = 204,   // daily limit
    REFUSED_NO_CLASS = 205,
    REFUSED_REASON_NEEDED = 206,
    REFUSED_NO_TICKET = 207,
    REFUSED_TICKET_ENDED = 208,
    REFUSED_TICKET_STATE = 209, // not possible in this state of the ticket
    REFUSED_DEFERRED_BEFORE = 210,
    REFUSED_CLASS_FOR_STAFF = 211, // this class is given at the desk
    REFUSED_NUMBERS_EXHAUSTED = 212,
    REFUSED_HALL_FULL = 213, // more tickets than the hall's memory bound in one day
    REFUSED_NOT_MISSED = 214,
    REFUSED_NO_WINDOW = 301,
    REFUSED_WINDOW_STATE = 302,    // not possible in this state of the window
    REFUSED_WINDOW_CHANGED = 303,  // it changed since seen_seq
    REFUSED_WINDOW_TAKEN = 304,    // somebody else is signed in there
    REFUSED_NOT_YOURS = 305,       // the ticket is at another window
    REFUSED_NOT_SERVED_HERE = 306, // this window does not serve that service
    REFUSED_NOT_SIGNED_IN = 307,
    REFUSED_NO_REASON = 308,       // reason missing or not in the list
    REFUSED_DECISION_NEEDED = 309, // refusing in writing needs the decision's number
    REFUSED_TOO_LATE_TO_MEND = 310,
    REFUSED_NOBODY_WAITING = 401,
    REFUSED_RECALL_TOO_SOON = 402,
    REFUSED_RECALLS_USED = 403,
    REFUSED_GRACE = 404,    // wait until the grace is over
    REFUSED_NOT_TOLD = 405, // no board or speaker told it: no no-show
    REFUSED_NO_CALL = 406,  // acknowledged call is unknown
    REFUSED_NO_ASK = 501,   // no rating is asked
    REFUSED_ASK_OVER = 502, // the time to rate is over
    REFUSED_RATED = 503,
    REFUSED_LEVEL = 504,
    REFUSED_RATING_BY_STAFF = 505, // rating from the clerk's side
    REFUSED_NO_DEVICE = 601,
    REFUSED_NOT_EXPECTED = 602, // this device does not announce that window
};

// The text of a code; never NULL (an unknown code gets a general one).
const struct refusal_text *refusal_text(uint32_t code);

// "What is the matter" in language 0 = zh, 1 = en, filled in.
void refusal_title(const struct refusal *refusal, int language, char *out, size_t room);
// "What is the matter. What can be done." in language 0 = zh, 1 = en, filled in.
void refusal_say(const struct refusal *refusal, int language, char *out, size_t room);

#endif
