// SPDX-License-Identifier: Apache-2.0
/*
 * People and sessions in memory: who is signed in where, until when, and how fast PINs may be
 * guessed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/records/people.h"

static struct row person(uint32_t id, const char *name) {
    struct row row = {.kind = ROW_PERSON, .u.person = {.id = id, .role = ROLE_STAFF}};
    snprintf(row.u.person.name, sizeof row.u.person.name, "%s", name);
    return row;
}

static struct row session(uint8_t hash, uint32_t who, uint16_t window, int64_t created_ms) {
    struct row row = {
        .kind = ROW_SESSION,
        .u.session = {
            .person = who, .window = window, .created_ms = created_ms, .expires_ms = 1000}};
    row.u.session.hash[0] = hash;
    return row;
}

static void take(struct people *people, struct row row) {
    people_take(people, &row);
}

static int set_up(void **state) {
    struct people *people = people_new();
    take(people, person(1, "li"));
    take(people, person(5, "wang"));
    *state = people;
    return 0;
}

static int tear_down(void **state) {
    people_free(*state);
    return 0;
}

static void people_are_found_until_disabled(void **state) {
    struct people *people = *state;
    struct row gone = person(5, "wang");
    assert_int_equal(people_named(people, "wang")->id, 5);
    assert_int_equal(people_next_id(people), 6);
    assert_null(people_named(people, "Wang"));
    gone.u.person.disabled_ms = 1;
    take(people, session(7, 5, 3, 0));
    people_take(people, &gone);
    assert_null(people_named(people, "wang"));
    assert_null(people_by_id(people, 5));
    assert_int_equal(people_at_window(people, 3, 10), 0);
    assert_int_equal(people_count(people), 2); // listed all the same, and the id is not given again
    assert_int_equal(people_next_id(people), 6);
}

static void sessions_end(void **state) {
    struct people *people = *state;
    uint8_t hash[SECRET_HASH_BYTES] = {9};
    struct row end = session(9, 1, 0, 0);
    take(people, session(9, 1, 2, 0));
    assert_non_null(people_session(people, hash, 999));
    assert_null(people_session(people, hash, 1000));
    assert_null(people_expired(people, 999));
    assert_non_null(people_expired(people, 1000));
    end.kind = ROW_SESSION_END;
    people_take(people, &end);
    assert_null(people_session(people, hash, 1));
    assert_null(people_expired(people, 1000));
}

static void one_session_holds_a_window(void **state) {
    struct people *people = *state;
    take(people, session(1, 1, 4, 20));
    take(people, session(2, 5, 4, 30));
    assert_int_equal(people_at_window(people, 4, 40), 5);
    take(people, session(3, 1, 4, 10)); // an older one, as rows come at a start
    assert_int_equal(people_at_window(people, 4, 40), 5);
    assert_int_equal(people_at_window(people, 0, 40), 0);
    assert_int_equal(people_at_window(people, 4, 1000), 0);
}

static void guessing_gets_slower(void **state) {
    struct people *people = *state;
    int64_t now = 1000000, longest = 0;
    for (int i = 0; i < PEOPLE_FREE_TRIES; i++) {
        assert_int_equal(people_try_after(people, "li", now), 0);
        people_tried(people, "li", false, now);
    }
    for (int i = 0; i < 20; i++) {
        int64_t wait = people_try_after(people, "li", now);
        assert_true(wait >= longest);
        longest = wait;
        now += wait;
        people_tried(people, "li", false, now);
    }
    assert_int_equal(longest, PEOPLE_DELAY_MOST_MS);
    assert_int_equal(people_try_after(people, "wang", now), 0); // others do not suffer
    people_tried(people, "li", true, now);
    assert_int_equal(people_try_after(people, "li", now), 0);
}

static void made_up_names_do_not_wash_out_a_guessed_one(void **state) {
    struct people *people = *state;
    char name[16];
    for (int i = 0; i < 10; i++)
        people_tried(people, "li", false, 1000);
    for (int i = 0; i < 10000; i++) {
        snprintf(name, sizeof name, "n%d", i);
        people_tried(people, name, false, 1001 + i);
    }
    assert_true(people_try_after(people, "li", 1000) > 0);
}

static void there_is_a_most(void **state) {
    struct people *people = *state;
    char name[16];
    for (uint32_t i = 10; i < 10 + PEOPLE_MAX; i++) {
        snprintf(name, sizeof name, "p%u", i);
        take(people, person(i, name));
    }
    assert_false(people_has_room(people));
    assert_int_equal(people_count(people), PEOPLE_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(people_are_found_until_disabled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sessions_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_session_holds_a_window, set_up, tear_down),
        cmocka_unit_test_setup_teardown(guessing_gets_slower, set_up, tear_down),
        cmocka_unit_test_setup_teardown(made_up_names_do_not_wash_out_a_guessed_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(there_is_a_most, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
