// SPDX-License-Identifier: Apache-2.0
/*
 * What somebody wants: the commands that hall_decide turns into events or a refusal. Web, MQTT and
 * timers all make these; by then names are still names (codes, numbers), checked by the core.
 */
#ifndef JIAOHAO_HALL_COMMAND_H
#define JIAOHAO_HALL_COMMAND_H

#include "daemon/hall/event.h"

enum command_kind {
    COMMAND_NONE, // nothing for the hall: only records are to be written
    // the hall
    COMMAND_TICK,      // hall_next_deadline has come
    COMMAND_OPEN_DAY,  // plan; at a new business day, after the old one was closed
    COMMAND_CONFIGURE, // plan for the same day
    COMMAND_STOP_SERVICE,
    COMMAND_RESUME_SERVICE,
    COMMAND_ASSIGN,
    COMMAND_EXTEND_DAY,
    COMMAND_POST_NOTICE,
    COMMAND_WITHDRAW_NOTICE,
    COMMAND_RAISE_ALARM,
    COMMAND_CLEAR_ALARM,
    // tickets
    COMMAND_ISSUE,
    COMMAND_CANCEL,
    COMMAND_RETURN,
    COMMAND_DEFER,
    COMMAND_RATE,
    // windows: the verbs of the house
    COMMAND_OPEN,
    COMMAND_CLOSE,
    COMMAND_NEXT,
    COMMAND_CALL, // a certain number
    COMMAND_RECALL,
    COMMAND_START,
    COMMAND_FINISH,
    COMMAND_MISS,
    COMMAND_TAKE_LATE,
    COMMAND_PARK,
    COMMAND_UNPARK,
    COMMAND_TRANSFER,
    COMMAND_RECYCLE,
    COMMAND_PAUSE,
    COMMAND_RESUME,
    COMMAND_ASK_RATING,
    COMMAND_WALK_IN,
    COMMAND_WITHDRAW,
    COMMAND_REOPEN,
    COMMAND_TAKE_BACK,
    // devices
    COMMAND_SHOWN,
    COMMAND_SPOKEN,
    COMMAND_CALL_FAILED,
    COMMAND_PRINTED,
    COMMAND_PRINT_FAILED,
    COMMAND_DEVICE_ONLINE,
    COMMAND_DEVICE_OFFLINE,
    COMMAND_DEVICE_FAULT,
    COMMAND_KINDS,
};

// Fields not named by a kind are zero. `ticket` and `number` both may name the ticket of
// call, take-late, unpark, withdraw, reopen, take-back, return and cancel; without either, a window
// verb means the window's own ticket (take-back, reopen, unpark: the last one it had).
struct command {
    uint16_t kind;   // enum command_kind
    uint16_t window; // number, 0 = none
    uint32_t actor;  // person, 0 = nobody signed in
    struct moment at;
    uint64_t ticket;   // id, 0 = none
    uint64_t seen_seq; // 0 = not said; else a window changed since then refuses
    char number[TICKET_NUMBER_BYTES];
    char service[PLAN_CODE_BYTES]; // issue, walk-in, transfer, stop, resume
    char klass[PLAN_CODE_BYTES];   // issue, walk-in; "" = the first class of the plan
    char reason[PLAN_CODE_BYTES];  // issue (priority), call, pause
    char device[32];               // acknowledgements and device news
    uint8_t needs, silent, channel, language;
    uint8_t carried_phone, by_staff, park, place;
    uint8_t outcome, delivery, level, rating_channel;
    uint16_t to_window;
    uint16_t zero;
    uint32_t to_person, cases;
    uint64_t call; // acknowledgements: seq of the call or recall; rate: seq of the ask (0 = last)
    int64_t until_ms;        // pause, assign, extend, notice
    uint64_t notice;         // withdraw notice
    const struct plan *plan; // open day, configure: borrowed until decided and committed
    uint32_t service_count;  // assign
    char services[EVENT_SERVICES_MAX][PLAN_CODE_BYTES];
    char decision[48];     // finish: number of the written decision
    char note[160];        // transfer, service stop reason, fault words, error of a device
    struct plan_note text; // notice
    char code[32];         // alarm
};

// "take-late" for COMMAND_TAKE_LATE; NULL for kinds that are no window verbs.
const char *command_verb(unsigned kind);
// The window verb with this exact name, COMMAND_NONE if none.
unsigned command_verbed(const char *verb);

#endif
