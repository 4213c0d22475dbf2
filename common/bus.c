// SPDX-License-Identifier: Apache-2.0
/*
 * The link to the broker. libmosquitto is turned by our loop: one read event, a one-shot write
 * event whenever the library wants to write, and a tick each second for its keepalive.
 *
 * Each attempt is a new library object, so that nothing of an old connection survives: no message
 * the library would send once more behind our back, no descriptor closed under our events. The
 * descriptor is asked for again after every call, because any call may close it.
 *
 * Invariant: library objects are only freed from the loop's own events, never inside a callback of
 * the library or a call of the user; those only mark the link as broken.
 */
#include "common/bus.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/loop.h"

enum {
    FILTERS_MAX = 64,
    KEEPALIVE_S = 5, // a peer that has gone silent is noticed after twice this
    TICK_MS = 1000,
    CONNECT_MS = 5000, // from the attempt to the last SUBACK
    STEADY_MS = 10000, // up for so long: the next loss starts with the shortest back-off
    BACKOFF_LEAST_MS = 500,
    BACKOFF_MOST_MS = 4000, // with what an attempt takes, within the 5 s promised
    SESSION_S = 3600,
    PACKET_MAX = BUS_PAYLOAD_MAX + 1024,
    GOODBYE_POLLS = 10,
    GOODBYE_POLL_MS = 20,
};

enum link_state { LINK_DOWN, LINK_CONNECTING, LINK_SUBSCRIBING, LINK_UP };

struct filter {
    char *text;
    int qos;
};

struct under_way {
    int mid; // 0 = unused
    int qos;
    uint64_t tag;
};

struct bus {
    struct loop *loop;
    struct bus_events events;
    char *address, *account, *password, *will_topic, *will_payload;
    int port;
    bool clean;
    struct mosquitto *link; // NULL between attempts
    struct event *read, *write;
    int fd; // what the events are for
    enum link_state state;
    bool broken, complained;
    struct loop_timer *tick, *again;
    int64_t since_ms, backoff_ms;
    struct filter filters[FILTERS_MAX];
    unsigned filter_count, subacks_due;
    struct under_way under_way[BUS_INFLIGHT_MAX];
    int gone; // mid of a QoS 0 message that the kernel took before bus_publish knew its mid
};

// --- losing the link ---------------------------------------------------------------------------

static void unwatch(struct bus *bus) {
    if (bus->read)
        event_free(bus->read);
    if (bus->write)
        event_free(bus->write);
    bus->read = bus->write = NULL;
    bus->fd = -1;
}

static void complain(struct bus *bus, const char *why) {
    if (!bus->complained)
        log_warning("bus", "no link to the broker at %s port %d: %s", bus->address, bus->port, why);
    bus->complained = true;
}

static void forget_under_way(struct bus *bus) {
    memset(bus->under_way, 0, sizeof bus->under_way);
    bus->subacks_due = 0;
}

static void drop(struct bus *bus, const char *why) {
    bool was_up = bus->state == LINK_UP;
    int64_t lasted_ms = loop_boot_ms() - bus->since_ms;
    unwatch(bus);
    mosquitto_destroy(bus->link);
    bus->link = NULL;
    bus->state = LINK_DOWN;
    bus->broken = false;
    forget_under_way(bus);
    complain(bus, why);
    if (was_up && lasted_ms >= STEADY_MS)
        bus->backoff_ms = BACKOFF_LEAST_MS;
    loop_timer_set(bus->tick, -1);
    loop_timer_set(bus->again, bus->backoff_ms);
    bus->backoff_ms *= 2;
    if (bus->backoff_ms > BACKOFF_MOST_MS)
        bus->backoff_ms = BACKOFF_MOST_MS;
    if (was_up && bus->events.down)
        bus->events.down(bus->events.context);
}

// For calls that may come from inside a callback: the link is dropped on the loop's next turn.
static void mark_broken(struct bus *bus) {
    bus->broken = true;
    loop_timer_set(bus->again, 0);
}

// --- turning the library -----------------------------------------------------------------------

static void on_ready(evutil_socket_t fd, short what, void *context);

static int watch(struct bus *bus) {
    int fd = mosquitto_socket(bus->link);
    if (fd == bus->fd)
        return 0;
    unwatch(bus);
    if (fd < 0)
        return -ENOTCONN;
    bus->read = event_new(loop_base(bus->loop), fd, EV_READ | EV_PERSIST, on_ready, bus);
    bus->write = event_new(loop_base(bus->loop), fd, EV_WRITE, on_ready, bus);
    if (!bus->read || !bus->write || event_add(bus->read, NULL))
        return -ENOMEM;
    bus->fd = fd;
    return 0;
}

// After every call into the library from an event of ours.
static void settle(struct bus *bus, int rc) {
    if (rc != MOSQ_ERR_SUCCESS) // the library has no words for its own keepalive
        drop(bus, rc == MOSQ_ERR_KEEPALIVE ? "it fell silent" : mosquitto_strerror(rc));
    else if (bus->broken || watch(bus))
        drop(bus, "connection lost");
    else if (mosquitto_want_write(bus->link))
        event_add(bus->write, NULL);
}

static void on_ready(evutil_socket_t fd, short what, void *context) {
    struct bus *bus = context;
    int64_t mark = loop_mark();
    int rc = MOSQ_ERR_SUCCESS;
    (void)fd;
    if (what & EV_READ)
        rc = mosquitto_loop_read(bus->link, 1);
    if (rc == MOSQ_ERR_SUCCESS && (what & EV_WRITE))
        rc = mosquitto_loop_write(bus->link, 1);
    settle(bus, rc);
    loop_took("the broker's link", mark);
}

static void on_tick(void *context) {
    struct bus *bus = context;
    if (bus->state != LINK_UP && loop_boot_ms() - bus->since_ms >= CONNECT_MS) {
        drop(bus, "no answer");
        return;
    }
    loop_timer_set(bus->tick, TICK_MS);
    settle(bus, mosquitto_loop_misc(bus->link));
}

// --- what the library tells --------------------------------------------------------------------

static void arrived(struct bus *bus) {
    if (bus->state != LINK_SUBSCRIBING || bus->subacks_due)
        return;
    bus->state = LINK_UP;
    bus->since_ms = loop_boot_ms();
    bus->complained = false;
    log_notice("bus", "linked to the broker at %s port %d as %s", bus->address, bus->port,
               bus->account);
    if (bus->events.up)
        bus->events.up(bus->events.context);
}

static int subscribe(struct bus *bus, const struct filter *filter) {
    return mosquitto_subscribe(bus->link, NULL, filter->text, filter->qos);
}

static void on_connect(struct mosquitto *link, void *context, int reason, int flags,
                       const mosquitto_property *properties) {
    struct bus *bus = context;
    (void)link;
    (void)flags;
    (void)properties;
    if (reason) {
        complain(bus, mosquitto_reason_string(reason));
        mark_broken(bus);
        return;
    }
    bus->state = LINK_SUBSCRIBING;
    for (unsigned i = 0; i < bus->filter_count; i++) {
        if (subscribe(bus, &bus->filters[i]))
            mark_broken(bus);
        bus->subacks_due++;
    }
    arrived(bus);
}

static void on_suback(struct mosquitto *link, void *context, int mid, int count,
                      const int *granted) {
    struct bus *bus = context;
    (void)link;
    (void)mid;
    for (int i = 0; i < count; i++)
        if (granted[i] >= 128)
            log_warning("bus", "the broker refuses a subscription of %s: %s", bus->account,
                        mosquitto_reason_string(granted[i]));
    if (bus->subacks_due)
        bus->subacks_due--;
    arrived(bus);
}

static void on_disconnect(struct mosquitto *link, void *context, int reason,
                          const mosquitto_property *properties) {
    struct bus *bus = context;
    (void)link;
    (void)properties;
    // Above 127 it is the broker's own word, e.g. that somebody else came under this name.
    if (reason > 127)
        log_warning("bus", "the broker ended the link: %s", mosquitto_reason_string(reason));
    mark_broken(bus);
}

static void on_message(struct mosquitto *link, void *context, const struct mosquitto_message *in,
                       const mosquitto_property *properties) {
    struct bus *bus = context;
    struct bus_message message = {
        .topic = in->topic,
        .payload = in->payload ? in->payload : "",
        .length = (size_t)in->payloadlen,
        .retained = in->retain,
    };
    (void)link;
    (void)properties;
    if (bus->events.message)
        bus->events.message(bus->events.context, &message);
}

static void on_published(struct mosquitto *link, void *context, int mid, int reason,
                         const mosquitto_property *properties) {
    struct bus *bus = context;
    (void)link;
    (void)properties;
    for (unsigned i = 0; i < BUS_INFLIGHT_MAX; i++) {
        struct under_way *u = &bus->under_way[i];
        if (u->mid != mid)
            continue;
        if (reason >= 128)
            log_warning("bus", "the broker refuses a message of %s: %s", bus->account,
                        mosquitto_reason_string(reason));
        u->mid = 0;
        if (u->qos && bus->events.sent)
            bus->events.sent(bus->events.context, u->tag);
        return;
    }
    bus->gone = mid;
}

// --- making the link ---------------------------------------------------------------------------

static int set_up(struct bus *bus) {
    struct mosquitto *m = bus->link;
    int rc;
    mosquitto_int_option(m, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(m, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_int_option(m, MOSQ_OPT_SEND_MAXIMUM, BUS_INFLIGHT_MAX);
    mosquitto_connect_v5_callback_set(m, on_connect);
    mosquitto_disconnect_v5_callback_set(m, on_disconnect);
    mosquitto_subscribe_callback_set(m, on_suback);
    mosquitto_message_v5_callback_set(m, on_message);
    mosquitto_publish_v5_callback_set(m, on_published);
    rc = mosquitto_username_pw_set(m, bus->account, bus->password);
    if (!rc && bus->will_topic)
        rc = mosquitto_will_set(m, bus->will_topic, (int)strlen(bus->will_payload),
                                bus->will_payload, 1, true);
    return rc;
}

// Properties of CONNECT can only be given to the blocking call: it gets a socket that cannot exist,
// fails at once, and leaves the properties behind for the asynchronous call that follows.
static int set_properties(struct bus *bus) {
    mosquitto_property *properties = NULL;
    int rc = mosquitto_property_add_int32(&properties, MQTT_PROP_MAXIMUM_PACKET_SIZE, PACKET_MAX);
    if (!rc && !bus->clean)
        rc =
            mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, SESSION_S);
    if (!rc)
        mosquitto_connect_bind_v5(bus->link, "/dev/null/none", 0, KEEPALIVE_S, NULL, properties);
    mosquitto_property_free_all(&properties);
    return rc;
}

static void open_link(struct bus *bus) {
    int rc = MOSQ_ERR_NOMEM;
    bus->link = mosquitto_new(bus->account, bus->clean, bus);
    bus->state = LINK_CONNECTING;
    bus->since_ms = loop_boot_ms();
    if (bus->link)
        rc = set_up(bus);
    if (!rc)
        rc = set_properties(bus);
    bus->broken = false; // what the failing call above may have said
    if (!rc)
        rc = mosquitto_connect_async(bus->link, bus->address, bus->port, KEEPALIVE_S);
    loop_timer_set(bus->again, -1);
    loop_timer_set(bus->tick, TICK_MS);
    // A connection refused at once comes as an errno behind this code.
    if (rc == MOSQ_ERR_ERRNO)
        drop(bus, strerror(errno));
    else
        settle(bus, rc);
}

static void on_again(void *context) {
    struct bus *bus = context;
    if (bus->link)
        drop(bus, "connection lost");
    else
        open_link(bus);
}

// --- the public side ---------------------------------------------------------------------------

static int copy(char **to, const char *from) {
    if (!from)
        return 0;
    *to = strdup(from);
    return *to ? 0 : -ENOMEM;
}

static int copy_options(struct bus *bus, const struct bus_options *o) {
    int rc = copy(&bus->address, o->address) | copy(&bus->account, o->account) |
             copy(&bus->password, o->password) | copy(&bus->will_topic, o->will_topic) |
             copy(&bus->will_payload, o->will_topic && !o->will_payload ? "" : o->will_payload);
    bus->port = o->port;
    bus->clean = o->clean;
    return rc ? -ENOMEM : 0;
}

static bool is_address(const char *text) {
    unsigned char bytes[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

struct bus *bus_new(struct loop *loop, const struct bus_options *options,
                    const struct bus_events *events) {
    struct bus *bus;
    if (!is_address(options->address)) {
        log_error("bus", "the broker's address \"%s\" is no IP address", options->address);
        return NULL;
    }
    bus = calloc(1, sizeof *bus);
    if (!bus)
        return NULL;
    mosquitto_lib_init();
    bus->loop = loop;
    bus->events = *events;
    bus->fd = -1;
    bus->backoff_ms = BACKOFF_LEAST_MS;
    bus->tick = loop_timer_new(loop, on_tick, bus);
    bus->again = loop_timer_new(loop, on_again, bus);
    if (!bus->tick || !bus->again || copy_options(bus, options)) {
        bus_free(bus);
        return NULL;
    }
    loop_timer_set(bus->again, 0); // not from inside the constructor: `up` needs its owner whole
    return bus;
}

// Gives what is written but not yet at the kernel a moment, so that the last words are heard.
static void say_goodbye(struct bus *bus) {
    mosquitto_disconnect(bus->link);
    for (int i = 0; i < GOODBYE_POLLS && mosquitto_want_write(bus->link); i++) {
        struct pollfd p = {.fd = mosquitto_socket(bus->link), .events = POLLOUT};
        if (p.fd < 0 || poll(&p, 1, GOODBYE_POLL_MS) < 0 || mosquitto_loop_write(bus->link, 1))
            return;
    }
}

void bus_free(struct bus *bus) {
    if (!bus)
        return;
    bus->events = (struct bus_events){0};
    unwatch(bus);
    if (bus->link && bus->state >= LINK_SUBSCRIBING)
        say_goodbye(bus);
    mosquitto_destroy(bus->link);
    loop_timer_free(bus->tick);
    loop_timer_free(bus->again);
    for (unsigned i = 0; i < bus->filter_count; i++)
        free(bus->filters[i].text);
    free(bus->address);
    free(bus->account);
    free(bus->password);
    free(bus->will_topic);
    free(bus->will_payload);
    free(bus);
    mosquitto_lib_cleanup();
}

bool bus_is_up(const struct bus *bus) {
    return bus->state == LINK_UP && !bus->broken;
}

int bus_subscribe(struct bus *bus, const char *filter, int qos) {
    struct filter *f = &bus->filters[bus->filter_count];
    if (bus->filter_count == FILTERS_MAX)
        return -ENOSPC;
    if (mosquitto_sub_topic_check(filter))
        return -EINVAL;
    if (copy(&f->text, filter))
        return -ENOMEM;
    f->qos = qos;
    bus->filter_count++;
    if (bus->state < LINK_SUBSCRIBING || bus->broken)
        return 0;
    if (subscribe(bus, f))
        mark_broken(bus); // and subscribed after the reconnect
    else if (mosquitto_want_write(bus->link))
        event_add(bus->write, NULL);
    if (bus->state == LINK_SUBSCRIBING)
        bus->subacks_due++;
    return 0;
}

static int hand_over(struct bus *bus, const struct bus_publish *p, int *mid) {
    mosquitto_property *properties = NULL;
    int rc = MOSQ_ERR_SUCCESS;
    if (p->expires_s)
        rc = mosquitto_property_add_int32(&properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL,
                                          p->expires_s);
    if (!rc)
        rc = mosquitto_publish_v5(bus->link, mid, p->topic, (int)p->length, p->payload, p->qos,
                                  p->retain, properties);
    mosquitto_property_free_all(&properties);
    return rc;
}

// What the library says to one message: its own fault, or the link's.
static int error_of(struct bus *bus, int rc) {
    switch (rc) {
    case MOSQ_ERR_OVERSIZE_PACKET:
    case MOSQ_ERR_PAYLOAD_SIZE:
        return -EMSGSIZE;
    case MOSQ_ERR_INVAL:
    case MOSQ_ERR_MALFORMED_UTF8:
        return -EINVAL;
    case MOSQ_ERR_NOMEM:
        return -ENOMEM;
    default:
        mark_broken(bus);
        return -ENOTCONN;
    }
}

static struct under_way *free_place(struct bus *bus) {
    for (unsigned i = 0; i < BUS_INFLIGHT_MAX; i++)
        if (!bus->under_way[i].mid)
            return &bus->under_way[i];
    return NULL;
}

int bus_publish(struct bus *bus, const struct bus_publish *message) {
    struct under_way *place;
    int mid = 0, rc;
    if (message->length > BUS_PAYLOAD_MAX)
        return -EMSGSIZE;
    if (!bus_is_up(bus))
        return -ENOTCONN;
    place = free_place(bus);
    if (!place)
        return -EAGAIN;
    rc = hand_over(bus, message, &mid);
    if (rc)
        return error_of(bus, rc);
    if (mid != bus->gone)
        *place = (struct under_way){.mid = mid, .qos = message->qos, .tag = message->tag};
    bus->gone = 0;
    if (mosquitto_want_write(bus->link) && event_add(bus->write, NULL))
        mark_broken(bus);
    return 0;
}
