// SPDX-License-Identifier: Apache-2.0
/*
 * A call pad. One command at a time: what is pressed while the hall has not answered is refused
 * with a beep, because the person did not see yet what the first press did. Each verb carries the
 * seq of what the pad showed, so nobody is called by a press meant for somebody else.
 *
 * Digits wait for what follows them: confirm (0F) or transfer (13). While nobody is signed in they
 * are a staff number and then a PIN. Invariant: a PIN is in `typed` only, never shown or sent on
 * the bus, wiped when used or after ENTRY_MS.
 */
#include "hardware/pad.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

enum { VERB_LASTS_MS = 10000, ENTRY_MS = 15000, REFUSAL_MS = 3000, TYPED_MAX = 12 };
enum { CODE_NOT_SIGNED_IN = 307, CODE_NO_SUCH_KEY = 997 };

enum pad_state { PAD_UNKNOWN, PAD_CLOSED, PAD_OPEN, PAD_CALLING, PAD_SERVING, PAD_PAUSED };
static const char *const states[] = {"", "closed", "open", "calling", "serving", "paused", NULL};

struct pad {
    const struct config_pad *config;
    struct line *line;
    struct station *station;
    struct session *session;
    struct loop_timer *entry, *again;
    // What the window shows.
    enum pad_state state;
    json_int_t seq;
    int number, waiting; // -1 = dark
    bool away;           // nobody is signed in
    // What is being typed.
    char typed[TYPED_MAX + 1], staff[TYPED_MAX + 1];
    size_t typed_count;
    bool transfer;
    const char *then; // verb to send when the one under way is done
};

// --- the display -------------------------------------------------------------------------------

static void show(struct pad *pad, int waiting, int number) {
    struct ff68_frame frame = ff68_show((uint8_t)pad->config->address, waiting, number);
    line_send(pad->line, &frame);
}

static void show_window(void *context) {
    struct pad *pad = context;
    loop_timer_set(pad->again, -1);
    show(pad, pad->waiting, pad->number);
}

static void beep(struct pad *pad) {
    struct ff68_frame frame = ff68_beep((uint8_t)pad->config->address);
    line_send(pad->line, &frame);
}

static void show_refusal(struct pad *pad, unsigned code) {
    show(pad, -1, (int)code);
    beep(pad);
    loop_timer_set(pad->again, REFUSAL_MS);
}

// --- what the window shows ---------------------------------------------------------------------

// The last three digits of a number such as "A1012": what the display has room for. -1 = none.
static int digits_of(const char *number) {
    size_t length = number ? strlen(number) : 0, first = length;
    while (first > 0 && length - first < 3 && number[first - 1] >= '0' && number[first - 1] <= '9')
        first--;
    return first < length ? (int)strtol(number + first, NULL, 10) : -1;
}

static void take_state(struct pad *pad, const json_t *view) {
    const char *name = json_string_value(json_object_get(view, "state"));
    json_int_t seq = json_integer_value(json_object_get(view, "seq"));
    for (unsigned i = 1; name && states[i]; i++)
        if (strcmp(states[i], name) == 0)
            pad->state = (enum pad_state)i;
    if (seq > pad->seq)
        pad->seq = seq;
}

// The window as a reply tells it.
static void take_window(struct pad *pad, const json_t *view) {
    const json_t *list = json_object_get(view, "waiting"), *one;
    json_int_t waiting = 0;
    size_t i;
    if (!json_is_object(view))
        return;
    take_state(pad, view);
    pad->number =
        digits_of(json_string_value(json_object_get(json_object_get(view, "ticket"), "number")));
    json_array_foreach(list, i, one) waiting += json_integer_value(json_object_get(one, "count"));
    pad->waiting = waiting > 999 ? 999 : (int)waiting;
}

// The window as state/window/{n} tells it; older than what a reply told already = nothing new.
static void on_message(void *context, const char *below, const json_t *body) {
    struct pad *pad = context;
    int number = digits_of(json_string_value(json_object_get(body, "number")));
    (void)below;
    if (json_integer_value(json_object_get(body, "seq")) < pad->seq)
        return;
    take_state(pad, body);
    if (number == pad->number)
        return;
    pad->number = number;
    show_window(pad);
}

// --- verbs -------------------------------------------------------------------------------------

static void do_verb(struct pad *pad, const char *verb, json_t *body) {
    if (!body)
        return;
    json_object_set_new(body, "do", json_string(verb));
    if (pad->seq)
        json_object_set_new(body, "seen_seq", json_integer(pad->seq));
    if (station_ask(pad->station, body, VERB_LASTS_MS, 0))
        beep(pad);
}

static void do_plain(struct pad *pad, const char *verb) {
    do_verb(pad, verb, json_object());
}

static void on_reply(void *context, unsigned code, const json_t *body) {
    struct pad *pad = context;
    const char *then = pad->then;
    pad->then = NULL;
    take_window(pad, json_object_get(body, "window"));
    if (code == CODE_NOT_SIGNED_IN)
        pad->away = true;
    else if (code != STATION_SILENT)
        pad->away = false;
    if (code)
        show_refusal(pad, code);
    else
        show_window(pad);
    if (!code && then)
        do_plain(pad, then);
}

static void next(struct pad *pad) {
    if (pad->state != PAD_CLOSED) {
        do_plain(pad, "next");
        return;
    }
    pad->then = "next"; // a closed window opens with its first call
    do_plain(pad, "open");
}

static void pause_or_resume(struct pad *pad) {
    if (pad->state == PAD_PAUSED)
        do_plain(pad, "resume");
    else
        do_verb(pad, "pause", json_pack("{s:s}", "reason", pad->config->pause_reason));
}

static void go_on(struct pad *pad) { // confirm alone: the one thing that comes next
    static const char *const verbs[] = {[PAD_CLOSED] = "open",
                                        [PAD_CALLING] = "start",
                                        [PAD_SERVING] = "finish",
                                        [PAD_PAUSED] = "resume"};
    const char *verb =
        (size_t)pad->state < sizeof verbs / sizeof verbs[0] ? verbs[pad->state] : NULL;
    if (verb)
        do_plain(pad, verb);
    else
        beep(pad);
}

static void call_number(struct pad *pad) {
    char number[TYPED_MAX + 8];
    snprintf(number, sizeof number, "%s%s", pad->config->prefix, pad->typed);
    do_verb(pad, "call",
            json_pack("{s:s, s:s}", "number", number, "reason", pad->config->call_reason));
}

// --- signing in and out ------------------------------------------------------------------------

static void forget_typed(void *context) {
    struct pad *pad = context;
    loop_timer_set(pad->entry, -1);
    explicit_bzero(pad->typed, sizeof pad->typed);
    pad->typed_count = 0;
    pad->transfer = false;
}

static void forget_all(void *context) {
    struct pad *pad = context;
    forget_typed(pad);
    pad->staff[0] = 0;
    show_window(pad);
}

static void on_session(void *context, unsigned code) {
    struct pad *pad = context;
    if (code) {
        show_refusal(pad, code);
        return;
    }
    pad->away = !pad->away; // it began, or ended
    if (!pad->away && pad->state == PAD_CLOSED)
        do_plain(pad, "open");
    else
        show_window(pad);
}

static void sign_in(struct pad *pad) {
    if (!pad->staff[0]) {
        snprintf(pad->staff, sizeof pad->staff, "%s", pad->typed);
        show(pad, -1, -1); // now the PIN
        return;
    }
    pad->away = true;
    if (session_begin(pad->session, pad->staff, pad->typed, pad->config->window))
        beep(pad);
    pad->staff[0] = 0;
}

static void sign_out(struct pad *pad) {
    pad->away = false;
    if (session_end(pad->session)) {
        show_refusal(pad, CODE_NOT_SIGNED_IN);
        pad->away = true;
    }
}

static bool nobody_here(const struct pad *pad) {
    return pad->away || pad->state == PAD_CLOSED || pad->state == PAD_UNKNOWN;
}

// --- keys --------------------------------------------------------------------------------------

static void type(struct pad *pad, uint8_t digit) {
    if (pad->typed_count == TYPED_MAX) {
        beep(pad);
        return;
    }
    pad->typed[pad->typed_count++] = (char)('0' + digit);
    loop_timer_set(pad->entry, ENTRY_MS);
    if (pad->staff[0])
        show(pad, (int)pad->typed_count, -1); // a PIN is counted, not shown
    else
        show(pad, -1, digits_of(pad->typed));
}

static void transfer_or_wait(struct pad *pad) {
    pad->transfer = true;
    loop_timer_set(pad->entry, ENTRY_MS);
    show(pad, -1, -1);
}

// One digit and confirm: what else can become of a ticket.
static void do_coded(struct pad *pad) {
    switch (pad->typed[0]) {
    case '0':
        do_verb(pad, "park", json_pack("{s:s}", "kind", "away"));
        break;
    case '3':
        do_plain(pad, "unpark");
        break;
    case '6':
        do_plain(pad, "miss");
        break;
    case '9':
        sign_out(pad);
        break;
    default:
        show_refusal(pad, CODE_NO_SUCH_KEY);
    }
}

static void confirm(struct pad *pad) {
    if (pad->staff[0] || (pad->typed_count > 1 && nobody_here(pad)))
        sign_in(pad);
    else if (pad->transfer && pad->typed_count)
        do_verb(pad, "transfer",
                json_pack("{s:I}", "window", (json_int_t)strtoll(pad->typed, NULL, 10)));
    else if (pad->typed_count == 0)
        go_on(pad);
    else if (pad->typed_count == 1)
        do_coded(pad);
    else if (pad->config->prefix[0])
        call_number(pad);
    else
        show_refusal(pad, CODE_NO_SUCH_KEY);
    forget_typed(pad);
    if (pad->staff[0])
        loop_timer_set(pad->entry, ENTRY_MS);
}

static void press(struct pad *pad, uint8_t key) {
    switch (key) {
    case FF68_NEXT:
        next(pad);
        break;
    case FF68_RECALL:
        do_plain(pad, "recall");
        break;
    case FF68_ASK_RATING:
        do_plain(pad, "ask-rating");
        break;
    case FF68_PAUSE:
        pause_or_resume(pad);
        break;
    default:
        show_refusal(pad, CODE_NO_SUCH_KEY);
    }
}

static void take_key(struct pad *pad, uint8_t key) {
    if (key <= 9)
        type(pad, key);
    else if (key == FF68_CONFIRM)
        confirm(pad);
    else if (key == FF68_TRANSFER)
        transfer_or_wait(pad);
    else
        press(pad, key);
}

// A pad sends a key at a time, or digits and the key that ends them in one frame.
static void on_frame(void *context, const struct ff68_frame *frame) {
    struct pad *pad = context;
    if (frame->func == FF68_RATING || frame->length == 0)
        return;
    if (station_is_busy(pad->station)) {
        beep(pad);
        return;
    }
    if (frame->length > 1)
        forget_typed(pad);
    for (uint8_t i = 0; i < frame->length; i++)
        if (i + 1 == frame->length || frame->data[i] <= 9 || frame->data[i] == FF68_TRANSFER)
            take_key(pad, frame->data[i]);
}

static void on_line(void *context, bool up) {
    struct pad *pad = context;
    station_faults(pad->station, up ? "" : "line-down");
    if (up)
        show_window(pad);
}

// --- making and freeing ------------------------------------------------------------------------

static int connect_all(struct pad *pad, const struct pad_place *place) {
    struct station_events events = {.reply = on_reply, .message = on_message, .context = pad};
    struct line_device device = {.frame = on_frame, .up = on_line, .context = pad};
    struct loop *loop = place->hardware->loop;
    char below[40];
    pad->entry = loop_timer_new(loop, forget_all, pad);
    pad->again = loop_timer_new(loop, show_window, pad);
    pad->session = session_new(place->sessions, on_session, pad);
    if (!pad->entry || !pad->again || !pad->session)
        return -1;
    pad->station = station_new(place->hardware, pad->config->name, "pad", &events);
    snprintf(below, sizeof below, "state/window/%u", pad->config->window);
    if (!pad->station || station_subscribe(pad->station, below))
        return -1;
    station_faults(pad->station, line_is_up(pad->line) ? "" : "line-down");
    line_attach(pad->line, (uint8_t)pad->config->address, &device);
    return 0;
}

struct pad *pad_new(const struct pad_place *place, const struct config_pad *config) {
    struct pad *pad = calloc(1, sizeof *pad);
    if (!pad)
        return NULL;
    pad->config = config;
    pad->line = place->line;
    pad->number = pad->waiting = -1;
    if (connect_all(pad, place) == 0)
        return pad;
    log_error("hardware", "%s cannot be driven", config->name);
    pad_free(pad);
    return NULL;
}

void pad_free(struct pad *pad) {
    if (!pad)
        return;
    line_attach(pad->line, (uint8_t)pad->config->address, &(struct line_device){0});
    session_free(pad->session);
    station_free(pad->station);
    loop_timer_free(pad->entry);
    loop_timer_free(pad->again);
    explicit_bzero(pad, sizeof *pad);
    free(pad);
}
