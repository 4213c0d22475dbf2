// SPDX-License-Identifier: Apache-2.0
/*
 * What the URL of a port says, as numbers. Only common/port*.c need it.
 */
#ifndef JIAOHAO_COMMON_PORT_URL_H
#define JIAOHAO_COMMON_PORT_URL_H

#include <sys/socket.h>

#include "common/port.h"

enum port_kind { PORT_SERIAL, PORT_TCP, PORT_PTY };

struct port_url {
    enum port_kind kind;
    char text[PORT_URL_BYTES]; // as written, for the log
    char path[PORT_URL_BYTES]; // serial, pty
    struct sockaddr_storage address;
    socklen_t address_bytes;
    int baud, bits, stop; // 9600 8N1 unless said otherwise
    char parity;          // N, E or O
};

// 0, or -EINVAL with *fault (a text that lives for ever).
int port_url_read(const char *text, struct port_url *url, const char **fault);

#endif
