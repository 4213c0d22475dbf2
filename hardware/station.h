// SPDX-License-Identifier: Apache-2.0
/*
 * A pad or keypad on the broker, under its own account: one command under way at a time, repeated
 * with the same id until it is answered, and the window's messages.
 */
#ifndef JIAOHAO_HARDWARE_STATION_H
#define JIAOHAO_HARDWARE_STATION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/loop.h"
#include "common/machine.h"
#include "hardware/keep.h"

struct station;

struct hardware { // what all devices of this program share; outlives them
    struct loop *loop;
    const struct machine *machine;
    const struct keep *keep;
    uint32_t start;     // number of this start of the program
    uint32_t next_link; // links are numbered, so that ids differ after a reload too
};

enum { STATION_SILENT = 999 }; // code of a command that nobody answered

struct station_events { // on the loop; bodies are borrowed
    void (*reply)(void *context, unsigned code, const json_t *body); // code 0 = done
    void (*message)(void *context, const char *below, const json_t *body);
    void *context;
};

// kind is "pad" or "keypad"; name is borrowed. NULL with the reason logged.
struct station *station_new(struct hardware *hardware, const char *name, const char *kind,
                            const struct station_events *events);
void station_free(struct station *station); // NULL is fine
int station_subscribe(struct station *station, const char *below);
bool station_is_busy(const struct station *station);

// Sends the command (its id is added) and repeats it until there is a reply, or for lasts_ms; 0 =
// for ever. pressed_ms (wall clock) is told as age_ms; 0 = not. Takes body. -EBUSY while another is
// under way.
int station_ask(struct station *station, json_t *body, int64_t lasts_ms, int64_t pressed_ms);
// What is wrong with the device: words with commas between, "" = nothing. Told again at connecting.
void station_faults(struct station *station, const char *words);

#endif
