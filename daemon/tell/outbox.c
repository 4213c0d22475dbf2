// SPDX-License-Identifier: Apache-2.0
/*
 * The outbox of the log. A window of rendered messages slides along the log: its left end is the
 * cursor (the broker has everything up to there), its right end grows by what is told live or, when
 * the broker was away for longer than the window is wide, by pages read from the journal.
 *
 * Invariant: shelf[] holds the seqs cursor+1 … shelf_end without a gap, at most SHELF of them, so
 * memory does not grow while the broker is away. At most SENDING are under way, which leaves half
 * of the link to calls and replies. The cursor is saved lazily: after a crash some events are told
 * again, none is left out. Must not touch what only staff may see.
 */
#include "daemon/tell/outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/loop.h"
#include "daemon/journal/journal.h"
#include "daemon/pipeline.h"

enum { SHELF = 256, SENDING = BUS_INFLIGHT_MAX / 2, SAVE_MS = 1000, RETRY_MS = 1000 };

static const char reader[] = "mqtt";

struct shelved {    // one event, rendered
    char topic[64]; // below the prefix
    char *text;     // NULL = could not be rendered: skipped
};

struct outbox {
    struct tell_room *room;
    struct loop_timer *save, *retry;
    uint64_t cursor;    // the broker has all up to here
    uint64_t next;      // the next to publish
    uint64_t shelf_end; // last seq on the shelf
    uint64_t head;      // last seq settled
    uint64_t saved;
    uint64_t has; // bit i: the broker has cursor + 1 + i
    bool up;
    struct reading *reading; // under way, NULL = none
    struct shelved shelf[SHELF];
};

struct reading {           // owned by the page that is to come
    struct outbox *outbox; // NULL = freed meanwhile
};

static struct shelved *shelved_at(struct outbox *outbox, uint64_t seq) {
    return &outbox->shelf[seq % SHELF];
}

static uint32_t under_way(const struct outbox *outbox) {
    return (uint32_t)(outbox->next - outbox->cursor - 1) -
           (uint32_t)__builtin_popcountll(outbox->has);
}

static void unshelve(struct shelved *shelved) {
    free(shelved->text);
    shelved->text = NULL;
}

// --- the right end
// ---------------------------------------------------------------------------------

// Takes the event onto the shelf if it is the next one and there is room.
static bool shelve(struct outbox *outbox, const struct event *event) {
    struct shelved *shelved = shelved_at(outbox, event->seq);
    if (event->seq != outbox->shelf_end + 1 || event->seq - outbox->cursor > SHELF)
        return false;
    wire_event_topic(event, shelved->topic);
    shelved->text = room_text(wire_event(event, SEEN_BY_ALL));
    if (!shelved->text)
        return false;
    outbox->shelf_end = event->seq;
    return true;
}

static void pump(struct outbox *outbox);

// The journal no longer has what comes next: readers see the gap in the seqs and ask the API.
static void skip_to(struct outbox *outbox, uint64_t seq) {
    log_warning("tell", "events %llu to %llu are in no database any more: not told",
                (unsigned long long)outbox->shelf_end + 1, (unsigned long long)seq);
    for (size_t i = 0; i < SHELF; i++)
        unshelve(&outbox->shelf[i]);
    outbox->cursor = outbox->shelf_end = seq;
    outbox->next = seq + 1;
    outbox->has = 0;
}

static void take_page(struct outbox *outbox, const struct journal_page *page) {
    if (page->count && page->events[0].seq > outbox->shelf_end + 1 && under_way(outbox) == 0 &&
        outbox->cursor == outbox->shelf_end)
        skip_to(outbox, page->events[0].seq - 1);
    for (size_t i = 0; i < page->count; i++)
        if (!shelve(outbox, &page->events[i]))
            return;
}

static void on_page(void *context, const struct journal_page *page) {
    struct reading *reading = context;
    struct outbox *outbox = reading->outbox;
    uint64_t before;
    free(reading);
    if (!outbox)
        return;
    outbox->reading = NULL;
    before = outbox->shelf_end;
    if (!page->error)
        take_page(outbox, page);
    if (outbox->shelf_end > before) {
        pump(outbox);
        return;
    }
    log_warning("tell", "no events after %llu could be read: %s", (unsigned long long)before,
                page->error ? strerror(-page->error) : "none there");
    loop_timer_set(outbox->retry, RETRY_MS);
}

static void read_on(struct outbox *outbox) {
    struct reading *reading;
    size_t free_places = SHELF - (size_t)(outbox->shelf_end - outbox->cursor);
    if (outbox->reading || outbox->shelf_end >= outbox->head || free_places < SHELF / 2)
        return;
    reading = malloc(sizeof *reading);
    if (!reading)
        return;
    reading->outbox = outbox;
    if (journal_read(outbox->room->house.journal, outbox->shelf_end, free_places, on_page,
                     reading)) {
        free(reading);
        loop_timer_set(outbox->retry, RETRY_MS);
        return;
    }
    outbox->reading = reading;
}

// --- the left end
// ----------------------------------------------------------------------------------

static void save(struct outbox *outbox) {
    struct row row = {.kind = ROW_CURSOR, .u.cursor.seq = outbox->cursor};
    struct pipeline_ask ask = {.command.kind = COMMAND_NONE, .rows = &row, .row_count = 1};
    if (outbox->cursor == outbox->saved)
        return;
    memcpy(row.u.cursor.reader, reader, sizeof reader);
    outbox->saved = outbox->cursor; // if it fails, some events are told twice after a crash
    pipeline_ask(outbox->room->house.pipeline, &ask);
}

static void on_save(void *context) {
    struct outbox *outbox = context;
    save(outbox);
    loop_timer_set(outbox->save, SAVE_MS);
}

static void advance(struct outbox *outbox) {
    while (outbox->has & 1) {
        outbox->has >>= 1;
        outbox->cursor++;
        unshelve(shelved_at(outbox, outbox->cursor));
    }
    outbox->room->figures.cursor = outbox->cursor;
}

static int publish(struct outbox *outbox, uint64_t seq) {
    struct shelved *shelved = shelved_at(outbox, seq);
    char topic[ROOM_TOPIC_BYTES];
    struct bus_publish message = {.topic = topic, .payload = shelved->text, .qos = 1, .tag = seq};
    message.length = strlen(shelved->text);
    room_topic(outbox->room, shelved->topic, topic);
    return room_publish(outbox->room, &message);
}

static void pump(struct outbox *outbox) {
    while (outbox->up && outbox->next <= outbox->shelf_end && under_way(outbox) < SENDING &&
           outbox->next - outbox->cursor <= 64) {
        int rc = publish(outbox, outbox->next);
        if (rc == -EAGAIN || rc == -ENOTCONN)
            break; // goes on with the next `sent` or `up`
        if (rc) {
            log_error("tell", "event %llu cannot be told: %s", (unsigned long long)outbox->next,
                      strerror(-rc));
            outbox->has |= UINT64_C(1) << (outbox->next - outbox->cursor - 1);
        }
        outbox->next++;
        advance(outbox);
    }
    if (outbox->up)
        read_on(outbox);
}

static void on_retry(void *context) {
    pump(context);
}

// --- the public side
// -------------------------------------------------------------------------------

static void cursor_row(void *context, const struct row *row) {
    struct outbox *outbox = context;
    if (row->kind == ROW_CURSOR && strcmp(row->u.cursor.reader, reader) == 0)
        outbox->cursor = row->u.cursor.seq;
}

struct outbox *outbox_new(struct tell_room *room) {
    struct outbox *outbox = calloc(1, sizeof *outbox);
    if (!outbox)
        return NULL;
    outbox->room = room;
    outbox->save = loop_timer_new(room->house.loop, on_save, outbox);
    outbox->retry = loop_timer_new(room->house.loop, on_retry, outbox);
    if (!outbox->save || !outbox->retry ||
        journal_rows(room->house.journal, ROW_CURSOR, cursor_row, outbox)) {
        log_error("tell", "the outbox cannot start: no memory, or its cursor cannot be read");
        outbox_free(outbox);
        return NULL;
    }
    outbox->head = journal_last_seq(room->house.journal);
    if (outbox->cursor > outbox->head) // a restored backup is younger than what was told
        outbox->cursor = outbox->head;
    outbox->saved = outbox->shelf_end = room->figures.cursor = outbox->cursor;
    outbox->next = outbox->cursor + 1;
    loop_timer_set(outbox->save, SAVE_MS);
    return outbox;
}

void outbox_free(struct outbox *outbox) {
    if (!outbox)
        return;
    save(outbox);
    if (outbox->reading)
        outbox->reading->outbox = NULL;
    loop_timer_free(outbox->save);
    loop_timer_free(outbox->retry);
    for (size_t i = 0; i < SHELF; i++)
        unshelve(&outbox->shelf[i]);
    free(outbox);
}

void outbox_told(struct outbox *outbox, const struct event *events, size_t count) {
    for (size_t i = 0; i < count; i++) {
        outbox->head = events[i].seq;
        shelve(outbox, &events[i]);
    }
    pump(outbox);
}

void outbox_up(struct outbox *outbox) {
    outbox->up = true;
    pump(outbox);
}

// Undecided is not told: all that is not confirmed goes out again.
void outbox_down(struct outbox *outbox) {
    outbox->up = false;
    outbox->next = outbox->cursor + 1;
    outbox->has = 0;
}

void outbox_sent(struct outbox *outbox, uint64_t tag) {
    if (tag <= outbox->cursor || tag >= outbox->next)
        return;
    outbox->has |= UINT64_C(1) << (tag - outbox->cursor - 1);
    advance(outbox);
    pump(outbox);
}
