// SPDX-License-Identifier: Apache-2.0
/*
 * What a board knows of its hall, and the rows it makes of it. Pure: messages in, rows out.
 */
#ifndef JIAOHAO_DISPLAY_LED_VIEW_H
#define JIAOHAO_DISPLAY_LED_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "display/led/card.h"
#include "display/led/config.h"

enum { VIEW_CALLS_MAX = CARD_ROWS_MAX, VIEW_NUMBER_BYTES = 16, VIEW_NOTE_BYTES = 200 };

enum view_window { VIEW_UNKNOWN, VIEW_CLOSED, VIEW_OPEN, VIEW_CALLING, VIEW_SERVING, VIEW_PAUSED };

struct view_note {
    char zh[VIEW_NOTE_BYTES], en[VIEW_NOTE_BYTES];
};

struct view_call {
    uint64_t seq;
    char number[VIEW_NUMBER_BYTES];
    uint32_t window;
};

struct view {
    const struct config_board *board;
    bool stale;             // nobody has heard of the hall for too long
    bool hidden;            // the dark half of a blink
    int64_t seq;            // of the newest message
    enum view_window state; // of a strip's window
    struct view_note note;  // why it is paused; a zone's first notice
    uint32_t call_count;    // a strip shows at most one
    struct view_call calls[VIEW_CALLS_MAX];
};

// What a message says, or false for one that makes no sense or is older than what is known.
bool view_window(struct view *view, const json_t *body);              // state/window/N
bool view_board(struct view *view, const json_t *body);               // state/board/ZONE
bool view_called(struct view *view, const json_t *body, bool *calls); // call/ZONE; *calls: to show
bool view_has(const struct view *view, const struct view_call *call); // is it to be seen?

void view_rows(const struct view *view, struct card_row rows[CARD_ROWS_MAX]);

#endif
