// SPDX-License-Identifier: Apache-2.0
/*
 * Which keys the body of each command may have: one table per kind, each entry saying type, range
 * and place in struct command. The text of docs/openapi.yaml says the same.
 *
 * A kind without a table takes no keys at all. Who asks, where and when is never in a body: that is
 * known from the door, the device or the clock. What needs the hall to be judged is the hall's.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/wire/body.h"
#include "daemon/wire/fault.h"

#define TEXT(key, field)                                                                           \
    { .name = (key), .type = BODY_TEXT, PLACE(field) }
#define PLACE(field)                                                                               \
    .offset = offsetof(struct command, field), .size = sizeof(((struct command *)0)->field)
#define SEQ_MOST ((uint64_t)INT64_MAX)
#define SEEN                                                                                       \
    { .name = "seen_seq", .type = BODY_WHOLE, PLACE(seen_seq), .most = SEQ_MOST }
#define TICKET                                                                                     \
    { .name = "ticket", .type = BODY_WHOLE, PLACE(ticket), .least = 1, .most = SEQ_MOST }
#define NUMBER                                                                                     \
    { .name = "number", .type = BODY_NUMBER, PLACE(number) }
#define CODE(key, field)                                                                           \
    { .name = (key), .type = BODY_CODE, PLACE(field) }
#define NEEDED(key, field)                                                                         \
    { .name = (key), .type = BODY_CODE, .required = true, PLACE(field) }
#define CHOICE(key, field, words)                                                                  \
    { .name = (key), .type = BODY_CHOICE, PLACE(field), .names = (words) }
#define DECIDED(key, field, words) /* the first word is what it is without the key */              \
    { .name = (key), .type = BODY_CHOICE, PLACE(field), .least = 1, .names = (words) }
#define NEEDS                                                                                      \
    { .name = "needs", .type = BODY_BITS, PLACE(needs), .names = need_names }
#define CASES                                                                                      \
    { .name = "cases", .type = BODY_CASES, PLACE(cases), .least = 0, .most = 1000 }
#define UNTIL(must)                                                                                \
    { .name = "until", .type = BODY_TIME, .required = (must), PLACE(until_ms) }
#define NUMBERED(key, field, from, to)                                                             \
    { .name = (key), .type = BODY_WHOLE, PLACE(field), .least = (from), .most = (to) }
#define CALL                                                                                       \
    {                                                                                              \
        .name = "seq", .type = BODY_WHOLE, .required = true, PLACE(call), .least = 1,              \
        .most = SEQ_MOST                                                                           \
    }
#define END                                                                                        \
    { .name = NULL }

static const struct body_key nothing[] = {END};
static const struct body_key plain_verb[] = {SEEN, END};
static const struct body_key mending_verb[] = {SEEN, TICKET, NUMBER, END};

static const struct body_key stop_keys[] = {
    {.name = "reason", .type = BODY_TEXT, .offset = offsetof(struct command, note), .size = 64},
    END};
static const struct body_key assign_keys[] = {
    {.name = "services", .type = BODY_CODES, .required = true}, UNTIL(false), END};
static const struct body_key extend_keys[] = {UNTIL(true), END};
static const struct body_key notice_keys[] = {
    {.name = "text", .type = BODY_NOTE, .required = true, PLACE(text)},
    CODE("zone", code),
    UNTIL(false),
    END};

static const struct body_key issue_keys[] = {NEEDED("service", service),
                                             CODE("class", klass),
                                             CODE("reason", reason),
                                             DECIDED("language", language, language_names),
                                             NEEDS,
                                             {.name = "silent", .type = BODY_BOOL, PLACE(silent)},
                                             CASES,
                                             END};
static const struct body_key rate_keys[] = {
    {.name = "level", .type = BODY_WHOLE, .required = true, PLACE(level), .least = 1, .most = 5},
    NUMBERED("ask", call, 1, SEQ_MOST),
    END};

static const struct body_key call_keys[] = {SEEN, TICKET, NUMBER, NEEDED("reason", reason), END};
static const struct body_key finish_keys[] = {SEEN,
                                              DECIDED("outcome", outcome, outcome_names),
                                              DECIDED("delivery", delivery, delivery_names),
                                              TEXT("decision", decision),
                                              CASES,
                                              END};
static const struct body_key park_keys[] = {
    SEEN,
    {.name = "kind", .type = BODY_CHOICE, .required = true, PLACE(park), .names = park_names},
    END};
static const struct body_key transfer_keys[] = {SEEN,
                                                CODE("service", service),
                                                NUMBERED("window", to_window, 1, 9999),
                                                NUMBERED("person", to_person, 1, UINT32_MAX),
                                                CHOICE("place", place, place_names),
                                                END};
static const struct body_key pause_keys[] = {SEEN, NEEDED("reason", reason), UNTIL(false), END};
static const struct body_key walk_in_keys[] = {
    SEEN, NEEDED("service", service), CODE("class", klass), CODE("reason", reason), NEEDS, CASES,
    END};

static const struct body_key told_keys[] = {CALL, TEXT("error", note), END};
static const struct body_key printed_keys[] = {TICKET, TEXT("error", note), END};
static const struct body_key device_keys[] = {{.name = "faults", .type = BODY_WORDS, PLACE(note)},
                                              END};

static const struct body_key *const tables[COMMAND_KINDS] = {
    [COMMAND_STOP_SERVICE] = stop_keys,
    [COMMAND_ASSIGN] = assign_keys,
    [COMMAND_EXTEND_DAY] = extend_keys,
    [COMMAND_POST_NOTICE] = notice_keys,
    [COMMAND_ISSUE] = issue_keys,
    [COMMAND_RATE] = rate_keys,
    [COMMAND_OPEN] = plain_verb,
    [COMMAND_CLOSE] = plain_verb,
    [COMMAND_NEXT] = plain_verb,
    [COMMAND_CALL] = call_keys,
    [COMMAND_RECALL] = plain_verb,
    [COMMAND_START] = plain_verb,
    [COMMAND_FINISH] = finish_keys,
    [COMMAND_MISS] = plain_verb,
    [COMMAND_TAKE_LATE] = mending_verb,
    [COMMAND_PARK] = park_keys,
    [COMMAND_UNPARK] = mending_verb,
    [COMMAND_TRANSFER] = transfer_keys,
    [COMMAND_RECYCLE] = plain_verb,
    [COMMAND_PAUSE] = pause_keys,
    [COMMAND_RESUME] = plain_verb,
    [COMMAND_ASK_RATING] = plain_verb,
    [COMMAND_WALK_IN] = walk_in_keys,
    [COMMAND_WITHDRAW] = mending_verb,
    [COMMAND_REOPEN] = mending_verb,
    [COMMAND_TAKE_BACK] = mending_verb,
    [COMMAND_SHOWN] = told_keys,
    [COMMAND_SPOKEN] = told_keys,
    [COMMAND_CALL_FAILED] = told_keys,
    [COMMAND_PRINTED] = printed_keys,
    [COMMAND_PRINT_FAILED] = printed_keys,
    [COMMAND_DEVICE_ONLINE] = device_keys,
    [COMMAND_DEVICE_OFFLINE] = device_keys,
    [COMMAND_DEVICE_FAULT] = device_keys,
};

// These two are about somebody who is not at the window: nobody can be meant silently.
static bool names_nobody(const struct command *command) {
    return (command->kind == COMMAND_CALL || command->kind == COMMAND_TAKE_LATE) &&
           !command->ticket && !*command->number;
}

int wire_command(const json_t *body, struct command *command, const char *const *also,
                 struct wire_fault *fault) {
    const struct body_key *table = command->kind < COMMAND_KINDS ? tables[command->kind] : NULL;
    struct body_rules rules = {.table = table ? table : nothing, .also = also};
    memset(fault, 0, sizeof *fault);
    int error = body_read(body, &rules, command, fault);
    if (!error && names_nobody(command))
        error = fault_say(fault, "number", "Is missing; say whose number it is.",
                          "缺少号码，请填写要叫的号。");
    return error;
}
