// SPDX-License-Identifier: Apache-2.0
/*
 * Phone numbers as people type them, made one form (E.164, "+8613…"), and only of the countries the
 * hall sends to: a number far away can cost a hundred times as much. Pure.
 */
#ifndef JIAOHAO_RECORDS_PHONE_H
#define JIAOHAO_RECORDS_PHONE_H

#include <stdbool.h>

enum { PHONE_BYTES = 20 };

// `countries`: prefixes such as "+86,+852", the first is that of numbers of plain 11 digits. 0 and
// the number in *out; -EINVAL if it is none, -EPERM if it is of another country.
int phone_normal(const char *countries, const char *typed, char out[PHONE_BYTES]);

// Whether the list is one: "+" and 1 to 4 digits each, at least one, separated by commas.
bool phone_countries_are_good(const char *countries);

#endif
