// SPDX-License-Identifier: Apache-2.0
/*
 * Group commit, measured: N askers, each asking for the next ticket as soon as it has one, through
 * pipeline and journal. Prints tickets per second and the mean size of a group.
 */
#include "tests/unit/journal/house.h"

#include "common/loop.h"
#include "daemon/pipeline.h"

enum { TICKETS = 20000 };

struct bench {
    struct pipeline *pipeline;
    int asked, answered;
};

static struct moment bench_now(void *context) {
    (void)context;
    return (struct moment){.hall_ms = NINE + loop_boot_ms() % 3600000, .boot = 1};
}

static void ask_one(struct bench *bench);

static void answered(void *context, const struct answer *answer) {
    struct bench *bench = context;
    assert_int_equal(answer->kind, ANSWER_DONE);
    bench->answered++;
    if (bench->asked < TICKETS)
        ask_one(bench);
}

static void ask_one(struct bench *bench) {
    struct pipeline_ask ask = {.command.kind = COMMAND_ISSUE, .answer = answered, .context = bench};
    strcpy(ask.command.service, "A");
    bench->asked++;
    pipeline_ask(bench->pipeline, &ask);
}

static void measure(int askers) {
    static struct plan plan;
    char folder[64];
    struct journal_options options = {.directory = folder};
    struct pipeline_clock clock = {bench_now, NULL};
    struct pipeline_ask open = {.command = {.kind = COMMAND_OPEN_DAY, .plan = &plan}};
    struct pipeline_figures figures;
    struct loop *loop = loop_new(NULL, NULL);
    struct journal *journal;
    struct bench bench = {0};
    int64_t began_ms;
    make_folder(folder);
    make_plan(&plan, 0);
    assert_int_equal(journal_open(&journal, &options, loop_base(loop)), 0);
    assert_int_equal(pipeline_new(&bench.pipeline, journal, loop, &clock), 0);
    pipeline_ask(bench.pipeline, &open);
    began_ms = loop_boot_ms();
    for (int i = 0; i < askers; i++)
        ask_one(&bench);
    while (bench.answered < TICKETS)
        event_base_loop(loop_base(loop), EVLOOP_ONCE);
    began_ms = loop_boot_ms() - began_ms;
    pipeline_figures(bench.pipeline, &figures);
    printf("%4d askers: %7.0f tickets/s, %5.1f in a group\n", askers, TICKETS * 1000.0 / began_ms,
           (double)TICKETS / figures.batches);
    pipeline_free(bench.pipeline);
    journal_close(journal);
    loop_free(loop);
    remove_folder(folder);
}

int main(void) {
    measure(1);
    measure(32);
    measure(256);
    return 0;
}
