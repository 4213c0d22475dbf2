// SPDX-License-Identifier: Apache-2.0
/*
 * The compiler of hall.yaml: every kind of fault with its line, one at a time; defaults; and that
 * compiling is a function of the bytes alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/plan/compile.h"

#define HALL "hall: {code: t, name: 甲}\n"
#define SERVICES "services: {A: {name: x}}\n"
#define WINDOWS "windows: {1: {serves: [A]}}\n"
#define REST SERVICES WINDOWS
#define NAME_95                                                                                    \
    "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhhiiiiiiiiii12" \
    "345"

struct faulty {
    const char *text;
    int line;
    const char *says;
};

static const struct faulty faulty[] = {
    {"", 1, "the file is empty"},
    {"[1, 2]\n", 1, "a list ([a, b]) stands here"},
    {HALL SERVICES "windows: [\n", 4, "not YAML"},
    {HALL SERVICES "windows: {1: {serves: [A]}\n\xff", 4, "not UTF-8"},
    {SERVICES WINDOWS, 1, "\"hall\" is missing"},
    {HALL WINDOWS, 1, "\"services\" is missing"},
    {HALL SERVICES, 1, "\"windows\" is missing"},
    {HALL REST "colour: red\n", 4, "colour: unknown key"},
    {HALL REST "hall: {code: u}\n", 4, "hall: stands here twice, first in line 1"},
    // hall
    {"hall: {name: x}\n" REST, 1, "hall: \"code\" is missing"},
    {"hall: {code: t}\n" REST, 1, "hall: \"name\" is missing"},
    {"hall: {code: A_b, name: x}\n" REST, 1, "hall code: \"A_b\" cannot stand in topics"},
    {"hall: {code: '', name: x}\n" REST, 1, "hall code: empty"},
    {"hall:\n  code: t\n  name: x\n  timezone: Mars/Base\n" REST, 4, "no time zone \"Mars/Base\""},
    {"hall:\n  code: t\n  name: x\n  timezone: ../../etc/passwd\n" REST, 4, "no time zone"},
    {"hall:\n  code: t\n  name: x\n  accent: red\n" REST, 4, "hall accent: \"red\" is no colour"},
    {"hall:\n  code: t\n  name: x\n  day_starts: '13:00'\n" REST, 4, "not a time of the night"},
    {"hall:\n  code: t\n  name: x\n  languages: [zh, fr]\n" REST, 4, "\"fr\" is not spoken here"},
    {"hall:\n  code: t\n  name: x\n  languages: [zh, zh]\n" REST, 4, "stands here twice"},
    {"hall:\n  code: t\n  name: x\n  languages: []\n" REST, 4, "no language"},
    {"hall:\n  code: t\n  name: x\n  walk_in: maybe\n" REST, 4, "neither yes nor no"},
    // names
    {"hall:\n  code: t\n  name: {zh: 甲}\n" REST, 3, "hall name: \"en\" is missing"},
    {"hall:\n  code: t\n  name: {en: x}\n" REST, 3, "hall name: \"zh\" is missing"},
    {"hall:\n  code: t\n  name: {zh: 甲, en: x, fr: y}\n" REST, 3, "unknown language"},
    {"hall:\n  code: t\n  name: ''\n" REST, 3, "hall name: empty"},
    {"hall:\n  code: t\n  name: " NAME_95 "6\n" REST, 3, "too long: 96 bytes, at most 95"},
    {"hall:\n  code: t\n  name: \"a\\x1b[31m\"\n" REST, 3, "hall name: a control character"},
    {"hall:\n  code: t\n  name: \"a\\u202eb\"\n" REST, 3, "turns text around"},
    {"hall:\n  code: t\n  name: |\n    a\n    b\n" REST, 3, "more than one line"},
    // order, rules
    {HALL REST "order: {preset: lifo}\n", 4, "\"lifo\" is not known, one of: first-come"},
    {HALL REST "order: {secondary_weight: 1.5}\n", 4, "out of range, 0.05 to 1.0"},
    {HALL REST "rules:\n  grace: 2 hours\n", 5, "\"2 hours\" is not a duration"},
    {HALL REST "rules:\n  grace: 2 h\n", 5, "rules grace: 2 h is out of range, 0 s to 1 h"},
    {HALL REST "rules:\n  misses: 0\n", 5, "rules misses: 0 is out of range, 1 to 20"},
    {HALL REST "rules:\n  recalls: 3.5\n", 5, "\"3.5\" is not a whole number"},
    // calendar
    {HALL REST "calendar:\n  closed:\n    - 2026-02-30\n", 6, "\"2026-02-30\" is no date"},
    {HALL REST "calendar:\n  closed: [2026-10-07..2026-10-01]\n", 5, "ends before it begins"},
    {HALL REST "calendar:\n  worked: {2026-13-01: mon}\n", 5, "no such date"},
    {HALL REST "calendar:\n  worked: {2026-10-10: monday}\n", 5, "is no day of the week"},
    // hours
    {HALL REST "hours:\n  h: {mon: '17:00-08:30'}\n", 5,
     "hours h mon: \"17:00-08:30\" ends before"},
    {HALL REST "hours:\n  h: {mon: '08:30-12:00,11:00-17:00'}\n", 5, "overlaps"},
    {HALL REST "hours:\n  h: {mon: '8:30-17:00'}\n", 5, "is no span of opening"},
    {HALL REST "hours:\n  h: {mon: '08:30-24:01'}\n", 5, "is no span of opening"},
    {HALL REST "hours:\n  h: '08:00-09:00,10:00-11:00,12:00-13:00,14:00-15:00,16:00-17:00'\n", 5,
     "one too many, at most 4"},
    {HALL REST "hours:\n  h: {lun: '08:30-17:00'}\n", 5, "hours h lun: unknown day"},
    {HALL REST "hours:\n  h: {fri-mon: '08:30-17:00'}\n", 5, "unknown day"},
    {HALL REST "hours:\n  h: {mon-wed: '08:30-17:00', wed-fri: '08:30-17:00'}\n", 5,
     "wed is said twice"},
    {HALL REST "hours:\n  h: {daily: closed}\n", 5, "never opens"},
    {HALL REST "hours:\n  h: '00:00-01:00,02:00-03:00,03:30-04:30,05:00-06:00'\n", 5,
     "5 spans in one business day"},
    {HALL REST "hours:\n  always: {mon: '08:30-17:00'}\n", 5, "is there already"},
    {HALL REST "hours_override: never\n", 4, "hours_override: there is no pattern of hours"},
    // places
    {HALL REST "zones:\n  Z1: {name: x}\n", 5, "zones Z1: cannot stand in topics"},
    {HALL REST "zones:\n  all: {name: x}\n  z: {name: x}\n", 5, "means every zone"},
    {HALL REST "zones: {}\n", 4, "zones: no zone"},
    {HALL REST "boards: {}\n", 4, "boards: no board"},
    {HALL REST "zones:\n  z: {}\n", 5, "zones z: \"name\" is missing"},
    {HALL REST "boards:\n  an-overlong-code: {name: x}\n  b: {name: x}\n", 5, "16 characters"},
    {HALL REST "series:\n  A: {}\n  I: {}\n", 6, "series I: not a prefix"},
    {HALL REST "series:\n  A: {digits: 9}\n", 5, "series A digits: 9 is out of range, 1 to 6"},
    // classes, reasons
    {HALL REST "classes:\n  vip: {rate: 3}\n", 5, "classes vip: \"name\" is missing"},
    {HALL REST "classes:\n  normal: {rate: fast}\n", 5, "\"fast\" is not a number such as 1.5"},
    {HALL REST "classes:\n  normal: {open_to_all: no}\n", 4, "no class may be taken by citizens"},
    {HALL REST "reasons:\n  other: {x: y}\n", 5, "reasons other: unknown key"},
    {HALL REST "reasons:\n  call: {x: }\n", 5, "reasons call x: empty"},
    // services
    {HALL WINDOWS "services:\n  A: {name: x, board: q}\n", 4, "no board \"q\", known: all"},
    {HALL WINDOWS "services:\n  A: {name: x, zone: q}\n", 4, "no zone \"q\", known: hall"},
    {HALL WINDOWS "services:\n  A: {name: x, hours: q}\n", 4, "no pattern of hours \"q\""},
    {HALL WINDOWS "services:\n  A: {name: x, series: O}\n", 4, "\"O\" is no prefix"},
    {HALL WINDOWS "series: {C: {}}\nservices:\n  A: {name: x, series: A}\n", 5,
     "no series \"A\", known: C"},
    {HALL WINDOWS "services:\n  A: {name: x, expected: 1 s}\n", 4, "out of range, 10 s to 8 h"},
    {HALL WINDOWS "services:\n  A: {name: x}\n  A: {name: y}\n", 5, "twice, first in line 4"},
    {HALL WINDOWS "services:\n  A: {name: x}\n  C: {name: y}\n", 5, "services C: no window serves"},
    {HALL WINDOWS "services:\n  A: x\n", 4, "services A: one value stands here, a mapping"},
    {HALL WINDOWS "services:\n  A: {name: x}\nzones: {y: {name: y}}\nhours:\n"
                  "  a: {mon: '08:00-09:00'}\n  b: {mon: '08:00-09:00'}\n",
     4, "services A: \"hours\" is missing"},
    {HALL "windows: {1: {serves: A}}\nservices:\n  A.1: {name: x}\n  A: {name: x}\n", 4,
     "services A.1: not a code"},
    // windows
    {HALL SERVICES "windows:\n  1: {serves: [A]}\n  2: {serves: []}\n", 5, "2: serves nothing"},
    {HALL SERVICES "windows:\n  1: {serves: [A]}\n  2: {}\n", 5, "\"serves\" is missing"},
    {HALL SERVICES "windows:\n  1-3: {serves: [A]}\n  2: {serves: [A]}\n", 5, "2 is there already"},
    {HALL SERVICES "windows:\n  1: {serves: [A]}\n  0: {serves: [A]}\n", 5, "no number of windows"},
    {HALL SERVICES "windows:\n  1: {serves: [A]}\n  9-7: {serves: [A]}\n", 5, "no number of"},
    {HALL SERVICES "windows:\n  1: {serves: [A]}\n  2-: {serves: [A]}\n", 5, "no number of"},
    {HALL SERVICES "windows:\n  1: {serves: [A, X]}\n", 4, "serves 2: there is no service \"X\""},
    {HALL SERVICES "windows:\n  1: {serves: [A, X: 0.5]}\n", 4, "X: there is no such service"},
    {HALL SERVICES "windows:\n  1: {serves: [A: 2]}\n", 4, "2 is out of range, 0.05 to 1.0"},
    {HALL SERVICES "windows:\n  1: {serves: [A, A]}\n", 4, "service A stands here twice"},
    {HALL SERVICES "windows:\n  1: {serves: [A], zone: q}\n", 4, "there is no zone \"q\""},
    {HALL SERVICES "windows:\n  1-129: {serves: [A]}\ndevices: {pads: no, keypads: no}\n", 4,
     "one window too many, at most 128"},
    {HALL SERVICES "windows: {}\n", 3, "no window, a hall needs one"},
    // devices
    {HALL REST "devices:\n  more:\n    pad-1: {kind: pad, windows: 1}\n", 6, "pad-1 is there"},
    {HALL REST "devices:\n  more:\n    Pad: {kind: pad, windows: 1}\n", 6,
     "not a name of a device"},
    {HALL REST "devices:\n  more:\n    p: {kind: lamp}\n", 6, "\"lamp\" is not known"},
    {HALL REST "devices:\n  more:\n    p: {kind: pad, windows: 9}\n", 6, "belongs to one window"},
    {HALL REST "devices:\n  more:\n    p: {kind: board, windows: 9}\n", 6, "are not there"},
};

static char *faults_of(const char *text) {
    char *out = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&out, &length);
    struct plan_source *source = plan_compile_bytes("hall.yaml", text, strlen(text), file);

    fclose(file);
    if (source)
        assert_string_equal(out, "");
    else
        assert_true(length > 0);
    plan_source_free(source);
    return out;
}

static void each_fault_is_told_alone_with_its_line(void **state) {
    size_t wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(faulty) / sizeof(faulty[0]); i++) {
        char begin[32];
        char *out = faults_of(faulty[i].text);
        size_t lines = 0;
        for (const char *c = out; *c; c++)
            lines += *c == '\n';
        snprintf(begin, sizeof(begin), "hall.yaml:%d: ", faulty[i].line);
        if (lines != 1 || strncmp(out, begin, strlen(begin)) != 0 || !strstr(out, faulty[i].says))
            print_error("for\n%swanted %s%s\ngot %s\n", faulty[i].text, begin, faulty[i].says, out),
                wrong++;
        free(out);
    }
    assert_int_equal(wrong, 0);
}

static void all_faults_are_told_by_line(void **state) {
    char *out = faults_of("services:\n  I: {name: x}\n  A: {nme: y}\nhall: {code: t, name: 甲}\n"
                          "windows:\n  1: {serves: [A, Q]}\n  1: {serves: [A]}\n");
    int last = 0, count = 0;

    (void)state;
    for (char *line = strtok(out, "\n"); line; line = strtok(NULL, "\n"), count++) {
        int at = 0;
        assert_int_equal(sscanf(line, "hall.yaml:%d:", &at), 1);
        assert_true(at >= last);
        last = at;
    }
    assert_int_equal(count, 5);
    free(out);
}

static void too_many_entries_are_faults(void **state) {
    char *text = NULL, *out;
    size_t length;
    FILE *file = open_memstream(&text, &length);

    (void)state;
    fputs("hall: {code: t, name: x}\nwindows: {1: {serves: S0}}\nseries: {A: {}}\nservices:\n",
          file);
    for (int i = 0; i < 129; i++)
        fprintf(file, "  S%d: {name: x, series: A}\n", i);
    fclose(file);
    out = faults_of(text);
    assert_non_null(strstr(out, "hall.yaml:4: services: 129 entries are too many, at most 128"));
    free(out);
    free(text);
}

static struct plan *plan_of(const char *text, int32_t date) {
    struct plan *plan = malloc(sizeof(*plan));
    struct plan_source *source = plan_compile_bytes("hall.yaml", text, strlen(text), stderr);

    assert_non_null(source);
    memset(plan, 0xa5, sizeof(*plan)); // nothing of what was there may shine through
    plan_resolve(source, date, plan);
    plan_source_free(source);
    return plan;
}

// A hall of 128 windows with all that stands at them, and so many speakers besides.
static char *great_hall(int speakers) {
    char *text = NULL;
    size_t length;
    FILE *file = open_memstream(&text, &length);

    fputs(HALL SERVICES "windows: {1-128: {serves: [A]}}\ndevices:\n  printers: yes\n"
                        "  more:\n    s0: {kind: speaker, windows: 1}\n",
          file);
    for (int i = 1; i < speakers; i++)
        fprintf(file, "    s%d: {kind: speaker, windows: %d}\n", i, 1 + i % 128);
    fclose(file);
    return text;
}

static void the_largest_hall_has_room_for_its_devices(void **state) {
    char *text = great_hall(128), *out = faults_of(text);
    struct plan *plan;

    (void)state;
    assert_string_equal(out, "");
    plan = plan_of(text, 20261124);
    assert_int_equal(plan->device_count, 128 + 128 + 3 + 128);
    free(plan);
    free(out);
    free(text);
    text = great_hall(254);
    out = faults_of(text);
    assert_non_null(strstr(out, "s253: device s253 is one too many, at most 512"));
    free(out);
    free(text);
}

static void the_same_bytes_give_the_same_plan(void **state) {
    static const char text[] = HALL REST "hours: {h: {daily: '08:30-17:00'}}\n";
    struct plan *first = plan_of(text, 20261124), *second = plan_of(text, 20261124);
    struct plan *other = plan_of(HALL REST "hours: {h: {daily: '08:30-17:30'}}\n", 20261124);

    (void)state;
    assert_memory_equal(first, second, sizeof(*first));
    assert_true(first->version != other->version);
    free(first);
    free(second);
    free(other);
}

static void what_is_left_out_has_the_habits_of_the_field(void **state) {
    struct plan *plan = plan_of(HALL REST, 20261124);

    (void)state;
    assert_string_equal(plan->languages, "zh,en");
    assert_string_equal(plan->timezone, "Asia/Shanghai");
    assert_string_equal(plan->accent, "#0B5FA5");
    assert_int_equal(plan->rules.grace_ms, 120000);
    assert_int_equal(plan->rules.recall_gap_ms, 30000);
    assert_int_equal(plan->rules.recalls_max, 3);
    assert_int_equal(plan->rules.passes_max, 3);
    assert_int_equal(plan->rules.misses_max, 3);
    assert_int_equal(plan->rules.return_places, 3);
    assert_int_equal(plan->rules.defers_max, 1);
    assert_int_equal(plan->rules.approach, 3);
    assert_int_equal(plan->rules.reopen_ms, 600000);
    assert_int_equal(plan->rules.rating_ms, 1800000);
    assert_int_equal(plan->rules.next_finishes, 1);
    assert_int_equal(plan->rules.walk_in, 0);
    assert_int_equal(plan->class_count, 3);
    assert_string_equal(plan->classes[0].code, "normal");
    assert_int_equal(plan->classes[1].rate_milli, 2000);
    assert_int_equal(plan->classes[1].head_ms, 120000);
    assert_int_equal(plan->classes[1].needs_reason, 1);
    assert_int_equal(plan->classes[2].rate_milli, 1500);
    assert_int_equal(plan->classes[2].open_to_all, 0);
    assert_int_equal(plan->services[0].bound_ms, 3600000); // twice the target
    assert_string_equal(plan->series[0].prefix, "A");
    assert_int_equal(plan->series[0].first, 1);
    assert_int_equal(plan->series[0].digits, 3);
    assert_string_equal(plan->hours[plan->services[0].hours].code, "always");
    assert_int_equal(plan->device_count, 4);
    assert_string_equal(plan->devices[2].name, "board-hall");
    assert_int_equal(plan->windows[0].device_count, 2);
    free(plan);
}

static void presets_fill_the_classes(void **state) {
    static const struct {
        const char *preset;
        uint32_t rate, alternate;
        int64_t bound;
    } presets[] = {{"first-come", 1000, 0, 0},
                   {"strict-priority", 1000, 0, 3600000},
                   {"accumulating", 2000, 0, 3600000},
                   {"alternation", 1000, 2, 3600000}};

    (void)state;
    for (size_t i = 0; i < sizeof(presets) / sizeof(presets[0]); i++) {
        char text[256];
        struct plan *plan;
        snprintf(text, sizeof(text), HALL REST "order: {preset: %s}\n", presets[i].preset);
        plan = plan_of(text, 20261124);
        assert_int_equal(plan->classes[1].rate_milli, presets[i].rate);
        assert_int_equal(plan->classes[1].alternate, presets[i].alternate);
        assert_int_equal(plan->services[0].bound_ms, presets[i].bound);
        free(plan);
    }
}

static void a_class_may_say_otherwise(void **state) {
    struct plan *plan = plan_of(HALL REST "classes:\n  normal: {}\n  care: {name: x, rate: 1.25, "
                                          "head: 5 min, alternate: 4, needs_reason: yes}\n",
                                20261124);

    (void)state;
    assert_int_equal(plan->class_count, 2);
    assert_string_equal(plan->classes[0].name.zh, "普通");
    assert_int_equal(plan->classes[1].rate_milli, 1250);
    assert_int_equal(plan->classes[1].head_ms, 300000);
    assert_int_equal(plan->classes[1].alternate, 4);
    assert_int_equal(plan->classes[1].needs_reason, 1);
    free(plan);
}

static void weights_and_devices_of_windows(void **state) {
    struct plan *plan =
        plan_of(HALL "services: {A: {name: x}, C: {name: y}}\norder: {secondary_weight: 0.8}\n"
                     "windows:\n  1-2: {serves: [A, C]}\n  7: {serves: [C, A: 0.5], group: g}\n"
                     "devices:\n  more:\n    strip-7: {kind: board, windows: 7}\n",
                20261124);

    (void)state;
    assert_int_equal(plan->window_count, 3);
    assert_int_equal(plan->windows[0].weight[0], 1000);
    assert_int_equal(plan->windows[0].weight[1], 800);
    assert_int_equal(plan->windows[2].weight[0], 500);
    assert_int_equal(plan->windows[2].weight[1], 1000);
    assert_int_equal(plan->windows[0].group, 0);
    assert_int_equal(plan->windows[2].group, 1);
    assert_int_equal(plan->windows[0].device_count, 2);
    assert_int_equal(plan->windows[2].device_count, 3);
    assert_string_equal(plan->devices[plan->windows[2].devices[2]].name, "strip-7");
    free(plan);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_told_alone_with_its_line),
        cmocka_unit_test(all_faults_are_told_by_line),
        cmocka_unit_test(too_many_entries_are_faults),
        cmocka_unit_test(the_largest_hall_has_room_for_its_devices),
        cmocka_unit_test(the_same_bytes_give_the_same_plan),
        cmocka_unit_test(what_is_left_out_has_the_habits_of_the_field),
        cmocka_unit_test(presets_fill_the_classes),
        cmocka_unit_test(a_class_may_say_otherwise),
        cmocka_unit_test(weights_and_devices_of_windows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
