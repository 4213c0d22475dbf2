// SPDX-License-Identifier: Apache-2.0
/*
 * The day of a hall, pure: hall_decide says what a command leads to, hall_apply makes it so.
 *
 * A hall is one block of memory with indices in place of pointers: hall_size() bytes, copied by
 * memcpy, compared by memcmp. No I/O, clock, randomness or allocation here but hall_new, hall_copy
 * and hall_apply's growth. decide is const and holds the policy; apply holds none: it believes
 * what the event says. So the same code runs the live hall, recovers it and replays a day.
 *
 * A line is (service, class): a treap of tickets by (effective_ms, placed), its priorities a hash
 * of the id, so its shape depends on nothing but what is in it. Each subtree counts its tickets;
 * `passed` is spread over the path (difference to the parent), so that a call can pass all
 * earlier tickets of a line in O(log n).
 */
#ifndef JIAOHAO_HALL_HALL_H
#define JIAOHAO_HALL_HALL_H

#include <stdbool.h>

#include "daemon/hall/command.h"
#include "daemon/hall/refusal.h"

enum ticket_state {
    TICKET_WAITING,
    TICKET_CALLED,
    TICKET_SERVING,
    TICKET_PARKED,
    TICKET_MISSED,
    TICKET_FINISHED,
    TICKET_CANCELLED,
    TICKET_VOID,
    TICKET_STATES,
};

enum window_state {
    WINDOW_CLOSED,
    WINDOW_OPEN,
    WINDOW_CALLING,
    WINDOW_SERVING,
    WINDOW_PAUSED,
    WINDOW_STATES,
};

enum {
    HALL_NONE = -1,       // no ticket
    HALL_RECENT_MAX = 12, // last calls remembered per zone
    HALL_NOTICES_MAX = 8,
    HALL_EVENTS_MAX = 32,      // most events one command leads to
    HALL_TICKETS_MAX = 200000, // in one day
};

struct ticket {
    uint64_t id;        // seq of its issue
    uint64_t placed;    // seq of the event that put it into its line: breaks ties
    uint64_t call;      // seq of its last first call (ticket.called), 0 = never called
    uint64_t last_call; // seq of its last call or recall: what an acknowledgement may name
    uint64_t ask;       // seq of the last rating.asked, 0 = never
    int64_t issued_ms, effective_ms;
    int64_t called_ms;   // of `call`
    int64_t recalled_ms; // last call or recall
    int64_t told_ms;     // `call` or a recall first shown or spoken, 0 = not yet
    int64_t started_ms, parked_ms, ended_ms, asked_ms;
    int64_t served_ms;   // served before started_ms (it was parked or reopened since)
    int32_t left, right; // in its line's treap
    uint32_t count;      // tickets in this subtree
    int32_t passed;      // less its parent's; for a ticket out of line: its total
    int32_t most;        // the most passed in this subtree, less the parent's passed
    uint32_t number;
    uint32_t cases;
    uint32_t to_person; // transferred to this person only, 0 = any
    uint16_t series, service,
        window;         // indices; window = where it is or was last, PLAN_NONE = never
    uint16_t to_window; // transferred to this window only, PLAN_NONE = any
    uint16_t from_window, from_service; // of a transfer not yet called, PLAN_NONE = none
    uint16_t recalls, misses, defers, zero;
    uint8_t klass, state, needs, silent;
    uint8_t expected, told, failed;                   // bits: places in plan_window.devices
    uint8_t park, approached, rated, language, phone; // rated: level given, 0 = none
    uint8_t first; // transferred "first": goes before all, and is not called by rule
    uint8_t from;  // enum ticket_state before its call: where a withdrawal puts it back
    uint8_t pad[6];
};

struct line {
    int32_t root; // HALL_NONE = empty
    uint32_t zero;
};

struct window {
    uint64_t changed; // seq of its last change: what seen_seq is compared with
    int64_t since_ms; // in this state
    int64_t pause_until_ms, assigned_until_ms;
    int64_t asked_ms;  // rating asked, for its last ticket
    uint64_t ask;      // seq, 0 = none open
    int32_t ticket;    // called or being served, HALL_NONE
    int32_t last;      // the last ticket it finished, missed or passed on, HALL_NONE
    uint32_t person;   // signed in, 0
    uint32_t served;   // finished today
    uint32_t state;    // enum window_state
    uint32_t assigned; // weights differ from the plan
    uint32_t run;      // calls by rule of one class in a row (kept in its group's first window)
    uint32_t run_class;
    char pause_reason[PLAN_CODE_BYTES];
    uint16_t weight[PLAN_SERVICES_MAX]; // in force: plan or assignment
};

struct service_state {
    uint32_t issued, called, finished, missed, cancelled, voided; // today
    uint32_t waiting, stopped;
    int64_t waited_ms; // sum over called
    int64_t served_ms; // sum over finished
    char stop_reason[64];
};

struct series_state {
    uint32_t last; // last number issued, 0 = none
    uint32_t zero;
};

struct recent_call {
    int32_t ticket; // HALL_NONE = unused
    uint16_t window;
    uint16_t zero;
    int64_t at_ms;
};

struct notice {
    uint64_t id; // 0 = unused
    int64_t until_ms;
    char zone[PLAN_CODE_BYTES]; // "" = all
    struct plan_note text;
};

struct device_state {
    uint64_t changed; // seq
    int64_t since_ms;
    uint32_t online, zero;
    char faults[160];
};

struct hall {
    uint64_t seq;   // of the last event applied
    int64_t now_ms; // hall time of the last event applied
    uint32_t day_open, capacity, ticket_count;
    uint32_t carried; // tickets[0..carried) were issued on earlier days
    struct plan plan;
    struct window windows[PLAN_WINDOWS_MAX];
    struct service_state services[PLAN_SERVICES_MAX];
    struct series_state series[PLAN_SERIES_MAX];
    struct line lines[PLAN_SERVICES_MAX][PLAN_CLASSES_MAX];
    struct line own[PLAN_WINDOWS_MAX]; // tickets transferred to this window only, all services
    struct recent_call recent[PLAN_ZONES_MAX][HALL_RECENT_MAX]; // newest first
    struct notice notices[HALL_NOTICES_MAX];
    struct device_state devices[PLAN_DEVICES_MAX];
    struct ticket tickets[]; // by id
};

struct decision { // what a command leads to
    uint32_t count;
    struct refusal refusal; // if count is 0; a command may also lead to nothing, without refusal
    struct event events[HALL_EVENTS_MAX];
};

// An empty hall before its first day; the caller owns it. NULL without memory.
struct hall *hall_new(void);
void hall_free(struct hall *hall);
size_t hall_size(const struct hall *hall);
// Makes *to (grown if need be, owned by the caller) the same bytes as from: 0 or -ENOMEM.
int hall_copy(struct hall **to, const struct hall *from);

// What the command leads to: fills *out; returns 0 (events or nothing to do) or the refusal's code.
// Events carry their seq (hall->seq + 1 …) and refer to command->plan. Each decision is at once
// applicable to this hall.
int hall_decide(const struct hall *hall, const struct command *command, struct decision *out);

// Makes the event so; *hall may move. 0, -ENOMEM, or -EINVAL if the event cannot follow (wrong
// seq, unknown ticket): the log is damaged, and the hall is unchanged.
int hall_apply(struct hall **hall, const struct event *event);

// When the hall next wants a tick (hall time, ms), INT64_MAX if never.
int64_t hall_next_deadline(const struct hall *hall);

// --- reading -----------------------------------------------------------------------------------
// Index of a ticket by id or by printed number ("A012": the live one, else the latest), HALL_NONE.
int32_t hall_ticket_by_id(const struct hall *hall, uint64_t id);
int32_t hall_ticket_by_number(const struct hall *hall, const char *number);
// "A012" of this ticket.
void hall_ticket_number(const struct hall *hall, int32_t ticket, char out[TICKET_NUMBER_BYTES]);
// People truly ahead of a waiting ticket, and of one issued now: those of its service who would be
// called before it if everything else stood still.
uint32_t hall_ahead(const struct hall *hall, int32_t ticket);
uint32_t hall_ahead_of_new(const struct hall *hall, uint16_t service, uint8_t klass,
                           int64_t now_ms);
// How often it has been passed.
uint32_t hall_passed(const struct hall *hall, int32_t ticket);
// The first `room` waiting tickets of a line in order; returns how many.
uint32_t hall_line_first(const struct hall *hall, uint16_t service, uint8_t klass, int32_t *out,
                         uint32_t room);
uint32_t hall_line_count(const struct hall *hall, uint16_t service, uint8_t klass);
// What this window would call now, HALL_NONE if nobody; *why (may be NULL) is filled as the event's.
int32_t hall_next_for(const struct hall *hall, uint16_t window, int64_t now_ms, struct event *why);
// Whether the service takes tickets at this moment: 0 or the refusal's code.
uint32_t hall_service_refuses(const struct hall *hall, uint16_t service, int64_t now_ms);
// Ticket and window states by name.
extern const char *const ticket_state_names[TICKET_STATES + 1];
extern const char *const window_state_names[WINDOW_STATES + 1];
extern const char *const outcome_names[OUTCOMES + 1]; // "accepted" …
extern const char *const delivery_names[DELIVERIES + 1];
extern const char *const park_names[PARK_KINDS + 1]; // "away" "here" "wait"
extern const char *const place_names[PLACES + 1];    // "order" "first" "last"
extern const char *const rule_names[RULES + 1];
extern const char *const language_names[4]; // "hall" (its first) "zh" "en"
extern const char *const need_names[6];     // "voice" "text" "large" "slow" "escort"
extern const char *const channel_names[CHANNELS + 1];

#endif
