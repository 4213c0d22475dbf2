// SPDX-License-Identifier: Apache-2.0
/*
 * How long somebody will wait, as a range: people ahead, the usual service time and the windows
 * that can serve them. Pure.
 */
#ifndef JIAOHAO_FORECAST_WAIT_H
#define JIAOHAO_FORECAST_WAIT_H

#include "daemon/hall/hall.h"

enum wait_kind { WAIT_RANGE, WAIT_PAUSED, WAIT_NOT_TODAY };

struct wait {
    enum wait_kind kind;
    uint32_t low_s, high_s; // whole five minutes, high at least 300, at most 3600 ("more than")
};

// For a waiting ticket, and for one issued now.
void wait_of(const struct hall *hall, int32_t ticket, int64_t now_ms, struct wait *out);
void wait_of_new(const struct hall *hall, uint16_t service, uint8_t klass, int64_t now_ms,
                 struct wait *out);

#endif
