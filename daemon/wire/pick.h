// SPDX-License-Identifier: Apache-2.0
/*
 * The first few of many tickets in an order of their own, kept sorted while they are offered:
 * queues by effective time, lists of missed and parked by how lately. No allocation.
 */
#ifndef JIAOHAO_WIRE_PICK_H
#define JIAOHAO_WIRE_PICK_H

#include <stdbool.h>

#include "daemon/hall/hall.h"

enum { PICK_MAX = 50 };

struct pick {
    uint32_t count, room; // room <= PICK_MAX: more are dropped from the end
    struct {
        int64_t by_ms; // smallest first
        uint64_t then; // smallest first among equals
        int32_t ticket;
    } at[PICK_MAX];
};

// False if it came too late in the order to be kept.
bool pick_offer(struct pick *pick, int32_t ticket, int64_t by_ms, uint64_t then);
// Offers a waiting ticket by effective time.
bool pick_waiting(struct pick *pick, const struct hall *hall, int32_t ticket);
// Offers the first of all lines of a service.
void pick_service(struct pick *pick, const struct hall *hall, uint16_t service);
// Offers all who wait for this window only.
void pick_own(struct pick *pick, const struct hall *hall, uint16_t window);

#endif
