// SPDX-License-Identifier: Apache-2.0
/*
 * Section hardware of jiaohao.yaml: what is written, what is usual, and its faults all at once.
 */
#include "hardware/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct scene {
    char folder[64], path[96], said[4096];
    struct machine machine;
    struct hardware_config config;
};

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int set_up(void **state) {
    struct scene *s = calloc(1, sizeof *s);
    char hall[96];
    assert_non_null(s);
    snprintf(s->folder, sizeof s->folder, "/tmp/test-config-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    snprintf(s->path, sizeof s->path, "%s/jiaohao.yaml", s->folder);
    snprintf(hall, sizeof hall, "%s/hall.yaml", s->folder);
    write_file(hall, "hall: {code: small}\n");
    *state = s;
    return 0;
}

static int tear_down(void **state) {
    struct scene *s = *state;
    char hall[96];
    snprintf(hall, sizeof hall, "%s/hall.yaml", s->folder);
    unlink(s->path);
    unlink(hall);
    rmdir(s->folder);
    free(s);
    return 0;
}

static int read_all(struct scene *s, const char *text) {
    FILE *out = fmemopen(s->said, sizeof s->said, "w");
    int faults;
    write_file(s->path, text);
    memset(s->said, 0, sizeof s->said);
    faults = hardware_config_read(s->path, &s->machine, &s->config, out);
    fclose(out);
    return faults;
}

static void test_what_is_written(void **state) {
    struct scene *s = *state;
    assert_int_equal(read_all(s, "hardware:\n"
                                 "  state: kept\n"
                                 "  lines:\n"
                                 "    line-1:\n"
                                 "      port: tcp:10.0.0.5:5005\n"
                                 "      pads:\n"
                                 "        pad-3: {address: 3, window: 3, prefix: A}\n"
                                 "    line-2:\n"
                                 "      port: serial:/dev/ttyS0?baud=9600&mode=8N1\n"
                                 "      gap: 40 ms\n"
                                 "      pads: {pad-4: {address: 3, window: 4}}\n"
                                 "      keypads:\n"
                                 "        keypad-4: {address: 4, window: 4, levels: [5, 3, 1, 0]}\n"
                                 "        keypad-5: {address: 5, window: 5}\n"
                                 "  printers:\n"
                                 "    printer-hall: {port: tcp:10.0.0.6:9100, language: zh}\n"),
                     0);
    assert_string_equal(s->said, "");
    assert_int_equal(s->config.line_count, 2);
    assert_int_equal(s->config.lines[1].gap_ms, 40);
    assert_int_equal(s->config.pads[0].line, 0);
    assert_string_equal(s->config.pads[0].pause_reason, "break");
    assert_int_equal(s->config.pads[1].line, 1);
    assert_int_equal(s->config.keypads[0].levels[2], 1);
    assert_int_equal(s->config.keypads[1].levels[3], 2);
    assert_int_equal(s->config.printers[0].columns, 48);
    assert_int_equal(s->config.printers[0].language, 1);
    assert_int_equal(s->config.staff_port, 8081);
    assert_memory_equal(s->config.state, s->folder, strlen(s->folder));
}

static void test_nothing_is_written(void **state) {
    struct scene *s = *state;
    assert_int_equal(read_all(s, "data: data\n"), 0);
    assert_int_equal(s->config.line_count, 0);
    assert_string_equal(s->config.state, "/var/lib/jiaohao-hardware");
    assert_string_equal(s->config.staff_address, "127.0.0.1");
}

static void test_faults(void **state) {
    static const char *const parts[] = {
        "port: begin with serial:",
        "\"window\" is missing",
        "3 levels",
        "out of range",
        "is no name of a device",
        "has address 3 already",
        "pad-3 is there twice",
        "is no IP address",
    };
    struct scene *s = *state;
    assert_true(read_all(s, "hardware:\n"
                            "  staff_address: hall.local\n"
                            "  lines:\n"
                            "    line-1:\n"
                            "      port: telnet:1.2.3.4\n"
                            "      pads:\n"
                            "        pad-3: {address: 3}\n"
                            "        pad-4: {address: 3, window: 4}\n"
                            "        Pad 5: {address: 5, window: 5}\n"
                            "      keypads:\n"
                            "        pad-3: {address: 9, window: 3, levels: [5, 4, 9]}\n") >= 8);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (!strstr(s->said, parts[i]))
            fail_msg("\"%s\" is not in:\n%s", parts[i], s->said);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_is_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_faults, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
