// SPDX-License-Identifier: Apache-2.0
/*
 * Frames of BX-5K cards against vectors from the maker's papers, the characters whose bytes hit the
 * escapes, replies whole, broken and hostile; and that no text from people becomes a code.
 */
#include "display/led/bx5k.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "display/led/gbk.h"

// "A5 01" as bytes; the number of them.
static size_t bytes_of(const char *hex, uint8_t *out) {
    size_t length = 0;
    char *end;
    for (; *hex; hex = end) {
        out[length++] = (uint8_t)strtoul(hex, &end, 16);
        while (*end == ' ')
            end++;
    }
    return length;
}

static void assert_frame(const uint8_t *frame, size_t length, const char *hex) {
    uint8_t expected[BX5K_FRAME_MAX];
    size_t expected_length = bytes_of(hex, expected);
    assert_int_equal(length, expected_length);
    assert_memory_equal(frame, expected, length);
}

// How many replies there are in these bytes; the last one in *reply.
static int replies_in(struct bx5k_reader *reader, const uint8_t *bytes, size_t length,
                      struct bx5k_reply *reply) {
    int count = 0;
    for (size_t i = 0; i < length; i++)
        count += bx5k_read(reader, bytes[i], reply);
    return count;
}

#define EIGHT "A5 A5 A5 A5 A5 A5 A5 A5 "
#define OURS EIGHT "01 00 00 80 00 00 00 00 00 00 FE 02 "

static void questions_are_as_the_maker_prints_them(void **state) {
    uint8_t frame[BX5K_FRAME_MAX];
    (void)state;
    assert_frame(frame, bx5k_ask(BX5K_PING, BX5K_ANY_CARD, frame),
                 OURS "05 00 A2 00 01 00 00 68 F8 5A");
    assert_frame(frame, bx5k_ask(BX5K_STATUS, BX5K_ANY_CARD, frame),
                 OURS "05 00 A1 02 01 00 00 2D 40 5A");
    assert_frame(frame, bx5k_ask(BX5K_CLEAR, BX5K_ANY_CARD, frame),
                 OURS "05 00 A3 10 01 00 00 51 F8 5A");
}

static struct bx5k_area area_of(const char *text) {
    return (struct bx5k_area){.width = 24,
                              .height = 32,
                              .centred = true,
                              .effect = BX5K_STATIC,
                              .speed = 4,
                              .stay = 5,
                              .text = (const uint8_t *)text,
                              .length = strlen(text)};
}

static void a_number_in_an_area_is_as_the_vector(void **state) {
    struct bx5k_area area = area_of("A012");
    uint8_t frame[BX5K_FRAME_MAX];
    (void)state;
    assert_frame(frame, bx5k_show(&area, BX5K_ANY_CARD, frame),
                 OURS "28 00 A3 06 01 2D 00 00 01 1F 00 00 00 00 00 00 18 00 20 00 00 00 00 02 00 "
                      "00 00 0A 02 01 01 00 04 05 04 00 00 00 41 30 31 32 DA D6 5A");
}

// An installer's printed example. Its CRC belongs to some other text, so that is not compared.
static void a_scrolling_text_is_as_in_the_example(void **state) {
    struct bx5k_area area = area_of("012345QRSTTV'B");
    uint8_t frame[BX5K_FRAME_MAX];
    (void)state;
    area.width = 0x80;
    area.centred = false;
    area.wrap = true;
    area.effect = BX5K_LEFT;
    assert_frame(frame, bx5k_show(&area, BX5K_ANY_CARD, frame) - 3,
                 OURS "32 00 A3 06 01 2D 00 00 01 29 00 00 00 00 00 00 80 00 20 00 00 00 00 02 00 "
                      "00 00 00 02 02 03 00 04 05 0E 00 00 00 30 31 32 33 34 35 51 52 53 54 54 56 "
                      "27 42");
}

// The frame of a text, and the text as it stands in it once unescaped.
static void there_and_back(const char *gbk, size_t escapes) {
    struct bx5k_area area = area_of(gbk);
    struct bx5k_reader reader = {0};
    struct bx5k_reply reply;
    uint8_t frame[BX5K_FRAME_MAX];
    size_t length = bx5k_show(&area, BX5K_ANY_CARD, frame), plain = 8 + 14 + 36 + strlen(gbk) + 3;
    assert_in_range(length, plain + escapes, plain + escapes + 2); // the CRC may need some too
    for (size_t i = 8; i < length - 1; i++) {
        assert_int_not_equal(frame[i], 0xA5);
        assert_int_not_equal(frame[i], 0x5A);
        assert_false(bx5k_read(&reader, frame[i], &reply));
    }
    memset(&reader, 0, sizeof reader);
    assert_int_equal(replies_in(&reader, frame, length, &reply), 1);
    assert_int_equal(reply.group, 0xA3);
}

static void characters_that_hit_the_escapes_survive(void **state) {
    (void)state;
    there_and_back("\xB0\xA5", 1); // 哎
    there_and_back("\xB0\xA6", 1); // 唉
    there_and_back("\x81\x5A", 1); // 乑
    there_and_back("\x81\x5B", 1);
    there_and_back("\xB0\xA5\xB0\xA6\x81\x5A\x81\x5B\xA5\xA5", 6);
    there_and_back("Z[Z[", 4);
}

static void the_largest_text_all_escaped_fits(void **state) {
    char text[BX5K_TEXT_MAX + 1];
    (void)state;
    memset(text, 0xA5, BX5K_TEXT_MAX);
    text[BX5K_TEXT_MAX] = 0;
    there_and_back(text, BX5K_TEXT_MAX);
}

// --- replies -----------------------------------------------------------------------------------

// As printed by the maker, with a ninth A5: cards send as many as they like.
static const char ack[] =
    "A5 " EIGHT "00 80 FE FF 00 00 00 00 00 00 FE 02 05 00 A0 00 00 00 00 14 AC 5A";

static void the_makers_ack_is_read(void **state) {
    struct bx5k_reader reader = {0};
    struct bx5k_reply reply = {9, 9, 9};
    uint8_t bytes[64];
    size_t length = bytes_of(ack, bytes);
    (void)state;
    assert_int_equal(replies_in(&reader, bytes, length, &reply), 1);
    assert_int_equal(reply.group, 0xA0);
    assert_int_equal(reply.command, 0);
    assert_null(bx5k_error(&reply));
    assert_int_equal(reader.damaged, 0);
    assert_int_equal(replies_in(&reader, bytes + 8, length - 8, &reply), 1); // one A5 is enough
}

static void every_flipped_bit_is_noticed(void **state) {
    uint8_t bytes[64];
    size_t length = bytes_of(ack, bytes);
    (void)state;
    for (size_t bit = 9 * 8; bit < (length - 1) * 8; bit++) {
        struct bx5k_reader reader = {0};
        struct bx5k_reply reply;
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(replies_in(&reader, bytes, length, &reply), 0);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(replies_in(&reader, bytes, length, &reply), 1); // in step again
    }
}

static void a_reply_cut_off_anywhere_is_none(void **state) {
    uint8_t bytes[64];
    size_t length = bytes_of(ack, bytes);
    (void)state;
    for (size_t cut = 0; cut < length; cut++) {
        struct bx5k_reader reader = {0};
        struct bx5k_reply reply;
        assert_int_equal(replies_in(&reader, bytes, cut, &reply), 0);
        assert_int_equal(replies_in(&reader, bytes, length, &reply), 1);
    }
}

static void noise_of_any_length_is_skipped(void **state) {
    struct bx5k_reader reader = {0};
    struct bx5k_reply reply;
    uint8_t bytes[64];
    size_t length = bytes_of(ack, bytes);
    (void)state;
    assert_false(bx5k_read(&reader, 0xA5, &reply));
    for (size_t i = 0; i < 5000; i++) // longer than any reply may be
        assert_false(bx5k_read(&reader, 0x11, &reply));
    assert_false(bx5k_read(&reader, 0x5A, &reply));
    assert_int_equal(reader.damaged, 1);
    for (size_t i = 0; i < 5000; i++)
        assert_false(bx5k_read(&reader, 0x11, &reply));
    assert_int_equal(replies_in(&reader, bytes, length, &reply), 1);
}

static void errors_have_words(void **state) {
    static const struct {
        struct bx5k_reply reply;
        const char *word;
    } table[] = {
        {{0xA0, 0, 0}, NULL},          {{0xA2, 0, 0}, NULL},
        {{0xA0, 1, 0}, "refused"},     {{0xA0, 1, 1}, "unknown-group"},
        {{0xA0, 1, 3}, "busy"},        {{0xA0, 1, 5}, "checksum"},
        {{0xA0, 1, 8}, "refused"},     {{0xA0, 1, 0x0C}, "font-missing"},
        {{0xA0, 1, 0x0D}, "firmware"}, {{0xA0, 1, 0xFF}, "refused"},
        {{0xA3, 6, 4}, "memory"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *word = bx5k_error(&table[i].reply);
        if (table[i].word)
            assert_string_equal(word, table[i].word);
        else
            assert_null(word);
    }
}

// --- text --------------------------------------------------------------------------------------

static void assert_text(const char *utf8, const char *gbk) {
    uint8_t out[256];
    size_t length = gbk_text(utf8, out, sizeof out);
    assert_int_equal(length, strlen(gbk));
    assert_memory_equal(out, gbk, length);
}

static void text_becomes_gbk(void **state) {
    (void)state;
    assert_text("", "");
    assert_text("A012", "A012");
    assert_text("请到3号窗口", "\xC7\xEB\xB5\xBD"
                               "3"
                               "\xBA\xC5\xB4\xB0\xBF\xDA");
    assert_text("哎唉乑", "\xB0\xA5\xB0\xA6\x81\x5A");
    assert_text("\xF0\x9F\x98\x80!", "\xA1\xF5!"); // no emoji in the font
    assert_text("\xF0\xA0\x80\x80", "\xA1\xF5");   // GB18030 only, four bytes
    assert_text("a\tb\nc\x7F", "a b c\xA1\xF5");
}

static void no_text_becomes_a_code(void **state) {
    (void)state;
    assert_text("\\FO001", "/FO001");
    assert_text("乗FO001", "\xA1\xF5"
                           "FO001"); // 81 5C
    assert_text("\\", "/");
    assert_text("\xE4\xB9", "\xA1\xF5"); // cut in the middle
    assert_text("\xFF\x5C\x80", "\xA1\xF5/\xA1\xF5");
    assert_text("\xC1\x9C", "\xA1\xF5"); // a backslash written too long
    for (unsigned code = 1; code < 0x10000; code++) {
        char utf8[4] = {0};
        uint8_t out[8];
        size_t length;
        if (code < 0x80)
            utf8[0] = (char)code;
        else if (code < 0x800)
            snprintf(utf8, sizeof utf8, "%c%c", 0xC0 | code >> 6, 0x80 | (code & 0x3F));
        else
            snprintf(utf8, sizeof utf8, "%c%c%c", 0xE0 | code >> 12, 0x80 | (code >> 6 & 0x3F),
                     0x80 | (code & 0x3F));
        length = gbk_text(utf8, out, sizeof out);
        assert_null(memchr(out, '\\', length));
        assert_in_range(length, 1, 4);
    }
}

static void only_whole_characters_are_kept(void **state) {
    uint8_t out[5] = {0};
    (void)state;
    assert_int_equal(gbk_text("窗口窗口", out, sizeof out), 4);
    assert_int_equal(gbk_text("a窗口窗口", out, sizeof out), 5);
    assert_int_equal(gbk_text("窗", out, 1), 0);
}

static void width_counts_halves(void **state) {
    uint8_t out[64];
    size_t length = gbk_text("A012 窗口", out, sizeof out);
    (void)state;
    assert_int_equal(gbk_width(out, length, 16), 5 * 8 + 2 * 16);
    assert_int_equal(gbk_width(out, length, 32), 5 * 16 + 2 * 32);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_are_as_the_maker_prints_them),
        cmocka_unit_test(a_number_in_an_area_is_as_the_vector),
        cmocka_unit_test(a_scrolling_text_is_as_in_the_example),
        cmocka_unit_test(characters_that_hit_the_escapes_survive),
        cmocka_unit_test(the_largest_text_all_escaped_fits),
        cmocka_unit_test(the_makers_ack_is_read),
        cmocka_unit_test(every_flipped_bit_is_noticed),
        cmocka_unit_test(a_reply_cut_off_anywhere_is_none),
        cmocka_unit_test(noise_of_any_length_is_skipped),
        cmocka_unit_test(errors_have_words),
        cmocka_unit_test(text_becomes_gbk),
        cmocka_unit_test(no_text_becomes_a_code),
        cmocka_unit_test(only_whole_characters_are_kept),
        cmocka_unit_test(width_counts_halves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
