// SPDX-License-Identifier: Apache-2.0
/*
 * The waiting room of short-lived messages. A ring of owned texts in the order of asking: what was
 * published but not confirmed stays and is published again after a reconnect (readers drop it by
 * its seq or id); what nobody wants any more is dropped, never sent late.
 *
 * Invariant: slots from `first` to `last` are in use or done; a done slot at the head is freed at
 * once, so memory is bounded by QUEUE_MAX messages whatever the broker does.
 */
#include "daemon/tell/queue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/loop.h"

enum { SWEEP_MS = 1000 };

struct slot {
    char topic[ROOM_TOPIC_BYTES];
    char *text;       // NULL = done
    int64_t until_ms; // CLOCK_BOOTTIME
    uint64_t mark;
    bool under_way;
};

struct queue {
    struct tell_room *room;
    queue_over_fn *over;
    void *context;
    struct loop_timer *sweep;
    uint64_t first, next; // serial numbers; slot = serial % QUEUE_MAX
    struct slot slots[QUEUE_MAX];
};

static struct slot *slot_at(struct queue *queue, uint64_t serial) {
    return &queue->slots[serial % QUEUE_MAX];
}

static void slot_done(struct queue *queue, struct slot *slot) {
    free(slot->text);
    memset(slot, 0, sizeof *slot);
    while (queue->first < queue->next && !slot_at(queue, queue->first)->text)
        queue->first++;
}

static void slot_over(struct queue *queue, struct slot *slot) {
    uint64_t mark = slot->mark;
    slot_done(queue, slot);
    if (mark && queue->over)
        queue->over(queue->context, mark);
}

static int slot_send(struct queue *queue, uint64_t serial, int64_t left_ms) {
    struct slot *slot = slot_at(queue, serial);
    struct bus_publish message = {
        .topic = slot->topic,
        .payload = slot->text,
        .length = strlen(slot->text),
        .qos = 1,
        .expires_s = (uint32_t)((left_ms + 999) / 1000),
        .tag = serial | UINT64_C(1) << ROOM_QUEUE_TAG_BIT,
    };
    return room_publish(queue->room, &message);
}

// Publishes what waits, in order, until the link has enough; drops what is over.
static void flush(struct queue *queue) {
    int64_t now = loop_boot_ms();
    for (uint64_t serial = queue->first; serial < queue->next; serial++) {
        struct slot *slot = slot_at(queue, serial);
        int rc;
        if (!slot->text || slot->under_way)
            continue;
        if (slot->until_ms <= now) {
            slot_over(queue, slot);
            continue;
        }
        rc = slot_send(queue, serial, slot->until_ms - now);
        if (rc == -EAGAIN || rc == -ENOTCONN)
            return;
        if (rc) {
            log_warning("tell", "a message was too large for the broker");
            slot_over(queue, slot);
        } else {
            slot->under_way = true;
        }
    }
}

static void on_sweep(void *context) {
    struct queue *queue = context;
    flush(queue);
    if (queue->first < queue->next)
        loop_timer_set(queue->sweep, SWEEP_MS);
}

struct queue *queue_new(struct tell_room *room, queue_over_fn *over, void *context) {
    struct queue *queue = calloc(1, sizeof *queue);
    if (!queue)
        return NULL;
    queue->room = room;
    queue->over = over;
    queue->context = context;
    queue->sweep = loop_timer_new(room->house.loop, on_sweep, queue);
    if (queue->sweep)
        return queue;
    free(queue);
    return NULL;
}

void queue_free(struct queue *queue) {
    if (!queue)
        return;
    for (size_t i = 0; i < QUEUE_MAX; i++)
        free(queue->slots[i].text);
    loop_timer_free(queue->sweep);
    free(queue);
}

void queue_put(struct queue *queue, const char *below, json_t *payload, int64_t lasts_ms,
               uint64_t mark) {
    struct slot *slot;
    char *text = room_text(payload);
    if (!text || lasts_ms <= 0) {
        free(text);
        return;
    }
    if (queue->next - queue->first == QUEUE_MAX) {
        log_warning("tell", "too many messages wait for the broker: the oldest is dropped");
        slot_over(queue, slot_at(queue, queue->first));
    }
    slot = slot_at(queue, queue->next++);
    room_topic(queue->room, below, slot->topic);
    slot->text = text;
    slot->until_ms = loop_boot_ms() + lasts_ms;
    slot->mark = mark;
    flush(queue);
    loop_timer_set(queue->sweep, SWEEP_MS);
}

void queue_up(struct queue *queue) {
    flush(queue);
}

void queue_down(struct queue *queue) {
    for (size_t i = 0; i < QUEUE_MAX; i++)
        queue->slots[i].under_way = false;
}

void queue_sent(struct queue *queue, uint64_t tag) {
    uint64_t serial = tag & ~(UINT64_C(1) << ROOM_QUEUE_TAG_BIT);
    if (serial != tag && serial >= queue->first && serial < queue->next &&
        slot_at(queue, serial)->under_way)
        slot_done(queue, slot_at(queue, serial));
    flush(queue);
}
