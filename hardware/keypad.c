// SPDX-License-Identifier: Apache-2.0
/*
 * A rating keypad. What is asked and what was pressed is kept in a file before anything is sent, so
 * neither a restart nor a broker that is away loses a press or moves it to the next person. The
 * hall takes one rating for each ask; the second press for one ask is not even sent.
 *
 * Invariant: presses leave in the order they were made, one under way at a time, each until the
 * hall has taken or refused it. Nobody pressed = nothing is sent: unrated stays unrated.
 */
#include "hardware/keypad.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

enum { PRESSES_MAX = 64 };

struct pressed {
    json_int_t ask, at_ms; // wall clock
    uint32_t level;
};

struct keypad {
    struct hardware *hardware;
    struct line *line;
    const struct config_keypad *config;
    struct station *station;
    struct loop_timer *next; // sends the next press once a reply has been dealt with
    json_int_t ask;          // the rating that a key answers now, 0 = none
    json_int_t newest;       // the last that was asked: told twice, it is not asked twice
    struct pressed presses[PRESSES_MAX];
    size_t count;
};

// --- what is kept ------------------------------------------------------------------------------

static void file_of(const struct keypad *keypad, char out[48]) {
    snprintf(out, 48, "keypad-%s", keypad->config->name);
}

static int keep_all(const struct keypad *keypad) {
    json_t *list = json_array(), *all;
    char name[48], *text;
    int rc;
    for (size_t i = 0; i < keypad->count; i++)
        json_array_append_new(list,
                              json_pack("[I, i, I]", keypad->presses[i].ask,
                                        (int)keypad->presses[i].level, keypad->presses[i].at_ms));
    all =
        json_pack("{s:I, s:I, s:o}", "ask", keypad->ask, "newest", keypad->newest, "presses", list);
    text = all ? json_dumps(all, JSON_COMPACT) : NULL;
    file_of(keypad, name);
    rc = text ? keep_write(keypad->hardware->keep, name, text) : -1;
    free(text);
    json_decref(all);
    return rc;
}

static void read_kept(struct keypad *keypad) {
    char name[48], *text;
    json_t *all, *one;
    size_t i;
    file_of(keypad, name);
    text = keep_read(keypad->hardware->keep, name);
    all = text ? json_loads(text, 0, NULL) : NULL;
    keypad->ask = json_integer_value(json_object_get(all, "ask"));
    keypad->newest = json_integer_value(json_object_get(all, "newest"));
    json_array_foreach(json_object_get(all, "presses"), i, one) {
        struct pressed *pressed = &keypad->presses[keypad->count];
        if (keypad->count < PRESSES_MAX)
            keypad->count++;
        pressed->ask = json_integer_value(json_array_get(one, 0));
        pressed->level = (uint32_t)json_integer_value(json_array_get(one, 1));
        pressed->at_ms = json_integer_value(json_array_get(one, 2));
    }
    json_decref(all);
    free(text);
}

// --- presses to the hall -----------------------------------------------------------------------

static void send_first(void *context) {
    struct keypad *keypad = context;
    const struct pressed *first = &keypad->presses[0];
    if (!keypad->count || station_is_busy(keypad->station))
        return;
    station_ask(
        keypad->station,
        json_pack("{s:s, s:I, s:i}", "do", "rate", "ask", first->ask, "level", (int)first->level),
        0, first->at_ms);
}

static void on_reply(void *context, unsigned code, const json_t *body) {
    struct keypad *keypad = context;
    (void)body;
    if (code)
        log_info("hardware", "%s: a rating was refused (%u)", keypad->config->name, code);
    if (keypad->count)
        memmove(keypad->presses, keypad->presses + 1, --keypad->count * sizeof keypad->presses[0]);
    keep_all(keypad);
    loop_timer_set(keypad->next, 0);
}

// --- what the hall asks ------------------------------------------------------------------------

static void start_rating(struct keypad *keypad) {
    struct ff68_frame frame = ff68_start_rating((uint8_t)keypad->config->address);
    if (keypad->ask)
        line_send(keypad->line, &frame);
}

static void on_message(void *context, const char *below, const json_t *body) {
    struct keypad *keypad = context;
    json_int_t ask = json_integer_value(json_object_get(body, "ask"));
    json_int_t window = json_integer_value(json_object_get(body, "window"));
    if (window != (json_int_t)keypad->config->window || ask <= 0)
        return;
    if (strcmp(below, "event/rating/asked") == 0 && ask != keypad->newest) {
        keypad->ask = keypad->newest = ask;
    } else if (strcmp(below, "event/rating/expired") == 0 && ask == keypad->ask) {
        keypad->ask = 0;
    } else {
        return;
    }
    keep_all(keypad);
    start_rating(keypad);
}

// --- keys --------------------------------------------------------------------------------------

static void on_frame(void *context, const struct ff68_frame *frame) {
    struct keypad *keypad = context;
    uint32_t level;
    if (frame->func != FF68_RATING || frame->length < 1 || frame->data[0] >= CONFIG_KEYS)
        return;
    level = keypad->config->levels[frame->data[0]];
    if (!keypad->ask || !level)
        return; // nobody was asked, or the key says nothing
    if (keypad->count == PRESSES_MAX) {
        log_warning("hardware", "%s: the hall has been away too long, a rating is lost",
                    keypad->config->name);
        return;
    }
    keypad->presses[keypad->count++] =
        (struct pressed){.ask = keypad->ask, .level = level, .at_ms = loop_wall_ms()};
    keypad->ask = 0;
    keep_all(keypad);
    send_first(keypad);
}

static void on_line(void *context, bool up) {
    struct keypad *keypad = context;
    station_faults(keypad->station, up ? "" : "line-down");
    if (up)
        start_rating(keypad);
}

// --- making and freeing ------------------------------------------------------------------------

static int connect_all(struct keypad *keypad) {
    struct station_events events = {.reply = on_reply, .message = on_message, .context = keypad};
    struct line_device device = {.frame = on_frame, .up = on_line, .context = keypad};
    keypad->next = loop_timer_new(keypad->hardware->loop, send_first, keypad);
    keypad->station = keypad->next
                          ? station_new(keypad->hardware, keypad->config->name, "keypad", &events)
                          : NULL;
    if (!keypad->station || station_subscribe(keypad->station, "event/rating/asked") ||
        station_subscribe(keypad->station, "event/rating/expired"))
        return -1;
    station_faults(keypad->station, line_is_up(keypad->line) ? "" : "line-down");
    line_attach(keypad->line, (uint8_t)keypad->config->address, &device);
    loop_timer_set(keypad->next, 0); // what a restart left over
    return 0;
}

struct keypad *keypad_new(struct hardware *hardware, struct line *line,
                          const struct config_keypad *config) {
    struct keypad *keypad = calloc(1, sizeof *keypad);
    if (!keypad)
        return NULL;
    keypad->hardware = hardware;
    keypad->line = line;
    keypad->config = config;
    read_kept(keypad);
    if (connect_all(keypad) == 0)
        return keypad;
    log_error("hardware", "%s cannot be driven", config->name);
    keypad_free(keypad);
    return NULL;
}

void keypad_free(struct keypad *keypad) {
    if (!keypad)
        return;
    line_attach(keypad->line, (uint8_t)keypad->config->address, &(struct line_device){0});
    station_free(keypad->station);
    loop_timer_free(keypad->next);
    free(keypad);
}
