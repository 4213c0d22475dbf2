// SPDX-License-Identifier: Apache-2.0
/* Inside of hall_decide: what the handlers of commands share. */
#ifndef JIAOHAO_HALL_DECIDE_H
#define JIAOHAO_HALL_DECIDE_H

#include "daemon/hall/hall.h"

struct ask { // one command, what it names, and the events gathered so far
    const struct hall *hall;
    const struct command *command;
    struct decision *out;
    uint16_t window; // index, PLAN_NONE = none
    int32_t ticket;  // of the window or named; HALL_NONE = none
    int64_t now_ms;
};

// Refuses; the others fill the refusal's amount or its words. Always returns the code.
uint32_t refuse(struct ask *ask, uint32_t code);
uint32_t refuse_amount(struct ask *ask, uint32_t code, int64_t amount);
uint32_t refuse_what(struct ask *ask, uint32_t code, const char *what);
// The same with the ticket's number.
uint32_t refuse_ticket(struct ask *ask, uint32_t code, int32_t ticket);

// The next event of the decision, with its shared fields filled. ticket and window may be none.
struct event *say_event(struct ask *ask, enum event_kind kind, int32_t ticket, uint16_t window);
// Events that may still be said.
uint32_t room_left(const struct ask *ask);
// The ticket that the command names by id or number; refuses with NO_TICKET.
uint32_t named_ticket(struct ask *ask);
bool names_ticket(const struct command *command);
// The service that the command names; refuses with NO_SERVICE.
uint32_t named_service(struct ask *ask, uint16_t *service);
// When the grace of a called ticket is over: INT64_MAX while nothing has told its call.
int64_t grace_over_ms(const struct hall *hall, int32_t ticket);
// The effective time that puts the ticket so many places behind the head of its line.
int64_t place_behind(const struct ask *ask, int32_t ticket, uint32_t places);
// Bits of the devices that are to announce this ticket at the window.
uint8_t expected_devices(const struct hall *hall, uint16_t window, int32_t ticket);

// 0 or the refusal's code.
typedef uint32_t decide_fn(struct ask *ask);
decide_fn decide_tick, decide_open_day, decide_configure, decide_stop, decide_resume_service,
    decide_assign, decide_extend, decide_post, decide_withdraw_notice, decide_alarm;
decide_fn decide_issue, decide_cancel, decide_return, decide_defer, decide_rate;
decide_fn decide_open, decide_close, decide_pause, decide_resume, decide_ask_rating;
decide_fn decide_next, decide_call, decide_recall, decide_take_late, decide_unpark, decide_walk_in,
    decide_withdraw, decide_recycle, decide_miss;
decide_fn decide_start, decide_finish, decide_park, decide_transfer, decide_reopen,
    decide_take_back;
decide_fn decide_told, decide_printed, decide_device;

// Steps that several commands take.
uint32_t issue_checked(struct ask *ask, uint16_t service, uint8_t *klass);
struct event *say_issued(struct ask *ask, uint16_t service, uint8_t klass);
void say_finished(struct ask *ask, int32_t ticket);
void say_missed(struct ask *ask, int32_t ticket);

#endif
