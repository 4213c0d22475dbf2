// SPDX-License-Identifier: Apache-2.0
/*
 * Reading rules: the manifests of the tree itself, read as the program reads them, against many
 * numbers and windows written down by hand.
 */
#include "audio/reading.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct reading read_rules(const char *path) {
    struct reading reading = {.gap_ms = 20, .letter_gap_ms = 80, .pause_ms = 200};
    struct yaml_file *file = yaml_open(path);
    struct yaml_node *root = yaml_root(file);
    assert_non_null(root);
    reading_read_digits(file, yaml_value(root, "digits"), &reading, NULL);
    reading_read_window(file, yaml_value(root, "window"), &reading, NULL);
    snprintf(reading.call, sizeof reading.call, "%s", yaml_text(file, yaml_value(root, "call")));
    assert_int_equal(yaml_fault_count(file), 0);
    yaml_close(file);
    return reading;
}

static void join(const struct reading_words *words, char *out, size_t room) {
    size_t used = 0;
    out[0] = 0;
    for (uint32_t i = 0; i < words->count; i++)
        used += (size_t)snprintf(out + used, room - used, "%s%s", i ? " " : "", words->at[i].name);
}

struct saying {
    const char *number;
    uint32_t window;
    const char *words;
};

static void reads(const char *path, const struct saying *sayings, size_t count) {
    struct reading reading = read_rules(path);
    struct reading_words words;
    char said[512];
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(reading_call(&reading, sayings[i].number, sayings[i].window, &words), 0);
        join(&words, said, sizeof said);
        assert_string_equal(said, sayings[i].words);
    }
}

static void test_mandarin(void **state) {
    static const struct saying sayings[] = {
        {"A012", 3, "please A 0 1 2 hao dao 3 hao chuangkou"},
        {"A000", 1, "please A 0 0 0 hao dao 1 hao chuangkou"},
        {"B222", 2, "please B 2 2 2 hao dao 2 hao chuangkou"},
        {"XY101", 9, "please X Y 1 0 1 hao dao 9 hao chuangkou"},
        {"7", 10, "please 7 hao dao shi hao chuangkou"},
        {"A1000", 11, "please A 1 0 0 0 hao dao shi 1 hao chuangkou"},
        {"C345", 12, "please C 3 4 5 hao dao shi 2 hao chuangkou"},
        {"C345", 19, "please C 3 4 5 hao dao shi 9 hao chuangkou"},
        {"C345", 20, "please C 3 4 5 hao dao 2 shi hao chuangkou"},
        {"C345", 21, "please C 3 4 5 hao dao 2 shi 1 hao chuangkou"},
        {"C345", 62, "please C 3 4 5 hao dao 6 shi 2 hao chuangkou"},
        {"C345", 90, "please C 3 4 5 hao dao 9 shi hao chuangkou"},
        {"C345", 99, "please C 3 4 5 hao dao 9 shi 9 hao chuangkou"},
        {"C345", 100, "please C 3 4 5 hao dao 1 0 0 hao chuangkou"},
        {"C345", 305, "please C 3 4 5 hao dao 3 0 5 hao chuangkou"},
        {"C345", 9999, "please C 3 4 5 hao dao 9 9 9 9 hao chuangkou"},
    };
    (void)state;
    reads("audio/voices/zh/voice.yaml", sayings, sizeof sayings / sizeof sayings[0]);
}

static void test_english(void **state) {
    static const struct saying sayings[] = {
        {"A012", 3, "ticket A 0 1 2 please-go-to window 3"},
        {"B007", 1, "ticket B 0 0 7 please-go-to window 1"},
        {"XY199", 12, "ticket X Y 1 9 9 please-go-to window 12"},
        {"A1000", 19, "ticket A 1 0 0 0 please-go-to window 19"},
        {"H5", 20, "ticket H 5 please-go-to window 20"},
        {"H5", 21, "ticket H 5 please-go-to window 20 1"},
        {"H5", 30, "ticket H 5 please-go-to window 30"},
        {"H5", 47, "ticket H 5 please-go-to window 40 7"},
        {"H5", 99, "ticket H 5 please-go-to window 90 9"},
        {"H5", 305, "ticket H 5 please-go-to window 3 0 5"},
    };
    (void)state;
    reads("audio/voices/en/voice.yaml", sayings, sizeof sayings / sizeof sayings[0]);
}

static void test_one_as_yao_is_for_tickets_only(void **state) {
    struct reading reading = read_rules("audio/voices/zh/voice.yaml");
    struct reading_words words;
    char said[512];
    (void)state;
    snprintf(reading.digits[1], sizeof reading.digits[1], "yao");
    assert_int_equal(reading_call(&reading, "A110", 11, &words), 0);
    join(&words, said, sizeof said);
    assert_string_equal(said, "please A yao yao 0 hao dao shi 1 hao chuangkou");
}

static void test_a_room_can_be_read_as_a_number(void **state) {
    struct reading reading = read_rules("audio/voices/zh/voice.yaml");
    struct reading_range *last = &reading.ranges[reading.range_count - 1];
    struct reading_words words;
    char said[512];
    (void)state;
    snprintf(last->say, sizeof last->say, "{h} bai 0 {o}");
    assert_int_equal(reading_call(&reading, "A1", 305, &words), 0);
    join(&words, said, sizeof said);
    assert_string_equal(said, "please A 1 hao dao 3 bai 0 5 hao chuangkou");
}

static void test_gaps(void **state) {
    struct reading reading = read_rules("audio/voices/en/voice.yaml");
    struct reading_words words;
    (void)state;
    assert_int_equal(reading_call(&reading, "A12", 3, &words), 0);
    assert_int_equal(words.at[0].gap_ms, 20);  // ticket
    assert_int_equal(words.at[1].gap_ms, 80);  // A
    assert_int_equal(words.at[2].gap_ms, 20);  // 1
    assert_int_equal(words.at[3].gap_ms, 200); // 2, before the comma's pause
}

static void test_what_is_no_number_is_refused(void **state) {
    static const char *const bad[] = {"",     "A",   "012A",   "a012",        "A 12",    "A-12",
                                      "../1", "A1.", "ABCDE1", "A1234567890", "\xff\x31"};
    struct reading reading = read_rules("audio/voices/zh/voice.yaml");
    struct reading_words words;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(reading_call(&reading, bad[i], 3, &words), -EINVAL);
    assert_int_equal(reading_call(&reading, "A1", 0, &words), -ENOENT);
    assert_int_equal(reading_call(&reading, "A1", 10000, &words), -ENOENT);
}

static void test_too_long_a_sentence(void **state) {
    struct reading reading = read_rules("audio/voices/zh/voice.yaml");
    struct reading_words words;
    (void)state;
    memset(reading.call, 0, sizeof reading.call);
    for (size_t i = 0; i < 120; i++)
        memcpy(reading.call + 2 * i, "x ", 2);
    assert_int_equal(reading_call(&reading, "A1", 1, &words), -E2BIG);
    snprintf(reading.call, sizeof reading.call, "a-word-that-is-longer-than-any-name");
    assert_int_equal(reading_call(&reading, "A1", 1, &words), -EINVAL);
}

static size_t faults_of(const char *text, const char *key) {
    struct reading reading = {0};
    struct yaml_file *file = yaml_open_bytes("voice.yaml", text, strlen(text));
    size_t count;
    if (strcmp(key, "digits") == 0)
        reading_read_digits(file, yaml_value(yaml_root(file), key), &reading, NULL);
    else
        reading_read_window(file, yaml_value(yaml_root(file), key), &reading, NULL);
    count = yaml_fault_count(file);
    yaml_close(file);
    return count;
}

static void test_faulty_rules(void **state) {
    (void)state;
    assert_int_equal(faults_of("digits: \"0 1 2 3 4 5 6 7 8 9\"\n", "digits"), 0);
    assert_int_equal(faults_of("digits: \"0 1 2\"\n", "digits"), 1);
    assert_int_equal(faults_of("digits: \"0 1 2 3 4 5 6 7 8 9 10\"\n", "digits"), 1);
    assert_int_equal(faults_of("window: {\"1-9\": \"{n}\"}\n", "window"), 0);
    assert_int_equal(faults_of("window: {\"9-1\": \"{n}\", \"1-9/0\": x, one: x}\n", "window"), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mandarin),
        cmocka_unit_test(test_english),
        cmocka_unit_test(test_one_as_yao_is_for_tickets_only),
        cmocka_unit_test(test_a_room_can_be_read_as_a_number),
        cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_what_is_no_number_is_refused),
        cmocka_unit_test(test_too_long_a_sentence),
        cmocka_unit_test(test_faulty_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
