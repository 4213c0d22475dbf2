// SPDX-License-Identifier: Apache-2.0
/*
 * What a request must pass, in order, before its handler sees it.
 */
#ifndef JIAOHAO_WEB_CHECKS_H
#define JIAOHAO_WEB_CHECKS_H

#include "daemon/web/request.h"

// True if all is well; else the request has been answered.
bool checks_pass(struct request *request);
// Finds out who asks from the Authorization header or the cookie.
void checks_identify(struct request *request);

#endif
