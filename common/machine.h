// SPDX-License-Identifier: Apache-2.0
/*
 * What a device program needs of jiaohao.yaml besides its own section: the hall's code, the broker,
 * and the passwords of the devices' accounts. jiaohaod checks the rest of that file.
 */
#ifndef JIAOHAO_COMMON_MACHINE_H
#define JIAOHAO_COMMON_MACHINE_H

#include <stdint.h>
#include <stdio.h>

#include "common/bus.h"
#include "common/yaml.h"

struct loop;

struct machine {
    char prefix[48]; // "jiaohao/quzhou/": before every topic
    char broker_address[64];
    uint32_t broker_port;
    char accounts[256]; // folder of password files, one per account
    uint32_t log_level;
};

// Reads path: the machine into *machine, and the section named `section` by `table` into `into`
// (custom readers get `context`). The number of faults, all printed to `out`. Sections of other
// programs are left alone.
struct machine_section {
    const char *section;
    const struct yaml_key *table;
    void *into, *context;
};
int machine_read(const char *path, struct machine *machine, const struct machine_section *section,
                 FILE *out);

// A link to the broker as this device: account and client id are its name, its password is read
// from the folder of accounts, its will says device/NAME {"online":false,…}. NULL with the reason
// logged. `kind` is "pad", "board", …; events are borrowed until bus_free.
struct bus *machine_link(const struct machine *machine, struct loop *loop, const char *name,
                         const char *kind, const struct bus_events *events);
// Publishes device/NAME, retained: faults is a comma-separated list of words, "" = none.
int machine_report(const struct machine *machine, struct bus *bus, const char *name,
                   const char *kind, const char *faults);
// Says what the will would say, then frees the link: a program that ends in order is no longer
// there either. NULL is fine.
void machine_leave(const struct machine *machine, struct bus *bus, const char *name,
                   const char *kind);

#endif
