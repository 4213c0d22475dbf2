// SPDX-License-Identifier: Apache-2.0
/*
 * A request to the operator's door of the running daemon. The door is on loopback; its token
 * stands in the data folder, readable by the hall's own user only, so whoever can read the database
 * may operate it and nobody else.
 */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/cli/cli.h"

enum { ANSWER_WAIT_S = 15, TOKEN_ROOM = 128, REPLY_MOST = 1 << 20 };

struct asking {
    struct event_base *base;
    int status;
    json_t *reply;
};

static void answered(struct evhttp_request *request, void *context) {
    struct asking *asking = context;
    asking->status = -ECONNREFUSED;
    if (request && evhttp_request_get_response_code(request) > 0) {
        struct evbuffer *body = evhttp_request_get_input_buffer(request);
        size_t length = evbuffer_get_length(body);
        asking->status = evhttp_request_get_response_code(request);
        if (length <= REPLY_MOST)
            asking->reply =
                json_loadb((char *)evbuffer_pullup(body, -1), length, JSON_DISABLE_EOF_CHECK, NULL);
    }
    event_base_loopbreak(asking->base);
}

static int read_token(const struct config *config, char token[TOKEN_ROOM]) {
    char path[CONFIG_PATH_BYTES + 16];
    FILE *file;
    int ok;
    snprintf(path, sizeof path, "%s/operator.token", config->data);
    file = fopen(path, "re");
    if (!file)
        return -errno;
    ok = fgets(token, TOKEN_ROOM, file) != NULL;
    fclose(file);
    token[strcspn(token, "\n")] = 0;
    return ok ? 0 : -EIO;
}

static int add_headers(struct evhttp_request *request, const struct config *config,
                       const json_t *body) {
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    char host[80], token[TOKEN_ROOM], bearer[TOKEN_ROOM + 8];
    char *text;
    snprintf(host, sizeof host, "%s:%u", config->operator_door.address, config->operator_door.port);
    evhttp_add_header(headers, "Host", host);
    if (!body)
        return 0;
    if (read_token(config, token))
        return -EACCES;
    snprintf(bearer, sizeof bearer, "Bearer %s", token);
    evhttp_add_header(headers, "Authorization", bearer);
    evhttp_add_header(headers, "Content-Type", "application/json");
    text = json_dumps(body, JSON_COMPACT);
    if (!text)
        return -ENOMEM;
    evbuffer_add(evhttp_request_get_output_buffer(request), text, strlen(text));
    free(text);
    return 0;
}

static int ask_on(struct evhttp_connection *connection, struct asking *asking,
                  const struct config *config, const char *path, const json_t *body) {
    struct evhttp_request *request = evhttp_request_new(answered, asking);
    int rc;
    if (!request)
        return -ENOMEM;
    rc = add_headers(request, config, body);
    if (rc) {
        evhttp_request_free(request);
        return rc;
    }
    evhttp_connection_set_timeout(connection, ANSWER_WAIT_S);
    if (evhttp_make_request(connection, request, body ? EVHTTP_REQ_POST : EVHTTP_REQ_GET, path))
        return -ECONNREFUSED;
    event_base_dispatch(asking->base);
    return asking->status;
}

int operator_ask(const struct config *config, const char *path, const json_t *body,
                 json_t **reply) {
    struct asking asking = {.base = event_base_new(), .status = -ENOMEM};
    struct evhttp_connection *connection;
    if (!asking.base)
        return -ENOMEM;
    connection = evhttp_connection_base_new(asking.base, NULL, config->operator_door.address,
                                            (unsigned short)config->operator_door.port);
    if (connection) {
        asking.status = ask_on(connection, &asking, config, path, body);
        evhttp_connection_free(connection);
    }
    event_base_free(asking.base);
    *reply = asking.reply;
    return asking.status;
}

void operator_complain(int status, const json_t *reply) {
    const char *detail = json_string_value(json_object_get(reply, "detail"));
    if (status == -EACCES)
        fprintf(stderr, "jiaohao: the operator's token cannot be read: run as the hall's user or "
                        "as root\n");
    else if (status < 0)
        fprintf(stderr, "jiaohao: the daemon does not answer (%s): is jiaohaod running?\n",
                strerror(-status));
    else
        fprintf(stderr, "jiaohao: %s (HTTP %d)\n", detail ? detail : "the daemon refused", status);
}
