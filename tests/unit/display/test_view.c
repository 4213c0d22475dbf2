// SPDX-License-Identifier: Apache-2.0
/*
 * What boards make of messages: strips and boards in each state, calls before states, old states
 * after calls, wide text that scrolls, and messages that make no sense.
 */
#include "display/led/view.h"

#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct config_board strip = {.name = "strip-3",
                                    .window = 3,
                                    .width = 128,
                                    .height = 32,
                                    .rows = 2,
                                    .font = 16,
                                    .languages = 1};
static struct config_board wall = {.name = "wall",
                                   .zone = "hall",
                                   .width = 192,
                                   .height = 48,
                                   .rows = 3,
                                   .font = 16,
                                   .languages = 1};

static bool tell(struct view *view, bool (*take)(struct view *, const json_t *), const char *text) {
    json_t *body = json_loads(text, 0, NULL);
    bool taken;
    assert_non_null(body);
    taken = take(view, body);
    json_decref(body);
    return taken;
}

static bool is_call;

static bool called(struct view *view, const json_t *body) {
    return view_called(view, body, &is_call);
}

// The rows as UTF-8, joined by "|"; spaces that fill empty rows are left out.
static const char *rows_of(const struct view *view) {
    static char out[4096];
    struct card_row rows[CARD_ROWS_MAX];
    iconv_t to = iconv_open("UTF-8", "GBK");
    char *end = out;
    size_t room = sizeof out;
    view_rows(view, rows);
    for (uint32_t i = 0; i < view->board->rows; i++) {
        char *in = (char *)rows[i].text;
        size_t left = rows[i].length == 1 && in[0] == ' ' ? 0 : rows[i].length;
        assert_in_range(rows[i].length, 1, CARD_ROW_BYTES);
        assert_int_equal(iconv(to, &in, &left, &end, &room), 0);
        *end++ = '|';
    }
    end[-1] = 0;
    iconv_close(to);
    return out;
}

static void a_strip_follows_its_window(void **state) {
    struct view view = {.board = &strip};
    (void)state;
    assert_string_equal(rows_of(&view), "3号窗口|");
    assert_true(tell(&view, view_window, "{\"seq\":1,\"state\":\"closed\"}"));
    assert_string_equal(rows_of(&view), "窗口关闭|");
    assert_true(tell(&view, view_window, "{\"seq\":2,\"state\":\"open\"}"));
    assert_string_equal(rows_of(&view), "3号窗口|");
    assert_true(tell(&view, view_window, "{\"seq\":3,\"state\":\"calling\",\"number\":\"A012\"}"));
    assert_string_equal(rows_of(&view), "A012|请到3号窗口");
    assert_true(tell(&view, view_window, "{\"seq\":4,\"state\":\"serving\",\"number\":\"A012\"}"));
    assert_string_equal(rows_of(&view), "A012|正在办理");
    assert_true(tell(&view, view_window, "{\"seq\":5,\"state\":\"paused\"}"));
    assert_string_equal(rows_of(&view), "暂停服务|");
    assert_true(
        tell(&view, view_window,
             "{\"seq\":6,\"state\":\"paused\",\"text\":{\"zh\":\"午休\",\"en\":\"Lunch\"}}"));
    assert_string_equal(rows_of(&view), "午休|");
    view.stale = true;
    assert_string_equal(rows_of(&view), "系统暂停|");
}

static void languages_share_rows_or_have_their_own(void **state) {
    struct config_board both = strip;
    struct view view = {.board = &both};
    (void)state;
    both.languages = LANGUAGE_ZH | LANGUAGE_EN;
    tell(&view, view_window, "{\"seq\":3,\"state\":\"calling\",\"number\":\"A012\"}");
    assert_string_equal(rows_of(&view), "A012|请到3号窗口 Window 3");
    both.rows = 3;
    assert_string_equal(rows_of(&view), "A012|请到3号窗口|Window 3");
    both.rows = 1;
    assert_string_equal(rows_of(&view), "A012 请到3号窗口 Window 3");
    both.languages = LANGUAGE_EN;
    assert_string_equal(rows_of(&view), "A012 Window 3");
}

static void what_is_too_wide_scrolls(void **state) {
    struct config_board narrow = strip;
    struct view view = {.board = &narrow};
    struct card_row rows[CARD_ROWS_MAX];
    (void)state;
    tell(&view, view_window, "{\"seq\":3,\"state\":\"calling\",\"number\":\"A012\"}");
    view_rows(&view, rows);
    assert_false(rows[0].scrolls || rows[1].scrolls);
    narrow.width = 80; // 请到3号窗口 is 88
    view_rows(&view, rows);
    assert_false(rows[0].scrolls);
    assert_true(rows[1].scrolls);
    narrow.width = 88;
    view_rows(&view, rows);
    assert_false(rows[1].scrolls);
}

static void codes_come_from_the_settings_only(void **state) {
    struct config_board coded = strip;
    struct view view = {.board = &coded};
    struct card_row rows[CARD_ROWS_MAX];
    (void)state;
    strcpy(coded.number_code, "\\FO002");
    strcpy(coded.text_code, "\\FO000");
    tell(&view, view_window, "{\"seq\":3,\"state\":\"calling\",\"number\":\"A012\"}");
    view_rows(&view, rows);
    assert_memory_equal(rows[0].text, "\\FO002A012", 10);
    assert_memory_equal(rows[1].text, "\\FO000", 6);
    assert_false(rows[0].scrolls); // codes take no room
    tell(&view, view_window,
         "{\"seq\":4,\"state\":\"paused\",\"text\":{\"zh\":\"\\\\FO009乗\",\"en\":\"\"}}");
    view_rows(&view, rows);
    assert_int_equal(rows[0].length, 6 + 6 + 2);
    assert_memory_equal(rows[0].text, "\\FO000/FO009\xA1\xF5", 14);
}

static void a_call_is_seen_before_its_state_and_withdrawn(void **state) {
    struct view view = {.board = &strip};
    (void)state;
    tell(&view, view_window, "{\"seq\":2,\"state\":\"open\"}");
    assert_true(
        tell(&view, called, "{\"seq\":5,\"do\":\"call\",\"number\":\"A012\",\"window\":3}"));
    assert_true(is_call);
    assert_string_equal(rows_of(&view), "A012|请到3号窗口");
    assert_false(
        tell(&view, view_window, "{\"seq\":4,\"state\":\"open\"}")); // made before the call
    assert_string_equal(rows_of(&view), "A012|请到3号窗口");
    assert_false(tell(&view, called, "{\"seq\":6,\"do\":\"call\",\"number\":\"B1\",\"window\":4}"));
    assert_string_equal(rows_of(&view), "A012|请到3号窗口");
    assert_true(
        tell(&view, called, "{\"seq\":7,\"do\":\"withdraw\",\"number\":\"A012\",\"window\":3}"));
    assert_false(is_call);
    assert_string_equal(rows_of(&view), "3号窗口|");
    view.seq = 100000; // a hall that was restored counts from before
    assert_true(tell(&view, view_window, "{\"seq\":9,\"state\":\"closed\"}"));
}

static void a_wall_lists_the_last_calls(void **state) {
    struct view view = {.board = &wall};
    struct view_call call = {.number = "A2", .window = 2};
    (void)state;
    assert_string_equal(rows_of(&view), "||");
    tell(&view, view_board,
         "{\"seq\":1,\"calls\":[{\"number\":\"A1\",\"window\":1}],\"notices\":[]}");
    assert_string_equal(rows_of(&view), "A1 请到1号窗口||");
    tell(&view, called, "{\"seq\":2,\"do\":\"call\",\"number\":\"A2\",\"window\":2}");
    assert_string_equal(rows_of(&view), "A2 请到2号窗口|A1 请到1号窗口|");
    assert_true(view_has(&view, &call));
    tell(&view, called, "{\"seq\":3,\"do\":\"recall\",\"number\":\"A1\",\"window\":1}");
    assert_string_equal(rows_of(&view), "A1 请到1号窗口|A2 请到2号窗口|");
    tell(&view, called, "{\"seq\":4,\"do\":\"call\",\"number\":\"A3\",\"window\":3}");
    tell(&view, called, "{\"seq\":5,\"do\":\"call\",\"number\":\"A4\",\"window\":4}");
    assert_string_equal(rows_of(&view), "A4 请到4号窗口|A3 请到3号窗口|A1 请到1号窗口");
    assert_false(view_has(&view, &call)); // pushed out
    for (int i = 0; i < 20; i++)
        tell(&view, called, "{\"seq\":6,\"do\":\"call\",\"number\":\"A5\",\"window\":5}");
    assert_in_range(view.call_count, 1, VIEW_CALLS_MAX);
}

static void a_notice_stands_in_the_last_free_row(void **state) {
    struct view view = {.board = &wall};
    (void)state;
    tell(&view, view_board,
         "{\"seq\":1,\"calls\":[{\"number\":\"A1\",\"window\":1}],"
         "\"notices\":[{\"id\":1,\"text\":{\"zh\":\"请勿吸烟\",\"en\":\"No smoking\"}}]}");
    assert_string_equal(rows_of(&view), "A1 请到1号窗口||请勿吸烟");
}

static void the_dark_half_of_a_blink_has_no_text(void **state) {
    struct view view = {.board = &strip, .hidden = true};
    struct view all = {.board = &wall, .hidden = true};
    (void)state;
    assert_string_equal(rows_of(&view), "|");
    tell(&all, view_board,
         "{\"seq\":1,\"calls\":[{\"number\":\"A1\",\"window\":1},{\"number\":\"A2\",\"window\":2}],"
         "\"notices\":[]}");
    assert_string_equal(rows_of(&all), "|A2 请到2号窗口|"); // only the newest blinks
}

static void what_makes_no_sense_changes_nothing(void **state) {
    static const char *const bad[] = {
        "{}",
        "{\"seq\":9,\"do\":\"call\"}",
        "{\"seq\":9,\"do\":\"shout\",\"number\":\"A1\",\"window\":3}",
        "{\"seq\":0,\"do\":\"call\",\"number\":\"A1\",\"window\":3}",
        "{\"seq\":\"9\",\"do\":\"call\",\"number\":\"A1\",\"window\":3}",
        "{\"seq\":9,\"do\":\"call\",\"number\":\"\\\\FO1\",\"window\":3}",
        "{\"seq\":9,\"do\":\"call\",\"number\":\"A1234567890123456789\",\"window\":3}",
        "{\"seq\":9,\"do\":\"call\",\"number\":[],\"window\":3}",
        "{\"seq\":9,\"do\":\"call\",\"number\":\"A1\",\"window\":-3}",
        "{\"seq\":9,\"do\":\"call\",\"number\":\"A1\",\"window\":99999}",
        "{\"seq\":9,\"state\":\"broken\"}",
        "{\"seq\":9,\"state\":7}",
        "{\"seq\":9,\"calls\":{}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct view view = {.board = &strip}, same = view;
        assert_false(tell(&view, called, bad[i]));
        assert_false(tell(&view, view_window, bad[i]));
        assert_false(tell(&view, view_board, bad[i]));
        assert_memory_equal(&view, &same, sizeof view);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_strip_follows_its_window),
        cmocka_unit_test(languages_share_rows_or_have_their_own),
        cmocka_unit_test(what_is_too_wide_scrolls),
        cmocka_unit_test(codes_come_from_the_settings_only),
        cmocka_unit_test(a_call_is_seen_before_its_state_and_withdrawn),
        cmocka_unit_test(a_wall_lists_the_last_calls),
        cmocka_unit_test(a_notice_stands_in_the_last_free_row),
        cmocka_unit_test(the_dark_half_of_a_blink_has_no_text),
        cmocka_unit_test(what_makes_no_sense_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
