// SPDX-License-Identifier: Apache-2.0
/*
 * The room's door: opens the link once the hall has a plan (the plan names the prefix), hands what
 * is settled to those who tell it, and what the link brings to those who read it. Only wiring.
 *
 * Invariant: everything here hears of events that are durable, in order. Without a broker the hall
 * works on; only nobody is told.
 */
#include "daemon/tell/tell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "daemon/pipeline.h"
#include "daemon/tell/calls.h"
#include "daemon/tell/delivery.h"
#include "daemon/tell/forget.h"
#include "daemon/tell/inbox.h"
#include "daemon/tell/outbox.h"
#include "daemon/tell/queue.h"
#include "daemon/tell/room.h"
#include "daemon/tell/state.h"

enum { PASSWORD_BYTES = 128 };

struct tell {
    struct tell_room room;
    struct queue *queue;
    struct outbox *outbox;
    struct state *state;
    struct inbox *inbox;
    struct deliveries *deliveries;
    struct forget *forget;
};

// --- the link
// --------------------------------------------------------------------------------------

static void on_up(void *context) {
    struct tell *tell = context;
    tell->room.figures.resumed++;
    queue_up(tell->queue);
    outbox_up(tell->outbox);
    state_up(tell->state);
}

static void on_down(void *context) {
    struct tell *tell = context;
    queue_down(tell->queue);
    outbox_down(tell->outbox);
    state_down(tell->state);
}

static void on_message(void *context, const struct bus_message *message) {
    struct tell *tell = context;
    inbox_message(tell->inbox, message);
}

static void on_sent(void *context, uint64_t tag) {
    struct tell *tell = context;
    queue_sent(tell->queue, tag); // calls before the log: people wait for them
    outbox_sent(tell->outbox, tag);
}

static void read_password(const char *path, char out[PASSWORD_BYTES]) {
    FILE *file = fopen(path, "re");
    if (!file || !fgets(out, PASSWORD_BYTES, file)) {
        log_error("tell", "%s: no password for the broker: %s", path, strerror(errno));
        out[0] = 0;
    }
    out[strcspn(out, "\r\n")] = 0;
    if (file)
        fclose(file);
}

static int subscribe(struct tell *tell) {
    static const char *const filters[] = {"command/+", "ack/+", "device/+"};
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        char topic[ROOM_TOPIC_BYTES];
        int rc;
        room_topic(&tell->room, filters[i], topic);
        rc = bus_subscribe(tell->room.bus, topic, 1);
        if (rc)
            return rc;
    }
    return 0;
}

static int open_link(struct tell *tell) {
    const struct config_broker *broker = &tell->room.house.config->broker;
    const struct hall *hall = pipeline_settled(tell->room.house.pipeline);
    struct bus_events events = {on_up, on_down, on_message, on_sent, tell};
    char password[PASSWORD_BYTES], topic[ROOM_TOPIC_BYTES];
    struct bus_options options = {
        .address = broker->address,
        .port = (uint16_t)broker->port,
        .account = broker->account,
        .password = password,
        .will_topic = topic,
        .clean = false, // presses and acknowledgements of a short absence are kept by the broker
    };
    char *will;
    snprintf(tell->room.prefix, sizeof tell->room.prefix, "jiaohao/%s/", hall->plan.code);
    room_topic(&tell->room, "state/hall", topic);
    will = state_hall_text(&tell->room, false);
    if (!will)
        return -ENOMEM;
    options.will_payload = will;
    read_password(broker->password_file, password);
    tell->room.bus = bus_new(tell->room.house.loop, &options, &events);
    free(will);
    explicit_bzero(password, sizeof password);
    return tell->room.bus ? subscribe(tell) : -EINVAL;
}

// --- what is settled
// -------------------------------------------------------------------------------

static void on_told(void *context, const struct hall *settled, const struct event *events,
                    size_t count) {
    struct tell *tell = context;
    if (!tell->room.bus && settled->plan.code[0] && tell->room.house.config->broker.port &&
        open_link(tell))
        log_error("tell", "the link to the broker cannot be opened");
    for (size_t i = 0; i < count; i++) {
        calls_told(&tell->room, tell->queue, &events[i]);
        prints_told(&tell->room, tell->queue, &events[i]);
        state_told(tell->state, &events[i]);
        deliveries_told(tell->deliveries, settled, &events[i]);
        forget_told(tell->forget, settled, &events[i]);
    }
    outbox_told(tell->outbox, events, count);
}

static void on_over(void *context, uint64_t mark) {
    struct tell *tell = context;
    inbox_print_lost(tell->inbox, mark);
}

// --- making and freeing
// ----------------------------------------------------------------------------

int tell_new(struct tell **out, const struct tell_house *house) {
    struct tell *tell = calloc(1, sizeof *tell);
    int rc = -ENOMEM;
    if (!tell)
        return -ENOMEM;
    tell->room.house = *house;
    tell->queue = queue_new(&tell->room, on_over, tell);
    tell->outbox = outbox_new(&tell->room);
    tell->state = state_new(&tell->room);
    tell->inbox = tell->queue ? inbox_new(&tell->room, tell->queue) : NULL;
    tell->deliveries = deliveries_new(&tell->room);
    tell->forget = forget_new(&tell->room);
    if (tell->queue && tell->outbox && tell->state && tell->inbox && tell->deliveries &&
        tell->forget)
        rc = pipeline_listen(house->pipeline, on_told, tell);
    if (!rc && pipeline_settled(house->pipeline)->plan.code[0] && house->config->broker.port)
        rc = open_link(tell);
    if (rc) {
        tell_free(tell);
        return rc;
    }
    *out = tell;
    return 0;
}

void tell_free(struct tell *tell) {
    if (!tell)
        return;
    pipeline_unlisten(tell->room.house.pipeline, on_told, tell);
    deliveries_free(tell->deliveries);
    forget_free(tell->forget);
    inbox_free(tell->inbox);
    outbox_free(tell->outbox);
    state_free(tell->state);
    bus_free(tell->room.bus);
    queue_free(tell->queue);
    free(tell);
}

void tell_figures(const struct tell *tell, struct tell_figures *out) {
    *out = tell->room.figures;
    out->up = tell->room.bus && bus_is_up(tell->room.bus);
}
