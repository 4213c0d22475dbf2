// SPDX-License-Identifier: Apache-2.0
/*
 * Messages of the bus in and out. What comes in is checked field by field into a struct of fixed
 * size; unknown fields are left alone, since additions are free. Nothing here keeps JSON.
 */
#include "audio/call.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t two(const char *at) {
    return (at[0] - '0') * 10 + (at[1] - '0');
}

// "2026-11-23T09:41:07.250+08:00"
static bool read_time(const char *text, int64_t *utc_ms, uint32_t *minute) {
    static const char shape[] = "0000-00-00T00:00:00.000+00:00";
    struct tm tm = {0};
    int64_t offset;
    if (!text || strlen(text) != sizeof shape - 1)
        return false;
    for (size_t i = 0; i < sizeof shape - 1; i++)
        if (shape[i] == '0' ? text[i] < '0' || text[i] > '9'
                            : text[i] != shape[i] && !(shape[i] == '+' && text[i] == '-'))
            return false;
    tm.tm_year = (int)(two(text) * 100 + two(text + 2) - 1900);
    tm.tm_mon = (int)two(text + 5) - 1;
    tm.tm_mday = (int)two(text + 8);
    tm.tm_hour = (int)two(text + 11);
    tm.tm_min = (int)two(text + 14);
    tm.tm_sec = (int)two(text + 17);
    *minute = (uint32_t)(tm.tm_hour * 60 + tm.tm_min);
    offset = (two(text + 24) * 60 + two(text + 27)) * 60;
    *utc_ms = ((int64_t)timegm(&tm) + (text[23] == '+' ? -offset : offset)) * 1000 +
              two(text + 20) * 10 + (text[22] - '0');
    return tm.tm_hour < 24 && tm.tm_min < 60;
}

static json_t *parse(const void *bytes, size_t length) {
    json_t *body =
        length <= CALL_BYTES_MAX ? json_loadb(bytes, length, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (json_is_object(body))
        return body;
    json_decref(body);
    return NULL;
}

static bool read_what(const json_t *body, enum call_do *what) {
    static const char *const names[] = {"call", "recall", "withdraw", "notice"};
    const char *text = json_string_value(json_object_get(body, "do"));
    for (int i = 0; text && i < 4; i++)
        if (strcmp(text, names[i]) == 0) {
            *what = (enum call_do)i;
            return true;
        }
    return false;
}

static bool read_number(const json_t *body, struct call *call) {
    const char *number = json_string_value(json_object_get(body, "number"));
    json_int_t window = json_integer_value(json_object_get(body, "window"));
    if (!number || !number[0] || strlen(number) >= sizeof call->number || window < 1 ||
        window > 9999)
        return false;
    memcpy(call->number, number, strlen(number) + 1);
    call->window = (uint32_t)window;
    return true;
}

static void read_lists(const json_t *body, struct call *call) {
    const json_t *languages = json_object_get(body, "languages");
    const json_t *needs = json_object_get(body, "needs");
    for (size_t i = 0; i < json_array_size(languages); i++) {
        const char *text = json_string_value(json_array_get(languages, i));
        if (text && strlen(text) < 8 && call->language_count < CALL_LANGUAGES_MAX)
            memcpy(call->languages[call->language_count++], text, strlen(text) + 1);
    }
    for (size_t i = 0; i < json_array_size(needs); i++) {
        const char *text = json_string_value(json_array_get(needs, i));
        call->voice |= text && strcmp(text, "voice") == 0;
    }
}

static const char *read_all(const json_t *body, struct call *call) {
    json_int_t seq = json_integer_value(json_object_get(body, "seq"));
    if (seq < 1)
        return "no seq";
    if (!read_what(body, &call->what))
        return "do is not call, recall, withdraw or notice";
    if (!read_time(json_string_value(json_object_get(body, "at")), &call->at_ms, &call->minute))
        return "no time";
    call->seq = (uint64_t)seq;
    call->silent = json_is_true(json_object_get(body, "silent"));
    if (call->what != CALL_NOTICE && !read_number(body, call))
        return "no number or window";
    read_lists(body, call);
    return NULL;
}

int call_read(const void *bytes, size_t length, struct call *call, const char **why) {
    json_t *body = parse(bytes, length);
    memset(call, 0, sizeof *call);
    *why = body ? read_all(body, call) : "no JSON object";
    json_decref(body);
    return *why ? -EINVAL : 0;
}

int call_read_beat(const void *bytes, size_t length, int64_t *at_ms) {
    json_t *body = parse(bytes, length);
    uint32_t minute;
    bool good = body && read_time(json_string_value(json_object_get(body, "at")), at_ms, &minute);
    json_decref(body);
    return good ? 0 : -EINVAL;
}

size_t call_write_ack(char *out, size_t room, uint64_t seq, int64_t ms, const char *error) {
    ms = ms < 0 ? 0 : ms > 600000 ? 600000 : ms;
    if (error) // our own words, no quotes in them
        return (size_t)snprintf(out, room, "{\"seq\":%llu,\"did\":\"failed\",\"error\":\"%s\"}",
                                (unsigned long long)seq, error);
    return (size_t)snprintf(out, room, "{\"seq\":%llu,\"did\":\"spoken\",\"ms\":%lld}",
                            (unsigned long long)seq, (long long)ms);
}
