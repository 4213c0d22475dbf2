// SPDX-License-Identifier: Apache-2.0
/*
 * In China (+86) only mobile numbers (11 digits, 13 to 19) receive messages and only they pass:
 * service numbers of other lengths are where bills are run up. Elsewhere E.164 sets the length.
 *
 * Must not: log or keep a number.
 */
#include "daemon/records/phone.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PLAIN_DIGITS = 11, OWN_LEAST = 6, OWN_AND_PREFIX_MOST = 15, PREFIX_MOST = 5 };

static const char digits[] = "0123456789";

static bool is_china(const char *prefix, size_t length) {
    return length == 3 && memcmp(prefix, "+86", 3) == 0;
}

static bool own_is_good(const char *number, size_t prefix) {
    const char *own = number + prefix;
    size_t length = strlen(own);
    if (is_china(number, prefix))
        return length == PLAIN_DIGITS && own[0] == '1' && own[1] >= '3';
    return length >= OWN_LEAST && length + prefix - 1 <= OWN_AND_PREFIX_MOST && own[0] != '0';
}

int phone_normal(const char *countries, const char *typed, char out[PHONE_BYTES]) {
    size_t length = strlen(typed), first = strcspn(countries, ",");
    bool whole = typed[0] == '+';
    if (length < OWN_LEAST || length > OWN_AND_PREFIX_MOST + 1 ||
        strspn(typed + whole, digits) != length - whole)
        return -EINVAL;
    if (!whole && length != PLAIN_DIGITS)
        return -EINVAL;
    snprintf(out, PHONE_BYTES, "%.*s%s", whole ? 0 : (int)first, countries, typed);
    for (const char *at = countries; *at; at += *at == ',') {
        size_t prefix = strcspn(at, ",");
        if (strncmp(out, at, prefix) == 0)
            return own_is_good(out, prefix) ? 0 : -EINVAL;
        at += prefix;
    }
    return -EPERM;
}

bool phone_countries_are_good(const char *countries) {
    for (const char *at = countries;; at++) {
        size_t length = strcspn(at, ",");
        if (length < 2 || length > PREFIX_MOST || at[0] != '+' || at[1] == '0' ||
            strspn(at + 1, digits) < length - 1)
            return false;
        at += length;
        if (!*at)
            return true;
    }
}
