// SPDX-License-Identifier: Apache-2.0
/*
 * Which stream a request asks for.
 */
#include "daemon/web/handlers.h"
#include "daemon/web/reply.h"
#include "daemon/web/sse.h"

void stream_hall(struct request *request) {
    streams_open(request, STREAM_HALL, 0);
}

void stream_ticket(struct request *request) {
    streams_open(request, STREAM_TICKET, 0);
}

// At the staff door: a window for staff, else what the public door streams.
void stream_window(struct request *request) {
    struct refusal refusal = {.code = REFUSED_NO_WINDOW};
    uint64_t number;
    if (!request_query_number(request, "window", &number)) {
        stream_hall(request);
        return;
    }
    if (!request_is_least(request, ROLE_STAFF)) {
        reply_problem(request, request->signed_in ? PROBLEM_ROLE : PROBLEM_NOT_SIGNED_IN);
        return;
    }
    request->at.n = number > 9999 ? 0 : (uint16_t)number;
    if (plan_window_at(&web_hall(request->web)->plan, request->at.n) == PLAN_NONE)
        reply_refusal(request, &refusal, NULL);
    else
        streams_open(request, STREAM_WINDOW, 0);
}
