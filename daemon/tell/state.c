// SPDX-License-Identifier: Apache-2.0
/*
 * Retained topics, one place each: windows, a board per zone, a board of all, the hall. Events only
 * mark places as dirty; at most every 100 ms the dirty ones are rendered and published if what they
 * say has changed (seq and time alone are no change). Every 10 s the hall says that it lives, and
 * the boards are looked at again, because waits change while nothing happens.
 *
 * Invariant: after `up` everything is dirty, so whatever the broker lost is there again.
 */
#include "daemon/tell/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/loop.h"
#include "daemon/hall/plan.h"

enum {
    BOARD_ALL = PLAN_WINDOWS_MAX + PLAN_ZONES_MAX, // after the windows and the boards of zones
    HALL_PLACE,
    TOPICS,
    GAP_MS = 100,
    HEARTBEAT_MS = 10000,
};

struct state {
    struct tell_room *room;
    struct loop_timer *flush, *heartbeat;
    bool up, armed;
    int64_t flushed_ms;
    bool dirty[TOPICS];
    uint64_t said[TOPICS];                       // hash of what the broker has, 0 = nothing
    uint16_t numbers[PLAN_WINDOWS_MAX];          // whose state stands at the broker, 0 = none
    char zones[PLAN_ZONES_MAX][PLAN_CODE_BYTES]; // likewise
};

static uint64_t hash_of(const char *text) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash | 1;
}

static json_t *render(const struct wire_place *at, unsigned place) {
    const struct plan *plan = &at->hall->plan;
    if (place < PLAN_WINDOWS_MAX)
        return place < plan->window_count ? wire_window_state(at, (uint16_t)place) : NULL;
    if (place < BOARD_ALL)
        return place - PLAN_WINDOWS_MAX < plan->zone_count
                   ? wire_board_state(at, (uint16_t)(place - PLAN_WINDOWS_MAX))
                   : NULL;
    return place == BOARD_ALL ? wire_board_state(at, PLAN_NONE) : wire_hall_state(at);
}

static void topic_of(const struct tell_room *room, const struct plan *plan, unsigned place,
                     char out[ROOM_TOPIC_BYTES]) {
    char below[48];
    if (place < PLAN_WINDOWS_MAX)
        snprintf(below, sizeof below, "state/window/%u", plan->windows[place].number);
    else if (place < BOARD_ALL)
        snprintf(below, sizeof below, "state/board/%s", plan->zones[place - PLAN_WINDOWS_MAX].code);
    else
        snprintf(below, sizeof below, place == BOARD_ALL ? "state/board/all" : "state/hall");
    room_topic(room, below, out);
}

// What it says besides when: seq and time are taken out for the hash and put back.
static uint64_t meaning_of(json_t *view) {
    json_t *seq = json_incref(json_object_get(view, "seq"));
    json_t *at = json_incref(json_object_get(view, "at"));
    char *text;
    uint64_t hash;
    json_object_del(view, "seq");
    json_object_del(view, "at");
    text = json_dumps(view, JSON_COMPACT | JSON_SORT_KEYS);
    hash = text ? hash_of(text) : 0;
    free(text);
    json_object_set_new(view, "seq", seq);
    json_object_set_new(view, "at", at);
    return hash;
}

static int publish(struct state *state, const char *topic, const char *text) {
    struct bus_publish message = {
        .topic = topic,
        .payload = text,
        .length = strlen(text),
        .qos = 1,
        .retain = true,
        .tag = UINT64_C(1) << ROOM_STATE_TAG_BIT,
    };
    return room_publish(state->room, &message);
}

// Renders and publishes one place if it says something new. -EAGAIN or -ENOTCONN: later.
static int tell_place(struct state *state, const struct wire_place *at, unsigned place) {
    char topic[ROOM_TOPIC_BYTES];
    json_t *view = render(at, place);
    uint64_t meaning;
    char *text;
    int rc = 0;
    if (!view)
        return 0; // no such window or zone in this plan
    meaning = meaning_of(view);
    text = room_text(view);
    if (!text)
        return -EAGAIN;
    if (meaning != state->said[place] || place == HALL_PLACE) {
        topic_of(state->room, &at->hall->plan, place, topic);
        rc = publish(state, topic, text);
        if (!rc)
            state->said[place] = meaning;
    }
    free(text);
    return rc;
}

static void arm(struct state *state) {
    int64_t wait_ms = state->flushed_ms + GAP_MS - loop_boot_ms();
    if (state->armed || !state->up)
        return;
    state->armed = true;
    loop_timer_set(state->flush, wait_ms > 0 ? wait_ms : 0);
}

static void on_flush(void *context) {
    struct state *state = context;
    struct wire_place at;
    state->armed = false;
    state->flushed_ms = loop_boot_ms();
    room_place(state->room, &at);
    for (unsigned i = 0; state->up && i < TOPICS; i++) {
        int rc = state->dirty[i] ? tell_place(state, &at, i) : 0;
        if (rc == -EAGAIN || rc == -ENOTCONN) {
            arm(state); // the rest stays dirty
            return;
        }
        if (rc)
            log_warning("tell", "a state could not be told: %s", strerror(-rc));
        state->dirty[i] = false;
    }
}

static void mark_boards(struct state *state) {
    for (unsigned i = PLAN_WINDOWS_MAX; i <= BOARD_ALL; i++)
        state->dirty[i] = true;
}

static void on_heartbeat(void *context) {
    struct state *state = context;
    mark_boards(state);
    state->dirty[HALL_PLACE] = true;
    arm(state);
    loop_timer_set(state->heartbeat, HEARTBEAT_MS);
}

struct state *state_new(struct tell_room *room) {
    struct state *state = calloc(1, sizeof *state);
    if (!state)
        return NULL;
    state->room = room;
    state->flush = loop_timer_new(room->house.loop, on_flush, state);
    state->heartbeat = loop_timer_new(room->house.loop, on_heartbeat, state);
    if (state->flush && state->heartbeat)
        return state;
    state_free(state);
    return NULL;
}

char *state_hall_text(struct tell_room *room, bool online) {
    struct wire_place at;
    room_place(room, &at);
    at.online = online;
    return room_text(wire_hall_state(&at));
}

static void say_offline(struct state *state) {
    char topic[ROOM_TOPIC_BYTES];
    char *text = state_hall_text(state->room, false);
    room_topic(state->room, "state/hall", topic);
    if (text)
        publish(state, topic, text);
    free(text);
}

void state_free(struct state *state) {
    if (!state)
        return;
    if (state->up)
        say_offline(state);
    loop_timer_free(state->flush);
    loop_timer_free(state->heartbeat);
    free(state);
}

// --- when the plan changes
// -------------------------------------------------------------------------

static void clear_retained(struct state *state, const char *below) {
    char topic[ROOM_TOPIC_BYTES];
    room_topic(state->room, below, topic);
    publish(state, topic, "");
}

// A window or zone that left the plan must not stand on the broker for ever.
static void clear_strangers(struct state *state, const struct plan *plan) {
    char below[48];
    for (unsigned i = 0; i < PLAN_WINDOWS_MAX; i++) {
        uint16_t number = state->numbers[i];
        snprintf(below, sizeof below, "state/window/%u", number);
        if (number && plan_window_at(plan, number) == PLAN_NONE)
            clear_retained(state, below);
        state->numbers[i] = i < plan->window_count ? plan->windows[i].number : 0;
    }
    for (unsigned i = 0; i < PLAN_ZONES_MAX; i++) {
        const char *code = state->zones[i];
        snprintf(below, sizeof below, "state/board/%.15s", code);
        if (code[0] && plan_zone_at(plan, code) == PLAN_NONE)
            clear_retained(state, below);
        memset(state->zones[i], 0, PLAN_CODE_BYTES);
        if (i < plan->zone_count)
            memcpy(state->zones[i], plan->zones[i].code, PLAN_CODE_BYTES);
    }
}

// Boards show a call at once. If what it led to is over before the next flush, the state says what it
// said before the call; it has to be said again, or the call stands on the boards for ever.
static void forget_said(struct state *state, const struct plan *plan, uint16_t window) {
    uint16_t zone = plan->windows[window].zone;
    state->said[window] = 0;
    state->said[BOARD_ALL] = 0;
    if (zone != PLAN_NONE)
        state->said[PLAN_WINDOWS_MAX + zone] = 0;
}

static void all_anew(struct state *state) {
    struct wire_place at;
    room_place(state->room, &at);
    memset(state->said, 0, sizeof state->said);
    memset(state->dirty, true, sizeof state->dirty);
    clear_strangers(state, &at.hall->plan);
    arm(state);
}

void state_told(struct state *state, const struct event *event) {
    struct wire_place at;
    uint16_t window;
    if (!state->up)
        return; // `up` makes everything dirty
    if (event->kind == EVENT_DAY_OPENED || event->kind == EVENT_DAY_CLOSED ||
        event->kind == EVENT_HALL_CONFIGURED) {
        all_anew(state);
        return;
    }
    room_place(state->room, &at);
    window = event->window ? plan_window_at(&at.hall->plan, event->window) : PLAN_NONE;
    if (window != PLAN_NONE &&
        (event->kind == EVENT_TICKET_CALLED || event->kind == EVENT_TICKET_RECALLED))
        forget_said(state, &at.hall->plan, window);
    if (window != PLAN_NONE)
        state->dirty[window] = true;
    else if (event->kind != EVENT_TICKET_ISSUED && event->kind != EVENT_TICKET_APPROACHING)
        memset(state->dirty, true, PLAN_WINDOWS_MAX); // it may have been at any of them
    mark_boards(state);
    arm(state);
}

void state_up(struct state *state) {
    state->up = true;
    state->flushed_ms = 0;
    all_anew(state);
    loop_timer_set(state->heartbeat, HEARTBEAT_MS);
}

void state_down(struct state *state) {
    state->up = false;
    loop_timer_set(state->heartbeat, -1);
}
