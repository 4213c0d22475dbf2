// SPDX-License-Identifier: Apache-2.0
/*
 * A door listens with a socket of its own making: a backlog of 1024, TCP_NODELAY (inherited by what
 * it accepts), and patience when the system has no descriptors left. evhttp gets the bounds that
 * it does not have by itself.
 */
#include "daemon/web/door.h"

#include <errno.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/log.h"
#include "daemon/web/checks.h"
#include "daemon/web/limits.h"
#include "daemon/web/reply.h"

enum { BACKLOG = 1024, SILENCE_S = 70 };

static const char *const door_names[DOORS] = {"public", "staff", "operator"};

static void visit(struct evhttp_request *http, void *context) {
    const struct door *door = context;
    int64_t mark = loop_mark();
    struct request *request = request_new(door, http);
    if (!request) {
        evhttp_send_error(http, 503, NULL);
        return;
    }
    if (checks_pass(request))
        request->route->handle(request);
    loop_took("web request", mark);
}

// --- listening ---------------------------------------------------------------------------------

// Out of descriptors or memory: the waiting connections stay in the backlog for a second.
static void accept_failed(struct evconnlistener *listener, void *context) {
    (void)context;
    log_warning("web", "a connection could not be accepted: %s", strerror(errno));
    evconnlistener_disable(listener);
}

void door_listen_again(struct door *door) {
    if (door->listener)
        evconnlistener_enable(door->listener);
}

static int make_address(const struct door *door, struct sockaddr_storage *address, int *length) {
    char text[96];
    bool v6 = strchr(door->config->address, ':') != NULL;
    snprintf(text, sizeof text, v6 ? "[%s]:%u" : "%s:%u", door->config->address,
             (unsigned)door->config->port);
    *length = sizeof *address;
    return evutil_parse_sockaddr_port(text, (struct sockaddr *)address, length) ? -EINVAL : 0;
}

static int set_up(int fd, const struct sockaddr_storage *address, int length) {
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)address, (socklen_t)length) || listen(fd, BACKLOG))
        return -errno;
    return 0;
}

static int listen_on(struct door *door) {
    struct event_base *base = loop_base(door->web->house.loop);
    struct sockaddr_storage address = {0};
    struct evconnlistener *listener;
    int length, fd, rc = make_address(door, &address, &length);
    if (rc)
        return rc;
    fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    rc = set_up(fd, &address, length);
    if (rc) {
        close(fd);
        return rc;
    }
    listener = evconnlistener_new(base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
                                  0, fd); // 0: it listens already
    if (!listener) {
        close(fd);
        return -ENOMEM;
    }
    evconnlistener_set_error_cb(listener, accept_failed);
    if (evhttp_bind_listener(door->http, listener)) {
        door->listener = listener;
        return 0;
    }
    evconnlistener_free(listener);
    return -ENOMEM;
}

static void set_bounds(struct door *door) {
    struct evhttp *http = door->http;
    evhttp_set_max_headers_size(http, WEB_HEADERS_MOST);
    evhttp_set_max_body_size(http, WEB_BODY_MOST);
    evhttp_set_timeout(http, SILENCE_S);
    evhttp_set_default_content_type(http, "text/plain; charset=utf-8");
    evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST |
                                         EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_PUT |
                                         EVHTTP_REQ_PATCH);
    evhttp_set_bevcb(http, clients_accept, door->web->clients);
    evhttp_set_gencb(http, visit, door);
}

int door_open(struct door *door) {
    int rc;
    if (door->config->port == 0)
        return 0;
    door->http = evhttp_new(loop_base(door->web->house.loop));
    if (!door->http)
        return -ENOMEM;
    set_bounds(door);
    rc = listen_on(door);
    if (rc)
        log_error("web", "the %s door cannot open on %s port %u: %s", door_names[door->kind],
                  door->config->address, (unsigned)door->config->port, strerror(-rc));
    else
        log_info("web", "the %s door is open on %s port %u", door_names[door->kind],
                 door->config->address, (unsigned)door->config->port);
    return rc;
}

void door_shut(struct door *door) {
    if (door->http)
        evhttp_free(door->http);
    door->http = NULL;
    door->listener = NULL;
}
