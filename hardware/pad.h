// SPDX-License-Identifier: Apache-2.0
/*
 * A call pad: keys become verbs of its window, the window's number and waiting count stand on its
 * six digits, a refusal shows its code for three seconds and beeps.
 */
#ifndef JIAOHAO_HARDWARE_PAD_H
#define JIAOHAO_HARDWARE_PAD_H

#include "hardware/config.h"
#include "hardware/line.h"
#include "hardware/session.h"
#include "hardware/station.h"

struct pad;

struct pad_place { // borrowed
    struct hardware *hardware;
    struct line *line;
    struct sessions *sessions;
};

// NULL with the reason logged. The config is borrowed.
struct pad *pad_new(const struct pad_place *place, const struct config_pad *config);
void pad_free(struct pad *pad); // NULL is fine

#endif
