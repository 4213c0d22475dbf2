// SPDX-License-Identifier: Apache-2.0
/*
 * Ties a mixer to a sink. While the card is away nothing sounds and nothing counts as heard: what
 * was under way is dropped, and whoever asked for it is told by `change`.
 */
#include "audio/card.h"

#include <stdlib.h>
#include <string.h>

#include "audio/config.h"

struct card {
    struct mixer *mixer;
    const struct sink_kind *kind;
    void *sink;
    struct card_events events;
    char fault[24];
    bool is_up;
};

static void on_up(void *context) {
    struct card *card = context;
    card->is_up = true;
    card->fault[0] = 0;
    card->events.change(card->events.context, card);
}

static void on_down(void *context, const char *fault) {
    struct card *card = context;
    bool same = !card->is_up && strcmp(card->fault, fault) == 0;
    mixer_reset(card->mixer);
    card->is_up = false;
    if (same || strlen(fault) >= sizeof card->fault)
        return;
    memcpy(card->fault, fault, strlen(fault) + 1);
    card->events.change(card->events.context, card);
}

static void on_fill(void *context, int16_t *frames, size_t count) {
    mixer_fill(((struct card *)context)->mixer, frames, count);
}

static void on_turn(void *context) {
    struct card *card = context;
    card->events.turn(card->events.context, card);
}

struct card *card_new(struct loop *loop, const struct sink_kind *kind,
                      const struct config_card *config, const struct card_events *events) {
    struct sink_options options = {config->pcm, config->channels, (uint32_t)config->buffer_ms};
    struct sink_events heard = {on_up, on_down, on_fill, on_turn, NULL};
    struct card *card = calloc(1, sizeof *card);
    if (!card)
        return NULL;
    heard.context = card;
    card->kind = kind;
    card->events = *events;
    card->mixer = mixer_new(config->channels);
    if (card->mixer)
        card->sink = kind->open(loop, &options, &heard);
    if (card->sink)
        return card;
    card_free(card);
    return NULL;
}

void card_free(struct card *card) {
    if (!card)
        return;
    card->kind->close(card->sink);
    mixer_free(card->mixer);
    free(card);
}

struct mixer *card_mixer(struct card *card) {
    return card->mixer;
}

uint64_t card_heard(const struct card *card) {
    uint64_t delay = card->kind->delay_frames(card->sink), position = mixer_position(card->mixer);
    return delay < position ? position - delay : 0;
}

bool card_is_up(const struct card *card) {
    return card->is_up;
}

const char *card_fault(const struct card *card) {
    return card->fault;
}
