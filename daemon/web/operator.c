// SPDX-License-Identifier: Apache-2.0
/*
 * The operator's door: is the hall ready, figures in Prometheus's text format, a copy of the
 * database, reading the files again.
 */
#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/web/handlers.h"
#include "daemon/web/limits.h"
#include "daemon/web/reply.h"
#include "daemon/web/sse.h"

enum { TEXT_ROOM = 8192, PATH_ROOM = 512 };

bool web_is_unwell(const struct web *web, char *reason, size_t room) {
    const struct web_house *house = &web->house;
    const char *why = "";
    reason[0] = 0;
    if (house->health)
        house->health(house->context, reason, room);
    if (pipeline_is_stuck(house->pipeline, &why) && !reason[0])
        snprintf(reason, room, "%s", why && *why ? why : "nothing can be stored");
    return reason[0] != 0;
}

void operator_health(struct request *request) {
    char reason[HEALTH_ROOM];
    if (web_is_unwell(request->web, reason, sizeof reason))
        reply_json(request, 503, json_pack("{s:b, s:[s]}", "ready", 0, "reasons", reason));
    else
        reply_json(request, 200, json_pack("{s:b}", "ready", 1));
}

// --- figures -----------------------------------------------------------------------------------

static void head(struct evbuffer *out, const char *name, const char *type, const char *help) {
    evbuffer_add_printf(out, "# HELP jiaohao_%s %s\n# TYPE jiaohao_%s %s\n", name, help, name,
                        type);
}

static void counter(struct evbuffer *out, const char *name, const char *help, uint64_t value) {
    head(out, name, "counter", help);
    evbuffer_add_printf(out, "jiaohao_%s %llu\n", name, (unsigned long long)value);
}

static void gauge(struct evbuffer *out, const char *name, const char *help, double value) {
    head(out, name, "gauge", help);
    evbuffer_add_printf(out, "jiaohao_%s %.17g\n", name, value);
}

static void web_figures(const struct web *web, struct evbuffer *out) {
    struct stream_figures streams;
    streams_figures(web->streams, &streams);
    head(out, "http_requests_total", "counter", "Answers by class of status.");
    for (int i = 2; i < 6; i++)
        evbuffer_add_printf(out, "jiaohao_http_requests_total{status=\"%dxx\"} %llu\n", i,
                            (unsigned long long)web->answered[i]);
    head(out, "http_refusals_total", "counter", "Refusals by code.");
    for (int i = 0; i < WEB_CODES; i++)
        if (web->refused[i])
            evbuffer_add_printf(out, "jiaohao_http_refusals_total{code=\"%d\"} %llu\n", i,
                                (unsigned long long)web->refused[i]);
    gauge(out, "http_connections", "Open connections.", clients_count(web->clients));
    counter(out, "http_turned_away_total", "Connections over a bound.", web->turned_away);
    counter(out, "http_cut_total", "Connections cut at a deadline.", web->cut);
    gauge(out, "streams", "Open event streams.", streams.open);
    counter(out, "streams_opened_total", "Event streams opened.", streams.opened);
    counter(out, "streams_dropped_total", "Event streams dropped for not keeping up.",
            streams.dropped);
    counter(out, "stream_frames_total", "Frames made for streams.", streams.frames);
}

static void pipeline_text(const struct pipeline *pipeline, struct evbuffer *out) {
    struct pipeline_figures f;
    const char *why;
    pipeline_figures(pipeline, &f);
    counter(out, "commands_total", "Commands asked.", f.asked);
    counter(out, "commands_done_total", "Commands done.", f.done);
    counter(out, "commands_refused_total", "Commands refused by the hall.", f.refused);
    counter(out, "commands_repeated_total", "Commands answered from their key.", f.repeated);
    counter(out, "commands_not_stored_total", "Commands that could not be stored.", f.not_stored);
    counter(out, "commands_unknown_total", "Commands of unknown outcome.", f.unknown);
    counter(out, "commands_busy_total", "Commands turned away as too many.", f.busy);
    counter(out, "batches_total", "Batches committed.", f.batches);
    gauge(out, "batch_largest", "Most commands in one batch.", (double)f.largest_batch);
    gauge(out, "stuck", "Whether nothing can be stored just now.",
          pipeline_is_stuck(pipeline, &why));
}

static void journal_text(const struct journal *journal, struct evbuffer *out) {
    struct journal_figures f;
    journal_figures(journal, &f);
    counter(out, "journal_commits_total", "Transactions committed.", f.commits);
    counter(out, "journal_events_total", "Events committed.", f.events);
    counter(out, "journal_rows_total", "Rows committed.", f.rows);
    counter(out, "journal_refused_total", "Transactions rolled back.", f.refused);
    counter(out, "journal_unknown_total", "Transactions of unknown outcome.", f.unknown);
    counter(out, "journal_reopened_total", "Times the database was reopened.", f.reopened);
    head(out, "journal_commit_seconds_total", "counter", "Time spent committing.");
    evbuffer_add_printf(out, "jiaohao_journal_commit_seconds_total %.6f\n",
                        (double)f.commit_us_sum / 1e6);
    gauge(out, "journal_commit_seconds_max", "The longest commit.", (double)f.commit_us_most / 1e6);
}

static void hall_text(const struct hall *hall, struct evbuffer *out) {
    unsigned windows[WINDOW_STATES] = {0};
    uint64_t issued = 0, waiting = 0;
    for (uint32_t i = 0; i < hall->plan.service_count; i++) {
        issued += hall->services[i].issued;
        waiting += hall->services[i].waiting;
    }
    for (uint32_t i = 0; i < hall->plan.window_count; i++)
        windows[hall->windows[i].state % WINDOW_STATES]++;
    gauge(out, "day_open", "Whether a business day is open.", hall->day_open);
    gauge(out, "tickets_issued", "Tickets issued today.", (double)issued);
    gauge(out, "tickets_waiting", "People waiting.", (double)waiting);
    gauge(out, "log_seq", "Sequence number of the last event.", (double)hall->seq);
    head(out, "windows", "gauge", "Windows by state.");
    for (unsigned i = 0; i < WINDOW_STATES; i++)
        evbuffer_add_printf(out, "jiaohao_windows{state=\"%s\"} %u\n", window_state_names[i],
                            windows[i]);
}

static void more_text(const struct web_house *house, struct evbuffer *out) {
    char text[TEXT_ROOM] = "";
    if (!house->figures)
        return;
    house->figures(house->context, text, sizeof text);
    evbuffer_add(out, text, strlen(text));
}

void operator_metrics(struct request *request) {
    const struct web_house *house = &request->web->house;
    struct evbuffer *out = evbuffer_new();
    if (!out) {
        reply_problem(request, PROBLEM_BUSY);
        return;
    }
    web_figures(request->web, out);
    pipeline_text(house->pipeline, out);
    journal_text(house->journal, out);
    hall_text(web_hall(request->web), out);
    more_text(house, out);
    reply_text(request, "text/plain; version=0.0.4; charset=utf-8", out);
    evbuffer_free(out);
}

// --- acts --------------------------------------------------------------------------------------

static void backed_up(void *context, int error) {
    struct request *request = context;
    struct wire_fault fault = {.key = "path"};
    if (!request_back(request))
        return;
    if (!error) {
        reply_json(request, 200, json_pack("{s:b}", "done", 1));
        return;
    }
    snprintf(fault.text, sizeof fault.text, "The copy was not made: %s.", strerror(-error));
    snprintf(fault.text_zh, sizeof fault.text_zh, "备份未完成。");
    reply_fault(request, PROBLEM_VALUE, &fault);
}

void operator_backup(struct request *request) {
    struct wire_fault fault = {.key = "path",
                               .text = "Send the whole path of a new file.",
                               .text_zh = "请填写新文件的完整路径。"};
    bool wrong = false;
    const char *path = request_text(request, "path", PATH_ROOM, &wrong);
    if (!path || path[0] != '/') {
        reply_fault(request, PROBLEM_VALUE, &fault);
        return;
    }
    request_wait(request);
    if (!journal_backup(request->web->house.journal, path, backed_up, request))
        return;
    request->waits = false;
    reply_problem(request, PROBLEM_BUSY);
}

void operator_reload(struct request *request) {
    const struct web_house *house = &request->web->house;
    char faults[TEXT_ROOM] = "", *rest = faults;
    json_t *list = json_array();
    int count = house->reload ? house->reload(house->context, faults, sizeof faults) : 0;
    for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n"))
        if (line[0])
            json_array_append_new(list, json_string(line));
    if (count < 0)
        json_array_append_new(list, json_string(strerror(-count)));
    reply_json(request, 200, json_pack("{s:o}", "faults", list));
}
