// SPDX-License-Identifier: Apache-2.0
/*
 * One board device: its account on the broker, its view of the hall, its card.
 */
#ifndef JIAOHAO_DISPLAY_LED_BOARD_H
#define JIAOHAO_DISPLAY_LED_BOARD_H

#include "display/led/config.h"

struct board;
struct loop;

// NULL with the reason logged. The machine is borrowed, the board's settings are copied.
struct board *board_new(struct loop *loop, const struct machine *machine,
                        const struct config_board *config, int64_t stale_after_ms);
void board_free(struct board *board); // NULL is fine
const struct config_board *board_config(const struct board *board);

#endif
