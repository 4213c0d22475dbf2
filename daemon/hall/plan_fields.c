// SPDX-License-Identifier: Apache-2.0
/*
 * The field table of a plan: how it is written into day.opened and hall.configured.
 *
 * Invariant: every byte of a plan that means something is in these tables, so that a plan read
 * back is the same bytes. Must not: be reordered; tables only grow at their end (field.h).
 */
#include "daemon/hall/record.h"

#define OF(owner, member, kind)                                                                    \
    {                                                                                              \
        .name = #member, .type = (kind), .visibility = SEEN_BY_STAFF,                              \
        .offset = offsetof(struct owner, member), .size = sizeof(((struct owner *)0)->member),     \
        .count_offset = -1                                                                         \
    }
#define EACH(owner, member, kind, most)                                                            \
    {                                                                                              \
        .name = #member, .type = (kind), .visibility = SEEN_BY_STAFF,                              \
        .offset = offsetof(struct owner, member), .size = sizeof(((struct owner *)0)->member[0]),  \
        .count = (most), .count_offset = -1                                                        \
    }
#define ONE(owner, member, of)                                                                     \
    {                                                                                              \
        .name = #member, .type = FIELD_TABLE, .visibility = SEEN_BY_STAFF,                         \
        .offset = offsetof(struct owner, member), .size = sizeof(((struct owner *)0)->member),     \
        .count_offset = -1, .table = (of)                                                          \
    }
#define MANY(owner, member, most, counter, of)                                                     \
    {                                                                                              \
        .name = #member, .type = FIELD_TABLE, .visibility = SEEN_BY_STAFF,                         \
        .offset = offsetof(struct owner, member), .size = sizeof(((struct owner *)0)->member[0]),  \
        .count = (most), .count_offset = offsetof(struct owner, counter), .table = (of)            \
    }
#define END                                                                                        \
    { .name = NULL }

static const struct field name_fields[] = {OF(plan_name, zh, FIELD_TEXT),
                                           OF(plan_name, en, FIELD_TEXT), END};
static const struct field note_fields[] = {OF(plan_note, zh, FIELD_TEXT),
                                           OF(plan_note, en, FIELD_TEXT), END};
static const struct field span_fields[] = {OF(plan_span, open_ms, FIELD_TIME),
                                           OF(plan_span, close_ms, FIELD_TIME), END};

static const struct field hours_fields[] = {
    OF(plan_hours, code, FIELD_TEXT),
    MANY(plan_hours, spans, PLAN_SPANS_MAX, span_count, span_fields),
    END,
};

static const struct field board_fields[] = {OF(plan_board, code, FIELD_TEXT),
                                            ONE(plan_board, name, name_fields), END};
static const struct field zone_fields[] = {OF(plan_zone, code, FIELD_TEXT),
                                           ONE(plan_zone, name, name_fields), END};

static const struct field series_fields[] = {
    OF(plan_series, prefix, FIELD_TEXT),
    OF(plan_series, first, FIELD_U32),
    OF(plan_series, digits, FIELD_U32),
    END,
};

static const struct field service_fields[] = {
    OF(plan_service, code, FIELD_TEXT),        ONE(plan_service, name, name_fields),
    ONE(plan_service, materials, note_fields), OF(plan_service, expected_ms, FIELD_I64),
    OF(plan_service, target_ms, FIELD_I64),    OF(plan_service, bound_ms, FIELD_I64),
    OF(plan_service, daily_limit, FIELD_U32),  OF(plan_service, board, FIELD_U16),
    OF(plan_service, series, FIELD_U16),       OF(plan_service, zone, FIELD_U16),
    OF(plan_service, hours, FIELD_U16),        END,
};

static const struct field class_fields[] = {
    OF(plan_class, code, FIELD_TEXT),        ONE(plan_class, name, name_fields),
    OF(plan_class, head_ms, FIELD_I64),      OF(plan_class, rate_milli, FIELD_U32),
    OF(plan_class, alternate, FIELD_U32),    OF(plan_class, needs_reason, FIELD_BOOL),
    OF(plan_class, open_to_all, FIELD_BOOL), END,
};

static const struct field reason_fields[] = {
    OF(plan_reason, code, FIELD_TEXT),
    ONE(plan_reason, name, name_fields),
    OF(plan_reason, use, FIELD_U32),
    END,
};

static const struct field device_fields[] = {
    OF(plan_device, name, FIELD_TEXT),
    OF(plan_device, kind, FIELD_U32),
    OF(plan_device, window, FIELD_U16),
    OF(plan_device, zone, FIELD_U16),
    END,
};

static const struct field window_fields[] = {
    OF(plan_window, number, FIELD_U16),
    OF(plan_window, zone, FIELD_U16),
    OF(plan_window, group, FIELD_U16),
    OF(plan_window, device_count, FIELD_U16),
    EACH(plan_window, devices, FIELD_U16, PLAN_WINDOW_DEVICES_MAX),
    ONE(plan_window, name, name_fields),
    EACH(plan_window, weight, FIELD_U16, PLAN_SERVICES_MAX),
    END,
};

static const struct field day_fields[] = {
    OF(plan_day, date, FIELD_I32),
    OF(plan_day, begins_ms, FIELD_TIME),
    OF(plan_day, ends_ms, FIELD_TIME),
    END,
};

static const struct field rules_fields[] = {
    OF(plan_rules, grace_ms, FIELD_I64),
    OF(plan_rules, recall_gap_ms, FIELD_I64),
    OF(plan_rules, reopen_ms, FIELD_I64),
    OF(plan_rules, rating_ms, FIELD_I64),
    OF(plan_rules, recalls_max, FIELD_U32),
    OF(plan_rules, passes_max, FIELD_U32),
    OF(plan_rules, return_places, FIELD_U32),
    OF(plan_rules, misses_max, FIELD_U32),
    OF(plan_rules, defers_max, FIELD_U32),
    OF(plan_rules, defer_places, FIELD_U32),
    OF(plan_rules, approach, FIELD_U32),
    OF(plan_rules, next_finishes, FIELD_BOOL),
    OF(plan_rules, miss_automatic, FIELD_BOOL),
    OF(plan_rules, walk_in, FIELD_BOOL),
    END,
};

static const struct field messages_fields[] = {
    ONE(plan_messages, signature, name_fields),
    {.name = "text",
     .type = FIELD_TABLE,
     .visibility = SEEN_BY_STAFF,
     .offset = offsetof(struct plan_messages, text),
     .size = sizeof(struct plan_note),
     .count = MESSAGES,
     .count_offset = -1,
     .table = note_fields},
    END,
};

const struct field plan_fields[] = {
    OF(plan, code, FIELD_TEXT),
    ONE(plan, name, name_fields),
    OF(plan, timezone, FIELD_TEXT),
    OF(plan, accent, FIELD_TEXT),
    OF(plan, languages, FIELD_TEXT),
    OF(plan, version, FIELD_U64),
    ONE(plan, day, day_fields),
    ONE(plan, rules, rules_fields),
    MANY(plan, hours, PLAN_HOURS_MAX, hours_count, hours_fields),
    MANY(plan, boards, PLAN_BOARDS_MAX, board_count, board_fields),
    MANY(plan, series, PLAN_SERIES_MAX, series_count, series_fields),
    MANY(plan, zones, PLAN_ZONES_MAX, zone_count, zone_fields),
    MANY(plan, services, PLAN_SERVICES_MAX, service_count, service_fields),
    MANY(plan, classes, PLAN_CLASSES_MAX, class_count, class_fields),
    MANY(plan, reasons, PLAN_REASONS_MAX, reason_count, reason_fields),
    MANY(plan, devices, PLAN_DEVICES_MAX, device_count, device_fields),
    MANY(plan, windows, PLAN_WINDOWS_MAX, window_count, window_fields),
    ONE(plan, messages, messages_fields),
    END,
};
