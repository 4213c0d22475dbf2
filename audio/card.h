// SPDX-License-Identifier: Apache-2.0
/*
 * One sound card: a sink fed by a mixer. One owner a card, however many zones it carries.
 */
#ifndef JIAOHAO_AUDIO_CARD_H
#define JIAOHAO_AUDIO_CARD_H

#include <stdbool.h>
#include <stdint.h>

#include "audio/mixer.h"
#include "audio/sink.h"

struct card;
struct config_card;
struct loop;

struct card_events {
    void (*turn)(void *context, struct card *card);   // some more has been heard
    void (*change)(void *context, struct card *card); // up, down, or another fault
    void *context;
};

struct card *card_new(struct loop *loop, const struct sink_kind *kind,
                      const struct config_card *config, const struct card_events *events);
void card_free(struct card *card); // NULL is fine

struct mixer *card_mixer(struct card *card);
uint64_t card_heard(const struct card *card); // frames of the mixer that are over
bool card_is_up(const struct card *card);
const char *card_fault(const struct card *card); // a word for the bus, "" = none

#endif
