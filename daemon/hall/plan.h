// SPDX-License-Identifier: Apache-2.0
/*
 * The resolved plan of one hall for one business day: what hall.yaml says, with every name turned
 * into an index and every boundary of the day into UTC milliseconds. daemon/plan compiles it; the
 * core (daemon/hall) obeys it; `day.opened` and `hall.configured` carry it whole, so that a day can
 * be recovered and replayed without the file.
 *
 * Plain data without pointers or implicit padding: a plan is copied and compared as bytes. Memory
 * that holds one is zeroed before it is filled. Strings are UTF-8, NUL-terminated, zero-filled.
 */
#ifndef JIAOHAO_HALL_PLAN_H
#define JIAOHAO_HALL_PLAN_H

#include <stdint.h>

enum {
    PLAN_BOARDS_MAX = 16,    // boards of business on the kiosk's first screen
    PLAN_SERVICES_MAX = 128, // lines are services x classes
    PLAN_CLASSES_MAX = 8,
    PLAN_SERIES_MAX = 32,
    PLAN_ZONES_MAX = 16,
    PLAN_WINDOWS_MAX = 128,
    PLAN_DEVICES_MAX = 512,
    PLAN_HOURS_MAX = 16,         // opening patterns
    PLAN_SPANS_MAX = 4,          // opening spans in one day
    PLAN_REASONS_MAX = 32,       // codes a clerk or citizen picks from
    PLAN_WINDOW_DEVICES_MAX = 8, // boards and speakers that announce one window
    PLAN_CODE_BYTES = 16,
    PLAN_NAME_BYTES = 96,
    PLAN_NOTE_BYTES = 256,
    PLAN_NONE = 0xffff, // no index
};

struct plan_name {
    char zh[PLAN_NAME_BYTES];
    char en[PLAN_NAME_BYTES];
};

struct plan_note {
    char zh[PLAN_NOTE_BYTES];
    char en[PLAN_NOTE_BYTES];
};

struct plan_span {
    int64_t open_ms, close_ms; // UTC, [open, close)
};

// One opening pattern, resolved for the day of this plan.
struct plan_hours {
    char code[PLAN_CODE_BYTES];
    struct plan_span spans[PLAN_SPANS_MAX];
    uint32_t span_count; // 0 = closed all day
    uint32_t zero;
};

struct plan_board {
    char code[PLAN_CODE_BYTES];
    struct plan_name name;
};

struct plan_series {
    char prefix[PLAN_CODE_BYTES]; // one or two of A-Z without I and O
    uint32_t first;               // first number of the day, >= 1
    uint32_t digits;              // printed with at least so many digits
};

struct plan_zone {
    char code[PLAN_CODE_BYTES];
    struct plan_name name;
};

struct plan_service {
    char code[PLAN_CODE_BYTES]; // in the API, e.g. "A" or "SB-01"
    struct plan_name name;
    struct plan_note materials; // what to bring; may be empty
    int64_t expected_ms;        // usual service time, the prior of the forecast
    int64_t target_ms;          // wait promised
    int64_t bound_ms;           // T: waits beyond it go before any younger ticket; 0 = no bound
    uint32_t daily_limit;       // tickets a day; 0 = no limit
    uint16_t board, series, zone, hours; // indices; zone = where people wait for it
    uint32_t zero;
};

struct plan_class {
    char code[PLAN_CODE_BYTES]; // "normal", "priority", "appointment", ...
    struct plan_name name;
    int64_t head_ms;      // head start, in minutes of waiting at rate 1
    uint32_t rate_milli;  // points per minute of waiting, 1000 = 1.0
    uint32_t alternate;   // after so many of this class in a row, one of the others; 0 = off
    uint8_t needs_reason; // citizens choose a reason (elderly, disabled, ...)
    uint8_t open_to_all;  // may be taken at the kiosk without a member of staff
    uint8_t zero[6];
};

enum plan_reason_use { PLAN_REASON_PRIORITY, PLAN_REASON_CALL, PLAN_REASON_PAUSE };

struct plan_reason {
    char code[PLAN_CODE_BYTES];
    struct plan_name name;
    uint32_t use; // enum plan_reason_use
    uint32_t zero;
};

enum plan_device_kind {
    PLAN_DEVICE_PAD,
    PLAN_DEVICE_KEYPAD, // satisfaction keypad
    PLAN_DEVICE_BOARD,
    PLAN_DEVICE_SPEAKER,
    PLAN_DEVICE_PRINTER,
};

struct plan_device {
    char name[32];   // its account and client id on the broker: [a-z0-9-]
    uint32_t kind;   // enum plan_device_kind
    uint16_t window; // index, for pads and keypads; else PLAN_NONE
    uint16_t zone;   // index, for boards, speakers and printers; else PLAN_NONE
};

struct plan_window {
    uint16_t number; // as painted above the window, 1..9999
    uint16_t zone;
    uint16_t group; // alternation is counted per group; windows without one share group 0
    uint16_t device_count;
    uint16_t devices[PLAN_WINDOW_DEVICES_MAX]; // boards and speakers that announce its calls
    struct plan_name name;                     // may be empty
    uint16_t weight[PLAN_SERVICES_MAX];        // permille; 0 = does not serve it
};

struct plan_rules {
    int64_t grace_ms;       // from the first shown or spoken to a no-show
    int64_t recall_gap_ms;  // least time between two calls of one ticket
    int64_t reopen_ms;      // how long a finished ticket can be reopened
    int64_t rating_ms;      // how long an asked rating can be given
    uint32_t recalls_max;   // recalls after the first call
    uint32_t passes_max;    // K; 0 = no bound
    uint32_t return_places; // places behind the head after a first miss
    uint32_t misses_max;    // this miss voids the ticket (3 = third)
    uint32_t defers_max;
    uint32_t defer_places;
    uint32_t approach;      // "get ready" at so many places from the head
    uint8_t next_finishes;  // `next` while serving finishes the current ticket
    uint8_t miss_automatic; // grace over = missed, without a clerk
    uint8_t walk_in;        // anyone may take a ticket over the public door
    uint8_t zero;
};

enum message_kind { // texts to a citizen's phone
    MESSAGE_ISSUED,
    MESSAGE_APPROACHING,
    MESSAGE_CALLED,
    MESSAGE_MISSED,
    MESSAGES,
};

struct plan_messages {
    struct plan_name signature;      // stands before each text in 【】
    struct plan_note text[MESSAGES]; // with {number} {ahead} {wait} {window} {hall}
};

struct plan_day {
    int32_t date; // yyyymmdd in the hall's time zone
    uint32_t zero;
    int64_t begins_ms, ends_ms; // UTC; the next business day begins at ends_ms
};

struct plan {
    char code[32]; // {hall} in topics: [a-z0-9-]
    struct plan_name name;
    char timezone[48];  // IANA name
    char accent[8];     // "#0B5FA5"
    char languages[16]; // "zh,en": first is the default
    uint64_t version;   // FNV-1a of the file's bytes: tells two files apart, no secret
    uint32_t board_count, service_count, class_count, series_count;
    uint32_t zone_count, window_count, device_count, hours_count;
    uint32_t reason_count, zero;
    struct plan_day day;
    struct plan_rules rules;
    struct plan_hours hours[PLAN_HOURS_MAX];
    struct plan_board boards[PLAN_BOARDS_MAX];
    struct plan_series series[PLAN_SERIES_MAX];
    struct plan_zone zones[PLAN_ZONES_MAX];
    struct plan_service services[PLAN_SERVICES_MAX];
    struct plan_class classes[PLAN_CLASSES_MAX];
    struct plan_reason reasons[PLAN_REASONS_MAX];
    struct plan_device devices[PLAN_DEVICES_MAX];
    struct plan_window windows[PLAN_WINDOWS_MAX];
    struct plan_messages messages;
};

// Index of the entry with this code or number, or PLAN_NONE.
uint16_t plan_service_at(const struct plan *plan, const char *code);
uint16_t plan_class_at(const struct plan *plan, const char *code);
uint16_t plan_zone_at(const struct plan *plan, const char *code);
uint16_t plan_window_at(const struct plan *plan, uint16_t number);
uint16_t plan_device_at(const struct plan *plan, const char *name);
uint16_t plan_reason_at(const struct plan *plan, const char *code, enum plan_reason_use use);

extern const char *const message_names[MESSAGES + 1]; // "issued" …

// Whether the pattern is open at that moment of the plan's day; *next_ms (may be NULL) gets the
// next moment at which the answer changes, INT64_MAX if it does not change any more today.
int plan_open_at(const struct plan_hours *hours, int64_t at_ms, int64_t *next_ms);

#endif
