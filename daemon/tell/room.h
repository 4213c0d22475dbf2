// SPDX-License-Identifier: Apache-2.0
/*
 * What the files of this room share: the house, the link, the prefix of all topics and the figures.
 * Tags of the link say whose message the broker has: events by their seq, all else above it.
 */
#ifndef JIAOHAO_TELL_ROOM_H
#define JIAOHAO_TELL_ROOM_H

#include <jansson.h>

#include "common/bus.h"
#include "daemon/tell/tell.h"
#include "daemon/wire/wire.h"

enum { ROOM_TOPIC_BYTES = 160, ROOM_STATE_TAG_BIT = 62, ROOM_QUEUE_TAG_BIT = 63 };

struct tell_room {
    struct tell_house house;
    struct bus *bus; // NULL until the hall has a plan, and without a broker
    char prefix[48]; // "jiaohao/quzhou/"
    struct tell_figures figures;
};

// prefix + "event/ticket/called"
void room_topic(const struct tell_room *room, const char *below, char out[ROOM_TOPIC_BYTES]);
// Where and when views are made: settled, now.
void room_place(const struct tell_room *room, struct wire_place *place);
// Compact text of a JSON value (taken, may be NULL), owned by the caller; NULL without memory.
char *room_text(json_t *value);
// bus_publish, counted; -ENOTCONN without a link.
int room_publish(struct tell_room *room, const struct bus_publish *message);

#endif
