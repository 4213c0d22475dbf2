// SPDX-License-Identifier: Apache-2.0
/*
 * Acknowledgements and news of devices as commands. Pure: payload in, commands out.
 */
#ifndef JIAOHAO_TELL_NEWS_H
#define JIAOHAO_TELL_NEWS_H

#include <jansson.h>

#include "daemon/hall/hall.h"

enum { NEWS_COMMANDS_MAX = 2 };

// ack/{device}: fills *command. NULL, or what is wrong with it.
const char *news_ack(const json_t *body, const struct plan_device *device, struct command *command);

// device/{device}: what it leads to, nothing when the hall knows it already. NULL, or what is
// wrong.
const char *news_device(const json_t *body, const struct hall *hall,
                        const struct plan_device *device, struct command *commands, size_t *count);

#endif
