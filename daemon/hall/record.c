// SPDX-License-Identifier: Apache-2.0
/*
 * The compact record of events and plans (format: record.h). Writing and reading walk the same
 * field tables, so the two cannot disagree about the order.
 *
 * Invariant: reading looks at no byte outside what it was given and writes none outside the
 * struct, whatever the bytes say. Must not: allocate, or know any kind of event.
 */
#include "daemon/hall/record.h"

#include <errno.h>
#include <string.h>

enum { RECORD_VERSION = 1 };

// --- writing -----------------------------------------------------------------------------------
struct sink { // counts on when it is full, so that the bytes needed are known
    uint8_t *out;
    size_t room, length;
};

static void put_byte(struct sink *sink, uint8_t byte) {
    if (sink->length < sink->room)
        sink->out[sink->length] = byte;
    sink->length++;
}

static void put_varint(struct sink *sink, uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        put_byte(sink, (uint8_t)(value | 0x80));
    put_byte(sink, (uint8_t)value);
}

static void put_signed(struct sink *sink, int64_t value) {
    put_varint(sink, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

static void put_text(struct sink *sink, const char *text, size_t size) {
    size_t length = strnlen(text, size);
    put_varint(sink, length);
    for (size_t at = 0; at < length; at++)
        put_byte(sink, (uint8_t)text[at]);
}

static void put_fields(struct sink *sink, const struct field *table, const char *from);

// Each struct is preceded by its length, which only a first walk can tell.
static void put_struct(struct sink *sink, const struct field *table, const char *from) {
    struct sink measure = {0};
    put_fields(&measure, table, from);
    put_varint(sink, measure.length);
    put_fields(sink, table, from);
}

static uint64_t unsigned_at(const struct field *field, const char *at) {
    uint64_t value = 0; // the sizes are those of the type; little and big endian alike
    if (field->size == 1)
        value = *(const uint8_t *)at;
    else if (field->size == 2)
        value = *(const uint16_t *)(const void *)at;
    else if (field->size == 4)
        value = *(const uint32_t *)(const void *)at;
    else
        value = *(const uint64_t *)(const void *)at;
    return value;
}

static void put_plan(struct sink *sink, const char *at) {
    const struct plan *plan = *(const struct plan *const *)(const void *)at;
    put_varint(sink, plan != NULL);
    if (plan)
        put_struct(sink, plan_fields, (const char *)plan);
}

static void put_one(struct sink *sink, const struct field *field, const char *at) {
    switch (field->type) {
    case FIELD_U8:
    case FIELD_U16:
    case FIELD_U32:
    case FIELD_U64:
    case FIELD_BOOL:
    case FIELD_ENUM:
    case FIELD_BITS:
        put_varint(sink, unsigned_at(field, at));
        break;
    case FIELD_I32:
        put_signed(sink, *(const int32_t *)(const void *)at);
        break;
    case FIELD_I64:
    case FIELD_TIME:
        put_signed(sink, *(const int64_t *)(const void *)at);
        break;
    case FIELD_TEXT:
        put_text(sink, at, field->size);
        break;
    case FIELD_TABLE:
        put_struct(sink, field->table, at);
        break;
    case FIELD_PLAN:
        put_plan(sink, at);
        break;
    }
}

static uint32_t used(const struct field *field, const char *from) {
    uint32_t count = field->count;
    if (!count)
        return 1;
    if (field->count_offset >= 0)
        count = *(const uint32_t *)(const void *)(from + field->count_offset);
    return count < field->count ? count : field->count;
}

static void put_fields(struct sink *sink, const struct field *table, const char *from) {
    for (const struct field *field = table; field->name; field++) {
        uint32_t count = used(field, from);
        if (field->count || field->type == FIELD_TABLE)
            put_varint(sink, count);
        for (uint32_t at = 0; at < count; at++)
            put_one(sink, field, from + field->offset + (size_t)at * field->size);
    }
}

size_t record_write(const struct field *table, const void *from, uint8_t *out, size_t room) {
    struct sink sink = {out, room, 0};
    put_byte(&sink, RECORD_VERSION);
    put_fields(&sink, table, from);
    return sink.length;
}

// --- reading -----------------------------------------------------------------------------------
struct source {
    const uint8_t *at, *end;
    struct plan *plan;
    int rc; // the first fault; nothing is read after it
};

static uint64_t fault(struct source *source) {
    source->rc = -EBADMSG;
    source->at = source->end;
    return 0;
}

static uint64_t get_varint(struct source *source) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (source->at == source->end)
            return fault(source);
        uint8_t byte = *source->at++;
        if (shift == 63 && byte > 1)
            return fault(source);
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    return fault(source);
}

static int64_t get_signed(struct source *source) {
    uint64_t value = get_varint(source);
    return (int64_t)((value >> 1) ^ (value & 1 ? UINT64_MAX : 0));
}

static uint64_t name_count(const char *const *names) {
    uint64_t count = 0;
    while (names && names[count])
        count++;
    return count;
}

static uint64_t most_of(const struct field *field) {
    if (field->type == FIELD_BOOL)
        return 1;
    if (field->type == FIELD_ENUM)
        return name_count(field->names) - 1;
    if (field->type == FIELD_BITS)
        return (UINT64_C(1) << name_count(field->names)) - 1;
    return field->size == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * field->size)) - 1;
}

static void get_unsigned(struct source *source, const struct field *field, char *to) {
    uint64_t value = get_varint(source);
    if (value > most_of(field))
        fault(source);
    else if (field->size == 1)
        *(uint8_t *)to = (uint8_t)value;
    else if (field->size == 2)
        *(uint16_t *)(void *)to = (uint16_t)value;
    else if (field->size == 4)
        *(uint32_t *)(void *)to = (uint32_t)value;
    else
        *(uint64_t *)(void *)to = value;
}

static void get_i32(struct source *source, char *to) {
    int64_t value = get_signed(source);
    if (value < INT32_MIN || value > INT32_MAX)
        fault(source);
    else
        *(int32_t *)(void *)to = (int32_t)value;
}

static void get_text(struct source *source, const struct field *field, char *to) {
    uint64_t length = get_varint(source);
    if (source->rc)
        return;
    if (length >= field->size || length > (uint64_t)(source->end - source->at) ||
        memchr(source->at, 0, length)) {
        fault(source);
        return;
    }
    memcpy(to, source->at, length);
    source->at += length;
}

static void get_fields(struct source *source, const struct field *table, char *to);

static void get_struct(struct source *source, const struct field *table, char *to) {
    uint64_t length = get_varint(source);
    if (source->rc)
        return;
    if (length > (uint64_t)(source->end - source->at)) {
        fault(source);
        return;
    }
    struct source inner = {source->at, source->at + length, source->plan, 0};
    get_fields(&inner, table, to);
    source->at += length;
    if (inner.rc)
        fault(source);
}

static void get_plan(struct source *source, char *to) {
    uint64_t is_there = get_varint(source);
    if (source->rc || !is_there)
        return;
    if (is_there > 1 || !source->plan) {
        fault(source);
        return;
    }
    struct plan *plan = source->plan;
    memset(plan, 0, sizeof *plan);
    source->plan = NULL; // a record holds one plan, and a plan holds none
    get_struct(source, plan_fields, (char *)plan);
    *(const struct plan **)(void *)to = plan;
}

static void get_one(struct source *source, const struct field *field, char *to) {
    switch (field->type) {
    case FIELD_U8:
    case FIELD_U16:
    case FIELD_U32:
    case FIELD_U64:
    case FIELD_BOOL:
    case FIELD_ENUM:
    case FIELD_BITS:
        get_unsigned(source, field, to);
        break;
    case FIELD_I32:
        get_i32(source, to);
        break;
    case FIELD_I64:
    case FIELD_TIME:
        *(int64_t *)(void *)to = get_signed(source);
        break;
    case FIELD_TEXT:
        get_text(source, field, to);
        break;
    case FIELD_TABLE:
        get_struct(source, field->table, to);
        break;
    case FIELD_PLAN:
        get_plan(source, to);
        break;
    }
}

static void get_field(struct source *source, const struct field *field, char *to) {
    uint64_t count = 1;
    if (field->count || field->type == FIELD_TABLE)
        count = get_varint(source);
    if (count > (field->count ? field->count : 1)) {
        fault(source);
        return;
    }
    for (uint64_t at = 0; at < count && !source->rc; at++)
        get_one(source, field, to + field->offset + at * field->size);
    if (field->count_offset >= 0 && !source->rc)
        *(uint32_t *)(void *)(to + field->count_offset) = (uint32_t)count;
}

static void get_fields(struct source *source, const struct field *table, char *to) {
    for (const struct field *field = table; field->name && source->at < source->end; field++)
        get_field(source, field, to);
}

int record_read(const struct field *table, const uint8_t *bytes, size_t length, void *to,
                struct plan *plan) {
    if (!length || bytes[0] != RECORD_VERSION)
        return -EBADMSG;
    struct source source = {bytes + 1, bytes + length, plan, 0};
    get_fields(&source, table, to);
    return source.rc;
}
