// SPDX-License-Identifier: Apache-2.0
/*
 * jiaohao.yaml: defaults, paths, which doors are refused, and that the manual names every key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"
#include "daemon/config.h"

static char folder[] = "/tmp/jiaohao-config-XXXXXX";
static char path[64];

// Reads the text as a file: what was printed, for the caller to free.
static char *read_as(const char *text, struct config *config) {
    char *out = NULL;
    size_t length = 0;
    FILE *file = fopen(path, "w"), *stream;
    int faults, lines = 0;

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    stream = open_memstream(&out, &length);
    faults = config_read(path, config, stream);
    fclose(stream);
    for (const char *c = out; *c; c++)
        lines += *c == '\n';
    assert_int_equal(faults, lines);
    return out;
}

static void assert_good(const char *text, struct config *config) {
    char *out = read_as(text, config);

    assert_string_equal(out, "");
    free(out);
}

static void assert_fault(const char *text, int line, const char *says) {
    struct config config;
    char *out = read_as(text, &config), begin[96];

    snprintf(begin, sizeof(begin), "%s:%d: ", path, line);
    if (strncmp(out, begin, strlen(begin)) != 0 || !strstr(out, says))
        fail_msg("for\n%swanted %s%s\ngot %s", text, begin, says, out);
    free(out);
}

static void what_is_left_out_is_on_loopback(void **state) {
    struct config config;

    (void)state;
    assert_good("log_level: info\n", &config);
    assert_string_equal(config.public_door.address, "127.0.0.1");
    assert_int_equal(config.public_door.port, 8080);
    assert_string_equal(config.staff_door.address, "127.0.0.1");
    assert_int_equal(config.staff_door.port, 8081);
    assert_int_equal(config.operator_door.port, 8082);
    assert_string_equal(config.broker.address, "127.0.0.1");
    assert_int_equal(config.broker.port, 1883);
    assert_string_equal(config.broker.account, "jiaohaod");
    assert_string_equal(config.public_url, "");
    assert_string_equal(config.data, "/var/lib/jiaohao");
    assert_int_equal(config.log_level, LOG_INFO);
    assert_good("log_level: error\n", &config);
    assert_int_equal(config.log_level, LOG_ERROR);
}

static void paths_are_relative_to_the_file(void **state) {
    struct config config;
    char wanted[128], text[512];

    (void)state;
    assert_good("hall: halls/a.yaml\ndata: /srv/data\nbroker: {password_file: pw}\n", &config);
    snprintf(wanted, sizeof(wanted), "%s/halls/a.yaml", folder);
    assert_string_equal(config.hall_file, wanted);
    assert_string_equal(config.data, "/srv/data");
    snprintf(wanted, sizeof(wanted), "%s/pw", folder);
    assert_string_equal(config.broker.password_file, wanted);
    snprintf(text, sizeof(text), "hall: %0250d\n", 7);
    assert_fault(text, 1, "the path is too long");
}

static void doors_that_are_refused(void **state) {
    struct config config;

    (void)state;
    assert_fault("\nstaff:\n  address: 0.0.0.0\n", 3, "staff address: staff over plain HTTP");
    assert_fault("staff: {address: '::'}\n", 1, "staff over plain HTTP");
    assert_good("staff: {address: 0.0.0.0, plain: yes}\n", &config);
    assert_good("staff: {address: '::1'}\n", &config);
    assert_good("staff: {address: 0.0.0.0, port: 0}\n", &config); // shut
    assert_good("public: {address: 0.0.0.0}\n", &config);
    assert_fault("operator:\n  port: 9\n  address: 192.0.2.1\n", 3, "for this machine only");
    assert_fault("operator: {plain: yes}\n", 1, "operator plain: unknown key");
    assert_fault("public: {address: localhost}\n", 1, "\"localhost\" is no IP address");
    assert_fault("broker:\n  address: broker.example\n", 2, "broker address: \"broker.example\"");
    assert_fault("staff:\n  port: 8080\n", 2, "staff port: public has port 8080 already");
    assert_fault("public: {port: 65536}\n", 1, "out of range, 0 to 65535");
}

static void addresses_of_pages(void **state) {
    struct config config;

    (void)state;
    assert_good("public_url: https://hall.example\nbroker: {pages_url: 'ws://h:9'}\n", &config);
    assert_fault("public_url: hall.example\n", 1, "public_url: \"hall.example\" is no address");
    assert_fault("public_url: http://hall.example/\n", 1, "ends with \"/\"");
    assert_fault("broker:\n  pages_url: http://h\n", 2, "broker pages_url: ");
}

static void faulty_files(void **state) {
    struct config config;
    char *out = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&out, &length);

    (void)state;
    assert_fault("", 1, "the file is empty");
    assert_fault("hal: x\n", 1, "hal: unknown key, known here: hall, data");
    assert_fault("log_level: loud\n", 1, "one of: error, warning, notice, info, debug");
    assert_fault("hall: ''\n", 1, "hall: empty");
    assert_int_equal(config_read("no/such/file.yaml", &config, stream), 1);
    fclose(stream);
    assert_non_null(strstr(out, "no/such/file.yaml:1: the file cannot be read"));
    free(out);
}

// They check their own sections; a misspelt name is still found.
static void sections_of_device_programs_are_left_alone(void **state) {
    struct config config;

    (void)state;
    assert_good("display: {boards: {x: {port: nonsense}}}\naudio: 7\nhardware: [1, {a: b}]\n",
                &config);
    assert_fault("displays: {}\n", 1, "displays: unknown key");
}

// The manual is written from config_print_keys: it must hold what the table says today.
static void the_manual_names_every_key(void **state) {
    static char manual[65536];
    FILE *file = fopen("docs/man/jiaohao.yaml.5", "r"), *stream;
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
            fail_msg("docs/man/jiaohao.yaml.5 lacks: %s", line);
    assert_true(count > 40);
    free(keys);
}

static int set_up(void **state) {
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/jiaohao.yaml", folder);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    unlink(path);
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_is_on_loopback),
        cmocka_unit_test(paths_are_relative_to_the_file),
        cmocka_unit_test(doors_that_are_refused),
        cmocka_unit_test(addresses_of_pages),
        cmocka_unit_test(faulty_files),
        cmocka_unit_test(sections_of_device_programs_are_left_alone),
        cmocka_unit_test(the_manual_names_every_key),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
