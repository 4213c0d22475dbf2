// SPDX-License-Identifier: Apache-2.0
/*
 * The master table of events: name, fields and visibility of each kind. The record on disk and
 * the JSON that is told both follow it.
 *
 * Invariant: what hall_apply needs of an event is in its table, or a replay would differ. Must
 * not: be reordered within a kind; tables only grow at their end. No field holds personal data.
 */
#include "daemon/hall/event.h"

#include <string.h>

#include "daemon/hall/hall.h"

#define FIELD(at, said, kind, seen, ...)                                                           \
    {                                                                                              \
        .name = (said), .type = (kind), .visibility = (seen),                                      \
        .offset = offsetof(struct event, at), .size = sizeof(((struct event *)0)->at),             \
        .count_offset = -1, __VA_ARGS__                                                            \
    }
#define ALL(at, said, kind) FIELD(at, said, kind, SEEN_BY_ALL, .count = 0)
#define STAFF(at, said, kind) FIELD(at, said, kind, SEEN_BY_STAFF, .count = 0)
#define WORD(at, said, words) FIELD(at, said, FIELD_ENUM, SEEN_BY_ALL, .names = (words))
#define BITS(at, said, words) FIELD(at, said, FIELD_BITS, SEEN_BY_ALL, .names = (words))
#define TABLE(at, said, of) FIELD(at, said, FIELD_TABLE, SEEN_BY_ALL, .table = (of))
#define SHARED                                                                                     \
    TABLE(ticket, "ticket", ticket_fields), ALL(window, "window", FIELD_U16),                      \
        STAFF(actor, "actor", FIELD_U32), ALL(zone, "zone", FIELD_TEXT),                           \
        ALL(device, "device", FIELD_TEXT)
#define IN(owner, member, kind)                                                                    \
    {                                                                                              \
        .name = #member, .type = (kind), .offset = offsetof(struct owner, member),                 \
        .size = sizeof(((struct owner *)0)->member), .count_offset = -1                            \
    }
#define END                                                                                        \
    { .name = NULL }

static const struct field ticket_fields[] = {
    {.name = "id", .type = FIELD_U64, .size = 8, .count_offset = -1},
    IN(event_ticket, number, FIELD_TEXT),
    IN(event_ticket, service, FIELD_TEXT),
    {.name = "class",
     .type = FIELD_TEXT,
     .offset = offsetof(struct event_ticket, klass),
     .size = PLAN_CODE_BYTES,
     .count_offset = -1},
    END,
};
static const struct field passed_fields[] = {
    IN(event_passed, number, FIELD_TEXT),
    IN(event_passed, service, FIELD_TEXT),
    {.name = "class",
     .type = FIELD_TEXT,
     .offset = offsetof(struct event_passed, klass),
     .size = PLAN_CODE_BYTES,
     .count_offset = -1},
    IN(event_passed, waited_s, FIELD_U32),
    IN(event_passed, count, FIELD_U32),
    IN(event_passed, times, FIELD_U32),
    END,
};
static const struct field text_fields[] = {IN(plan_note, zh, FIELD_TEXT),
                                           IN(plan_note, en, FIELD_TEXT), END};
static const char *const device_places[] = {"0", "1", "2", "3", "4", "5", "6", "7", NULL};

static const struct field only_shared[] = {SHARED, END};
static const struct field plan_only[] = {SHARED, ALL(u.plan.plan, "plan", FIELD_PLAN), END};
static const struct field day_closed[] = {
    SHARED,
    ALL(u.day.date, "date", FIELD_I32),
    ALL(u.day.issued, "issued", FIELD_U32),
    ALL(u.day.finished, "finished", FIELD_U32),
    ALL(u.day.missed, "missed", FIELD_U32),
    ALL(u.day.cancelled, "cancelled", FIELD_U32),
    ALL(u.day.voided, "voided", FIELD_U32),
    END,
};
static const struct field issued[] = {
    SHARED,
    ALL(u.issued.effective_ms, "effective_at", FIELD_TIME),
    ALL(u.issued.ahead, "ahead", FIELD_U32),
    ALL(u.issued.cases, "cases", FIELD_U32),
    BITS(u.issued.needs, "needs", need_names),
    ALL(u.issued.silent, "silent", FIELD_BOOL),
    WORD(u.issued.channel, "channel", channel_names),
    WORD(u.issued.language, "language", language_names),
    STAFF(u.issued.carried_phone, "carried_phone", FIELD_BOOL),
    STAFF(u.issued.reason, "reason", FIELD_TEXT),
    END,
};
static const struct field approaching[] = {SHARED, ALL(u.approaching.ahead, "ahead", FIELD_U32),
                                           END};
static const struct field called[] = {
    SHARED,
    ALL(u.called.call, "call", FIELD_U64),
    ALL(u.called.waited_ms, "waited_ms", FIELD_I64),
    STAFF(u.called.score, "score", FIELD_I64),
    STAFF(u.called.candidates, "candidates", FIELD_U32),
    STAFF(u.called.passed_count, "passed_count", FIELD_U32),
    STAFF(u.called.most_passed, "most_passed", FIELD_U32),
    WORD(u.called.rule, "rule", rule_names),
    BITS(u.called.needs, "needs", need_names),
    ALL(u.called.silent, "silent", FIELD_BOOL),
    FIELD(u.called.expected, "expected", FIELD_BITS, SEEN_BY_STAFF, .names = device_places),
    STAFF(u.called.reason, "reason", FIELD_TEXT),
    {.name = "passed",
     .type = FIELD_TABLE,
     .visibility = SEEN_BY_STAFF,
     .offset = offsetof(struct event, u.called.passed),
     .size = sizeof(struct event_passed),
     .count = EVENT_PASSED_MAX,
     .count_offset = offsetof(struct event, u.called.passed_lines),
     .table = passed_fields},
    END,
};
static const struct field recalled[] = {
    SHARED,
    ALL(u.recalled.call, "call", FIELD_U64),
    ALL(u.recalled.times, "times", FIELD_U32),
    BITS(u.recalled.needs, "needs", need_names),
    ALL(u.recalled.silent, "silent", FIELD_BOOL),
    FIELD(u.recalled.expected, "expected", FIELD_BITS, SEEN_BY_STAFF, .names = device_places),
    END,
};
static const struct field finished[] = {
    SHARED,
    ALL(u.finished.serving_ms, "serving_ms", FIELD_I64),
    FIELD(u.finished.outcome, "outcome", FIELD_ENUM, SEEN_BY_STAFF, .names = outcome_names),
    FIELD(u.finished.delivery, "delivery", FIELD_ENUM, SEEN_BY_STAFF, .names = delivery_names),
    ALL(u.finished.cases, "cases", FIELD_U32),
    STAFF(u.finished.decision, "decision", FIELD_TEXT),
    END,
};
static const struct field missed[] = {SHARED, ALL(u.missed.misses, "misses", FIELD_U32), END};
static const struct field placed[] = {
    SHARED,
    ALL(u.placed.effective_ms, "effective_at", FIELD_TIME),
    ALL(u.placed.places, "places", FIELD_U32),
    END,
};
static const struct field parked[] = {SHARED, WORD(u.parked.park, "park", park_names), END};
static const struct field transferred[] = {
    SHARED,
    ALL(u.transferred.effective_ms, "effective_at", FIELD_TIME),
    ALL(u.transferred.to_window, "to_window", FIELD_U16),
    WORD(u.transferred.place, "place", place_names),
    ALL(u.transferred.to_service, "to_service", FIELD_TEXT),
    ALL(u.transferred.from_service, "from_service", FIELD_TEXT),
    STAFF(u.transferred.to_person, "to_person", FIELD_U32),
    END,
};
static const struct field ended[] = {SHARED, ALL(u.ended.by, "by", FIELD_TEXT), END};
static const struct field told[] = {
    SHARED,
    ALL(u.told.call, "call", FIELD_U64),
    ALL(u.told.after_ms, "after_ms", FIELD_U32),
    STAFF(u.told.error, "error", FIELD_TEXT),
    END,
};
static const struct field rating_asked[] = {SHARED, ALL(u.rating.ask, "ask", FIELD_U64), END};
static const struct field rating_given[] = {
    SHARED,
    ALL(u.rating.ask, "ask", FIELD_U64),
    FIELD(u.rating.level, "level", FIELD_U8, SEEN_BY_MANAGER, .count = 0),
    ALL(u.rating.channel, "channel", FIELD_U8),
    END,
};
static const struct field paused[] = {
    SHARED,
    ALL(u.paused.reason, "reason", FIELD_TEXT),
    ALL(u.paused.until_ms, "until", FIELD_TIME),
    END,
};
static const struct field assigned[] = {
    SHARED,
    ALL(u.assigned.until_ms, "until", FIELD_TIME),
    {.name = "services",
     .type = FIELD_TEXT,
     .offset = offsetof(struct event, u.assigned.services),
     .size = PLAN_CODE_BYTES,
     .count = EVENT_SERVICES_MAX,
     .count_offset = offsetof(struct event, u.assigned.count)},
    END,
};
static const struct field service[] = {
    SHARED,
    ALL(u.service.service, "service", FIELD_TEXT),
    ALL(u.service.reason, "reason", FIELD_TEXT),
    END,
};
static const struct field extended[] = {SHARED, ALL(u.extended.until_ms, "until", FIELD_TIME), END};
static const struct field notice[] = {
    SHARED,
    ALL(u.notice.id, "id", FIELD_U64),
    ALL(u.notice.until_ms, "until", FIELD_TIME),
    TABLE(u.notice.text, "text", text_fields),
    END,
};
static const struct field print[] = {SHARED, STAFF(u.print.error, "error", FIELD_TEXT), END};
static const struct field device[] = {SHARED, ALL(u.device.faults, "faults", FIELD_TEXT), END};
static const struct field alarm[] = {SHARED, ALL(u.alarm.code, "code", FIELD_TEXT),
                                     ALL(u.alarm.text, "text", FIELD_TEXT), END};

static const struct {
    const char *name;
    const struct field *fields;
    enum visibility visibility;
} kinds[EVENT_KINDS] = {
    [EVENT_DAY_OPENED] = {"day.opened", plan_only, SEEN_BY_ALL},
    [EVENT_DAY_CLOSED] = {"day.closed", day_closed, SEEN_BY_ALL},
    [EVENT_HALL_CONFIGURED] = {"hall.configured", plan_only, SEEN_BY_ALL},
    [EVENT_TICKET_ISSUED] = {"ticket.issued", issued, SEEN_BY_ALL},
    [EVENT_TICKET_APPROACHING] = {"ticket.approaching", approaching, SEEN_BY_ALL},
    [EVENT_TICKET_CALLED] = {"ticket.called", called, SEEN_BY_ALL},
    [EVENT_TICKET_RECALLED] = {"ticket.recalled", recalled, SEEN_BY_ALL},
    [EVENT_TICKET_STARTED] = {"ticket.started", only_shared, SEEN_BY_ALL},
    [EVENT_TICKET_FINISHED] = {"ticket.finished", finished, SEEN_BY_ALL},
    [EVENT_TICKET_MISSED] = {"ticket.missed", missed, SEEN_BY_ALL},
    [EVENT_TICKET_RETURNED] = {"ticket.returned", placed, SEEN_BY_ALL},
    [EVENT_TICKET_DEFERRED] = {"ticket.deferred", placed, SEEN_BY_ALL},
    [EVENT_TICKET_PARKED] = {"ticket.parked", parked, SEEN_BY_ALL},
    [EVENT_TICKET_UNPARKED] = {"ticket.unparked", parked, SEEN_BY_ALL},
    [EVENT_TICKET_TRANSFERRED] = {"ticket.transferred", transferred, SEEN_BY_ALL},
    [EVENT_TICKET_RECYCLED] = {"ticket.recycled", placed, SEEN_BY_ALL},
    [EVENT_TICKET_WITHDRAWN] = {"ticket.withdrawn", placed, SEEN_BY_ALL},
    [EVENT_TICKET_TAKEN_BACK] = {"ticket.taken-back", only_shared, SEEN_BY_ALL},
    [EVENT_TICKET_REOPENED] = {"ticket.reopened", only_shared, SEEN_BY_ALL},
    [EVENT_TICKET_CANCELLED] = {"ticket.cancelled", ended, SEEN_BY_ALL},
    [EVENT_TICKET_VOIDED] = {"ticket.voided", ended, SEEN_BY_ALL},
    [EVENT_CALL_SHOWN] = {"call.shown", told, SEEN_BY_ALL},
    [EVENT_CALL_SPOKEN] = {"call.spoken", told, SEEN_BY_ALL},
    [EVENT_CALL_FAILED] = {"call.failed", told, SEEN_BY_ALL},
    [EVENT_RATING_ASKED] = {"rating.asked", rating_asked, SEEN_BY_ALL},
    [EVENT_RATING_GIVEN] = {"rating.given", rating_given, SEEN_BY_ALL},
    [EVENT_RATING_EXPIRED] = {"rating.expired", rating_asked, SEEN_BY_ALL},
    [EVENT_WINDOW_OPENED] = {"window.opened", only_shared, SEEN_BY_ALL},
    [EVENT_WINDOW_CLOSED] = {"window.closed", only_shared, SEEN_BY_ALL},
    [EVENT_WINDOW_PAUSED] = {"window.paused", paused, SEEN_BY_ALL},
    [EVENT_WINDOW_RESUMED] = {"window.resumed", only_shared, SEEN_BY_ALL},
    [EVENT_WINDOW_ASSIGNED] = {"window.assigned", assigned, SEEN_BY_ALL},
    [EVENT_SERVICE_STOPPED] = {"service.stopped", service, SEEN_BY_ALL},
    [EVENT_SERVICE_RESUMED] = {"service.resumed", service, SEEN_BY_ALL},
    [EVENT_DAY_EXTENDED] = {"day.extended", extended, SEEN_BY_ALL},
    [EVENT_NOTICE_POSTED] = {"notice.posted", notice, SEEN_BY_ALL},
    [EVENT_NOTICE_WITHDRAWN] = {"notice.withdrawn", notice, SEEN_BY_ALL},
    [EVENT_PRINT_DONE] = {"print.done", print, SEEN_BY_STAFF},
    [EVENT_PRINT_FAILED] = {"print.failed", print, SEEN_BY_STAFF},
    [EVENT_DEVICE_ONLINE] = {"device.online", device, SEEN_BY_STAFF},
    [EVENT_DEVICE_OFFLINE] = {"device.offline", device, SEEN_BY_STAFF},
    [EVENT_DEVICE_FAULT] = {"device.fault", device, SEEN_BY_STAFF},
    [EVENT_ALARM_RAISED] = {"alarm.raised", alarm, SEEN_BY_MANAGER},
    [EVENT_ALARM_CLEARED] = {"alarm.cleared", alarm, SEEN_BY_MANAGER},
};

const char *event_kind_name(unsigned kind) {
    return kind < EVENT_KINDS ? kinds[kind].name : NULL;
}

unsigned event_kind_named(const char *name) {
    for (unsigned kind = 1; kind < EVENT_KINDS; kind++) {
        if (strcmp(kinds[kind].name, name) == 0)
            return kind;
    }
    return EVENT_NONE;
}

const struct field *event_fields(unsigned kind) {
    return kind < EVENT_KINDS ? kinds[kind].fields : NULL;
}

enum visibility event_visibility(unsigned kind) {
    return kind && kind < EVENT_KINDS ? kinds[kind].visibility : SEEN_BY_NOBODY;
}
