// SPDX-License-Identifier: Apache-2.0
/*
 * The sections hall, order and rules of hall.yaml: who the hall is, how it calls, what its limits
 * are. The defaults are the habits of the field; each can stand in the file.
 */
#include <stddef.h>
#include <string.h>

#include "daemon/plan/source.h"

// --- hall --------------------------------------------------------------------------------------

struct hall_texts {
    char code[32], timezone[48], accent[8], day_starts[8];
    uint8_t walk_in;
};

static void read_hall_name(struct yaml_file *file, struct yaml_node *node, void *into,
                           void *context) {
    (void)into;
    compile_name(file, node, &((struct compile *)context)->plan->name, context);
}

static void read_languages(struct yaml_file *file, struct yaml_node *node, void *into,
                           void *context) {
    struct compile *c = context;
    char languages[sizeof(c->plan->languages)] = "";
    size_t count = yaml_count(file, node);

    (void)into;
    for (size_t i = 0; i < count; i++) {
        struct yaml_node *item = yaml_item(node, i);
        const char *code = yaml_text(file, item);
        if (!code)
            continue;
        if (strcmp(code, "zh") != 0 && strcmp(code, "en") != 0) {
            yaml_fault(file, item, "\"%.32s\" is not spoken here, known: zh, en", code);
        } else if (strstr(languages, code)) {
            yaml_fault(file, item, "\"%s\" stands here twice, leave one", code);
        } else {
            strcat(languages, languages[0] ? "," : ""); // at most "zh,en"
            strcat(languages, code);
        }
    }
    if (languages[0])
        memcpy(c->plan->languages, languages, sizeof(languages));
    else if (count == 0)
        yaml_fault(file, node, "no language, name one or both of [zh, en]");
}

static const struct yaml_key hall_keys[] = {
    {.name = "languages",
     .type = YAML_CUSTOM,
     .read = read_languages,
     .help = "languages of the hall, the first is the default"},
    {.name = "code",
     .type = YAML_TEXT,
     .required = true,
     .size = 32,
     .offset = offsetof(struct hall_texts, code),
     .help = "short name of the hall in topics and keys: a-z, 0-9 and \"-\""},
    {.name = "name",
     .type = YAML_CUSTOM,
     .required = true,
     .read = read_hall_name,
     .help = "name of the hall, {zh: ..., en: ...}"},
    {.name = "timezone",
     .type = YAML_TEXT,
     .size = 48,
     .fallback = "Asia/Shanghai",
     .offset = offsetof(struct hall_texts, timezone),
     .help = "IANA name of the time zone"},
    {.name = "accent",
     .type = YAML_TEXT,
     .size = 8,
     .fallback = "#0B5FA5",
     .offset = offsetof(struct hall_texts, accent),
     .help = "colour of the pages"},
    {.name = "day_starts",
     .type = YAML_TEXT,
     .size = 8,
     .fallback = "04:00",
     .offset = offsetof(struct hall_texts, day_starts),
     .help = "local time at which the business day begins and numbers start again"},
    {.name = "walk_in",
     .type = YAML_BOOL,
     .fallback = "no",
     .offset = offsetof(struct hall_texts, walk_in),
     .help = "whether anyone may take a ticket over the public door"},
    {.name = NULL},
};

static void check_code(struct compile *c, const char *code) {
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

    if (code[0] && strspn(code, allowed) != strlen(code))
        yaml_fault(c->file, yaml_value(c->at.hall, "code"),
                   "\"%s\" cannot stand in topics, use a-z, 0-9 and \"-\"", code);
}

static void check_accent(struct compile *c, const char *accent) {
    static const char hex[] = "0123456789abcdefABCDEF";

    if (accent[0] != '#' || strlen(accent) != 7 || strspn(accent + 1, hex) != 6)
        yaml_fault(c->file, yaml_value(c->at.hall, "accent"),
                   "\"%s\" is no colour, write it as \"#0B5FA5\"", accent);
}

static void read_hall(struct compile *c) {
    struct hall_texts texts = {0};
    struct plan *plan = c->plan;
    int32_t starts;

    strcpy(plan->languages, "zh,en");
    yaml_read(c->file, c->at.hall, hall_keys, &texts, c);
    check_code(c, texts.code);
    check_accent(c, texts.accent);
    if (!calendar_zone_exists(texts.timezone))
        yaml_fault(c->file, yaml_value(c->at.hall, "timezone"),
                   "there is no time zone \"%s\", write it as \"Asia/Shanghai\"", texts.timezone);
    starts = compile_clock(texts.day_starts, strlen(texts.day_starts));
    if (starts < 0 || starts > 12 * 60)
        yaml_fault(c->file, yaml_value(c->at.hall, "day_starts"),
                   "\"%s\" is not a time of the night, \"00:00\" to \"12:00\"", texts.day_starts);
    memcpy(plan->code, texts.code, sizeof(plan->code));
    memcpy(plan->timezone, texts.timezone, sizeof(plan->timezone));
    memcpy(c->source->calendar.timezone, texts.timezone, sizeof(texts.timezone));
    memcpy(plan->accent, texts.accent, sizeof(plan->accent));
    c->source->calendar.day_starts = starts < 0 ? 0 : starts;
    plan->rules.walk_in = texts.walk_in;
}

// --- order -------------------------------------------------------------------------------------

static const char *const presets[] = {"first-come", "strict-priority", "accumulating",
                                      "alternation", NULL};

static const struct yaml_key order_keys[] = {
    {.name = "preset",
     .type = YAML_CHOICE,
     .choices = presets,
     .fallback = "accumulating",
     .offset = offsetof(struct order, preset),
     .help = "rates and head starts of the classes"},
    {.name = "secondary_weight",
     .type = YAML_DECIMAL,
     .least = 50,
     .most = 1000,
     .fallback = "0.75",
     .offset = offsetof(struct order, secondary_weight),
     .help = "weight of the services a window serves besides its first"},
    {.name = "bound_factor",
     .type = YAML_DECIMAL,
     .least = 0,
     .most = 20000,
     .offset = offsetof(struct order, bound_milli),
     .help = "who waited so many times the service's target goes first; 0 = no such bound"},
    {.name = NULL},
};

static void read_order(struct compile *c) {
    const uint32_t unset = UINT32_MAX;

    c->order.bound_milli = unset;
    yaml_read(c->file, c->at.order, order_keys, &c->order, c);
    if (c->order.bound_milli == unset)
        c->order.bound_milli = c->order.preset == ORDER_FIRST_COME ? 0 : 2000;
}

// --- rules -------------------------------------------------------------------------------------

#define RULE(field) .offset = offsetof(struct plan_rules, field)
#define UP_TO(hours) .least = 0, .most = (hours)*INT64_C(3600000)

static const struct yaml_key rule_keys[] = {
    {.name = "grace",
     .type = YAML_DURATION,
     UP_TO(1),
     .fallback = "120 s",
     RULE(grace_ms),
     .help = "from the first time a call is shown or spoken to a no-show"},
    {.name = "recall_gap",
     .type = YAML_DURATION,
     UP_TO(1),
     .fallback = "30 s",
     RULE(recall_gap_ms),
     .help = "least time between two calls of one ticket"},
    {.name = "recalls",
     .type = YAML_U32,
     .least = 0,
     .most = 20,
     .fallback = "3",
     RULE(recalls_max),
     .help = "recalls after the first call"},
    {.name = "passes_max",
     .type = YAML_U32,
     .least = 0,
     .most = 1000,
     .fallback = "3",
     RULE(passes_max),
     .help = "who was passed so often goes next; 0 = no such bound"},
    {.name = "return_places",
     .type = YAML_U32,
     .least = 0,
     .most = 100,
     .fallback = "3",
     RULE(return_places),
     .help = "places behind the head for who returns after a first miss"},
    {.name = "misses",
     .type = YAML_U32,
     .least = 1,
     .most = 20,
     .fallback = "3",
     RULE(misses_max),
     .help = "this miss voids the ticket"},
    {.name = "defers",
     .type = YAML_U32,
     .least = 0,
     .most = 20,
     .fallback = "1",
     RULE(defers_max),
     .help = "how often a citizen may let others go first"},
    {.name = "defer_places",
     .type = YAML_U32,
     .least = 1,
     .most = 100,
     .fallback = "5",
     RULE(defer_places),
     .help = "how many they let go first"},
    {.name = "approach",
     .type = YAML_U32,
     .least = 0,
     .most = 100,
     .fallback = "3",
     RULE(approach),
     .help = "\"get ready\" at so many places from the head; 0 = never"},
    {.name = "reopen",
     .type = YAML_DURATION,
     UP_TO(24),
     .fallback = "10 min",
     RULE(reopen_ms),
     .help = "how long a finished ticket can be reopened"},
    {.name = "rating",
     .type = YAML_DURATION,
     UP_TO(240),
     .fallback = "30 min",
     RULE(rating_ms),
     .help = "how long an asked rating can be given"},
    {.name = "next_finishes",
     .type = YAML_BOOL,
     .fallback = "yes",
     RULE(next_finishes),
     .help = "whether calling the next finishes the one being served"},
    {.name = "miss_automatic",
     .type = YAML_BOOL,
     .fallback = "no",
     RULE(miss_automatic),
     .help = "whether a no-show needs no clerk once the grace is over"},
    {.name = NULL},
};

void compile_hall(struct compile *c) {
    read_hall(c);
    read_order(c);
    yaml_read(c->file, c->at.rules, rule_keys, &c->plan->rules, c);
}
