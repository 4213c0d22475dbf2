// SPDX-License-Identifier: Apache-2.0
/*
 * Signing in and out. The PIN is checked on a thread; who guesses waits ever longer, and an unknown
 * name takes as long as a known one. A session is told only when its row is durable, so it survives
 * a restart; staff sessions end with the day, but never while somebody is being served.
 *
 * Invariant: one session holds a window. It may be taken over by its own person, or by another
 * (`take`) while nobody is called or served there.
 */
#include "daemon/web/sessions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/worker.h"
#include "daemon/web/handlers.h"
#include "daemon/web/reply.h"

enum {
    WITHOUT_DAY_MS = 12 * 3600 * 1000, // how long a session lasts when no day is open
    LONGER_MS = 3600 * 1000,           // a busy window's session goes on by this
    SOON_MS = 60 * 1000,
    TRIES_A_SECOND = 20,
};

struct signing {
    struct request *request;
    char name[PERSON_NAME_BYTES], pin[16], hash[128];
    uint16_t window;
    bool take, right, bearer;
    char token[TOKEN_BYTES];
    struct row rows[3]; // the session, the audit, the other's session without its window
    size_t row_count;
};

static json_t *session_json(const struct row_session *session, const struct row_person *person) {
    char expires[32];
    wire_time(session->expires_ms, expires);
    return json_pack("{s:{s:i, s:s, s:s}, s:o, s:s}", "person", "id", (int)person->id, "name",
                     person->name, "role", role_names[person->role], "window",
                     session->window ? json_integer(session->window) : json_null(), "expires_at",
                     expires);
}

static int64_t session_end(const struct hall *hall, int64_t now_ms) {
    if (hall->day_open && hall->plan.day.ends_ms > now_ms)
        return hall->plan.day.ends_ms;
    return now_ms + WITHOUT_DAY_MS;
}

static bool is_busy(const struct hall *hall, uint16_t number) {
    uint16_t window = plan_window_at(&hall->plan, number);
    return window != PLAN_NONE && (hall->windows[window].state == WINDOW_SERVING ||
                                   hall->windows[window].state == WINDOW_CALLING);
}

// --- signing in ----------------------------------------------------------------------------------

static void signed_in(struct request *request, const struct answer *answer) {
    struct signing *signing = request->more;
    struct people *people = request->web->house.people;
    const struct row_session *session = &signing->rows[0].u.session;
    char cookie[TOKEN_BYTES + 64];
    json_t *body;
    (void)answer;
    for (size_t i = signing->row_count; i-- > 0;) // the other gives the window up first
        people_take(people, &signing->rows[i]);
    body = session_json(session, &request->person);
    if (signing->bearer) {
        json_object_set_new(body, "token", json_string(signing->token));
        json_object_del(body, "window"); // a program stands at none
    } else {
        snprintf(cookie, sizeof cookie, "jiaohao=%s; HttpOnly; SameSite=Strict; Path=/",
                 signing->token);
        reply_header(request, "Set-Cookie", cookie);
    }
    reply_json(request, 201, body);
}

// The other session at this window: 0 if it may be had (then its row is changed along), else the
// problem.
static unsigned claim_window(const struct request *request, struct signing *signing) {
    const struct web *web = request->web;
    const struct row_session *other =
        people_window_session(web->house.people, signing->window, web_now(web));
    struct row *row = &signing->rows[signing->row_count];
    if (!other)
        return 0;
    if (other->person != request->person.id &&
        (!signing->take || is_busy(web_hall(web), signing->window)))
        return PROBLEM_WINDOW_CLAIMED;
    row->kind = ROW_SESSION;
    row->u.session = *other;
    row->u.session.window = 0;
    signing->row_count++;
    return 0;
}

static void fill_rows(const struct request *request, struct signing *signing) {
    struct row_session *session = &signing->rows[0].u.session;
    struct row_audit *audit = &signing->rows[1].u.audit;
    int64_t now_ms = web_now(request->web);
    signing->rows[0].kind = ROW_SESSION;
    secrets_session_token(signing->token, session->hash);
    session->person = request->person.id;
    session->window = signing->window;
    session->program = signing->bearer;
    session->created_ms = now_ms;
    session->expires_ms = session_end(web_hall(request->web), now_ms);
    signing->rows[1].kind = ROW_AUDIT;
    audit->at_ms = now_ms;
    audit->actor = request->person.id;
    snprintf(audit->what, sizeof audit->what, "session.begin");
    snprintf(audit->which, sizeof audit->which, "%u", signing->window);
    signing->row_count = 2;
}

static void begin_session(struct request *request) {
    struct signing *signing = request->more;
    struct command nothing = {.kind = COMMAND_NONE};
    unsigned problem = 0;
    if (signing->window && request->person.role < ROLE_STAFF)
        problem = PROBLEM_ROLE;
    fill_rows(request, signing);
    if (!problem && signing->window)
        problem = claim_window(request, signing);
    if (problem) {
        reply_problem(request, problem);
        return;
    }
    request->signed_in = true;
    request->key[0] = 0; // each signing in is a session of its own; a PIN leaves no digest
    request->done = signed_in;
    request_ask(request, &nothing, signing->rows, signing->row_count);
}

// --- the PIN -------------------------------------------------------------------------------------

static void check_pin(void *job) {
    struct signing *signing = job;
    signing->right = secrets_pin_check(signing->hash, signing->pin);
}

static void pin_checked(void *job) {
    struct signing *signing = job;
    struct request *request = signing->request;
    const struct row_person *person;
    memset(signing->pin, 0, sizeof signing->pin);
    if (request->web)
        request->web->signing_in--;
    if (!request_back(request))
        return;
    // They may have been disabled meanwhile.
    person = people_named(request->web->house.people, signing->name);
    if (!signing->right || !person) {
        reply_problem(request, PROBLEM_WRONG_PIN);
        return;
    }
    people_tried(request->web->house.people, signing->name, true, web_now(request->web));
    request->person = *person;
    begin_session(request);
}

// The key at fault, NULL if all is well.
static const char *read_signing(const struct request *request, struct signing *signing) {
    bool wrong = false;
    const char *name = request_text(request, "name", PERSON_NAME_BYTES - 1, &wrong);
    const char *pin = request_text(request, "pin", 12, &wrong);
    const json_t *window = json_object_get(request->body, "window");
    json_int_t number = json_integer_value(window);
    if (!name || !name[0])
        return "name";
    if (wrong || !pin)
        return "pin";
    if (window && !json_is_null(window)) {
        if (number < 1 || number > 9999 ||
            plan_window_at(&web_hall(request->web)->plan, (uint16_t)number) == PLAN_NONE)
            return "window";
        signing->window = (uint16_t)number;
    }
    snprintf(signing->name, sizeof signing->name, "%s", name);
    snprintf(signing->pin, sizeof signing->pin, "%s", pin);
    if (signing->bearer)
        signing->window = 0;
    signing->take = request_flag(request, "take");
    return NULL;
}

// Each try counts as wrong until it is found right, so that many at once are no way around.
static void try_pin(struct request *request, struct signing *signing) {
    struct web *web = request->web;
    struct people *people = web->house.people;
    const struct row_person *person = people_named(people, signing->name);
    int64_t wait_ms = people_try_after(people, signing->name, web_now(web));
    if (wait_ms > 0) {
        reply_later(request, PROBLEM_TRY_LATER, wait_ms);
        return;
    }
    if (web->signing_in >= WEB_SIGNING_IN_MOST || web->tries_now >= TRIES_A_SECOND) {
        reply_problem(request, PROBLEM_BUSY);
        return;
    }
    if (person)
        memcpy(signing->hash, person->pin_hash, sizeof signing->hash);
    if (worker_submit(web->worker, check_pin, pin_checked, signing)) {
        reply_problem(request, PROBLEM_BUSY);
        return;
    }
    people_tried(people, signing->name, false, web_now(web));
    web->signing_in++;
    web->tries_now++;
    request_wait(request);
}

static void sign_in(struct request *request, bool bearer) {
    struct signing *signing = calloc(1, sizeof *signing);
    struct wire_fault fault = {.text = "Send name, pin and, at a window, its number.",
                               .text_zh = "请填写姓名、密码和窗口号。"};
    const char *wrong;
    request->more = signing;
    if (!signing) {
        reply_problem(request, PROBLEM_BUSY);
        return;
    }
    signing->request = request;
    signing->bearer = bearer;
    wrong = read_signing(request, signing);
    if (wrong) {
        snprintf(fault.key, sizeof fault.key, "%s", wrong);
        reply_fault(request, PROBLEM_VALUE, &fault);
        return;
    }
    try_pin(request, signing);
}

void session_post(struct request *request) {
    sign_in(request, false);
}

void session_token_post(struct request *request) {
    sign_in(request, true);
}

// --- the session
// -----------------------------------------------------------------------------------

void session_get(struct request *request) {
    reply_json(request, 200, session_json(&request->session, &request->person));
}

static void signed_out(struct request *request, const struct answer *answer) {
    (void)answer;
    people_take(request->web->house.people, request->more);
    reply_header(request, "Set-Cookie", "jiaohao=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    reply_empty(request, 204);
}

void session_delete(struct request *request) {
    struct command nothing = {.kind = COMMAND_NONE};
    struct row *row = calloc(1, sizeof *row);
    request->more = row;
    if (!row) {
        reply_problem(request, PROBLEM_BUSY);
        return;
    }
    row->kind = ROW_SESSION_END;
    row->u.session = request->session;
    request->key[0] = 0; // the second time nobody is signed in
    request->done = signed_out;
    request_ask(request, &nothing, row, 1);
}

// --- each second
// -----------------------------------------------------------------------------------

struct tidying {
    struct web *web; // NULL: the doors are shut
    struct row row;
};

static void tidied(void *context, const struct answer *answer) {
    struct tidying *tidying = context;
    if (tidying->web) {
        tidying->web->tidying = NULL;
        if (answer->kind == ANSWER_DONE)
            people_take(tidying->web->house.people, &tidying->row);
    }
    free(tidying);
}

static void tidy(struct web *web, enum row_kind kind, const struct row_session *session) {
    struct pipeline_ask ask = {.row_count = 1, .answer = tidied};
    struct tidying *tidying = calloc(1, sizeof *tidying);
    if (!tidying)
        return;
    tidying->web = web;
    tidying->row.kind = kind;
    tidying->row.u.session = *session;
    if (kind == ROW_SESSION)
        tidying->row.u.session.expires_ms += LONGER_MS;
    ask.rows = &tidying->row;
    ask.context = tidying;
    web->tidying = tidying;
    pipeline_ask(web->house.pipeline, &ask);
}

void sessions_cut_loose(struct web *web) {
    if (web->tidying)
        ((struct tidying *)web->tidying)->web = NULL;
}

// One row a second is enough: nothing depends on it but tidiness, or an hour still to come.
void sessions_tidy(struct web *web) {
    const struct hall *hall = web_hall(web);
    const struct people *people = web->house.people;
    int64_t now_ms = web_now(web);
    const struct row_session *session;
    web->tries_now = 0;
    if (web->tidying)
        return;
    for (uint32_t i = 0; i < hall->plan.window_count; i++) {
        uint16_t number = hall->plan.windows[i].number;
        if (!is_busy(hall, number))
            continue;
        session = people_window_session(people, number, now_ms);
        if (session && session->expires_ms - now_ms < SOON_MS) {
            tidy(web, ROW_SESSION, session);
            return;
        }
    }
    session = people_expired(people, now_ms);
    if (session)
        tidy(web, ROW_SESSION_END, session);
}
