// SPDX-License-Identifier: Apache-2.0
/*
 * A byte stream to a device, named by a URL:
 *   serial:/dev/ttyUSB0?baud=9600&mode=8N1   libserialport
 *   tcp:10.0.0.5:5005                        network cards and serial servers (IP address)
 *   pty:/path                                virtual devices, plain termios
 * Opens and opens again by itself (back-off 0.5 … 5 s); never blocks; an unplugged device is an
 * event. Writing keeps at most PORT_QUEUE_MAX bytes.
 */
#ifndef JIAOHAO_COMMON_PORT_H
#define JIAOHAO_COMMON_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct port;

enum { PORT_QUEUE_MAX = 65536, PORT_URL_BYTES = 160 };

struct port_events { // all on the loop; any may be NULL
    void (*up)(void *context);
    void (*down)(void *context, const char *why); // what was queued is lost
    void (*bytes)(void *context, const uint8_t *bytes, size_t length);
    void (*drained)(void *context); // all that was written has left
    void *context;
};

// 0, or -EINVAL with *fault saying what is wrong with the URL and what would be right.
int port_check(const char *url, const char **fault);

// Starts opening. NULL without memory or for a bad URL (logged). URL is copied.
struct port *port_new(struct loop *loop, const char *url, const struct port_events *events);
void port_free(struct port *port); // NULL is fine

// Queues bytes. 0, -ENOTCONN while down, -ENOBUFS when the queue is full (nothing is queued).
int port_write(struct port *port, const void *bytes, size_t length);
bool port_is_up(const struct port *port);
size_t port_queued(const struct port *port);

#endif
