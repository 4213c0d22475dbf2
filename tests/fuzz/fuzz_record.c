// SPDX-License-Identifier: Apache-2.0
/*
 * Hostile records: a damaged log is refused, never believed beyond its bytes. The first byte
 * chooses the kind of event. What is read can be written and read again, and is the same.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/hall/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static int has_plan(const struct field *table) {
    while (table->name && table->type != FIELD_PLAN)
        table++;
    return table->name != NULL;
}

static void again(const struct field *table, const struct event *event, struct plan *plan) {
    size_t needed = record_write(table, event, NULL, 0);
    uint8_t *record = malloc(needed);
    struct event second = {0};
    assert(record);
    assert(record_write(table, event, record, needed) == needed);
    assert(record_read(table, record, needed, &second, plan) == 0);
    if (has_plan(table) && event->u.plan.plan)
        assert(memcmp(event->u.plan.plan, second.u.plan.plan, sizeof *plan) == 0);
    else
        assert(memcmp(event, &second, sizeof second) == 0);
    free(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct event event = {0};
    struct plan *plan = malloc(2 * sizeof *plan);
    const struct field *table = length ? event_fields(bytes[0] % EVENT_KINDS) : NULL;
    if (table && plan && record_read(table, bytes + 1, length - 1, &event, plan) == 0)
        again(table, &event, plan + 1);
    free(plan);
    return 0;
}
