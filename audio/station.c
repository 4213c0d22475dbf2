// SPDX-License-Identifier: Apache-2.0
/*
 * Who may speak now. Each card turns every 10 ms; then its speakers end what has been heard and
 * begin what is due. Speakers of one group hear each other: there only the one whose call is the
 * oldest begins, and only while none of the others speaks.
 */
#include "audio/station.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "audio/card.h"
#include "audio/config.h"
#include "audio/speaker.h"
#include "common/log.h"
#include "common/loop.h"

enum { LOOK_MS = 500 }; // calls go stale also while no card turns

struct station {
    struct loop_timer *look;
    struct card *cards[CONFIG_CARDS_MAX];
    struct speaker *speakers[CONFIG_SPEAKERS_MAX];
    uint32_t card_count, speaker_count;
};

static bool same_group(const struct speaker *a, const struct speaker *b) {
    return speaker_group(a)[0] && strcmp(speaker_group(a), speaker_group(b)) == 0;
}

static bool may_begin(const struct station *station, uint32_t place, int64_t now_ms) {
    const struct speaker *one = station->speakers[place];
    int64_t due = speaker_due(one, now_ms), others;
    if (due == INT64_MAX)
        return false;
    for (uint32_t i = 0; i < station->speaker_count; i++) {
        const struct speaker *other = station->speakers[i];
        if (i == place || !same_group(one, other))
            continue;
        others = speaker_due(other, now_ms);
        if (speaker_speaks(other))
            return false;
        if (card_is_up(speaker_card(other)) && (others < due || (others == due && i < place)))
            return false;
    }
    return true;
}

static void on_turn(void *context, struct card *card) {
    struct station *station = context;
    int64_t now_ms = loop_boot_ms();
    for (uint32_t i = 0; i < station->speaker_count; i++)
        if (speaker_card(station->speakers[i]) == card)
            speaker_settle(station->speakers[i], now_ms);
    for (uint32_t i = 0; i < station->speaker_count; i++)
        if (speaker_card(station->speakers[i]) == card && may_begin(station, i, now_ms))
            speaker_begin(station->speakers[i], now_ms);
}

static void on_change(void *context, struct card *card) {
    struct station *station = context;
    for (uint32_t i = 0; i < station->speaker_count; i++)
        if (speaker_card(station->speakers[i]) == card)
            speaker_card_changed(station->speakers[i]);
}

static void on_look(void *context) {
    struct station *station = context;
    loop_timer_set(station->look, LOOK_MS);
    for (uint32_t i = 0; i < station->speaker_count; i++)
        if (!card_is_up(speaker_card(station->speakers[i])))
            speaker_settle(station->speakers[i], loop_boot_ms());
}

bool station_is_idle(const struct station *station) {
    for (uint32_t i = 0; i < station->speaker_count; i++)
        if (!speaker_is_idle(station->speakers[i]))
            return false;
    return true;
}

// --- made and ended ----------------------------------------------------------------------------

static int open_cards(struct station *station, struct loop *loop, const struct sink_kind *kind,
                      const struct config *config) {
    struct card_events events = {on_turn, on_change, station};
    for (uint32_t i = 0; i < config->card_count; i++) {
        station->cards[i] = card_new(loop, kind, &config->cards[i], &events);
        if (!station->cards[i])
            return -1;
        station->card_count++;
    }
    return 0;
}

static int link_speakers(struct station *station, struct loop *loop, const struct config *config,
                         const struct voices *voices) {
    struct speaker_room room = {loop, &config->machine, voices, NULL, NULL};
    for (uint32_t i = 0; i < config->speaker_count; i++) {
        room.config = &config->speakers[i];
        room.card = station->cards[room.config->card];
        station->speakers[i] = speaker_new(&room);
        if (!station->speakers[i])
            return -1;
        station->speaker_count++;
    }
    return 0;
}

struct station *station_new(struct loop *loop, const struct sink_kind *kind,
                            const struct config *config, const struct voices *voices) {
    struct station *station = calloc(1, sizeof *station);
    if (!station)
        return NULL;
    station->look = loop_timer_new(loop, on_look, station);
    if (!station->look || open_cards(station, loop, kind, config) ||
        link_speakers(station, loop, config, voices)) {
        station_free(station);
        return NULL;
    }
    if (config->speaker_count == 0)
        log_warning("audio", "no speakers in the settings: nothing will be spoken");
    loop_timer_set(station->look, LOOK_MS);
    return station;
}

void station_free(struct station *station) {
    if (!station)
        return;
    for (uint32_t i = 0; i < station->speaker_count; i++)
        speaker_free(station->speakers[i]);
    for (uint32_t i = 0; i < station->card_count; i++)
        card_free(station->cards[i]);
    loop_timer_free(station->look);
    free(station);
}
