// SPDX-License-Identifier: Apache-2.0
/*
 * By which names a door may be called, and the shapes of headers. Pure.
 *
 * A page elsewhere whose name was bent to our address (DNS rebinding) can send requests here, but
 * must call us by its own name: so names are listed, and an address or localhost, which no page
 * elsewhere can bear, is always right.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "daemon/web/door.h"

enum { HOST_BYTES = 256 };

// Length of the name in "name:port" or "[v6]:port"; 0 if the port is none.
static size_t name_length(const char *host) {
    const char *end = host[0] == '[' ? strchr(host, ']') : NULL;
    size_t length = end ? (size_t)(end - host) + 1 : strcspn(host, ":");
    const char *port = host + length;
    if (*port == 0)
        return length;
    if (*port != ':' || strlen(port) < 2 || strlen(port) > 6 ||
        strspn(port + 1, "0123456789") != strlen(port + 1))
        return 0;
    return length;
}

static bool is_address(const char *name, size_t length) {
    char copy[64];
    struct in6_addr address;
    if (length >= sizeof copy || length < 2)
        return false;
    if (name[0] == '[') {
        memcpy(copy, name + 1, length - 2);
        copy[length - 2] = 0;
        return inet_pton(AF_INET6, copy, &address) == 1;
    }
    memcpy(copy, name, length);
    copy[length] = 0;
    return inet_pton(AF_INET, copy, &address) == 1;
}

// `known` is one entry of the list: with a port it must be the same, without one any port is right.
static bool is_same_host(const char *host, const char *known, size_t known_length) {
    size_t name = name_length(host);
    if (strlen(host) == known_length && strncasecmp(host, known, known_length) == 0)
        return true;
    return name == known_length && strncasecmp(host, known, name) == 0;
}

static bool is_listed(const char *host, const char *hosts) {
    while (*hosts) {
        size_t length;
        hosts += strspn(hosts, ", ");
        length = strcspn(hosts, ", ");
        if (length && is_same_host(host, hosts, length))
            return true;
        hosts += length;
    }
    return false;
}

static bool is_of_url(const char *host, const char *url) {
    const char *begin = strstr(url, "://");
    return begin && is_same_host(host, begin + 3, strcspn(begin + 3, "/"));
}

bool door_knows_host(const char *host, const char *hosts, const char *url) {
    size_t length = name_length(host);
    if (length == 0 || strlen(host) >= HOST_BYTES)
        return false;
    if (is_address(host, length) || (length == 9 && strncasecmp(host, "localhost", 9) == 0))
        return true;
    return is_listed(host, hosts) || is_of_url(host, url);
}

bool door_knows_origin(const char *origin, const char *host, const char *hosts, const char *url) {
    const char *from = strstr(origin, "://");
    if (!from || (strncmp(origin, "http://", 7) != 0 && strncmp(origin, "https://", 8) != 0))
        return false;
    from += 3;
    if (strlen(from) >= HOST_BYTES || name_length(from) == 0)
        return false;
    return strcasecmp(from, host) == 0 || is_listed(from, hosts) || is_of_url(from, url);
}

bool door_is_json(const char *type) {
    static const char json[] = "application/json";
    if (!type || strncasecmp(type, json, sizeof json - 1) != 0)
        return false;
    type += sizeof json - 1;
    type += strspn(type, " \t");
    return *type == 0 || *type == ';';
}

bool door_key_is_good(const char *key) {
    size_t length = strlen(key);
    if (length < 1 || length >= ANSWER_KEY_BYTES)
        return false;
    for (size_t i = 0; i < length; i++)
        if (key[i] <= ' ' || key[i] > '~')
            return false;
    return true;
}
