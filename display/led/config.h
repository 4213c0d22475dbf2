// SPDX-License-Identifier: Apache-2.0
/*
 * The section `display` of jiaohao.yaml.
 */
#ifndef JIAOHAO_DISPLAY_LED_CONFIG_H
#define JIAOHAO_DISPLAY_LED_CONFIG_H

#include <stdint.h>
#include <stdio.h>

#include "common/machine.h"
#include "common/port.h"

enum { CONFIG_BOARDS_MAX = 64, CONFIG_CODE_BYTES = 32, CONFIG_IDLE_BYTES = 96 };
enum { LANGUAGE_ZH = 1, LANGUAGE_EN = 2 };

struct config_board {
    char name[32]; // of the device in hall.yaml, and of its account
    char port[PORT_URL_BYTES];
    uint32_t driver;
    uint32_t window; // a strip for this window, or 0:
    char zone[16];   // a board of this zone's last calls
    uint32_t width, height, rows, font, number_height;
    uint32_t languages; // LANGUAGE_…
    uint32_t blink, speed;
    char idle[CONFIG_IDLE_BYTES];
    char number_code[CONFIG_CODE_BYTES], text_code[CONFIG_CODE_BYTES]; // the card's own, \FO001
};

struct config {
    struct machine machine;
    int64_t stale_after_ms;
    uint32_t board_count;
    struct config_board boards[CONFIG_BOARDS_MAX];
};

// The number of faults, all printed to out.
int config_read(const char *path, struct config *config, FILE *out);
void config_print_keys(FILE *out); // for the man page

#endif
