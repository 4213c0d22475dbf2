// SPDX-License-Identifier: Apache-2.0
/*
 * The sections calendar (closed and swapped days) and hours (weekly patterns) of hall.yaml.
 *
 * A pattern names days by "daily", ranges ("mon-fri") and single days; the more particular wins.
 * The pattern "always" is there without being written.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/plan/source.h"

static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static int weekday_of(const char *text, size_t length) {
    for (int i = 0; i < 7; i++)
        if (length == 3 && strncmp(text, weekdays[i], 3) == 0)
            return i;
    return -1;
}

// --- calendar ----------------------------------------------------------------------------------

// "2026-10-01" as 20261001, 0 if there is no such date.
static int32_t date_of(const char *text, size_t length) {
    int32_t date = 0;

    if (length != 10 || text[4] != '-' || text[7] != '-')
        return 0;
    for (size_t i = 0; i < 10; i++) {
        if (i == 4 || i == 7)
            continue;
        if (text[i] < '0' || text[i] > '9')
            return 0;
        date = date * 10 + (text[i] - '0');
    }
    return calendar_date_exists(date) ? date : 0;
}

static void read_closed_day(struct compile *c, struct yaml_node *item) {
    struct calendar *calendar = &c->source->calendar;
    const char *text = yaml_text(c->file, item);
    const char *dots = text ? strstr(text, "..") : NULL;
    struct calendar_range range;

    if (!text)
        return;
    range.from = date_of(text, dots ? (size_t)(dots - text) : strlen(text));
    range.to = dots ? date_of(dots + 2, strlen(dots + 2)) : range.from;
    if (range.from == 0 || range.to == 0)
        yaml_fault(c->file, item,
                   "\"%.32s\" is no date, write \"2026-10-01\" or \"2026-10-01..2026-10-07\"",
                   text);
    else if (range.to < range.from)
        yaml_fault(c->file, item, "\"%.32s\" ends before it begins, put the earlier date first",
                   text);
    else
        calendar->closed[calendar->closed_count++] = range;
}

static void read_closed(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    size_t count = yaml_count(file, node);

    (void)into;
    if (count > CALENDAR_CLOSED_MAX) {
        yaml_fault(file, node, "%zu entries are too many, at most %d", count, CALENDAR_CLOSED_MAX);
        count = CALENDAR_CLOSED_MAX;
    }
    for (size_t i = 0; i < count; i++)
        read_closed_day(context, yaml_item(node, i));
}

static void read_worked(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct compile *c = context;
    struct calendar *calendar = &c->source->calendar;
    size_t count = compile_entries(c, node, CALENDAR_WORKED_MAX);

    (void)into;
    for (size_t i = 0; i < count; i++) {
        const char *key;
        struct yaml_node *item = yaml_pair(node, i, &key);
        const char *text = yaml_text(file, item);
        int32_t date = date_of(key, strlen(key));
        int weekday = text ? weekday_of(text, strlen(text)) : -1;
        if (date == 0)
            yaml_fault(file, item, "no such date, write \"2026-10-10: wed\"");
        else if (text && weekday < 0)
            yaml_fault(file, item,
                       "\"%.32s\" is no day of the week, name whose hours it follows: mon to sun",
                       text);
        else if (text)
            calendar->worked[calendar->worked_count++] = (struct calendar_worked){date, weekday};
    }
}

static const struct yaml_key calendar_keys[] = {
    {.name = "closed",
     .type = YAML_CUSTOM,
     .read = read_closed,
     .help = "holidays: dates, or ranges such as 2026-10-01..2026-10-07"},
    {.name = "worked",
     .type = YAML_CUSTOM,
     .read = read_worked,
     .help = "swapped days: a date and the day of the week whose hours it follows"},
    {.name = NULL},
};

void compile_calendar(struct compile *c) {
    yaml_read(c->file, c->at.calendar, calendar_keys, &c->source->calendar, c);
}

// --- patterns ----------------------------------------------------------------------------------

static bool read_span(const char *text, size_t length, struct calendar_span *span) {
    while (length > 0 && text[0] == ' ')
        text++, length--;
    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (length != 11 || text[5] != '-')
        return false;
    span->open = compile_clock(text, 5);
    span->close = compile_clock(text + 6, 5);
    return span->open >= 0 && span->close >= 0;
}

// Adds a span to the day; what is wrong with it, NULL if nothing.
static const char *add_span(struct calendar_day *day, const char *text, size_t length) {
    struct calendar_span span;

    if (!read_span(text, length, &span))
        return "is no span of opening, write \"08:30-11:30, 13:30-17:00\" or \"closed\"";
    if (span.close <= span.open)
        return "ends before it begins, a span lies within one day (\"20:00-24:00\")";
    if (day->count > 0 && span.open < day->spans[day->count - 1].close)
        return "overlaps the span before it, put them in order";
    if (day->count == PLAN_SPANS_MAX)
        return "is one too many, at most 4 a day";
    day->spans[day->count++] = span;
    return NULL;
}

static void read_spans(struct compile *c, struct yaml_node *node, struct calendar_day *day) {
    const char *text = yaml_text(c->file, node);

    memset(day, 0, sizeof(*day));
    if (!text || strcmp(text, "closed") == 0)
        return;
    for (;;) {
        size_t length = strcspn(text, ",");
        const char *fault = add_span(day, text, length);
        if (fault) {
            yaml_fault(c->file, node, "\"%.*s\" %s", (int)(length > 32 ? 32 : length), text, fault);
            return;
        }
        if (text[length] == '\0')
            return;
        text += length + 1;
    }
}

struct days {           // that a key of a pattern means
    int from, to, rank; // rank: 1 daily, 2 a range, 3 one day
};

static bool days_of(const char *key, struct days *days) {
    size_t length = strlen(key);

    if (strcmp(key, "daily") == 0) {
        *days = (struct days){0, 6, 1};
        return true;
    }
    days->from = weekday_of(key, length < 3 ? length : 3);
    days->to = length == 7 && key[3] == '-' ? weekday_of(key + 4, 3) : days->from;
    days->rank = length == 7 ? 2 : 3;
    return (length == 3 || length == 7) && days->from >= 0 && days->to >= days->from;
}

static void set_days(struct compile *c, struct yaml_node *node, const char *key,
                     struct calendar_pattern *pattern, int ranks[7]) {
    struct calendar_day day;
    struct days days;

    if (!days_of(key, &days)) {
        yaml_fault(c->file, node,
                   "unknown day, known: daily, mon to sun, ranges such as mon-fri, "
                   "and ignores_calendar");
        return;
    }
    read_spans(c, node, &day);
    for (int i = days.from; i <= days.to; i++) {
        if (days.rank == ranks[i])
            yaml_fault(c->file, node, "%s is said twice, leave one", weekdays[i]);
        if (days.rank <= ranks[i])
            continue;
        ranks[i] = days.rank;
        pattern->days[i] = day;
    }
}

// A business day has spans of two dates, before and after its start: both must find room.
static void check_room(struct compile *c, struct yaml_node *node,
                       const struct calendar_pattern *pattern) {
    uint32_t late = 0, early = 0, any = 0;

    for (int i = 0; i < 7; i++) {
        uint32_t after = 0, before = 0;
        for (uint32_t k = 0; k < pattern->days[i].count; k++) {
            after += pattern->days[i].spans[k].close > c->source->calendar.day_starts;
            before += pattern->days[i].spans[k].open < c->source->calendar.day_starts;
        }
        late = after > late ? after : late;
        early = before > early ? before : early;
        any += pattern->days[i].count;
    }
    if (any == 0)
        yaml_fault(c->file, node, "never opens, name days and spans (daily: \"08:30-17:00\")");
    if (late + early > PLAN_SPANS_MAX)
        yaml_fault(c->file, node, "%u spans in one business day, at most %d", late + early,
                   PLAN_SPANS_MAX);
}

static void read_pattern(struct compile *c, struct yaml_node *node,
                         struct calendar_pattern *pattern) {
    static const struct yaml_key ignores = {.type = YAML_BOOL};
    int ranks[7] = {0};
    size_t before = yaml_fault_count(c->file);

    if (yaml_is_scalar(node))
        set_days(c, node, "daily", pattern, ranks);
    else
        for (size_t i = 0; i < yaml_pairs(c->file, node); i++) {
            const char *key;
            struct yaml_node *value = yaml_pair(node, i, &key);
            uint8_t on = 0;
            if (strcmp(key, "ignores_calendar") != 0)
                set_days(c, value, key, pattern, ranks);
            else if (yaml_scalar(c->file, value, &ignores, &on))
                pattern->ignores_calendar = on;
        }
    if (before == yaml_fault_count(c->file))
        check_room(c, node, pattern);
}

static void add_always(struct compile *c) {
    struct calendar *calendar = &c->source->calendar;
    struct calendar_pattern *pattern = &calendar->patterns[c->plan->hours_count];

    strcpy(c->plan->hours[c->plan->hours_count++].code, "always");
    pattern->ignores_calendar = true;
    for (int i = 0; i < 7; i++)
        pattern->days[i] = (struct calendar_day){1, {{0, MINUTES_A_DAY}}};
}

void compile_hours(struct compile *c) {
    size_t count = compile_entries(c, c->at.hours, PLAN_HOURS_MAX - 1);
    struct compile_list list;

    for (size_t i = 0; i < count; i++) {
        const char *key;
        struct yaml_node *node = yaml_pair(c->at.hours, i, &key);
        uint32_t place = c->plan->hours_count;
        if (strcmp(key, "always") == 0) {
            yaml_fault(c->file, node, "is there already (every day, all day), use another code");
            continue;
        }
        if (!compile_code(c, node, key, c->plan->hours[place].code))
            continue;
        c->plan->hours_count++;
        read_pattern(c, node, &c->source->calendar.patterns[place]);
    }
    add_always(c);
    c->hours_choices = count <= 1 ? 1 : count;
    c->source->calendar.pattern_count = c->plan->hours_count;
    list = compile_hours_list(c);
    c->override =
        c->at.hours_override ? compile_reference(c, c->at.hours_override, &list) : PLAN_NONE;
}
