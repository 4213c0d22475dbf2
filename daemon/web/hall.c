// SPDX-License-Identifier: Apache-2.0
/*
 * The hall as a whole: what it shows, and what a lead may do to it. Each act leaves a line in the
 * audit, in the same transaction.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/web/act.h"
#include "daemon/web/handlers.h"
#include "daemon/web/reply.h"

void hall_get(struct request *request) {
    struct wire_place place = web_place(request->web, web_hall(request->web));
    reply_json(request, 200, wire_hall(&place));
}

// What the operator's door says of the house is what a lead should know too.
void hall_floor(struct request *request) {
    struct wire_place place = web_place(request->web, web_hall(request->web));
    reply_json(request, 200, wire_floor(&place));
}

void hall_devices(struct request *request) {
    struct wire_place place = web_place(request->web, web_hall(request->web));
    reply_json(request, 200, wire_devices(&place));
}

// --- acts --------------------------------------------------------------------------------------

static bool fill(struct request *request, struct command *command) {
    struct wire_fault fault = {0};
    if (!wire_command(request->body, command, NULL, &fault))
        return true;
    reply_fault(request, PROBLEM_VALUE, &fault);
    return false;
}

void act_ask(struct request *request, struct command *command, const char *what,
             const char *which) {
    struct row row = {.kind = ROW_AUDIT};
    struct row_audit *audit = &row.u.audit;
    audit->at_ms = web_now(request->web);
    audit->actor = request->signed_in ? request->person.id : 0;
    snprintf(audit->what, sizeof audit->what, "%s", what);
    snprintf(audit->which, sizeof audit->which, "%s", which);
    request_ask(request, command, &row, 1);
}

static void service_done(struct request *request, const struct answer *answer) {
    struct wire_place place = web_place(request->web, answer->hall);
    uint16_t service = plan_service_at(&answer->hall->plan, request->at.code);
    reply_json(request, 200,
               service == PLAN_NONE ? json_object()
                                    : json_pack("{s:o}", "service", wire_service(&place, service)));
}

static void service_act(struct request *request, unsigned kind, const char *what) {
    struct command command = {.kind = (uint16_t)kind};
    if (!fill(request, &command))
        return;
    snprintf(command.service, sizeof command.service, "%s", request->at.code);
    request->done = service_done;
    act_ask(request, &command, what, request->at.code);
}

void service_stop(struct request *request) {
    service_act(request, COMMAND_STOP_SERVICE, "service.stop");
}

void service_resume(struct request *request) {
    service_act(request, COMMAND_RESUME_SERVICE, "service.resume");
}

static void notice_done(struct request *request, const struct answer *answer) {
    reply_json(request, 201, json_pack("{s:I}", "id", (json_int_t)answer->first));
}

void notice_post(struct request *request) {
    struct command command = {.kind = COMMAND_POST_NOTICE};
    if (!fill(request, &command))
        return;
    request->done = notice_done;
    act_ask(request, &command, "notice.post", "");
}

static void done_silently(struct request *request, const struct answer *answer) {
    (void)answer;
    reply_empty(request, 204);
}

void notice_delete(struct request *request) {
    struct command command = {.kind = COMMAND_WITHDRAW_NOTICE, .notice = request->at.seq};
    char which[24];
    snprintf(which, sizeof which, "%llu", (unsigned long long)request->at.seq);
    request->done = done_silently;
    act_ask(request, &command, "notice.withdraw", which);
}

static void day_done(struct request *request, const struct answer *answer) {
    struct wire_place place = web_place(request->web, answer->hall);
    reply_json(request, 200, wire_hall(&place));
}

void day_extend(struct request *request) {
    struct command command = {.kind = COMMAND_EXTEND_DAY};
    if (!fill(request, &command))
        return;
    request->done = day_done;
    act_ask(request, &command, "day.extend", "");
}

// The day stood still while the wall clock was in doubt; whoever confirms it is in the audit.
void clock_confirm_post(struct request *request) {
    const struct web_house *house = &request->web->house;
    struct command command = {.kind = COMMAND_CLEAR_ALARM, .code = "clock"};
    if (!fill(request, &command))
        return;
    if (house->confirm_clock)
        house->confirm_clock(house->context);
    request->done = day_done;
    act_ask(request, &command, "clock.confirm", "");
}

// --- the broker, for board pages -----------------------------------------------------------------

// One line "account:password" of the pool, by turns; two pages with one account would throw each
// other out, so a hall has more lines than pages.
static bool lend_account(struct web *web, char out[128]) {
    FILE *file = fopen(web->house.config->broker.pages_file, "re");
    uint64_t lines = 0, wanted;
    bool found = false;
    if (!file)
        return false;
    while (fgets(out, 128, file))
        lines += strchr(out, ':') != NULL;
    rewind(file);
    wanted = lines ? web->lent++ % lines : 0;
    while (!found && fgets(out, 128, file))
        found = strchr(out, ':') && wanted-- == 0;
    fclose(file);
    out[strcspn(out, "\r\n")] = 0;
    return found;
}

static void broker_url(const struct request *request, char out[192]) {
    const struct config_broker *broker = &request->web->house.config->broker;
    const char *host = request_header(request, "Host");
    size_t length = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    if (broker->pages_url[0])
        snprintf(out, 192, "%s", broker->pages_url);
    else
        snprintf(out, 192, "ws://%.*s:%u", (int)(length < 128 ? length : 128), host,
                 (unsigned)broker->pages_port);
}

void hall_board_link(struct request *request) {
    struct web *web = request->web;
    const struct plan *plan = &web_hall(web)->plan;
    struct wire_place place = web_place(web, web_hall(web));
    json_t *hall, *link;
    char account[128], url[192], prefix[64], *password;
    if (!lend_account(web, account)) {
        reply_problem(request, PROBLEM_BUSY);
        return;
    }
    password = strchr(account, ':');
    *password++ = 0;
    broker_url(request, url);
    snprintf(prefix, sizeof prefix, "jiaohao/%s/", plan->code);
    hall = wire_hall(&place);
    link =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:O*, s:O*, s:O*}", "prefix", prefix, "url", url,
                  "account", account, "password", password, "accent", plan->accent, "timezone",
                  plan->timezone, "languages", json_object_get(hall, "languages"), "name",
                  json_object_get(hall, "name"), "zones", json_object_get(hall, "zones"));
    json_decref(hall);
    reply_json(request, 200, link);
}
