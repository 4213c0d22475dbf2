// SPDX-License-Identifier: Apache-2.0
/*
 * Tickets: taking one, and what its holder may do. A phone number and a comment are sealed here and
 * go into rows of the same transaction as the event; they are in no event, log or answer.
 * A number is told only when it is durable: a kiosk prints what it gets here.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/records/phone.h"
#include "daemon/web/handlers.h"
#include "daemon/web/limits.h"
#include "daemon/web/reply.h"

enum { TALK_MS = 60000, TALK_TICKETS = 6, COMMENT_MOST = 600, CONTACT_MOST = 64, TAGS_MOST = 12 };

static const char *const take_keys[] = {"phone", "agent", "form_ref", "appointment", NULL};
static const char *const rate_keys[] = {"tags", "comment", "contact", NULL};

// --- how often an address may
// ---------------------------------------------------------------------

static struct talker *talker_of(struct web *web, uint64_t address, int64_t now_ms) {
    struct talker *oldest = &web->talkers[0];
    for (size_t i = 0; i < WEB_TALKERS; i++) {
        struct talker *one = &web->talkers[i];
        if (one->address == address && now_ms - one->since_ms < TALK_MS)
            return one;
        if (one->since_ms < oldest->since_ms)
            oldest = one;
    }
    *oldest = (struct talker){.address = address, .since_ms = now_ms};
    return oldest;
}

// Whoever is nobody known takes a few tickets a minute and address. Milliseconds to wait, 0 = none.
static int64_t talks_too_much(struct request *request) {
    int64_t now_ms = loop_boot_ms();
    struct talker *talker;
    if (request->signed_in || !request->client)
        return 0;
    talker = talker_of(request->web, client_address(request->client, request->web->salt), now_ms);
    if (talker->count >= TALK_TICKETS)
        return talker->since_ms + TALK_MS - now_ms;
    talker->count++;
    return 0;
}

// --- taking --------------------------------------------------------------------------------------

static void take_done(struct request *request, const struct answer *answer) {
    const struct hall *hall = answer->hall;
    struct wire_place place = web_place(request->web, hall);
    int32_t ticket = hall_ticket_by_id(hall, answer->ticket);
    struct refusal gone = {.code = REFUSED_NO_TICKET};
    char token[TOKEN_BYTES];
    if (ticket == HALL_NONE)
        reply_refusal(request, &gone, NULL);
    else if (secrets_token(request->web->house.secrets, hall->plan.day.date, answer->ticket, token))
        reply_problem(request, PROBLEM_BUSY);
    else
        reply_json(request, 201, wire_issued(&place, ticket, token));
}

static void fault_at(struct request *request, const char *key, const char *text,
                     const char *text_zh) {
    struct wire_fault fault = {0};
    snprintf(fault.key, sizeof fault.key, "%s", key);
    snprintf(fault.text, sizeof fault.text, "%s", text);
    snprintf(fault.text_zh, sizeof fault.text_zh, "%s", text_zh);
    reply_fault(request, PROBLEM_VALUE, &fault);
}

static int seal(struct request *request, uint64_t ticket, const char *text, struct row *row) {
    int32_t date = web_hall(request->web)->plan.day.date;
    return secrets_seal(request->web->house.secrets, date, ticket, text, strlen(text),
                        &row->u.secret);
}

static void fault_phone(struct request *request, int error) {
    if (error == -EPERM)
        fault_at(request, "phone", "Messages are not sent to this country. Leave the number out.",
                 "暂不支持向该国家或地区发送短信, 请不填手机号。");
    else
        fault_at(request, "phone",
                 "Send a mobile number: 11 digits, or + and the number with its country.",
                 "请输入 11 位手机号, 或以 + 和国家代码开头的号码。");
}

// 1: a row was filled; 0: there is no phone, or no way to send to it; negative: answered.
static int take_phone(struct request *request, struct row *row) {
    const struct config_hooks *hooks = &request->web->house.config->hooks;
    bool wrong = false;
    char whole[PHONE_BYTES];
    const char *phone = request_text(request, "phone", 16, &wrong);
    int rc = wrong ? -EINVAL : phone ? phone_normal(hooks->countries, phone, whole) : 0;
    if (rc) {
        fault_phone(request, rc);
        return -1;
    }
    if (!phone || !hooks->sms[0]) // what serves nothing is not kept
        return 0;
    row->kind = ROW_CONTACT;
    rc = seal(request, 0, whole, row);
    explicit_bzero(whole, sizeof whole);
    if (!rc)
        return 1;
    reply_problem(request, PROBLEM_BUSY);
    return -1;
}

static uint8_t channel_of(const struct request *request) {
    if (!request->signed_in)
        return CHANNEL_WEB;
    return request->person.role == ROLE_KIOSK ? CHANNEL_KIOSK : CHANNEL_DESK;
}

// The body's fields; false if it was answered.
static bool take_fields(struct request *request, struct command *command) {
    struct wire_fault fault = {0};
    if (wire_command(request->body, command, take_keys, &fault)) {
        reply_fault(request, PROBLEM_VALUE, &fault);
        return false;
    }
    if (json_object_get(request->body, "appointment")) {
        fault_at(request, "appointment", "Appointments cannot be checked in yet.",
                 "暂不支持预约签到。");
        return false;
    }
    command->by_staff = request_is_least(request, ROLE_GUIDE);
    command->channel = channel_of(request);
    return true;
}

void ticket_take(struct request *request) {
    struct command command = {.kind = COMMAND_ISSUE};
    struct row row = {0};
    int64_t wait_ms;
    int rows;
    if (!take_fields(request, &command))
        return;
    rows = take_phone(request, &row);
    if (rows < 0)
        return;
    wait_ms = talks_too_much(request);
    if (wait_ms > 0) {
        reply_later(request, PROBLEM_TOO_MANY, wait_ms);
        return;
    }
    command.carried_phone = rows > 0;
    request->done = take_done;
    request_ask(request, &command, &row, (size_t)rows);
}

// --- the holder
// ------------------------------------------------------------------------------------

static void send_ticket(struct request *request, const struct hall *hall) {
    struct wire_place place = web_place(request->web, hall);
    int32_t ticket = hall_ticket_by_id(hall, request->ticket);
    if (ticket == HALL_NONE)
        reply_problem(request, PROBLEM_TOKEN);
    else
        reply_json(request, 200, wire_ticket(&place, ticket));
}

void ticket_get(struct request *request) {
    send_ticket(request, web_hall(request->web));
}

static void holder_done(struct request *request, const struct answer *answer) {
    send_ticket(request, answer->hall);
}

static void holder_ask(struct request *request, unsigned kind) {
    struct command command = {.kind = (uint16_t)kind, .ticket = request->ticket};
    struct wire_fault fault = {0};
    if (wire_command(request->body, &command, NULL, &fault)) {
        reply_fault(request, PROBLEM_VALUE, &fault);
        return;
    }
    request->done = holder_done;
    request_ask(request, &command, NULL, 0);
}

void ticket_cancel(struct request *request) {
    holder_ask(request, COMMAND_CANCEL);
}

void ticket_return(struct request *request) {
    holder_ask(request, COMMAND_RETURN);
}

void ticket_defer(struct request *request) {
    holder_ask(request, COMMAND_DEFER);
}

// Tags, words and how to reach the person, as one JSON text for the sealed row; NULL if there are
// none. *wrong gets the key at fault.
static char *rating_words(struct request *request, const char **wrong) {
    bool bad = false;
    const json_t *tags = json_object_get(request->body, "tags");
    const char *comment = request_text(request, "comment", COMMENT_MOST, &bad);
    const char *contact;
    *wrong = bad ? "comment" : NULL;
    bad = false;
    contact = request_text(request, "contact", CONTACT_MOST, &bad);
    if (bad)
        *wrong = "contact";
    if (tags && (!json_is_array(tags) || json_array_size(tags) > TAGS_MOST))
        *wrong = "tags";
    if (*wrong || (!comment && !contact && !tags))
        return NULL;
    json_t *words =
        json_pack("{s:s*, s:s*, s:O*}", "comment", comment, "contact", contact, "tags", tags);
    char *text = words ? json_dumps(words, JSON_COMPACT) : NULL;
    json_decref(words);
    return text;
}

// 1: a row was filled; 0: there are no words; negative: answered.
static int rating_row(struct request *request, struct row *row) {
    const char *wrong;
    char *words = rating_words(request, &wrong);
    int rc;
    if (wrong) {
        fault_at(request, wrong, "This is too long or of the wrong kind.", "内容过长或类型不对。");
        return -1;
    }
    if (!words)
        return 0;
    row->kind = ROW_COMMENT;
    rc = seal(request, request->ticket, words, row);
    free(words);
    if (rc == -EMSGSIZE)
        fault_at(request, "tags", "This is too long.", "内容过长。");
    else if (rc)
        reply_problem(request, PROBLEM_BUSY);
    return rc ? -1 : 1;
}

void ticket_rate(struct request *request) {
    enum { BY_PHONE = 2 }; // channel of the provincial interface: mobile
    struct command command = {.kind = COMMAND_RATE, .ticket = request->ticket};
    struct wire_fault fault = {0};
    struct row row = {0};
    int rows;
    if (wire_command(request->body, &command, rate_keys, &fault)) {
        reply_fault(request, PROBLEM_VALUE, &fault);
        return;
    }
    rows = rating_row(request, &row);
    if (rows < 0)
        return;
    command.rating_channel = BY_PHONE;
    request->done = holder_done;
    request_ask(request, &command, &row, (size_t)rows);
}
