// SPDX-License-Identifier: Apache-2.0
/*
 * Events and plans as compact bytes, driven by the field tables.
 *
 * Format: one version byte (1), then each field of the table in order: unsigned integers as LEB128
 * varints, signed ones zigzag first, text as varint length + bytes, a table as varint element count
 * and each element as varint length + its fields. A shorter record (older program) leaves the
 * missing fields zero; what a longer one (newer program) has beyond the table is skipped.
 */
#ifndef JIAOHAO_HALL_RECORD_H
#define JIAOHAO_HALL_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/hall/event.h"

extern const struct field plan_fields[];

// Writes the record of `from` by `table` into out[0..room): the bytes written, or the bytes needed
// if that is more than room (nothing useful is written then).
size_t record_write(const struct field *table, const void *from, uint8_t *out, size_t room);

// Reads a record into the zeroed struct `to`: 0, or -EBADMSG if the bytes are no such record.
// FIELD_PLAN fields are read into *plan (zeroed here, NULL refuses them with -EBADMSG) and point
// to it.
int record_read(const struct field *table, const uint8_t *bytes, size_t length, void *to,
                struct plan *plan);

#endif
