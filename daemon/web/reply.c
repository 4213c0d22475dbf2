// SPDX-License-Identifier: Apache-2.0
/*
 * Answers, and the problems of the doors as a table: number, status, words in both languages. Every
 * answer says its type, may not be framed, sniffed or cached, and is counted. Nothing that a client
 * sent is ever put into an answer but by the JSON encoder.
 */
#include "daemon/web/reply.h"

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/web/limits.h"

static const struct wire_problem problems[] = {
    {.code = PROBLEM_BODY,
     .status = 400,
     .name = "bad-body",
     .title = "The body is not what was expected",
     .detail = "Send one JSON object.",
     .title_zh = "内容格式不对",
     .detail_zh = "请发送一个 JSON 对象。"},
    {.code = PROBLEM_CONTENT_TYPE,
     .status = 415,
     .name = "content-type",
     .title = "Wrong content type",
     .detail = "Send application/json.",
     .title_zh = "内容类型不对",
     .detail_zh = "请使用 application/json。"},
    {.code = PROBLEM_TOO_LARGE,
     .status = 413,
     .name = "too-large",
     .title = "The request is too large",
     .detail = "Send at most 64 KiB.",
     .title_zh = "内容过大",
     .detail_zh = "最多 64 KiB。"},
    {.code = PROBLEM_NO_PATH,
     .status = 404,
     .name = "no-such-path",
     .title = "There is nothing here",
     .detail = "Check the address.",
     .title_zh = "没有这个页面",
     .detail_zh = "请检查网址。"},
    {.code = PROBLEM_METHOD,
     .status = 405,
     .name = "method-not-allowed",
     .title = "This cannot be done here",
     .detail = "See the Allow header.",
     .title_zh = "不支持此操作",
     .detail_zh = "请参见 Allow 标头。"},
    {.code = PROBLEM_KEY_REUSED,
     .status = 422,
     .name = "key-reused",
     .title = "This key was used for another request",
     .detail = "Take a new Idempotency-Key.",
     .title_zh = "请求编号已用于其他内容",
     .detail_zh = "请换一个 Idempotency-Key。"},
    {.code = PROBLEM_VALUE,
     .status = 422,
     .name = "bad-value",
     .title = "A value is not right",
     .detail = "See key.",
     .title_zh = "填写内容有误",
     .detail_zh = "请检查该项。"},
    {.code = PROBLEM_KEY,
     .status = 400,
     .name = "bad-idempotency-key",
     .title = "The Idempotency-Key is malformed",
     .detail = "Send 1 to 79 printable ASCII characters without spaces.",
     .title_zh = "请求编号格式不对",
     .detail_zh = "请使用 1 到 79 个可见 ASCII 字符。"},
    {.code = PROBLEM_TOO_MANY,
     .status = 429,
     .name = "too-many",
     .title = "Too many requests",
     .detail = "Wait a moment.",
     .title_zh = "请求过多",
     .detail_zh = "请稍候再试。"},
    {.code = PROBLEM_NOT_SIGNED_IN,
     .status = 401,
     .name = "not-signed-in",
     .title = "Nobody is signed in",
     .detail = "Sign in first.",
     .title_zh = "尚未登录",
     .detail_zh = "请先登录。"},
    {.code = PROBLEM_ROLE,
     .status = 403,
     .name = "not-allowed",
     .title = "You may not do this",
     .detail = "Ask your lead.",
     .title_zh = "您没有此权限",
     .detail_zh = "请联系负责人。"},
    {.code = PROBLEM_WRONG_PIN,
     .status = 401,
     .name = "wrong-pin",
     .title = "Wrong name or PIN",
     .detail = "Try again.",
     .title_zh = "姓名或密码不对",
     .detail_zh = "请重试。"},
    {.code = PROBLEM_TRY_LATER,
     .status = 429,
     .name = "try-later",
     .title = "Too many wrong PINs",
     .detail = "Wait before the next try.",
     .title_zh = "多次输入错误",
     .detail_zh = "请稍候再试。"},
    {.code = PROBLEM_FOREIGN,
     .status = 403,
     .name = "foreign",
     .title = "This request comes from elsewhere",
     .detail = "Open the page at the hall's own address.",
     .title_zh = "来源不被接受",
     .detail_zh = "请使用大厅的网址。"},
    {.code = PROBLEM_TOKEN,
     .status = 401,
     .name = "ticket-over",
     .title = "This ticket is unknown or over",
     .detail = "Take a new number.",
     .title_zh = "号码不存在或已结束",
     .detail_zh = "请重新取号。"},
    {.code = PROBLEM_WINDOW_CLAIMED,
     .status = 409,
     .name = "window-claimed",
     .title = "Somebody else is signed in at this window",
     .detail = "They sign out first, or you take it over while nobody is being served.",
     .title_zh = "此窗口已有人登录",
     .detail_zh = "请对方先退出, 或在无人办理时接管。"},
    {.code = PROBLEM_NO_SPACE,
     .status = 507,
     .name = "not-stored",
     .title = "This could not be stored and was not done",
     .detail = "Try again; tell whoever looks after the machine.",
     .title_zh = "未能保存, 操作未执行",
     .detail_zh = "请重试, 并通知设备管理员。"},
    {.code = PROBLEM_UNKNOWN,
     .status = 503,
     .name = "outcome-unknown",
     .title = "It is not known whether this was done",
     .detail = "Repeat with the same Idempotency-Key.",
     .title_zh = "结果未知",
     .detail_zh = "请用同一请求编号重试。"},
    {.code = PROBLEM_BUSY,
     .status = 503,
     .name = "busy",
     .title = "The hall is busy",
     .detail = "Try again in a second.",
     .title_zh = "系统繁忙",
     .detail_zh = "请稍候再试。"},
};

static const struct wire_problem *problem_of(unsigned code) {
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
        if (problems[i].code == code)
            return &problems[i];
    return problem_of(PROBLEM_BUSY);
}

void reply_header(struct request *request, const char *name, const char *value) {
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request->http);
    evhttp_remove_header(headers, name);
    evhttp_add_header(headers, name, value);
}

void reply_secure(struct evhttp_request *http) {
    static const char *const headers[][2] = {
        {"Content-Security-Policy", REPLY_CSP},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cache-Control", "no-store"},
    };
    struct evkeyvalq *out = evhttp_request_get_output_headers(http);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        if (!evhttp_find_header(out, headers[i][0])) // a page brings its own
            evhttp_add_header(out, headers[i][0], headers[i][1]);
}

// Sends `body` (borrowed) and ends the request. A HEAD gets the length and nothing else.
static void send_reply(struct request *request, int status, struct evbuffer *body) {
    struct web *web = request->web;
    struct evhttp_request *http = request->http;
    char length[24];
    snprintf(length, sizeof length, "%zu", body ? evbuffer_get_length(body) : 0);
    if (status != 204 && status != 304)
        reply_header(request, "Content-Length", length);
    reply_secure(http);
    web->answered[status / 100]++;
    if (request->client)
        client_answers(request->client, http);
    request_free(request);
    if (evhttp_request_get_command(http) == EVHTTP_REQ_HEAD)
        body = NULL;
    evhttp_send_reply(http, status, NULL, body);
}

void reply_empty(struct request *request, int status) {
    send_reply(request, status, NULL);
}

void reply_text(struct request *request, const char *type, struct evbuffer *text) {
    reply_header(request, "Content-Type", type);
    send_reply(request, 200, text);
}

void reply_bytes(struct request *request, int status, const char *type, const void *bytes,
                 size_t length) {
    struct evbuffer *body = evbuffer_new();
    if (body)
        evbuffer_add_reference(body, bytes, length, NULL, NULL);
    reply_header(request, "Content-Type", type);
    send_reply(request, body ? status : 503, body);
    if (body)
        evbuffer_free(body);
}

static void free_text(const void *bytes, size_t length, void *context) {
    (void)bytes;
    (void)length;
    free(context);
}

static void send_json(struct request *request, int status, const char *type, json_t *json) {
    struct evbuffer *body = evbuffer_new();
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    if (!body || !text || evbuffer_add_reference(body, text, strlen(text), free_text, text)) {
        free(text);
        status = 503;
    }
    reply_header(request, "Content-Type", type);
    send_reply(request, status, body);
    if (body)
        evbuffer_free(body);
}

void reply_json(struct request *request, int status, json_t *body) {
    send_json(request, status, "application/json", body);
}

// --- problems ----------------------------------------------------------------------------------

static void send_problem(struct request *request, const struct wire_problem *problem) {
    request->web->refused[problem->code % WEB_CODES]++;
    if (problem->status == 401)
        reply_header(request, "WWW-Authenticate", "Bearer");
    send_json(request, problem->status, "application/problem+json", wire_problem(problem));
}

void reply_problem(struct request *request, unsigned code) {
    if (code == PROBLEM_BUSY)
        reply_header(request, "Retry-After", "1");
    send_problem(request, problem_of(code));
}

void reply_fault(struct request *request, unsigned code, const struct wire_fault *fault) {
    struct wire_problem problem = *problem_of(code);
    problem.key = fault->key[0] ? fault->key : NULL;
    if (fault->text[0])
        problem.detail = fault->text;
    if (fault->text_zh[0])
        problem.detail_zh = fault->text_zh;
    send_problem(request, &problem);
}

void reply_later(struct request *request, unsigned code, int64_t after_ms) {
    char seconds[24];
    snprintf(seconds, sizeof seconds, "%lld", (long long)(after_ms + 999) / 1000);
    reply_header(request, "Retry-After", seconds);
    send_problem(request, problem_of(code));
}

void reply_refusal(struct request *request, const struct refusal *refusal, json_t *shown) {
    int status = refusal_text(refusal->code)->http;
    request->web->refused[refusal->code % WEB_CODES]++;
    send_json(request, status, "application/problem+json", wire_refusal(refusal, shown));
}

void reply_not_done(struct request *request, const struct answer *answer) {
    static const unsigned codes[] = {
        [ANSWER_KEY_REUSED] = PROBLEM_KEY_REUSED,
        [ANSWER_NOT_STORED] = PROBLEM_NO_SPACE,
        [ANSWER_UNKNOWN] = PROBLEM_UNKNOWN,
        [ANSWER_BUSY] = PROBLEM_BUSY,
    };
    json_t *shown = NULL;
    if (answer->kind != ANSWER_REFUSED) {
        reply_problem(request, codes[answer->kind]);
        return;
    }
    // What the clerk sees has changed: show what it is now.
    if (answer->refusal.code == REFUSED_WINDOW_CHANGED && request->at.n) {
        struct wire_place place = web_place(request->web, answer->hall);
        shown = web_window(&place, request->at.n);
    }
    reply_refusal(request, &answer->refusal, shown);
}
