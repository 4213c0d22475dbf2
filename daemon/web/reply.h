// SPDX-License-Identifier: Apache-2.0
/*
 * The answers: each of these ends its request. All carry the security headers.
 */
#ifndef JIAOHAO_WEB_REPLY_H
#define JIAOHAO_WEB_REPLY_H

#include "daemon/web/request.h"

enum { // problems of the doors; the hall's own are in daemon/hall/refusal.h
    PROBLEM_BODY = 701,
    PROBLEM_CONTENT_TYPE = 702,
    PROBLEM_TOO_LARGE = 703,
    PROBLEM_NO_PATH = 704,
    PROBLEM_METHOD = 705,
    PROBLEM_KEY_REUSED = 706,
    PROBLEM_VALUE = 707,
    PROBLEM_KEY = 708,
    PROBLEM_TOO_MANY = 709,
    PROBLEM_NOT_SIGNED_IN = 801,
    PROBLEM_ROLE = 802,
    PROBLEM_WRONG_PIN = 803,
    PROBLEM_TRY_LATER = 804,
    PROBLEM_FOREIGN = 805,
    PROBLEM_TOKEN = 806,
    PROBLEM_WINDOW_CLAIMED = 807,
    PROBLEM_NO_SPACE = 901,
    PROBLEM_UNKNOWN = 902,
    PROBLEM_BUSY = 903,
};

// The constant part of every page's Content-Security-Policy, connect-src left open at the end.
#define REPLY_CSP                                                                                  \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "              \
    "font-src 'self'; manifest-src 'self'; media-src 'self'; frame-ancestors 'none'; "             \
    "base-uri 'none'; form-action 'none'; connect-src 'self'"

void reply_json(struct request *request, int status, json_t *body); // takes body
void reply_empty(struct request *request, int status);
void reply_bytes(struct request *request, int status, const char *type, const void *bytes,
                 size_t length); // bytes live as long as the program
void reply_text(struct request *request, const char *type, struct evbuffer *text); // borrows
void reply_problem(struct request *request, unsigned code);
void reply_fault(struct request *request, unsigned code, const struct wire_fault *fault);
void reply_later(struct request *request, unsigned code, int64_t after_ms); // with Retry-After
void reply_refusal(struct request *request, const struct refusal *refusal, json_t *shown);
// What the pipeline answered, if it is no success.
void reply_not_done(struct request *request, const struct answer *answer);
// Sets a header of the answer to come.
void reply_header(struct request *request, const char *name, const char *value);
// Security headers, for answers that are sent elsewhere (streams).
void reply_secure(struct evhttp_request *http);

#endif
