// SPDX-License-Identifier: Apache-2.0
/*
 * The log: a page of it, or as a stream that can be resumed at any event.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/web/handlers.h"
#include "daemon/web/reply.h"
#include "daemon/web/sse.h"

enum { PAGE_DEFAULT = 200, PAGE_MOST = 1000 };

static void page_read(void *context, const struct journal_page *page) {
    struct request *request = context;
    json_t *list;
    json_int_t next;
    if (!request_back(request))
        return;
    if (page->error) {
        reply_problem(request, PROBLEM_BUSY);
        return;
    }
    list = json_array();
    next = *(json_int_t *)request->more;
    for (size_t i = 0; i < page->count; i++) {
        json_array_append_new(list, wire_event(&page->events[i], SEEN_BY_MANAGER));
        next = (json_int_t)page->events[i].seq;
    }
    reply_json(request, 200,
               json_pack("{s:o, s:I, s:I}", "events", list, "next_after", next, "first_known",
                         (json_int_t)page->first_known));
}

static void send_page(struct request *request, uint64_t after) {
    uint64_t limit = PAGE_DEFAULT;
    json_int_t *next = malloc(sizeof *next);
    request->more = next;
    if (!next) {
        reply_problem(request, PROBLEM_BUSY);
        return;
    }
    *next = (json_int_t)after;
    request_query_number(request, "limit", &limit);
    limit = limit < 1 ? 1 : limit > PAGE_MOST ? PAGE_MOST : limit;
    request_wait(request);
    if (!journal_read(request->web->house.journal, after, limit, page_read, request))
        return;
    request->waits = false;
    reply_problem(request, PROBLEM_BUSY);
}

static bool wants_stream(const struct request *request) {
    const char *accept = request_header(request, "Accept");
    return accept && strstr(accept, "text/event-stream");
}

// A reader that asks from a place that is none must not get another without a word.
static bool after_is_wrong(struct request *request) {
    static const struct wire_fault fault = {.key = "after",
                                            .text = "Send the seq of the last event that you have.",
                                            .text_zh = "请填写已收到的最后一个事件的 seq。"};
    char text[512];
    uint64_t after;
    if (!request_query(request, "after", text, sizeof text) ||
        request_query_number(request, "after", &after))
        return false;
    reply_fault(request, PROBLEM_VALUE, &fault);
    return true;
}

void events_get(struct request *request) {
    const char *last = request_header(request, "Last-Event-ID");
    uint64_t after = web_hall(request->web)->seq;
    bool named = request_query_number(request, "after", &after);
    if (after_is_wrong(request))
        return;
    if (last && strlen(last) < 20 && strspn(last, "0123456789") == strlen(last) && last[0])
        after = strtoull(last, NULL, 10);
    if (after > INT64_MAX)
        after = INT64_MAX;
    if (wants_stream(request))
        streams_open(request, STREAM_EVENTS, after);
    else
        send_page(request, named ? after : 0);
}
