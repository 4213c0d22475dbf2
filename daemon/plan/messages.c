// SPDX-License-Identifier: Apache-2.0
/*
 * The section messages of hall.yaml: what a citizen who left a phone number is told. The texts hold
 * no name and no business; each is filled with the longest values this hall can have, and a text
 * that would cost more than two short messages is a fault.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/plan/message.h"
#include "daemon/plan/source.h"

static const struct plan_note defaults[MESSAGES] = {
    [MESSAGE_ISSUED] = {"您的号码是{number}，前面{ahead}人，预计等候{wait}。快到时会再通知您。",
                        "Your number is {number}. {ahead} ahead of you, expected wait: {wait}."},
    [MESSAGE_APPROACHING] = {"{number}号，前面还有{ahead}人，请到等候区准备。",
                             "{number}: {ahead} ahead of you. Please come to the waiting area."},
    [MESSAGE_CALLED] = {"请{number}号到{window}号窗口办理。",
                        "{number}: please come to window {window} now."},
    [MESSAGE_MISSED] = {"{number}号已过号。今天之内可凭小票在取号机或服务台重新排队。",
                        "{number}: you were called and not there. Today a kiosk or the desk puts "
                        "you back in line."},
};

#define MESSAGE(key, kind, text_of)                                                                \
    {                                                                                              \
        .name = (key), .type = YAML_CUSTOM, .read = compile_note,                                  \
        .offset = offsetof(struct plan_messages, text) + (kind) * sizeof(struct plan_note),        \
        .help = (text_of)                                                                          \
    }

static const struct yaml_key message_keys[] = {
    {.name = "signature",
     .type = YAML_CUSTOM,
     .read = compile_name,
     .offset = offsetof(struct plan_messages, signature),
     .help = "who writes, stands in 【】 before each text; the hall's name if left out"},
    MESSAGE("issued", MESSAGE_ISSUED, "when the ticket was taken"),
    MESSAGE("approaching", MESSAGE_APPROACHING, "when few are ahead (rules approach)"),
    MESSAGE("called", MESSAGE_CALLED, "when it is called"),
    MESSAGE("missed", MESSAGE_MISSED, "when nobody came"),
    {.name = NULL},
};

// The values of a kind's texts: nobody is at a window before the call, nobody is ahead after it.
static bool has_value(enum message_kind kind, unsigned value) {
    bool waiting = kind == MESSAGE_ISSUED || kind == MESSAGE_APPROACHING;
    if (value == VALUE_AHEAD || value == VALUE_WAIT)
        return waiting;
    return value != VALUE_WINDOW || !waiting;
}

static void check_places(struct compile *c, struct yaml_node *node,
                         const struct message_form *form) {
    const struct plan_note *text = &form->messages->text[form->kind];
    const char *at = form->language ? text->en : text->zh;

    for (; (at = strchr(at, '{')); at++) {
        size_t length = strcspn(at + 1, "}");
        unsigned value = message_value_named(at + 1, length);
        if (at[length + 1] != '}')
            yaml_fault(c->file, node, "a \"{\" without its \"}\", write the place as {number}");
        else if (value == VALUES)
            yaml_fault(c->file, node,
                       "\"{%.*s}\" is filled by nothing, known: {number} {ahead} {wait} {window} "
                       "{hall}",
                       length > 24 ? 24 : (int)length, at + 1);
        else if (!has_value(form->kind, value))
            yaml_fault(c->file, node, "\"{%.*s}\" is not known when this is sent, leave it out",
                       (int)length, at + 1);
    }
}

// The longest number this hall prints, at least four digits.
static void longest_number(const struct plan *plan, char out[24]) {
    size_t longest = 0;
    for (uint32_t i = 0; i < plan->series_count; i++) {
        const struct plan_series *series = &plan->series[i];
        size_t length = strlen(series->prefix) + (series->digits > 4 ? series->digits : 4);
        if (length > longest)
            longest = length;
    }
    snprintf(out, 24, "%.*s", (int)(longest ? longest : 5), "AA000000000000000000000");
}

static void check_length(struct compile *c, struct yaml_node *node,
                         const struct message_form *form) {
    char number[24], text[MESSAGE_BYTES];
    const struct plan_name *hall = &c->plan->name;
    struct message_values values = {
        .of = {[VALUE_NUMBER] = number,
               [VALUE_AHEAD] = "9999",
               [VALUE_WAIT] = form->language ? MESSAGE_WAIT_LONGEST_EN : MESSAGE_WAIT_LONGEST_ZH,
               [VALUE_WINDOW] = "9999",
               [VALUE_HALL] = form->language ? hall->en : hall->zh}};
    longest_number(c->plan, number);
    message_fill(form, &values, text, sizeof text);
    if (message_segments(text) > MESSAGE_SEGMENTS_MAX)
        yaml_fault(c->file, node,
                   "the %s text may become %u characters long with its signature, at most %d fit "
                   "into %d short messages",
                   form->language ? "en" : "zh", message_units(text),
                   MESSAGE_PART_UNITS * MESSAGE_SEGMENTS_MAX, MESSAGE_SEGMENTS_MAX);
}

static void check(struct compile *c, const struct message_form *form) {
    struct yaml_node *node = yaml_value(c->at.messages, message_names[form->kind]);

    if (!strstr(c->plan->languages, form->language ? "en" : "zh"))
        return;
    if (!node)
        node = c->at.messages; // the signature makes defaults too long
    check_places(c, node, form);
    check_length(c, node, form);
}

void compile_messages(struct compile *c) {
    struct plan_messages *messages = &c->plan->messages;

    messages->signature = c->plan->name;
    memcpy(messages->text, defaults, sizeof(defaults));
    if (!c->at.messages)
        return; // a hall that says nothing of messages is not told that its name is long for them
    yaml_read(c->file, c->at.messages, message_keys, messages, c);
    for (int kind = 0; kind < MESSAGES; kind++)
        for (int language = 0; language < 2; language++)
            check(c, &(struct message_form){messages, (enum message_kind)kind, language});
}
