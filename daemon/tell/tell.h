// SPDX-License-Identifier: Apache-2.0
/*
 * The hall's side of the broker. Out: every committed event by sequence with a cursor, calls, and
 * retained state. In: commands of pads, acknowledgements, device news, each only for the device the
 * broker has authenticated (its name is in the topic, and the ACL guards the topic).
 */
#ifndef JIAOHAO_TELL_TELL_H
#define JIAOHAO_TELL_TELL_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/config.h"
#include "daemon/records/record.h"

struct loop;
struct pipeline;
struct journal;
struct people;
struct secrets;
struct tell;

struct tell_house { // all borrowed
    struct loop *loop;
    struct pipeline *pipeline;
    struct journal *journal;
    struct people *people;
    struct secrets *secrets;
    const struct config *config;
};

// Connects and goes on by itself; reads its cursor from the journal. 0 or -errno.
int tell_new(struct tell **tell, const struct tell_house *house);
void tell_free(struct tell *tell); // NULL is fine

struct tell_figures {
    uint64_t published, refused_payloads, commands, acknowledgements, resumed;
    uint64_t cursor;                      // last seq that the broker has
    uint64_t deliveries[DELIVERY_STATES]; // since the start, but those waiting: now
    uint64_t delivery_retries;
    bool up;
};
void tell_figures(const struct tell *tell, struct tell_figures *out);

#endif
