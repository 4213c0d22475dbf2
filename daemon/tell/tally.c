// SPDX-License-Identifier: Apache-2.0
/*
 * A list searched from its beginning: at most as many phones as messages of a day, and a search of
 * thousands costs microseconds where a program is started for each.
 *
 * Invariant: the day's sum is the sum over the phones. Without memory to count, nothing is sent.
 */
#include "daemon/tell/tally.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_AT_FIRST = 64 };

void tally_begin(struct tally *tally, uint32_t per_phone, uint32_t per_day) {
    *tally = (struct tally){.per_phone = per_phone, .per_day = per_day};
}

void tally_free(struct tally *tally) {
    free(tally->phones);
    tally->phones = NULL;
}

void tally_day(struct tally *tally, int32_t date) {
    if (tally->date == date)
        return;
    tally->date = date;
    if (tally->phones)
        memset(tally->phones, 0, tally->phone_room * sizeof *tally->phones);
    tally->all = tally->phone_count = 0;
}

static struct tally_phone *find(const struct tally *tally, const uint8_t *digest) {
    for (uint32_t i = 0; i < tally->phone_count; i++)
        if (memcmp(tally->phones[i].digest, digest, SECRET_HASH_BYTES) == 0)
            return &tally->phones[i];
    return NULL;
}

static struct tally_phone *add(struct tally *tally, const uint8_t *digest) {
    struct tally_phone *phone;
    if (tally->phone_count == tally->phone_room) {
        uint32_t room = tally->phone_room ? 2 * tally->phone_room : ROOM_AT_FIRST;
        struct tally_phone *more = realloc(tally->phones, room * sizeof *more);
        if (!more)
            return NULL;
        tally->phones = more;
        tally->phone_room = room;
    }
    phone = &tally->phones[tally->phone_count++];
    memcpy(phone->digest, digest, SECRET_HASH_BYTES);
    phone->count = 0;
    return phone;
}

bool tally_take(struct tally *tally, const uint8_t digest[SECRET_HASH_BYTES], bool anyway) {
    struct tally_phone *phone = find(tally, digest);
    if (!anyway && (tally->all >= tally->per_day || (phone && phone->count >= tally->per_phone)))
        return false;
    if (!phone)
        phone = add(tally, digest);
    if (!phone)
        return false;
    phone->count++;
    tally->all++;
    return true;
}
