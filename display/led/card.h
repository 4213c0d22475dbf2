// SPDX-License-Identifier: Apache-2.0
/*
 * One LED card at the end of a port: rows of text, each in a dynamic area of its own. The card is
 * told a row until it says that it has it; what is wanted may change at any moment, the newest
 * counts. All on the loop.
 */
#ifndef JIAOHAO_DISPLAY_LED_CARD_H
#define JIAOHAO_DISPLAY_LED_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct card;

enum { CARD_ROWS_MAX = 8, CARD_ROW_BYTES = 256 };

struct card_shape {
    uint16_t width;                  // pixels, a multiple of 8
    unsigned rows;                   // 1 … CARD_ROWS_MAX
    uint16_t heights[CARD_ROWS_MAX]; // pixels, from the top
    uint8_t speed;                   // of scrolling, 0 fastest
};

struct card_row {
    uint8_t text[CARD_ROW_BYTES]; // GBK and codes
    size_t length;
    bool scrolls;
};

struct card_events {                                  // called from the loop's events only
    void (*settled)(void *context);                   // every row wanted is acknowledged
    void (*failed)(void *context, const char *fault); // a row was not, after all retries
    void (*health)(void *context, const char *fault); // changed: a word for device/NAME, "" = well
    void *context;
};

struct card *card_new(struct loop *loop, const char *url, const struct card_shape *shape,
                      const struct card_events *events);
void card_free(struct card *card); // NULL is fine

// Wants this in a row; the same as before is no work.
void card_show(struct card *card, unsigned row, const struct card_row *wanted);
// Tells the card this row once more at the next card_show of it, even if it is the same.
void card_tell_again(struct card *card, unsigned row);
bool card_is_settled(const struct card *card);
const char *card_fault(const struct card *card); // "" = well

#endif
