// SPDX-License-Identifier: Apache-2.0
/*
 * An act of a lead or manager: a command with its line in the audit.
 */
#ifndef JIAOHAO_WEB_ACT_H
#define JIAOHAO_WEB_ACT_H

#include "daemon/web/request.h"

// As request_ask, with "who did what to which" written beside it. request->done is set before.
void act_ask(struct request *request, struct command *command, const char *what, const char *which);

#endif
