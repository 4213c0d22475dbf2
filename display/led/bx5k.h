// SPDX-License-Identifier: Apache-2.0
/*
 * Onbon BX-5K, 5MK and 6K font cards (仰邦字库卡): frames as bytes, nothing else. 57600 8N1 or TCP
 * port 5005. Texts go into dynamic areas, which live in RAM: programs live in flash, which wears.
 * Source: the maker's protocol for users, "BX-5K/6K通讯协议用户版本".
 */
#ifndef JIAOHAO_DISPLAY_LED_BX5K_H
#define JIAOHAO_DISPLAY_LED_BX5K_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BX5K_TEXT_MAX = 512,
    BX5K_FRAME_MAX = 8 + 2 * (14 + 64 + BX5K_TEXT_MAX + 2) + 1, // all of it escaped
    BX5K_REPLY_MAX = 1024,
    BX5K_ANY_CARD = 0xFE,
};

enum bx5k_command { BX5K_PING, BX5K_STATUS, BX5K_CLEAR };
enum bx5k_effect { BX5K_STATIC = 1, BX5K_LEFT = 3 };

struct bx5k_area {
    uint16_t x, width;  // in units of 8 pixels
    uint16_t y, height; // in pixels
    uint8_t number;     // which dynamic area
    bool single, wrap;  // one line only; broken at the edge
    bool centred;
    enum bx5k_effect effect;
    uint8_t speed, stay; // 0 fast … ; stay in 0.5 s
    const uint8_t *text; // GBK, from gbk_text and the installer's codes
    size_t length;       // at most BX5K_TEXT_MAX
};

// The length of the frame written to out.
size_t bx5k_ask(enum bx5k_command command, uint8_t card, uint8_t out[BX5K_FRAME_MAX]);
size_t bx5k_show(const struct bx5k_area *area, uint8_t card, uint8_t out[BX5K_FRAME_MAX]);

struct bx5k_reply {
    uint8_t group, command, error; // error 0 = done
};

struct bx5k_reader { // zero = before the first byte
    uint8_t bytes[BX5K_REPLY_MAX];
    size_t length;
    bool inside, escaped, too_long;
    uint8_t escape;
    uint32_t damaged; // frames that were not what they said
};

// One byte from the card; true when it ends a good reply. Anything else is skipped and counted.
bool bx5k_read(struct bx5k_reader *reader, uint8_t byte, struct bx5k_reply *reply);
const char *bx5k_error(const struct bx5k_reply *reply); // a word for device/NAME; NULL = done

#endif
