// SPDX-License-Identifier: Apache-2.0
/*
 * Hostile hall files: whatever the bytes, compiling ends with either faults that say something or
 * a plan of which every text is ended and every index points at something.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/plan/compile.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
const char *__lsan_default_suppressions(void);

// libfyaml 0.7.12 itself loses up to 2 KiB on some syntax errors: once a faulty reload, not ours.
const char *__lsan_default_suppressions(void) {
    return "leak:libfyaml";
}

#define ENDED(text) (strnlen(text, sizeof(text)) < sizeof(text))

static void check_day(const struct plan *plan) {
    assert(plan->day.begins_ms < plan->day.ends_ms);
    for (uint32_t h = 0; h < plan->hours_count; h++) {
        int64_t last = plan->day.begins_ms;
        assert(plan->hours[h].span_count <= PLAN_SPANS_MAX);
        for (uint32_t s = 0; s < plan->hours[h].span_count; s++) {
            assert(plan->hours[h].spans[s].open_ms >= last);
            assert(plan->hours[h].spans[s].close_ms > plan->hours[h].spans[s].open_ms);
            last = plan->hours[h].spans[s].close_ms;
        }
        assert(last <= plan->day.ends_ms);
    }
}

static void check_services(const struct plan *plan) {
    assert(plan->service_count > 0 && plan->service_count <= PLAN_SERVICES_MAX);
    for (uint32_t i = 0; i < plan->service_count; i++) {
        const struct plan_service *service = &plan->services[i];
        assert(service->code[0] && ENDED(service->code));
        assert(service->name.zh[0] && ENDED(service->name.zh) && ENDED(service->name.en));
        assert(ENDED(service->materials.zh) && ENDED(service->materials.en));
        assert(service->board < plan->board_count && service->zone < plan->zone_count);
        assert(service->series < plan->series_count && service->hours < plan->hours_count);
        assert(service->expected_ms > 0 && service->target_ms > 0 && service->bound_ms >= 0);
    }
}

static void check_windows(const struct plan *plan) {
    assert(plan->window_count > 0 && plan->window_count <= PLAN_WINDOWS_MAX);
    for (uint32_t i = 0; i < plan->window_count; i++) {
        const struct plan_window *window = &plan->windows[i];
        assert(window->number > 0 && window->zone < plan->zone_count);
        assert(window->device_count <= PLAN_WINDOW_DEVICES_MAX);
        for (uint32_t d = 0; d < window->device_count; d++)
            assert(window->devices[d] < plan->device_count);
        for (uint32_t s = plan->service_count; s < PLAN_SERVICES_MAX; s++)
            assert(window->weight[s] == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static struct plan plan;
    char *faults = NULL;
    size_t told = 0;
    FILE *out = open_memstream(&faults, &told);
    struct plan_source *source = plan_compile_bytes("hall.yaml", (const char *)bytes, length, out);

    fclose(out);
    assert(source ? told == 0 : told > 0);
    for (size_t i = 0; i < told; i++)
        assert(faults[i] == '\n' || (unsigned char)faults[i] >= 0x20);
    if (source) {
        plan_resolve(source, plan_date_of(source, INT64_C(1795467909000)), &plan);
        check_day(&plan);
        check_services(&plan);
        check_windows(&plan);
    }
    free(faults);
    plan_source_free(source);
    return 0;
}
