// SPDX-License-Identifier: Apache-2.0
/*
 * The small values of all views: texts, names, times, lists of words.
 *
 * Most are one json_pack; what jansson would refuse (bytes that are no UTF-8, from an old log or a
 * name cut in the middle of a character) is mended here, so that the only failure left to a view
 * is want of memory. Nothing here knows which view it is part of.
 */
#include "daemon/wire/value.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "daemon/wire/wire.h"

static void mend_utf8(char *text) {
    for (unsigned char *at = (unsigned char *)text; *at; at++) {
        if (*at >= 0x80)
            *at = '?';
    }
}

json_t *value_text(const char *text) {
    char mended[512];
    json_t *value = json_string(text ? text : "");
    if (value || !text)
        return value;
    snprintf(mended, sizeof mended, "%s", text);
    mend_utf8(mended);
    return json_string(mended);
}

json_t *value_pair(const char *zh, const char *en) {
    return json_pack("{s:o, s:o}", "zh", value_text(zh), "en", value_text(en));
}

json_t *value_name(const struct plan_name *name) {
    return value_pair(name->zh, name->en);
}

json_t *value_note(const struct plan_note *note) {
    return value_pair(note->zh, note->en);
}

void wire_time(int64_t ms, char out[32]) {
    int64_t part = ms % 1000;
    if (part < 0)
        part += 1000;
    time_t seconds = (time_t)((ms - part) / 1000);
    struct tm tm;
    if (!localtime_r(&seconds, &tm) || tm.tm_year < -1900 || tm.tm_year > 8099) {
        snprintf(out, 32, "1970-01-01T00:00:00.000+00:00"); // no calendar has that moment
        return;
    }
    long offset = tm.tm_gmtoff / 60;
    unsigned away = (unsigned)(offset < 0 ? -offset : offset);
    snprintf(out, 32, "%04u-%02u-%02uT%02u:%02u:%02u.%03u%c%02u:%02u",
             (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)(tm.tm_mon + 1) % 100,
             (unsigned)tm.tm_mday % 100, (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100,
             (unsigned)tm.tm_sec % 100, (unsigned)part % 1000, offset < 0 ? '-' : '+',
             away / 60 % 100, away % 60);
}

json_t *value_time(int64_t ms) {
    char text[32];
    if (!ms)
        return json_null();
    wire_time(ms, text);
    return json_string(text);
}

json_t *value_date(int32_t date) {
    char text[16];
    unsigned day = date > 0 ? (unsigned)date : 0;
    snprintf(text, sizeof text, "%04u-%02u-%02u", day / 10000 % 10000, day / 100 % 100, day % 100);
    return json_string(text);
}

json_t *value_bits(uint32_t bits, const char *const *names) {
    json_t *list = json_array();
    for (unsigned bit = 0; bit < 32 && names[bit]; bit++) {
        if (bits >> bit & 1)
            value_add(&list, json_string(names[bit]));
    }
    return list;
}

json_t *value_named(uint32_t value, const char *const *names) {
    uint32_t at = 0;
    while (at < value && names[at])
        at++;
    return names[at] && *names[at] ? json_string(names[at]) : json_null();
}

json_t *value_languages(const char *languages, const char *first) {
    char each[2][8] = {"", ""};
    int count = sscanf(languages, "%7[a-z],%7[a-z]", each[0], each[1]);
    int start = count == 2 && strcmp(each[1], first) == 0;
    json_t *list = json_array();
    for (int turn = 0; turn < count; turn++)
        value_add(&list, json_string(each[(turn + start) % count]));
    return list;
}

json_t *value_wait(const struct wait *wait) {
    static const char *const kinds[] = {
        [WAIT_RANGE] = "range", [WAIT_PAUSED] = "paused", [WAIT_NOT_TODAY] = "not-today"};
    return json_pack("{s:s, s:I, s:I}", "kind", kinds[wait->kind], "low_s", (json_int_t)wait->low_s,
                     "high_s", (json_int_t)wait->high_s);
}

json_t *value_wait_new(const struct hall *hall, uint16_t service, int64_t now_ms) {
    struct wait wait;
    wait_of_new(hall, service, 0, now_ms, &wait);
    return value_wait(&wait);
}

json_t *value_number(const struct hall *hall, int32_t ticket) {
    char number[TICKET_NUMBER_BYTES];
    if (ticket == HALL_NONE)
        return json_null();
    hall_ticket_number(hall, ticket, number);
    return json_string(number);
}

json_t *value_zone(const struct hall *hall, uint16_t zone) {
    return zone < hall->plan.zone_count ? value_text(hall->plan.zones[zone].code) : json_null();
}

json_t *value_window(const struct hall *hall, uint16_t window) {
    return window < hall->plan.window_count ? json_integer(hall->plan.windows[window].number)
                                            : json_null();
}

const char *value_service_code(const struct hall *hall, const struct ticket *ticket) {
    return ticket->service < hall->plan.service_count ? hall->plan.services[ticket->service].code
                                                      : "";
}

const char *value_class_code(const struct hall *hall, const struct ticket *ticket) {
    return ticket->klass < hall->plan.class_count ? hall->plan.classes[ticket->klass].code : "";
}

uint32_t value_seconds(int64_t from_ms, int64_t to_ms) {
    return to_ms > from_ms ? (uint32_t)((to_ms - from_ms) / 1000) : 0;
}

void value_add(json_t **list, json_t *item) {
    if (json_array_append_new(*list, item)) {
        json_decref(*list);
        *list = NULL;
    }
}

void value_set(json_t **object, const char *key, json_t *item) {
    if (json_object_set_new(*object, key, item)) {
        json_decref(*object);
        *object = NULL;
    }
}
