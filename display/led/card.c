// SPDX-License-Identifier: Apache-2.0
/*
 * A card answers one command at a time, and its answers do not say to what. So exactly one frame is
 * under way; it is repeated twice; then the card counts as mute and is only pinged until it answers.
 * A card that was away, or restarted (a ping in between went unanswered), has forgotten its dynamic
 * areas: everything is told again. Every minute it is told again anyway.
 *
 * Invariant: a row is `shown` only after an acknowledgement that followed the frame of exactly this
 * row and text.
 */
#include "display/led/card.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/port.h"
#include "display/led/bx5k.h"

enum {
    ANSWER_MS = 400, // 200 bytes at 9600 baud are 210 ms
    TRIES = 3,
    HEARTBEAT_MS = 2000,
    REFRESH_MS = 60000,
    START_MS = 1000,
    NOTHING = -2,
    PING = -1, // else the number of a row
};

struct row {
    struct card_row wanted;
    bool shown, refused, again;
};

struct card {
    struct port *port;
    struct card_shape shape;
    struct card_events events;
    struct loop_timer *timer; // under way: no answer; else: the next ping
    struct row rows[CARD_ROWS_MAX];
    struct bx5k_reader reader;
    int under_way, tries;
    bool stale; // what is under way is no longer wanted
    bool mute;
    int64_t refresh_ms;
    char fault[24];
};

static void set_fault(struct card *card, const char *fault) {
    if (strcmp(card->fault, fault) == 0)
        return;
    memset(card->fault, 0, sizeof card->fault);
    memcpy(card->fault, fault, strnlen(fault, sizeof card->fault - 1));
    if (card->events.health)
        card->events.health(card->events.context, card->fault);
}

static void forget_all(struct card *card) {
    for (unsigned i = 0; i < card->shape.rows; i++)
        card->rows[i].shown = card->rows[i].refused = false;
    card->refresh_ms = loop_boot_ms() + REFRESH_MS;
}

// --- sending -----------------------------------------------------------------------------------

static size_t frame_of_row(const struct card *card, unsigned place, uint8_t *frame) {
    const struct card_row *row = &card->rows[place].wanted;
    struct bx5k_area area = {.width = card->shape.width / 8,
                             .height = card->shape.heights[place],
                             .number = (uint8_t)place,
                             .single = true,
                             .centred = !row->scrolls,
                             .effect = row->scrolls ? BX5K_LEFT : BX5K_STATIC,
                             .speed = card->shape.speed,
                             .stay = row->scrolls ? 0 : 10,
                             .text = row->text,
                             .length = row->length};
    for (unsigned i = 0; i < place; i++)
        area.y = (uint16_t)(area.y + card->shape.heights[i]);
    return bx5k_show(&area, BX5K_ANY_CARD, frame);
}

static void send(struct card *card) {
    uint8_t frame[BX5K_FRAME_MAX];
    size_t length = card->under_way == PING ? bx5k_ask(BX5K_PING, BX5K_ANY_CARD, frame)
                                            : frame_of_row(card, (unsigned)card->under_way, frame);
    card->stale = false;
    memset(&card->reader, 0, sizeof card->reader); // what came before belongs to nothing
    port_write(card->port, frame, length);         // a port that is down says so by itself
    loop_timer_set(card->timer, ANSWER_MS);
}

static void begin(struct card *card, int what) {
    card->under_way = what;
    card->tries = 1;
    send(card);
}

static int next_row(const struct card *card) {
    for (unsigned i = 0; i < card->shape.rows; i++)
        if (!card->rows[i].shown && !card->rows[i].refused)
            return (int)i;
    return NOTHING;
}

static void go_on(struct card *card) {
    int row = next_row(card);
    if (card->under_way != NOTHING || !port_is_up(card->port))
        return;
    if (row != NOTHING && !card->mute)
        begin(card, row);
    else
        loop_timer_set(card->timer, HEARTBEAT_MS);
}

// --- answers -----------------------------------------------------------------------------------

static void give_up(struct card *card, const char *why, bool silent) {
    int what = card->under_way;
    card->under_way = NOTHING;
    if (what >= 0)
        card->rows[what].refused = !card->stale;
    if (card->mute && !silent)
        forget_all(card); // it is back, and has its objections
    card->mute = silent;
    set_fault(card, why);
    if (what >= 0 && card->events.failed)
        card->events.failed(card->events.context, why);
    go_on(card);
}

static void once_more(struct card *card, const char *why, bool silent) {
    if (card->tries == TRIES) {
        give_up(card, why, silent);
        return;
    }
    card->tries++;
    send(card);
}

static bool any_refused(const struct card *card) {
    for (unsigned i = 0; i < card->shape.rows; i++)
        if (card->rows[i].refused)
            return true;
    return false;
}

static void on_done(struct card *card) {
    int what = card->under_way;
    card->under_way = NOTHING;
    if (card->mute)
        forget_all(card);
    card->mute = false;
    if (what >= 0 && !card->stale)
        card->rows[what].shown = true;
    if (!any_refused(card))
        set_fault(card, "");
    if (what >= 0 && card_is_settled(card) && card->events.settled)
        card->events.settled(card->events.context);
    go_on(card);
}

static void on_bytes(void *context, const uint8_t *bytes, size_t length) {
    struct card *card = context;
    struct bx5k_reply reply;
    for (size_t i = 0; i < length; i++) {
        if (!bx5k_read(&card->reader, bytes[i], &reply) || card->under_way == NOTHING)
            continue;
        if (bx5k_error(&reply))
            once_more(card, bx5k_error(&reply), false);
        else
            on_done(card);
        return; // at most one answer for one question; the rest is noise
    }
}

static void on_timer(void *context) {
    struct card *card = context;
    if (!port_is_up(card->port))
        set_fault(card, "no-answer");
    else if (card->under_way != NOTHING)
        once_more(card, "no-answer", true);
    else if (loop_boot_ms() >= card->refresh_ms && !card->mute) {
        forget_all(card);
        go_on(card);
    } else {
        begin(card, PING);
        if (card->mute)
            card->tries = TRIES; // one ping at a time into the silence
    }
}

// --- the port ----------------------------------------------------------------------------------

static void on_up(void *context) {
    struct card *card = context;
    card->under_way = NOTHING;
    card->mute = false;
    forget_all(card);
    go_on(card);
}

static void on_down(void *context, const char *why) {
    struct card *card = context;
    (void)why;
    card->under_way = NOTHING;
    loop_timer_set(card->timer, -1);
    forget_all(card);
    set_fault(card, "no-answer");
}

// --- the public side ---------------------------------------------------------------------------

struct card *card_new(struct loop *loop, const char *url, const struct card_shape *shape,
                      const struct card_events *events) {
    struct card *card = calloc(1, sizeof *card);
    struct port_events port_events = {
        .up = on_up, .down = on_down, .bytes = on_bytes, .context = card};
    if (!card)
        return NULL;
    card->shape = *shape;
    card->events = *events;
    card->under_way = NOTHING;
    card->timer = loop_timer_new(loop, on_timer, card);
    card->port = card->timer ? port_new(loop, url, &port_events) : NULL;
    if (!card->port) {
        card_free(card);
        return NULL;
    }
    loop_timer_set(card->timer, START_MS);
    return card;
}

void card_free(struct card *card) {
    if (!card)
        return;
    port_free(card->port);
    loop_timer_free(card->timer);
    free(card);
}

void card_show(struct card *card, unsigned place, const struct card_row *wanted) {
    struct row *row = &card->rows[place];
    if (!row->again && row->wanted.length == wanted->length &&
        row->wanted.scrolls == wanted->scrolls &&
        memcmp(row->wanted.text, wanted->text, wanted->length) == 0)
        return;
    row->wanted = *wanted;
    row->shown = row->refused = row->again = false;
    if (card->under_way == (int)place)
        card->stale = true;
    go_on(card);
}

void card_tell_again(struct card *card, unsigned row) {
    card->rows[row].again = true;
}

bool card_is_settled(const struct card *card) {
    for (unsigned i = 0; i < card->shape.rows; i++)
        if (!card->rows[i].shown)
            return false;
    return port_is_up(card->port) && !card->mute;
}

const char *card_fault(const struct card *card) {
    return card->fault;
}
