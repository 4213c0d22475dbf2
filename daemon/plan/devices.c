// SPDX-License-Identifier: Apache-2.0
/*
 * The section devices of hall.yaml: pads and keypads of windows, boards, speakers and printers of
 * zones. The usual ones are made from a word each ("pads: yes" = pad-7 at window 7); others stand
 * under `more`. From them follows who announces the calls of a window.
 */
#include <stddef.h>
#include <string.h>

#include "daemon/plan/source.h"

struct usual { // made without being written one by one
    uint8_t pads, keypads, boards, speakers, printers;
    struct yaml_node *more;
};

static void keep_node(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    (void)file, (void)context;
    *(struct yaml_node **)into = node;
}

static const struct yaml_key device_keys[] = {
    {.name = "pads",
     .type = YAML_BOOL,
     .fallback = "yes",
     .offset = offsetof(struct usual, pads),
     .help = "a call pad at each window: pad-7 at window 7"},
    {.name = "keypads",
     .type = YAML_BOOL,
     .fallback = "yes",
     .offset = offsetof(struct usual, keypads),
     .help = "a rating keypad at each window: keypad-7 at window 7"},
    {.name = "boards",
     .type = YAML_BOOL,
     .fallback = "yes",
     .offset = offsetof(struct usual, boards),
     .help = "a board in each zone: board-ZONE"},
    {.name = "speakers",
     .type = YAML_BOOL,
     .fallback = "yes",
     .offset = offsetof(struct usual, speakers),
     .help = "a speaker in each zone: speaker-ZONE"},
    {.name = "printers",
     .type = YAML_BOOL,
     .fallback = "no",
     .offset = offsetof(struct usual, printers),
     .help = "a printer in each zone: printer-ZONE"},
    {.name = "more",
     .type = YAML_CUSTOM,
     .read = keep_node,
     .offset = offsetof(struct usual, more),
     .help = "further devices by name"},
    {.name = NULL},
};

static const char *const kinds[] = {
    [PLAN_DEVICE_PAD] = "pad",         [PLAN_DEVICE_KEYPAD] = "keypad",
    [PLAN_DEVICE_BOARD] = "board",     [PLAN_DEVICE_SPEAKER] = "speaker",
    [PLAN_DEVICE_PRINTER] = "printer", NULL,
};

// --- adding ------------------------------------------------------------------------------------

static void add(struct compile *c, struct yaml_node *node, const struct plan_device *device) {
    struct plan *plan = c->plan;

    for (uint32_t i = 0; i < plan->device_count; i++)
        if (strcmp(plan->devices[i].name, device->name) == 0) {
            yaml_fault(c->file, node, "device %s is there already, use another name", device->name);
            return;
        }
    if (plan->device_count == PLAN_DEVICES_MAX) {
        yaml_fault(c->file, node, "device %s is one too many, at most %d", device->name,
                   PLAN_DEVICES_MAX);
        return;
    }
    plan->devices[plan->device_count++] = *device;
}

static void add_at_windows(struct compile *c, enum plan_device_kind kind) {
    for (uint32_t i = 0; i < c->plan->window_count; i++) {
        struct plan_device device = {.kind = kind, .window = (uint16_t)i, .zone = PLAN_NONE};
        snprintf(device.name, sizeof(device.name), "%s-%u", kinds[kind],
                 c->plan->windows[i].number);
        add(c, c->at.devices, &device);
    }
}

// A board or speaker announces the calls of a window.
static void announce(struct compile *c, struct yaml_node *node, uint16_t device, uint32_t window) {
    struct plan_window *at = &c->plan->windows[window];

    if (at->device_count == PLAN_WINDOW_DEVICES_MAX)
        yaml_fault(c->file, node, "window %u has more than %d boards and speakers", at->number,
                   PLAN_WINDOW_DEVICES_MAX);
    else
        at->devices[at->device_count++] = device;
}

static bool announces(uint32_t kind) {
    return kind == PLAN_DEVICE_BOARD || kind == PLAN_DEVICE_SPEAKER;
}

static void announce_zone(struct compile *c, struct yaml_node *node, uint16_t device) {
    for (uint32_t i = 0; i < c->plan->window_count; i++)
        if (c->plan->windows[i].zone == c->plan->devices[device].zone)
            announce(c, node, device, i);
}

static void add_in_zones(struct compile *c, enum plan_device_kind kind) {
    for (uint32_t i = 0; i < c->plan->zone_count; i++) {
        uint32_t place = c->plan->device_count;
        struct plan_device device = {.kind = kind, .window = PLAN_NONE, .zone = (uint16_t)i};
        snprintf(device.name, sizeof(device.name), "%s-%s", kinds[kind], c->plan->zones[i].code);
        add(c, c->at.devices, &device);
        if (announces(kind) && place < c->plan->device_count)
            announce_zone(c, c->at.devices, (uint16_t)place);
    }
}

// --- further devices ---------------------------------------------------------------------------

struct further {
    uint32_t kind;
    uint16_t zone, from, to; // windows, 0 = not said
};

static void read_zone(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct compile_list list = compile_zones(context);

    (void)file;
    *(uint16_t *)into = compile_reference(context, node, &list);
}

static void read_windows(struct yaml_file *file, struct yaml_node *node, void *into,
                         void *context) {
    struct further *further = into;
    const char *text = yaml_text(file, node);

    (void)context;
    if (text && !compile_numbers(text, &further->from, &further->to))
        yaml_fault(file, node, "\"%.32s\" is no number of windows, write 7 or 1-8", text);
}

static const struct yaml_key further_keys[] = {
    {.name = "kind",
     .type = YAML_CHOICE,
     .required = true,
     .choices = kinds,
     .offset = offsetof(struct further, kind),
     .help = "pad, keypad, board, speaker or printer"},
    {.name = "zone",
     .type = YAML_CUSTOM,
     .read = read_zone,
     .offset = offsetof(struct further, zone),
     .help = "of a board, speaker or printer"},
    {.name = "windows",
     .type = YAML_CUSTOM,
     .read = read_windows,
     .offset = 0,
     .help = "the window of a pad or keypad; the windows a board or speaker announces (7, 1-8)"},
    {.name = NULL},
};

static bool valid_name(struct compile *c, struct yaml_node *node, const char *name) {
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const struct plan_device *device = NULL;

    if (strlen(name) > 0 && strlen(name) < sizeof(device->name) &&
        strspn(name, allowed) == strlen(name))
        return true;
    yaml_fault(c->file, node, "not a name of a device, use 1 to %zu of a-z, 0-9 and \"-\"",
               sizeof(device->name) - 1);
    return false;
}

static void add_at_window(struct compile *c, struct yaml_node *node, const struct further *further,
                          struct plan_device *device) {
    for (uint32_t i = 0; i < c->plan->window_count; i++)
        if (c->plan->windows[i].number == further->from)
            device->window = (uint16_t)i;
    if (device->window == PLAN_NONE || further->from != further->to || yaml_value(node, "zone"))
        yaml_fault(c->file, node, "a %s belongs to one window that is there: windows: 7",
                   kinds[device->kind]);
    else
        add(c, node, device);
}

static void add_in_zone(struct compile *c, struct yaml_node *node, const struct further *further,
                        struct plan_device *device) {
    uint32_t place = c->plan->device_count, announced = 0;

    device->zone = further->zone;
    if (!yaml_value(node, "zone") && c->plan->zone_count == 1)
        device->zone = 0;
    else if (!yaml_value(node, "zone"))
        yaml_fault(c->file, node, "\"zone\" is missing, a %s stands in one", kinds[device->kind]);
    add(c, node, device);
    if (!announces(device->kind) || place == c->plan->device_count)
        return;
    if (further->from == 0) {
        announce_zone(c, node, (uint16_t)place);
        return;
    }
    for (uint32_t i = 0; i < c->plan->window_count; i++)
        if (c->plan->windows[i].number >= further->from &&
            c->plan->windows[i].number <= further->to) {
            announce(c, node, (uint16_t)place, i);
            announced++;
        }
    if (announced == 0)
        yaml_fault(c->file, node, "announces windows that are not there");
}

static void add_further(struct compile *c, struct yaml_node *node, const char *name) {
    struct plan_device device = {.window = PLAN_NONE, .zone = PLAN_NONE};
    struct further further = {.zone = PLAN_NONE};
    size_t before = yaml_fault_count(c->file);

    if (!valid_name(c, node, name))
        return;
    strcpy(device.name, name);
    yaml_read(c->file, node, further_keys, &further, c);
    if (before != yaml_fault_count(c->file))
        return;
    device.kind = further.kind;
    if (device.kind == PLAN_DEVICE_PAD || device.kind == PLAN_DEVICE_KEYPAD)
        add_at_window(c, node, &further, &device);
    else
        add_in_zone(c, node, &further, &device);
}

void compile_devices(struct compile *c) {
    struct usual usual = {0};
    size_t count;

    yaml_read(c->file, c->at.devices, device_keys, &usual, c);
    if (usual.pads)
        add_at_windows(c, PLAN_DEVICE_PAD);
    if (usual.keypads)
        add_at_windows(c, PLAN_DEVICE_KEYPAD);
    if (usual.boards)
        add_in_zones(c, PLAN_DEVICE_BOARD);
    if (usual.speakers)
        add_in_zones(c, PLAN_DEVICE_SPEAKER);
    if (usual.printers)
        add_in_zones(c, PLAN_DEVICE_PRINTER);
    count = yaml_pairs(c->file, usual.more);
    for (size_t i = 0; i < count; i++) {
        const char *name;
        struct yaml_node *node = yaml_pair(usual.more, i, &name);
        add_further(c, node, name);
    }
}
