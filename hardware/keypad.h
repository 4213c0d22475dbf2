// SPDX-License-Identifier: Apache-2.0
/*
 * A rating keypad: asked by the hall, pressed by the citizen. A press belongs to the rating that
 * was asked when it was pressed, however late it can be delivered.
 */
#ifndef JIAOHAO_HARDWARE_KEYPAD_H
#define JIAOHAO_HARDWARE_KEYPAD_H

#include "hardware/config.h"
#include "hardware/line.h"
#include "hardware/station.h"

struct keypad;

// NULL with the reason logged. The config is borrowed.
struct keypad *keypad_new(struct hardware *hardware, struct line *line,
                          const struct config_keypad *config);
void keypad_free(struct keypad *keypad); // NULL is fine

#endif
