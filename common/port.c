// SPDX-License-Identifier: Apache-2.0
/*
 * A port that keeps itself open: a line (port_line), what waits to be written, and a timer that
 * opens it again with back-off. What a line is made of does not matter here.
 *
 * Invariant: the line is closed and `down` is called only from the loop's own events; port_write
 * queues and nothing else, so that a driver may write from inside any callback.
 */
#include "common/port.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/port_line.h"
#include "common/port_url.h"

enum {
    BACKOFF_LEAST_MS = 500,
    BACKOFF_MOST_MS = 5000,
    STEADY_MS = 10000, // up for so long: the next loss starts with the shortest back-off
    CONNECT_MS = 5000,
    READ_BYTES = 4096,
};

enum port_state { PORT_DOWN, PORT_CONNECTING, PORT_UP };

struct port {
    struct loop *loop;
    struct port_events events;
    struct port_url url;
    struct port_line line;
    struct event *read, *write;
    struct loop_timer *timer; // down: when to open again; connecting: when to give up
    enum port_state state;
    bool complained;
    int64_t up_since_ms, backoff_ms;
    size_t head, length; // what waits to be written: queue[head] …
    uint8_t queue[PORT_QUEUE_MAX];
};

// --- losing the line ---------------------------------------------------------------------------

static void shut(struct port *port) {
    if (port->read)
        event_free(port->read);
    if (port->write)
        event_free(port->write);
    port->read = port->write = NULL;
    port_line_close(&port->line);
    port->head = port->length = 0;
}

static void drop(struct port *port, const char *why) {
    bool was_up = port->state == PORT_UP;
    shut(port);
    port->state = PORT_DOWN;
    if (!port->complained)
        log_warning("port", "%s: %s", port->url.text, why);
    port->complained = true;
    if (was_up && loop_boot_ms() - port->up_since_ms >= STEADY_MS)
        port->backoff_ms = BACKOFF_LEAST_MS;
    loop_timer_set(port->timer, port->backoff_ms);
    port->backoff_ms *= 2;
    if (port->backoff_ms > BACKOFF_MOST_MS)
        port->backoff_ms = BACKOFF_MOST_MS;
    if (was_up && port->events.down)
        port->events.down(port->events.context, why);
}

static void drop_for(struct port *port, int code) {
    drop(port, code == -EPIPE ? "the other side closed it" : strerror(-code));
}

// --- the open line -----------------------------------------------------------------------------

static void rise(struct port *port) {
    port->state = PORT_UP;
    port->up_since_ms = loop_boot_ms();
    port->complained = false;
    loop_timer_set(port->timer, -1);
    log_notice("port", "%s is open", port->url.text);
    event_add(port->read, NULL);
    if (port->events.up)
        port->events.up(port->events.context);
}

static void on_readable(evutil_socket_t fd, short what, void *context) {
    struct port *port = context;
    uint8_t bytes[READ_BYTES];
    int64_t mark = loop_mark();
    ssize_t length = port_line_read(&port->line, bytes, sizeof bytes);
    (void)fd;
    (void)what;
    if (length < 0)
        drop_for(port, (int)length);
    else if (length > 0 && port->events.bytes)
        port->events.bytes(port->events.context, bytes, (size_t)length);
    loop_took("a port", mark);
}

static void on_connected(struct port *port) {
    int rc = port_line_connected(&port->line);
    if (rc)
        drop_for(port, rc);
    else
        rise(port);
}

static void send_on(struct port *port) {
    ssize_t taken = port_line_write(&port->line, port->queue + port->head, port->length);
    if (taken < 0) {
        drop_for(port, (int)taken);
        return;
    }
    port->head += (size_t)taken;
    port->length -= (size_t)taken;
    if (port->length) {
        event_add(port->write, NULL);
        return;
    }
    port->head = 0;
    if (taken && port->events.drained)
        port->events.drained(port->events.context);
}

static void on_writable(evutil_socket_t fd, short what, void *context) {
    struct port *port = context;
    int64_t mark = loop_mark();
    (void)fd;
    (void)what;
    if (port->state == PORT_CONNECTING)
        on_connected(port);
    else if (port->length)
        send_on(port);
    loop_took("a port", mark);
}

// --- opening -----------------------------------------------------------------------------------

static int watch(struct port *port) {
    struct event_base *base = loop_base(port->loop);
    port->read = event_new(base, port->line.fd, EV_READ | EV_PERSIST, on_readable, port);
    port->write = event_new(base, port->line.fd, EV_WRITE, on_writable, port);
    return port->read && port->write ? 0 : -ENOMEM;
}

static void open_line(struct port *port) {
    int rc = port_line_open(&port->line, &port->url);
    bool waits = rc == -EINPROGRESS;
    if (rc == 0 || waits)
        rc = watch(port);
    if (rc) {
        drop_for(port, rc);
        return;
    }
    if (!waits) {
        rise(port);
        return;
    }
    port->state = PORT_CONNECTING;
    event_add(port->write, NULL);
    loop_timer_set(port->timer, CONNECT_MS);
}

static void on_timer(void *context) {
    struct port *port = context;
    if (port->state == PORT_CONNECTING)
        drop(port, "no answer");
    else if (port->state == PORT_DOWN)
        open_line(port);
}

// --- the public side ---------------------------------------------------------------------------

int port_check(const char *url, const char **fault) {
    struct port_url read;
    return port_url_read(url, &read, fault);
}

struct port *port_new(struct loop *loop, const char *url, const struct port_events *events) {
    struct port *port = calloc(1, sizeof *port);
    const char *fault;
    if (!port)
        return NULL;
    port->loop = loop;
    port->events = *events;
    port->line.fd = -1;
    port->backoff_ms = BACKOFF_LEAST_MS;
    port->timer = loop_timer_new(loop, on_timer, port);
    if (port_url_read(url, &port->url, &fault))
        log_error("port", "%s: %s", url, fault);
    else if (port->timer) {
        loop_timer_set(port->timer, 0); // not from inside the constructor: `up` needs a whole owner
        return port;
    }
    port_free(port);
    return NULL;
}

void port_free(struct port *port) {
    if (!port)
        return;
    shut(port);
    loop_timer_free(port->timer);
    free(port);
}

int port_write(struct port *port, const void *bytes, size_t length) {
    if (port->state != PORT_UP)
        return -ENOTCONN;
    if (length > PORT_QUEUE_MAX - port->length)
        return -ENOBUFS;
    if (port->head + port->length + length > PORT_QUEUE_MAX) {
        memmove(port->queue, port->queue + port->head, port->length);
        port->head = 0;
    }
    memcpy(port->queue + port->head + port->length, bytes, length);
    port->length += length;
    if (length)
        event_add(port->write, NULL);
    return 0;
}

bool port_is_up(const struct port *port) {
    return port->state == PORT_UP;
}

size_t port_queued(const struct port *port) {
    return port->length;
}
