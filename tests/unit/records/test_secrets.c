// SPDX-License-Identifier: Apache-2.0
/*
 * Keys of days: tokens that only we can make, boxes that only their day opens, and a day that is
 * gone when its key is.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/records/secrets.h"

enum { TODAY = 20261123, TOMORROW = 20261124 };

struct room {
    char folder[64], keys[80];
    struct secrets *secrets;
};

static int set_up(void **state) {
    struct room *room = calloc(1, sizeof *room);
    strcpy(room->folder, "/tmp/jiaohao-secrets-XXXXXX");
    assert_non_null(mkdtemp(room->folder));
    snprintf(room->keys, sizeof room->keys, "%s/keys", room->folder);
    room->secrets = secrets_open(room->keys);
    assert_non_null(room->secrets);
    assert_int_equal(secrets_open_day(room->secrets, TODAY), 0);
    *state = room;
    return 0;
}

static int tear_down(void **state) {
    struct room *room = *state;
    char command[128];
    secrets_close(room->secrets);
    snprintf(command, sizeof command, "rm -r %s", room->folder);
    assert_int_equal(system(command), 0);
    free(room);
    return 0;
}

static void key_file_is_private_and_outlives_us(void **state) {
    struct room *room = *state;
    char path[128], before[TOKEN_BYTES], after[TOKEN_BYTES];
    struct stat facts;
    snprintf(path, sizeof path, "%s/%d", room->keys, TODAY);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_int_equal(facts.st_size, 32);
    assert_int_equal(secrets_token(room->secrets, TODAY, 7, before), 0);
    secrets_close(room->secrets);
    room->secrets = secrets_open(room->keys);
    assert_int_equal(secrets_token(room->secrets, TODAY, 7, after), 0);
    assert_string_equal(before, after);
}

static void token_is_taken_whole_or_not_at_all(void **state) {
    struct room *room = *state;
    char token[TOKEN_BYTES], bent[TOKEN_BYTES + 8];
    uint64_t id = 0;
    assert_int_equal(secrets_token(room->secrets, TODAY, 123456789, token), 0);
    assert_true(secrets_token_check(room->secrets, token, &id));
    assert_int_equal(id, 123456789);
    for (size_t i = 0; token[i]; i++) { // every single byte counts
        strcpy(bent, token);
        bent[i] = bent[i] == 'A' ? 'B' : 'A';
        assert_false(secrets_token_check(room->secrets, bent, &id));
        strcpy(bent, token);
        bent[i] = 0;
        assert_false(secrets_token_check(room->secrets, bent, &id));
    }
    snprintf(bent, sizeof bent, "%s=", token);
    assert_false(secrets_token_check(room->secrets, bent, &id));
    assert_false(secrets_token_check(room->secrets, "", &id));
    assert_false(secrets_token_check(room->secrets, "t.20261123.", &id));
    assert_false(secrets_token_check(room->secrets, "t.20261123.99999999999999999999.a", &id));
    assert_int_equal(id, 123456789);
}

static void tokens_of_days_differ(void **state) {
    struct room *room = *state;
    char one[TOKEN_BYTES], two[TOKEN_BYTES];
    assert_int_equal(secrets_token(room->secrets, TOMORROW, 1, two), -ENOENT);
    assert_int_equal(secrets_open_day(room->secrets, TOMORROW), 0);
    assert_int_equal(secrets_token(room->secrets, TODAY, 1, one), 0);
    assert_int_equal(secrets_token(room->secrets, TOMORROW, 1, two), 0);
    assert_string_not_equal(strrchr(one, '.'), strrchr(two, '.'));
}

static void a_box_opens_until_its_day_is_forgotten(void **state) {
    struct room *room = *state;
    struct row_secret box, bent;
    char token[TOKEN_BYTES], plain[1100] = "";
    uint64_t id;
    assert_int_equal(secrets_token(room->secrets, TODAY, 5, token), 0);
    assert_int_equal(secrets_seal(room->secrets, TODAY, 5, "hello", 5, &box), 0);
    assert_null(memmem(box.box, sizeof box.box, "hello", 5));
    assert_int_equal(secrets_open_box(room->secrets, &box, plain, sizeof plain), 5);
    assert_memory_equal(plain, "hello", 5);
    bent = box;
    bent.box[bent.length - 1] ^= 1;
    assert_int_equal(secrets_open_box(room->secrets, &bent, plain, sizeof plain), -EBADMSG);
    bent = box;
    bent.length = 3;
    assert_int_equal(secrets_open_box(room->secrets, &bent, plain, sizeof plain), -EBADMSG);
    assert_int_equal(secrets_open_box(room->secrets, &box, plain, 4), -EMSGSIZE);
    assert_int_equal(secrets_seal(room->secrets, TODAY, 5, plain, 1025, &box), -EMSGSIZE);

    assert_int_equal(secrets_open_day(room->secrets, TOMORROW), 0);
    assert_int_equal(secrets_seal(room->secrets, TODAY, 5, "hello", 5, &box), 0);
    assert_int_equal(secrets_forget_before(room->secrets, TOMORROW), 0);
    assert_int_equal(secrets_open_box(room->secrets, &box, plain, sizeof plain), -ENOENT);
    assert_false(secrets_token_check(room->secrets, token, &id));
    secrets_close(room->secrets);
    room->secrets = secrets_open(room->keys);
    assert_int_equal(secrets_open_box(room->secrets, &box, plain, sizeof plain), -ENOENT);
}

static void a_ruined_key_is_an_error_and_is_not_replaced(void **state) {
    struct room *room = *state;
    char path[128];
    FILE *file;
    snprintf(path, sizeof path, "%s/%d", room->keys, TOMORROW);
    file = fopen(path, "w");
    fputs("short", file);
    fclose(file);
    assert_int_equal(secrets_open_day(room->secrets, TOMORROW), -EBADMSG);
    assert_int_equal(secrets_open_day(room->secrets, 0), -EINVAL);
}

static void digests_depend_on_day_and_body(void **state) {
    struct room *room = *state;
    uint8_t one[SECRET_HASH_BYTES], two[SECRET_HASH_BYTES];
    assert_int_equal(secrets_open_day(room->secrets, TOMORROW), 0);
    assert_int_equal(secrets_digest(room->secrets, TODAY, "a", 1, one), 0);
    assert_int_equal(secrets_digest(room->secrets, TODAY, "a", 1, two), 0);
    assert_memory_equal(one, two, sizeof one);
    assert_int_equal(secrets_digest(room->secrets, TODAY, "b", 1, two), 0);
    assert_memory_not_equal(one, two, sizeof one);
    assert_int_equal(secrets_digest(room->secrets, TOMORROW, "a", 1, two), 0);
    assert_memory_not_equal(one, two, sizeof one);
}

static void the_operators_token_is_made_once(void **state) {
    struct room *room = *state;
    char path[128], one[TOKEN_BYTES], two[TOKEN_BYTES];
    struct stat facts;
    snprintf(path, sizeof path, "%s/operator.token", room->folder);
    assert_int_equal(secrets_file_token(path, one), 0);
    assert_int_equal(secrets_file_token(path, two), 0);
    assert_string_equal(one, two);
    assert_true(strlen(one) > 40);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_true(secrets_equal(one, two));
    two[3] ^= 1;
    assert_false(secrets_equal(one, two));
    assert_false(secrets_equal(one, ""));
}

static void pins(void **state) {
    char hash[128], again[128];
    (void)state;
    assert_int_equal(secrets_pin_hash("246810", hash), 0);
    assert_int_equal(secrets_pin_hash("246810", again), 0);
    assert_string_not_equal(hash, again); // salted
    assert_memory_equal(hash, "$argon2id$", 10);
    assert_true(secrets_pin_check(hash, "246810"));
    assert_false(secrets_pin_check(hash, "246811"));
    assert_false(secrets_pin_check(hash, ""));
    assert_false(secrets_pin_check("", "246810"));
}

static void session_tokens_differ(void **state) {
    char one[TOKEN_BYTES], two[TOKEN_BYTES];
    uint8_t hash_one[SECRET_HASH_BYTES], hash_two[SECRET_HASH_BYTES];
    (void)state;
    secrets_session_token(one, hash_one);
    secrets_session_token(two, hash_two);
    assert_string_not_equal(one, two);
    assert_memory_equal(one, "s.", 2);
    assert_int_equal(strlen(one), 2 + 43); // 256 bits
    secrets_hash(two, hash_one);
    assert_memory_equal(hash_one, hash_two, sizeof hash_one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(key_file_is_private_and_outlives_us, set_up, tear_down),
        cmocka_unit_test_setup_teardown(token_is_taken_whole_or_not_at_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tokens_of_days_differ, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_box_opens_until_its_day_is_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_ruined_key_is_an_error_and_is_not_replaced, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(digests_depend_on_day_and_body, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_operators_token_is_made_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(session_tokens_differ, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
