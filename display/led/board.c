// SPDX-License-Identifier: Apache-2.0
/*
 * A board between the broker and its card. Messages change the view, the view makes rows, the card
 * gets the rows; when it has acknowledged them, the calls that are to be seen are acknowledged too.
 *
 * Invariant: `shown` is said once for a call, and only while its rows are acknowledged by the card
 * and not dark; a call that was not shown within CALL_MS or was refused by the card is `failed`.
 */
#include "display/led/board.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus.h"
#include "common/log.h"
#include "common/loop.h"
#include "display/led/card.h"
#include "display/led/view.h"

enum {
    PENDING_MAX = 16,
    HEARD_MAX = 16,
    CALL_MS = 2000, // three tries, or a port that is just opening again
    BLINK_MS = 400,
    PAYLOAD_MAX = 32768,
    TOPIC_BYTES = 128,
};

struct pending { // a call that the card has not shown yet
    struct view_call call;
    int64_t since_ms;
};

struct board {
    struct loop *loop;
    const struct machine *machine;
    struct config_board config;
    int64_t stale_after_ms;
    struct bus *bus;
    struct card *card;
    struct view view;
    struct loop_timer *stale, *late, *blink;
    uint32_t blinks_left;
    uint32_t pending_count;
    struct pending pending[PENDING_MAX];
    uint64_t heard[HEARD_MAX]; // seqs of calls: the broker may deliver one twice
    uint32_t heard_next;
};

// --- showing -----------------------------------------------------------------------------------

static void acknowledge(struct board *board, const struct pending *call, const char *fault) {
    char topic[TOPIC_BYTES], text[192];
    long long ms = (long long)(loop_boot_ms() - call->since_ms);
    struct bus_publish message = {.topic = topic, .payload = text, .qos = 1};
    snprintf(topic, sizeof topic, "%sack/%s", board->machine->prefix, board->config.name);
    snprintf(text, sizeof text, "{\"seq\":%llu,\"did\":\"%s\",\"ms\":%lld%s%s%s}",
             (unsigned long long)call->call.seq, fault ? "failed" : "shown", ms,
             fault ? ",\"error\":\"" : "", fault ? fault : "", fault ? "\"" : "");
    message.length = strlen(text);
    if (bus_publish(board->bus, &message))
        log_warning("display", "%s: the acknowledgement of call %llu is lost", board->config.name,
                    (unsigned long long)call->call.seq);
}

// Every call that waits is now shown, or replaced before anybody could see it.
static void on_settled(void *context) {
    struct board *board = context;
    if (board->view.hidden)
        return;
    for (uint32_t i = 0; i < board->pending_count; i++) {
        const struct pending *call = &board->pending[i];
        acknowledge(board, call, view_has(&board->view, &call->call) ? NULL : "replaced");
    }
    if (board->pending_count && board->blinks_left)
        loop_timer_set(board->blink, BLINK_MS);
    board->pending_count = 0;
    loop_timer_set(board->late, -1);
}

static void on_failed(void *context, const char *fault) {
    struct board *board = context;
    for (uint32_t i = 0; i < board->pending_count; i++)
        acknowledge(board, &board->pending[i], fault);
    board->pending_count = 0;
    loop_timer_set(board->late, -1);
}

static void show(struct board *board) {
    struct card_row rows[CARD_ROWS_MAX];
    view_rows(&board->view, rows);
    for (uint32_t i = 0; i < board->config.rows; i++)
        card_show(board->card, i, &rows[i]);
    if (board->pending_count && card_is_settled(board->card)) // it stands there already
        on_settled(board);
}

static void on_late(void *context) {
    struct board *board = context;
    const char *fault = card_fault(board->card);
    on_failed(board, fault[0] ? fault : "no-answer");
}

static void on_blink(void *context) {
    struct board *board = context;
    board->view.hidden = !board->view.hidden && board->blinks_left > 0;
    if (board->view.hidden)
        board->blinks_left--;
    show(board);
    if (board->view.hidden || board->blinks_left)
        loop_timer_set(board->blink, BLINK_MS);
}

static void on_stale(void *context) {
    struct board *board = context;
    log_warning("display", "%s: nothing heard of the hall for %lld s", board->config.name,
                (long long)(board->stale_after_ms / 1000));
    board->view.stale = true;
    show(board);
}

static void hall_lives(struct board *board) {
    board->view.stale = false;
    loop_timer_set(board->stale, board->stale_after_ms);
}

// --- messages ----------------------------------------------------------------------------------

static bool heard_before(struct board *board, uint64_t seq) {
    for (uint32_t i = 0; i < HEARD_MAX; i++)
        if (board->heard[i] == seq)
            return true;
    board->heard[board->heard_next++ % HEARD_MAX] = seq;
    return false;
}

static void drop_pending(struct board *board, const char *number) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < board->pending_count; i++)
        if (strcmp(board->pending[i].call.number, number) != 0)
            board->pending[kept++] = board->pending[i];
    board->pending_count = kept;
}

static void await(struct board *board, const json_t *body) {
    struct pending *call;
    if (board->pending_count == PENDING_MAX) {
        acknowledge(board, &board->pending[0], "replaced");
        memmove(board->pending, board->pending + 1, (PENDING_MAX - 1) * sizeof *board->pending);
        board->pending_count--;
    }
    call = &board->pending[board->pending_count++];
    call->call = board->view.calls[0]; // the newest
    call->call.seq = (uint64_t)json_integer_value(json_object_get(body, "seq"));
    call->since_ms = loop_boot_ms();
    loop_timer_set(board->late, CALL_MS);
    card_tell_again(board->card, 0); // a recall changes no text, and must be seen to be there
    board->blinks_left = board->config.blink;
    board->view.hidden = false;
    loop_timer_set(board->blink, -1);
}

static void on_call(struct board *board, const json_t *body) {
    const char *number = json_string_value(json_object_get(body, "number"));
    uint64_t seq = (uint64_t)json_integer_value(json_object_get(body, "seq"));
    bool calls = false;
    if (!heard_before(board, seq) && view_called(&board->view, body, &calls)) {
        if (calls)
            await(board, body);
        else
            drop_pending(board, number);
    }
    show(board);
}

// The heartbeat; a retained "online: false" is the will of a daemon that is gone.
static void on_hall(struct board *board, const json_t *body) {
    if (!json_is_true(json_object_get(body, "online")))
        return;
    hall_lives(board);
    show(board);
}

static void take(struct board *board, const char *below, const json_t *body) {
    if (strcmp(below, "state/hall") == 0)
        on_hall(board, body);
    else if (strncmp(below, "call/", 5) == 0)
        on_call(board, body);
    else if (board->config.window ? view_window(&board->view, body)
                                  : view_board(&board->view, body))
        show(board);
}

static void on_message(void *context, const struct bus_message *message) {
    struct board *board = context;
    size_t prefix = strlen(board->machine->prefix);
    json_t *body;
    if (message->length > PAYLOAD_MAX ||
        strncmp(message->topic, board->machine->prefix, prefix) != 0)
        return;
    body = json_loadb(message->payload, message->length, JSON_REJECT_DUPLICATES, NULL);
    if (!message->retained && json_is_object(body) &&
        !json_is_false(json_object_get(body, "online")))
        hall_lives(board); // the hall itself has just said something, not its will
    if (json_is_object(body))
        take(board, message->topic + prefix, body);
    else
        log_warning("display", "%s: %s makes no sense", board->config.name, message->topic);
    json_decref(body);
}

// --- how the board is --------------------------------------------------------------------------

static void report(struct board *board) {
    if (bus_is_up(board->bus))
        machine_report(board->machine, board->bus, board->config.name, "board",
                       card_fault(board->card));
}

static void on_up(void *context) {
    report(context);
}

static void on_health(void *context, const char *fault) {
    struct board *board = context;
    if (fault[0])
        log_warning("display", "%s: the card is not well: %s", board->config.name, fault);
    else
        log_notice("display", "%s: the card is well", board->config.name);
    report(board);
}

// --- making and freeing ------------------------------------------------------------------------

static int subscribe(struct board *board, const char *below, unsigned window) {
    char filter[TOPIC_BYTES];
    if (window)
        snprintf(filter, sizeof filter, "%s%s%u", board->machine->prefix, below, window);
    else
        snprintf(filter, sizeof filter, "%s%s", board->machine->prefix, below);
    return bus_subscribe(board->bus, filter, 1);
}

static int subscribe_all(struct board *board) {
    char state[48] = "state/window/", call[48] = "call/+"; // a strip's zone is the hall's business
    if (!board->config.window) {
        snprintf(state, sizeof state, "state/board/%s", board->config.zone);
        snprintf(call, sizeof call, "call/%s", board->config.zone);
    }
    return subscribe(board, "state/hall", 0) | subscribe(board, state, board->config.window) |
           subscribe(board, call, 0);
}

static struct card *make_card(struct board *board) {
    const struct config_board *config = &board->config;
    struct card_events events = {on_settled, on_failed, on_health, board};
    struct card_shape shape = {
        .width = (uint16_t)config->width, .rows = config->rows, .speed = (uint8_t)config->speed};
    uint32_t first = config->number_height, others = first ? config->rows - 1 : config->rows;
    for (uint32_t i = 0; i < config->rows; i++)
        shape.heights[i] =
            (uint16_t)(first && i == 0 ? first : (config->height - first) / (others ? others : 1));
    return card_new(board->loop, config->port, &shape, &events);
}

struct board *board_new(struct loop *loop, const struct machine *machine,
                        const struct config_board *config, int64_t stale_after_ms) {
    struct bus_events events = {.up = on_up, .message = on_message};
    struct board *board = calloc(1, sizeof *board);
    if (!board)
        return NULL;
    events.context = board;
    board->loop = loop;
    board->machine = machine;
    board->config = *config;
    board->stale_after_ms = stale_after_ms;
    board->view = (struct view){.board = &board->config, .stale = true};
    board->stale = loop_timer_new(loop, on_stale, board);
    board->late = loop_timer_new(loop, on_late, board);
    board->blink = loop_timer_new(loop, on_blink, board);
    board->card = board->stale && board->late && board->blink ? make_card(board) : NULL;
    board->bus = board->card ? machine_link(machine, loop, config->name, "board", &events) : NULL;
    if (!board->bus || subscribe_all(board)) {
        board_free(board);
        return NULL;
    }
    show(board);
    return board;
}

void board_free(struct board *board) {
    if (!board)
        return;
    machine_leave(board->machine, board->bus, board->config.name, "board");
    card_free(board->card);
    loop_timer_free(board->stale);
    loop_timer_free(board->late);
    loop_timer_free(board->blink);
    free(board);
}

const struct config_board *board_config(const struct board *board) {
    return &board->config;
}
