// SPDX-License-Identifier: Apache-2.0
/*
 * All cards and speakers of this machine, as one reading of the settings has them. A reload makes a
 * new station; nothing is changed in place.
 */
#ifndef JIAOHAO_AUDIO_STATION_H
#define JIAOHAO_AUDIO_STATION_H

#include <stdbool.h>

#include "audio/sink.h"

struct config;
struct loop;
struct station;
struct voices;

// Opens cards and links speakers. Config and voices are borrowed until station_free. NULL with the
// reason logged.
struct station *station_new(struct loop *loop, const struct sink_kind *kind,
                            const struct config *config, const struct voices *voices);
void station_free(struct station *station); // NULL is fine

bool station_is_idle(const struct station *station); // nobody speaks and nothing waits

#endif
