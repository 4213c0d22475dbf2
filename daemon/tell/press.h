// SPDX-License-Identifier: Apache-2.0
/*
 * A press on a pad or a rating keypad, from command/{device} to reply/{device}.
 */
#ifndef JIAOHAO_TELL_PRESS_H
#define JIAOHAO_TELL_PRESS_H

#include "daemon/tell/device.h"
#include "daemon/tell/queue.h"

struct presses; // those whose answer is still to come

struct press_said { // borrowed for the call
    const struct plan_device *plan;
    struct device *device;
    const json_t *body;
    const struct bus_message *message;
};

struct presses *presses_new(struct tell_room *room, struct queue *queue);
void presses_free(struct presses *presses); // answers still to come go nowhere; NULL is fine

// Does what was pressed and replies, now or when it is durable. -EINVAL + fault if it made no sense
// (replied to if it had an id), else 0.
int presses_take(struct presses *presses, const struct press_said *said, struct wire_fault *fault);

#endif
