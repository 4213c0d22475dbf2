// SPDX-License-Identifier: Apache-2.0
/*
 * Hostile hall files: any bytes either compile, and then resolve for any day, or give faults. The
 * plan that comes out must survive its own record, because the log carries it.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/hall/record.h"
#include "daemon/plan/compile.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void there_and_back(const struct plan *plan) {
    size_t needed = record_write(plan_fields, plan, NULL, 0);
    uint8_t *record = malloc(needed);
    struct plan *again = calloc(1, sizeof *again);
    assert(record && again);
    assert(record_write(plan_fields, plan, record, needed) == needed);
    assert(record_read(plan_fields, record, needed, again, NULL) == 0);
    assert(memcmp(plan, again, sizeof *plan) == 0);
    free(again);
    free(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static const int32_t dates[] = {20261123, 20240229, 20301231};
    FILE *out = fopen("/dev/null", "w");
    struct plan_source *source = plan_compile_bytes("hall.yaml", (const char *)bytes, length, out);
    struct plan *plan = source ? malloc(sizeof *plan) : NULL;
    for (size_t i = 0; plan && i < sizeof dates / sizeof *dates; i++) {
        memset(plan, 0, sizeof *plan);
        plan_resolve(source, dates[i], plan);
        there_and_back(plan);
    }
    free(plan);
    plan_source_free(source);
    fclose(out);
    return 0;
}
