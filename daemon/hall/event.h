// SPDX-License-Identifier: Apache-2.0
/*
 * What happened: the events of the log, which is the truth of the hall. One struct for all kinds
 * and one field table per kind (event_fields); the table drives the compact record on disk
 * (record.h), the JSON that is told (daemon/wire) and its visibility.
 *
 * Events say things by name (service and class codes, window numbers, device names), never by an
 * index of the plan, so that an old event can be read without the plan of its day. No personal data
 * ever enters an event: a person is a number, a phone or comment stands in a side table.
 */
#ifndef JIAOHAO_HALL_EVENT_H
#define JIAOHAO_HALL_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/hall/field.h"
#include "daemon/hall/plan.h"

enum event_kind {
    EVENT_NONE,
    EVENT_DAY_OPENED,
    EVENT_DAY_CLOSED,
    EVENT_HALL_CONFIGURED,
    EVENT_TICKET_ISSUED,
    EVENT_TICKET_APPROACHING,
    EVENT_TICKET_CALLED, // also a call back of the parked and a late one: see call_rule
    EVENT_TICKET_RECALLED,
    EVENT_TICKET_STARTED,
    EVENT_TICKET_FINISHED,
    EVENT_TICKET_MISSED,
    EVENT_TICKET_RETURNED,
    EVENT_TICKET_DEFERRED,
    EVENT_TICKET_PARKED,
    EVENT_TICKET_UNPARKED,
    EVENT_TICKET_TRANSFERRED,
    EVENT_TICKET_RECYCLED,
    EVENT_TICKET_WITHDRAWN,
    EVENT_TICKET_TAKEN_BACK, // a transfer not yet called
    EVENT_TICKET_REOPENED,
    EVENT_TICKET_CANCELLED,
    EVENT_TICKET_VOIDED,
    EVENT_CALL_SHOWN,
    EVENT_CALL_SPOKEN,
    EVENT_CALL_FAILED,
    EVENT_RATING_ASKED,
    EVENT_RATING_GIVEN,
    EVENT_RATING_EXPIRED,
    EVENT_WINDOW_OPENED,
    EVENT_WINDOW_CLOSED,
    EVENT_WINDOW_PAUSED,
    EVENT_WINDOW_RESUMED,
    EVENT_WINDOW_ASSIGNED,
    EVENT_SERVICE_STOPPED,
    EVENT_SERVICE_RESUMED,
    EVENT_DAY_EXTENDED,
    EVENT_NOTICE_POSTED,
    EVENT_NOTICE_WITHDRAWN,
    EVENT_PRINT_DONE,
    EVENT_PRINT_FAILED,
    EVENT_DEVICE_ONLINE,
    EVENT_DEVICE_OFFLINE,
    EVENT_DEVICE_FAULT,
    EVENT_ALARM_RAISED,
    EVENT_ALARM_CLEARED,
    EVENT_KINDS,
};

enum {
    TICKET_NUMBER_BYTES = 12, // "A012"
    EVENT_PASSED_MAX = 8,     // lines named in a call's reason
    EVENT_SERVICES_MAX = 16,  // services named in one assignment
};

enum outcome { // how a contact ended, apart from how the result is delivered
    OUTCOME_NONE,
    OUTCOME_ACCEPTED,  // 受理
    OUTCOME_DONE,      // 当场办结
    OUTCOME_TOLD,      // 一次性告知补正
    OUTCOME_GAPS,      // 容缺受理
    OUTCOME_REFUSED,   // 不予受理
    OUTCOME_ADVICE,    // 咨询
    OUTCOME_PICKED_UP, // 取件
    OUTCOME_RETURNED,  // 退件/撤回
    OUTCOME_PASSED_ON, // 转办
    OUTCOMES,
};

enum delivery { DELIVERY_NONE, DELIVERY_WINDOW, DELIVERY_COURIER, DELIVERY_ELECTRONIC, DELIVERIES };

enum park_kind { PARK_AWAY, PARK_HERE, PARK_WAIT, PARK_KINDS }; // 不持件, 持件, 等待

enum place { PLACE_ORDER, PLACE_FIRST, PLACE_LAST, PLACES }; // of a transferred ticket in its line

enum call_rule {    // why this ticket and no other
    RULE_SCORE,     // the highest score
    RULE_BOUND,     // T: waited beyond its bound
    RULE_PASSED,    // K: passed often enough
    RULE_ALTERNATE, // the other class's turn
    RULE_HAND,      // a clerk called this number
    RULE_FIRST,     // a transfer "first"
    RULE_UNPARKED,  // called back from being parked
    RULE_LATE,      // came after a miss and was taken at once
    RULE_WALK_IN,   // came to the window without a ticket
    RULES,
};

enum issue_channel { CHANNEL_KIOSK, CHANNEL_DESK, CHANNEL_WEB, CHANNEL_WINDOW, CHANNELS };

enum { // needs of a person, as bits
    NEED_VOICE = 1,
    NEED_TEXT = 2,
    NEED_LARGE = 4,
    NEED_SLOW = 8,
    NEED_ESCORT = 16,
    NEEDS_ALL = 31,
};

struct event_ticket {
    uint64_t id; // seq of the event that issued it; 0 = the event concerns no ticket
    char number[TICKET_NUMBER_BYTES];
    char service[PLAN_CODE_BYTES];
    char klass[PLAN_CODE_BYTES];
};

struct event_passed {                 // one line whose head was passed by this call
    char number[TICKET_NUMBER_BYTES]; // its head
    char service[PLAN_CODE_BYTES];
    char klass[PLAN_CODE_BYTES];
    uint32_t waited_s; // the head's
    uint32_t count;    // tickets of the line with an earlier effective time
    uint32_t times;    // how often its head has been passed now, this call included
};

// The moment of a command or event. hall_ms decides; the others say where it came from.
struct moment {
    int64_t hall_ms; // never goes backwards
    int64_t wall_ms; // what the wall clock said
    uint32_t boot;   // counts the starts of the daemon
    uint32_t zero;
};

struct event {
    uint64_t seq; // 1, 2, 3 … per hall, never reused
    struct moment at;
    uint16_t kind;   // enum event_kind
    uint16_t window; // number; 0 = none
    uint32_t actor;  // person, 0 = a citizen, a device or the hall itself
    char zone[PLAN_CODE_BYTES];
    char device[32]; // that did or is concerned by it; "" = none
    struct event_ticket ticket;
    union {
        struct {                     // day.opened, hall.configured
            const struct plan *plan; // borrowed
        } plan;
        struct {
            int32_t date;
            uint32_t issued, finished, missed, cancelled, voided; // of the day closed
        } day;
        struct {
            int64_t effective_ms;
            uint32_t ahead; // people ahead when issued
            uint32_t cases;
            uint8_t needs, silent, channel, language; // language: place in language_names
            uint8_t carried_phone;                    // messages were asked for
            char reason[PLAN_CODE_BYTES];
        } issued;
        struct {
            uint32_t ahead;
        } approaching;
        struct {
            uint64_t call;         // the seq acknowledgements name: this event's own
            int64_t waited_ms;     // since the effective time
            int64_t score;         // points x 1000, 0 if no score decided
            uint32_t candidates;   // lines the window could have called from
            uint32_t passed_count; // tickets passed in all
            uint32_t most_passed;  // the most often any ticket waiting now has been passed
            uint32_t passed_lines; // entries of passed[]
            uint8_t rule, needs, silent, expected; // expected: bits, places in plan_window.devices
            char reason[PLAN_CODE_BYTES];          // of a call by hand
            struct event_passed passed[EVENT_PASSED_MAX];
        } called;
        struct {
            uint64_t call;  // seq of the first call
            uint32_t times; // 1 = first recall
            uint8_t needs, silent, expected;
        } recalled;
        struct {
            int64_t serving_ms; // since started
            uint8_t outcome, delivery;
            uint32_t cases;
            char decision[48]; // number of the written decision of a refusal
        } finished;
        struct {
            uint32_t misses; // of this ticket so far
        } missed;
        struct { // returned, deferred, recycled, withdrawn, reopened's line place unused
            int64_t effective_ms;
            uint32_t places; // behind the head; UINT32_MAX = at the tail
        } placed;
        struct {
            uint8_t park; // enum park_kind
        } parked;
        struct {
            int64_t effective_ms;
            uint16_t to_window;               // 0 = any
            uint8_t place;                    // enum place
            char to_service[PLAN_CODE_BYTES]; // the ticket's service from now on
            char from_service[PLAN_CODE_BYTES];
            uint32_t to_person; // 0 = any
        } transferred;
        struct {
            char by[PLAN_CODE_BYTES]; // "citizen" "desk" "day-end" "misses" "staff"
        } ended;                      // cancelled, voided
        struct {
            uint64_t call;     // the call or recall acknowledged
            uint32_t after_ms; // since that call, by the hall's clock
            char error[96];
        } told; // call.shown, call.spoken, call.failed
        struct {
            uint64_t ask;  // seq of the rating.asked
            uint8_t level; // 1..5; given only
            uint8_t channel; // 好差评 interface: 1 PC 2 mobile 3 QR 4 tablet 5 other terminal 6 SMS
        } rating;
        struct {
            char reason[PLAN_CODE_BYTES];
            int64_t until_ms; // 0 = not said
        } paused;
        struct {
            int64_t until_ms; // 0 = until changed
            uint32_t count;   // 0 with until 0 = back to the plan
            char services[EVENT_SERVICES_MAX][PLAN_CODE_BYTES];
        } assigned;
        struct {
            char service[PLAN_CODE_BYTES];
            char reason[64];
        } service;
        struct {
            int64_t until_ms;
        } extended;
        struct {
            uint64_t id; // posted: 0, the event's own seq is the id
            int64_t until_ms;
            struct plan_note text;
        } notice;
        struct {
            char error[96];
        } print;
        struct {
            char faults[160]; // comma-separated words of the device
        } device;
        struct {
            char code[32];
            char text[128];
        } alarm;
    } u;
};

// "ticket.called"; NULL if kind is none of ours.
const char *event_kind_name(unsigned kind);
// The kind with this name, EVENT_NONE if none.
unsigned event_kind_named(const char *name);

// The fields that an event of this kind has besides seq, moment and kind, ended by a NULL name.
const struct field *event_fields(unsigned kind);

// What this event may be told to: the highest need of its kind. Fields may ask for more.
enum visibility event_visibility(unsigned kind);

#endif
