// SPDX-License-Identifier: Apache-2.0
/*
 * A slip read back as a printer reads it: commands are stepped over by their lengths, what is left
 * is text in GB18030, decoded and compared; and status bytes by the makers' tables.
 */
#include "hardware/escpos.h"

#include <errno.h>
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct read { // a slip as it lies on the counter
    char text[4096];
    char qr[300], bars[80];
    size_t cuts;
    uint32_t widest;  // columns of the longest line
    uint8_t large[2]; // GS ! and FS ! while the number was printed
};

// How many bytes the command at `b` has, 0 = it is text.
static size_t command_length(const uint8_t *b) {
    if (b[0] == 0x1B)
        return b[1] == 0x40 ? 2 : 3;
    if (b[0] == 0x1C)
        return b[1] == 0x26 ? 2 : 3;
    if (b[0] != 0x1D)
        return 0;
    if (b[1] == 0x28)
        return 5 + (size_t)(b[3] | b[4] << 8);
    if (b[1] == 0x6B)
        return 4 + (size_t)b[3];
    return b[1] == 0x56 ? 4 : 3;
}

static void take_command(struct read *read, const uint8_t *b, uint8_t large[2]) {
    if (b[0] == 0x1D && b[1] == 0x21)
        large[0] = b[2];
    if (b[0] == 0x1C && b[1] == 0x21)
        large[1] = b[2];
    if (b[0] == 0x1D && b[1] == 0x28 && b[6] == 0x50)
        memcpy(read->qr, b + 8, (size_t)(b[3] | b[4] << 8) - 3);
    if (b[0] == 0x1D && b[1] == 0x6B)
        memcpy(read->bars, b + 6, b[3] - 2u);
    if (b[0] == 0x1D && b[1] == 0x56)
        read->cuts++;
}

static void decode(char *gb, size_t length, char *out, size_t room) {
    iconv_t cd = iconv_open("UTF-8", "GB18030");
    assert_int_equal(iconv(cd, &gb, &length, &out, &room), 0);
    *out = 0;
    iconv_close(cd);
}

static struct read read_slip(const struct slip *slip, uint32_t columns, enum slip_language l) {
    static uint8_t out[ESCPOS_SLIP_MAX];
    struct read read = {0};
    char gb[4096];
    uint8_t large[2] = {0};
    size_t length = escpos_slip(slip, columns, l, out), used = 0, line = 0;
    assert_true(length > 0);
    for (size_t i = 0; i < length;) {
        size_t skip = command_length(out + i);
        if (skip) {
            take_command(&read, out + i, large);
            i += skip;
            continue;
        }
        line = out[i] == '\n' ? 0 : line + ((large[0] >> 4) + 1u);
        read.widest = line > read.widest ? (uint32_t)line : read.widest;
        if (out[i] == 'A' && large[0])
            memcpy(read.large, large, 2);
        gb[used++] = (char)out[i++];
    }
    decode(gb, used, read.text, sizeof read.text - 1);
    return read;
}

static struct slip usual(void) {
    return (struct slip){
        .id = 57,
        .number = "A012",
        .hall = {"小镇便民服务中心", "Township Service Centre"},
        .service = {"社会保障与医保", "Social security and medical insurance"},
        .zone = {"西区", "West"},
        .materials = {"身份证、户口簿", "ID card, household register"},
        .ahead = 7,
        .has_wait = true,
        .wait_low_s = 600,
        .wait_high_s = 1500,
        .issued = "2026-11-23 09:41",
        .url = "http://hall.example/t#token",
    };
}

static void test_zh_on_58_mm(void **state) {
    struct slip slip = usual();
    struct read read = read_slip(&slip, 32, SLIP_ZH);
    (void)state;
    assert_string_equal(read.text, "小镇便民服务中心\n\n社会保障与医保\nA012\n\n前面 7 人\n"
                                   "预计等候 10-25 分钟\n等候区：西区\n请备好：身份证、户口簿\n\n\n"
                                   "扫码看排队进度\n\n过号请凭此码到导办台\n2026-11-23 09:41\n");
    assert_string_equal(read.qr, "http://hall.example/t#token");
    assert_memory_equal(read.bars, "A012-57-", 8);
    assert_int_equal(read.cuts, 1);
    assert_int_equal(read.large[0], 0x33);
    assert_int_equal(read.large[1], 0x0C);
    assert_true(read.widest <= 32);
}

static void test_en_and_both(void **state) {
    struct slip slip = usual();
    struct read en = read_slip(&slip, 32, SLIP_EN), both = read_slip(&slip, 48, SLIP_BOTH);
    (void)state;
    assert_non_null(strstr(en.text, "\nSocial security and medical\ninsurance\nA012\n"));
    assert_non_null(strstr(en.text, "Wait: 10-25 min\nZone: West\nBring: ID card, household\n"));
    assert_null(strstr(en.text, "小镇"));
    assert_non_null(strstr(both.text, "前面 7 人\n7 ahead of you\n"));
    assert_true(en.widest <= 32 && both.widest <= 48);
    assert_int_equal(both.large[0], 0x55);
}

static void test_what_is_not_known_is_not_said(void **state) {
    struct slip slip = usual();
    struct read read;
    (void)state;
    slip.url[0] = 0;
    slip.has_wait = false;
    slip.materials.zh[0] = slip.zone.zh[0] = 0;
    read = read_slip(&slip, 48, SLIP_BOTH);
    assert_null(strstr(read.text, "预计"));
    assert_null(strstr(read.text, "扫码"));
    assert_null(strstr(read.text, "Bring"));
    assert_string_equal(read.qr, "");
    slip = usual();
    slip.wait_high_s = 3600;
    slip.again = true;
    read = read_slip(&slip, 48, SLIP_ZH);
    assert_non_null(strstr(read.text, "预计等候超过 10 分钟"));
    assert_non_null(strstr(read.text, "重新打印"));
}

// Text that would be a command, a rare character, a broken one, and one line that never ends.
static void test_hostile_text(void **state) {
    struct slip slip = usual();
    struct read read;
    (void)state;
    snprintf(slip.service.zh, sizeof slip.service.zh, "取\x1D\x56\x41件\x10\x04\x02𠮷\xE4\xB8");
    memset(slip.materials.zh, 'x', sizeof slip.materials.zh - 1);
    read = read_slip(&slip, 32, SLIP_ZH);
    assert_non_null(strstr(read.text, "取VA件?"));
    assert_int_equal(read.cuts, 1);
    assert_true(read.widest <= 32);
}

static void test_return_code(void **state) {
    struct slip slip = usual(), other = usual();
    char a[60], b[60];
    (void)state;
    escpos_return_code(&slip, a, sizeof a);
    other.id = 75; // two digits swapped: another check
    escpos_return_code(&other, b, sizeof b);
    assert_string_not_equal(a + strlen(a) - 2, b + strlen(b) - 2);
}

static unsigned faults_of(uint8_t n, uint8_t byte) {
    unsigned faults = 0;
    assert_int_equal(escpos_status(n, byte, &faults), 0);
    return faults;
}

static void test_status(void **state) {
    uint8_t ask[3];
    unsigned faults = 0;
    char words[96];
    (void)state;
    escpos_ask(4, ask);
    assert_memory_equal(ask, ((uint8_t[]){0x10, 0x04, 4}), 3);
    assert_int_equal(faults_of(4, 0x12), 0);
    assert_int_equal(faults_of(4, 0x1E), ESCPOS_PAPER_LOW);
    assert_int_equal(faults_of(4, 0x7E), ESCPOS_PAPER_LOW | ESCPOS_PAPER_OUT);
    assert_int_equal(faults_of(1, 0x1A), ESCPOS_OFFLINE);
    assert_int_equal(faults_of(2, 0x16), ESCPOS_COVER_OPEN);
    assert_int_equal(faults_of(2, 0x72), ESCPOS_PAPER_OUT | ESCPOS_ERROR);
    assert_int_equal(faults_of(3, 0x1A), ESCPOS_CUTTER);
    assert_int_equal(escpos_status(4, 0x00, &faults), -EINVAL);
    assert_int_equal(escpos_status(4, 0xFF, &faults), -EINVAL);
    escpos_words(ESCPOS_PAPER_LOW | ESCPOS_PAPER_OUT | ESCPOS_COVER_OPEN, words, sizeof words);
    assert_string_equal(words, "paper-out,cover-open");
    escpos_words(0, words, sizeof words);
    assert_string_equal(words, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zh_on_58_mm),
        cmocka_unit_test(test_en_and_both),
        cmocka_unit_test(test_what_is_not_known_is_not_said),
        cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_return_code),
        cmocka_unit_test(test_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
