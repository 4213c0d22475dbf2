// SPDX-License-Identifier: Apache-2.0
/* Every refusal has a text of its own in both languages, and none says more than it may. */
#include "tests/unit/hall/fixture.h"

static const uint32_t codes[] = {
    REFUSED_DAY_CLOSED,      REFUSED_DAY_OPEN,        REFUSED_PLAN_IN_USE,
    REFUSED_TIME_PAST,       REFUSED_NO_NOTICE,       REFUSED_TOO_MANY_NOTICES,
    REFUSED_NO_SERVICE,      REFUSED_SERVICE_STOPPED, REFUSED_SERVICE_CLOSED,
    REFUSED_SERVICE_FULL,    REFUSED_NO_CLASS,        REFUSED_REASON_NEEDED,
    REFUSED_NO_TICKET,       REFUSED_TICKET_ENDED,    REFUSED_TICKET_STATE,
    REFUSED_DEFERRED_BEFORE, REFUSED_CLASS_FOR_STAFF, REFUSED_NUMBERS_EXHAUSTED,
    REFUSED_HALL_FULL,       REFUSED_NOT_MISSED,      REFUSED_NO_WINDOW,
    REFUSED_WINDOW_STATE,    REFUSED_WINDOW_CHANGED,  REFUSED_WINDOW_TAKEN,
    REFUSED_NOT_YOURS,       REFUSED_NOT_SERVED_HERE, REFUSED_NOT_SIGNED_IN,
    REFUSED_NO_REASON,       REFUSED_DECISION_NEEDED, REFUSED_TOO_LATE_TO_MEND,
    REFUSED_NOBODY_WAITING,  REFUSED_RECALL_TOO_SOON, REFUSED_RECALLS_USED,
    REFUSED_GRACE,           REFUSED_NOT_TOLD,        REFUSED_NO_CALL,
    REFUSED_NO_ASK,          REFUSED_ASK_OVER,        REFUSED_RATED,
    REFUSED_LEVEL,           REFUSED_RATING_BY_STAFF, REFUSED_NO_DEVICE,
    REFUSED_NOT_EXPECTED,    REFUSED_NO_ZONE,
};
enum { CODES = sizeof codes / sizeof *codes };

static int gaps(const char *text) {
    int count = 0;
    for (const char *at = strchr(text, '%'); at; at = strchr(at + 1, '%')) {
        assert_true(at[1] == 'd' || at[1] == 's');
        count++;
    }
    return count;
}

static void every_code_has_its_own_text(void **state) {
    (void)state;
    for (size_t at = 0; at < CODES; at++) {
        const struct refusal_text *text = refusal_text(codes[at]);
        assert_int_equal(text->code, codes[at]);
        assert_true(text->http >= 400 && text->http < 600);
        assert_true(*text->name && *text->title.zh && *text->title.en);
        assert_true(*text->advice.zh && *text->advice.en);
        assert_int_equal(gaps(text->title.zh), gaps(text->title.en));
        assert_int_equal(gaps(text->advice.zh), gaps(text->advice.en));
        assert_true(gaps(text->title.zh) + gaps(text->advice.zh) <= 1);
        for (size_t other = 0; other < at; other++) {
            assert_int_not_equal(codes[at], codes[other]);
            assert_string_not_equal(text->name, refusal_text(codes[other])->name);
        }
    }
    assert_int_equal(refusal_text(9999)->code, 0);
    assert_int_equal(refusal_text(9999)->http, 409);
}

static void texts_are_filled_in(void **state) {
    struct refusal refusal = {.code = REFUSED_GRACE, .amount = 42};
    char out[200];
    (void)state;
    refusal_say(&refusal, 1, out, sizeof out);
    assert_string_equal(out,
                        "The person still has time to come. Wait 42 more seconds, or call again.");
    refusal = (struct refusal){.code = REFUSED_NO_SERVICE, .what = "%s%n"};
    refusal_say(&refusal, 0, out, sizeof out);
    assert_string_equal(out, "没有“%s%n”这项业务。请从列表中选择。");
}

static void a_short_room_cuts_between_characters(void **state) {
    struct refusal refusal = {.code = REFUSED_DAY_CLOSED};
    (void)state;
    for (size_t room = 0; room < 60; room++) {
        char out[64] = "untouched";
        refusal_say(&refusal, 0, out, room);
        if (!room) {
            assert_string_equal(out, "untouched");
            continue;
        }
        assert_true(strlen(out) < room);
        assert_int_equal(strlen(out) % 3, 0); // all of its characters have three bytes
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_its_own_text),
        cmocka_unit_test(texts_are_filled_in),
        cmocka_unit_test(a_short_room_cuts_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
