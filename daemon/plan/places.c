// SPDX-License-Identifier: Apache-2.0
/*
 * The sections zones (where people wait), boards (of business, on the kiosk's first screen) and
 * series (of numbers) of hall.yaml. A small hall may leave zones and boards out: then it has one
 * of each.
 */
#include <stddef.h>
#include <string.h>

#include "daemon/plan/source.h"

static const struct yaml_key zone_keys[] = {
    {.name = "name",
     .type = YAML_CUSTOM,
     .required = true,
     .read = compile_name,
     .offset = offsetof(struct plan_zone, name),
     .help = "its name, {zh: ..., en: ...}"},
    {.name = NULL},
};

static const struct yaml_key board_keys[] = {
    {.name = "name",
     .type = YAML_CUSTOM,
     .required = true,
     .read = compile_name,
     .offset = offsetof(struct plan_board, name),
     .help = "its name, {zh: ..., en: ...}"},
    {.name = NULL},
};

static const struct yaml_key series_keys[] = {
    {.name = "first",
     .type = YAML_U32,
     .least = 1,
     .most = 99999,
     .fallback = "1",
     .offset = offsetof(struct plan_series, first),
     .help = "first number of the day"},
    {.name = "digits",
     .type = YAML_U32,
     .least = 1,
     .most = 6,
     .fallback = "3",
     .offset = offsetof(struct plan_series, digits),
     .help = "printed with so many digits"},
    {.name = NULL},
};

// Zones stand in topics and in names of devices.
static bool zone_code(struct compile *c, struct yaml_node *node, const char *key) {
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

    if (strspn(key, allowed) != strlen(key)) {
        yaml_fault(c->file, node, "cannot stand in topics, use a-z, 0-9 and \"-\"");
        return false;
    }
    if (strcmp(key, "all") == 0) {
        yaml_fault(c->file, node, "\"all\" means every zone on the boards, use another code");
        return false;
    }
    return true;
}

static void read_zones(struct compile *c) {
    size_t count = compile_entries(c, c->at.zones, PLAN_ZONES_MAX);

    for (size_t i = 0; i < count; i++) {
        const char *key;
        struct yaml_node *node = yaml_pair(c->at.zones, i, &key);
        struct plan_zone *zone = &c->plan->zones[c->plan->zone_count];
        if (!zone_code(c, node, key) || !compile_code(c, node, key, zone->code))
            continue;
        c->plan->zone_count++;
        yaml_read(c->file, node, zone_keys, zone, c);
    }
    if (yaml_is_mapping(c->at.zones) && count == 0)
        yaml_fault(c->file, c->at.zones, "no zone, name one or leave this out");
    if (!c->at.zones) {
        strcpy(c->plan->zones[0].code, "hall");
        c->plan->zones[0].name = c->plan->name;
        c->plan->zone_count = 1;
    }
}

static void read_boards(struct compile *c) {
    size_t count = compile_entries(c, c->at.boards, PLAN_BOARDS_MAX);

    for (size_t i = 0; i < count; i++) {
        const char *key;
        struct yaml_node *node = yaml_pair(c->at.boards, i, &key);
        struct plan_board *board = &c->plan->boards[c->plan->board_count];
        if (!compile_code(c, node, key, board->code))
            continue;
        c->plan->board_count++;
        yaml_read(c->file, node, board_keys, board, c);
    }
    if (yaml_is_mapping(c->at.boards) && count == 0)
        yaml_fault(c->file, c->at.boards, "no board, name one or leave this out");
    if (!c->at.boards) {
        c->plan->boards[0] = (struct plan_board){"all", {"全部业务", "All services"}};
        c->plan->board_count = 1;
    }
}

bool compile_prefix(const char *prefix) {
    size_t length = strlen(prefix);

    return length >= 1 && length <= 2 && strspn(prefix, "ABCDEFGHJKLMNPQRSTUVWXYZ") == length;
}

static void read_series(struct compile *c) {
    size_t count = compile_entries(c, c->at.series, PLAN_SERIES_MAX);

    for (size_t i = 0; i < count; i++) {
        const char *key;
        struct yaml_node *node = yaml_pair(c->at.series, i, &key);
        struct plan_series *series = &c->plan->series[c->plan->series_count];
        if (!compile_prefix(key)) {
            yaml_fault(c->file, node,
                       "not a prefix of numbers, use one or two of A-Z without I and O");
            continue;
        }
        strcpy(series->prefix, key);
        c->plan->series_count++;
        yaml_read(c->file, node, series_keys, series, c);
    }
}

uint16_t compile_new_series(struct compile *c, const char *prefix) {
    struct plan_series *series = &c->plan->series[c->plan->series_count];

    if (c->plan->series_count == PLAN_SERIES_MAX)
        return PLAN_NONE;
    strcpy(series->prefix, prefix);
    yaml_read(c->file, NULL, series_keys, series, c);
    return (uint16_t)c->plan->series_count++;
}

void compile_places(struct compile *c) {
    read_zones(c);
    read_boards(c);
    read_series(c);
}
