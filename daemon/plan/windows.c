// SPDX-License-Identifier: Apache-2.0
/*
 * The section windows of hall.yaml: numbers or ranges of numbers, their zone, and which services
 * they serve with what weight. The first service of a window is its own, the others count less.
 */
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "daemon/plan/source.h"

struct numbers { // of windows, both included
    uint32_t from, to;
};

static bool read_number(const char **text, uint32_t *number) {
    size_t digits = 0;

    *number = 0;
    for (; isdigit((unsigned char)**text) && digits < 5; digits++)
        *number = *number * 10 + (uint32_t)(*(*text)++ - '0');
    return digits > 0 && *number >= 1 && *number <= 9999;
}

bool compile_numbers(const char *text, uint16_t *from, uint16_t *to) {
    struct numbers numbers;

    if (!read_number(&text, &numbers.from))
        return false;
    numbers.to = numbers.from;
    if (*text == '-' && (text++, !read_number(&text, &numbers.to)))
        return false;
    *from = (uint16_t)numbers.from;
    *to = (uint16_t)numbers.to;
    return *text == '\0' && numbers.from <= numbers.to;
}

// --- one window --------------------------------------------------------------------------------

static void read_zone(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct compile_list list = compile_zones(context);

    (void)file;
    *(uint16_t *)into = compile_reference(context, node, &list);
}

static void read_group(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct compile *c = context;
    const struct yaml_key code = {.type = YAML_CODE, .size = PLAN_CODE_BYTES};
    char name[PLAN_CODE_BYTES] = "";
    struct compile_list list = {c->groups, sizeof(c->groups[0]), c->group_count, "group"};
    uint16_t place;

    if (!yaml_scalar(file, node, &code, name))
        return;
    place = compile_find(&list, name);
    if (place == PLAN_NONE && c->group_count < PLAN_WINDOWS_MAX) {
        place = (uint16_t)c->group_count++;
        memcpy(c->groups[place], name, sizeof(name));
    }
    *(uint16_t *)into = (uint16_t)(place + 1);
}

// One entry of `serves`: a code, or {code: weight}.
static void read_served(struct compile *c, struct yaml_node *item, bool first,
                        struct plan_window *window) {
    const struct yaml_key decimal = {.type = YAML_DECIMAL, .least = 50, .most = 1000};
    struct compile_list list = compile_services_list(c);
    uint32_t weight = first ? 1000 : c->order.secondary_weight;
    uint16_t service;

    if (yaml_is_mapping(item)) {
        const char *key;
        struct yaml_node *value = yaml_pair(item, 0, &key);
        if (yaml_pairs(c->file, item) != 1) {
            yaml_fault(c->file, item, "write one service and its weight: B: 0.75");
            return;
        }
        service = compile_find(&list, key);
        if (service == PLAN_NONE)
            yaml_fault(c->file, value, "there is no such service");
        if (!yaml_scalar(c->file, value, &decimal, &weight))
            return;
    } else {
        service = compile_reference(c, item, &list);
    }
    if (service == PLAN_NONE)
        return;
    if (window->weight[service])
        yaml_fault(c->file, item, "service %s stands here twice, leave one",
                   c->plan->services[service].code);
    window->weight[service] = (uint16_t)weight;
}

static void read_serves(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    size_t count;

    if (yaml_is_scalar(node)) {
        read_served(context, node, true, into);
        return;
    }
    count = yaml_count(file, node);
    for (size_t i = 0; i < count; i++)
        read_served(context, yaml_item(node, i), i == 0, into);
}

static const struct yaml_key window_keys[] = {
    {.name = "name",
     .type = YAML_CUSTOM,
     .read = compile_name,
     .offset = offsetof(struct plan_window, name),
     .help = "its name besides the number, {zh: ..., en: ...}"},
    {.name = "zone",
     .type = YAML_CUSTOM,
     .read = read_zone,
     .offset = offsetof(struct plan_window, zone),
     .help = "where it stands"},
    {.name = "group",
     .type = YAML_CUSTOM,
     .read = read_group,
     .offset = offsetof(struct plan_window, group),
     .help = "windows that count alternation together"},
    {.name = "serves",
     .type = YAML_CUSTOM,
     .required = true,
     .read = read_serves,
     .offset = 0,
     .help = "the services it serves, its own first: [A, B: 0.75]"},
    {.name = NULL},
};

static bool serves_any(const struct plan_window *window) {
    for (size_t i = 0; i < PLAN_SERVICES_MAX; i++)
        if (window->weight[i])
            return true;
    return false;
}

static void read_window(struct compile *c, struct yaml_node *node, struct plan_window *window) {
    size_t before = yaml_fault_count(c->file);

    window->zone = PLAN_NONE;
    yaml_read(c->file, node, window_keys, window, c);
    if (!yaml_is_mapping(node))
        return;
    if (!yaml_value(node, "zone")) {
        window->zone = 0;
        if (c->plan->zone_count > 1)
            yaml_fault(c->file, node, "\"zone\" is missing, there are several to choose from");
    }
    if (before == yaml_fault_count(c->file) && c->plan->service_count > 0 && !serves_any(window))
        yaml_fault(c->file, node, "serves nothing, name a service: serves: [A]");
}

// --- all ---------------------------------------------------------------------------------------

static void add_windows(struct compile *c, struct yaml_node *node, const char *key) {
    struct plan_window window = {0};
    uint16_t from, to;

    if (!compile_numbers(key, &from, &to)) {
        yaml_fault(c->file, node, "no number of windows, write 7 or 1-8 (1 to 9999)");
        return;
    }
    read_window(c, node, &window);
    for (uint32_t number = from; number <= to; number++) {
        for (uint32_t i = 0; i < c->plan->window_count; i++)
            if (c->plan->windows[i].number == number) {
                yaml_fault(c->file, node, "window %u is there already, leave one", number);
                return;
            }
        if (c->plan->window_count == PLAN_WINDOWS_MAX) {
            yaml_fault(c->file, node, "one window too many, at most %d", PLAN_WINDOWS_MAX);
            return;
        }
        window.number = (uint16_t)number;
        c->plan->windows[c->plan->window_count++] = window;
    }
}

static void check_served(struct compile *c) {
    for (uint32_t s = 0; s < c->plan->service_count; s++) {
        bool served = false;
        for (uint32_t w = 0; w < c->plan->window_count; w++)
            served = served || c->plan->windows[w].weight[s];
        if (!served)
            yaml_fault(c->file, yaml_value(c->at.services, c->plan->services[s].code),
                       "no window serves it, name it under \"serves\" of one");
    }
}

void compile_windows(struct compile *c) {
    size_t before = yaml_fault_count(c->file);
    size_t count = yaml_pairs(c->file, c->at.windows);

    for (size_t i = 0; i < count; i++) {
        const char *key;
        struct yaml_node *node = yaml_pair(c->at.windows, i, &key);
        add_windows(c, node, key);
    }
    if (yaml_is_mapping(c->at.windows) && count == 0)
        yaml_fault(c->file, c->at.windows, "no window, a hall needs one at least");
    if (c->plan->window_count > 0 && before == yaml_fault_count(c->file))
        check_served(c); // after other faults it would only echo them
}
