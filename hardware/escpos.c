// SPDX-License-Identifier: Apache-2.0
/*
 * A slip as ESC/POS bytes. The number is what people look for, so it is eight times as large; the
 * size is sent twice, because cheap printers listen to GS ! for Latin and to FS ! for Chinese.
 *
 * Invariant: text never becomes a command. Control characters are dropped, what a font card does
 * not know (four bytes in GB18030) is shown as a question mark, and lengths are counted in columns
 * of the paper before a line is sent. Must not: ask the printer anything in the middle of a slip.
 */
#include "hardware/escpos.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>

enum { LINE_COLUMNS_MAX = 48, LARGEST_WAIT_S = 3600, QR_MODULE = 6, BAR_TEXT_MAX = 60 };

struct paper { // the bytes of a slip as they grow
    uint8_t *out;
    size_t used;
    bool full;
    uint32_t columns;
    enum slip_language language;
    iconv_t gb;
};

// --- bytes -------------------------------------------------------------------------------------

static void put(struct paper *paper, const void *bytes, size_t length) {
    if (paper->used + length > ESCPOS_SLIP_MAX) {
        paper->full = true;
        return;
    }
    memcpy(paper->out + paper->used, bytes, length);
    paper->used += length;
}

#define PUT(paper, ...)                                                                            \
    put(paper, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void line_feed(struct paper *paper) {
    PUT(paper, 0x0A);
}

static void align_centre(struct paper *paper, bool centre) {
    PUT(paper, 0x1B, 0x61, centre ? 1 : 0);
}

// Times wide and high, 1 to 8 for Latin; Chinese printers know 1 and 2 for their own font.
static void size(struct paper *paper, uint8_t times) {
    uint8_t gs = (uint8_t)((times - 1) << 4 | (times - 1));
    PUT(paper, 0x1D, 0x21, gs, 0x1C, 0x21, times > 1 ? 0x0C : 0x00);
}

// --- text --------------------------------------------------------------------------------------

// The bytes of the character at `text`, 0 at the end; malformed ones count as one byte.
static size_t char_bytes(const char *text) {
    unsigned char first = (unsigned char)text[0];
    size_t want = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    return first ? strnlen(text, want) : 0;
}

// One character for the printer: GB18030 of one or two bytes. How many; 0 = nothing to show.
static size_t encode(struct paper *paper, const char *text, size_t length, char out[4]) {
    char *in = (char *)(uintptr_t)text, *at = out;
    size_t left = length, room = 4;
    if (length == 1 && ((unsigned char)text[0] < 0x20 || text[0] == 0x7F))
        return 0;
    if (iconv(paper->gb, &in, &left, &at, &room) == (size_t)-1 || room == 0) {
        iconv(paper->gb, NULL, NULL, NULL, NULL);
        out[0] = '?';
        return 1;
    }
    return 4 - room;
}

// A line of `wide` columns at most, broken where it is full (Latin at the last space before).
static const char *put_line(struct paper *paper, const char *text, uint32_t wide) {
    char bytes[2 * LINE_COLUMNS_MAX], one[4];
    size_t used = 0, at = 0, space_used = 0, space_at = 0, length;
    while ((length = char_bytes(text + at)) > 0) {
        size_t count = encode(paper, text + at, length, one);
        if (used + count > wide)
            break;
        memcpy(bytes + used, one, count);
        used += count;
        at += length;
        if (text[at] == ' ' || length > 1) {
            space_used = used;
            space_at = at;
        }
    }
    if (text[at] && space_used) { // a word is not torn apart
        used = space_used;
        at = space_at;
    }
    put(paper, bytes, used);
    line_feed(paper);
    at += strspn(text + at, " ");
    return text + at;
}

static void put_text(struct paper *paper, const char *text, uint8_t times) {
    uint32_t wide = paper->columns / times;
    while (*text) {
        const char *rest = put_line(paper, text, wide);
        if (rest == text)
            return; // a character wider than the paper
        text = rest;
    }
}

static void put_both(struct paper *paper, const struct slip_text *text) {
    if (paper->language != SLIP_EN || !text->en[0])
        put_text(paper, text->zh, 1);
    if (paper->language != SLIP_ZH && text->en[0] && strcmp(text->en, text->zh) != 0)
        put_text(paper, text->en, 1);
}

// --- the parts of a slip -----------------------------------------------------------------------

static void put_heading(struct paper *paper, const struct slip *slip) {
    PUT(paper, 0x1B, 0x40, 0x1C, 0x26); // begin afresh; Chinese on
    align_centre(paper, true);
    PUT(paper, 0x1B, 0x45, 1);
    put_both(paper, &slip->hall);
    PUT(paper, 0x1B, 0x45, 0);
    line_feed(paper);
    put_both(paper, &slip->service);
    size(paper, paper->columns >= 48 ? 6 : 4);
    put_text(paper, slip->number, paper->columns >= 48 ? 6 : 4);
    size(paper, 1);
    line_feed(paper);
    if (slip->again)
        put_both(paper, &(struct slip_text){"重新打印", "Printed again"});
}

static void put_wait(struct paper *paper, const struct slip *slip) {
    struct slip_text text;
    uint32_t low = slip->wait_low_s / 60, high = (slip->wait_high_s + 59) / 60;
    snprintf(text.zh, sizeof text.zh, "前面 %u 人", slip->ahead);
    snprintf(text.en, sizeof text.en, "%u ahead of you", slip->ahead);
    put_both(paper, &text);
    if (!slip->has_wait)
        return;
    if (slip->wait_high_s >= LARGEST_WAIT_S) {
        snprintf(text.zh, sizeof text.zh, "预计等候超过 %u 分钟", low);
        snprintf(text.en, sizeof text.en, "Wait: more than %u min", low);
    } else {
        snprintf(text.zh, sizeof text.zh, "预计等候 %u-%u 分钟", low, high);
        snprintf(text.en, sizeof text.en, "Wait: %u-%u min", low, high);
    }
    put_both(paper, &text);
}

static void put_labelled(struct paper *paper, const struct slip_text *label,
                         const struct slip_text *text) {
    struct slip_text line;
    if (!text->zh[0])
        return;
    snprintf(line.zh, sizeof line.zh, "%.30s%.200s", label->zh, text->zh);
    line.en[0] = 0;
    if (text->en[0])
        snprintf(line.en, sizeof line.en, "%.30s%.200s", label->en, text->en);
    put_both(paper, &line);
}

static void qr_command(struct paper *paper, uint8_t fn, const void *data, size_t length) {
    size_t count = length + 2;
    PUT(paper, 0x1D, 0x28, 0x6B, (uint8_t)count, (uint8_t)(count >> 8), 0x31, fn);
    put(paper, data, length);
}

static void put_qr(struct paper *paper, const char *url) {
    char store[1 + 256];
    int length = snprintf(store, sizeof store, "0%s", url);
    qr_command(paper, 0x41, "2\0", 2);
    qr_command(paper, 0x43, (uint8_t[]){QR_MODULE}, 1);
    qr_command(paper, 0x45, "1", 1); // error correction M
    qr_command(paper, 0x50, store, (size_t)length);
    qr_command(paper, 0x51, "0", 1);
    line_feed(paper);
    put_both(paper, &(struct slip_text){"扫码看排队进度", "Scan to follow your place"});
}

static void put_bars(struct paper *paper, const struct slip *slip) {
    char code[BAR_TEXT_MAX];
    escpos_return_code(slip, code, sizeof code);
    PUT(paper, 0x1D, 0x68, 48, 0x1D, 0x77, paper->columns >= 48 ? 2 : 1, 0x1D, 0x48, 2);
    PUT(paper, 0x1D, 0x6B, 0x49, (uint8_t)(strlen(code) + 2), '{', 'B');
    put(paper, code, strlen(code));
    line_feed(paper);
}

void escpos_return_code(const struct slip *slip, char *out, size_t room) {
    unsigned sum = 0;
    int length = snprintf(out, room, "%s-%llu-", slip->number, (unsigned long long)slip->id);
    for (int i = 0; i < length && (size_t)i < room - 1; i++)
        sum = (sum * 31 + (unsigned char)out[i]) % 97;
    if (length > 0 && (size_t)length < room)
        snprintf(out + length, room - (size_t)length, "%02u", sum);
}

size_t escpos_slip(const struct slip *slip, uint32_t columns, enum slip_language language,
                   uint8_t out[ESCPOS_SLIP_MAX]) {
    static const struct slip_text place = {"等候区：", "Zone: "}, bring = {"请备好：", "Bring: "};
    static const struct slip_text missed = {"过号请凭此码到导办台",
                                            "Missed your call? Show this at the desk"};
    struct paper paper = {.out = out, .columns = columns, .language = language};
    paper.gb = iconv_open("GB18030", "UTF-8");
    if (paper.gb == (iconv_t)-1)
        return 0;
    put_heading(&paper, slip);
    put_wait(&paper, slip);
    put_labelled(&paper, &place, &slip->zone);
    put_labelled(&paper, &bring, &slip->materials);
    line_feed(&paper);
    if (slip->url[0])
        put_qr(&paper, slip->url);
    put_bars(&paper, slip);
    put_both(&paper, &missed);
    put_text(&paper, slip->issued, 1);
    align_centre(&paper, false);
    PUT(&paper, 0x1D, 0x56, 0x42, 3); // feed to the knife and cut
    iconv_close(paper.gb);
    return paper.full ? 0 : paper.used;
}

// --- status ------------------------------------------------------------------------------------

void escpos_ask(uint8_t n, uint8_t out[3]) {
    memcpy(out, (const uint8_t[]){0x10, 0x04, n}, 3);
}

int escpos_status(uint8_t n, uint8_t byte, unsigned *faults) {
    static const struct {
        uint8_t n, bits;
        unsigned fault;
    } table[] = {
        {1, 0x08, ESCPOS_OFFLINE},   {2, 0x04, ESCPOS_COVER_OPEN}, {2, 0x20, ESCPOS_PAPER_OUT},
        {2, 0x40, ESCPOS_ERROR},     {3, 0x08, ESCPOS_CUTTER},     {4, 0x0C, ESCPOS_PAPER_LOW},
        {4, 0x60, ESCPOS_PAPER_OUT},
    };
    if ((byte & 0x93) != 0x12)
        return -EINVAL;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].n == n && (byte & table[i].bits))
            *faults |= table[i].fault;
    return 0;
}

void escpos_words(unsigned faults, char *out, size_t room) {
    static const struct {
        unsigned fault;
        const char *word;
    } words[] = {{ESCPOS_PAPER_OUT, "paper-out"},   {ESCPOS_PAPER_LOW, "paper-low"},
                 {ESCPOS_COVER_OPEN, "cover-open"}, {ESCPOS_OFFLINE, "offline"},
                 {ESCPOS_ERROR, "error"},           {ESCPOS_CUTTER, "cutter"}};
    size_t used = 0;
    out[0] = 0;
    if (faults & ESCPOS_PAPER_OUT)
        faults &= ~(unsigned)ESCPOS_PAPER_LOW; // out is low enough
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if ((faults & words[i].fault) && used < room)
            used +=
                (size_t)snprintf(out + used, room - used, "%s%s", used ? "," : "", words[i].word);
}
