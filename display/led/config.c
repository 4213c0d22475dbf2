// SPDX-License-Identifier: Apache-2.0
/*
 * The section `display` by table: when a display is stale, and the boards by the names of their
 * devices. What tables cannot say is checked here: a board is a strip for a window or a board of a
 * zone, its rows fit, its port can be opened, its codes are codes.
 *
 * Invariant: a board that was read without fault can be drawn: every row is at least one font high.
 */
#include "display/led/config.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "display/led/card.h"

static const char *const drivers[] = {"bx5k", NULL};

static void read_languages(struct yaml_file *file, struct yaml_node *node, void *into,
                           void *context) {
    static const char *const names[] = {"zh", "en", NULL};
    static const struct yaml_key key = {
        .name = "languages", .type = YAML_CHOICE, .choices = names, .size = sizeof(uint32_t)};
    struct config_board *board = into;
    size_t count = yaml_count(file, node);
    (void)context;
    board->languages = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t which = 0;
        if (yaml_scalar(file, yaml_item(node, i), &key, &which))
            board->languages |= 1u << which;
    }
    if (!board->languages)
        yaml_fault(file, node, "no language, write [zh], [en] or [zh, en]");
}

#define BOARD(field)                                                                               \
    .offset = offsetof(struct config_board, field),                                                \
    .size = sizeof(((struct config_board *)0)->field)

static const struct yaml_key board_keys[] = {
    {.name = "port",
     .type = YAML_TEXT,
     .required = true,
     .least = 1,
     BOARD(port),
     .help = "where the card is: tcp:10.0.0.5:5005, serial:/dev/ttyUSB0?baud=57600 or pty:/path"},
    {.name = "driver",
     .type = YAML_CHOICE,
     .choices = drivers,
     .fallback = "bx5k",
     BOARD(driver),
     .help = "what card it is; bx5k: Onbon BX-5K, 5MK and 6K font cards"},
    {.name = "window",
     .type = YAML_U32,
     .least = 1,
     .most = 9999,
     BOARD(window),
     .help = "a strip above this window"},
    {.name = "zone",
     .type = YAML_CODE,
     .least = 1,
     BOARD(zone),
     .help = "in place of window: a board of the last calls of this zone"},
    {.name = "width",
     .type = YAML_U32,
     .least = 32,
     .most = 4096,
     .fallback = "128",
     BOARD(width),
     .help = "pixels, a multiple of 8"},
    {.name = "height",
     .type = YAML_U32,
     .least = 8,
     .most = 1024,
     .fallback = "32",
     BOARD(height),
     .help = "pixels"},
    {.name = "rows",
     .type = YAML_U32,
     .least = 1,
     .most = CARD_ROWS_MAX,
     BOARD(rows),
     .help = "rows of text, each a dynamic area of the card; by default as many as fit, at most 2 "
             "on a strip and 4 on a board"},
    {.name = "font",
     .type = YAML_U32,
     .least = 8,
     .most = 128,
     .fallback = "16",
     BOARD(font),
     .help = "height in pixels of the characters that the card draws: wider text scrolls"},
    {.name = "number_height",
     .type = YAML_U32,
     .least = 8,
     .most = 1024,
     BOARD(number_height),
     .help = "height in pixels of a strip's first row, for a large number; by default all rows are "
             "equal"},
    {.name = "languages",
     .type = YAML_CUSTOM,
     .read = read_languages,
     .help = "[zh], [en] or [zh, en] (default [zh])"},
    {.name = "idle",
     .type = YAML_TEXT,
     .fallback = "",
     BOARD(idle),
     .help = "what stands there when nobody is called; empty: the window's number, or nothing"},
    {.name = "blink",
     .type = YAML_U32,
     .least = 0,
     .most = 10,
     .fallback = "3",
     BOARD(blink),
     .help = "how often a call blinks"},
    {.name = "speed",
     .type = YAML_U32,
     .least = 0,
     .most = 63,
     .fallback = "4",
     BOARD(speed),
     .help = "of scrolling, 0 = fastest"},
    {.name = "number_code",
     .type = YAML_TEXT,
     .fallback = "",
     BOARD(number_code),
     .help = "the card's own codes before a number, for a large font or a colour; with their "
             "backslashes, as its manual prints them"},
    {.name = "text_code",
     .type = YAML_TEXT,
     .fallback = "",
     BOARD(text_code),
     .help = "the same before other text"},
    {.name = NULL},
};

// --- what tables cannot say --------------------------------------------------------------------

// A backslash, letters and digits, any number of times.
static bool is_code(const char *text) {
    while (*text == '\\' && isupper((unsigned char)text[1]))
        for (text++; isalnum((unsigned char)*text);)
            text++;
    return !*text;
}

static bool is_device_name(const char *name) {
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return length > 0 && length < 32 && !name[length];
}

static void default_rows(struct config_board *board) {
    uint32_t most = board->window ? 2 : 4, fit = board->height / board->font;
    if (!board->rows)
        board->rows = fit < 1 ? 1 : fit < most ? fit : most;
}

static void check_shape(struct yaml_file *file, struct yaml_node *node,
                        struct config_board *board) {
    uint32_t others = board->number_height ? board->rows - 1 : board->rows,
             left = board->height - board->number_height;
    if (board->width % 8)
        yaml_fault(file, node, "width %u is no multiple of 8", board->width);
    if (board->number_height > board->height || (others && left / others < board->font))
        yaml_fault(file, node,
                   "%u rows of %u pixels do not fit into a height of %u: fewer rows, a smaller "
                   "font",
                   board->rows, board->font, board->height);
    if (board->number_height && !board->window)
        yaml_fault(file, node, "number_height is for strips, leave it out beside zone");
}

static void check_board(struct yaml_file *file, struct yaml_node *node,
                        struct config_board *board) {
    const char *fault;
    if (!board->window == !board->zone[0])
        yaml_fault(file, node,
                   "a board has either a window (a strip) or a zone, write one of them");
    if (board->port[0] && port_check(board->port, &fault))
        yaml_fault(file, yaml_value(node, "port"), "%s", fault);
    if (!is_code(board->number_code) || !is_code(board->text_code))
        yaml_fault(file, node, "number_code and text_code are codes such as \\FO001, or empty");
    default_rows(board);
    check_shape(file, node, board);
}

static void read_boards(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct config *config = into;
    size_t count = yaml_pairs(file, node);
    (void)context;
    for (size_t i = 0; i < count; i++) {
        const char *name = NULL;
        struct yaml_node *value = yaml_pair(node, i, &name);
        struct config_board *board = &config->boards[config->board_count];
        if (config->board_count == CONFIG_BOARDS_MAX) {
            yaml_fault(file, node, "too many boards, at most %d", CONFIG_BOARDS_MAX);
            return;
        }
        if (!is_device_name(name)) {
            yaml_fault(file, value, "a device's name has up to 31 of a-z, 0-9 and -");
            continue;
        }
        memset(board, 0, sizeof *board);
        snprintf(board->name, sizeof board->name, "%s", name);
        board->languages = LANGUAGE_ZH;
        yaml_read(file, value, board_keys, board, NULL);
        check_board(file, value, board);
        config->board_count++;
    }
}

static const struct yaml_key display_keys[] = {
    {.name = "stale_after",
     .type = YAML_DURATION,
     .least = 2000,
     .most = 600000,
     .fallback = "30 s",
     .offset = offsetof(struct config, stale_after_ms),
     .size = sizeof(int64_t),
     .help = "after so long without a word from the hall the boards say that they are stale"},
    {.name = "boards",
     .type = YAML_CUSTOM,
     .read = read_boards,
     .help = "the boards, by the names of their devices in hall.yaml"},
    {.name = NULL},
};

int config_read(const char *path, struct config *config, FILE *out) {
    struct machine_section section = {.section = "display", .table = display_keys, .into = config};
    memset(config, 0, sizeof *config);
    return machine_read(path, &config->machine, &section, out);
}

void config_print_keys(FILE *out) {
    yaml_print_keys(display_keys, "", out);
    yaml_print_keys(board_keys, "boards NAME ", out);
}
