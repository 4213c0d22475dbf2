// SPDX-License-Identifier: Apache-2.0
/*
 * Bodies from outside, for every kind of command: whatever the bytes are, they become a command
 * whose texts are closed and harmless, or one fault that says something in both languages.
 * The first byte chooses the kind, so that a corpus covers all tables.
 */
#include <assert.h>
#include <string.h>

#include "daemon/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static bool closed(const char *text, size_t room) {
    size_t length = strnlen(text, room);
    for (size_t at = 0; at < length; at++) {
        if ((unsigned char)text[at] < 0x20)
            return false;
    }
    return length < room;
}

static void judge(const struct command *command) {
    assert(closed(command->number, sizeof command->number));
    assert(closed(command->service, sizeof command->service));
    assert(closed(command->klass, sizeof command->klass));
    assert(closed(command->reason, sizeof command->reason));
    assert(closed(command->decision, sizeof command->decision));
    assert(closed(command->note, sizeof command->note));
    assert(closed(command->code, sizeof command->code));
    assert(closed(command->text.zh, sizeof command->text.zh));
    assert(closed(command->text.en, sizeof command->text.en));
    assert(command->service_count <= EVENT_SERVICES_MAX);
    assert((command->needs & ~NEEDS_ALL) == 0 && command->silent <= 1);
    assert(command->park < PARK_KINDS && command->place < PLACES);
    assert(command->outcome < OUTCOMES && command->delivery < DELIVERIES);
    assert(command->level <= 5 && command->language <= 2 && command->cases <= 1000);
}

static void judge_fault(const struct wire_fault *fault) {
    assert(closed(fault->key, sizeof fault->key));
    assert(*fault->text && *fault->text_zh);
    assert(closed(fault->text, sizeof fault->text) &&
           closed(fault->text_zh, sizeof fault->text_zh));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static const char *const also[] = {"phone", "id", "do", NULL};
    struct wire_fault fault;
    if (!length)
        return 0;
    json_t *body = wire_parse(bytes + 1, length - 1, &fault);
    if (!body) {
        judge_fault(&fault);
        return 0;
    }
    struct command command = {.kind = (uint16_t)(bytes[0] % COMMAND_KINDS)};
    if (wire_command(body, &command, also, &fault))
        judge_fault(&fault);
    else
        judge(&command);
    json_decref(body);
    return 0;
}
