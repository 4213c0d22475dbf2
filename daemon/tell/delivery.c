// SPDX-License-Identifier: Apache-2.0
/*
 * One item a message, from its row to its end. An item is idle until its time, then its contact is
 * read and opened, the hook runs, and what became of it is written; only then does it leave.
 *
 * Promised is "at least once": a row says "sent" only after the hook has said so, and a power cut
 * between the two sends it again under the same id. Calls go before what can wait.
 *
 * Invariant: an item is on disk before it is here, and here until its end is on disk. A number is
 * in memory only while its hook's input is written. Must not: log a number, or a text with one.
 */
#include "daemon/tell/delivery.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/loop.h"
#include "daemon/journal/journal.h"
#include "daemon/pipeline.h"
#include "daemon/records/delivery.h"
#include "daemon/records/phone.h"
#include "daemon/records/secrets.h"
#include "daemon/tell/hook.h"
#include "daemon/tell/message.h"
#include "daemon/tell/tally.h"

enum { ITEMS_MAX = 16384, AGAIN_MS = 2000, LOOK_MOST_MS = 60000 };

enum busy { IDLE, READING, RUNNING, UNSAVED, SAVING };

struct item {
    struct item *next;
    struct deliveries *deliveries;
    struct row_delivery row;
    enum busy busy;
    struct errand *errand; // an answer still to come, NULL = none
};

struct errand {        // outlives its item when the house closes
    struct item *item; // NULL = gone
};

struct deliveries {
    struct tell_room *room;
    struct loop_timer *timer;
    struct hooks *hooks;
    struct tally tally;
    struct item *first, **end; // in the order of their events
    uint32_t count, reading;
    bool capped_said; // today's cap of the hall was logged
};

static const struct hall *settled_of(const struct deliveries *deliveries) {
    return pipeline_settled(deliveries->room->house.pipeline);
}

static int64_t now_of(const struct deliveries *deliveries) {
    return pipeline_now(deliveries->room->house.pipeline).hall_ms;
}

static const struct config_hooks *config_of(const struct deliveries *deliveries) {
    return &deliveries->room->house.config->hooks;
}

static uint64_t *figure(struct deliveries *deliveries, uint32_t state) {
    return &deliveries->room->figures.deliveries[state];
}

static struct item *add(struct deliveries *deliveries, const struct row_delivery *row) {
    struct item *item = deliveries->count < ITEMS_MAX ? calloc(1, sizeof *item) : NULL;
    if (!item) {
        log_error("delivery", "no room for message %llu: it is left out",
                  (unsigned long long)row->seq);
        return NULL;
    }
    item->deliveries = deliveries;
    item->row = *row;
    *deliveries->end = item;
    deliveries->end = &item->next;
    deliveries->count++;
    *figure(deliveries, DELIVERY_WAITING) = deliveries->count;
    return item;
}

static void item_free(struct item *item) {
    if (item->errand)
        item->errand->item = NULL;
    free(item);
}

static void drop(struct item *item) {
    struct deliveries *deliveries = item->deliveries;
    struct item **at = &deliveries->first;
    while (*at != item)
        at = &(*at)->next;
    *at = item->next;
    if (deliveries->end == &item->next)
        deliveries->end = at;
    deliveries->count--;
    *figure(deliveries, DELIVERY_WAITING) = deliveries->count;
    item_free(item);
}

static struct errand *errand_new(struct item *item) {
    item->errand = malloc(sizeof *item->errand);
    if (item->errand)
        item->errand->item = item;
    return item->errand;
}

// The item an answer is for, NULL if it is gone.
static struct item *errand_done(struct errand *errand) {
    struct item *item = errand->item;
    free(errand);
    if (item)
        item->errand = NULL;
    return item;
}

static void look_soon(struct deliveries *deliveries) {
    loop_timer_set(deliveries->timer, 0);
}

// --- writing what became of it -------------------------------------------------------------------

static void saved(void *context, const struct answer *answer) {
    struct item *item = errand_done(context);
    if (!item)
        return;
    if (answer->kind != ANSWER_DONE && answer->kind != ANSWER_REPEATED) {
        item->busy = UNSAVED;
        loop_timer_set(item->deliveries->timer, AGAIN_MS);
        return;
    }
    item->busy = IDLE;
    look_soon(item->deliveries);
    if (item->row.state != DELIVERY_WAITING)
        drop(item);
}

static void save(struct item *item) {
    struct row row = {.kind = ROW_DELIVERY, .u.delivery = item->row};
    struct pipeline_ask ask = {.rows = &row, .row_count = 1, .answer = saved};
    item->busy = UNSAVED;
    ask.context = errand_new(item);
    if (!ask.context)
        return;
    item->busy = SAVING;
    pipeline_ask(item->deliveries->room->house.pipeline, &ask);
}

static void end(struct item *item, enum delivery_state state) {
    item->row.state = state;
    ++*figure(item->deliveries, state);
    save(item);
}

static void try_again(struct item *item) {
    item->row.next_ms = now_of(item->deliveries) + delivery_pause_ms(item->row.attempts);
    item->deliveries->room->figures.delivery_retries++;
    save(item);
}

// --- sending -------------------------------------------------------------------------------------

static void log_result(const struct item *item, const struct hook_result *result) {
    static const char *const ends[] = {[HOOK_SENT] = "sent",
                                       [HOOK_AGAIN] = "to be tried again",
                                       [HOOK_FAILED] = "failed",
                                       [HOOK_TOO_LONG] = "failed: killed at the time limit"};
    enum log_level level = result->end == HOOK_SENT ? LOG_DEBUG : LOG_WARNING;
    log_write(level, "delivery", "message %llu (%s): %s (exit %d)%s%s",
              (unsigned long long)item->row.seq, message_names[item->row.kind], ends[result->end],
              result->code, result->said[0] ? ": " : "", result->said);
}

static void hook_done(void *context, const struct hook_result *result) {
    struct item *item = context;
    item->row.attempts++;
    log_result(item, result);
    if (result->end == HOOK_SENT)
        end(item, DELIVERY_SENT);
    else if (result->end == HOOK_AGAIN)
        try_again(item);
    else
        end(item, DELIVERY_FAILED);
    look_soon(item->deliveries);
}

static void run_hook(struct item *item, const char *phone) {
    struct deliveries *deliveries = item->deliveries;
    struct message_about about = {settled_of(deliveries), &item->row, phone, now_of(deliveries)};
    char *input = message_input(&about);
    struct hook_job job = {.path = config_of(deliveries)->sms,
                           .input = input,
                           .length = input ? strlen(input) : 0,
                           .limit_ms = config_of(deliveries)->timeout_ms,
                           .done = hook_done,
                           .context = item};
    int rc = input ? hooks_run(deliveries->hooks, &job) : -ENOMEM;
    if (input)
        explicit_bzero(input, job.length);
    free(input);
    item->busy = RUNNING;
    if (!rc)
        return;
    log_warning("delivery", "the hook for messages cannot be started: %s", strerror(-rc));
    item->row.attempts++;
    try_again(item);
}

// Counts the message to its phone, once: a second try is none more.
static bool may_send(struct item *item, const char *phone) {
    struct deliveries *deliveries = item->deliveries;
    static const uint8_t none[SECRET_HASH_BYTES];
    char named[PHONE_BYTES + 8] = "phone:";
    int rc;
    if (memcmp(item->row.phone, none, sizeof none) != 0)
        return true;
    strncat(named, phone, PHONE_BYTES);
    rc = secrets_digest(deliveries->room->house.secrets, item->row.date, named, strlen(named),
                        item->row.phone);
    explicit_bzero(named, sizeof named);
    if (!rc && tally_take(&deliveries->tally, item->row.phone, false))
        return true;
    memset(item->row.phone, 0, sizeof item->row.phone);
    if (deliveries->tally.all >= deliveries->tally.per_day && !deliveries->capped_said)
        log_warning("delivery", "%u messages today: no more are sent (hooks per_day)",
                    deliveries->tally.all);
    deliveries->capped_said |= deliveries->tally.all >= deliveries->tally.per_day;
    return false;
}

static void send(struct item *item, const struct row_secret *secret) {
    struct deliveries *deliveries = item->deliveries;
    char phone[PHONE_BYTES] = "";
    int length = secret->length == 0 ? -ENOENT
                                     : secrets_open_box(deliveries->room->house.secrets, secret,
                                                        phone, sizeof phone - 1);
    if (!delivery_is_wanted(settled_of(deliveries), &item->row, now_of(deliveries))) {
        end(item, DELIVERY_STALE);
    } else if (length <= 0 || phone[0] != '+') {
        log_warning("delivery", "message %llu: nobody to send it to",
                    (unsigned long long)item->row.seq);
        end(item, DELIVERY_FAILED);
    } else if (!may_send(item, phone)) {
        end(item, DELIVERY_CAPPED);
    } else {
        run_hook(item, phone);
    }
    explicit_bzero(phone, sizeof phone);
}

static void on_contact(void *context, const struct row_secret *secret, int error) {
    struct item *item = errand_done(context);
    struct deliveries *deliveries = item ? item->deliveries : NULL;
    if (!item)
        return;
    deliveries->reading--;
    item->busy = IDLE;
    if (error)
        item->row.next_ms = now_of(deliveries) + AGAIN_MS;
    else
        send(item, secret);
    look_soon(deliveries);
}

static void begin(struct item *item) {
    struct deliveries *deliveries = item->deliveries;
    struct errand *errand = errand_new(item);
    item->row.next_ms = now_of(deliveries) + AGAIN_MS; // if this comes to nothing
    if (!errand)
        return;
    if (journal_read_contact(deliveries->room->house.journal, item->row.ticket, on_contact,
                             errand)) {
        errand_done(errand);
        return;
    }
    item->busy = READING;
    deliveries->reading++;
}

// --- whose turn it is ----------------------------------------------------------------------------

static const uint8_t urgency[MESSAGES] = {
    [MESSAGE_CALLED] = 3, [MESSAGE_APPROACHING] = 2, [MESSAGE_MISSED] = 1, [MESSAGE_ISSUED] = 0};

// The most urgent one that is due, the earliest of them; NULL if none is.
static struct item *most_urgent(const struct deliveries *deliveries, int64_t now_ms) {
    struct item *best = NULL;
    for (struct item *item = deliveries->first; item; item = item->next)
        if (item->busy == IDLE && item->row.next_ms <= now_ms &&
            (!best || urgency[item->row.kind] > urgency[best->row.kind]))
            best = item;
    return best;
}

// Ends what helps nobody any more, writes what is not written yet; when to look again (ms).
static int64_t sweep(struct deliveries *deliveries, int64_t now_ms) {
    int64_t next_ms = LOOK_MOST_MS;
    for (struct item *item = deliveries->first; item; item = item->next) {
        if (item->busy == UNSAVED)
            save(item);
        else if (item->busy == IDLE &&
                 !delivery_is_wanted(settled_of(deliveries), &item->row, now_ms))
            end(item, DELIVERY_STALE);
        else if (item->busy == IDLE && item->row.next_ms > now_ms &&
                 item->row.next_ms - now_ms < next_ms)
            next_ms = item->row.next_ms - now_ms;
        if (item->busy == UNSAVED)
            next_ms = AGAIN_MS;
    }
    return next_ms;
}

static void look(void *context) {
    struct deliveries *deliveries = context;
    int64_t now_ms = now_of(deliveries), next_ms = sweep(deliveries, now_ms);
    struct item *item;
    while (deliveries->hooks && hooks_free_places(deliveries->hooks) > deliveries->reading &&
           (item = most_urgent(deliveries, now_ms)))
        begin(item);
    loop_timer_set(deliveries->timer, deliveries->first ? next_ms : -1);
}

// --- the public side -----------------------------------------------------------------------------

// What a closed day has left: its rows go, too (forget.c).
static void drop_older(struct deliveries *deliveries, int32_t date) {
    struct item *item = deliveries->first, *next;
    for (; item; item = next) {
        next = item->next;
        if (item->row.date < date && item->busy != RUNNING && item->busy != READING)
            drop(item);
    }
    tally_day(&deliveries->tally, date);
    deliveries->capped_said = false;
}

void deliveries_told(struct deliveries *deliveries, const struct hall *settled,
                     const struct event *event) {
    struct row row;
    if (event->kind == EVENT_DAY_OPENED)
        drop_older(deliveries, settled->plan.day.date);
    if (deliveries->hooks && delivery_follows(settled, event, &row))
        add(deliveries, &row.u.delivery);
    if (deliveries->first)
        look_soon(deliveries);
}

static void take_row(void *context, const struct row *row) {
    static const uint8_t none[SECRET_HASH_BYTES];
    struct deliveries *deliveries = context;
    const struct row_delivery *delivery = &row->u.delivery;
    if (delivery->date != settled_of(deliveries)->plan.day.date || delivery->kind >= MESSAGES)
        return;
    if (memcmp(delivery->phone, none, sizeof none) != 0)
        tally_take(&deliveries->tally, delivery->phone, true);
    if (delivery->state == DELIVERY_WAITING)
        add(deliveries, delivery);
}

struct deliveries *deliveries_new(struct tell_room *room) {
    struct deliveries *deliveries = calloc(1, sizeof *deliveries);
    const struct config_hooks *config = &room->house.config->hooks;
    if (!deliveries)
        return NULL;
    deliveries->room = room;
    deliveries->end = &deliveries->first;
    tally_begin(&deliveries->tally, config->per_phone, config->per_day);
    deliveries->timer = loop_timer_new(room->house.loop, look, deliveries);
    if (config->sms[0])
        deliveries->hooks = hooks_new(room->house.loop, config->at_once);
    tally_day(&deliveries->tally, settled_of(deliveries)->plan.day.date);
    if (!deliveries->timer || (config->sms[0] && !deliveries->hooks) ||
        journal_rows(room->house.journal, ROW_DELIVERY, take_row, deliveries)) {
        log_error("delivery", "messages cannot be sent: no memory, or they cannot be read");
        deliveries_free(deliveries);
        return NULL;
    }
    look_soon(deliveries);
    return deliveries;
}

void deliveries_free(struct deliveries *deliveries) {
    struct item *item, *next;
    if (!deliveries)
        return;
    hooks_free(deliveries->hooks);
    for (item = deliveries->first; item; item = next) {
        next = item->next;
        item_free(item);
    }
    tally_free(&deliveries->tally);
    loop_timer_free(deliveries->timer);
    free(deliveries);
}
