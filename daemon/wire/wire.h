// SPDX-License-Identifier: Apache-2.0
/*
 * The only encoder and decoder of JSON: events by their field tables, the views that pages and
 * topics show, and the bodies that become commands. Knows the hall; knows no HTTP and no MQTT.
 * Functions that return json_t* return owned references, NULL only without memory.
 */
#ifndef JIAOHAO_WIRE_WIRE_H
#define JIAOHAO_WIRE_WIRE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "daemon/hall/hall.h"

struct wire_place {          // where and when a view is made
    const struct hall *hall; // settled
    int64_t now_ms;
    const char *public_url; // "" = phones cannot reach the hall
    bool online, stuck;     // stuck: no command can be stored just now
    bool messages;          // a ticket may ask for messages to a phone
    bool doubtful;          // the wall clock jumped, and nobody has confirmed it yet
};

// --- out ---------------------------------------------------------------------------------------
// RFC 3339 with the offset of the process's time zone and milliseconds; out[32].
void wire_time(int64_t ms, char out[32]);

// {v, seq, at, kind, ticket?, window?, zone?, …}: fields above `seen_by` are left out.
json_t *wire_event(const struct event *event, enum visibility seen_by);
// "event/ticket/called": the topic of its kind, below the prefix.
void wire_event_topic(const struct event *event, char out[64]);

// ticket, service, window and zone are places in the hall and its plan, as in hall.h, never the
// numbers or codes people see; a window beyond the plan gives JSON null.
json_t *wire_hall(const struct wire_place *place);                      // GET /hall
json_t *wire_ticket(const struct wire_place *place, int32_t ticket);    // GET /ticket
json_t *wire_window(const struct wire_place *place, uint16_t window);   // GET /windows/{n}
json_t *wire_queue(const struct wire_place *place, uint16_t window);    // GET /windows/{n}/queue
json_t *wire_floor(const struct wire_place *place);                     // GET /floor (manager)
json_t *wire_devices(const struct wire_place *place);                   // GET /devices
json_t *wire_service(const struct wire_place *place, uint16_t service); // one of GET /hall
json_t *wire_told(const struct wire_place *place, int32_t ticket);      // who announced its call
json_t *wire_ticket_ref(const struct hall *hall, int32_t ticket); // {id, number, service, class}
// POST /tickets → 201: the new ticket with its token.
json_t *wire_issued(const struct wire_place *place, int32_t ticket, const char *token);
// GET /calls/{seq}/why; names of classes and services come from the plan in force.
json_t *wire_why(const struct wire_place *place, const struct event *called);
json_t *wire_window_state(const struct wire_place *place, uint16_t window); // state/window/{n}
json_t *wire_board_state(const struct wire_place *place, uint16_t zone);    // state/board/{zone};
                                                                            // PLAN_NONE = all
json_t *wire_hall_state(const struct wire_place *place);                    // state/hall
// call/{zone} for ticket.called, recalled, withdrawn (and missed: take it off) and notice.posted;
// NULL for other kinds.
json_t *wire_call(const struct wire_place *place, const struct event *event);

// problem+json of a refusal or of a door's own code.
struct wire_problem {
    uint32_t code;
    int status;
    const char *name, *title, *detail; // title en; detail = what is the matter and what to do, en
    const char *title_zh, *detail_zh;
    const char *key; // the body key at fault, NULL
    uint64_t seq;    // changed since, 0
    json_t *shown;   // window as it is now (taken), NULL
};
json_t *wire_problem(const struct wire_problem *problem);
json_t *wire_refusal(const struct refusal *refusal, json_t *shown); // takes shown; may be NULL

// --- in ----------------------------------------------------------------------------------------
struct wire_fault { // first fault of a body
    char key[48];
    char text[160]; // en: what is wrong, what would be right
    char text_zh[160];
};

// Bytes to an object: duplicates, trailing bytes, depth over 8, non-objects are faults. NULL +
// fault.
json_t *wire_parse(const void *bytes, size_t length, struct wire_fault *fault);

// Fills the fields of *command that a body of this command kind may have: unknown keys, wrong types
// and values out of range are faults. 0 or -EINVAL + fault. kind, window, actor are the caller's.
// `also` (ended by NULL; may be NULL) names further keys, which the caller reads itself.
int wire_command(const json_t *body, struct command *command, const char *const *also,
                 struct wire_fault *fault);

#endif
