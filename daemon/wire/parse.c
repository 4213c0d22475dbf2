// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes from outside to a JSON object, or one clear fault.
 *
 * Depth is counted before anything is built, so that a body of brackets costs nothing; jansson then
 * refuses duplicate keys, invalid UTF-8, NUL and whatever follows the object. The bytes are hostile
 * and are never shown again in a fault.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/wire/fault.h"
#include "daemon/wire/wire.h"

enum { DEPTH_MAX = 8 };

// The deepest nesting of the bytes; brackets within strings do not count.
static unsigned depth_of(const char *bytes, size_t length) {
    unsigned depth = 0, most = 0;
    bool text = false;
    for (size_t at = 0; at < length && most <= DEPTH_MAX; at++) {
        char byte = bytes[at];
        if (text && byte == '\\')
            at++; // whatever is escaped does not end the string
        else if (byte == '"')
            text = !text;
        else if (!text && (byte == '{' || byte == '['))
            most = ++depth > most ? depth : most;
        else if (!text && depth && (byte == '}' || byte == ']'))
            depth--;
    }
    return most;
}

json_t *wire_parse(const void *bytes, size_t length, struct wire_fault *fault) {
    json_error_t error;
    memset(fault, 0, sizeof *fault);
    if (depth_of(bytes, length) > DEPTH_MAX) {
        fault_say(fault, "", "The body is nested more than 8 deep; make it flatter.",
                  "请求内容嵌套超过8层，请减少层数。");
        return NULL;
    }
    json_t *body = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);
    if (!body) {
        char en[160], zh[160];
        snprintf(en, sizeof en,
                 "The body is not proper JSON (line %d, column %d); send one object.", error.line,
                 error.column);
        snprintf(zh, sizeof zh, "请求内容不是正确的JSON（第%d行第%d列），请发送一个对象。",
                 error.line, error.column);
        fault_say(fault, "", en, zh);
        return NULL;
    }
    if (!json_is_object(body)) {
        fault_say(fault, "", "The body is a list; send one object.",
                  "请求内容是列表，请发送一个对象。");
        json_decref(body);
        return NULL;
    }
    return body;
}
