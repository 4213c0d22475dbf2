// SPDX-License-Identifier: Apache-2.0
/*
 * Bodies read by tables: which keys, of what type and range, and where in a struct they go. The
 * same table reads and refuses; a fault names its key and says what would be right.
 */
#ifndef JIAOHAO_WIRE_BODY_H
#define JIAOHAO_WIRE_BODY_H

#include "daemon/wire/wire.h"

enum body_type {
    BODY_TEXT,   // char[size]; one line
    BODY_CODE,   // char[size]: letters, digits, '-' and '_'
    BODY_NUMBER, // char[size]: letters and digits, as printed on a ticket
    BODY_WHOLE,  // unsigned of `size` bytes in [least, most]
    BODY_BOOL,   // u8
    BODY_CHOICE, // u8: place in names, from `least` on
    BODY_BITS,   // u8: array of names
    BODY_TIME,   // i64 ms from RFC 3339
    BODY_NOTE,   // struct plan_note from {zh, en}
    BODY_CODES,  // struct command's services and service_count
    BODY_CASES,  // u32: a count, or an array of cases that is counted
    BODY_WORDS,  // char[size]: array of codes, joined by commas
    BODY_PASSED, // allowed, and not looked at: another reader's
    BODY_DATE,   // "2026-11-23" or RFC 3339; only looked at
    BODY_LIST,   // array of up to 20 texts; only looked at
};

struct body_key {
    const char *name;
    enum body_type type;
    bool required;
    size_t offset, size; // size of text with its NUL; BODY_DATE and BODY_LIST are not stored
    uint64_t least, most;
    const char *const *names;
};

struct body_rules {
    const struct body_key *table; // ended by a NULL name
    const char *const *also;      // further keys, passed over; ended by NULL; may be NULL
};

// Reads an object into a struct. 0 or -EINVAL + fault; *into is then half filled.
int body_read(const json_t *body, const struct body_rules *rules, void *into,
              struct wire_fault *fault);

// RFC 3339 to ms UTC; false if it is none, or beyond the years 2000 to 2199.
bool body_time(const char *text, int64_t *ms);
// Whether it is a date ("2026-11-23") or an RFC 3339 time.
bool body_date(const char *text);

#endif
