// SPDX-License-Identifier: Apache-2.0
/*
 * The section services of hall.yaml: what citizens come for, each with its board, zone, numbers
 * and hours. Where only one of a kind exists it need not be named.
 */
#include <stddef.h>
#include <string.h>

#include "daemon/plan/source.h"

static void read_board(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct compile_list list = compile_boards(context);

    (void)file;
    *(uint16_t *)into = compile_reference(context, node, &list);
}

static void read_zone(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct compile_list list = compile_zones(context);

    (void)file;
    *(uint16_t *)into = compile_reference(context, node, &list);
}

static void read_hours(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct compile_list list = compile_hours_list(context);

    (void)file;
    *(uint16_t *)into = compile_reference(context, node, &list);
}

// The series of a prefix: written out under `series`, or made where that section is left out.
static uint16_t series_of(struct compile *c, struct yaml_node *node, const char *prefix) {
    struct compile_list list = compile_series(c);
    uint16_t place = compile_find(&list, prefix);

    if (place != PLAN_NONE)
        return place;
    if (!compile_prefix(prefix)) {
        yaml_fault(c->file, node,
                   "\"%.32s\" is no prefix of numbers, name a \"series\": one or two of A-Z "
                   "without I and O",
                   prefix);
        return PLAN_NONE;
    }
    place = compile_new_series(c, prefix);
    if (place == PLAN_NONE)
        yaml_fault(c->file, node, "one series too many, at most %d", PLAN_SERIES_MAX);
    return place;
}

static void read_series(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct compile *c = context;
    struct compile_list list = compile_series(c);
    const char *prefix = yaml_text(file, node);

    if (prefix)
        *(uint16_t *)into =
            c->at.series ? compile_reference(c, node, &list) : series_of(c, node, prefix);
}

#define SERVICE(field) .offset = offsetof(struct plan_service, field)
#define HOUR INT64_C(3600000)

static const struct yaml_key service_keys[] = {
    {.name = "name",
     .type = YAML_CUSTOM,
     .required = true,
     .read = compile_name,
     SERVICE(name),
     .help = "its name, {zh: ..., en: ...}"},
    {.name = "board",
     .type = YAML_CUSTOM,
     .read = read_board,
     SERVICE(board),
     .help = "board of business it stands under"},
    {.name = "zone",
     .type = YAML_CUSTOM,
     .read = read_zone,
     SERVICE(zone),
     .help = "where people wait for it"},
    {.name = "series",
     .type = YAML_CUSTOM,
     .read = read_series,
     SERVICE(series),
     .help = "prefix of its numbers"},
    {.name = "hours",
     .type = YAML_CUSTOM,
     .read = read_hours,
     SERVICE(hours),
     .help = "pattern of hours"},
    {.name = "expected",
     .type = YAML_DURATION,
     .least = 10000,
     .most = 8 * HOUR,
     .fallback = "10 min",
     SERVICE(expected_ms),
     .help = "usual service time"},
    {.name = "target",
     .type = YAML_DURATION,
     .least = 60000,
     .most = 24 * HOUR,
     .fallback = "30 min",
     SERVICE(target_ms),
     .help = "wait promised"},
    {.name = "bound",
     .type = YAML_DURATION,
     .least = 0,
     .most = 24 * HOUR,
     SERVICE(bound_ms),
     .help = "who waited longer goes before anybody younger; 0 = no bound"},
    {.name = "daily_limit",
     .type = YAML_U32,
     .least = 0,
     .most = 100000,
     .fallback = "0",
     SERVICE(daily_limit),
     .help = "tickets a day; 0 = no limit"},
    {.name = "materials",
     .type = YAML_CUSTOM,
     .read = compile_note,
     SERVICE(materials),
     .help = "what to bring, {zh: ..., en: ...}"},
    {.name = NULL},
};

// What the file leaves out and can only mean one thing. Where there is nothing to choose from, the
// section that should offer it has a fault of its own.
static void take_only(struct compile *c, struct yaml_node *node, const char *key, uint16_t *place,
                      size_t choices) {
    if (*place != PLAN_NONE || yaml_value(node, key))
        return;
    if (choices == 1)
        *place = 0;
    else if (choices > 1)
        yaml_fault(c->file, node, "\"%s\" is missing, there are several to choose from", key);
}

static void read_service(struct compile *c, struct yaml_node *node, struct plan_service *service) {
    const struct plan *plan = c->plan;

    service->board = service->zone = service->series = service->hours = PLAN_NONE;
    service->bound_ms = -1;
    yaml_read(c->file, node, service_keys, service, c);
    if (!yaml_is_mapping(node))
        return;
    take_only(c, node, "board", &service->board, plan->board_count);
    take_only(c, node, "zone", &service->zone, plan->zone_count);
    take_only(c, node, "hours", &service->hours, c->hours_choices);
    if (!yaml_value(node, "series"))
        service->series = series_of(c, node, service->code);
    if (service->bound_ms < 0)
        service->bound_ms = service->target_ms * c->order.bound_milli / 1000;
    if (c->override != PLAN_NONE)
        service->hours = c->override;
}

void compile_services(struct compile *c) {
    size_t count = compile_entries(c, c->at.services, PLAN_SERVICES_MAX);

    for (size_t i = 0; i < count; i++) {
        const char *key;
        struct yaml_node *node = yaml_pair(c->at.services, i, &key);
        struct plan_service *service = &c->plan->services[c->plan->service_count];
        if (!compile_code(c, node, key, service->code))
            continue;
        c->plan->service_count++;
        read_service(c, node, service);
    }
    if (yaml_is_mapping(c->at.services) && count == 0)
        yaml_fault(c->file, c->at.services, "no service, a hall needs one at least");
}
