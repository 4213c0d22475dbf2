// SPDX-License-Identifier: Apache-2.0
/*
 * Why this call: one sentence that can be told to a citizen, and the figures behind it.
 *
 * The sentence is made from the event alone, so it can be told years later; the plan in force only
 * lends it names. It has up to four parts: how long the person waited, what decided, who was
 * passed, and that nobody is forgotten. It never names a person, and it claims nothing the event
 * does not say.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/wire/value.h"
#include "daemon/wire/wire.h"

enum language { ZH, EN, LANGUAGES };

struct text {
    char bytes[768];
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void say(struct text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t room = sizeof text->bytes - text->used;
    int length = vsnprintf(text->bytes + text->used, room, format, arguments);
    va_end(arguments);
    if (length > 0)
        text->used += (size_t)length < room ? (size_t)length : room - 1;
}

struct reading {             // one event told in one language
    const struct plan *plan; // may be NULL
    const struct event *event;
    enum language language;
};

static const char *in(const struct reading *reading, const struct plan_name *name) {
    return reading->language == ZH ? name->zh : name->en;
}

static const char *class_name(const struct reading *reading) {
    const char *code = reading->event->ticket.klass;
    uint16_t at = reading->plan ? plan_class_at(reading->plan, code) : PLAN_NONE;
    return at == PLAN_NONE ? code : in(reading, &reading->plan->classes[at].name);
}

static const char *reason_name(const struct reading *reading) {
    const char *code = reading->event->u.called.reason;
    uint16_t at = reading->plan ? plan_reason_at(reading->plan, code, PLAN_REASON_CALL) : PLAN_NONE;
    return at == PLAN_NONE ? code : in(reading, &reading->plan->reasons[at].name);
}

// What decided; NULL is told otherwise.
static const char *const rule_says[RULES][LANGUAGES] = {
    [RULE_SCORE] = {NULL, NULL}, // told by whom it passed
    [RULE_BOUND] = {"等候已超过承诺时间，优先叫号",
                    "had waited longer than promised, so went first"},
    [RULE_PASSED] = {"已多次让过他人，轮到此号",
                     "had been passed as often as the rule allows, so went next"},
    [RULE_ALTERNATE] = {"按规则轮到此类号", "it was the turn of this kind of ticket"},
    [RULE_HAND] = {"由窗口指定叫号，原因：", "called by hand, reason: "},
    [RULE_FIRST] = {"由其他窗口转来，先办", "passed on from another window, to be served first"},
    [RULE_UNPARKED] = {"挂起后回呼", "called back after being set aside"},
    [RULE_LATE] = {"过号后回到窗口，随即受理",
                   "came back after missing the call and was taken at once"},
    [RULE_WALK_IN] = {"直接到窗口，当场补号", "came to the window without a ticket"},
};

static void say_rule(const struct reading *reading, struct text *text) {
    unsigned rule = reading->event->u.called.rule;
    const char *separator = reading->language == ZH ? "；" : "; ";
    if (rule == RULE_SCORE && !reading->event->u.called.passed_count)
        say(text, "%s%s", separator,
            reading->language == ZH ? "此窗口等候者中最早到的一位"
                                    : "came first of all whom this window can serve");
    if (rule >= RULES || !rule_says[rule][reading->language])
        return;
    say(text, "%s%s", separator, rule_says[rule][reading->language]);
    if (rule == RULE_HAND)
        say(text, "%s", reason_name(reading));
}

struct tally { // passed tickets of one service
    const char *service;
    uint32_t count;
};

static uint32_t tally_up(const struct event *event, struct tally *tallies) {
    uint32_t used = 0;
    for (uint32_t at = 0; at < event->u.called.passed_lines && at < EVENT_PASSED_MAX; at++) {
        const struct event_passed *line = &event->u.called.passed[at];
        uint32_t place = 0;
        while (place < used && strcmp(tallies[place].service, line->service) != 0)
            place++;
        if (place == used)
            tallies[used++] = (struct tally){.service = line->service};
        tallies[place].count += line->count;
    }
    return used;
}

static void say_passed_zh(const struct event *event, struct text *text) {
    struct tally tallies[EVENT_PASSED_MAX];
    uint32_t used = tally_up(event, tallies);
    say(text, "；先于较早取号的");
    if (!used)
        say(text, "%u人", event->u.called.passed_count);
    for (uint32_t at = 0; at < used; at++)
        say(text, "%s%s业务%u人", at ? "、" : "", tallies[at].service, tallies[at].count);
}

static void say_passed_en(const struct event *event, struct text *text) {
    struct tally tallies[EVENT_PASSED_MAX];
    uint32_t used = tally_up(event, tallies);
    say(text, "; passed ");
    if (!used)
        say(text, "%u", event->u.called.passed_count);
    for (uint32_t at = 0; at < used; at++)
        say(text, "%s%u of service %s",
            !at             ? ""
            : at + 1 < used ? ", "
                            : " and ",
            tallies[at].count, tallies[at].service);
    say(text, " that came earlier");
}

static void say_most(const struct reading *reading, struct text *text) {
    uint32_t most = reading->event->u.called.most_passed;
    if (reading->language == ZH && most)
        say(text, "；等候者中无人被让过超过%u次。", most);
    else if (reading->language == ZH)
        say(text, "；等候者中无人被让过。");
    else if (most)
        say(text, "; nobody waiting has been passed more than %u time%s.", most,
            most == 1 ? "" : "s");
    else
        say(text, "; nobody waiting has been passed.");
}

static json_t *sentence(const struct reading *reading) {
    struct text text = {.used = 0};
    const struct event *event = reading->event;
    long long minutes = (long long)(event->u.called.waited_ms / 60000);
    if (reading->language == ZH)
        say(&text, "%s号：等候%lld分钟，%s", event->ticket.number, minutes, class_name(reading));
    else
        say(&text, "%s: waited %lld min, %s", event->ticket.number, minutes, class_name(reading));
    say_rule(reading, &text);
    if (event->u.called.passed_count && reading->language == ZH)
        say_passed_zh(event, &text);
    else if (event->u.called.passed_count)
        say_passed_en(event, &text);
    say_most(reading, &text);
    return value_text(text.bytes);
}

static json_t *passed_json(const struct event *event) {
    json_t *list = json_array();
    for (uint32_t at = 0; at < event->u.called.passed_lines && at < EVENT_PASSED_MAX; at++) {
        const struct event_passed *line = &event->u.called.passed[at];
        value_add(&list,
                  json_pack("{s:o, s:o, s:o, s:I, s:I, s:I}", "number", value_text(line->number),
                            "service", value_text(line->service), "class", value_text(line->klass),
                            "waited_s", (json_int_t)line->waited_s, "count",
                            (json_int_t)line->count, "times", (json_int_t)line->times));
    }
    return list;
}

json_t *wire_why(const struct wire_place *place, const struct event *called) {
    struct reading zh = {
        .plan = place ? &place->hall->plan : NULL, .event = called, .language = ZH};
    struct reading en = zh;
    en.language = EN;
    json_t *view = json_pack(
        "{s:I, s:o, s:o, s:i, s:o, s:I, s:f, s:I, s:I, s:I, s:o}", "seq", (json_int_t)called->seq,
        "at", value_time(called->at.hall_ms), "number", value_text(called->ticket.number), "window",
        called->window, "rule", value_named(called->u.called.rule, rule_names), "waited_s",
        (json_int_t)(called->u.called.waited_ms / 1000), "score",
        (double)called->u.called.score / 1000, "candidates",
        (json_int_t)called->u.called.candidates, "passed_count",
        (json_int_t)called->u.called.passed_count, "most_passed",
        (json_int_t)called->u.called.most_passed, "passed", passed_json(called));
    value_set(&view, "sentence", json_pack("{s:o, s:o}", "zh", sentence(&zh), "en", sentence(&en)));
    if (*called->u.called.reason)
        value_set(&view, "reason", value_text(called->u.called.reason));
    return view;
}
