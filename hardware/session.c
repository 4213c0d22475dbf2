// SPDX-License-Identifier: Apache-2.0
/*
 * Two requests to the staff door by libevent's HTTP client, each on a connection of its own, so
 * that a pad's troubles are nobody else's. The cookie stays in memory: after a restart the session
 * still holds at the hall, and the next person takes the window over.
 *
 * Invariant: the PIN lies in one buffer, wiped when the request is made; it is never logged. A
 * session under way is called back exactly once, unless it is freed.
 */
#include "hardware/session.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/loop.h"

enum { TIMEOUT_S = 10, ANSWER_MAX = 65536 };

struct sessions {
    struct loop *loop;
    char address[64];
    uint16_t port;
};

struct session {
    struct sessions *sessions;
    session_fn *done;
    void *context;
    struct evhttp_connection *connection; // NULL between two requests
    struct loop_timer *later;
    unsigned code; // what `later` is to say
    bool busy, ending;
    char cookie[128];
};

// --- answers -----------------------------------------------------------------------------------

static void keep_cookie(struct session *session, struct evhttp_request *request) {
    const char *cookie =
        evhttp_find_header(evhttp_request_get_input_headers(request), "Set-Cookie");
    session->cookie[0] = 0;
    if (cookie)
        snprintf(session->cookie, sizeof session->cookie, "%.*s", (int)strcspn(cookie, ";"),
                 cookie);
}

static unsigned refusal_of(struct evhttp_request *request) {
    struct evbuffer *body = evhttp_request_get_input_buffer(request);
    size_t length = evbuffer_get_length(body);
    json_t *problem = length <= ANSWER_MAX
                          ? json_loadb((const char *)evbuffer_pullup(body, -1), length, 0, NULL)
                          : NULL;
    json_int_t code = json_integer_value(json_object_get(problem, "code"));
    json_decref(problem);
    return code > 0 && code < 1000 ? (unsigned)code : SESSION_UNREACHABLE;
}

static void on_answer(struct evhttp_request *request, void *context) {
    struct session *session = context;
    int status = request ? evhttp_request_get_response_code(request) : 0;
    session->code = SESSION_UNREACHABLE;
    if (status == 201 || (status == 204 && session->ending))
        session->code = 0;
    else if (status >= 400)
        session->code = refusal_of(request);
    if (session->code == 0 && !session->ending)
        keep_cookie(session, request);
    if (session->ending && status)
        session->cookie[0] = 0;        // if it was not known any more, so much the better
    loop_timer_set(session->later, 0); // the connection cannot be freed in its own callback
}

static void on_later(void *context) {
    struct session *session = context;
    if (session->connection)
        evhttp_connection_free(session->connection);
    session->connection = NULL;
    session->busy = false;
    session->done(session->context, session->code);
}

// --- asking ------------------------------------------------------------------------------------

static struct evhttp_request *prepare(struct session *session) {
    struct sessions *to = session->sessions;
    struct evhttp_request *request;
    struct evkeyvalq *headers;
    char host[80];
    session->connection =
        evhttp_connection_base_new(loop_base(to->loop), NULL, to->address, to->port);
    if (!session->connection)
        return NULL;
    evhttp_connection_set_timeout(session->connection, TIMEOUT_S);
    evhttp_connection_set_max_body_size(session->connection, ANSWER_MAX);
    request = evhttp_request_new(on_answer, session);
    if (!request)
        return NULL;
    headers = evhttp_request_get_output_headers(request);
    snprintf(host, sizeof host, strchr(to->address, ':') ? "[%s]:%u" : "%s:%u", to->address,
             to->port);
    evhttp_add_header(headers, "Host", host);
    evhttp_add_header(headers, "Connection", "close");
    return request;
}

static void fail_later(struct session *session) {
    session->code = SESSION_UNREACHABLE;
    loop_timer_set(session->later, 0);
}

int session_begin(struct session *session, const char *name, const char *pin, uint32_t window) {
    char body[160];
    int length;
    struct evhttp_request *request;
    if (session->busy)
        return -EBUSY;
    session->busy = true;
    session->ending = false;
    request = prepare(session);
    if (!request) {
        fail_later(session);
        return 0;
    }
    // Both are digits that were typed.
    length =
        snprintf(body, sizeof body, "{\"name\":\"%s\",\"pin\":\"%s\",\"window\":%u,\"take\":true}",
                 name, pin, window);
    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type",
                      "application/json");
    evbuffer_add(evhttp_request_get_output_buffer(request), body, (size_t)length);
    explicit_bzero(body, sizeof body);
    if (evhttp_make_request(session->connection, request, EVHTTP_REQ_POST, "/api/v1/sessions"))
        fail_later(session);
    return 0;
}

int session_end(struct session *session) {
    struct evhttp_request *request;
    if (session->busy)
        return -EBUSY;
    if (!session->cookie[0])
        return -ENOENT;
    session->busy = true;
    session->ending = true;
    request = prepare(session);
    if (!request) {
        fail_later(session);
        return 0;
    }
    evhttp_add_header(evhttp_request_get_output_headers(request), "Cookie", session->cookie);
    if (evhttp_make_request(session->connection, request, EVHTTP_REQ_DELETE,
                            "/api/v1/sessions/current"))
        fail_later(session);
    return 0;
}

// --- making and freeing ------------------------------------------------------------------------

struct sessions *sessions_new(struct loop *loop, const char *address, uint16_t port) {
    struct sessions *sessions = calloc(1, sizeof *sessions);
    if (!sessions)
        return NULL;
    sessions->loop = loop;
    sessions->port = port;
    snprintf(sessions->address, sizeof sessions->address, "%s", address);
    return sessions;
}

void sessions_free(struct sessions *sessions) {
    free(sessions);
}

struct session *session_new(struct sessions *sessions, session_fn *done, void *context) {
    struct session *session = calloc(1, sizeof *session);
    if (!session)
        return NULL;
    session->sessions = sessions;
    session->done = done;
    session->context = context;
    session->later = loop_timer_new(sessions->loop, on_later, session);
    if (session->later)
        return session;
    free(session);
    return NULL;
}

void session_free(struct session *session) {
    if (!session)
        return;
    if (session->connection)
        evhttp_connection_free(session->connection); // cancels what is under way
    loop_timer_free(session->later);
    explicit_bzero(session, sizeof *session);
    free(session);
}
