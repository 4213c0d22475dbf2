// SPDX-License-Identifier: Apache-2.0
/*
 * A batch in the making: three growing lists and nothing clever. Memory is kept from one commit to
 * the next. The events' addresses are stable from the moment the batch goes to the journal.
 *
 * Invariant: who waits stands in the order of asking. Must not: decide or answer.
 */
#include "daemon/gathering.h"

#include <errno.h>
#include <stdlib.h>

void gathering_begin(struct gathering *gathering) {
    gathering->first = NULL;
    gathering->end = &gathering->first;
}

void gathering_free(struct gathering *gathering) {
    free(gathering->events);
    free(gathering->rows);
}

void gathering_clear(struct gathering *gathering) {
    gathering->event_count = 0;
    gathering->row_count = 0;
}

bool gathering_writes(const struct gathering *gathering) {
    return gathering->event_count > 0 || gathering->row_count > 0;
}

static int grow(void **list, size_t *room, size_t wanted, size_t each) {
    void *bigger;
    if (wanted <= *room)
        return 0;
    wanted += wanted / 2;
    bigger = realloc(*list, wanted * each);
    if (!bigger)
        return -ENOMEM;
    *list = bigger;
    *room = wanted;
    return 0;
}

int gathering_room(struct gathering *gathering, size_t events, size_t rows) {
    int rc = grow((void **)&gathering->events, &gathering->event_room,
                  gathering->event_count + events, sizeof *gathering->events);
    return rc ? rc
              : grow((void **)&gathering->rows, &gathering->row_room, gathering->row_count + rows,
                     sizeof *gathering->rows);
}

void gathering_add(struct gathering *gathering, struct waiting *waiting) {
    waiting->next = NULL;
    *gathering->end = waiting;
    gathering->end = &waiting->next;
    gathering->waiting++;
}

struct waiting *gathering_take(struct gathering *gathering) {
    struct waiting *waiting = gathering->first;
    if (!waiting)
        return NULL;
    gathering->first = waiting->next;
    if (!gathering->first)
        gathering->end = &gathering->first;
    gathering->waiting--;
    return waiting;
}
