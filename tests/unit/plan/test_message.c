// SPDX-License-Identifier: Apache-2.0
/* Texts to phones: filled, counted as the network counts, and the section messages of hall.yaml. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/plan/compile.h"
#include "daemon/plan/message.h"

#define HALL "hall: {code: t, name: {zh: 测试大厅, en: Test hall}}\n"
#define REST "services: {A: {name: x}}\nwindows: {1: {serves: [A]}}\n"
#define NINETY                                                                                     \
    "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhhiiiiiiiiii"
#define TEN "一二三四五六七八九十"

static struct plan_source *compile(const char *text, char **faults) {
    size_t length;
    FILE *out = open_memstream(faults, &length);
    struct plan_source *source = plan_compile_bytes("h.yaml", text, strlen(text), out);
    fclose(out);
    return source;
}

static void fill(const struct message_form *form, char out[MESSAGE_BYTES]) {
    struct message_values values = {.of = {"A012", "3", "10-15分钟", "7", "大厅"}};
    message_fill(form, &values, out, MESSAGE_BYTES);
}

static void plan_of(const char *text, struct plan *plan) {
    char *faults;
    struct plan_source *source = compile(text, &faults);
    if (!source)
        fail_msg("%s", faults);
    plan_resolve(source, 20261123, plan);
    plan_source_free(source);
    free(faults);
}

static void test_defaults_are_signed_by_the_hall(void **state) {
    static struct plan plan;
    char text[MESSAGE_BYTES];
    (void)state;
    plan_of(HALL REST, &plan);
    for (int kind = 0; kind < MESSAGES; kind++)
        for (int language = 0; language < 2; language++) {
            fill(&(struct message_form){&plan.messages, (enum message_kind)kind, language}, text);
            assert_int_equal(
                strncmp(text, language ? "【Test hall】" : "【测试大厅】", language ? 15 : 18), 0);
            assert_non_null(strstr(text, "A012"));
            assert_null(strchr(text, '{'));
            assert_true(message_segments(text) <= MESSAGE_SEGMENTS_MAX);
        }
    fill(&(struct message_form){&plan.messages, MESSAGE_CALLED, 0}, text);
    assert_string_equal(text, "【测试大厅】请A012号到7号窗口办理。");
}

static void test_a_hall_writes_its_own(void **state) {
    static struct plan plan;
    char text[MESSAGE_BYTES];
    (void)state;
    plan_of(HALL REST "messages:\n  signature: 政务\n  called: {zh: '{number}→{window}{hall}', en: "
                      "'{number} {window}'}\n",
            &plan);
    fill(&(struct message_form){&plan.messages, MESSAGE_CALLED, 0}, text);
    assert_string_equal(text, "【政务】A012→7大厅");
    fill(&(struct message_form){&plan.messages, MESSAGE_CALLED, 1}, text);
    assert_string_equal(text, "【政务】A012 7");
    fill(&(struct message_form){&plan.messages, MESSAGE_ISSUED, 0}, text);
    assert_non_null(strstr(text, "前面3人，预计等候10-15分钟"));
}

static void test_faults(void **state) {
    static const struct {
        const char *messages, *says;
    } cases[] = {
        {"  called: {zh: '{nummer}', en: x}\n",
         "h.yaml:5: messages called: \"{nummer}\" is filled"},
        {"  called: {zh: '{number', en: x}\n", "a \"{\" without its \"}\""},
        {"  called: {zh: '{}', en: x}\n", "\"{}\" is filled by nothing"},
        {"  issued: {zh: '{window}', en: x}\n", "\"{window}\" is not known when this is sent"},
        {"  missed: {zh: x, en: '{ahead}'}\n", "\"{ahead}\" is not known when this is sent"},
        {"  called: {zh: x}\n", "\"en\" is missing"},
        {"  calling: {zh: x, en: x}\n", "calling: unknown key"},
        {"  called: {zh: '', en: x}\n", "empty"},
        {"  signature: {zh: " TEN TEN TEN ", en: " TEN TEN TEN
         "}\n  called: {zh: " TEN TEN TEN TEN TEN TEN TEN TEN ", en: '{hall}{hall}{hall}'}\n",
         NULL},
        {"  called: {zh: x, en: '" NINETY "01234567890123456789012345678{number}'}\n",
         "messages called: the en text may become 135 characters"},
        {"  called: {zh: x, en: '" NINETY "0123456789012345678901234567{number}'}\n", NULL},
        {"  signature: {zh: x, en: " TEN TEN TEN "}\n", NULL}, // defaults fit
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[2000], *faults;
        struct plan_source *source;
        snprintf(text, sizeof text, HALL REST "messages:\n%s", cases[i].messages);
        source = compile(text, &faults);
        if (cases[i].says ? !strstr(faults, cases[i].says) : source == NULL)
            fail_msg("case %zu says: %s", i, faults);
        assert_int_equal(source == NULL, cases[i].says != NULL);
        plan_source_free(source);
        free(faults);
    }
}

// The same figures as gammu displaysms gives: 70 in one, 67 in each of several, emoji are two.
static void test_counting(void **state) {
    static const struct {
        unsigned characters;
        uint32_t segments;
    } cases[] = {{0, 1}, {1, 1}, {70, 1}, {71, 2}, {134, 2}, {135, 3}, {201, 3}, {202, 4}};
    char text[1000];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text[0] = 0;
        for (unsigned k = 0; k < cases[i].characters; k++)
            strcat(text, "号");
        assert_int_equal(message_units(text), cases[i].characters);
        assert_int_equal(message_segments(text), cases[i].segments);
    }
    assert_int_equal(message_units("a号\xf0\x9f\x98\x80"), 4);
}

static void test_a_cut_is_between_characters(void **state) {
    static struct plan_messages messages = {.signature = {"甲", "a"},
                                            .text[MESSAGE_CALLED] = {"{hall}{hall}", "x"}};
    struct message_values values = {.of = {[VALUE_HALL] = TEN TEN TEN}};
    struct message_form form = {&messages, MESSAGE_CALLED, 0};
    char text[64];
    (void)state;
    for (size_t room = 1; room <= sizeof text; room++) {
        size_t length;
        memset(text, 'x', sizeof text);
        message_fill(&form, &values, text, room);
        length = strlen(text);
        assert_true(length < room && length % 3 == 0 && length + 3 >= room);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_signed_by_the_hall),
        cmocka_unit_test(test_a_hall_writes_its_own),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_counting),
        cmocka_unit_test(test_a_cut_is_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
