// SPDX-License-Identifier: Apache-2.0
/*
 * A message as fields and as a sentence: gateways with approved templates take the fields, modems
 * the sentence. Both are made when it is sent, so that a second try says what is true by then.
 *
 * Must not: name a person or what they came for; write the number anywhere but into the result.
 */
#include "daemon/tell/message.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/forecast/wait.h"
#include "daemon/plan/message.h"
#include "daemon/wire/value.h"

enum { MINUTE_S = 60, SMALL_BYTES = 24 };

struct facts {
    const struct ticket *ticket;
    int language; // 0 = zh, 1 = en
    uint32_t ahead;
    struct wait wait;
    bool waiting; // ahead and wait mean something
    char number[TICKET_NUMBER_BYTES];
    uint16_t window; // number, 0 = none
};

static int language_of(const struct hall *hall, const struct ticket *ticket) {
    enum { ZH = 1, EN = 2 }; // places in language_names
    if (ticket->language == ZH || ticket->language == EN)
        return ticket->language == EN;
    return strncmp(hall->plan.languages, "en", 2) == 0;
}

static void find_facts(const struct message_about *about, int32_t at, struct facts *facts) {
    const struct hall *hall = about->hall;
    const struct ticket *ticket = &hall->tickets[at];
    memset(facts, 0, sizeof *facts);
    facts->ticket = ticket;
    facts->language = language_of(hall, ticket);
    facts->waiting = ticket->state == TICKET_WAITING;
    facts->ahead = facts->waiting ? hall_ahead(hall, at) : 0;
    wait_of(hall, at, about->now_ms, &facts->wait);
    hall_ticket_number(hall, at, facts->number);
    if (!facts->waiting && ticket->window < hall->plan.window_count)
        facts->window = hall->plan.windows[ticket->window].number;
}

static void say_wait(const struct facts *facts, char *out, size_t room) {
    const struct wait *wait = &facts->wait;
    const char *unit = facts->language ? " min" : "分钟";
    switch (wait->kind) {
    case WAIT_PAUSED:
        snprintf(out, room, "%s", facts->language ? "not known yet" : "时间待定");
        break;
    case WAIT_NOT_TODAY:
        snprintf(out, room, "%s",
                 facts->language ? MESSAGE_WAIT_LONGEST_EN : MESSAGE_WAIT_LONGEST_ZH);
        break;
    case WAIT_RANGE:
        if (wait->low_s < wait->high_s)
            snprintf(out, room, "%u-%u%s", wait->low_s / MINUTE_S, wait->high_s / MINUTE_S, unit);
        else // the forecast ends here: so long, or longer
            snprintf(out, room, "%u+%s", wait->low_s / MINUTE_S, unit);
        break;
    }
}

static void fill_text(const struct message_about *about, const struct facts *facts,
                      char out[MESSAGE_BYTES]) {
    char ahead[SMALL_BYTES], wait[sizeof MESSAGE_WAIT_LONGEST_EN + 8], window[SMALL_BYTES];
    const struct plan *plan = &about->hall->plan;
    struct message_form form = {&plan->messages, (enum message_kind)about->delivery->kind,
                                facts->language};
    struct message_values values = {
        .of = {[VALUE_NUMBER] = facts->number,
               [VALUE_AHEAD] = ahead,
               [VALUE_WAIT] = wait,
               [VALUE_WINDOW] = window,
               [VALUE_HALL] = facts->language ? plan->name.en : plan->name.zh}};
    snprintf(ahead, sizeof ahead, "%u", facts->ahead);
    snprintf(window, sizeof window, "%u", facts->window);
    say_wait(facts, wait, sizeof wait);
    message_fill(&form, &values, out, MESSAGE_BYTES);
}

static json_t *fields_of(const struct message_about *about, const struct facts *facts) {
    const struct row_delivery *delivery = about->delivery;
    const struct plan *plan = &about->hall->plan;
    const struct plan_name *signature = &plan->messages.signature;
    char id[sizeof plan->code + SMALL_BYTES];
    json_t *fields = json_object();
    snprintf(id, sizeof id, "%s-%llu", plan->code, (unsigned long long)delivery->seq);
    value_set(&fields, "v", json_integer(1));
    value_set(&fields, "id", json_string(id));
    value_set(&fields, "kind", value_named(delivery->kind, message_names));
    value_set(&fields, "to", json_string(about->phone));
    value_set(&fields, "language", json_string(facts->language ? "en" : "zh"));
    value_set(&fields, "hall", value_text(facts->language ? plan->name.en : plan->name.zh));
    value_set(&fields, "signature", value_text(facts->language ? signature->en : signature->zh));
    value_set(&fields, "number", json_string(facts->number));
    value_set(&fields, "ahead", facts->waiting ? json_integer(facts->ahead) : json_null());
    value_set(&fields, "wait", facts->waiting ? value_wait(&facts->wait) : json_null());
    value_set(&fields, "window", facts->window ? json_integer(facts->window) : json_null());
    value_set(&fields, "attempt", json_integer((json_int_t)delivery->attempts + 1));
    value_set(&fields, "expires_at", value_time(delivery->deadline_ms));
    return fields;
}

char *message_input(const struct message_about *about) {
    int32_t at = hall_ticket_by_id(about->hall, about->delivery->ticket);
    struct facts facts;
    char text[MESSAGE_BYTES], *line, *whole = NULL;
    json_t *fields;
    if (at == HALL_NONE || about->delivery->kind >= MESSAGES)
        return NULL;
    find_facts(about, at, &facts);
    fill_text(about, &facts, text);
    fields = fields_of(about, &facts);
    line = fields ? json_dumps(fields, JSON_COMPACT) : NULL;
    json_decref(fields);
    if (line && asprintf(&whole, "%s\n%s\n", line, text) < 0)
        whole = NULL;
    if (line)
        explicit_bzero(line, strlen(line));
    free(line);
    return whole;
}
