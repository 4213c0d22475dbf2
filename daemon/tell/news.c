// SPDX-License-Identifier: Apache-2.0
/*
 * Reading what devices report: `shown` and `spoken` of calls, `printed` of slips, and how they are.
 * Each kind of device may only report what it can know: a printer speaks of slips, a board or a
 * speaker of calls. Unknown keys are refused, so that a misspelt one is found on the first day.
 */
#include "daemon/tell/news.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MS_MAX = 600000, ERROR_BYTES = 96, FAULTS_MAX = 8, FAULT_BYTES = 24 };

static bool only_keys(const json_t *body, const char *const *allowed) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)body, key, value) {
        size_t i = 0;
        (void)value;
        while (allowed[i] && strcmp(allowed[i], key))
            i++;
        if (!allowed[i])
            return false;
    }
    return true;
}

// --- acknowledgements
// ------------------------------------------------------------------------------

static unsigned ack_kind(const char *did, bool slip) {
    static const struct {
        const char *did;
        bool slip;
        uint16_t kind;
    } table[] = {
        {"shown", false, COMMAND_SHOWN},        {"spoken", false, COMMAND_SPOKEN},
        {"failed", false, COMMAND_CALL_FAILED}, {"printed", true, COMMAND_PRINTED},
        {"failed", true, COMMAND_PRINT_FAILED},
    };
    for (size_t i = 0; did && i < sizeof table / sizeof table[0]; i++)
        if (table[i].slip == slip && strcmp(table[i].did, did) == 0)
            return table[i].kind;
    return COMMAND_NONE;
}

// The seq of a call, or the id of a slip: a number of 1 to 18 digits.
static uint64_t ack_names(const json_t *body, bool slip) {
    const char *id = json_string_value(json_object_get(body, "id"));
    const json_t *seq = json_object_get(body, "seq");
    char *end = NULL;
    uint64_t number;
    if (!slip)
        return !id && json_is_integer(seq) && json_integer_value(seq) > 0
                   ? (uint64_t)json_integer_value(seq)
                   : 0;
    if (!id || seq || id[0] < '1' || id[0] > '9' || strlen(id) > 18)
        return 0;
    number = strtoull(id, &end, 10);
    return *end ? 0 : number;
}

static bool ack_rest(const json_t *body, struct command *command) {
    const json_t *ms = json_object_get(body, "ms"), *error = json_object_get(body, "error");
    if (ms &&
        (!json_is_integer(ms) || json_integer_value(ms) < 0 || json_integer_value(ms) > MS_MAX))
        return false;
    if (error && (!json_is_string(error) || json_string_length(error) >= ERROR_BYTES))
        return false;
    if (error)
        snprintf(command->note, sizeof command->note, "%s", json_string_value(error));
    return true;
}

const char *news_ack(const json_t *body, const struct plan_device *device,
                     struct command *command) {
    static const char *const keys[] = {"seq", "id", "did", "ms", "error", NULL};
    bool slip = device->kind == PLAN_DEVICE_PRINTER;
    uint64_t which = ack_names(body, slip);
    unsigned kind = ack_kind(json_string_value(json_object_get(body, "did")), slip);
    if (device->kind != PLAN_DEVICE_BOARD && device->kind != PLAN_DEVICE_SPEAKER && !slip)
        return "only boards, speakers and printers acknowledge";
    if (!only_keys(body, keys))
        return "only seq or id, did, ms and error belong here";
    if (!which)
        return slip ? "id must be the one of the print" : "seq must be the one of the call";
    if (kind == COMMAND_NONE)
        return slip ? "did must be printed or failed" : "did must be shown, spoken or failed";
    if (!ack_rest(body, command))
        return "ms must be 0 to 600000, error a text of less than 96 bytes";
    command->kind = (uint16_t)kind;
    if (slip)
        command->ticket = which;
    else
        command->call = which;
    snprintf(command->device, sizeof command->device, "%s", device->name);
    return NULL;
}

// --- how a device is
// -------------------------------------------------------------------------------

static bool fault_word(const char *word) {
    size_t n = word ? strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-") : 0;
    return n > 0 && n < FAULT_BYTES && !word[n];
}

// "paper-out,cover-open" of an array of words; false if it is none.
static bool faults_of(const json_t *list, char *out, size_t room) {
    size_t used = 0;
    out[0] = 0;
    if (list && (!json_is_array(list) || json_array_size(list) > FAULTS_MAX))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        if (!fault_word(word) || used + strlen(word) + 2 > room)
            return false;
        used += (size_t)snprintf(out + used, room - used, "%s%s", i ? "," : "", word);
    }
    return true;
}

static void add(struct command *commands, size_t *count, unsigned kind, const char *device,
                const char *note) {
    struct command *command = &commands[(*count)++];
    *command = (struct command){.kind = (uint16_t)kind};
    snprintf(command->device, sizeof command->device, "%s", device);
    snprintf(command->note, sizeof command->note, "%s", note);
}

const char *news_device(const json_t *body, const struct hall *hall,
                        const struct plan_device *device, struct command *commands, size_t *count) {
    static const char *const keys[] = {"online", "kind", "faults", "paper", "since", NULL};
    const struct device_state *known = &hall->devices[device - hall->plan.devices];
    const json_t *online = json_object_get(body, "online");
    char faults[sizeof known->faults];
    *count = 0;
    if (!only_keys(body, keys))
        return "only online, kind, faults, paper and since belong here";
    if (!json_is_boolean(online))
        return "online must be true or false";
    if (!faults_of(json_object_get(body, "faults"), faults, sizeof faults))
        return "faults must be up to 8 words of a-z, 0-9 and -";
    if (json_is_true(online) != (known->online != 0))
        add(commands, count, json_is_true(online) ? COMMAND_DEVICE_ONLINE : COMMAND_DEVICE_OFFLINE,
            device->name, "");
    if (json_is_true(online) && strcmp(faults, known->faults))
        add(commands, count, COMMAND_DEVICE_FAULT, device->name, faults);
    return NULL;
}
