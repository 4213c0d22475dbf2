// SPDX-License-Identifier: Apache-2.0
/* The state tables, cell by cell, and that decide and apply both obey them. */
#include "tests/unit/hall/fixture.h"

#include <errno.h>

#include "daemon/hall/ticket.h"

// One letter a state: waiting called serving parKed missed finished cancelled(X) void.
// A cell: the next state's letter, '=' the same, '<' as before the call, '.' impossible.
static const struct {
    unsigned kind;
    const char *next; // by state, in the order of enum ticket_state
} ticket_cells[] = {
    {EVENT_TICKET_APPROACHING, "=......."}, {EVENT_TICKET_CALLED, "c..cc..."},
    {EVENT_TICKET_RECALLED, ".=......"},    {EVENT_TICKET_STARTED, ".s......"},
    {EVENT_TICKET_FINISHED, "..f....."},    {EVENT_TICKET_MISSED, ".m......"},
    {EVENT_TICKET_RETURNED, "....w..."},    {EVENT_TICKET_DEFERRED, "w......."},
    {EVENT_TICKET_PARKED, "..k....."},      {EVENT_TICKET_UNPARKED, "...s...."},
    {EVENT_TICKET_TRANSFERRED, ".ww....."}, {EVENT_TICKET_RECYCLED, ".w......"},
    {EVENT_TICKET_WITHDRAWN, ".<......"},   {EVENT_TICKET_TAKEN_BACK, "s......."},
    {EVENT_TICKET_REOPENED, ".....s.."},    {EVENT_TICKET_CANCELLED, "x..xx..."},
    {EVENT_TICKET_VOIDED, "vv.vv..."},      {EVENT_RATING_ASKED, ".....=.."},
    {EVENT_RATING_GIVEN, ".....=.."},       {EVENT_RATING_EXPIRED, ".....=.."},
    {EVENT_CALL_SHOWN, "========"},         {EVENT_CALL_SPOKEN, "========"},
    {EVENT_CALL_FAILED, "========"},        {EVENT_PRINT_DONE, "========"},
    {EVENT_PRINT_FAILED, "========"},
};

// closed Open Calling Serving Paused
static const struct {
    unsigned kind;
    const char *next;
} window_cells[] = {
    {EVENT_WINDOW_OPENED, "o...."},      {EVENT_WINDOW_CLOSED, ".x..x"},
    {EVENT_WINDOW_PAUSED, ".p..."},      {EVENT_WINDOW_RESUMED, "....o"},
    {EVENT_WINDOW_ASSIGNED, "====="},    {EVENT_TICKET_CALLED, ".c..."},
    {EVENT_TICKET_RECALLED, "..=.."},    {EVENT_TICKET_STARTED, "..s.."},
    {EVENT_TICKET_FINISHED, "...o."},    {EVENT_TICKET_MISSED, "..o.."},
    {EVENT_TICKET_PARKED, "...o."},      {EVENT_TICKET_UNPARKED, ".s..."},
    {EVENT_TICKET_TRANSFERRED, "..oo."}, {EVENT_TICKET_RECYCLED, "..o.."},
    {EVENT_TICKET_WITHDRAWN, "..o.."},   {EVENT_TICKET_TAKEN_BACK, ".s..."},
    {EVENT_TICKET_REOPENED, ".s..."},    {EVENT_TICKET_VOIDED, "..o.."},
};

static char letter(int state, const char *letters) {
    if (state == STATE_IMPOSSIBLE)
        return '.';
    if (state == STATE_SAME)
        return '=';
    return state == STATE_BEFORE_CALL ? '<' : letters[state];
}

static void every_cell_of_tickets_is_as_said(void **state) {
    (void)state;
    for (unsigned kind = 0; kind < EVENT_KINDS; kind++) {
        const char *next = "........";
        for (size_t at = 0; at < sizeof ticket_cells / sizeof *ticket_cells; at++) {
            if (ticket_cells[at].kind == kind)
                next = ticket_cells[at].next;
        }
        for (unsigned at = 0; at < TICKET_STATES; at++)
            assert_int_equal(letter(ticket_after(at, kind), "wcskmfxv"), next[at]);
    }
    assert_int_equal(ticket_after(TICKET_STATES, EVENT_TICKET_CALLED), STATE_IMPOSSIBLE);
    assert_int_equal(ticket_after(TICKET_WAITING, EVENT_KINDS), STATE_IMPOSSIBLE);
}

static void every_cell_of_windows_is_as_said(void **state) {
    (void)state;
    for (unsigned kind = 0; kind < EVENT_KINDS; kind++) {
        const char *next = ".....";
        for (size_t at = 0; at < sizeof window_cells / sizeof *window_cells; at++) {
            if (window_cells[at].kind == kind)
                next = window_cells[at].next;
        }
        for (unsigned at = 0; at < WINDOW_STATES; at++)
            assert_int_equal(letter(window_after(at, kind), "xocsp"), next[at]);
    }
}

static const struct shape shape = {1, 1, 2, 1, 1, 0, 0, 0, 20261123};

// A hall whose window 1 is in this state.
static void reach(struct fixture *f, unsigned state) {
    fixture_open(f, &shape);
    f->plan.windows[0].weight[0] = 1000;
    f->plan.windows[0].device_count = 0;
    f->plan.windows[0].devices[0] = 0;
    f->plan.rules.next_finishes = 0;
    struct command command = {.kind = COMMAND_CONFIGURE, .plan = &f->plan};
    assert_int_equal(fixture_do(f, &command), 0);
    fixture_issue(f, "S0", "");
    fixture_issue(f, "S0", "");
    if (state != WINDOW_CLOSED)
        assert_int_equal(fixture_verb(f, 1, COMMAND_OPEN), 0);
    if (state == WINDOW_CALLING || state == WINDOW_SERVING)
        assert_int_equal(fixture_verb(f, 1, COMMAND_NEXT), 0);
    if (state == WINDOW_SERVING)
        assert_int_equal(fixture_verb(f, 1, COMMAND_START), 0);
    if (state == WINDOW_PAUSED) {
        command = (struct command){.kind = COMMAND_PAUSE, .window = 1, .actor = 101};
        set_text(command.reason, sizeof command.reason, "r2");
        assert_int_equal(fixture_do(f, &command), 0);
    }
    assert_int_equal(f->hall->windows[0].state, state);
}

// Every window state × every verb: refused for the state exactly where the table says so.
static const struct {
    unsigned verb;
    const char *allowed; // by window state
} verb_cells[] = {
    {COMMAND_OPEN, "y...."},       {COMMAND_CLOSE, ".y..y"},     {COMMAND_NEXT, ".y..."},
    {COMMAND_CALL, ".y..."},       {COMMAND_RECALL, "..y.."},    {COMMAND_START, "..y.."},
    {COMMAND_FINISH, "...y."},     {COMMAND_MISS, "..y.."},      {COMMAND_TAKE_LATE, ".y..."},
    {COMMAND_PARK, "...y."},       {COMMAND_UNPARK, ".y..."},    {COMMAND_TRANSFER, "..yy."},
    {COMMAND_RECYCLE, "..y.."},    {COMMAND_PAUSE, ".y..."},     {COMMAND_RESUME, "....y"},
    {COMMAND_ASK_RATING, ".yyyy"}, {COMMAND_WALK_IN, ".y..."},   {COMMAND_WITHDRAW, "..y.."},
    {COMMAND_REOPEN, ".y..."},     {COMMAND_TAKE_BACK, ".y..."},
};

static void every_verb_is_refused_where_it_must_be(void **state) {
    (void)state;
    for (unsigned at = 0; at < WINDOW_STATES; at++) {
        for (size_t verb = 0; verb < sizeof verb_cells / sizeof *verb_cells; verb++) {
            struct fixture f;
            reach(&f, at);
            int code = fixture_verb(&f, 1, verb_cells[verb].verb);
            bool allowed = verb_cells[verb].allowed[at] == 'y';
            assert_int_equal(code != REFUSED_WINDOW_STATE, allowed);
            assert_string_equal(command_verb(command_verbed(command_verb(verb_cells[verb].verb))),
                                command_verb(verb_cells[verb].verb));
            hall_free(f.hall);
        }
    }
    assert_int_equal(command_verbed("nex"), COMMAND_NONE);
    assert_int_equal(command_verbed("nextt"), COMMAND_NONE);
}

// Every event that cannot follow leaves the hall as it is.
static void impossible_events_change_nothing(void **state) {
    (void)state;
    for (unsigned at = 0; at < WINDOW_STATES; at++) {
        struct fixture f;
        reach(&f, at);
        struct hall *before = NULL;
        assert_int_equal(hall_copy(&before, f.hall), 0);
        for (unsigned kind = 0; kind <= EVENT_KINDS; kind++) {
            struct event event = {.kind = (uint16_t)kind, .window = 1, .seq = f.hall->seq + 1};
            event.at.hall_ms = f.now_ms;
            event.ticket.id = f.hall->tickets[0].id;
            int next = ticket_after(f.hall->tickets[0].state, kind);
            int moved = window_after(at, kind);
            bool possible = (!event_is_of_ticket(kind) || next != STATE_IMPOSSIBLE) &&
                            (!event_moves_window(kind) || moved != STATE_IMPOSSIBLE);
            if (possible)
                continue;
            assert_int_equal(hall_apply(&f.hall, &event), -EINVAL);
            assert_memory_equal(before, f.hall, hall_size(before));
        }
        struct event late = {.kind = EVENT_ALARM_RAISED, .seq = f.hall->seq + 2};
        late.at.hall_ms = f.now_ms;
        assert_int_equal(hall_apply(&f.hall, &late), -EINVAL); // a gap in the log
        late.seq = f.hall->seq + 1;
        late.at.hall_ms = f.now_ms - 1;
        assert_int_equal(hall_apply(&f.hall, &late), -EINVAL); // time runs backwards
        assert_memory_equal(before, f.hall, hall_size(before));
        hall_free(before);
        hall_free(f.hall);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_of_tickets_is_as_said),
        cmocka_unit_test(every_cell_of_windows_is_as_said),
        cmocka_unit_test(every_verb_is_refused_where_it_must_be),
        cmocka_unit_test(impossible_events_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
