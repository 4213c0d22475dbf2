// SPDX-License-Identifier: Apache-2.0
/*
 * How many messages went out today, in all and to each phone, so that nobody can run up a bill.
 * A phone is a digest under the day's key, never the number.
 */
#ifndef JIAOHAO_TELL_TALLY_H
#define JIAOHAO_TELL_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/records/record.h"

struct tally_phone {
    uint8_t digest[SECRET_HASH_BYTES];
    uint32_t count;
};

struct tally {
    int32_t date; // business day counted
    uint32_t per_phone, per_day;
    uint32_t all, phone_count, phone_room;
    struct tally_phone *phones;
};

void tally_begin(struct tally *tally, uint32_t per_phone, uint32_t per_day);
void tally_free(struct tally *tally);
// Starts afresh when the day is another.
void tally_day(struct tally *tally, int32_t date);
// Counts one to this phone if there is room; `anyway` counts one that went out before.
bool tally_take(struct tally *tally, const uint8_t digest[SECRET_HASH_BYTES], bool anyway);

#endif
