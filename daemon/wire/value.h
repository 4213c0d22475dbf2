// SPDX-License-Identifier: Apache-2.0
/*
 * Small JSON values that every view is made of. Owned references, NULL only without memory: a
 * NULL put into a bigger value makes that one NULL too, so only the whole needs to be checked.
 */
#ifndef JIAOHAO_WIRE_VALUE_H
#define JIAOHAO_WIRE_VALUE_H

#include <jansson.h>
#include <stdint.h>

#include "daemon/forecast/wait.h"
#include "daemon/hall/hall.h"

// Any bytes: what is no UTF-8 comes out as '?', so that a text never takes a whole view with it.
json_t *value_text(const char *text);
json_t *value_pair(const char *zh, const char *en); // {zh, en}
json_t *value_name(const struct plan_name *name);
json_t *value_note(const struct plan_note *note);
json_t *value_time(int64_t ms);   // null for 0
json_t *value_date(int32_t date); // yyyymmdd -> "2026-11-23"
json_t *value_bits(uint32_t bits, const char *const *names);
json_t *value_named(uint32_t value, const char *const *names); // null for "" and beyond the names
// "zh,en" -> array, the language `first` before the others if it is one of them.
json_t *value_languages(const char *languages, const char *first);
json_t *value_wait(const struct wait *wait);
json_t *value_wait_new(const struct hall *hall, uint16_t service, int64_t now_ms);
json_t *value_number(const struct hall *hall, int32_t ticket);  // null for HALL_NONE
json_t *value_zone(const struct hall *hall, uint16_t zone);     // its code, null for PLAN_NONE
json_t *value_window(const struct hall *hall, uint16_t window); // its number, null for PLAN_NONE
const char *value_service_code(const struct hall *hall, const struct ticket *ticket);
const char *value_class_code(const struct hall *hall, const struct ticket *ticket);

// Whole seconds from one moment to another, 0 if it is not later.
uint32_t value_seconds(int64_t from_ms, int64_t to_ms);

// Take item; on any failure *list or *object is freed and becomes NULL. NULL stays NULL.
void value_add(json_t **list, json_t *item);
void value_set(json_t **object, const char *key, json_t *item);

#endif
