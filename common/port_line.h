// SPDX-License-Identifier: Apache-2.0
/*
 * One opened line, whatever it is made of: nothing but open, read, write, close. Only common/port.c
 * needs it.
 */
#ifndef JIAOHAO_COMMON_PORT_LINE_H
#define JIAOHAO_COMMON_PORT_LINE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/port_url.h"

struct sp_port;

struct port_line {
    enum port_kind kind;
    int fd; // -1 = closed
    struct sp_port *serial;
};

// 0; -EINPROGRESS: wait until writable, then ask port_line_connected; else -errno and closed.
int port_line_open(struct port_line *line, const struct port_url *url);
int port_line_connected(const struct port_line *line); // 0 or -errno
// Bytes read, 0 = nothing there; -errno: the line is gone.
ssize_t port_line_read(struct port_line *line, uint8_t *bytes, size_t room);
// Bytes taken, 0 = the buffer is full; -errno: the line is gone.
ssize_t port_line_write(struct port_line *line, const uint8_t *bytes, size_t length);
void port_line_close(struct port_line *line);

#endif
