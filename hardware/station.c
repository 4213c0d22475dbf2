// SPDX-License-Identifier: Apache-2.0
/*
 * A device's link to the hall. A command without a reply, or with one that says "try again", is
 * sent again with the same id, so it is done once however often it arrives. The text is made when
 * it is first sent and never changes after: the hall refuses an id with another body.
 *
 * Invariant: each command given to station_ask ends with exactly one reply event, if the station
 * lives. Must not: know what a key means.
 */
#include "hardware/station.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

enum { REPEAT_MS = 1000, EXPIRES_S = 10, AGE_MOST_MS = 86400000, NAME_BYTES = 32 };
enum { CODE_NO_SPACE = 901, CODE_UNKNOWN = 902, CODE_BUSY = 903 };

struct station {
    struct hardware *hardware;
    const char *name, *kind;
    struct station_events events;
    struct bus *bus;
    struct loop_timer *repeat;
    uint32_t count;
    char faults[64];
    // The command under way.
    json_t *body;
    char *text, id[24];
    int64_t pressed_ms, until_ms; // until_ms: CLOCK_BOOTTIME, 0 = for ever
};

static void topic_of(const struct station *station, const char *below, const char *name,
                     char out[128]) {
    snprintf(out, 128, "%s%s%s", station->hardware->machine->prefix, below, name);
}

// --- the command under way ---------------------------------------------------------------------

static void over(struct station *station, unsigned code, const json_t *reply) {
    json_decref(station->body);
    free(station->text);
    station->body = NULL;
    station->text = NULL;
    loop_timer_set(station->repeat, -1);
    station->events.reply(station->events.context, code, reply);
}

static int make_text(struct station *station) {
    int64_t age = loop_wall_ms() - station->pressed_ms;
    if (station->text)
        return 0;
    if (station->pressed_ms)
        json_object_set_new(station->body, "age_ms",
                            json_integer(age < 0             ? 0
                                         : age > AGE_MOST_MS ? AGE_MOST_MS
                                                             : age));
    station->text = json_dumps(station->body, JSON_COMPACT);
    return station->text ? 0 : -ENOMEM;
}

static void send_command(struct station *station) {
    char topic[128];
    struct bus_publish message = {.topic = topic, .qos = 1};
    loop_timer_set(station->repeat, REPEAT_MS);
    if (!bus_is_up(station->bus) || make_text(station))
        return;
    topic_of(station, "command/", station->name, topic);
    message.payload = station->text;
    message.length = strlen(station->text);
    message.expires_s = station->until_ms ? EXPIRES_S : 0;
    bus_publish(station->bus, &message);
}

static void on_repeat(void *context) {
    struct station *station = context;
    if (!station->body)
        return;
    if (station->until_ms && loop_boot_ms() >= station->until_ms)
        over(station, STATION_SILENT, NULL);
    else
        send_command(station);
}

int station_ask(struct station *station, json_t *body, int64_t lasts_ms, int64_t pressed_ms) {
    if (station->body || !body) {
        json_decref(body);
        return station->body ? -EBUSY : -ENOMEM;
    }
    snprintf(station->id, sizeof station->id, "%u-%u", station->hardware->start, ++station->count);
    json_object_set_new(body, "id", json_string(station->id));
    station->body = body;
    station->pressed_ms = pressed_ms;
    station->until_ms = lasts_ms ? loop_boot_ms() + lasts_ms : 0;
    send_command(station);
    return 0;
}

bool station_is_busy(const struct station *station) {
    return station->body != NULL;
}

static void take_reply(struct station *station, const json_t *reply) {
    const char *id = json_string_value(json_object_get(reply, "id"));
    unsigned code = (unsigned)json_integer_value(json_object_get(reply, "code"));
    if (!station->body || !id || strcmp(id, station->id) != 0)
        return; // an answer to what was asked twice
    if (code == CODE_NO_SPACE || code == CODE_UNKNOWN || code == CODE_BUSY)
        return; // the timer asks again
    over(station,
         json_is_true(json_object_get(reply, "ok")) ? 0
         : code                                     ? code
                                                    : STATION_SILENT,
         reply);
}

// --- the link ----------------------------------------------------------------------------------

static void report(struct station *station) {
    machine_report(station->hardware->machine, station->bus, station->name, station->kind,
                   station->faults);
}

static void on_up(void *context) {
    struct station *station = context;
    report(station);
    if (station->body)
        send_command(station);
}

static void on_message(void *context, const struct bus_message *message) {
    struct station *station = context;
    size_t prefix = strlen(station->hardware->machine->prefix);
    const char *below = message->topic + prefix;
    json_t *body;
    if (strncmp(message->topic, station->hardware->machine->prefix, prefix) != 0)
        return;
    body = json_loadb(message->payload, message->length, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(body))
        log_warning("hardware", "%s: %s makes no sense", station->name, below);
    else if (strncmp(below, "reply/", 6) == 0)
        take_reply(station, body);
    else if (station->events.message)
        station->events.message(station->events.context, below, body);
    json_decref(body);
}

int station_subscribe(struct station *station, const char *below) {
    char topic[128];
    topic_of(station, below, "", topic);
    return bus_subscribe(station->bus, topic, 1);
}

void station_faults(struct station *station, const char *words) {
    snprintf(station->faults, sizeof station->faults, "%s", words);
    if (bus_is_up(station->bus))
        report(station);
}

struct station *station_new(struct hardware *hardware, const char *name, const char *kind,
                            const struct station_events *events) {
    struct station *station = calloc(1, sizeof *station);
    struct bus_events bus_events = {.up = on_up, .message = on_message};
    char below[64];
    if (!station)
        return NULL;
    station->hardware = hardware;
    station->name = name;
    station->kind = kind;
    station->events = *events;
    station->count = hardware->next_link++ * 1000000U; // ids of before a reload never come again
    bus_events.context = station;
    station->repeat = loop_timer_new(hardware->loop, on_repeat, station);
    station->bus = station->repeat
                       ? machine_link(hardware->machine, hardware->loop, name, kind, &bus_events)
                       : NULL;
    snprintf(below, sizeof below, "reply/%s", name);
    if (station->bus && station_subscribe(station, below) == 0)
        return station;
    station_free(station);
    return NULL;
}

void station_free(struct station *station) {
    if (!station)
        return;
    machine_leave(station->hardware->machine, station->bus, station->name, station->kind);
    loop_timer_free(station->repeat);
    json_decref(station->body);
    free(station->text);
    free(station);
}
