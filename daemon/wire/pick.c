// SPDX-License-Identifier: Apache-2.0
/*
 * The first few of many tickets: an insertion into a short sorted array.
 *
 * A line hands out its tickets in order, so looking stops at the first that is not kept: a view of
 * a hall with ten thousand tickets costs as much as one with fifty. Whatever is offered,
 * at[0..count) is sorted and no longer than room.
 */
#include "daemon/wire/pick.h"

#include <string.h>

static bool sooner(const struct pick *pick, uint32_t place, int64_t by_ms, uint64_t then) {
    if (pick->at[place].by_ms != by_ms)
        return by_ms < pick->at[place].by_ms;
    return then < pick->at[place].then;
}

bool pick_offer(struct pick *pick, int32_t ticket, int64_t by_ms, uint64_t then) {
    uint32_t place = pick->count;
    while (place > 0 && sooner(pick, place - 1, by_ms, then))
        place--;
    if (place >= pick->room)
        return false;
    if (pick->count < pick->room)
        pick->count++;
    memmove(&pick->at[place + 1], &pick->at[place], (pick->count - 1 - place) * sizeof pick->at[0]);
    pick->at[place].by_ms = by_ms;
    pick->at[place].then = then;
    pick->at[place].ticket = ticket;
    return true;
}

bool pick_waiting(struct pick *pick, const struct hall *hall, int32_t ticket) {
    const struct ticket *one = &hall->tickets[ticket];
    return pick_offer(pick, ticket, one->effective_ms, one->placed);
}

void pick_service(struct pick *pick, const struct hall *hall, uint16_t service) {
    int32_t line[PICK_MAX];
    for (uint8_t klass = 0; klass < hall->plan.class_count; klass++) {
        uint32_t count = hall_line_first(hall, service, klass, line, pick->room);
        for (uint32_t at = 0; at < count; at++) {
            if (!pick_waiting(pick, hall, line[at]))
                break;
        }
    }
}

// Depth is that of a treap: its priorities are random, whatever the order of its tickets.
static void pick_tree(struct pick *pick, const struct hall *hall,
                      int32_t root) { // NOLINT(misc-no-recursion)
    if (root == HALL_NONE)
        return;
    pick_tree(pick, hall, hall->tickets[root].left);
    if (pick_waiting(pick, hall, root))
        pick_tree(pick, hall, hall->tickets[root].right);
}

void pick_own(struct pick *pick, const struct hall *hall, uint16_t window) {
    pick_tree(pick, hall, hall->own[window].root);
}
