// SPDX-License-Identifier: Apache-2.0
/*
 * The link to the hall's MQTT broker: libmosquitto (MQTT 5) turned by our libevent loop.
 * Bytes only: topics and payloads mean nothing here. Never blocks; reconnects by itself with
 * back-off 0.5 … 5 s. The library's own queue is never used: while the link is down, publishing is
 * refused with -ENOTCONN, and at most BUS_INFLIGHT_MAX messages are under way.
 */
#ifndef JIAOHAO_COMMON_BUS_H
#define JIAOHAO_COMMON_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct bus;

enum { BUS_INFLIGHT_MAX = 64, BUS_PAYLOAD_MAX = 65536 };

struct bus_options {
    const char *address; // IP address, no host name: nothing may resolve on the loop
    uint16_t port;
    const char *account, *password;        // the account is the client id too
    const char *will_topic, *will_payload; // retained, QoS 1; NULL = none
    bool clean;                            // false: the broker keeps the session for an hour
};

struct bus_message { // borrowed for the call
    const char *topic;
    const void *payload;
    size_t length;
    bool retained;
};

struct bus_events {              // all called on the loop; any may be NULL
    void (*up)(void *context);   // connected and subscribed: publish state now
    void (*down)(void *context); // everything under way is undecided: no `sent` will come for it
    void (*message)(void *context, const struct bus_message *message);
    // The broker has the QoS 1 message with this tag, or has refused it for good (logged).
    void (*sent)(void *context, uint64_t tag);
    void *context;
};

// Starts connecting. Options are copied. NULL without memory or with a bad address (logged).
struct bus *bus_new(struct loop *loop, const struct bus_options *options,
                    const struct bus_events *events);
// Says good-bye without the will. NULL is fine. Not from inside one of its own events.
void bus_free(struct bus *bus);

// Subscribes now and after every reconnect. Filter is copied. 0 or -errno.
int bus_subscribe(struct bus *bus, const char *filter, int qos);

struct bus_publish {
    const char *topic;
    const void *payload;
    size_t length;
    int qos; // 0 or 1
    bool retain;
    uint32_t expires_s; // message expiry, 0 = never
    uint64_t tag;       // comes back by `sent` for QoS 1
};
// 0; -ENOTCONN while down; -EAGAIN when too much is under way (wait for `sent`); -EMSGSIZE.
int bus_publish(struct bus *bus, const struct bus_publish *message);
bool bus_is_up(const struct bus *bus);

#endif
