// SPDX-License-Identifier: Apache-2.0
/*
 * The inbox sorts what devices say by topic and refuses what makes no sense: names that are no
 * device of the plan, devices of the wrong kind, payloads too large, too many or malformed. What is
 * left becomes a command for the pipeline.
 *
 * Invariants: the device comes from the topic and the window from the plan, never from a payload;
 * nothing a device sends can do more than its own commands, nor use up more than its allowance.
 * Commands of pads are in press.c; here are acknowledgements and news.
 */
#include "daemon/tell/inbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/loop.h"
#include "daemon/journal/journal.h"
#include "daemon/pipeline.h"
#include "daemon/tell/news.h"
#include "daemon/tell/press.h"

enum { PAYLOAD_MAX = 4096, LOG_EVERY_MS = 60000 };

struct inbox {
    struct tell_room *room;
    struct presses *presses;
    struct devices devices;
};

// Counted always, logged at most once a minute for each device.
static void malformed(struct inbox *inbox, struct device *device, const char *what) {
    int64_t now = loop_boot_ms();
    inbox->room->figures.refused_payloads++;
    device->malformed++;
    if (device->logged_ms && now - device->logged_ms < LOG_EVERY_MS)
        return;
    device->logged_ms = now;
    log_warning("tell", "%s: a message made no sense (%u so far): %s", device->name,
                device->malformed, what);
}

// --- sorting
// ---------------------------------------------------------------------------------------

struct said { // one message, looked at once
    const struct plan_device *plan;
    struct device *device;
    json_t *body;
};

static void take_command(struct inbox *inbox, struct said *said, const struct bus_message *m) {
    struct wire_fault fault = {0};
    inbox->room->figures.commands++;
    if (presses_take(inbox->presses, &(struct press_said){said->plan, said->device, said->body, m},
                     &fault))
        malformed(inbox, said->device, fault.text);
}

static void take_ack(struct inbox *inbox, struct said *said) {
    struct pipeline_ask ask = {0};
    const char *fault = news_ack(said->body, said->plan, &ask.command);
    if (fault) {
        malformed(inbox, said->device, fault);
        return;
    }
    inbox->room->figures.acknowledgements++;
    pipeline_ask(inbox->room->house.pipeline, &ask);
}

static void take_news(struct inbox *inbox, struct said *said) {
    struct command commands[NEWS_COMMANDS_MAX];
    const struct hall *hall = pipeline_settled(inbox->room->house.pipeline);
    size_t count = 0;
    const char *fault = news_device(said->body, hall, said->plan, commands, &count);
    if (fault)
        malformed(inbox, said->device, fault);
    for (size_t i = 0; i < count; i++) {
        struct pipeline_ask ask = {.command = commands[i]};
        pipeline_ask(inbox->room->house.pipeline, &ask);
    }
}

static void take(struct inbox *inbox, const char *kind, struct said *said,
                 const struct bus_message *message) {
    struct wire_fault fault = {0};
    if (message->length > PAYLOAD_MAX) {
        malformed(inbox, said->device, "too large");
        return;
    }
    said->body = wire_parse(message->payload, message->length, &fault);
    if (!said->body)
        malformed(inbox, said->device, fault.text);
    else if (strcmp(kind, "command") == 0)
        take_command(inbox, said, message);
    else if (strcmp(kind, "ack") == 0)
        take_ack(inbox, said);
    else
        take_news(inbox, said);
    json_decref(said->body);
}

static bool known_kind(const char *kind) {
    return strcmp(kind, "command") == 0 || strcmp(kind, "ack") == 0 || strcmp(kind, "device") == 0;
}

// "command/pad-3" into its two words.
static int split(const struct tell_room *room, const char *topic, char kind[16], char name[64]) {
    size_t length = strlen(room->prefix);
    int end = 0;
    if (strncmp(topic, room->prefix, length))
        return -EINVAL;
    if (sscanf(topic + length, "%15[a-z]/%63[a-z0-9-]%n", kind, name, &end) != 2 ||
        topic[length + (size_t)end] || !known_kind(kind))
        return -EINVAL;
    return 0;
}

void inbox_message(struct inbox *inbox, const struct bus_message *message) {
    const struct plan *plan = &pipeline_settled(inbox->room->house.pipeline)->plan;
    struct said said = {0};
    char kind[16], name[64];
    uint16_t index;
    if (split(inbox->room, message->topic, kind, name))
        return; // our own filters let nothing else through
    if (message->length == 0 && strcmp(kind, "device") == 0)
        return; // a retained word that was taken back
    index = plan_device_at(plan, name);
    if (index == PLAN_NONE) {
        inbox->room->figures.refused_payloads++;
        log_warning("tell", "%s is no device of this hall", name);
        return;
    }
    said.plan = &plan->devices[index];
    said.device = device_named(&inbox->devices, name);
    if (!said.device)
        return;
    if (device_may_speak(said.device, loop_boot_ms()))
        take(inbox, kind, &said, message);
    else
        malformed(inbox, said.device, "too many messages");
}

void inbox_print_lost(struct inbox *inbox, uint64_t ticket) {
    struct pipeline_ask ask = {.command = {.kind = COMMAND_PRINT_FAILED, .ticket = ticket}};
    snprintf(ask.command.note, sizeof ask.command.note, "the broker was away");
    pipeline_ask(inbox->room->house.pipeline, &ask);
}

// --- making and freeing
// ----------------------------------------------------------------------------

// Answers given to devices say which of their starts was seen: ids of older ones stay refused.
static void answer_row(void *context, const struct row *row) {
    struct inbox *inbox = context;
    struct device *device;
    uint64_t boot;
    if (row->kind != ROW_ANSWER || strncmp(row->u.answer.scope, "m:", 2) ||
        device_id_boot(row->u.answer.key, &boot))
        return;
    device = device_named(&inbox->devices, row->u.answer.scope + 2);
    if (device && boot > device->boot)
        device->boot = boot;
}

struct inbox *inbox_new(struct tell_room *room, struct queue *queue) {
    struct inbox *inbox = calloc(1, sizeof *inbox);
    if (!inbox)
        return NULL;
    inbox->room = room;
    inbox->presses = presses_new(room, queue);
    if (inbox->presses && !journal_rows(room->house.journal, ROW_ANSWER, answer_row, inbox))
        return inbox;
    log_error("tell", "the inbox cannot start: no memory, or old answers cannot be read");
    inbox_free(inbox);
    return NULL;
}

void inbox_free(struct inbox *inbox) {
    if (!inbox)
        return;
    presses_free(inbox->presses);
    free(inbox);
}
