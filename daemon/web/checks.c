// SPDX-License-Identifier: Apache-2.0
/*
 * The gauntlet: framing, host, path, method, origin, content type, who, body, key. The first check
 * that fails answers; the order is such that nobody learns of a path's inside before showing who
 * they are. Pages are protected twice: a write needs our own Origin (if the browser names one)
 * and the cookie is SameSite=Strict.
 */
#include "daemon/web/checks.h"

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <string.h>

#include "daemon/web/door.h"
#include "daemon/web/reply.h"

static size_t count_headers(const struct request *request, const char *name) {
    struct evkeyvalq *headers = evhttp_request_get_input_headers(request->http);
    struct evkeyval *header;
    size_t count = 0;
    for (header = headers->tqh_first; header; header = header->next.tqe_next)
        count += evutil_ascii_strcasecmp(header->key, name) == 0;
    return count;
}

// Two lengths, or a length and chunks: where the next request begins is anybody's guess.
static unsigned check_framing(struct request *request) {
    size_t lengths = count_headers(request, "Content-Length");
    if (lengths > 1 || (lengths && request_header(request, "Transfer-Encoding")) ||
        count_headers(request, "Host") > 1) {
        reply_header(request, "Connection", "close");
        return PROBLEM_BODY;
    }
    return 0;
}

static unsigned check_host(struct request *request) {
    const char *host = request_header(request, "Host");
    const char *url = request->web->house.config->public_url;
    return host && door_knows_host(host, request->door->config->hosts, url) ? 0 : PROBLEM_FOREIGN;
}

static unsigned check_path(struct request *request) {
    const char *uri = evhttp_request_get_uri(request->http);
    size_t length = strcspn(uri, "?#");
    if (uri[0] != '/' || uri[1] == '/' || length >= sizeof request->path)
        return PROBLEM_NO_PATH;
    memcpy(request->path, uri, length);
    return 0;
}

static void allow(struct request *request, unsigned methods) {
    char text[64];
    snprintf(text, sizeof text, "%s%s%sOPTIONS", methods & EVHTTP_REQ_GET ? "GET, HEAD, " : "",
             methods & EVHTTP_REQ_POST ? "POST, " : "",
             methods & EVHTTP_REQ_DELETE ? "DELETE, " : "");
    reply_header(request, "Allow", text);
}

static unsigned check_route(struct request *request) {
    unsigned method = request->method == EVHTTP_REQ_HEAD ? EVHTTP_REQ_GET : request->method;
    unsigned methods = 0;
    for (size_t i = 0; i < 2 && request->door->tables[i] && !request->route; i++)
        request->route =
            route_find(request->door->tables[i], method, request->path, &request->at, &methods);
    if (request->route && (methods == 0 || strcmp(request->route->path, "*") != 0))
        return 0;
    if (methods == 0)
        return PROBLEM_NO_PATH;
    allow(request, methods);
    return PROBLEM_METHOD;
}

static unsigned check_origin(struct request *request) {
    const char *origin = request_header(request, "Origin");
    const char *site = request_header(request, "Sec-Fetch-Site");
    if (!request_is_write(request))
        return 0;
    if (!origin)
        return site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0
                   ? PROBLEM_FOREIGN
                   : 0;
    return door_knows_origin(origin, request_header(request, "Host"), request->door->config->hosts,
                             request->web->house.config->public_url)
               ? 0
               : PROBLEM_FOREIGN;
}

static size_t body_length(const struct request *request) {
    return evbuffer_get_length(evhttp_request_get_input_buffer(request->http));
}

static unsigned check_type(struct request *request) {
    if (!request_is_write(request) || body_length(request) == 0)
        return 0;
    return door_is_json(request_header(request, "Content-Type")) ? 0 : PROBLEM_CONTENT_TYPE;
}

static unsigned check_key(struct request *request) {
    const char *key = request_header(request, "Idempotency-Key");
    if (!key || !request_is_write(request))
        return 0;
    if (!door_key_is_good(key))
        return PROBLEM_KEY;
    snprintf(request->key, sizeof request->key, "%s", key);
    return 0;
}

// --- who ---------------------------------------------------------------------------------------

static void identify_by(struct request *request, const char *token) {
    uint8_t hash[SECRET_HASH_BYTES];
    const struct people *people = request->web->house.people;
    const struct row_session *session;
    secrets_hash(token, hash);
    session = people_session(people, hash, web_now(request->web));
    if (!session)
        return;
    request->session = *session;
    request->person = *people_by_id(people, session->person);
    request->signed_in = true;
}

// The value of our cookie among others.
static bool cookie_value(const char *header, char out[TOKEN_BYTES]) {
    static const char name[] = "jiaohao=";
    while (header && *header) {
        header += strspn(header, "; ");
        if (strncmp(header, name, sizeof name - 1) == 0) {
            size_t length = strcspn(header + sizeof name - 1, ";");
            if (length >= TOKEN_BYTES)
                return false;
            memcpy(out, header + sizeof name - 1, length);
            out[length] = 0;
            return true;
        }
        header += strcspn(header, ";");
    }
    return false;
}

void checks_identify(struct request *request) {
    const char *bearer = request_header(request, "Authorization");
    char token[TOKEN_BYTES];
    if (bearer && evutil_ascii_strncasecmp(bearer, "Bearer ", 7) == 0) {
        bearer += 7;
        if (strncmp(bearer, "t.", 2) == 0)
            secrets_token_check(request->web->house.secrets, bearer, &request->ticket);
        else if (strncmp(bearer, "s.", 2) == 0 && strlen(bearer) < TOKEN_BYTES)
            identify_by(request, bearer);
        return;
    }
    // Cookies do not tell ports apart: a clerk's cookie means nothing at the public door.
    if (request->door->kind == DOOR_STAFF && cookie_value(request_header(request, "Cookie"), token))
        identify_by(request, token);
}

static unsigned check_operator(const struct request *request) {
    const char *bearer = request_header(request, "Authorization");
    if (!bearer || strncmp(bearer, "Bearer ", 7) != 0 ||
        !secrets_equal(request->web->operator_token, bearer + 7))
        return PROBLEM_NOT_SIGNED_IN;
    return 0;
}

static unsigned check_issuer(const struct request *request) {
    if (request->signed_in || web_hall(request->web)->plan.rules.walk_in)
        return 0;
    return PROBLEM_NOT_SIGNED_IN;
}

// A ticket's token is dead once nothing can be done or rated any more.
static unsigned check_holder(const struct request *request) {
    const struct hall *hall = web_hall(request->web);
    int32_t at = request->ticket ? hall_ticket_by_id(hall, request->ticket) : HALL_NONE;
    const struct ticket *ticket;
    int64_t last_ms;
    if (at == HALL_NONE)
        return PROBLEM_TOKEN;
    ticket = &hall->tickets[at];
    last_ms = ticket->asked_ms > ticket->ended_ms ? ticket->asked_ms : ticket->ended_ms;
    if (ticket->state >= TICKET_FINISHED &&
        web_now(request->web) > last_ms + hall->plan.rules.rating_ms)
        return PROBLEM_TOKEN;
    return 0;
}

static unsigned check_role(const struct request *request, enum role least) {
    if (!request->signed_in)
        return PROBLEM_NOT_SIGNED_IN;
    return request_is_least(request, least) ? 0 : PROBLEM_ROLE;
}

static unsigned check_at_window(const struct request *request) {
    unsigned code = check_role(request, ROLE_STAFF);
    if (code || request->person.role >= ROLE_LEAD)
        return code;
    return request->session.window == request->at.n ? 0 : PROBLEM_ROLE;
}

static unsigned check_who(struct request *request) {
    checks_identify(request);
    switch (request->route->who) {
    case WHO_ANY:
        return 0;
    case WHO_ISSUER:
        return check_issuer(request);
    case WHO_HOLDER:
        return check_holder(request);
    case WHO_SIGNED_IN:
        return check_role(request, ROLE_GUIDE);
    case WHO_STAFF:
        return check_role(request, ROLE_STAFF);
    case WHO_AT_WINDOW:
        return check_at_window(request);
    case WHO_LEAD:
        return check_role(request, ROLE_LEAD);
    case WHO_MANAGER:
        return check_role(request, ROLE_MANAGER);
    case WHO_ADMIN:
        return check_role(request, ROLE_ADMIN);
    case WHO_OPERATOR:
        return check_operator(request);
    }
    return PROBLEM_ROLE;
}

// --- all of them ---------------------------------------------------------------------------------

static bool parse_body(struct request *request) {
    struct evbuffer *input = evhttp_request_get_input_buffer(request->http);
    struct wire_fault fault = {0};
    size_t length = evbuffer_get_length(input);
    if (!request_is_write(request))
        return true;
    request->body = length ? wire_parse(evbuffer_pullup(input, -1), length, &fault) : json_object();
    if (request->body)
        return true;
    reply_fault(request, PROBLEM_BODY, &fault);
    return false;
}

static bool answer_options(struct request *request) {
    struct captures unused;
    unsigned methods = 0;
    if (request->method != EVHTTP_REQ_OPTIONS)
        return false;
    for (size_t i = 0; i < 2 && request->door->tables[i]; i++)
        route_find(request->door->tables[i], 0, request->path, &unused, &methods);
    allow(request, methods ? methods : EVHTTP_REQ_GET);
    reply_empty(request, 204);
    return true;
}

bool checks_pass(struct request *request) {
    static unsigned (*const first[])(struct request *) = {check_framing, check_host, check_path};
    static unsigned (*const then[])(struct request *) = {check_route, check_origin, check_type,
                                                         check_who, check_key};
    unsigned code = 0;
    for (size_t i = 0; !code && i < sizeof first / sizeof *first; i++)
        code = first[i](request);
    if (!code && answer_options(request))
        return false;
    for (size_t i = 0; !code && i < sizeof then / sizeof *then; i++)
        code = then[i](request);
    if (!code)
        return parse_body(request);
    reply_problem(request, code);
    return false;
}
