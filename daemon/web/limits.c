// SPDX-License-Identifier: Apache-2.0
/*
 * Every connection is a client from the moment evhttp makes its bufferevent until evhttp frees it.
 * evhttp's own timeout is one of inactivity: a client that sends a byte now and then would hold a
 * connection for ever. So each client has a state and a deadline, looked at once a second.
 *
 * Invariant: a client holds a reference to its bufferevent, so its descriptor is not reused while
 * we may still shut it down. A connection is only ever ended by shutting its socket down: evhttp
 * then finds the end by itself and frees what is its own. A client whose request is being
 * handled is never cut: evhttp does not read then, and the request must outlive its handler.
 */
#include "daemon/web/limits.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/web/inside.h"

enum { BUCKETS = 1024, INPUT_MOST = 2 * WEB_BODY_MOST };

enum client_state { CLIENT_READING, CLIENT_IDLE, CLIENT_HANDLED, CLIENT_ANSWERED, CLIENT_STREAM };

struct client {
    struct clients *clients;
    struct client *next; // in its bucket
    struct client *fresh_next;
    struct bufferevent *bev;
    struct evhttp_connection *connection; // NULL before its first request
    enum client_state state;
    int64_t deadline_ms;
    struct in6_addr address; // IPv4 mapped
    bool fresh, loopback;
    void (*gone)(void *context);
    void *context;
};

struct clients {
    struct web *web;
    struct event *admit; // looks at fresh clients once evhttp has given them their socket
    struct client *fresh;
    struct client *buckets[BUCKETS];
    unsigned count;
};

static struct client **bucket_of(struct clients *clients, const struct bufferevent *bev) {
    return &clients->buckets[((uintptr_t)bev >> 5) % BUCKETS];
}

static void client_remove(struct client *client) {
    struct client **at = bucket_of(client->clients, client->bev);
    struct client **fresh = &client->clients->fresh;
    while (*at != client)
        at = &(*at)->next;
    *at = client->next;
    while (client->fresh && *fresh && *fresh != client)
        fresh = &(*fresh)->fresh_next;
    if (client->fresh && *fresh)
        *fresh = client->fresh_next;
    client->clients->count--;
    if (client->gone)
        client->gone(client->context);
    bufferevent_decref(client->bev);
    free(client);
}

void client_cut(struct client *client) {
    evutil_socket_t fd = bufferevent_getfd(client->bev);
    if (fd >= 0)
        shutdown(fd, SHUT_RDWR);
}

static void client_expect(struct client *client, enum client_state state, int64_t within_ms) {
    client->state = state;
    client->deadline_ms = loop_boot_ms() + within_ms;
}

// The first byte of a request starts its deadline; a stream has nothing to say.
static void client_sent(struct evbuffer *input, const struct evbuffer_cb_info *info,
                        void *context) {
    struct client *client = context;
    (void)input;
    if (info->n_added == 0)
        return;
    if (client->state == CLIENT_IDLE)
        client_expect(client, CLIENT_READING, REQUEST_DEADLINE_MS);
    else if (client->state == CLIENT_STREAM)
        client_cut(client);
}

// --- admission ---------------------------------------------------------------------------------

static void learn_address(struct client *client) {
    struct sockaddr_storage peer = {0};
    socklen_t length = sizeof peer;
    getpeername(bufferevent_getfd(client->bev), (struct sockaddr *)&peer, &length);
    if (peer.ss_family == AF_INET6) {
        client->address = ((struct sockaddr_in6 *)&peer)->sin6_addr;
    } else if (peer.ss_family == AF_INET) {
        memset(client->address.s6_addr + 10, 0xff, 2);
        memcpy(client->address.s6_addr + 12, &((struct sockaddr_in *)&peer)->sin_addr, 4);
    } else {
        client->loopback = true; // a local socket, or gone already
        return;
    }
    client->loopback =
        IN6_IS_ADDR_LOOPBACK(&client->address) ||
        (IN6_IS_ADDR_V4MAPPED(&client->address) && client->address.s6_addr[12] == 127);
}

static unsigned count_address(const struct clients *clients, const struct in6_addr *address) {
    unsigned count = 0;
    for (size_t i = 0; i < BUCKETS; i++)
        for (const struct client *one = clients->buckets[i]; one; one = one->next)
            count += memcmp(&one->address, address, sizeof *address) == 0;
    return count;
}

static void turn_away(struct client *client) {
    static const char answer[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\n"
                                 "Content-Type: text/plain\r\nContent-Length: 0\r\n"
                                 "Connection: close\r\n\r\n";
    evutil_socket_t fd = bufferevent_getfd(client->bev);
    client->clients->web->turned_away++;
    client->clients->web->refused[709]++;
    if (fd >= 0)
        (void)!send(fd, answer, sizeof answer - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    client_cut(client);
}

static void admit_one(struct client *client) {
    const struct clients *clients = client->clients;
    client->fresh = false;
    learn_address(client);
    if (clients->count > CONNECTIONS_MOST ||
        (!client->loopback && count_address(clients, &client->address) > CONNECTIONS_ADDRESS_MOST))
        turn_away(client);
}

static void admit_fresh(evutil_socket_t fd, short what, void *context) {
    struct clients *clients = context;
    (void)fd;
    (void)what;
    while (clients->fresh) {
        struct client *client = clients->fresh;
        clients->fresh = client->fresh_next;
        admit_one(client);
    }
}

struct bufferevent *clients_accept(struct event_base *base, void *context) {
    struct clients *clients = context;
    struct client *client = calloc(1, sizeof *client);
    struct client **bucket;
    struct bufferevent *bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    if (!client || !bev) {
        free(client);
        return bev;
    }
    client->clients = clients;
    client->bev = bev;
    client->fresh = true;
    client->fresh_next = clients->fresh;
    clients->fresh = client;
    client_expect(client, CLIENT_READING, REQUEST_DEADLINE_MS);
    bufferevent_incref(bev);
    bufferevent_setwatermark(bev, EV_READ, 0, INPUT_MOST);
    evbuffer_add_cb(bufferevent_get_input(bev), client_sent, client);
    bucket = bucket_of(clients, bev);
    client->next = *bucket;
    *bucket = client;
    clients->count++;
    event_active(clients->admit, 0, 0);
    return bev;
}

// --- a request's life --------------------------------------------------------------------------

static void connection_closed(struct evhttp_connection *connection, void *context) {
    (void)connection;
    client_remove(context);
}

struct client *client_of(struct clients *clients, struct evhttp_request *http) {
    struct evhttp_connection *connection = evhttp_request_get_connection(http);
    struct bufferevent *bev = evhttp_connection_get_bufferevent(connection);
    struct client *client = *bucket_of(clients, bev);
    while (client && client->bev != bev)
        client = client->next;
    if (!client)
        return NULL;
    if (!client->connection) {
        client->connection = connection;
        evhttp_connection_set_closecb(connection, connection_closed, client);
    }
    client->state = CLIENT_HANDLED;
    return client;
}

static void answer_sent(struct evhttp_request *http, void *context) {
    struct client *client = context;
    struct evbuffer *input = bufferevent_get_input(client->bev);
    (void)http;
    if (evbuffer_get_length(input) > 0)
        client_expect(client, CLIENT_READING, REQUEST_DEADLINE_MS);
    else
        client_expect(client, CLIENT_IDLE, IDLE_MS);
}

void client_answers(struct client *client, struct evhttp_request *http) {
    client_expect(client, CLIENT_ANSWERED, ANSWER_DEADLINE_MS);
    evhttp_request_set_on_complete_cb(http, answer_sent, client);
}

void client_streams(struct client *client, void (*gone)(void *context), void *context) {
    unsigned most_ms = 20000;
    client->state = CLIENT_STREAM;
    client->gone = gone;
    client->context = context;
    bufferevent_set_timeouts(client->bev, NULL, NULL);
    setsockopt(bufferevent_getfd(client->bev), IPPROTO_TCP, TCP_USER_TIMEOUT, &most_ms,
               sizeof most_ms);
}

uint64_t client_address(const struct client *client, const uint8_t salt[16]) {
    uint64_t hash;
    crypto_shorthash((uint8_t *)&hash, client->address.s6_addr, sizeof client->address, salt);
    return hash;
}

// --- once a second -----------------------------------------------------------------------------

// evhttp frees a connection that never had a request without telling: its callbacks are gone then.
static bool was_dropped(const struct client *client) {
    bufferevent_event_cb on_event = NULL;
    if (client->connection || client->fresh)
        return false;
    bufferevent_getcb(client->bev, NULL, NULL, &on_event, NULL);
    return on_event == NULL;
}

static void sweep_one(struct client *client, int64_t now_ms) {
    if (was_dropped(client)) {
        client_remove(client);
        return;
    }
    if (client->state == CLIENT_HANDLED || client->state == CLIENT_STREAM ||
        now_ms < client->deadline_ms)
        return;
    client->clients->web->cut++;
    client_cut(client);
}

void clients_sweep(struct clients *clients) {
    int64_t now_ms = loop_boot_ms();
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct client *one = clients->buckets[i], *next; one; one = next) {
            next = one->next;
            sweep_one(one, now_ms);
        }
}

// --- making and freeing ------------------------------------------------------------------------

struct clients *clients_new(struct web *web) {
    struct clients *clients = calloc(1, sizeof *clients);
    if (!clients)
        return NULL;
    clients->web = web;
    clients->admit = event_new(loop_base(web->house.loop), -1, 0, admit_fresh, clients);
    if (clients->admit)
        return clients;
    free(clients);
    return NULL;
}

void clients_forget_callbacks(struct clients *clients) {
    for (size_t i = 0; clients && i < BUCKETS; i++)
        for (struct client *one = clients->buckets[i]; one; one = one->next) {
            one->gone = NULL;
            evbuffer_remove_cb(bufferevent_get_input(one->bev), client_sent, one);
            if (one->connection)
                evhttp_connection_set_closecb(one->connection, NULL, NULL);
        }
}

void clients_free(struct clients *clients) {
    if (!clients)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        while (clients->buckets[i])
            client_remove(clients->buckets[i]);
    event_free(clients->admit);
    free(clients);
}

unsigned clients_count(const struct clients *clients) {
    return clients->count;
}
