// SPDX-License-Identifier: Apache-2.0
/*
 * What the parts of the plan compiler share. Each section of hall.yaml has its own file; they run
 * in the order of struct sections, because later ones refer to earlier ones by code. All write into
 * source->plan (the plan without a day) and note their faults at the file's nodes.
 */
#ifndef JIAOHAO_PLAN_SOURCE_H
#define JIAOHAO_PLAN_SOURCE_H

#include "common/yaml.h"
#include "daemon/hall/plan.h"
#include "daemon/plan/calendar.h"
#include "daemon/plan/compile.h"

struct plan_source {
    struct plan plan; // day and spans are still empty
    struct calendar calendar;
    char *bytes;
    size_t length;
};

struct sections { // of the file; NULL = left out
    struct yaml_node *hall, *order, *rules, *calendar, *hours, *zones, *boards, *series, *classes,
        *reasons, *services, *windows, *devices, *hours_override, *messages;
};

struct order {                 // of calling: section order
    uint32_t preset;           // enum order_preset
    uint32_t secondary_weight; // permille
    uint32_t bound_milli;      // T = this x the target; 0 = no bound
};

enum order_preset { ORDER_FIRST_COME, ORDER_STRICT, ORDER_ACCUMULATING, ORDER_ALTERNATION };

struct compile {
    struct yaml_file *file;
    struct plan_source *source;
    struct plan *plan; // = &source->plan
    struct sections at;
    struct order order;
    size_t hours_choices; // for services that name none: written patterns, or "always" alone
    uint16_t override;    // pattern of all services, PLAN_NONE
    char groups[PLAN_WINDOWS_MAX][PLAN_CODE_BYTES]; // window groups by name; group = place + 1
    uint32_t group_count;
};

// --- the sections ------------------------------------------------------------------------------
void compile_hall(struct compile *c);     // hall.c: hall, order, rules
void compile_calendar(struct compile *c); // hours.c
void compile_hours(struct compile *c);    // hours.c
void compile_places(struct compile *c);   // places.c: zones, boards, series
// Whether numbers may begin with it: one or two of A-Z without I and O.
bool compile_prefix(const char *prefix);
// Adds a series with this (valid) prefix: its place, PLAN_NONE if there is no room.
uint16_t compile_new_series(struct compile *c, const char *prefix);
void compile_classes(struct compile *c);  // classes.c
void compile_reasons(struct compile *c);  // classes.c
void compile_services(struct compile *c); // services.c
void compile_windows(struct compile *c);  // windows.c
// "7" or "1-8" as numbers of windows; false if it is neither.
bool compile_numbers(const char *text, uint16_t *from, uint16_t *to);
void compile_devices(struct compile *c);  // devices.c
void compile_messages(struct compile *c); // messages.c

// --- shared: names.c ---------------------------------------------------------------------------
// Readers for tables, into struct plan_name and struct plan_note; context is the struct compile.
void compile_name(struct yaml_file *file, struct yaml_node *node, void *into, void *context);
void compile_note(struct yaml_file *file, struct yaml_node *node, void *into, void *context);

// Number of entries of a mapping, at most `most`: more is a fault and the rest is passed over.
size_t compile_entries(struct compile *c, struct yaml_node *node, size_t most);
// Copies a mapping's key as a code of at most PLAN_CODE_BYTES - 1 bytes; false + fault otherwise.
bool compile_code(struct compile *c, struct yaml_node *node, const char *key, char *into);

struct compile_list { // entries that begin with their code
    const void *first;
    size_t stride, count;
    const char *what; // "zone"
};
// Place of the code in the list, PLAN_NONE if it is not there.
uint16_t compile_find(const struct compile_list *list, const char *code);
// The same for a scalar; an unknown code is a fault that lists the known ones.
uint16_t compile_reference(struct compile *c, struct yaml_node *node,
                           const struct compile_list *list);

struct compile_list compile_zones(const struct compile *c);
struct compile_list compile_boards(const struct compile *c);
struct compile_list compile_series(const struct compile *c);
struct compile_list compile_hours_list(const struct compile *c);
struct compile_list compile_services_list(const struct compile *c);

// "08:30" in minutes, -1 if it is none; 24:00 is the end of the day.
int32_t compile_clock(const char *text, size_t length);

#endif
