// SPDX-License-Identifier: Apache-2.0
/*
 * YAML by tables: each type with its faults, lines, defaults, and what is refused outright.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/yaml.h"

struct box {
    char text[8], code[8];
    int64_t number, wait;
    uint32_t count, rate, choice;
    uint8_t on;
    struct {
        uint32_t deep;
    } inner;
};

static const char *const colours[] = {"red", "green", NULL};
static const struct yaml_key inner_keys[] = {
    {.name = "deep", .type = YAML_U32, .most = 9, .fallback = "4"},
    {.name = NULL},
};
#define AT(field) .offset = offsetof(struct box, field)
static const struct yaml_key keys[] = {
    {.name = "text", .type = YAML_TEXT, .size = 8, AT(text), .help = "a text"},
    {.name = "code", .type = YAML_CODE, .size = 8, AT(code), .help = "a code"},
    {.name = "number",
     .type = YAML_INT,
     .least = -5,
     .most = 99,
     .fallback = "-3",
     AT(number),
     .help = "a number"},
    {.name = "wait",
     .type = YAML_DURATION,
     .most = 7200000,
     .fallback = "15 min",
     AT(wait),
     .help = "a duration"},
    {.name = "count",
     .type = YAML_U32,
     .most = 4294967295,
     .fallback = "7",
     AT(count),
     .help = "a count"},
    {.name = "rate",
     .type = YAML_DECIMAL,
     .most = 9000,
     .fallback = "1.5",
     AT(rate),
     .help = "a rate"},
    {.name = "choice",
     .type = YAML_CHOICE,
     .choices = colours,
     .fallback = "green",
     AT(choice),
     .help = "a colour"},
    {.name = "on", .type = YAML_BOOL, .fallback = "yes", AT(on), .help = "a switch"},
    {.name = "inner", .type = YAML_SECTION, .table = inner_keys, AT(inner)},
    {.name = NULL},
};

static char *read_text(const char *text, size_t length, struct box *box) {
    struct yaml_file *file = yaml_open_bytes("f", text, length);
    char *out = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);

    assert_non_null(file);
    memset(box, 0, sizeof(*box));
    yaml_read(file, yaml_root(file), keys, box, NULL);
    yaml_print_faults(file, stream);
    fclose(stream);
    yaml_close(file);
    return out;
}

static void assert_reads(const char *text, struct box *box) {
    char *out = read_text(text, strlen(text), box);

    assert_string_equal(out, "");
    free(out);
}

static void assert_fault(const char *text, const char *wanted) {
    struct box box;
    char *out = read_text(text, strlen(text), &box);

    if (strncmp(out, wanted, strlen(wanted)) != 0)
        fail_msg("for\n%s\nwanted %s\ngot %s", text, wanted, out);
    free(out);
}

static void defaults_stand_where_nothing_is_said(void **state) {
    struct box box;

    (void)state;
    assert_reads("code: a\n", &box);
    assert_int_equal(box.number, -3);
    assert_int_equal(box.wait, 900000);
    assert_int_equal(box.count, 7);
    assert_int_equal(box.rate, 1500);
    assert_int_equal(box.choice, 1);
    assert_int_equal(box.on, 1);
    assert_int_equal(box.inner.deep, 4);
}

static void values_are_typed_by_the_table(void **state) {
    struct box box;

    (void)state;
    assert_reads("text: no\ncode: 0x1\nnumber: '12'\nwait: 500 ms\ncount: 4294967295\n"
                 "rate: 0.125\nchoice: red\non: off\ninner: {deep: 9}\n",
                 &box);
    assert_string_equal(box.text, "no"); // not a boolean
    assert_string_equal(box.code, "0x1");
    assert_int_equal(box.number, 12);
    assert_int_equal(box.wait, 500);
    assert_true(box.count == 4294967295u);
    assert_int_equal(box.rate, 125);
    assert_int_equal(box.choice, 0);
    assert_int_equal(box.on, 0);
    assert_int_equal(box.inner.deep, 9);
    assert_reads("\xef\xbb\xbf"
                 "wait: 2h\r\nrate: 9\r\n",
                 &box);
    assert_int_equal(box.wait, 7200000);
    assert_int_equal(box.rate, 9000);
    assert_reads("text: >-\n  a\n  b\nwait: 0\n", &box);
    assert_string_equal(box.text, "a b");
}

static void wrong_values_are_faults(void **state) {
    (void)state;
    assert_fault("text: 12345678\n", "f:1: text: too long: 8 bytes, at most 7");
    assert_fault("code: a b\n", "f:1: code: \"a b\" is no code");
    assert_fault("\nnumber: 100\n", "f:2: number: 100 is out of range, -5 to 99");
    assert_fault("number: -6\n", "f:1: number: -6 is out of range");
    assert_fault("number: 1e3\n", "f:1: number: \"1e3\" is not a whole number");
    assert_fault("count: -1\n", "f:1: count: \"-1\" is not a whole number");
    assert_fault("count: 99999999999999999999\n", "f:1: count: ");
    assert_fault("wait: 3 hours\n", "f:1: wait: \"3 hours\" is not a duration");
    assert_fault("wait: 9999999999999 h\n", "f:1: wait: ");
    assert_fault("wait: 5\n", "f:1: wait: \"5\" is not a duration");
    assert_fault("wait: 3 h\n", "f:1: wait: 3 h is out of range, 0 s to 2 h");
    assert_fault("rate: 1.\n", "f:1: rate: \"1.\" is not a number such as 1.5");
    assert_fault("rate: 1.2345\n", "f:1: rate: ");
    assert_fault("choice: blue\n", "f:1: choice: \"blue\" is not known, one of: red, green");
    assert_fault("on: 1\n", "f:1: on: \"1\" is neither yes nor no");
    assert_fault("on: [1]\n", "f:1: on: a list ([a, b]) stands here, one value is wanted");
    assert_fault("inner: 3\n", "f:1: inner: one value stands here, a mapping");
    assert_fault("inner:\n  deep: 10\n", "f:2: inner deep: 10 is out of range, 0 to 9");
    assert_fault("inner:\n  dep: 1\n", "f:2: inner dep: unknown key, known here: deep");
}

static void what_a_configuration_does_not_need_is_refused(void **state) {
    (void)state;
    assert_fault("", "f:1: the file is empty");
    assert_fault("on: yes\non: no\non: yes\n", "f:2: on: stands here twice, first in line 1");
    assert_fault("text: &a x\n", "f:1: text: anchors (&) and tags (!)");
    assert_fault("text: !!str x\n", "f:1: text: anchors (&) and tags (!)");
    assert_fault("text: &a x\ncode: *a\n", "f:1: text: anchors");
    assert_fault("code: *a\n", "f:1: code: aliases (*)");
    assert_fault("on: yes\n---\non: no\n", "f:2: a second document");
    assert_fault("? [a]\n: b\n", "f:1: a key must be one word");
    assert_fault("on: yes\ntext: [a\n", "f:3: not YAML");
    assert_fault("on: yes\ntext: \"\xc3(\"\n", "f:2: not UTF-8");
    assert_fault("on: yes\ntext: \x01\n", "f:2: a control character");
    assert_fault("text: \"\\x07\"\n", "f:1: text: a control character");
    assert_fault("text: \"a\\nb\"\n", "f:1: text: more than one line");
    assert_fault("text: \"\\u202e\"\n", "f:1: text: an invisible character");
    assert_fault("a: {b: {c: {d: {e: {f: {g: {h: {i: {j: {k: {l: {m: {n: {o: {p: {q: 1",
                 "f:1: a b");
}

static void faults_come_by_line(void **state) {
    (void)state;
    // the table's order is code, number, on; the file's is the other way round
    assert_fault("on: x\nnumber: x\ncode: +\n", "f:1: on: ");
    assert_fault("zzz: 1\non: x\n", "f:1: zzz: unknown key");
}

static void large_files_are_refused(void **state) {
    size_t length = YAML_BYTES_MAX + 1;
    char *text = malloc(length);
    struct box box;
    char *out;

    (void)state;
    memset(text, '[', length);
    out = read_text(text, length, &box);
    assert_string_equal(out, "f:1: the file is too large, at most 1 MiB\n");
    free(out);
    out = read_text(text, length - 1, &box);
    assert_non_null(strstr(out, "nested too deeply, at most 16 levels"));
    free(out);
    free(text);
}

static void faults_are_bounded(void **state) {
    char *text = NULL, *out;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    struct box box;

    (void)state;
    for (int i = 0; i < 3000; i++)
        fprintf(stream, "on: yes\n");
    fclose(stream);
    out = read_text(text, length, &box);
    assert_non_null(strstr(out, "f: and 1999 faults more\n"));
    free(out);
    free(text);
}

static void a_missing_file_is_a_fault(void **state) {
    struct yaml_file *file = yaml_open("does/not/exist.yaml");

    (void)state;
    assert_non_null(file);
    assert_int_equal(yaml_fault_count(file), 1);
    assert_null(yaml_root(file));
    yaml_close(file);
    file = yaml_open("/dev/null"); // not a plain file
    assert_int_equal(yaml_fault_count(file), 1);
    yaml_close(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_stand_where_nothing_is_said),
        cmocka_unit_test(values_are_typed_by_the_table),
        cmocka_unit_test(wrong_values_are_faults),
        cmocka_unit_test(what_a_configuration_does_not_need_is_refused),
        cmocka_unit_test(faults_come_by_line),
        cmocka_unit_test(large_files_are_refused),
        cmocka_unit_test(faults_are_bounded),
        cmocka_unit_test(a_missing_file_is_a_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
