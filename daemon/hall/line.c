// SPDX-License-Identifier: Apache-2.0
/*
 * Lines as treaps. `passed` and `most` are kept as differences to the parent, so that passing all
 * earlier tickets of a line touches one path only.
 *
 * Invariant: a node's key is between those of its subtrees, its hash is above theirs, `count` is
 * the size of its subtree. While the tree is taken apart, the roots of the parts hold true totals:
 * `open_node` turns a node's children into such roots, `close_node` takes them back.
 * Must not: know windows' weights, or why a ticket is where it is.
 */
#include "daemon/hall/line.h"

// splitmix64's finisher: https://prng.di.unimi.it/splitmix64.c
static uint64_t hash_of(uint64_t id) {
    id = (id ^ (id >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    id = (id ^ (id >> 27)) * UINT64_C(0x94d049bb133111eb);
    return id ^ (id >> 31);
}

struct line *line_of(struct hall *hall, int32_t ticket) {
    const struct ticket *one = &hall->tickets[ticket];
    if (one->to_window != PLAN_NONE)
        return &hall->own[one->to_window];
    return &hall->lines[one->service][one->klass];
}

const struct line *line_of_const(const struct hall *hall, int32_t ticket) {
    const struct ticket *one = &hall->tickets[ticket];
    if (one->to_window != PLAN_NONE)
        return &hall->own[one->to_window];
    return &hall->lines[one->service][one->klass];
}

static bool is_before(const struct ticket *a, const struct ticket *b) {
    if (a->first != b->first)
        return a->first > b->first;
    if (a->effective_ms != b->effective_ms)
        return a->effective_ms < b->effective_ms;
    return a->placed < b->placed;
}

static uint32_t count_of(const struct hall *hall, int32_t node) {
    return node == HALL_NONE ? 0 : hall->tickets[node].count;
}

static void shift(struct hall *hall, int32_t node, int32_t by) {
    if (node == HALL_NONE)
        return;
    hall->tickets[node].passed += by;
    hall->tickets[node].most += by;
}

static void open_node(struct hall *hall, int32_t node) {
    struct ticket *one = &hall->tickets[node];
    shift(hall, one->left, one->passed);
    shift(hall, one->right, one->passed);
}

// Counts the node and its subtrees' most, which are differences to it.
static void count_node(struct hall *hall, int32_t node) {
    struct ticket *one = &hall->tickets[node];
    int32_t most = 0;
    one->count = 1 + count_of(hall, one->left) + count_of(hall, one->right);
    if (one->left != HALL_NONE && hall->tickets[one->left].most > most)
        most = hall->tickets[one->left].most;
    if (one->right != HALL_NONE && hall->tickets[one->right].most > most)
        most = hall->tickets[one->right].most;
    one->most = one->passed + most;
}

static void close_node(struct hall *hall, int32_t node) {
    struct ticket *one = &hall->tickets[node];
    shift(hall, one->left, -one->passed);
    shift(hall, one->right, -one->passed);
    count_node(hall, node);
}

// Everything before the ticket goes to *left, the rest to *right.
static void split(struct hall *hall, int32_t root, const struct ticket *at, int32_t parts[2]) {
    if (root == HALL_NONE) {
        parts[0] = parts[1] = HALL_NONE;
        return;
    }
    struct ticket *one = &hall->tickets[root];
    int32_t inner[2];
    open_node(hall, root);
    if (is_before(one, at)) {
        split(hall, one->right, at, inner);
        one->right = inner[0];
        parts[0] = root, parts[1] = inner[1];
    } else {
        split(hall, one->left, at, inner);
        one->left = inner[1];
        parts[0] = inner[0], parts[1] = root;
    }
    close_node(hall, root);
}

static int32_t merge(struct hall *hall, int32_t left, int32_t right) {
    if (left == HALL_NONE || right == HALL_NONE)
        return left == HALL_NONE ? right : left;
    bool left_is_up = hash_of(hall->tickets[left].id) > hash_of(hall->tickets[right].id);
    int32_t top = left_is_up ? left : right;
    struct ticket *one = &hall->tickets[top];
    open_node(hall, top);
    if (left_is_up)
        one->right = merge(hall, one->right, right);
    else
        one->left = merge(hall, left, one->left);
    close_node(hall, top);
    return top;
}

void line_insert(struct hall *hall, struct line *line, int32_t ticket) {
    struct ticket *one = &hall->tickets[ticket];
    int32_t parts[2];
    one->left = one->right = HALL_NONE;
    count_node(hall, ticket);
    split(hall, line->root, one, parts);
    line->root = merge(hall, merge(hall, parts[0], ticket), parts[1]);
}

static int32_t without(struct hall *hall, int32_t root, int32_t ticket) {
    struct ticket *one = &hall->tickets[root];
    open_node(hall, root);
    if (root == ticket)
        return merge(hall, one->left, one->right);
    if (is_before(one, &hall->tickets[ticket]))
        one->right = without(hall, one->right, ticket);
    else
        one->left = without(hall, one->left, ticket);
    close_node(hall, root);
    return root;
}

void line_remove(struct hall *hall, struct line *line, int32_t ticket) {
    struct ticket *one = &hall->tickets[ticket];
    line->root = without(hall, line->root, ticket);
    one->left = one->right = HALL_NONE;
    one->count = 0;
    one->most = 0;
}

// Adds to `passed` of each ticket before the probe.
static void add_before(struct hall *hall, int32_t root, const struct ticket *probe, int32_t by) {
    if (root == HALL_NONE)
        return;
    struct ticket *one = &hall->tickets[root];
    if (is_before(one, probe)) {
        shift(hall, root, by);
        shift(hall, one->right, -by);
        add_before(hall, one->right, probe, by);
    } else {
        add_before(hall, one->left, probe, by);
    }
    count_node(hall, root);
}

void line_pass(struct hall *hall, struct line *line, int64_t before_ms) {
    struct ticket probe = {.effective_ms = before_ms};
    add_before(hall, line->root, &probe, 1);
    probe.effective_ms = INT64_MIN; // those put first stand before all others
    if (line_firsts(hall, line))
        add_before(hall, line->root, &probe, -1);
}

uint32_t line_count(const struct hall *hall, const struct line *line) {
    return count_of(hall, line->root);
}

int32_t line_at(const struct hall *hall, const struct line *line, uint32_t place) {
    int32_t node = line->root;
    while (node != HALL_NONE) {
        const struct ticket *one = &hall->tickets[node];
        uint32_t left = count_of(hall, one->left);
        if (place == left)
            return node;
        node = place < left ? one->left : one->right;
        if (place > left)
            place -= left + 1;
    }
    return HALL_NONE;
}

static uint32_t count_before(const struct hall *hall, int32_t node, const struct ticket *probe) {
    uint32_t count = 0;
    while (node != HALL_NONE) {
        const struct ticket *one = &hall->tickets[node];
        bool before = is_before(one, probe);
        if (before)
            count += 1 + count_of(hall, one->left);
        node = before ? one->right : one->left;
    }
    return count;
}

uint32_t line_rank(const struct hall *hall, const struct line *line, int32_t ticket) {
    return count_before(hall, line->root, &hall->tickets[ticket]);
}

uint32_t line_firsts(const struct hall *hall, const struct line *line) {
    struct ticket probe = {.effective_ms = INT64_MIN};
    return count_before(hall, line->root, &probe);
}

uint32_t line_earlier(const struct hall *hall, const struct line *line, int64_t before_ms) {
    struct ticket probe = {.effective_ms = before_ms};
    return count_before(hall, line->root, &probe) - line_firsts(hall, line);
}

uint32_t line_passed(const struct hall *hall, const struct line *line, int32_t ticket) {
    int64_t passed = 0;
    for (int32_t node = line->root; node != HALL_NONE;) {
        const struct ticket *one = &hall->tickets[node];
        passed += one->passed;
        if (node == ticket)
            break;
        node = is_before(one, &hall->tickets[ticket]) ? one->right : one->left;
    }
    return (uint32_t)passed;
}

uint32_t line_most_passed(const struct hall *hall, const struct line *line) {
    return line->root == HALL_NONE ? 0 : (uint32_t)hall->tickets[line->root].most;
}
