// SPDX-License-Identifier: Apache-2.0
/*
 * Every "no" as problem+json (RFC 9457) with our stable code and both languages. Refusals of the
 * hall and those of a door look alike: a page needs one way to show them.
 */
#include <stdio.h>

#include "daemon/wire/value.h"
#include "daemon/wire/wire.h"

json_t *wire_problem(const struct wire_problem *problem) {
    char type[96];
    snprintf(type, sizeof type, "/problems/%s", problem->name);
    json_t *view =
        json_pack("{s:o, s:o, s:i, s:I, s:o, s:o, s:o}", "type", value_text(type), "title",
                  value_text(problem->title), "status", problem->status, "code",
                  (json_int_t)problem->code, "detail", value_text(problem->detail), "title_zh",
                  value_text(problem->title_zh), "detail_zh", value_text(problem->detail_zh));
    if (problem->key)
        value_set(&view, "key", value_text(problem->key));
    if (problem->seq)
        value_set(&view, "seq", json_integer((json_int_t)problem->seq));
    if (problem->shown)
        value_set(&view, "window", problem->shown);
    return view;
}

json_t *wire_refusal(const struct refusal *refusal, json_t *shown) {
    const struct refusal_text *text = refusal_text(refusal->code);
    char zh[512], en[512], title_zh[256], title_en[256];
    refusal_title(refusal, 0, title_zh, sizeof title_zh);
    refusal_title(refusal, 1, title_en, sizeof title_en);
    refusal_say(refusal, 0, zh, sizeof zh);
    refusal_say(refusal, 1, en, sizeof en);
    struct wire_problem problem = {.code = refusal->code,
                                   .status = text->http,
                                   .name = text->name,
                                   .title = title_en,
                                   .detail = en,
                                   .title_zh = title_zh,
                                   .detail_zh = zh,
                                   .seq = refusal->seq,
                                   .shown = shown};
    return wire_problem(&problem);
}
