// SPDX-License-Identifier: Apache-2.0
/*
 * Matches paths with patterns. A path comes as the client wrote it and is compared byte by byte:
 * percent signs, dots, empty segments and control bytes are in no pattern, so they match nothing,
 * and no file is ever touched because of them.
 */
#include "daemon/web/route.h"

#include <stdlib.h>
#include <string.h>

static const char digits[] = "0123456789";
static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

// A number without leading zeros in [1, most] at text[0..length); 0 if it is none.
static uint64_t number_in(const char *text, size_t length, uint64_t most) {
    char copy[21];
    uint64_t value;
    if (length < 1 || length > 19 || text[0] == '0')
        return 0;
    memcpy(copy, text, length);
    copy[length] = 0;
    if (strspn(copy, digits) != length)
        return 0;
    value = strtoull(copy, NULL, 10);
    return value <= most ? value : 0;
}

static bool word_in(const char *text, size_t length, char *out, size_t room) {
    if (length < 1 || length >= room)
        return false;
    memcpy(out, text, length);
    out[length] = 0;
    return strspn(out, letters) == length;
}

static bool capture(const char *name, const char *text, size_t length, struct captures *out) {
    if (strncmp(name, "{n}", 3) == 0)
        return (out->n = (uint16_t)number_in(text, length, 9999)) != 0;
    if (strncmp(name, "{seq}", 5) == 0)
        return (out->seq = number_in(text, length, INT64_MAX)) != 0;
    if (strncmp(name, "{verb}", 6) == 0)
        return word_in(text, length, out->verb, sizeof out->verb);
    return word_in(text, length, out->code, sizeof out->code);
}

bool route_matches(const char *pattern, const char *path, struct captures *captures) {
    if (strcmp(pattern, "*") == 0)
        return true;
    while (*pattern && *path) {
        size_t of_pattern, of_path;
        if (*pattern++ != '/' || *path++ != '/')
            return false;
        of_pattern = strcspn(pattern, "/");
        of_path = strcspn(path, "/");
        if (*pattern == '{') {
            if (!capture(pattern, path, of_path, captures))
                return false;
        } else if (of_pattern != of_path || memcmp(pattern, path, of_path) != 0) {
            return false;
        }
        pattern += of_pattern;
        path += of_path;
    }
    return *pattern == *path;
}

const struct route *route_find(const struct route *table, unsigned method, const char *path,
                               struct captures *captures, unsigned *methods) {
    for (const struct route *route = table; route->method; route++) {
        struct captures found = {0};
        if (!route_matches(route->path, path, &found))
            continue;
        if (strcmp(route->path, "*") != 0)
            *methods |= route->method;
        if (route->method != method)
            continue;
        *captures = found;
        return route;
    }
    return NULL;
}
