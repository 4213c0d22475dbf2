// SPDX-License-Identifier: Apache-2.0
/*
 * ESC/POS, what ticket printers speak: the bytes of a slip, and what a status byte means. Chinese
 * goes out as GB18030. Knows no port, no job and no clock.
 */
#ifndef JIAOHAO_HARDWARE_ESCPOS_H
#define JIAOHAO_HARDWARE_ESCPOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ESCPOS_SLIP_MAX = 8192, ESCPOS_STATUS_FIRST = 1, ESCPOS_STATUS_LAST = 4 };

struct slip_text { // UTF-8; "" = none
    char zh[256], en[256];
};

struct slip {
    uint64_t id;
    char number[16];
    struct slip_text hall, service, zone, materials;
    uint32_t ahead;
    bool has_wait; // a range is known
    uint32_t wait_low_s, wait_high_s;
    char issued[20]; // "2026-11-23 17:30"
    char url[256];   // "" = no QR
    bool again;      // it may have been printed before
};

enum slip_language { SLIP_BOTH, SLIP_ZH, SLIP_EN };

// Lays the slip out for paper of 32 (58 mm) or 48 (80 mm) columns, feeds and cuts. The number of
// bytes, 0 if they do not fit.
size_t escpos_slip(const struct slip *slip, uint32_t columns, enum slip_language language,
                   uint8_t out[ESCPOS_SLIP_MAX]);

// What the bar code says, for coming back after a miss: number-id-check.
void escpos_return_code(const struct slip *slip, char *out, size_t room);

enum escpos_fault { // bits
    ESCPOS_OFFLINE = 1,
    ESCPOS_COVER_OPEN = 2,
    ESCPOS_PAPER_OUT = 4,
    ESCPOS_PAPER_LOW = 8, // prints, but not for long
    ESCPOS_ERROR = 16,
    ESCPOS_CUTTER = 32,
};

// The three bytes that ask for status n (1 to 4); the answer is one byte.
void escpos_ask(uint8_t n, uint8_t out[3]);
// Adds what the answer to n says to *faults. -EINVAL if the byte is no such answer.
int escpos_status(uint8_t n, uint8_t byte, unsigned *faults);
// "paper-out,cover-open": the words of device/{id}.
void escpos_words(unsigned faults, char *out, size_t room);

#endif
