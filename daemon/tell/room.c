// SPDX-License-Identifier: Apache-2.0
/*
 * Small things that every file of this room does: topics, views and publishing. Holds nothing.
 */
#include "daemon/tell/room.h"

#include <errno.h>
#include <stdio.h>

#include "daemon/pipeline.h"

void room_topic(const struct tell_room *room, const char *below, char out[ROOM_TOPIC_BYTES]) {
    snprintf(out, ROOM_TOPIC_BYTES, "%s%s", room->prefix, below);
}

void room_place(const struct tell_room *room, struct wire_place *place) {
    const char *why = "";
    *place = (struct wire_place){
        .hall = pipeline_settled(room->house.pipeline),
        .now_ms = pipeline_now(room->house.pipeline).hall_ms,
        .public_url = room->house.config->public_url,
        .online = true,
        .stuck = pipeline_is_stuck(room->house.pipeline, &why),
        .messages = room->house.config->hooks.sms[0] != 0,
    };
}

char *room_text(json_t *value) {
    char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;
    json_decref(value);
    return text;
}

int room_publish(struct tell_room *room, const struct bus_publish *message) {
    int rc = room->bus ? bus_publish(room->bus, message) : -ENOTCONN;
    if (!rc)
        room->figures.published++;
    return rc;
}
