// SPDX-License-Identifier: Apache-2.0
/*
 * The section display: what is left out has its default, every fault is told with what would be
 * right, and the manual holds what the table says.
 */
#include "display/led/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/jiaohao-display-XXXXXX", path[64], hall[64];

static void write_file(const char *name, const char *text) {
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

// What was said about a file with this under "display: boards:"; the caller frees it.
static char *read_boards(const char *boards, struct config *config, int *faults) {
    char text[2048], *out = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&out, &length);
    snprintf(text, sizeof text, "hall: %s\ndisplay:\n  boards:\n%s", hall, boards);
    write_file(path, text);
    *faults = config_read(path, config, stream);
    fclose(stream);
    return out;
}

static void assert_fault(const char *board, const char *says) {
    static struct config config;
    char text[512], *out;
    int faults;
    snprintf(text, sizeof text, "    x: %s\n", board);
    out = read_boards(text, &config, &faults);
    if (!faults || !strstr(out, says))
        fail_msg("for %s wanted %s, got %s", board, says, out);
    free(out);
}

static void what_is_left_out_has_a_default(void **state) {
    static struct config config;
    int faults;
    char *out = read_boards("    strip-3: {port: \"pty:/x\", window: 3}\n"
                            "    wall: {port: \"tcp:10.0.0.5:5005\", zone: hall, height: 64,\n"
                            "           languages: [zh, en], number_code: '\\FO001\\C1'}\n",
                            &config, &faults);
    (void)state;
    assert_string_equal(out, "");
    assert_int_equal(config.board_count, 2);
    assert_string_equal(config.boards[0].name, "strip-3");
    assert_int_equal(config.boards[0].rows, 2);
    assert_int_equal(config.boards[0].languages, LANGUAGE_ZH);
    assert_int_equal(config.boards[0].blink, 3);
    assert_int_equal(config.boards[1].rows, 4);
    assert_int_equal(config.boards[1].languages, LANGUAGE_ZH | LANGUAGE_EN);
    assert_string_equal(config.boards[1].number_code, "\\FO001\\C1");
    assert_int_equal(config.stale_after_ms, 30000);
    assert_string_equal(config.machine.prefix, "jiaohao/test/");
    free(out);
}

static void faults_say_what_would_be_right(void **state) {
    (void)state;
    assert_fault("{window: 3}", "port");
    assert_fault("{port: 'tcp:card:5005', window: 3}", "IP address");
    assert_fault("{port: 'pty:/x'}", "either a window (a strip) or a zone");
    assert_fault("{port: 'pty:/x', window: 3, zone: hall}", "either a window (a strip) or a zone");
    assert_fault("{port: 'pty:/x', window: 0}", "window");
    assert_fault("{port: 'pty:/x', window: 3, width: 100}", "multiple of 8");
    assert_fault("{port: 'pty:/x', window: 3, rows: 3}", "do not fit");
    assert_fault("{port: 'pty:/x', window: 3, height: 8}", "do not fit");
    assert_fault("{port: 'pty:/x', window: 3, number_height: 32}", "do not fit");
    assert_fault("{port: 'pty:/x', window: 3, number_height: 40}", "do not fit");
    assert_fault("{port: 'pty:/x', zone: hall, number_height: 16}", "for strips");
    assert_fault("{port: 'pty:/x', window: 3, driver: p10}", "bx5k");
    assert_fault("{port: 'pty:/x', window: 3, languages: [fr]}", "zh");
    assert_fault("{port: 'pty:/x', window: 3, languages: []}", "no language");
    assert_fault("{port: 'pty:/x', window: 3, text_code: 'hello'}", "codes such as");
    assert_fault("{port: 'pty:/x', window: 3, text_code: '\\\\F O'}", "codes such as");
    assert_fault("{port: 'pty:/x', window: 3, colour: red}", "unknown key");
    assert_fault("7", "");
}

static void names_are_accounts(void **state) {
    static struct config config;
    int faults;
    char *out = read_boards("    \"../x\": {port: \"pty:/x\", window: 3}\n", &config, &faults);
    (void)state;
    assert_int_equal(faults, 1);
    assert_non_null(strstr(out, "device's name"));
    free(out);
}

static void at_most_so_many_boards(void **state) {
    static struct config config;
    static char boards[8192], text[9000];
    char *out = NULL;
    size_t length = 0, used = 0;
    FILE *stream = open_memstream(&out, &length);
    (void)state;
    for (int i = 0; i < CONFIG_BOARDS_MAX + 1; i++)
        used += (size_t)snprintf(boards + used, sizeof boards - used,
                                 "    s-%d: {port: \"pty:/x\", window: 3}\n", i);
    snprintf(text, sizeof text, "hall: %s\ndisplay:\n  boards:\n%s", hall, boards);
    write_file(path, text);
    assert_int_equal(config_read(path, &config, stream), 1);
    fclose(stream);
    assert_non_null(strstr(out, "at most 64"));
    free(out);
}

static void the_manual_names_every_key(void **state) {
    static char manual[65536];
    FILE *file = fopen("docs/man/jiaohao-display.8", "r"), *stream;
    char *keys = NULL;
    size_t length = 0, count = 0;
    (void)state;
    assert_non_null(file);
    assert_true(fread(manual, 1, sizeof(manual) - 1, file) > 0);
    fclose(file);
    stream = open_memstream(&keys, &length);
    config_print_keys(stream);
    fclose(stream);
    for (char *line = strtok(keys, "\n"); line; line = strtok(NULL, "\n"), count++)
        if (!strstr(manual, line))
            fail_msg("docs/man/jiaohao-display.8 lacks: %s", line);
    assert_true(count > 30);
    free(keys);
}

static int set_up(void **state) {
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/jiaohao.yaml", folder);
    snprintf(hall, sizeof hall, "%s/hall.yaml", folder);
    write_file(hall, "hall: {code: test}\n");
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    unlink(path);
    unlink(hall);
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_has_a_default),
        cmocka_unit_test(faults_say_what_would_be_right),
        cmocka_unit_test(names_are_accounts),
        cmocka_unit_test(at_most_so_many_boards),
        cmocka_unit_test(the_manual_names_every_key),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
