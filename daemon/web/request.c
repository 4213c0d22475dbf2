// SPDX-License-Identifier: Apache-2.0
/*
 * A request's memory and its one way into the pipeline. While a request waits for a callback evhttp
 * does not read from its connection, so it cannot vanish under us; only shutting the doors can take
 * it away, and then `web` is NULL.
 *
 * A key's body is kept as a digest under the day's key: the plain hash of a body with a phone
 * number in it could be guessed by trying all numbers.
 */
#include "daemon/web/request.h"

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/web/limits.h"
#include "daemon/web/reply.h"

struct request *request_new(const struct door *door, struct evhttp_request *http) {
    struct request *request = calloc(1, sizeof *request);
    struct web *web = door->web;
    if (!request)
        return NULL;
    request->web = web;
    request->door = door;
    request->http = http;
    request->method = evhttp_request_get_command(http);
    request->client = client_of(web->clients, http);
    request->next = web->requests;
    if (request->next)
        request->next->before = request;
    web->requests = request;
    return request;
}

void request_free(struct request *request) {
    if (request->web) {
        if (request->before)
            request->before->next = request->next;
        else
            request->web->requests = request->next;
        if (request->next)
            request->next->before = request->before;
    }
    json_decref(request->body);
    free(request->more);
    free(request);
}

const char *request_header(const struct request *request, const char *name) {
    return evhttp_find_header(evhttp_request_get_input_headers(request->http), name);
}

bool request_query(const struct request *request, const char *name, char *out, size_t room) {
    const char *query = strchr(evhttp_request_get_uri(request->http), '?');
    struct evkeyvalq pairs;
    const char *value;
    bool fits = false;
    if (!query || evhttp_parse_query_str(query + 1, &pairs))
        return false;
    value = evhttp_find_header(&pairs, name);
    if (value && strlen(value) < room) {
        strcpy(out, value);
        fits = true;
    }
    evhttp_clear_headers(&pairs);
    return fits;
}

bool request_query_number(const struct request *request, const char *name, uint64_t *out) {
    char text[20];
    if (!request_query(request, name, text, sizeof text) || !text[0] ||
        strspn(text, "0123456789") != strlen(text))
        return false;
    *out = strtoull(text, NULL, 10);
    return true;
}

bool request_is_write(const struct request *request) {
    return (request->method & (EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_OPTIONS)) == 0;
}

const char *request_text(const struct request *request, const char *key, size_t most, bool *wrong) {
    const json_t *value = json_object_get(request->body, key);
    if (!value || json_is_null(value))
        return NULL;
    if (json_is_string(value) && json_string_length(value) <= most)
        return json_string_value(value);
    *wrong = true;
    return NULL;
}

bool request_flag(const struct request *request, const char *key) {
    return json_is_true(json_object_get(request->body, key));
}

bool request_is_least(const struct request *request, enum role least) {
    return request->signed_in && request->person.role != ROLE_KIOSK &&
           request->person.role >= (uint32_t)least;
}

void request_wait(struct request *request) {
    request->waits = true;
}

bool request_back(struct request *request) {
    request->waits = false;
    if (request->web)
        return true;
    request_free(request);
    return false;
}

// --- down the one way --------------------------------------------------------------------------

static void answered(void *context, const struct answer *answer) {
    struct request *request = context;
    if (!request_back(request))
        return;
    if (answer->kind == ANSWER_DONE || answer->kind == ANSWER_REPEATED)
        request->done(request, answer);
    else
        reply_not_done(request, answer);
}

// An address as 64 bits under the day's key: the same after a restart, nobody's tomorrow.
static unsigned long long address_today(const struct request *request) {
    static const char purpose[] = "address";
    const struct web *web = request->web;
    uint8_t salt[SECRET_HASH_BYTES] = {0};
    if (!request->client)
        return 0;
    secrets_digest(web->house.secrets, web_hall(web)->plan.day.date, purpose, sizeof purpose, salt);
    return client_address(request->client, salt);
}

// Who asks and where: "s:12:/windows/3/next".
static void make_scope(struct request *request) {
    const char *path = request->path;
    if (strncmp(path, "/api/v1", 7) == 0)
        path += 7;
    if (request->ticket)
        snprintf(request->scope, sizeof request->scope, "t:%llu:%.20s",
                 (unsigned long long)request->ticket, path);
    else if (request->signed_in)
        snprintf(request->scope, sizeof request->scope, "s:%u:%.34s", request->person.id, path);
    else
        snprintf(request->scope, sizeof request->scope, "a:%llx:%.20s", address_today(request),
                 path);
}

static int make_digest(struct request *request) {
    struct evbuffer *input = evhttp_request_get_input_buffer(request->http);
    size_t length = evbuffer_get_length(input);
    const void *bytes = "";
    if (length)
        bytes = evbuffer_pullup(input, -1);
    return secrets_digest(request->web->house.secrets, web_hall(request->web)->plan.day.date, bytes,
                          length, request->digest);
}

void request_ask(struct request *request, struct command *command, const struct row *rows,
                 size_t row_count) {
    struct pipeline_ask ask = {.command = *command,
                               .rows = rows,
                               .row_count = row_count,
                               .answer = answered,
                               .context = request};
    ask.command.actor =
        request->signed_in && request->person.role != ROLE_KIOSK ? request->person.id : 0;
    if (request->key[0]) {
        make_scope(request);
        if (make_digest(request)) {
            reply_later(request, PROBLEM_BUSY, 1000); // no day has been opened yet
            return;
        }
        ask.key = (struct pipeline_key){.scope = request->scope,
                                        .key = request->key,
                                        .body = request->digest,
                                        .length = sizeof request->digest};
    }
    request_wait(request);
    pipeline_ask(request->web->house.pipeline, &ask);
}
