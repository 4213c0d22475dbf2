// SPDX-License-Identifier: Apache-2.0
/*
 * Events as JSON: one function for all kinds, driven by their field tables (daemon/hall/field.h).
 *
 * What all events share (ticket, window, zone, device, actor) comes first and in one shape, whether
 * or not a kind's table names it; then come the kind's own fields. A field that more than `seen_by`
 * may see is left out, and so is the actor for anybody but the house. A new kind of event needs
 * nothing here; nothing here may know a kind by name.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/wire/value.h"
#include "daemon/wire/wire.h"

enum { EVENT_JSON_VERSION = 1 };

static json_t *table_json(const struct field *table, const char *base, enum visibility seen_by);

static json_int_t whole(const struct field *field, const char *at) {
    switch (field->type) {
    case FIELD_U8:
    case FIELD_BOOL:
    case FIELD_BITS:
        return *(const uint8_t *)at;
    case FIELD_U16:
        return *(const uint16_t *)(const void *)at;
    case FIELD_U32:
        return *(const uint32_t *)(const void *)at;
    case FIELD_I32:
        return *(const int32_t *)(const void *)at;
    case FIELD_U64:
    case FIELD_I64:
    case FIELD_TIME:
        return *(const int64_t *)(const void *)at;
    case FIELD_ENUM:
        return field->size == 1 ? *(const uint8_t *)at : *(const uint32_t *)(const void *)at;
    case FIELD_TEXT:
    case FIELD_TABLE:
    case FIELD_PLAN:
        break;
    }
    return 0;
}

static json_t *plan_json(const struct plan *plan) {
    char version[20];
    if (!plan)
        return json_null();
    snprintf(version, sizeof version, "%016llx", (unsigned long long)plan->version);
    return json_pack("{s:s, s:o}", "version", version, "date", value_date(plan->day.date));
}

// A table that holds nothing is left out like an empty text.
static json_t *filled(json_t *object) {
    if (!object || json_object_size(object))
        return object;
    json_decref(object);
    return json_null();
}

// json_null: this one is left out.
static json_t *one_json(const struct field *field, const char *at, enum visibility seen_by) {
    switch (field->type) {
    case FIELD_TEXT:
        return *at ? value_text(at) : json_null();
    case FIELD_TIME:
        return value_time(whole(field, at));
    case FIELD_BOOL:
        return json_boolean(*at);
    case FIELD_ENUM:
        return value_named((uint32_t)whole(field, at), field->names);
    case FIELD_BITS:
        return value_bits((uint32_t)whole(field, at), field->names);
    case FIELD_TABLE:
        return filled(table_json(field->table, at, seen_by));
    case FIELD_PLAN:
        return plan_json(*(const struct plan *const *)(const void *)at);
    case FIELD_I32: // only dates are signed 32 bits, and all of JSON writes them the same way
        return value_date((int32_t)whole(field, at));
    case FIELD_U8:
    case FIELD_U16:
    case FIELD_U32:
    case FIELD_U64:
    case FIELD_I64:
        break;
    }
    return json_integer(whole(field, at));
}

static uint32_t used(const struct field *field, const char *base) {
    uint32_t count = field->count;
    if (field->count_offset >= 0)
        count = *(const uint32_t *)(const void *)(base + field->count_offset);
    return count < field->count ? count : field->count;
}

static json_t *field_json(const struct field *field, const char *base, enum visibility seen_by) {
    const char *at = base + field->offset;
    if (!field->count)
        return one_json(field, at, seen_by);
    json_t *list = json_array();
    for (uint32_t place = 0; place < used(field, base); place++)
        value_add(&list, one_json(field, at + (size_t)place * field->size, seen_by));
    return list;
}

static void set_field(json_t **object, const struct field *field, const char *base,
                      enum visibility seen_by) {
    if (field->visibility > seen_by)
        return;
    json_t *value = field_json(field, base, seen_by);
    if (!json_is_null(value))
        value_set(object, field->name, value);
}

static json_t *table_json(const struct field *table, const char *base, enum visibility seen_by) {
    json_t *object = json_object();
    for (const struct field *field = table; field->name; field++)
        set_field(&object, field, base, seen_by);
    return object;
}

static json_t *ticket_json(const struct event_ticket *ticket) {
    return json_pack("{s:I, s:o, s:o, s:o}", "id", (json_int_t)ticket->id, "number",
                     value_text(ticket->number), "service", value_text(ticket->service), "class",
                     value_text(ticket->klass));
}

static void set_shared(json_t **object, const struct event *event, enum visibility seen_by) {
    if (event->ticket.id)
        value_set(object, "ticket", ticket_json(&event->ticket));
    if (event->window)
        value_set(object, "window", json_integer(event->window));
    if (*event->zone)
        value_set(object, "zone", value_text(event->zone));
    if (*event->device)
        value_set(object, "device", value_text(event->device));
    if (event->actor && seen_by > SEEN_BY_ALL)
        value_set(object, "actor", json_integer(event->actor));
}

json_t *wire_event(const struct event *event, enum visibility seen_by) {
    const char *kind = event_kind_name(event->kind);
    json_t *object =
        json_pack("{s:i, s:I, s:o, s:s}", "v", EVENT_JSON_VERSION, "seq", (json_int_t)event->seq,
                  "at", value_time(event->at.hall_ms), "kind", kind ? kind : "unknown");
    set_shared(&object, event, seen_by);
    const struct field *field = kind ? event_fields(event->kind) : NULL;
    for (; field && field->name; field++) {
        if (field->offset >= offsetof(struct event, u)) // the rest is told above
            set_field(&object, field, (const char *)event, seen_by);
    }
    return object;
}

void wire_event_topic(const struct event *event, char out[64]) {
    const char *kind = event_kind_name(event->kind);
    snprintf(out, 64, "event/%s", kind ? kind : "unknown");
    for (char *at = out; *at; at++) {
        if (*at == '.')
            *at = '/';
    }
}
