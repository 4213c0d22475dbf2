// SPDX-License-Identifier: Apache-2.0
/*
 * What boards flash and speakers say (call/{zone}): a call, its repetition, its taking down, a
 * notice. Made from the settled event, so that nothing is spoken that could still be undone.
 *
 * `seq` is what an acknowledgement names. The phrase is for those who cannot build one; it holds a
 * number and a window, never a service or a name.
 */
#include <stdio.h>

#include "daemon/wire/value.h"
#include "daemon/wire/wire.h"

static json_t *phrase(const char *number, unsigned window) {
    char zh[96], en[96];
    snprintf(zh, sizeof zh, "请%s号到%u号窗口", number, window);
    snprintf(en, sizeof en, "Ticket %s, please go to window %u", number, window);
    return value_pair(zh, en);
}

struct speech { // what is said about a ticket's call
    const char *what;
    uint8_t needs, silent;
    bool aloud;
};

// The ticket's own language is spoken first.
static json_t *languages(const struct hall *hall, uint64_t id) {
    int32_t at = hall_ticket_by_id(hall, id);
    unsigned own = at == HALL_NONE ? 0 : hall->tickets[at].language;
    return value_languages(hall->plan.languages, language_names[own]);
}

static json_t *call(const struct wire_place *place, const struct event *event,
                    const struct speech *speech) {
    json_t *view =
        json_pack("{s:I, s:o, s:s, s:o, s:i, s:o, s:b, s:o, s:I}", "seq", (json_int_t)event->seq,
                  "at", value_time(event->at.hall_ms), "do", speech->what, "number",
                  value_text(event->ticket.number), "window", event->window, "needs",
                  value_bits(speech->needs, need_names), "silent", speech->silent, "languages",
                  languages(place->hall, event->ticket.id), "id", (json_int_t)event->ticket.id);
    if (speech->aloud)
        value_set(&view, "phrase", phrase(event->ticket.number, event->window));
    return view;
}

json_t *wire_call(const struct wire_place *place, const struct event *event) {
    struct speech speech = {.what = "withdraw", .silent = 1};
    switch (event->kind) {
    case EVENT_TICKET_CALLED:
        speech = (struct speech){"call", event->u.called.needs, event->u.called.silent, true};
        break;
    case EVENT_TICKET_RECALLED:
        speech = (struct speech){"recall", event->u.recalled.needs, event->u.recalled.silent, true};
        break;
    case EVENT_TICKET_WITHDRAWN:
    case EVENT_TICKET_MISSED:
        break;
    case EVENT_NOTICE_POSTED:
        return json_pack("{s:I, s:o, s:s, s:o}", "seq", (json_int_t)event->seq, "at",
                         value_time(event->at.hall_ms), "do", "notice", "text",
                         value_note(&event->u.notice.text));
    default:
        return NULL;
    }
    return call(place, event, &speech);
}
