// SPDX-License-Identifier: Apache-2.0
/* A line does what a sorted array would, passes included, and calls cost the same in long lines. */
#include "tests/unit/hall/fixture.h"

#include <time.h>

#include "daemon/hall/line.h"
#include "daemon/hall/order.h"

enum { MANY = 400 };

struct naive { // tickets in order, and how often each was passed
    int32_t at[MANY];
    uint32_t count, passed[MANY];
};

static bool comes_before(const struct ticket *a, const struct ticket *b) {
    if (a->first != b->first)
        return a->first > b->first;
    if (a->effective_ms != b->effective_ms)
        return a->effective_ms < b->effective_ms;
    return a->placed < b->placed;
}

static void naive_insert(struct naive *naive, const struct hall *hall, int32_t ticket) {
    uint32_t place = naive->count++;
    for (; place && comes_before(&hall->tickets[ticket], &hall->tickets[naive->at[place - 1]]);
         place--)
        naive->at[place] = naive->at[place - 1];
    naive->at[place] = ticket;
}

static void naive_remove(struct naive *naive, uint32_t place) {
    for (naive->count--; place < naive->count; place++)
        naive->at[place] = naive->at[place + 1];
}

static void compare(const struct hall *hall, const struct line *line, const struct naive *naive) {
    uint32_t most = 0;
    assert_int_equal(line_count(hall, line), naive->count);
    for (uint32_t at = 0; at < naive->count; at++) {
        int32_t ticket = naive->at[at];
        assert_int_equal(line_at(hall, line, at), ticket);
        assert_int_equal(line_rank(hall, line, ticket), at);
        assert_int_equal(line_passed(hall, line, ticket), naive->passed[ticket]);
        if (naive->passed[ticket] > most)
            most = naive->passed[ticket];
    }
    assert_int_equal(line_most_passed(hall, line), most);
    assert_int_equal(line_at(hall, line, naive->count), HALL_NONE);
}

static void naive_pass(struct naive *naive, const struct hall *hall, int64_t before_ms) {
    for (uint32_t at = 0; at < naive->count; at++) {
        const struct ticket *one = &hall->tickets[naive->at[at]];
        naive->passed[naive->at[at]] += !one->first && one->effective_ms < before_ms;
    }
}

static void a_line_is_a_sorted_array(void **state) {
    struct hall *hall = hall_new();
    struct line *line = &hall->lines[0][0];
    struct naive naive = {0};
    uint32_t used = 0;
    (void)state;
    srand(7);
    for (int turn = 0; turn < 5000; turn++) {
        int dice = rand() % 4;
        if (dice <= 1 && used < MANY) {
            struct ticket *one = &hall->tickets[used];
            *one = (struct ticket){.id = used + 1, .placed = used + 1, .to_window = PLAN_NONE};
            one->effective_ms = rand() % 100;
            one->first = rand() % 20 == 0;
            line_insert(hall, line, (int32_t)used);
            naive_insert(&naive, hall, (int32_t)used++);
        } else if (dice == 2 && naive.count) {
            uint32_t place = (uint32_t)rand() % naive.count;
            int32_t ticket = naive.at[place];
            line_remove(hall, line, ticket);
            naive_remove(&naive, place);
            assert_int_equal(hall->tickets[ticket].passed, naive.passed[ticket]);
            if (rand() % 2) { // and back: it keeps its total
                line_insert(hall, line, ticket);
                naive_insert(&naive, hall, ticket);
            }
        } else {
            int64_t before_ms = rand() % 100;
            line_pass(hall, line, before_ms);
            naive_pass(&naive, hall, before_ms);
        }
        compare(hall, line, &naive);
    }
    hall_free(hall);
}

static void the_shape_depends_only_on_what_is_in_it(void **state) {
    struct hall *one = hall_new(), *other = hall_new();
    (void)state;
    for (int32_t at = 0; at < 200; at++) {
        one->tickets[at] = other->tickets[at] =
            (struct ticket){.id = (uint64_t)at + 1, .placed = (uint64_t)at + 1};
    }
    for (int32_t at = 0; at < 200; at++) {
        line_insert(one, &one->lines[0][0], at);
        line_insert(other, &other->lines[0][0], 199 - at);
    }
    assert_memory_equal(one, other, hall_size(one));
    hall_free(one);
    hall_free(other);
}

static double ns_per_choice(uint32_t waiting) {
    static const struct shape shape = {4, 2, 2, 1, 1, 3, 2, 20, 20261123};
    struct fixture f;
    fixture_open(&f, &shape);
    for (uint32_t at = 0; at < waiting; at++) {
        char service[8];
        snprintf(service, sizeof service, "S%u", at % 4);
        fixture_issue(&f, service, at % 3 ? "c0" : "c1");
        f.now_ms += 10;
    }
    clock_t start = clock();
    for (int turn = 0; turn < 20000; turn++) {
        struct event why;
        assert_int_not_equal(hall_next_for(f.hall, 1, f.now_ms, &why), HALL_NONE);
    }
    double ns = (double)(clock() - start) / CLOCKS_PER_SEC * 1e9 / 20000;
    hall_free(f.hall);
    return ns;
}

static void a_call_costs_no_more_in_a_long_line(void **state) {
    double few = ns_per_choice(16), many = ns_per_choice(16000);
    (void)state;
    printf("# choosing among 16: %.0f ns, among 16000: %.0f ns\n", few, many);
    assert_true(many < 40 * few); // a thousand times as many; log n and cold memory, never n
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_a_sorted_array),
        cmocka_unit_test(the_shape_depends_only_on_what_is_in_it),
        cmocka_unit_test(a_call_costs_no_more_in_a_long_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
