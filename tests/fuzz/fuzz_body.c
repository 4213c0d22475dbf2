// SPDX-License-Identifier: Apache-2.0
/*
 * Hostile bodies, as they come over HTTP and MQTT: the first byte chooses the command, the rest is
 * the JSON. What is refused says why; what is accepted has every text ended within its field.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "daemon/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#define ENDED(text) (strnlen(text, sizeof(text)) < sizeof(text))

static void check(const struct command *command) {
    assert(ENDED(command->number) && ENDED(command->service) && ENDED(command->klass));
    assert(ENDED(command->reason) && ENDED(command->device) && ENDED(command->decision));
    assert(ENDED(command->note) && ENDED(command->code));
    assert(ENDED(command->text.zh) && ENDED(command->text.en));
    assert(command->service_count <= EVENT_SERVICES_MAX);
    for (uint32_t i = 0; i < command->service_count; i++)
        assert(ENDED(command->services[i]));
    assert((command->needs & ~NEEDS_ALL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct wire_fault fault = {0};
    struct command command = {0};
    json_t *body;
    if (length < 1)
        return 0;
    body = wire_parse(bytes + 1, length - 1, &fault);
    if (!body) {
        assert(fault.text[0] && ENDED(fault.text) && ENDED(fault.key));
        return 0;
    }
    command.kind = bytes[0] % COMMAND_KINDS;
    if (wire_command(body, &command, NULL, &fault) == 0)
        check(&command);
    else
        assert(fault.text[0] && ENDED(fault.text) && ENDED(fault.key) && ENDED(fault.text_zh));
    json_decref(body);
    return 0;
}
