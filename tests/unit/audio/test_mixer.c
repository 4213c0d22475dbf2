// SPDX-License-Identifier: Apache-2.0
/*
 * The mixer: every frame where it belongs, on the right channels, and the end where it says.
 */
#include "audio/mixer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FRAMES = 4000 };

static int16_t ramp_frames[700], loud_frames[100];
static const struct clip ramp = {ramp_frames, 700, 0, 0}, loud = {loud_frames, 100, 0, 0};

static int make_clips(void **state) {
    (void)state;
    for (int i = 0; i < 700; i++)
        ramp_frames[i] = (int16_t)(i + 1);
    for (int i = 0; i < 100; i++)
        loud_frames[i] = 30000;
    return 0;
}

// Fills in pieces of odd sizes: no seam may be heard.
static void fill(struct mixer *mixer, int16_t *out, uint32_t channels, size_t frames) {
    static const size_t pieces[] = {480, 1, 479, 37, 480, 960};
    for (size_t done = 0, i = 0; done < frames; i++) {
        size_t some = pieces[i % 6] < frames - done ? pieces[i % 6] : frames - done;
        mixer_fill(mixer, out + done * channels, some);
        done += some;
    }
}

static void test_every_frame_on_its_channel(void **state) {
    static int16_t out[FRAMES * 8];
    struct mixer *mixer = mixer_new(8);
    struct mixer_item items[] = {{&ramp, 300}, {&ramp, 999}};
    int track = mixer_add(mixer, 1u << 2, 0);
    (void)state;
    assert_int_equal(track, 0);
    assert_int_equal(mixer_play(mixer, track, items, 2), 0);
    fill(mixer, out, 8, FRAMES);
    for (int i = 0; i < FRAMES; i++)
        for (int c = 0; c < 8; c++) {
            int expected = i < 700 ? i + 1 : i >= 1000 && i < 1700 ? i - 999 : 0;
            assert_int_equal(out[i * 8 + c], c == 2 ? expected : 0);
        }
    assert_int_equal(mixer_position(mixer), FRAMES);
    mixer_free(mixer);
}

static void test_done_when_the_last_frame_is_heard(void **state) {
    static int16_t out[FRAMES];
    struct mixer *mixer = mixer_new(1);
    struct mixer_item item = {&ramp, 5000}; // the silence after the last word is not waited for
    int track = mixer_add(mixer, 1, 0);
    (void)state;
    mixer_fill(mixer, out, 480);
    mixer_play(mixer, track, &item, 1);
    assert_int_equal(mixer_play(mixer, track, &item, 1), -EBUSY);
    mixer_fill(mixer, out, 480);
    assert_false(mixer_done(mixer, track, 480 + 700)); // not even filled yet
    mixer_fill(mixer, out, 480);
    assert_false(mixer_done(mixer, track, 480 + 699));
    assert_true(mixer_done(mixer, track, 480 + 700));
    assert_false(mixer_done(mixer, track, 9999)); // once
    assert_int_equal(mixer_play(mixer, track, &item, 1), 0);
    mixer_free(mixer);
}

static void test_two_zones_are_added_and_cut_off(void **state) {
    static int16_t out[200];
    struct mixer *mixer = mixer_new(2);
    struct mixer_item item = {&loud, 0};
    int one = mixer_add(mixer, ~0u, 0), two = mixer_add(mixer, 1, 0);
    (void)state;
    mixer_play(mixer, one, &item, 1);
    mixer_play(mixer, two, &item, 1);
    mixer_fill(mixer, out, 100);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(out[2 * i], INT16_MAX); // never wraps around
        assert_int_equal(out[2 * i + 1], 30000);
    }
    mixer_free(mixer);
}

static void test_gain(void **state) {
    static int16_t out[100];
    struct mixer *mixer = mixer_new(1);
    struct mixer_item item = {&loud, 0};
    (void)state;
    mixer_play(mixer, mixer_add(mixer, 1, -20), &item, 1);
    mixer_fill(mixer, out, 100);
    assert_in_range(out[50], 2995, 3005);
    mixer_free(mixer);
}

static void test_cut_at_the_end_of_a_word(void **state) {
    static int16_t out[FRAMES];
    struct mixer *mixer = mixer_new(1);
    struct mixer_item items[] = {{&ramp, 100}, {&loud, 0}, {&loud, 0}};
    int track = mixer_add(mixer, 1, 0);
    (void)state;
    mixer_play(mixer, track, items, 3);
    mixer_fill(mixer, out, 100);
    mixer_cut(mixer, track);
    mixer_fill(mixer, out + 100, 1000);
    assert_int_equal(out[699], 700);
    for (int i = 700; i < 1100; i++)
        assert_int_equal(out[i], 0);
    assert_true(mixer_done(mixer, track, 700));
    mixer_free(mixer);
}

static void test_reset_is_silence(void **state) {
    static int16_t out[200];
    struct mixer *mixer = mixer_new(1);
    struct mixer_item item = {&ramp, 0};
    int track = mixer_add(mixer, 1, 0);
    (void)state;
    mixer_play(mixer, track, &item, 1);
    mixer_fill(mixer, out, 100);
    mixer_reset(mixer);
    mixer_fill(mixer, out, 200);
    for (int i = 0; i < 200; i++)
        assert_int_equal(out[i], 0);
    assert_false(mixer_done(mixer, track, 9999));
    assert_int_equal(mixer_play(mixer, track, &item, 1), 0);
    mixer_free(mixer);
}

static void test_bounds(void **state) {
    static struct mixer_item items[MIXER_ITEMS_MAX + 1];
    struct mixer *mixer = mixer_new(1);
    (void)state;
    for (int i = 0; i <= MIXER_ITEMS_MAX; i++)
        items[i].clip = &loud;
    for (int i = 0; i < MIXER_TRACKS_MAX; i++)
        assert_int_equal(mixer_add(mixer, 1, 0), i);
    assert_int_equal(mixer_add(mixer, 1, 0), -ENOSPC);
    assert_int_equal(mixer_play(mixer, 0, items, 0), -EINVAL);
    assert_int_equal(mixer_play(mixer, 0, items, MIXER_ITEMS_MAX + 1), -E2BIG);
    assert_int_equal(mixer_play(mixer, 0, items, MIXER_ITEMS_MAX), 0);
    mixer_free(mixer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_frame_on_its_channel),
        cmocka_unit_test(test_done_when_the_last_frame_is_heard),
        cmocka_unit_test(test_two_zones_are_added_and_cut_off),
        cmocka_unit_test(test_gain),
        cmocka_unit_test(test_cut_at_the_end_of_a_word),
        cmocka_unit_test(test_reset_is_silence),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, make_clips, NULL);
}
