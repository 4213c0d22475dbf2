// SPDX-License-Identifier: Apache-2.0
/*
 * What sessions ask for besides requests: the expired are deleted, those in use at a busy window
 * live on.
 */
#ifndef JIAOHAO_WEB_SESSIONS_H
#define JIAOHAO_WEB_SESSIONS_H

struct web;

void sessions_tidy(struct web *web);      // each second
void sessions_cut_loose(struct web *web); // when the web ends

#endif
