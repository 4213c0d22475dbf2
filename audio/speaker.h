// SPDX-License-Identifier: Apache-2.0
/*
 * One speaker device of the hall: its account on the broker, the queue of its zone, its track on a
 * card. It hears call/{zone}, speaks, and acknowledges on ack/{name} when it has been heard.
 */
#ifndef JIAOHAO_AUDIO_SPEAKER_H
#define JIAOHAO_AUDIO_SPEAKER_H

#include <stdbool.h>
#include <stdint.h>

struct card;
struct config_speaker;
struct loop;
struct machine;
struct speaker;
struct voices;

struct speaker_room { // all borrowed until speaker_free
    struct loop *loop;
    const struct machine *machine;
    const struct voices *voices;
    struct card *card;
    const struct config_speaker *config;
};

// Links to the broker. NULL with the reason logged.
struct speaker *speaker_new(const struct speaker_room *room);
void speaker_free(struct speaker *speaker); // NULL is fine

const struct card *speaker_card(const struct speaker *speaker);
const char *speaker_group(const struct speaker *speaker);
bool speaker_speaks(const struct speaker *speaker);
bool speaker_is_idle(const struct speaker *speaker); // nothing spoken, nothing waiting
// When its next call was made; INT64_MAX if there is none to be spoken now.
int64_t speaker_due(const struct speaker *speaker, int64_t now_ms);

void speaker_settle(struct speaker *speaker,
                    int64_t now_ms);                         // drops what is stale, ends what ended
void speaker_begin(struct speaker *speaker, int64_t now_ms); // starts what is due
void speaker_card_changed(struct speaker *speaker);          // up, down, or another fault

#endif
