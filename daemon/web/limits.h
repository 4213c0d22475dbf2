// SPDX-License-Identifier: Apache-2.0
/*
 * Bounds on connections that evhttp does not have: how many in all and from one address, a deadline
 * for a whole request, for sending nothing, and for not reading an answer.
 */
#ifndef JIAOHAO_WEB_LIMITS_H
#define JIAOHAO_WEB_LIMITS_H

#include <event2/http.h>
#include <stdbool.h>
#include <stdint.h>

struct web;
struct clients;
struct client;

enum {
    CONNECTIONS_MOST = 4096,       // on all doors
    CONNECTIONS_ADDRESS_MOST = 64, // from one address that is not loopback (a proxy stands there)
    STREAMS_MOST = 3000,           // of these; pages keep room for requests
    REQUEST_DEADLINE_MS = 10000,   // from its first byte to its last
    IDLE_MS = 65000,               // between two requests
    ANSWER_DEADLINE_MS = 30000,    // for reading an answer
};

struct clients *clients_new(struct web *web);
void clients_free(struct clients *clients); // after evhttp_free; NULL is fine
// The bevcb of every door.
struct bufferevent *clients_accept(struct event_base *base, void *clients);

// The client of a request that has come in whole; from now until client_answers nothing is cut.
struct client *client_of(struct clients *clients, struct evhttp_request *http);
void client_answers(struct client *client, struct evhttp_request *http);
// Hands the connection over to a stream: no deadlines; `gone` is called once when it ends.
void client_streams(struct client *client, void (*gone)(void *context), void *context);
// Ends the connection soon, from the loop; safe at any time.
void client_cut(struct client *client);
// 64 bits that stand for the address; what the client is on the machine itself.
uint64_t client_address(const struct client *client, const uint8_t salt[16]);

void clients_sweep(struct clients *clients);            // each second
void clients_forget_callbacks(struct clients *clients); // before evhttp_free
unsigned clients_count(const struct clients *clients);

#endif
