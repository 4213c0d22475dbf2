// SPDX-License-Identifier: Apache-2.0
/*
 * The sample halls compile without a fault and are what their documents say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/plan/compile.h"

static struct plan plan;

static void compile(const char *path, int32_t date) {
    struct plan_source *source = plan_compile(path, stderr);

    assert_non_null(source);
    plan_resolve(source, date, &plan);
    plan_source_free(source);
}

static void assert_serves(uint16_t number, const char *services) {
    const struct plan_window *window = &plan.windows[number - 1];

    assert_int_equal(window->number, number);
    for (uint32_t s = 0; s < plan.service_count; s++) {
        const char *at = strstr(services, plan.services[s].code);
        uint16_t weight = at == services ? 1000 : at ? 750 : 0;
        assert_int_equal(window->weight[s], weight);
    }
}

static void the_small_hall_is_the_hall_of_the_traces(void **state) {
    static const char *const windows[] = {"A B", "A B",   "B A",   "B C",
                                          "C B", "D E F", "E D F", "F D E"};
    static const struct {
        const char *code;
        uint32_t rate_milli;
        int64_t head_ms;
    } classes[] = {{"normal", 1000, 0}, {"priority", 2000, 120000}, {"appointment", 1500, 480000}};

    (void)state;
    compile("docs/halls/small/hall.yaml", 20261124);
    assert_string_equal(plan.code, "small");
    assert_int_equal(plan.service_count, 6);
    assert_int_equal(plan.window_count, 8);
    for (uint16_t i = 0; i < 8; i++)
        assert_serves((uint16_t)(i + 1), windows[i]);
    assert_int_equal(plan.class_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(plan.classes[i].code, classes[i].code);
        assert_int_equal(plan.classes[i].rate_milli, classes[i].rate_milli);
        assert_int_equal(plan.classes[i].head_ms, classes[i].head_ms);
        assert_int_equal(plan.classes[i].alternate, 0);
    }
    assert_int_equal(plan.rules.passes_max, 0);
    for (uint32_t i = 0; i < plan.service_count; i++)
        assert_int_equal(plan.services[i].bound_ms, 0);
    // 04:00 to 04:00, doors 08:30 to 16:30, at UTC+8
    assert_int_equal(plan.day.begins_ms, INT64_C(1795464000000));
    assert_int_equal(plan.day.ends_ms, INT64_C(1795550400000));
    assert_int_equal(plan.hours[0].spans[0].open_ms, INT64_C(1795480200000));
    assert_int_equal(plan.hours[0].spans[0].close_ms, INT64_C(1795509000000));
}

static void the_model_hall_is_what_is_said(void **state) {
    uint32_t of_kind[5] = {0};

    (void)state;
    compile("docs/halls/quzhou/hall.yaml", 20261124);
    assert_int_equal(plan.zone_count, 6);
    assert_int_equal(plan.board_count, 6);
    assert_int_equal(plan.window_count, 62);
    assert_in_range(plan.service_count, 30, 40);
    for (uint32_t i = 0; i < plan.window_count; i++) {
        assert_int_equal(plan.windows[i].number, i + 1);
        assert_int_equal(plan.windows[i].device_count, 2); // its zone's board and speaker
    }
    for (uint32_t i = 0; i < plan.device_count; i++)
        of_kind[plan.devices[i].kind]++;
    assert_int_equal(of_kind[PLAN_DEVICE_PAD], 62);
    assert_int_equal(of_kind[PLAN_DEVICE_KEYPAD], 62);
    assert_int_equal(of_kind[PLAN_DEVICE_BOARD], 6);
    assert_int_equal(of_kind[PLAN_DEVICE_SPEAKER], 6);
    for (uint32_t i = 0; i < plan.series_count; i++)
        assert_null(strpbrk(plan.series[i].prefix, "IO"));
    assert_int_not_equal(plan.services[0].bound_ms, 0);
}

static uint32_t spans_of(const char *code) {
    for (uint32_t i = 0; i < plan.hours_count; i++)
        if (strcmp(plan.hours[i].code, code) == 0)
            return plan.hours[i].span_count;
    return UINT32_MAX;
}

static void the_model_hall_keeps_its_calendar(void **state) {
    (void)state;
    compile("docs/halls/quzhou/hall.yaml", 20261124); // Tuesday
    assert_int_equal(spans_of("office"), 2);
    assert_int_equal(spans_of("through"), 1);
    compile("docs/halls/quzhou/hall.yaml", 20261129); // Sunday: only the rota
    assert_int_equal(spans_of("office"), 0);
    assert_int_equal(spans_of("rota"), 2);
    compile("docs/halls/quzhou/hall.yaml", 20261001); // National Day
    assert_int_equal(spans_of("rota"), 0);
    assert_int_equal(spans_of("always"), 1);
    compile("docs/halls/quzhou/hall.yaml", 20261010); // a Saturday worked for it
    assert_int_equal(spans_of("office"), 2);
}

static void the_minimal_hall_is_always_open(void **state) {
    (void)state;
    compile("tests/system/data/minimal/hall.yaml", 20261129);
    assert_int_equal(plan.service_count, 2);
    assert_int_equal(plan.window_count, 3);
    assert_int_equal(plan.hours[plan.services[0].hours].spans[0].open_ms, plan.day.begins_ms);
    assert_int_equal(plan.hours[plan.services[0].hours].spans[0].close_ms, plan.day.ends_ms);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_small_hall_is_the_hall_of_the_traces),
        cmocka_unit_test(the_model_hall_is_what_is_said),
        cmocka_unit_test(the_model_hall_keeps_its_calendar),
        cmocka_unit_test(the_minimal_hall_is_always_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
