// SPDX-License-Identifier: Apache-2.0
/*
 * jiaohao.yaml as a device program reads it: its own section by its table, the broker and the
 * hall's code, defaults where nothing is written, faults of all of these at once, and other
 * programs' sections left alone.
 */
#include "common/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"
#include "common/loop.h"

struct scene {
    char folder[64], path[96], said[2048];
    struct machine machine;
    struct section {
        uint32_t lamps;
    } section;
};

static const struct yaml_key lamp_keys[] = {{.name = "lamps",
                                             .type = YAML_U32,
                                             .least = 1,
                                             .most = 9,
                                             .fallback = "2",
                                             .offset = offsetof(struct section, lamps)},
                                            {.name = NULL}};

static int set_up(void **state) {
    struct scene *s = calloc(1, sizeof *s);
    snprintf(s->folder, sizeof s->folder, "/tmp/test-machine-XXXXXX");
    assert_non_null(s);
    assert_non_null(mkdtemp(s->folder));
    snprintf(s->path, sizeof s->path, "%s/jiaohao.yaml", s->folder);
    *state = s;
    return 0;
}

static void remove_file(const struct scene *s, const char *name) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", s->folder, name);
    unlink(path);
}

static int tear_down(void **state) {
    struct scene *s = *state;
    remove_file(s, "jiaohao.yaml");
    remove_file(s, "hall.yaml");
    rmdir(s->folder);
    free(s);
    return 0;
}

static void write_file(const struct scene *s, const char *name, const char *text) {
    char path[128];
    FILE *file;
    snprintf(path, sizeof path, "%s/%s", s->folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int read_all(struct scene *s, const char *text) {
    struct machine_section section = {"lamps", lamp_keys, &s->section, NULL};
    FILE *out = fmemopen(s->said, sizeof s->said, "w");
    int faults;
    memset(s->said, 0, sizeof s->said);
    write_file(s, "jiaohao.yaml", text);
    faults = machine_read(s->path, &s->machine, &section, out);
    fclose(out);
    return faults;
}

static void test_defaults(void **state) {
    struct scene *s = *state;
    char accounts[96];
    write_file(s, "hall.yaml", "hall: {code: small, name: x}\nwindows: {}\n");
    assert_int_equal(read_all(s, "data: data\n"), 0);
    snprintf(accounts, sizeof accounts, "%s/broker/accounts", s->folder);
    assert_string_equal(s->machine.prefix, "jiaohao/small/");
    assert_string_equal(s->machine.broker_address, "127.0.0.1");
    assert_int_equal(s->machine.broker_port, 1883);
    assert_string_equal(s->machine.accounts, accounts);
    assert_int_equal(s->machine.log_level, LOG_INFO);
    assert_int_equal(s->section.lamps, 2);
}

static void test_what_is_written(void **state) {
    struct scene *s = *state;
    write_file(s, "hall.yaml", "hall: {code: quzhou}\n");
    assert_int_equal(read_all(s, "log_level: debug\n"
                                 "staff: {port: 81, nonsense: here}\n"
                                 "display: {strips: [1, 2]}\n"
                                 "broker: {address: \"::1\", port: 4321, pages_port: 2,\n"
                                 "         password_file: /srv/secrets/jiaohaod}\n"
                                 "lamps: {lamps: 7}\n"),
                     0);
    assert_string_equal(s->machine.prefix, "jiaohao/quzhou/");
    assert_string_equal(s->machine.broker_address, "::1");
    assert_int_equal(s->machine.broker_port, 4321);
    assert_string_equal(s->machine.accounts, "/srv/secrets");
    assert_int_equal(s->machine.log_level, LOG_DEBUG);
    assert_int_equal(s->section.lamps, 7);
}

static void test_all_faults_at_once(void **state) {
    struct scene *s = *state;
    write_file(s, "hall.yaml", "hall: {name: x}\n");
    assert_int_equal(read_all(s, "log_level: loud\n"
                                 "broker: {address: broker.local, port: 0}\n"
                                 "lamps: {lamps: 12, bulbs: 3}\n"),
                     6);
    assert_non_null(strstr(s->said, "jiaohao.yaml:1: log_level"));
    assert_non_null(strstr(s->said, "broker.local"));
    assert_non_null(strstr(s->said, "lamps lamps"));
    assert_non_null(strstr(s->said, "bulbs"));
    assert_non_null(strstr(s->said, "hall.yaml:1: hall: the hall has no code"));
}

static void test_files_that_are_not_there(void **state) {
    struct scene *s = *state;
    assert_true(read_all(s, "data: data\n") > 0); // no hall.yaml
    assert_non_null(strstr(s->said, "hall.yaml"));
    remove_file(s, "jiaohao.yaml");
    struct machine_section section = {"lamps", lamp_keys, &s->section, NULL};
    FILE *out = fmemopen(s->said, sizeof s->said, "w");
    assert_true(machine_read(s->path, &s->machine, &section, out) > 0);
    fclose(out);
}

static void test_an_account_without_password(void **state) {
    struct scene *s = *state;
    struct loop *loop = loop_new(NULL, NULL);
    struct bus_events events = {0};
    write_file(s, "hall.yaml", "hall: {code: small}\n");
    assert_int_equal(read_all(s, "data: data\n"), 0);
    assert_null(machine_link(&s->machine, loop, "pad-3", "pad", &events));
    loop_free(loop);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_all_faults_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_files_that_are_not_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_account_without_password, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
