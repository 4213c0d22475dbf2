// SPDX-License-Identifier: Apache-2.0
/*
 * A board's knowledge: retained states say what is, calls say it a moment earlier. A state that was
 * made before the last call heard would take the call back for an instant, so it is left out.
 *
 * Invariant: what stands in a view is bounded and ended; numbers are letters and digits. A message
 * that makes no sense changes nothing.
 */
#include "display/led/view.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "display/led/gbk.h"

// --- reading -----------------------------------------------------------------------------------

static int64_t seq_of(const json_t *body) {
    return json_integer_value(json_object_get(body, "seq"));
}

// A restored hall may count from before: only what is a little older is old.
static bool is_old(const struct view *view, int64_t seq) {
    enum { A_LITTLE = 1000 };
    return seq < view->seq && view->seq - seq < A_LITTLE;
}

static bool read_number(const json_t *value, char out[VIEW_NUMBER_BYTES]) {
    const char *text = json_string_value(value);
    size_t length = text ? strlen(text) : 0;
    if (length == 0 || length >= VIEW_NUMBER_BYTES)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]))
            return false;
    memcpy(out, text, length + 1);
    return true;
}

static bool read_call(const json_t *body, struct view_call *call) {
    json_int_t window = json_integer_value(json_object_get(body, "window"));
    if (window < 1 || window > 9999 || !read_number(json_object_get(body, "number"), call->number))
        return false;
    call->window = (uint32_t)window;
    return true;
}

// A text cut short keeps whole characters: gbk_text looks at the rest.
static void read_note(const json_t *value, struct view_note *note) {
    const char *zh = json_string_value(json_object_get(value, "zh"));
    const char *en = json_string_value(json_object_get(value, "en"));
    snprintf(note->zh, sizeof note->zh, "%s", zh ? zh : "");
    snprintf(note->en, sizeof note->en, "%s", en ? en : "");
}

static enum view_window state_named(const char *name) {
    static const char *const names[] = {[VIEW_CLOSED] = "closed",
                                        [VIEW_OPEN] = "open",
                                        [VIEW_CALLING] = "calling",
                                        [VIEW_SERVING] = "serving",
                                        [VIEW_PAUSED] = "paused"};
    for (unsigned i = VIEW_CLOSED; name && i <= VIEW_PAUSED; i++)
        if (strcmp(names[i], name) == 0)
            return (enum view_window)i;
    return VIEW_UNKNOWN;
}

bool view_window(struct view *view, const json_t *body) {
    enum view_window state = state_named(json_string_value(json_object_get(body, "state")));
    struct view_call call = {.window = view->board->window};
    bool numbered = read_number(json_object_get(body, "number"), call.number);
    if (state == VIEW_UNKNOWN || is_old(view, seq_of(body)))
        return false;
    view->seq = seq_of(body);
    view->state = state;
    view->call_count = numbered && (state == VIEW_CALLING || state == VIEW_SERVING);
    view->calls[0] = call;
    read_note(json_object_get(body, "text"), &view->note);
    return true;
}

bool view_board(struct view *view, const json_t *body) {
    const json_t *calls = json_object_get(body, "calls"),
                 *notices = json_object_get(body, "notices");
    if (!json_is_array(calls) || is_old(view, seq_of(body)))
        return false;
    view->seq = seq_of(body);
    view->call_count = 0;
    for (size_t i = 0; i < json_array_size(calls) && view->call_count < VIEW_CALLS_MAX; i++) {
        struct view_call call = {0};
        if (read_call(json_array_get(calls, i), &call))
            view->calls[view->call_count++] = call;
    }
    read_note(json_object_get(json_array_get(notices, 0), "text"), &view->note);
    return true;
}

// --- calls -------------------------------------------------------------------------------------

static void remove_call(struct view *view, const char *number) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < view->call_count; i++)
        if (strcmp(view->calls[i].number, number) != 0)
            view->calls[kept++] = view->calls[i];
    view->call_count = kept;
}

static void put_call(struct view *view, const struct view_call *call) {
    remove_call(view, call->number);
    if (view->board->window)
        view->call_count = 0;
    else if (view->call_count == VIEW_CALLS_MAX)
        view->call_count--;
    memmove(view->calls + 1, view->calls, view->call_count * sizeof *view->calls);
    view->calls[0] = *call;
    view->call_count++;
    view->state = VIEW_CALLING;
}

bool view_called(struct view *view, const json_t *body, bool *calls) {
    const char *what = json_string_value(json_object_get(body, "do"));
    struct view_call call = {.seq = (uint64_t)seq_of(body)};
    *calls = what && (strcmp(what, "call") == 0 || strcmp(what, "recall") == 0);
    if (!what || seq_of(body) < 1 || (!*calls && strcmp(what, "withdraw") != 0))
        return false; // notices come with the state
    if (!read_call(body, &call) || (view->board->window && call.window != view->board->window))
        return false;
    view->seq = seq_of(body);
    if (*calls)
        put_call(view, &call);
    else
        remove_call(view, call.number);
    if (!view->call_count && view->state == VIEW_CALLING)
        view->state = VIEW_OPEN;
    return true;
}

static uint32_t calls_seen(const struct view *view) {
    uint32_t most = view->board->window ? 1 : view->board->rows;
    return view->call_count < most ? view->call_count : most;
}

bool view_has(const struct view *view, const struct view_call *call) {
    for (uint32_t i = 0; !view->stale && i < calls_seen(view); i++)
        if (view->calls[i].window == call->window &&
            strcmp(view->calls[i].number, call->number) == 0)
            return true;
    return false;
}

// --- rows --------------------------------------------------------------------------------------

struct words { // one thing to say, its head apart so that it may stand large
    char head[64];
    char zh[VIEW_NOTE_BYTES], en[VIEW_NOTE_BYTES];
};

// zh, en or both, as the board speaks.
static void tail_of(const struct view *view, const struct words *words, char *out, size_t room) {
    bool zh = view->board->languages & LANGUAGE_ZH && words->zh[0],
         en = view->board->languages & LANGUAGE_EN && words->en[0];
    snprintf(out, room, "%s%s%s", zh ? words->zh : "", zh && en ? " " : "", en ? words->en : "");
}

static void add(struct card_row *row, const char *code, const char *text) {
    size_t length = text[0] ? strlen(code) : 0; // the codes are short, see config.h
    if (row->length + length > sizeof row->text)
        return;
    memcpy(row->text + row->length, code, length);
    row->length += length;
    row->length += gbk_text(text, row->text + row->length, sizeof row->text - row->length);
}

// A row of a head and what follows it; wider than the board, it scrolls.
static void compose(const struct view *view, struct card_row *row, const char *head,
                    const char *tail) {
    const struct config_board *board = view->board;
    uint32_t high = board->number_height > board->font ? board->number_height : board->font;
    uint8_t plain[CARD_ROW_BYTES];
    size_t width = gbk_width(plain, gbk_text(head, plain, sizeof plain), high);
    width += gbk_width(plain, gbk_text(tail, plain, sizeof plain), board->font);
    if (head[0] && tail[0])
        width += board->font / 2;
    add(row, board->number_code, head);
    add(row, "", head[0] && tail[0] ? " " : "");
    add(row, board->text_code, tail);
    row->scrolls = width > board->width;
}

// A strip: the head large in the first row, the rest below it; languages apart where there is room.
static void lay_out(const struct view *view, const struct words *words, struct card_row *rows) {
    char tail[2 * VIEW_NOTE_BYTES];
    bool both = view->board->languages == (LANGUAGE_ZH | LANGUAGE_EN);
    tail_of(view, words, tail, sizeof tail);
    if (view->board->rows == 1 || !words->head[0]) {
        compose(view, &rows[0], words->head, tail);
    } else if (view->board->rows > 2 && both) {
        compose(view, &rows[0], words->head, "");
        compose(view, &rows[1], "", words->zh);
        compose(view, &rows[2], "", words->en);
    } else {
        compose(view, &rows[0], words->head, "");
        compose(view, &rows[1], "", tail);
    }
}

static void say(struct words *words, const char *zh, const char *en) {
    snprintf(words->zh, sizeof words->zh, "%s", zh);
    snprintf(words->en, sizeof words->en, "%s", en);
}

static void say_idle(const struct view *view, struct words *words) {
    uint32_t window = view->board->window;
    if (view->board->idle[0])
        say(words, view->board->idle, view->board->idle);
    else if (window) {
        snprintf(words->zh, sizeof words->zh, "%u号窗口", window);
        snprintf(words->en, sizeof words->en, "Window %u", window);
    }
    if (view->board->idle[0] && view->board->languages & LANGUAGE_ZH)
        words->en[0] = 0; // once is enough
}

static void say_call(const struct view *view, struct words *words) {
    const struct view_call *call = &view->calls[0];
    snprintf(words->head, sizeof words->head, "%s", call->number);
    if (view->state == VIEW_SERVING) {
        say(words, "正在办理", "Now serving");
        return;
    }
    snprintf(words->zh, sizeof words->zh, "请到%u号窗口", call->window);
    snprintf(words->en, sizeof words->en, "Window %u", call->window);
}

static void strip_rows(const struct view *view, struct card_row *rows) {
    struct words words = {0};
    if (view->call_count)
        say_call(view, &words);
    else if (view->state == VIEW_CLOSED)
        say(&words, "窗口关闭", "Closed");
    else if (view->state == VIEW_PAUSED && view->note.zh[0])
        say(&words, view->note.zh, view->note.en);
    else if (view->state == VIEW_PAUSED)
        say(&words, "暂停服务", "Paused");
    else
        say_idle(view, &words);
    lay_out(view, &words, rows);
}

static void board_rows(const struct view *view, struct card_row *rows) {
    uint32_t seen = calls_seen(view);
    struct words words = {0};
    char tail[2 * VIEW_NOTE_BYTES];
    for (uint32_t i = 0; i < seen; i++) {
        snprintf(words.zh, sizeof words.zh, "请到%u号窗口", view->calls[i].window);
        snprintf(words.en, sizeof words.en, "Window %u", view->calls[i].window);
        tail_of(view, &words, tail, sizeof tail);
        compose(view, &rows[i], view->calls[i].number, tail);
    }
    if (seen == view->board->rows)
        return;
    say(&words, view->note.zh, view->note.en);
    if (!words.zh[0] && !seen)
        say_idle(view, &words);
    tail_of(view, &words, tail, sizeof tail);
    compose(view, &rows[seen ? view->board->rows - 1 : 0], "", tail);
}

void view_rows(const struct view *view, struct card_row rows[CARD_ROWS_MAX]) {
    struct words stale = {0};
    memset(rows, 0, CARD_ROWS_MAX * sizeof *rows);
    say(&stale, "系统暂停", "System paused");
    if (view->stale)
        lay_out(view, &stale, rows);
    else if (view->board->window)
        strip_rows(view, rows);
    else
        board_rows(view, rows);
    if (view->hidden) {
        uint32_t dark = view->board->window ? view->board->rows : 1;
        memset(rows, 0, dark * sizeof *rows);
    }
    for (uint32_t i = 0; i < view->board->rows; i++)
        if (!rows[i].length) // an area without text keeps the old one
            rows[i].text[rows[i].length++] = ' ';
}
