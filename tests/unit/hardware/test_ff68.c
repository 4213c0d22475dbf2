// SPDX-License-Identifier: Apache-2.0
/*
 * FF68 against the vectors of the makers, and against a bad line: frames byte by byte, broken
 * sums, headers inside data, noise before and after.
 */
#include "hardware/ff68.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct heard {
    struct ff68_frame frames[16];
    size_t count;
};

static void hear(void *context, const struct ff68_frame *frame) {
    struct heard *heard = context;
    assert_true(heard->count < 16);
    heard->frames[heard->count++] = *frame;
}

static void assert_bytes(const struct ff68_frame *frame, const uint8_t *want, size_t length) {
    uint8_t out[FF68_FRAME_MAX];
    assert_int_equal(ff68_encode(frame, out), length);
    assert_memory_equal(out, want, length);
}

#define ASSERT_BYTES(frame, ...)                                                                   \
    assert_bytes(&(frame), (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void test_vectors(void **state) {
    struct ff68_frame frame = ff68_show(3, -1, 12);
    (void)state;
    ASSERT_BYTES(frame, 0xFF, 0x68, 0x08, 0x08, 0x68, 0x03, 0x02, 0x0A, 0x0A, 0x0A, 0x00, 0x01,
                 0x02, 0x26, 0x16);
    frame = ff68_show(3, 5, -1);
    ASSERT_BYTES(frame, 0xFF, 0x68, 0x08, 0x08, 0x68, 0x03, 0x02, 0x00, 0x00, 0x05, 0x0A, 0x0A,
                 0x0A, 0x28, 0x16);
    frame = ff68_beep(3);
    ASSERT_BYTES(frame, 0xFF, 0x68, 0x02, 0x02, 0x68, 0x03, 0x03, 0x06, 0x16);
    frame = (struct ff68_frame){.addr = 3, .func = FF68_RATING, .length = 1, .data = {0}};
    ASSERT_BYTES(frame, 0xFF, 0x68, 0x03, 0x03, 0x68, 0x03, 0x11, 0x00, 0x14, 0x16);
    frame = ff68_ack_rating(&frame);
    ASSERT_BYTES(frame, 0xFF, 0x68, 0x03, 0x03, 0x68, 0x03, 0x01, 0x00, 0x04, 0x16);
    frame = ff68_start_rating(3);
    ASSERT_BYTES(frame, 0xFF, 0x68, 0x03, 0x03, 0x68, 0x03, 0x01, 0x0B, 0x0F, 0x16);
}

static void test_digits(void **state) {
    (void)state;
    assert_memory_equal(ff68_show(1, 0, 999).data, ((uint8_t[]){0, 0, 0, 9, 9, 9}), 6);
    assert_memory_equal(ff68_show(1, 1234, 7).data, ((uint8_t[]){2, 3, 4, 0, 0, 7}), 6);
    assert_memory_equal(ff68_show(1, -1, -1).data, ((uint8_t[]){10, 10, 10, 10, 10, 10}), 6);
}

static void test_there_and_back(void **state) {
    struct ff68_reader reader = {0};
    struct heard heard = {0};
    (void)state;
    for (int n = 0; n <= FF68_DATA_MAX && n < 16; n++) {
        struct ff68_frame frame = {.addr = 0x68, .func = 0xFF, .length = (uint8_t)n};
        uint8_t out[FF68_FRAME_MAX];
        memset(frame.data, n % 2 ? 0xFF : 0x68, (size_t)n);
        size_t length = ff68_encode(&frame, out);
        for (size_t i = 0; i < length; i++)
            ff68_feed(&reader, out + i, 1, hear, &heard);
        assert_int_equal(heard.count, n + 1);
        assert_int_equal(heard.frames[n].length, n);
        assert_memory_equal(heard.frames[n].data, frame.data, n);
    }
    assert_int_equal(reader.skipped, 0);
}

// A frame with a wrong sum whose data hold a good frame: the good one is heard.
static void test_a_frame_inside_a_broken_one(void **state) {
    static const uint8_t line[] = {0xFF, 0x68, 0x0B, 0x0B, 0x68, 0x03, 0x01, 0xFF, 0x68,
                                   0x03, 0x03, 0x68, 0x07, 0x01, 0x0C, 0x14, 0x16, 0x00};
    struct ff68_reader reader = {0};
    struct heard heard = {0};
    (void)state;
    ff68_feed(&reader, line, sizeof line, hear, &heard);
    assert_int_equal(heard.count, 1);
    assert_int_equal(heard.frames[0].addr, 7);
    assert_int_equal(heard.frames[0].data[0], FF68_NEXT);
}

static void test_noise_costs_nothing_but_itself(void **state) {
    static const uint8_t next[] = {0xFF, 0x68, 0x03, 0x03, 0x68, 0x03, 0x01, 0x0C, 0x10, 0x16};
    static const uint8_t noises[][6] = {{0xFF, 0xFF, 0xFF},
                                        {0xFF, 0x68, 0xFF},
                                        {0x16, 0x00, 0x68},
                                        {0xFF, 0x68, 0x21, 0x20},
                                        {0xFF, 0x68, 0x01, 0x01, 0x68}};
    (void)state;
    for (size_t i = 0; i < sizeof noises / sizeof noises[0]; i++) {
        struct ff68_reader reader = {0};
        struct heard heard = {0};
        ff68_feed(&reader, noises[i], sizeof noises[i], hear, &heard);
        ff68_feed(&reader, next, sizeof next, hear, &heard);
        assert_int_equal(heard.count, 1);
        assert_int_equal(reader.skipped, sizeof noises[i]);
    }
}

static void test_a_lost_byte_costs_one_frame(void **state) {
    static const uint8_t next[] = {0xFF, 0x68, 0x03, 0x03, 0x68, 0x03, 0x01, 0x0C, 0x10, 0x16};
    (void)state;
    for (size_t lost = 0; lost < sizeof next; lost++) {
        struct ff68_reader reader = {0};
        struct heard heard = {0};
        for (size_t i = 0; i < sizeof next; i++)
            if (i != lost)
                ff68_feed(&reader, next + i, 1, hear, &heard);
        for (int more = 0; more < 5; more++)
            ff68_feed(&reader, next, sizeof next, hear, &heard);
        assert_int_equal(heard.count, 5);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_a_frame_inside_a_broken_one),
        cmocka_unit_test(test_noise_costs_nothing_but_itself),
        cmocka_unit_test(test_a_lost_byte_costs_one_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
