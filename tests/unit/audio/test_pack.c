// SPDX-License-Identifier: Apache-2.0
/*
 * Voice packs, from clips made here: levelled whatever they were recorded at, trimmed, resampled;
 * and every way in which somebody's pack can be wrong.
 */
#include "audio/pack.h"

#include <math.h>
#include <setjmp.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct scene {
    char folder[64], said[4096];
    struct pack *pack;
};

struct tone {
    int rate, channels;
    double before_s, lasts_s, after_s, loud;
};

static void write_tone(const struct scene *s, const char *name, const struct tone *tone) {
    size_t before = (size_t)(tone->before_s * tone->rate);
    size_t lasts = (size_t)(tone->lasts_s * tone->rate);
    size_t all = before + lasts + (size_t)(tone->after_s * tone->rate);
    SF_INFO info = {.samplerate = tone->rate,
                    .channels = tone->channels,
                    .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
    float *frames = calloc(all * (size_t)tone->channels, sizeof *frames);
    char path[128];
    SNDFILE *file;
    snprintf(path, sizeof path, "%s/%s", s->folder, name);
    file = sf_open(path, SFM_WRITE, &info);
    assert_non_null(file);
    for (size_t i = 0; i < lasts; i++)
        for (int c = 0; c < tone->channels; c++)
            frames[(before + i) * (size_t)tone->channels + (size_t)c] =
                (float)(tone->loud * sin(2 * M_PI * 997 * (double)i / tone->rate));
    sf_writef_float(file, frames, (sf_count_t)all);
    sf_close(file);
    free(frames);
}

static int set_up(void **state) {
    static const struct tone plain = {48000, 1, 0.1, 0.3, 0.1, 0.5};
    struct scene *s = calloc(1, sizeof *s);
    snprintf(s->folder, sizeof s->folder, "/tmp/test-pack-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    write_tone(s, "a.wav", &plain);
    *state = s;
    return 0;
}

static int tear_down(void **state) {
    static const char *const names[] = {"a.wav", "b.wav", "voice.yaml"};
    struct scene *s = *state;
    char path[128];
    pack_free(s->pack);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", s->folder, names[i]);
        unlink(path);
    }
    rmdir(s->folder);
    free(s);
    return 0;
}

// A manifest with digits and letters that are all one clip, and some lines of the test's own.
static void write_manifest(const struct scene *s, const char *lines, const char *words) {
    char path[128];
    FILE *file;
    snprintf(path, sizeof path, "%s/voice.yaml", s->folder);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "language: xx\ncall: go {letters} {digits} to {window}\n%s",
            strstr(lines, "digits:") ? "" : "digits: \"0 1 2 3 4 5 6 7 8 9\"\n");
    fprintf(file, "%swords:\n  go: a.wav\n  to: a.wav\n%s", lines, words);
    for (char c = '0'; c <= 'Z'; c++)
        if (c <= '9' || c >= 'A')
            fprintf(file, "  \"%c\": a.wav\n", c);
    fclose(file);
}

static struct pack *load(struct scene *s) {
    FILE *out = fmemopen(s->said, sizeof s->said, "w");
    memset(s->said, 0, sizeof s->said);
    pack_free(s->pack);
    s->pack = pack_load(s->folder, -18, out);
    fclose(out);
    return s->pack;
}

static const char window[] = "window: {\"1-9999\": \"{digits}\"}\n";

static void test_clips_are_alike_however_they_were_recorded(void **state) {
    static const struct tone tones[] = {
        {48000, 1, 0, 0.3, 0, 0.9},    {22050, 1, 0.4, 0.3, 0.4, 0.02},
        {44100, 2, 0.2, 0.3, 0, 0.3},  {16000, 1, 0.1, 0.1, 0.3, 0.1},
        {96000, 2, 0, 0.25, 0.2, 0.5},
    };
    struct scene *s = *state;
    write_manifest(s, window, "  other: b.wav\n");
    for (size_t i = 0; i < sizeof tones / sizeof tones[0]; i++) {
        const struct clip *clip;
        uint32_t wanted = (uint32_t)(tones[i].lasts_s * 48000);
        write_tone(s, "b.wav", &tones[i]);
        assert_non_null(load(s));
        clip = pack_clip(s->pack, "other");
        assert_non_null(clip);
        assert_float_equal(clip->lufs, -18, 0.05);
        assert_true(clip->peak_db <= -1.45);
        assert_in_range(clip->count, wanted - 100, wanted + 48000 * 40 / 1000);
    }
}

// One crack in a soft tone: its peak bounds the level.
static void test_the_peak_bounds_the_level(void **state) {
    struct scene *s = *state;
    char path[128];
    SF_INFO info = {.samplerate = 48000, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
    static float frames[24000];
    SNDFILE *file;
    for (int i = 0; i < 24000; i++)
        frames[i] = (float)(0.01 * sin(2 * M_PI * 997 * i / 48000.0)) + (i == 9000 ? 0.9F : 0);
    snprintf(path, sizeof path, "%s/b.wav", s->folder);
    file = sf_open(path, SFM_WRITE, &info);
    sf_writef_float(file, frames, 24000);
    sf_close(file);
    write_manifest(s, window, "  other: b.wav\n");
    assert_non_null(load(s));
    assert_float_equal(pack_clip(s->pack, "other")->peak_db, -1.5, 0.05);
    assert_true(pack_clip(s->pack, "other")->lufs < -19);
}

static void test_words_by_name(void **state) {
    struct scene *s = *state;
    write_manifest(s, window, "");
    assert_non_null(load(s));
    assert_string_equal(s->pack->language, "xx");
    assert_non_null(pack_clip(s->pack, "go"));
    assert_non_null(pack_clip(s->pack, "7"));
    assert_null(pack_clip(s->pack, "gone"));
    assert_null(pack_clip(s->pack, "a-name-that-is-longer-than-a-word-may-be"));
}

static void refuses(struct scene *s, const char *lines, const char *words, const char *why) {
    write_manifest(s, lines, words);
    assert_null(load(s));
    if (!strstr(s->said, why))
        fail_msg("not said: \"%s\" in: %s", why, s->said);
}

static void test_what_is_wrong_is_said(void **state) {
    static const struct tone quiet = {48000, 1, 0.1, 0.3, 0.1, 0};
    struct scene *s = *state;
    refuses(s, "", "", "window");
    refuses(s, "window: {\"1-98\": \"{digits}\"}\n", "", "do not read A012345678 at window 99");
    refuses(s, "window: {\"1-99\": \"{n}\"}\n", "", "needs the word \"10\"");
    refuses(s, window, "  x: ../../etc/passwd\n", "no name of a file in the pack's own folder");
    refuses(s, window, "  x: /dev/zero\n", "no name of a file");
    refuses(s, window, "  x: missing.wav\n", "no sound file");
    refuses(s, window, "  x: voice.yaml\n", "no sound file");
    refuses(s, window, "  \"{n}\": a.wav\n", "no blank or brace");
    refuses(s, "digits: \"0 1\"\nwindow: {\"1-9999\": \"{digits}\"}\n", "", "ten words");
    write_tone(s, "b.wav", &quiet);
    refuses(s, window, "  x: b.wav\n", "only silence");
}

static void test_a_missing_folder(void **state) {
    struct scene *s = *state;
    assert_null(load(s)); // no manifest yet
    assert_true(s->said[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_clips_are_alike_however_they_were_recorded, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_the_peak_bounds_the_level, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_words_by_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_wrong_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_missing_folder, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
