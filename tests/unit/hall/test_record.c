// SPDX-License-Identifier: Apache-2.0
/* Records: what is written is read back; cut or hostile bytes are refused and harm nothing. */
#include "tests/unit/hall/fixture.h"

#include <errno.h>

static uint8_t bytes[256 * 1024];

static void a_plan_comes_back_the_same(void **state) {
    static const struct shape shape = {12, 4, 20, 6, 4, 5, 0, 15, 20261123};
    static struct plan plan, back;
    (void)state;
    plan_make(&plan, &shape);
    plan.classes[0].head_ms = -5;
    size_t length = record_write(plan_fields, &plan, bytes, sizeof bytes);
    assert_true(length < sizeof bytes);
    assert_int_equal(record_write(plan_fields, &plan, bytes, 10), length);
    record_write(plan_fields, &plan, bytes, sizeof bytes);
    assert_int_equal(record_read(plan_fields, bytes, length, &back, NULL), 0);
    assert_memory_equal(&plan, &back, sizeof plan);
}

// Every byte of every field, as far as its type lets it.
static void fill_fields(const struct field *table, char *to) {
    for (const struct field *field = table; field->name; field++) {
        char *at = to + field->offset;
        if (field->type == FIELD_TEXT && !field->count)
            memset(at, 'x', field->size - 1);
        else if (field->type == FIELD_BOOL || field->type == FIELD_ENUM ||
                 field->type == FIELD_BITS)
            memset(at, 1, 1);
        else if (field->type == FIELD_TABLE && !field->count)
            fill_fields(field->table, at);
        else if (field->type != FIELD_PLAN && !field->count)
            memset(at, 0xfe, field->size);
        if (field->count_offset >= 0)
            *(uint32_t *)(void *)(to + field->count_offset) = field->count;
    }
}

static void every_kind_of_event_comes_back_the_same(void **state) {
    static struct event event, back;
    static struct plan plan;
    (void)state;
    for (unsigned kind = 1; kind < EVENT_KINDS; kind++) {
        memset(&event, 0, sizeof event);
        memset(&back, 0, sizeof back);
        fill_fields(event_fields(kind), (char *)&event);
        size_t length = record_write(event_fields(kind), &event, bytes, sizeof bytes);
        assert_int_equal(record_read(event_fields(kind), bytes, length, &back, &plan), 0);
        assert_memory_equal(&event, &back, sizeof event);
        assert_int_equal(event_kind_named(event_kind_name(kind)), kind);
        assert_int_not_equal(event_visibility(kind), SEEN_BY_NOBODY);
    }
    assert_null(event_fields(EVENT_NONE));
    assert_null(event_fields(EVENT_KINDS));
    assert_null(event_kind_name(EVENT_KINDS));
    assert_int_equal(event_kind_named("ticket.call"), EVENT_NONE);
}

static void cut_and_changed_bytes_are_survived(void **state) {
    static struct event event, back;
    (void)state;
    srand(3);
    for (unsigned kind = 1; kind < EVENT_KINDS; kind++) {
        memset(&event, 0, sizeof event);
        fill_fields(event_fields(kind), (char *)&event);
        size_t length = record_write(event_fields(kind), &event, bytes, sizeof bytes);
        for (size_t cut = 0; cut < length; cut++) {
            uint8_t *exact = malloc(cut + 1); // so that a sanitizer sees any byte beyond
            memcpy(exact, bytes, cut);
            memset(&back, 0, sizeof back);
            int rc = record_read(event_fields(kind), exact, cut, &back, NULL);
            assert_true(rc == 0 || rc == -EBADMSG);
            free(exact);
        }
        for (int turn = 0; turn < 2000; turn++) {
            uint8_t *wrong = malloc(length);
            memcpy(wrong, bytes, length);
            for (int at = rand() % 4; at >= 0; at--)
                wrong[1 + (size_t)rand() % (length - 1)] = (uint8_t)rand();
            memset(&back, 0, sizeof back);
            int rc = record_read(event_fields(kind), wrong, length, &back, NULL);
            assert_true(rc == 0 || rc == -EBADMSG);
            free(wrong);
        }
    }
}

struct small {
    uint32_t number, count;
    char text[4];
    uint8_t word, list[3];
};
static const char *const words[] = {"a", "b", NULL};
static const struct field small_fields[] = {
    {"number", FIELD_U32, 0, offsetof(struct small, number), 4, 0, -1, NULL, NULL},
    {"text", FIELD_TEXT, 0, offsetof(struct small, text), 4, 0, -1, NULL, NULL},
    {"word", FIELD_ENUM, 0, offsetof(struct small, word), 1, 0, -1, words, NULL},
    {"list", FIELD_U8, 0, offsetof(struct small, list), 1, 3, offsetof(struct small, count), NULL,
     NULL},
    {.name = NULL},
};

static int read_small(const char *record, size_t length, struct small *small) {
    memset(small, 0, sizeof *small);
    return record_read(small_fields, (const uint8_t *)record, length, small, NULL);
}

static void hostile_bytes_are_refused(void **state) {
    struct small small;
    (void)state;
    assert_int_equal(read_small("", 0, &small), -EBADMSG);
    assert_int_equal(read_small("\2", 1, &small), -EBADMSG); // another version
    assert_int_equal(read_small("\1", 1, &small), 0);        // an older, shorter record
    assert_int_equal(read_small("\1\x80\x01\3abc\1\2\7\x08", 11, &small), 0);
    assert_int_equal(small.number, 128);
    assert_string_equal(small.text, "abc");
    assert_int_equal(small.count, 2);
    assert_int_equal(small.list[1], 8);
    assert_int_equal(read_small("\1\5\0\0\0more", 9, &small), 0); // a newer, longer one
    assert_int_equal(read_small("\1\x80", 2, &small), -EBADMSG);  // cut in a number
    assert_int_equal(read_small("\1\xff\xff\xff\xff\x10", 6, &small), -EBADMSG); // over 32 bits
    assert_int_equal(read_small("\1\1\4abcd", 7, &small), -EBADMSG);     // no room for the end
    assert_int_equal(read_small("\1\1\2a\0", 5, &small), -EBADMSG);      // an end inside
    assert_int_equal(read_small("\1\1\0\2", 4, &small), -EBADMSG);       // no such word
    assert_int_equal(read_small("\1\1\0\0\4abcd", 9, &small), -EBADMSG); // too many
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_comes_back_the_same),
        cmocka_unit_test(every_kind_of_event_comes_back_the_same),
        cmocka_unit_test(cut_and_changed_bytes_are_survived),
        cmocka_unit_test(hostile_bytes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
