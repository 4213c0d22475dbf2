// SPDX-License-Identifier: Apache-2.0
/*
 * Section hardware of jiaohao.yaml: lines with pads and keypads, and printers. Names are those of
 * hall.yaml; which window a device stands at is asked here once more, because the program hears the
 * window's state and its ratings.
 */
#ifndef JIAOHAO_HARDWARE_CONFIG_H
#define JIAOHAO_HARDWARE_CONFIG_H

#include <stdint.h>
#include <stdio.h>

#include "common/machine.h"
#include "common/port.h"

enum {
    CONFIG_NAME_BYTES = 32, // of a device, as in hall.yaml
    CONFIG_CODE_BYTES = 16,
    CONFIG_LINES_MAX = 16,
    CONFIG_PADS_MAX = 128,
    CONFIG_KEYPADS_MAX = 128,
    CONFIG_PRINTERS_MAX = 16,
    CONFIG_KEYS = 4, // of a rating keypad
};

struct config_line {
    char name[CONFIG_NAME_BYTES], port[PORT_URL_BYTES];
    int64_t gap_ms; // of silence between two frames
};

struct config_pad {
    char name[CONFIG_NAME_BYTES];
    uint32_t line, address, window;
    char pause_reason[CONFIG_CODE_BYTES];
    char prefix[4]; // "A": digits typed are a number with this letter; "" = no calling by number
    char call_reason[CONFIG_CODE_BYTES];
};

struct config_keypad {
    char name[CONFIG_NAME_BYTES];
    uint32_t line, address, window;
    uint32_t levels[CONFIG_KEYS]; // 0 = this key says nothing
};

struct config_printer {
    char name[CONFIG_NAME_BYTES], port[PORT_URL_BYTES];
    uint32_t columns;  // 32 or 48
    uint32_t language; // enum slip_language
    uint8_t status;    // it answers DLE EOT
    int64_t keep_ms;   // a slip older than this is not printed
};

struct hardware_config {
    char state[256]; // folder of what outlives a restart
    char staff_address[64];
    uint32_t staff_port;
    uint32_t line_count, pad_count, keypad_count, printer_count;
    struct config_line lines[CONFIG_LINES_MAX];
    struct config_pad pads[CONFIG_PADS_MAX];
    struct config_keypad keypads[CONFIG_KEYPADS_MAX];
    struct config_printer printers[CONFIG_PRINTERS_MAX];
};

// Reads path: the number of faults, all printed to `out`.
int hardware_config_read(const char *path, struct machine *machine, struct hardware_config *config,
                         FILE *out);

#endif
