// SPDX-License-Identifier: Apache-2.0
/*
 * What all sections of hall.yaml have in common: names in two languages, codes, references by
 * code, and clock times. Names are never cut: what does not fit is a fault.
 */
#include <ctype.h>
#include <string.h>

#include "daemon/plan/source.h"

// --- names -------------------------------------------------------------------------------------

struct two { // where a text of two languages goes
    char *zh, *en;
    size_t size;
};

static void read_two(struct compile *c, struct yaml_node *node, const struct two *two) {
    const struct yaml_key one = {.type = YAML_TEXT, .size = two->size, .least = 1};
    struct yaml_node *zh = yaml_value(node, "zh"), *en = yaml_value(node, "en");
    const char *key;

    if (yaml_is_scalar(node)) {
        if (yaml_scalar(c->file, node, &one, two->zh))
            memcpy(two->en, two->zh, two->size);
        return;
    }
    for (size_t i = 0; i < yaml_pairs(c->file, node); i++) {
        struct yaml_node *value = yaml_pair(node, i, &key);
        if (strcmp(key, "zh") != 0 && strcmp(key, "en") != 0)
            yaml_fault(c->file, value, "unknown language, known here: zh, en");
    }
    if (!yaml_is_mapping(node))
        return;
    if (zh)
        yaml_scalar(c->file, zh, &one, two->zh);
    if (en)
        yaml_scalar(c->file, en, &one, two->en);
    if (!zh && strstr(c->plan->languages, "zh"))
        yaml_fault(c->file, node, "\"zh\" is missing, the hall speaks %s", c->plan->languages);
    if (!en && strstr(c->plan->languages, "en"))
        yaml_fault(c->file, node, "\"en\" is missing, the hall speaks %s", c->plan->languages);
    if (zh && !en)
        memcpy(two->en, two->zh, two->size);
    if (en && !zh)
        memcpy(two->zh, two->en, two->size);
}

void compile_name(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct plan_name *name = into;

    (void)file;
    read_two(context, node, &(struct two){name->zh, name->en, PLAN_NAME_BYTES});
}

void compile_note(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct plan_note *note = into;

    (void)file;
    read_two(context, node, &(struct two){note->zh, note->en, PLAN_NOTE_BYTES});
}

// --- codes and references ----------------------------------------------------------------------

size_t compile_entries(struct compile *c, struct yaml_node *node, size_t most) {
    size_t count = yaml_pairs(c->file, node);

    if (count <= most)
        return count;
    yaml_fault(c->file, node, "%zu entries are too many, at most %zu", count, most);
    return most;
}

bool compile_code(struct compile *c, struct yaml_node *node, const char *key, char *into) {
    size_t length = strlen(key);

    for (const char *at = key; *at; at++)
        if (!isalnum((unsigned char)*at) && *at != '-' && *at != '_') {
            yaml_fault(c->file, node, "not a code, use letters, digits, \"-\" and \"_\"");
            return false;
        }
    if (length == 0 || length >= PLAN_CODE_BYTES) {
        yaml_fault(c->file, node, "a code of %zu characters, 1 to %d are wanted", length,
                   PLAN_CODE_BYTES - 1);
        return false;
    }
    memcpy(into, key, length);
    return true;
}

static const char *code_at(const struct compile_list *list, size_t place) {
    return (const char *)list->first + place * list->stride;
}

uint16_t compile_find(const struct compile_list *list, const char *code) {
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(code_at(list, i), code) == 0)
            return (uint16_t)i;
    return PLAN_NONE;
}

uint16_t compile_reference(struct compile *c, struct yaml_node *node,
                           const struct compile_list *list) {
    const char *code = yaml_text(c->file, node);
    char known[300] = "";
    size_t used = 0;
    uint16_t place;

    if (!code || (list->count == 0 && yaml_fault_count(c->file) > 0))
        return PLAN_NONE; // where a whole section failed, its references are only its echo
    place = compile_find(list, code);
    if (place != PLAN_NONE)
        return place;
    for (size_t i = 0; i < list->count && used < sizeof(known); i++)
        used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "",
                                 code_at(list, i));
    yaml_fault(c->file, node, "there is no %s \"%.64s\", known: %s", list->what, code, known);
    return PLAN_NONE;
}

#define LIST(array, number, name)                                                                  \
    (struct compile_list) {                                                                        \
        .first = c->plan->array, .stride = sizeof(c->plan->array[0]), .count = c->plan->number,    \
        .what = (name)                                                                             \
    }

struct compile_list compile_zones(const struct compile *c) {
    return LIST(zones, zone_count, "zone");
}

struct compile_list compile_boards(const struct compile *c) {
    return LIST(boards, board_count, "board");
}

struct compile_list compile_series(const struct compile *c) {
    return LIST(series, series_count, "series");
}

struct compile_list compile_hours_list(const struct compile *c) {
    return LIST(hours, hours_count, "pattern of hours");
}

struct compile_list compile_services_list(const struct compile *c) {
    return LIST(services, service_count, "service");
}

int32_t compile_clock(const char *text, size_t length) {
    int32_t hours, minutes;

    if (length != 5 || text[2] != ':')
        return -1;
    for (size_t i = 0; i < 5; i++)
        if (i != 2 && !isdigit((unsigned char)text[i]))
            return -1;
    hours = (text[0] - '0') * 10 + text[1] - '0';
    minutes = (text[3] - '0') * 10 + text[4] - '0';
    if (minutes > 59 || hours * 60 + minutes > MINUTES_A_DAY)
        return -1;
    return hours * 60 + minutes;
}
