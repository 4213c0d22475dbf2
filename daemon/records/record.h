// SPDX-License-Identifier: Apache-2.0
/*
 * What outlives the day, as rows: each value of this union is one row to be written. Rows commit in
 * the same transaction as the events they belong to, or alone (COMMAND_NONE).
 * Ids of people are chosen by the caller (people_next_id), never reused.
 */
#ifndef JIAOHAO_RECORDS_RECORD_H
#define JIAOHAO_RECORDS_RECORD_H

#include <stdint.h>

enum row_kind {
    ROW_PERSON,      // insert or replace
    ROW_SESSION,     // insert or replace
    ROW_SESSION_END, // delete by hash
    ROW_ANSWER,      // what was answered to a key; insert
    ROW_CONTACT,  // phone of a ticket, encrypted; ticket 0 = the ticket issued in this batch item
    ROW_COMMENT,  // comment and contact of a rating, encrypted
    ROW_CURSOR,   // how far a reader of the log has got
    ROW_AUDIT,    // who did what; append only
    ROW_DELIVERY, // a message to a phone; insert or replace
    ROW_DELIVERY_END, // delete those of days before u.end.date
    ROW_CONTACT_END,  // delete the contact of u.end.ticket, and those of days before u.end.date
    ROW_KINDS,
};

enum role { ROLE_GUIDE, ROLE_STAFF, ROLE_LEAD, ROLE_MANAGER, ROLE_ADMIN, ROLE_KIOSK, ROLES };

enum { PERSON_NAME_BYTES = 32, SECRET_HASH_BYTES = 32, ANSWER_KEY_BYTES = 80 };

struct row_person {
    uint32_t id;
    uint32_t role;                   // enum role
    char name[PERSON_NAME_BYTES];    // what they type to sign in
    char pin_hash[128];              // argon2id string; "" = no PIN (kiosk: token only)
    int64_t created_ms, disabled_ms; // 0 = not
};

struct row_session {
    uint8_t hash[SECRET_HASH_BYTES]; // of the token: the token itself is never stored
    uint32_t person;
    uint16_t window;  // 0 = none
    uint16_t program; // bearer token of a program or kiosk: does not end with the day
    int64_t created_ms, expires_ms;
};

struct row_answer {
    char scope[48];                  // who asked and where: "s:12:/windows/3/next", "m:pad-3"
    char key[ANSWER_KEY_BYTES];      // Idempotency-Key, or the id of an MQTT command
    uint8_t body[SECRET_HASH_BYTES]; // hash of what was asked
    uint64_t first, last;            // seqs of its events, 0 = none
    uint64_t ticket;                 // its ticket, 0 = none
    int64_t at_ms;
};

struct row_secret { // contact or comment
    uint64_t ticket;
    int32_t date; // of the key it is encrypted with
    uint16_t length;
    uint8_t box[1200]; // nonce + ciphertext
};

struct row_cursor {
    char reader[16]; // "mqtt"
    uint64_t seq;
};

struct row_audit {
    int64_t at_ms;
    uint32_t actor;
    char what[48];  // "service.stop"
    char which[64]; // "A"
};

enum delivery_state { // of a message, by name on disk
    DELIVERY_WAITING, // to be sent, or to be tried again
    DELIVERY_SENT,
    DELIVERY_FAILED, // refused for good, or nobody to send it to
    DELIVERY_STALE,  // its time was over first
    DELIVERY_CAPPED, // this phone or the hall had enough for the day
    DELIVERY_STATES,
};

struct row_delivery {
    uint64_t seq; // of the event it follows from: its name
    uint64_t ticket;
    int32_t date;   // business day
    uint32_t kind;  // enum message_kind
    uint32_t state; // enum delivery_state
    uint32_t attempts;
    int64_t next_ms, deadline_ms;     // hall time
    uint8_t phone[SECRET_HASH_BYTES]; // keyed digest, zero until the first attempt
    char target[16];                  // "sms"
};

struct row_end {
    uint64_t ticket; // 0 = none
    int32_t date;    // 0 = none
    uint32_t zero;
};

struct row {
    uint32_t kind; // enum row_kind
    union {
        struct row_person person;
        struct row_session session; // also session end: hash only
        struct row_answer answer;
        struct row_secret secret;
        struct row_cursor cursor;
        struct row_audit audit;
        struct row_delivery delivery;
        struct row_end end;
    } u;
};

extern const char *const role_names[ROLES + 1];                     // "guide" …
extern const char *const delivery_state_names[DELIVERY_STATES + 1]; // "waiting" …

#endif
