// SPDX-License-Identifier: Apache-2.0
/*
 * jiaohao.yaml: the machine. Addresses, paths, the broker; hall.yaml, named there, is the hall.
 * Read by tables (common/yaml.h), which also print the man page's list of keys.
 */
#ifndef JIAOHAO_CONFIG_H
#define JIAOHAO_CONFIG_H

#include <stdint.h>
#include <stdio.h>

enum { CONFIG_PATH_BYTES = 256, CONFIG_ORIGINS_MAX = 8 };

struct config_door {
    char address[64]; // IP address to listen on
    uint32_t port;    // 0 = this door is shut
    uint8_t
        plain; // staff over plain HTTP off loopback: the installer says a proxy or VPN guards it
    char hosts[256]; // further Host names it answers to, comma-separated ("hall.example:8443")
};

struct config_broker {
    char address[64];
    uint32_t port;
    char account[32];
    char password_file[CONFIG_PATH_BYTES]; // one line
    char pages_url[128]; // ws://… as browsers reach it; "" = on the page's own host, port below
    uint32_t pages_port;
    char pages_file[CONFIG_PATH_BYTES]; // "account:password" lines lent to board pages
};

struct config_hooks {
    char sms[CONFIG_PATH_BYTES]; // program that sends a message; "" = none are sent
    int64_t timeout_ms;          // it may run for so long
    uint32_t at_once;            // so many of them
    uint32_t per_phone, per_day; // most messages to one phone and of the hall, a business day
    char countries[64];          // "+86,+852"
};

struct config {
    char hall_file[CONFIG_PATH_BYTES]; // resolved against the folder of jiaohao.yaml
    char data[CONFIG_PATH_BYTES];      // hall.db, history.db, keys/
    char public_url[128];              // where phones reach the hall; "" = they cannot
    uint32_t log_level;
    struct config_door public_door, staff_door, operator_door;
    struct config_broker broker;
    struct config_hooks hooks;
};

// Reads path into *config: the number of faults, all printed to `out`. A relative path in the file
// is relative to the file's folder.
int config_read(const char *path, struct config *config, FILE *out);

// Prints the keys as mdoc(7) list items, for the man page.
void config_print_keys(FILE *out);

#endif
