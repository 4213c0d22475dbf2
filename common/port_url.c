// SPDX-License-Identifier: Apache-2.0
/*
 * URLs of ports: serial:PATH?baud=N&mode=8N1, tcp:ADDRESS:NUMBER, pty:PATH. They come from a file
 * that a person wrote, so each fault says what would be right.
 *
 * Invariant: an accepted URL can be opened without asking anybody: addresses are numeric, because
 * looking up a name would block the loop.
 */
#include "common/port_url.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BAUD_LEAST = 50, BAUD_MOST = 4000000, HOST_BYTES = 64 };

static const char fault_scheme[] =
    "begin with serial:, tcp: or pty:, such as serial:/dev/ttyUSB0?baud=9600&mode=8N1";
static const char fault_long[] = "the URL is too long, at most 159 bytes";
static const char fault_path[] = "after serial: or pty: comes an absolute path, /dev/…";
static const char fault_setting[] = "after \"?\" only baud=50…4000000 and mode=8N1 (bits 5-8, "
                                    "parity N, E or O, stop bits 1 or 2), joined by \"&\"";
static const char fault_address[] =
    "after tcp: comes an IP address and a port, 10.0.0.5:5005 or [fd00::5]:5005 (names are not "
    "looked up)";

// A whole decimal number in [least, most]; -1 otherwise.
static long number(const char *text, size_t length, long least, long most) {
    char digits[12];
    long value;
    if (length == 0 || length >= sizeof digits || strspn(text, "0123456789") < length)
        return -1;
    memcpy(digits, text, length);
    digits[length] = 0;
    value = strtol(digits, NULL, 10);
    return value < least || value > most ? -1 : value;
}

static int read_mode(const char *text, size_t length, struct port_url *url) {
    if (length != 3 || !strchr("5678", text[0]) || !strchr("NEO", text[1]) ||
        !strchr("12", text[2]))
        return -EINVAL;
    url->bits = text[0] - '0';
    url->parity = text[1];
    url->stop = text[2] - '0';
    return 0;
}

static int read_setting(const char *text, size_t length, struct port_url *url) {
    if (length > 5 && strncmp(text, "baud=", 5) == 0) {
        url->baud = (int)number(text + 5, length - 5, BAUD_LEAST, BAUD_MOST);
        return url->baud < 0 ? -EINVAL : 0;
    }
    if (length > 5 && strncmp(text, "mode=", 5) == 0)
        return read_mode(text + 5, length - 5, url);
    return -EINVAL;
}

static const char *read_settings(const char *text, struct port_url *url) {
    for (;;) {
        size_t length = strcspn(text, "&");
        if (read_setting(text, length, url))
            return fault_setting;
        if (!text[length])
            return NULL;
        text += length + 1;
    }
}

static const char *read_path(const char *text, struct port_url *url) {
    size_t length = strcspn(text, "?");
    if (text[0] != '/' || length < 2)
        return fault_path;
    memcpy(url->path, text, length); // shorter than the URL, which fits
    url->path[length] = 0;
    if (!text[length])
        return NULL;
    return url->kind == PORT_SERIAL ? read_settings(text + length + 1, url) : fault_path;
}

static int read_host(const char *host, uint16_t port, struct port_url *url) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)&url->address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&url->address;
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        url->address_bytes = sizeof *v4;
        return 0;
    }
    if (inet_pton(AF_INET6, host, &v6->sin6_addr) != 1)
        return -EINVAL;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    url->address_bytes = sizeof *v6;
    return 0;
}

static const char *read_address(const char *text, struct port_url *url) {
    const char *colon = strrchr(text, ':');
    char host[HOST_BYTES];
    size_t length = colon ? (size_t)(colon - text) : 0;
    long port = colon ? number(colon + 1, strlen(colon + 1), 1, 65535) : -1;
    if (length > 2 && text[0] == '[' && colon[-1] == ']') {
        text++;
        length -= 2;
    } else if (memchr(text, ':', length)) {
        return fault_address; // IPv6 without brackets
    }
    if (port < 0 || length == 0 || length >= sizeof host)
        return fault_address;
    memcpy(host, text, length);
    host[length] = 0;
    return read_host(host, (uint16_t)port, url) ? fault_address : NULL;
}

static const char *read_url(const char *text, struct port_url *url) {
    if (strlen(text) >= sizeof url->text)
        return fault_long;
    snprintf(url->text, sizeof url->text, "%s", text);
    if (strncmp(text, "serial:", 7) == 0) {
        url->kind = PORT_SERIAL;
        return read_path(text + 7, url);
    }
    if (strncmp(text, "pty:", 4) == 0) {
        url->kind = PORT_PTY;
        return read_path(text + 4, url);
    }
    if (strncmp(text, "tcp:", 4) == 0) {
        url->kind = PORT_TCP;
        return read_address(text + 4, url);
    }
    return fault_scheme;
}

int port_url_read(const char *text, struct port_url *url, const char **fault) {
    memset(url, 0, sizeof *url);
    url->baud = 9600;
    url->bits = 8;
    url->parity = 'N';
    url->stop = 1;
    *fault = read_url(text, url);
    return *fault ? -EINVAL : 0;
}
