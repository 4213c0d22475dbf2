// SPDX-License-Identifier: Apache-2.0
/*
 * What pages, boards and phones are shown of a small hall through a morning: each view in the states
 * a hall goes through, every value looked at where it stands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

#include "daemon/wire/wire.h"
#include "tests/unit/wire/small_hall.h"

static struct wire_place place_of(const struct small *small) {
    return (struct wire_place){.hall = small->hall,
                               .now_ms = small->now_ms,
                               .public_url = "http://192.0.2.7",
                               .online = true};
}

// The value at "a.b.0.c", NULL if there is none.
static const json_t *at_path(const json_t *view, const char *path) {
    char word[32];
    while (view && *path) {
        size_t length = strcspn(path, ".");
        snprintf(word, sizeof word, "%.*s", (int)length, path);
        view = json_is_array(view) ? json_array_get(view, (size_t)atoi(word))
                                   : json_object_get(view, word);
        path += length + (path[length] == '.');
    }
    return view;
}

static void expect(const json_t *view, const char *path, const char *wanted) {
    const json_t *value = at_path(view, path);
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : strdup("(nothing)");
    if (strcmp(text, wanted) != 0)
        fail_msg("%s is %s, not %s", path, text, wanted);
    free(text);
}

struct wanted {
    const char *path, *json;
};

// Frees the view.
static void expect_all(json_t *view, const struct wanted *wanted) {
    assert_non_null(view);
    for (; wanted->path; wanted++)
        expect(view, wanted->path, wanted->json);
    json_decref(view);
}

static void the_hall_says_what_it_offers(void **state) {
    struct small small = small_open();
    (void)state;
    small_issue(&small, "A", "normal");
    struct wire_place place = place_of(&small);
    expect_all(
        wire_hall(&place),
        (struct wanted[]){{"code", "\"quzhou\""},
                          {"name", "{\"zh\":\"自然人大厅\",\"en\":\"Personal services\"}"},
                          {"languages", "[\"zh\",\"en\"]"},
                          {"day", "\"2026-11-23\""},
                          {"open", "true"},
                          {"online", "true"},
                          {"walk_in", "true"},
                          {"public_url", "\"http://192.0.2.7\""},
                          {"boards.0.code", "\"people\""},
                          {"zones.1.code", "\"west\""},
                          {"classes.1.code", "\"priority\""},
                          {"classes.1.needs_reason", "false"},
                          {"reasons.2.use", "\"pause\""},
                          {"services.0.code", "\"A\""},
                          {"services.0.board", "\"people\""},
                          {"services.0.zone", "\"east\""},
                          {"services.0.open", "true"},
                          {"services.0.opens_at", "null"},
                          {"services.0.stopped", "false"},
                          {"services.0.waiting", "1"},
                          {"services.0.wait", "{\"kind\":\"paused\",\"low_s\":0,\"high_s\":0}"},
                          {"services.2", "(nothing)"},
                          {"windows.1.number", "3"},
                          {"windows.1.state", "\"closed\""},
                          {"windows.1.ticket", "null"},
                          {"windows.1.services", "[\"A\",\"B\"]"},
                          {"windows.2.services", "[\"B\"]"},
                          {"at", "\"2026-11-23T09:00:00.000+08:00\""},
                          {0}});
    expect_all(wire_hall_state(&place),
               (struct wanted[]){{"online", "true"}, {"day", "\"2026-11-23\""}, {0}});
    small_close(&small);
}

static void a_shut_service_says_when_it_opens(void **state) {
    struct small small = small_open();
    (void)state;
    struct wire_place place = place_of(&small);
    place.now_ms = NINE - 30 * MINUTE;
    place.public_url = "";
    expect_all(wire_service(&place, 0),
               (struct wanted[]){
                   {"open", "false"}, {"opens_at", "\"2026-11-23T09:00:00.000+08:00\""}, {0}});
    expect_all(wire_hall(&place), (struct wanted[]){{"public_url", "null"}, {0}});
    small_close(&small);
}

static void a_new_ticket_says_all_a_slip_needs(void **state) {
    struct small small = small_open();
    (void)state;
    small_do(&small, small_verb(COMMAND_OPEN, 1));
    small_issue(&small, "A", "normal");
    small_issue(&small, "A", "normal");
    struct wire_place place = place_of(&small);
    expect_all(wire_issued(&place, 1, "t.20261123.5.mac"),
               (struct wanted[]){{"number", "\"A002\""},
                                 {"service", "\"A\""},
                                 {"class", "\"normal\""},
                                 {"state", "\"waiting\""},
                                 {"ahead", "1"},
                                 {"wait.kind", "\"range\""},
                                 {"token", "\"t.20261123.5.mac\""},
                                 {"url", "\"http://192.0.2.7/t#t.20261123.5.mac\""},
                                 {"issued_at", "\"2026-11-23T09:00:00.000+08:00\""},
                                 {"zone", "\"east\""},
                                 {"materials", "{\"zh\":\"身份证\",\"en\":\"Identity card\"}"},
                                 {0}});
    small_close(&small);
}

static void a_ticket_goes_from_waiting_to_called(void **state) {
    struct small small = small_open();
    (void)state;
    small_do(&small, small_verb(COMMAND_OPEN, 3));
    small_issue(&small, "A", "normal");
    struct wire_place place = place_of(&small);
    expect_all(wire_ticket(&place, 0),
               (struct wanted[]){
                   {"number", "\"A001\""},
                   {"service_name", "{\"zh\":\"社保\",\"en\":\"Social insurance\"}"},
                   {"window", "null"},
                   {"called_at", "(nothing)"},
                   {"language", "null"},
                   {"can", "{\"cancel\":true,\"return\":false,\"defer\":true,\"rate\":false}"},
                   {"rated", "null"},
                   {"needs", "[]"},
                   {0}});
    small.now_ms += 4 * MINUTE;
    small_do(&small, small_verb(COMMAND_NEXT, 3));
    place = place_of(&small);
    expect_all(wire_ticket(&place, 0),
               (struct wanted[]){{"state", "\"called\""},
                                 {"window", "3"},
                                 {"ahead", "0"},
                                 {"called_at", "\"2026-11-23T09:04:00.000+08:00\""},
                                 {"can.defer", "false"},
                                 {0}});
    small_close(&small);
}

static void a_window_shows_its_person_and_who_was_told(void **state) {
    struct small small = small_open();
    (void)state;
    struct wire_place place = place_of(&small);
    expect_all(wire_window(&place, 1), (struct wanted[]){{"number", "3"},
                                                         {"state", "\"closed\""},
                                                         {"ticket", "null"},
                                                         {"next", "null"},
                                                         {"can", "[\"open\"]"},
                                                         {"person", "null"},
                                                         {0}});
    small_do(&small, small_verb(COMMAND_OPEN, 3));
    small_issue(&small, "A", "normal");
    small_issue(&small, "B", "normal");
    small.now_ms += 4 * MINUTE;
    place = place_of(&small);
    expect_all(wire_window(&place, 1), (struct wanted[]){{"state", "\"open\""},
                                                         {"person", "12"},
                                                         {"next.number", "\"A001\""},
                                                         {"next.waited_s", "240"},
                                                         {"waiting.0.service", "\"A\""},
                                                         {"waiting.0.count", "1"},
                                                         {"waiting.1.longest_s", "240"},
                                                         {0}});
    small_do(&small, small_verb(COMMAND_NEXT, 3));
    small.now_ms += MINUTE;
    place = place_of(&small);
    expect_all(
        wire_window(&place, 1),
        (struct wanted[]){{"state", "\"calling\""},
                          {"ticket.number", "\"A001\""},
                          {"ticket.waited_s", "240"},
                          {"ticket.told.expected", "1"},
                          {"ticket.told.done", "0"},
                          {"ticket.told.at", "null"},
                          {"ticket.told.devices.0",
                           "{\"name\":\"board-3\",\"kind\":\"board\",\"state\":\"waiting\"}"},
                          {"ticket.grace_left_s", "null"},
                          {"ticket.can_miss", "false"},
                          {"next.number", "\"B001\""},
                          {0}});
    small_close(&small);
}

static struct command shown(const struct small *small) {
    struct command command = {.kind = COMMAND_SHOWN, .call = small->hall->tickets[0].last_call};
    snprintf(command.device, sizeof command.device, "board-3");
    return command;
}

static void grace_runs_from_the_first_showing(void **state) {
    struct small small = small_open();
    (void)state;
    small_do(&small, small_verb(COMMAND_OPEN, 3));
    small_issue(&small, "A", "normal");
    small_do(&small, small_verb(COMMAND_NEXT, 3));
    small_do(&small, shown(&small));
    small.now_ms += 30500;
    struct wire_place place = place_of(&small);
    expect_all(wire_window(&place, 1),
               (struct wanted[]){{"ticket.told.done", "1"},
                                 {"ticket.told.devices.0.state", "\"done\""},
                                 {"ticket.grace_left_s", "90"},
                                 {"ticket.can_miss", "false"},
                                 {0}});
    small.now_ms += 90000;
    place = place_of(&small);
    expect_all(wire_window(&place, 1),
               (struct wanted[]){{"ticket.grace_left_s", "0"}, {"ticket.can_miss", "true"}, {0}});
    small_do(&small, small_verb(COMMAND_MISS, 3));
    place = place_of(&small);
    expect_all(wire_window(&place, 1), (struct wanted[]){{"missed.0.number", "\"A001\""},
                                                         {"missed.0.misses", "1"},
                                                         {"recent.0.state", "\"missed\""},
                                                         {0}});
    expect_all(wire_ticket(&place, 0),
               (struct wanted[]){
                   {"state", "\"missed\""}, {"can.return", "true"}, {"window", "null"}, {0}});
    small_close(&small);
}

// Every verb of `can` is accepted by the hall, with the arguments a page would give.
static void what_can_be_done_is_what_the_hall_accepts(void **state) {
    struct small small = small_open();
    (void)state;
    for (int step = 0; step < 4; step++) {
        struct wire_place place = place_of(&small);
        json_t *view = wire_window(&place, 1);
        bool offered[COMMAND_KINDS] = {false};
        size_t at;
        json_t *verb;
        json_array_foreach(json_object_get(view, "can"), at, verb)
            offered[command_verbed(json_string_value(verb))] = true;
        for (unsigned kind = COMMAND_OPEN; kind <= COMMAND_RESUME; kind++) {
            bool bare = kind == COMMAND_OPEN || kind == COMMAND_CLOSE || kind == COMMAND_NEXT ||
                        kind == COMMAND_RECALL || kind == COMMAND_START || kind == COMMAND_MISS ||
                        kind == COMMAND_RESUME;
            struct command command = small_verb(kind, 3);
            struct decision *decision = malloc(sizeof *decision);
            command.at = (struct moment){.hall_ms = small.now_ms, .wall_ms = small.now_ms};
            bool accepted = hall_decide(small.hall, &command, decision) == 0;
            free(decision);
            if (bare && accepted != offered[kind])
                fail_msg("step %d: %s", step, command_verb(kind));
        }
        json_decref(view);
        if (step == 0)
            small_do(&small, small_verb(COMMAND_OPEN, 3));
        if (step == 1)
            small_issue(&small, "A", "normal");
        if (step == 2)
            small_do(&small, small_verb(COMMAND_NEXT, 3));
    }
    small_close(&small);
}

static void a_queue_is_in_order_of_effective_time(void **state) {
    struct small small = small_open();
    (void)state;
    small_do(&small, small_verb(COMMAND_OPEN, 1));
    small_issue(&small, "B", "normal");
    small.now_ms += MINUTE;
    small_issue(&small, "A", "normal");
    small.now_ms += MINUTE;
    small_issue(&small, "A", "priority");
    struct wire_place place = place_of(&small);
    expect_all(wire_queue(&place, 0), (struct wanted[]){{"window", "1"},
                                                        {"count", "3"},
                                                        {"waiting.0.number", "\"B001\""},
                                                        {"waiting.0.waited_s", "120"},
                                                        {"waiting.0.passed", "0"},
                                                        {"waiting.1.number", "\"A001\""},
                                                        {"waiting.2.class", "\"priority\""},
                                                        {0}});
    expect_all(wire_queue(&place, 2),
               (struct wanted[]){{"count", "1"}, {"waiting.0.number", "\"B001\""}, {0}});
    small_close(&small);
}

static void a_window_that_is_none_shows_nothing(void **state) {
    struct small small = small_open();
    (void)state;
    struct wire_place place = place_of(&small);
    for (unsigned window = 3; window <= PLAN_NONE; window++) {
        assert_true(json_is_null(wire_window(&place, (uint16_t)window)));
        assert_true(json_is_null(wire_queue(&place, (uint16_t)window)));
    }
    small_close(&small);
}

static void a_long_queue_is_cut_at_fifty_and_counted_whole(void **state) {
    struct small small = small_open();
    (void)state;
    for (int person = 0; person < 70; person++)
        small_issue(&small, person % 2 ? "A" : "B", "normal");
    struct wire_place place = place_of(&small);
    json_t *view = wire_queue(&place, 0);
    assert_int_equal(json_array_size(json_object_get(view, "waiting")), 50);
    expect(view, "count", "70");
    expect(view, "waiting.49.number", "\"A025\"");
    json_decref(view);
    small_close(&small);
}

static void boards_show_calls_newest_first(void **state) {
    struct small small = small_open();
    (void)state;
    small_do(&small, small_verb(COMMAND_OPEN, 1));
    small_do(&small, small_verb(COMMAND_OPEN, 3));
    for (int person = 0; person < 4; person++)
        small_issue(&small, "A", "normal");
    small_issue(&small, "B", "normal");
    small_do(&small, small_verb(COMMAND_NEXT, 1));
    small.now_ms += MINUTE;
    small_do(&small, small_verb(COMMAND_NEXT, 3));
    struct wire_place place = place_of(&small);
    expect_all(wire_board_state(&place, 0),
               (struct wanted[]){{"calls.0.number", "\"A002\""},
                                 {"calls.0.window", "3"},
                                 {"calls.0.state", "\"called\""},
                                 {"calls.1.number", "\"A001\""},
                                 {"calls.1.at", "\"2026-11-23T09:00:00.000+08:00\""},
                                 {"calls.2", "(nothing)"},
                                 {"upcoming", "[\"A003\",\"A004\"]"},
                                 {"waiting.0.count", "2"},
                                 {"waiting.1", "(nothing)"},
                                 {"windows", "[{\"window\":1,\"state\":\"calling\"},"
                                             "{\"window\":3,\"state\":\"calling\"}]"},
                                 {0}});
    expect_all(wire_board_state(&place, PLAN_NONE),
               (struct wanted[]){{"calls.1.window", "1"},
                                 {"upcoming.2", "\"B001\""},
                                 {"waiting.1.service", "\"B\""},
                                 {"windows.2.window", "5"},
                                 {0}});
    expect_all(wire_window_state(&place, 1), (struct wanted[]){{"window", "3"},
                                                               {"zone", "\"east\""},
                                                               {"state", "\"calling\""},
                                                               {"number", "\"A002\""},
                                                               {"service", "\"A\""},
                                                               {"text", "(nothing)"},
                                                               {0}});
    small_close(&small);
}

static void a_paused_window_says_why(void **state) {
    struct small small = small_open();
    (void)state;
    small_do(&small, small_verb(COMMAND_OPEN, 3));
    struct command pause = small_verb(COMMAND_PAUSE, 3);
    snprintf(pause.reason, sizeof pause.reason, "meal");
    pause.until_ms = NINE + 30 * MINUTE;
    small_do(&small, pause);
    struct wire_place place = place_of(&small);
    expect_all(wire_window(&place, 1),
               (struct wanted[]){{"pause.reason", "\"meal\""},
                                 {"pause.until", "\"2026-11-23T09:30:00.000+08:00\""},
                                 {0}});
    expect_all(wire_window_state(&place, 1),
               (struct wanted[]){{"text", "{\"zh\":\"午餐\",\"en\":\"Meal\"}"}, {0}});
    small_close(&small);
}

static void the_floor_adds_up(void **state) {
    struct small small = small_open();
    (void)state;
    small_do(&small, small_verb(COMMAND_OPEN, 1));
    small_issue(&small, "A", "normal");
    small_issue(&small, "A", "priority");
    small_issue(&small, "B", "normal");
    small.now_ms += 3 * MINUTE;
    small_do(&small, small_verb(COMMAND_NEXT, 1));
    struct wire_place place = place_of(&small);
    expect_all(wire_floor(&place), (struct wanted[]){{"waiting", "2"},
                                                     {"longest_s", "180"},
                                                     {"services.0.issued", "2"},
                                                     {"services.0.called", "1"},
                                                     {"services.0.waiting", "1"},
                                                     {"windows.0.ticket", "\"A002\""},
                                                     {"windows.0.person", "12"},
                                                     {"classes.0.waiting", "2"},
                                                     {"windows.0.assigned", "false"},
                                                     {"alarms", "[]"},
                                                     {0}});
    expect_all(wire_devices(&place), (struct wanted[]){{"devices.0.name", "\"board-1\""},
                                                       {"devices.0.kind", "\"board\""},
                                                       {"devices.0.zone", "\"east\""},
                                                       {"devices.0.window", "null"},
                                                       {"devices.0.online", "false"},
                                                       {"devices.0.faults", "[]"},
                                                       {0}});
    small_close(&small);
}

static void the_floor_says_what_a_lead_did(void **state) {
    struct small small = small_open();
    struct command stop = {.kind = COMMAND_STOP_SERVICE, .service = "A", .note = "device"};
    struct command post = {.kind = COMMAND_POST_NOTICE, .text = {.zh = "暂停", .en = "Paused"}};
    (void)state;
    small_do(&small, stop);
    small_do(&small, post);
    struct wire_place place = place_of(&small);
    place.doubtful = true;
    expect_all(wire_floor(&place),
               (struct wanted[]){{"services.0.stopped", "true"},
                                 {"services.0.stop_reason", "\"device\""},
                                 {"notices.0.zone", "null"},
                                 {"notices.0.until", "null"},
                                 {"notices.0.text", "{\"zh\":\"暂停\",\"en\":\"Paused\"}"},
                                 {"alarms.0.code", "\"clock\""},
                                 {0}});
    small_close(&small);
}

static void a_call_is_said_in_both_languages(void **state) {
    struct small small = small_open();
    struct event called = {0};
    (void)state;
    small_do(&small, small_verb(COMMAND_OPEN, 3));
    small_issue(&small, "A", "normal");
    assert_int_equal(small_try(&small, small_verb(COMMAND_NEXT, 3), &called), 0);
    assert_int_equal(called.kind, EVENT_TICKET_CALLED);
    struct wire_place place = place_of(&small);
    expect_all(wire_call(&place, &called),
               (struct wanted[]){{"do", "\"call\""},
                                 {"number", "\"A001\""},
                                 {"window", "3"},
                                 {"silent", "false"},
                                 {"languages", "[\"zh\",\"en\"]"},
                                 {"phrase", "{\"zh\":\"请A001号到3号窗口\",\"en\":"
                                            "\"Ticket A001, please go to window 3\"}"},
                                 {0}});
    called.kind = EVENT_TICKET_MISSED;
    expect_all(wire_call(&place, &called),
               (struct wanted[]){{"do", "\"withdraw\""}, {"phrase", "(nothing)"}, {0}});
    struct event notice = {.seq = 9, .kind = EVENT_NOTICE_POSTED, .at.hall_ms = NINE};
    snprintf(notice.u.notice.text.zh, sizeof notice.u.notice.text.zh, "暂停");
    expect_all(wire_call(&place, &notice),
               (struct wanted[]){{"do", "\"notice\""}, {"text.zh", "\"暂停\""}, {0}});
    assert_null(wire_call(&place, &(struct event){.kind = EVENT_WINDOW_OPENED}));
    small_close(&small);
}

static void a_refusal_says_what_to_do_in_both_languages(void **state) {
    struct refusal refusal = {.code = REFUSED_WINDOW_CHANGED, .seq = 40};
    (void)state;
    expect_all(wire_refusal(&refusal, json_pack("{s:i}", "number", 3)),
               (struct wanted[]){{"code", "303"},
                                 {"status", "409"},
                                 {"seq", "40"},
                                 {"window.number", "3"},
                                 {"key", "(nothing)"},
                                 {0}});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hall_says_what_it_offers),
        cmocka_unit_test(a_shut_service_says_when_it_opens),
        cmocka_unit_test(a_new_ticket_says_all_a_slip_needs),
        cmocka_unit_test(a_ticket_goes_from_waiting_to_called),
        cmocka_unit_test(a_window_shows_its_person_and_who_was_told),
        cmocka_unit_test(grace_runs_from_the_first_showing),
        cmocka_unit_test(what_can_be_done_is_what_the_hall_accepts),
        cmocka_unit_test(a_queue_is_in_order_of_effective_time),
        cmocka_unit_test(a_window_that_is_none_shows_nothing),
        cmocka_unit_test(a_long_queue_is_cut_at_fifty_and_counted_whole),
        cmocka_unit_test(boards_show_calls_newest_first),
        cmocka_unit_test(a_paused_window_says_why),
        cmocka_unit_test(the_floor_adds_up),
        cmocka_unit_test(the_floor_says_what_a_lead_did),
        cmocka_unit_test(a_call_is_said_in_both_languages),
        cmocka_unit_test(a_refusal_says_what_to_do_in_both_languages),
    };
    setenv("TZ", "Asia/Shanghai", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
