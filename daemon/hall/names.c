// SPDX-License-Identifier: Apache-2.0
/*
 * The words for states, outcomes and the other small sets, as pages, pads and the log say them.
 *
 * Each table is ended by NULL and indexed by its enum; the words are those of the house and never
 * change. Must not: hold texts for people (those have languages).
 */
#include "daemon/hall/hall.h"

const char *const ticket_state_names[TICKET_STATES + 1] = {
    "waiting", "called", "serving", "parked", "missed", "finished", "cancelled", "void", NULL};
const char *const window_state_names[WINDOW_STATES + 1] = {"closed",  "open",   "calling",
                                                           "serving", "paused", NULL};
const char *const outcome_names[OUTCOMES + 1] = {"none",     "accepted",  "done",   "told",
                                                 "gaps",     "refused",   "advice", "picked-up",
                                                 "returned", "passed-on", NULL};
const char *const delivery_names[DELIVERIES + 1] = {"none", "window", "courier", "electronic",
                                                    NULL};
const char *const park_names[PARK_KINDS + 1] = {"away", "here", "wait", NULL};
const char *const place_names[PLACES + 1] = {"order", "first", "last", NULL};
const char *const rule_names[RULES + 1] = {"score", "bound",    "passed", "alternate", "hand",
                                           "first", "unparked", "late",   "walk-in",   NULL};
const char *const need_names[6] = {"voice", "text", "large", "slow", "escort", NULL};
const char *const language_names[4] = {"hall", "zh", "en", NULL};
const char *const channel_names[CHANNELS + 1] = {"kiosk", "desk", "web", "window", NULL};

const char *const message_names[MESSAGES + 1] = {
    [MESSAGE_ISSUED] = "issued", [MESSAGE_APPROACHING] = "approaching",
    [MESSAGE_CALLED] = "called", [MESSAGE_MISSED] = "missed",
    [MESSAGES] = NULL,
};
