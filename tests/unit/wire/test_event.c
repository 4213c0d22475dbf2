// SPDX-License-Identifier: Apache-2.0
/*
 * Every kind of event as JSON, as the bus and the API tell it: golden texts, and what is kept from
 * whom. A kind added without a golden text fails here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "daemon/wire/wire.h"

#define NOON 1795406400000 // 2026-11-23 12:00 in China

static const struct plan plan = {.version = 0xabc123, .day = {.date = 20261123}};

// clang-format off
static const struct golden {
    struct event event;
    enum visibility seen_by;
    const char *json;
} goldens[] = {
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_DAY_OPENED, .u.plan.plan = &plan},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"day.opened\",\"plan\":{\"version\":\"0000000000abc123\",\"date\":\"2026-11-23\"}}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_DAY_CLOSED, .u.day = {.date = 20261123, .issued = 5, .finished = 3, .missed = 1, .cancelled = 1}},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"day.closed\",\"date\":\"2026-11-23\",\"issued\":5,\"finished\":3,\"missed\":1,\"cancelled\":1,\"voided\":0}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_HALL_CONFIGURED, .actor = 12, .u.plan.plan = &plan},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"hall.configured\",\"plan\":{\"version\":\"0000000000abc123\",\"date\":\"2026-11-23\"}}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_ISSUED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"}, .zone = "hall-1", .u.issued = {.effective_ms = NOON, .ahead = 4, .cases = 2, .needs = NEED_VOICE | NEED_SLOW, .silent = 1, .channel = CHANNEL_KIOSK, .language = 1, .carried_phone = 1, .reason = "elderly"}},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.issued\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"zone\":\"hall-1\",\"effective_at\":\"2026-11-23T12:00:00.000+08:00\",\"ahead\":4,\"cases\":2,\"needs\":[\"voice\",\"slow\"],\"silent\":true,\"channel\":\"kiosk\",\"language\":\"zh\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_ISSUED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"}, .zone = "hall-1", .u.issued = {.effective_ms = NOON, .ahead = 4, .cases = 2, .needs = NEED_VOICE | NEED_SLOW, .silent = 1, .channel = CHANNEL_KIOSK, .language = 1, .carried_phone = 1, .reason = "elderly"}},
     SEEN_BY_STAFF,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.issued\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"zone\":\"hall-1\",\"effective_at\":\"2026-11-23T12:00:00.000+08:00\",\"ahead\":4,\"cases\":2,\"needs\":[\"voice\",\"slow\"],\"silent\":true,\"channel\":\"kiosk\",\"language\":\"zh\",\"carried_phone\":true,\"reason\":\"elderly\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_APPROACHING, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"}, .u.approaching.ahead = 3},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.approaching\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"ahead\":3}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_CALLED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1",.actor = 12, .u.called = {.call = 101, .waited_ms = 1863000, .score = 41500, .candidates = 3, .passed_count = 2, .most_passed = 3, .passed_lines = 1, .rule = RULE_SCORE, .needs = NEED_LARGE, .expected = 5, .passed = {{.number = "A011", .service = "A", .klass = "normal", .waited_s = 1900, .count = 2, .times = 3}}}},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.called\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"call\":101,\"waited_ms\":1863000,\"rule\":\"score\",\"needs\":[\"large\"],\"silent\":false}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_CALLED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1",.actor = 12, .u.called = {.call = 101, .waited_ms = 1863000, .score = 41500, .candidates = 3, .passed_count = 2, .most_passed = 3, .passed_lines = 1, .rule = RULE_SCORE, .needs = NEED_LARGE, .expected = 5, .passed = {{.number = "A011", .service = "A", .klass = "normal", .waited_s = 1900, .count = 2, .times = 3}}}},
     SEEN_BY_STAFF,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.called\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"actor\":12,\"call\":101,\"waited_ms\":1863000,\"score\":41500,\"candidates\":3,\"passed_count\":2,\"most_passed\":3,\"rule\":\"score\",\"needs\":[\"large\"],\"silent\":false,\"expected\":[\"0\",\"2\"],\"passed\":[{\"number\":\"A011\",\"service\":\"A\",\"class\":\"normal\",\"waited_s\":1900,\"count\":2,\"times\":3}]}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_RECALLED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1", .u.recalled = {.call = 101, .times = 1, .silent = 1, .expected = 1}},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.recalled\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"call\":101,\"times\":1,\"needs\":[],\"silent\":true}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_RECALLED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1", .u.recalled = {.call = 101, .times = 1, .silent = 1, .expected = 1}},
     SEEN_BY_STAFF,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.recalled\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"call\":101,\"times\":1,\"needs\":[],\"silent\":true,\"expected\":[\"0\"]}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_STARTED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1",.actor = 12},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.started\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_STARTED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1",.actor = 12},
     SEEN_BY_STAFF,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.started\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"actor\":12}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_FINISHED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1",.actor = 12, .u.finished = {.serving_ms = 300000, .outcome = OUTCOME_REFUSED, .delivery = DELIVERY_COURIER, .cases = 1, .decision = "330800-7"}},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.finished\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"serving_ms\":300000,\"cases\":1}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_FINISHED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1",.actor = 12, .u.finished = {.serving_ms = 300000, .outcome = OUTCOME_REFUSED, .delivery = DELIVERY_COURIER, .cases = 1, .decision = "330800-7"}},
     SEEN_BY_STAFF,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.finished\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"actor\":12,\"serving_ms\":300000,\"outcome\":\"refused\",\"delivery\":\"courier\",\"cases\":1,\"decision\":\"330800-7\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_MISSED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1", .u.missed.misses = 1},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.missed\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"misses\":1}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_RETURNED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"}, .u.placed = {.effective_ms = NOON, .places = 3}},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.returned\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"effective_at\":\"2026-11-23T12:00:00.000+08:00\",\"places\":3}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_DEFERRED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"}, .u.placed = {.effective_ms = NOON, .places = 5}},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.deferred\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"effective_at\":\"2026-11-23T12:00:00.000+08:00\",\"places\":5}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_PARKED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1", .u.parked.park = PARK_HERE},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.parked\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"park\":\"here\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_UNPARKED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1"},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.unparked\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"park\":\"away\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_TRANSFERRED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1",.actor = 12, .u.transferred = {.effective_ms = NOON, .to_window = 5, .place = PLACE_FIRST, .to_service = "B", .from_service = "A", .to_person = 9}},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.transferred\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"effective_at\":\"2026-11-23T12:00:00.000+08:00\",\"to_window\":5,\"place\":\"first\",\"to_service\":\"B\",\"from_service\":\"A\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_TRANSFERRED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1",.actor = 12, .u.transferred = {.effective_ms = NOON, .to_window = 5, .place = PLACE_FIRST, .to_service = "B", .from_service = "A", .to_person = 9}},
     SEEN_BY_STAFF,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.transferred\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"actor\":12,\"effective_at\":\"2026-11-23T12:00:00.000+08:00\",\"to_window\":5,\"place\":\"first\",\"to_service\":\"B\",\"from_service\":\"A\",\"to_person\":9}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_RECYCLED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1", .u.placed.effective_ms = NOON},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.recycled\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"effective_at\":\"2026-11-23T12:00:00.000+08:00\",\"places\":0}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_WITHDRAWN, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1", .u.placed.effective_ms = NOON},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.withdrawn\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"effective_at\":\"2026-11-23T12:00:00.000+08:00\",\"places\":0}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_TAKEN_BACK, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1"},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.taken-back\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_REOPENED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1"},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.reopened\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_CANCELLED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"}, .u.ended.by = "citizen"},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.cancelled\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"by\":\"citizen\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_TICKET_VOIDED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"}, .u.ended.by = "misses"},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"ticket.voided\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"by\":\"misses\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_CALL_SHOWN, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1", .device = "board-1", .u.told = {.call = 101, .after_ms = 80}},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"call.shown\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"device\":\"board-1\",\"call\":101,\"after_ms\":80}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_CALL_SPOKEN, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1", .device = "speaker-1", .u.told = {.call = 101, .after_ms = 400}},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"call.spoken\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"device\":\"speaker-1\",\"call\":101,\"after_ms\":400}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_CALL_FAILED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1", .device = "speaker-1", .u.told = {.call = 101, .after_ms = 900, .error = "no sound card"}},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"call.failed\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"device\":\"speaker-1\",\"call\":101,\"after_ms\":900}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_CALL_FAILED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1", .device = "speaker-1", .u.told = {.call = 101, .after_ms = 900, .error = "no sound card"}},
     SEEN_BY_STAFF,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"call.failed\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"device\":\"speaker-1\",\"call\":101,\"after_ms\":900,\"error\":\"no sound card\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_RATING_ASKED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1", .u.rating.ask = 101},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"rating.asked\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"ask\":101}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_RATING_GIVEN, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1", .u.rating = {.ask = 101, .level = 5, .channel = 4}},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"rating.given\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"ask\":101,\"channel\":4}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_RATING_GIVEN, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1", .u.rating = {.ask = 101, .level = 5, .channel = 4}},
     SEEN_BY_MANAGER,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"rating.given\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"ask\":101,\"level\":5,\"channel\":4}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_RATING_EXPIRED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"},.window = 3, .zone = "hall-1", .u.rating.ask = 101},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"rating.expired\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"window\":3,\"zone\":\"hall-1\",\"ask\":101}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_WINDOW_OPENED, .window = 3, .zone = "hall-1",.actor = 12},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"window.opened\",\"window\":3,\"zone\":\"hall-1\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_WINDOW_OPENED, .window = 3, .zone = "hall-1",.actor = 12},
     SEEN_BY_STAFF,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"window.opened\",\"window\":3,\"zone\":\"hall-1\",\"actor\":12}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_WINDOW_CLOSED, .window = 3, .zone = "hall-1"},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"window.closed\",\"window\":3,\"zone\":\"hall-1\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_WINDOW_PAUSED, .window = 3, .zone = "hall-1", .u.paused = {.reason = "meal", .until_ms = NOON}},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"window.paused\",\"window\":3,\"zone\":\"hall-1\",\"reason\":\"meal\",\"until\":\"2026-11-23T12:00:00.000+08:00\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_WINDOW_RESUMED, .window = 3, .zone = "hall-1"},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"window.resumed\",\"window\":3,\"zone\":\"hall-1\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_WINDOW_ASSIGNED, .window = 3, .zone = "hall-1", .u.assigned = {.until_ms = NOON, .count = 2, .services = {"A", "B"}}},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"window.assigned\",\"window\":3,\"zone\":\"hall-1\",\"until\":\"2026-11-23T12:00:00.000+08:00\",\"services\":[\"A\",\"B\"]}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_SERVICE_STOPPED, .u.service = {.service = "A", .reason = "停电"}},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"service.stopped\",\"service\":\"A\",\"reason\":\"停电\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_SERVICE_RESUMED, .u.service.service = "A"},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"service.resumed\",\"service\":\"A\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_DAY_EXTENDED, .actor = 12, .u.extended.until_ms = NOON},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"day.extended\",\"until\":\"2026-11-23T12:00:00.000+08:00\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_NOTICE_POSTED, .zone = "hall-1", .u.notice = {.until_ms = NOON, .text = {.zh = "暂停", .en = "Paused"}}},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"notice.posted\",\"zone\":\"hall-1\",\"id\":0,\"until\":\"2026-11-23T12:00:00.000+08:00\",\"text\":{\"zh\":\"暂停\",\"en\":\"Paused\"}}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_NOTICE_WITHDRAWN, .u.notice.id = 77},
     SEEN_BY_ALL,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"notice.withdrawn\",\"id\":77}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_PRINT_DONE, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"}, .device = "printer-1"},
     SEEN_BY_STAFF,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"print.done\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"device\":\"printer-1\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_PRINT_FAILED, .ticket = {.id = 90, .number = "A012", .service = "A", .klass = "priority"}, .device = "printer-1", .u.print.error = "no paper"},
     SEEN_BY_STAFF,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"print.failed\",\"ticket\":{\"id\":90,\"number\":\"A012\",\"service\":\"A\",\"class\":\"priority\"},\"device\":\"printer-1\",\"error\":\"no paper\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_DEVICE_ONLINE, .device = "pad-3", .window = 3},
     SEEN_BY_STAFF,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"device.online\",\"window\":3,\"device\":\"pad-3\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_DEVICE_OFFLINE, .device = "pad-3", .window = 3},
     SEEN_BY_STAFF,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"device.offline\",\"window\":3,\"device\":\"pad-3\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_DEVICE_FAULT, .device = "printer-1", .u.device.faults = "paper,cover"},
     SEEN_BY_STAFF,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"device.fault\",\"device\":\"printer-1\",\"faults\":\"paper,cover\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_ALARM_RAISED, .u.alarm = {.code = "clock", .text = "clocks disagree"}},
     SEEN_BY_MANAGER,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"alarm.raised\",\"code\":\"clock\",\"text\":\"clocks disagree\"}"},
    {{.seq = 101, .at = {.hall_ms = NOON}, .kind = EVENT_ALARM_CLEARED, .u.alarm.code = "clock"},
     SEEN_BY_MANAGER,
     "{\"v\":1,\"seq\":101,\"at\":\"2026-11-23T12:00:00.000+08:00\",\"kind\":\"alarm.cleared\",\"code\":\"clock\"}"},
};
// clang-format on

enum { GOLDENS = sizeof goldens / sizeof *goldens };

static char *told(const struct golden *golden) {
    json_t *json = wire_event(&golden->event, golden->seen_by);
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return text;
}

static void every_event_is_told_as_agreed(void **state) {
    (void)state;
    for (size_t at = 0; at < GOLDENS; at++) {
        char *text = told(&goldens[at]);
        assert_string_equal(text, goldens[at].json);
        free(text);
    }
}

static void every_kind_has_a_golden_text(void **state) {
    bool seen[EVENT_KINDS] = {true}; // EVENT_NONE is no event
    (void)state;
    for (size_t at = 0; at < GOLDENS; at++)
        seen[goldens[at].event.kind] = true;
    for (unsigned kind = 0; kind < EVENT_KINDS; kind++) {
        if (!seen[kind])
            fail_msg("%s", event_kind_name(kind));
    }
}

static void nobody_outside_learns_who_did_it(void **state) {
    (void)state;
    for (size_t at = 0; at < GOLDENS; at++) {
        json_t *all = wire_event(&goldens[at].event, SEEN_BY_ALL);
        json_t *manager = wire_event(&goldens[at].event, SEEN_BY_MANAGER);
        assert_null(json_object_get(all, "actor"));
        assert_int_equal(json_object_get(manager, "actor") != NULL, goldens[at].event.actor != 0);
        assert_true(json_object_size(all) <= json_object_size(manager));
        json_decref(all);
        json_decref(manager);
    }
}

static void a_topic_is_the_kind_as_a_path(void **state) {
    char topic[64];
    (void)state;
    wire_event_topic(&(struct event){.kind = EVENT_TICKET_CALLED}, topic);
    assert_string_equal(topic, "event/ticket/called");
    wire_event_topic(&(struct event){.kind = EVENT_TICKET_TAKEN_BACK}, topic);
    assert_string_equal(topic, "event/ticket/taken-back");
    wire_event_topic(&(struct event){.kind = 999}, topic);
    assert_string_equal(topic, "event/unknown");
}

static void bytes_that_are_no_text_spoil_nothing(void **state) {
    struct event event = {.seq = 1, .kind = EVENT_DEVICE_FAULT, .device = "a\xff\xc0z"};
    (void)state;
    json_t *json = wire_event(&event, SEEN_BY_STAFF);
    assert_string_equal(json_string_value(json_object_get(json, "device")), "a??z");
    json_decref(json);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_is_told_as_agreed),
        cmocka_unit_test(every_kind_has_a_golden_text),
        cmocka_unit_test(nobody_outside_learns_who_did_it),
        cmocka_unit_test(a_topic_is_the_kind_as_a_path),
        cmocka_unit_test(bytes_that_are_no_text_spoil_nothing),
    };
    setenv("TZ", "Asia/Shanghai", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
