// SPDX-License-Identifier: Apache-2.0
/*
 * Section hardware of jiaohao.yaml by tables. Lists of devices are mappings by name, so that a name
 * cannot stand twice; two devices at one address of a line would answer for each other and are a
 * fault.
 *
 * Invariant: with a fault the config is not to be used. Must not: open a port.
 */
#include "hardware/config.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

enum { GAP_MOST_MS = 1000, KEEP_MOST_MS = 600000, ADDRESS_MOST = 254, WINDOW_MOST = 9999 };

#define AT(type, field) .offset = offsetof(struct type, field)

static const struct yaml_key pad_keys[] = {
    {.name = "address",
     .type = YAML_U32,
     .required = true,
     .least = 0,
     .most = ADDRESS_MOST,
     AT(config_pad, address),
     .help = "its address on the line"},
    {.name = "window",
     .type = YAML_U32,
     .required = true,
     .least = 1,
     .most = WINDOW_MOST,
     AT(config_pad, window),
     .help = "the window it stands at, as in hall.yaml"},
    {.name = "pause_reason",
     .type = YAML_CODE,
     .size = CONFIG_CODE_BYTES,
     .least = 1,
     .fallback = "break",
     AT(config_pad, pause_reason),
     .help = "what the pause key means: a reason of hall.yaml"},
    {.name = "prefix",
     .type = YAML_TEXT,
     .size = 3,
     .fallback = "",
     AT(config_pad, prefix),
     .help = "letters before digits that are typed to call a number; empty: no calling by number"},
    {.name = "call_reason",
     .type = YAML_CODE,
     .size = CONFIG_CODE_BYTES,
     .least = 1,
     .fallback = "lead",
     AT(config_pad, call_reason),
     .help = "why numbers are called out of turn from here: a reason of hall.yaml"},
    {.name = NULL},
};

static void read_levels(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    static const struct yaml_key level = {.type = YAML_U32, .least = 0, .most = 5};
    uint32_t *levels = into;
    size_t count = yaml_count(file, node);
    (void)context;
    if (count != CONFIG_KEYS)
        yaml_fault(file, node, "has %zu levels, write one for each of the %d keys", count,
                   CONFIG_KEYS);
    for (size_t i = 0; i < count && i < CONFIG_KEYS; i++)
        yaml_scalar(file, yaml_item(node, i), &level, &levels[i]);
}

static const struct yaml_key keypad_keys[] = {
    {.name = "address",
     .type = YAML_U32,
     .required = true,
     .least = 0,
     .most = ADDRESS_MOST,
     AT(config_keypad, address),
     .help = "its address on the line"},
    {.name = "window",
     .type = YAML_U32,
     .required = true,
     .least = 1,
     .most = WINDOW_MOST,
     AT(config_keypad, window),
     .help = "the window it stands at, as in hall.yaml"},
    {.name = "levels",
     .type = YAML_CUSTOM,
     .read = read_levels,
     AT(config_keypad, levels),
     .help = "the level (1 to 5, 0 = none) of each of its four keys; default [5, 4, 3, 2]"},
    {.name = NULL},
};

// --- devices of a line -------------------------------------------------------------------------

// Copies a device's name, which is its account: a-z, 0-9, '-'.
static bool read_name(struct yaml_file *file, struct yaml_node *node, const char *key, char *out) {
    size_t length = strlen(key);
    if (length == 0 || length >= CONFIG_NAME_BYTES ||
        key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789-")]) {
        yaml_fault(file, node, "is no name of a device, write up to %d of a-z, 0-9 and -",
                   CONFIG_NAME_BYTES - 1);
        return false;
    }
    memcpy(out, key, length + 1);
    return true;
}

static uint32_t line_of(const struct hardware_config *config, const void *into) {
    return (uint32_t)((const struct config_line *)into - config->lines);
}

static void read_pads(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct hardware_config *config = context;
    size_t count = yaml_pairs(file, node);
    for (size_t i = 0; i < count; i++) {
        const char *key;
        struct yaml_node *one = yaml_pair(node, i, &key);
        struct config_pad *pad = &config->pads[config->pad_count];
        if (config->pad_count == CONFIG_PADS_MAX) {
            yaml_fault(file, one, "one pad too many, at most %d in all", CONFIG_PADS_MAX);
            return;
        }
        if (!read_name(file, one, key, pad->name))
            continue;
        pad->line = line_of(config, into);
        yaml_read(file, one, pad_keys, pad, config);
        config->pad_count++;
    }
}

static void read_keypads(struct yaml_file *file, struct yaml_node *node, void *into,
                         void *context) {
    static const uint32_t usual[CONFIG_KEYS] = {5, 4, 3, 2};
    struct hardware_config *config = context;
    size_t count = yaml_pairs(file, node);
    for (size_t i = 0; i < count; i++) {
        const char *key;
        struct yaml_node *one = yaml_pair(node, i, &key);
        struct config_keypad *keypad = &config->keypads[config->keypad_count];
        if (config->keypad_count == CONFIG_KEYPADS_MAX) {
            yaml_fault(file, one, "one keypad too many, at most %d in all", CONFIG_KEYPADS_MAX);
            return;
        }
        if (!read_name(file, one, key, keypad->name))
            continue;
        keypad->line = line_of(config, into);
        memcpy(keypad->levels, usual, sizeof usual);
        yaml_read(file, one, keypad_keys, keypad, config);
        config->keypad_count++;
    }
}

// --- lines and printers ------------------------------------------------------------------------

static void read_port(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    const char *url = yaml_text(file, node), *fault = NULL;
    (void)context;
    if (!url)
        return;
    if (strlen(url) >= PORT_URL_BYTES)
        yaml_fault(file, node, "is too long, at most %d bytes", PORT_URL_BYTES - 1);
    else if (port_check(url, &fault))
        yaml_fault(file, node, "%s", fault);
    else
        snprintf(into, PORT_URL_BYTES, "%s", url);
}

static const struct yaml_key line_keys[] = {
    {.name = "port",
     .type = YAML_CUSTOM,
     .required = true,
     .read = read_port,
     AT(config_line, port),
     .help = "serial:/dev/ttyUSB0?baud=9600&mode=8N1, tcp:ADDRESS:PORT or pty:/path"},
    {.name = "gap",
     .type = YAML_DURATION,
     .least = 0,
     .most = GAP_MOST_MS,
     .fallback = "20 ms",
     AT(config_line, gap_ms),
     .help = "silence between two frames that are sent"},
    {.name = "pads",
     .type = YAML_CUSTOM,
     .read = read_pads,
     .help = "call pads by name: address, window, pause_reason, prefix, call_reason"},
    {.name = "keypads",
     .type = YAML_CUSTOM,
     .read = read_keypads,
     .help = "rating keypads by name: address, window, levels"},
    {.name = NULL},
};

static const char *const languages[] = {"both", "zh", "en", NULL};

static const struct yaml_key printer_keys[] = {
    {.name = "port",
     .type = YAML_CUSTOM,
     .required = true,
     .read = read_port,
     AT(config_printer, port),
     .help = "tcp:ADDRESS:9100, serial:/dev/ttyS0?baud=19200 or pty:/path"},
    {.name = "columns",
     .type = YAML_U32,
     .least = 32,
     .most = 48,
     .fallback = "48",
     AT(config_printer, columns),
     .help = "of its paper: 48 for 80 mm, 32 for 58 mm"},
    {.name = "language",
     .type = YAML_CHOICE,
     .choices = languages,
     .fallback = "both",
     AT(config_printer, language),
     .help = "of the slip"},
    {.name = "status",
     .type = YAML_BOOL,
     .fallback = "yes",
     AT(config_printer, status),
     .help = "whether it answers DLE EOT; without, a slip counts as printed when it was sent"},
    {.name = "keep",
     .type = YAML_DURATION,
     .least = 1000,
     .most = KEEP_MOST_MS,
     .fallback = "60 s",
     AT(config_printer, keep_ms),
     .help = "a slip older than this is not printed: nobody stands there any more"},
    {.name = NULL},
};

static void read_lines(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct hardware_config *config = context;
    size_t count = yaml_pairs(file, node);
    (void)into;
    for (size_t i = 0; i < count; i++) {
        const char *key;
        struct yaml_node *one = yaml_pair(node, i, &key);
        struct config_line *line = &config->lines[config->line_count];
        if (config->line_count == CONFIG_LINES_MAX) {
            yaml_fault(file, one, "one line too many, at most %d", CONFIG_LINES_MAX);
            return;
        }
        if (!read_name(file, one, key, line->name))
            continue;
        yaml_read(file, one, line_keys, line, config);
        config->line_count++;
    }
}

static void read_printers(struct yaml_file *file, struct yaml_node *node, void *into,
                          void *context) {
    struct hardware_config *config = context;
    size_t count = yaml_pairs(file, node);
    (void)into;
    for (size_t i = 0; i < count; i++) {
        const char *key;
        struct yaml_node *one = yaml_pair(node, i, &key);
        struct config_printer *printer = &config->printers[config->printer_count];
        if (config->printer_count == CONFIG_PRINTERS_MAX) {
            yaml_fault(file, one, "one printer too many, at most %d", CONFIG_PRINTERS_MAX);
            return;
        }
        if (!read_name(file, one, key, printer->name))
            continue;
        yaml_read(file, one, printer_keys, printer, config);
        config->printer_count++;
    }
}

// --- the section -------------------------------------------------------------------------------

static void read_address(struct yaml_file *file, struct yaml_node *node, void *into,
                         void *context) {
    const char *text = yaml_text(file, node);
    uint8_t bytes[16];
    (void)context;
    if (!text)
        return;
    if (inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1)
        snprintf(into, 64, "%s", text);
    else
        yaml_fault(file, node,
                   "\"%s\" is no IP address, write it as 127.0.0.1 (names are not looked up)",
                   text);
}

static const struct yaml_key hardware_keys[] = {
    {.name = "state",
     .type = YAML_TEXT,
     .size = 200,
     .least = 1,
     .fallback = "/var/lib/jiaohao-hardware",
     AT(hardware_config, state),
     .help = "folder of what outlives a restart: starts counted, presses and slips under way"},
    {.name = "staff_address",
     .type = YAML_CUSTOM,
     .read = read_address,
     AT(hardware_config, staff_address),
     .help = "IP address of the staff door, for signing in at a pad; default 127.0.0.1"},
    {.name = "staff_port",
     .type = YAML_U32,
     .least = 1,
     .most = 65535,
     .fallback = "8081",
     AT(hardware_config, staff_port),
     .help = "its port"},
    {.name = "lines", .type = YAML_CUSTOM, .read = read_lines, .help = "RS-485 lines by name"},
    {.name = "printers",
     .type = YAML_CUSTOM,
     .read = read_printers,
     .help = "ticket printers by name"},
    {.name = NULL},
};

struct place { // of a device on a line
    const char *name;
    uint32_t line, address;
};

static struct place place_at(const struct hardware_config *config, uint32_t i) {
    const struct config_keypad *keypad;
    if (i < config->pad_count)
        return (struct place){config->pads[i].name, config->pads[i].line, config->pads[i].address};
    keypad = &config->keypads[i - config->pad_count];
    return (struct place){keypad->name, keypad->line, keypad->address};
}

static int check_places(const char *path, const struct hardware_config *config, FILE *out) {
    uint32_t count = config->pad_count + config->keypad_count;
    int faults = 0;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            struct place a = place_at(config, k), b = place_at(config, i);
            if (strcmp(a.name, b.name) == 0 && ++faults)
                fprintf(out, "%s: hardware: %s is there twice, a name belongs to one device\n",
                        path, a.name);
            else if (a.line == b.line && a.address == b.address && ++faults)
                fprintf(out,
                        "%s: hardware %s: %s has address %u already, each device of a line needs "
                        "its own\n",
                        path, b.name, a.name, a.address);
        }
    }
    return faults;
}

// Relative to the folder of the file, like every path in it.
static void resolve_state(const char *path, struct hardware_config *config) {
    const char *slash = strrchr(path, '/');
    char beside[sizeof config->state];
    if (config->state[0] == '/' || !slash)
        return;
    snprintf(beside, sizeof beside, "%.*s/%.200s", (int)(slash - path), path, config->state);
    memcpy(config->state, beside, sizeof beside);
}

int hardware_config_read(const char *path, struct machine *machine, struct hardware_config *config,
                         FILE *out) {
    struct machine_section section = {"hardware", hardware_keys, config, config};
    int faults;
    memset(config, 0, sizeof *config);
    snprintf(config->staff_address, sizeof config->staff_address, "127.0.0.1");
    faults = machine_read(path, machine, &section, out);
    faults += check_places(path, config, out);
    resolve_state(path, config);
    return faults;
}
