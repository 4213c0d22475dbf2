// SPDX-License-Identifier: Apache-2.0
/*
 * What answers the routes, by noun: one file each. A handler gets a request that has passed its
 * door's checks, and sees to it that exactly one reply_… is called, now or later.
 */
#ifndef JIAOHAO_WEB_HANDLERS_H
#define JIAOHAO_WEB_HANDLERS_H

#include "daemon/web/request.h"

// pages.c
void page_named(struct request *request); // the route's page
void page_asset(struct request *request); // any file the pages are made of
// hall.c
void hall_get(struct request *request);
void hall_board_link(struct request *request);
void hall_floor(struct request *request);
void hall_devices(struct request *request);
void service_stop(struct request *request);
void service_resume(struct request *request);
void notice_post(struct request *request);
void notice_delete(struct request *request);
void day_extend(struct request *request);
void clock_confirm_post(struct request *request);
// tickets.c
void ticket_take(struct request *request);
void ticket_get(struct request *request);
void ticket_cancel(struct request *request);
void ticket_return(struct request *request);
void ticket_defer(struct request *request);
void ticket_rate(struct request *request);
// windows.c
void window_get(struct request *request);
void window_queue(struct request *request);
void window_verb(struct request *request);
void window_assign(struct request *request);
void call_why(struct request *request);
// sessions.c
void session_post(struct request *request);
void session_token_post(struct request *request);
void session_get(struct request *request);
void session_delete(struct request *request);
// people.c
void people_get(struct request *request);
void people_post(struct request *request);
void people_delete(struct request *request);
// events.c
void events_get(struct request *request);
// streams.c
void stream_hall(struct request *request);
void stream_window(struct request *request);
void stream_ticket(struct request *request);
// operator.c
void operator_health(struct request *request);
void operator_metrics(struct request *request);
void operator_backup(struct request *request);
void operator_reload(struct request *request);

#endif
