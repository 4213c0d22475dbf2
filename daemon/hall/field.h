// SPDX-License-Identifier: Apache-2.0
/*
 * A field table says what a struct holds: name, type, where, and who may see it. One table drives
 * every form of the struct: the record on disk (record.h) and the JSON (daemon/wire).
 * Tables only ever grow at their end: an old record is a shorter one.
 */
#ifndef JIAOHAO_HALL_FIELD_H
#define JIAOHAO_HALL_FIELD_H

#include <stddef.h>
#include <stdint.h>

enum field_type {
    FIELD_U8,
    FIELD_U16,
    FIELD_U32,
    FIELD_U64,
    FIELD_I32,
    FIELD_I64,
    FIELD_BOOL,  // u8; JSON true/false
    FIELD_TIME,  // i64 ms UTC; JSON RFC 3339, left out when 0
    FIELD_ENUM,  // u8 or u32 (see size); JSON one of names[]
    FIELD_BITS,  // u8; JSON array of names[]
    FIELD_TEXT,  // char[size]; JSON string, left out when empty
    FIELD_TABLE, // count structs of `size` bytes, each by `table`; JSON object or array
    FIELD_PLAN,  // pointer to a struct plan, by plan_fields; JSON: version and date only
};

enum visibility { SEEN_BY_ALL, SEEN_BY_STAFF, SEEN_BY_MANAGER, SEEN_BY_NOBODY };

struct field {
    const char *name;
    enum field_type type;
    enum visibility visibility;
    uint32_t offset;           // in the struct
    uint32_t size;             // bytes of one element
    uint32_t count;            // elements of an array, 0 = a single one
    int32_t count_offset;      // of the uint32_t that says how many are used, -1 = all
    const char *const *names;  // FIELD_ENUM by value, FIELD_BITS by bit; ended by NULL
    const struct field *table; // FIELD_TABLE
};

#endif
