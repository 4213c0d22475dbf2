// SPDX-License-Identifier: Apache-2.0
/*
 * Wiring, and nothing but wiring: makes the rooms in the order in which they need each other, hands
 * each what it may know, and frees them backwards. The only policy here is the turn of the day:
 * when the core has closed one business day, the next is opened with its own plan and its own key.
 *
 * Everything the house owns hangs from struct app; no other file sees into it.
 */
#include "daemon/app.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/ready.h"
#include "daemon/clock.h"
#include "daemon/config.h"
#include "daemon/journal/journal.h"
#include "daemon/pipeline.h"
#include "daemon/plan/compile.h"
#include "daemon/records/delivery.h"
#include "daemon/records/people.h"
#include "daemon/records/secrets.h"
#include "daemon/tell/tell.h"
#include "daemon/web/web.h"

enum {
    EXIT_FAULTY_FILE = 78, // EX_CONFIG
    EXIT_IN_USE = 75,      // EX_TEMPFAIL
    EXIT_BROKEN = 70,      // EX_SOFTWARE
    DAY_CHECK_MS = 1000,   // how soon an opening that failed is tried again
    KEYS_KEPT_DAYS = 2,    // a link from the slip works on its own day; ratings may come the next
    FIGURES_BYTES = 2048,
};

struct app {
    char path[CONFIG_PATH_BYTES];
    struct config config;
    struct clock clock;
    struct plan plan; // of the command under way: day.opened or hall.configured borrow it
    bool plan_busy;
    bool doubt_told; // the alarm about the clock is raised
    struct plan_source *source;
    struct loop *loop;
    struct ready *ready;
    struct journal *journal;
    struct people *people;
    struct secrets *secrets;
    struct pipeline *pipeline;
    struct loop_timer *day_timer;
    struct tell *tell;
    struct web *web;
};

// --- time --------------------------------------------------------------------------------------

static struct moment app_now(void *context) {
    struct app *app = context;
    struct moment moment = clock_read(&app->clock, loop_wall_ms(), loop_boot_ms());
    // Not from in here: whoever asks for the time is in the middle of a command.
    if (app->clock.doubtful != app->doubt_told && app->day_timer)
        loop_timer_set(app->day_timer, 0);
    return moment;
}

static void doubt_tell(struct app *app) {
    struct pipeline_ask ask = {.command.kind =
                                   app->clock.doubtful ? COMMAND_RAISE_ALARM : COMMAND_CLEAR_ALARM};
    if (app->clock.doubtful == app->doubt_told)
        return;
    app->doubt_told = app->clock.doubtful;
    if (app->doubt_told)
        log_warning("app",
                    "the wall clock jumped: the day stays until a manager confirms the time");
    snprintf(ask.command.code, sizeof ask.command.code, "clock");
    snprintf(ask.command.note, sizeof ask.command.note,
             "The wall clock jumped. The business day stays until a manager confirms the time.");
    pipeline_ask(app->pipeline, &ask);
}

// A manager has looked at the clock and says it is right.
static void app_confirm_clock(void *context) {
    struct app *app = context;
    clock_confirm(&app->clock, loop_wall_ms(), loop_boot_ms());
    log_notice("app", "the time was confirmed");
    loop_timer_set(app->day_timer, 0);
}

static bool app_clock_is_doubtful(void *context) {
    return ((struct app *)context)->clock.doubtful;
}

// --- the turn of the day -----------------------------------------------------------------------

static void day_turn(struct app *app);

static void day_opened(void *context, const struct answer *answer) {
    struct app *app = context;
    app->plan_busy = false;
    if (answer->kind == ANSWER_DONE)
        return;
    if (answer->kind == ANSWER_REFUSED) {
        char why[256];
        refusal_say(&answer->refusal, 1, why, sizeof why);
        log_error("app", "today goes on with the plan it has, the next day takes the new one: %s",
                  why);
    }
    loop_timer_set(app->day_timer, DAY_CHECK_MS);
}

// Asks for the plan of `date`: a new day, or the same day with another file.
static void plan_ask(struct app *app, unsigned kind, int32_t date) {
    struct pipeline_ask ask = {.answer = day_opened, .context = app};
    int rc = secrets_open_day(app->secrets, date);
    if (rc < 0) {
        log_error("app", "no key for day %d: %s", date, strerror(-rc));
        loop_timer_set(app->day_timer, DAY_CHECK_MS);
        return;
    }
    plan_resolve(app->source, date, &app->plan);
    ask.command.kind = (uint16_t)kind;
    ask.command.plan = &app->plan;
    app->plan_busy = true;
    pipeline_ask(app->pipeline, &ask);
}

static void day_turn(struct app *app) {
    const struct hall *hall = pipeline_settled(app->pipeline);
    int32_t date = plan_date_of(app->source, app_now(app).hall_ms);
    doubt_tell(app);
    if (app->plan_busy || hall->day_open)
        return;
    // The business day never decreases, whatever the wall clock says.
    if (date < hall->plan.day.date)
        date = hall->plan.day.date;
    plan_ask(app, COMMAND_OPEN_DAY, date);
}

static void day_timer_fired(void *context) {
    day_turn(context);
}

// Erasing a day's tokens, phones and comments is deleting its key.
static void forget_old_keys(struct app *app, const struct hall *settled) {
    int64_t oldest_ms = settled->plan.day.begins_ms - KEYS_KEPT_DAYS * INT64_C(86400000);
    int rc = secrets_forget_before(app->secrets, plan_date_of(app->source, oldest_ms));
    if (rc)
        log_warning("app", "old keys could not be erased: %s", strerror(-rc));
}

static void app_told(void *context, const struct hall *settled, const struct event *events,
                     size_t count) {
    struct app *app = context;
    for (size_t i = 0; i < count; i++) {
        if (events[i].kind == EVENT_DAY_OPENED)
            forget_old_keys(app, settled);
        if (events[i].kind != EVENT_DAY_CLOSED)
            continue;
        journal_tidy(app->journal);
        // Not from inside the telling: the loop's next turn opens the next day.
        loop_timer_set(app->day_timer, 0);
    }
}

// --- reload ------------------------------------------------------------------------------------

// Reads both files again; a faulty one changes nothing. The number of faults, which go to `out`.
static int app_read_again(struct app *app, FILE *out) {
    static const char same_day_only[] = "changes of addresses and paths wait for the next start";
    struct config config;
    struct plan_source *source;
    const struct hall *hall = pipeline_settled(app->pipeline);
    int faults = config_read(app->path, &config, out);
    if (faults)
        return faults;
    source = plan_compile(config.hall_file, out);
    if (!source)
        return 1;
    if (app->plan_busy) {
        fprintf(out, "a plan is being taken up already: try again\n");
        plan_source_free(source);
        return 1;
    }
    plan_source_free(app->source);
    app->source = source;
    if (hall->day_open)
        plan_ask(app, COMMAND_CONFIGURE, hall->plan.day.date);
    log_notice("app", "hall file read again; %s", same_day_only);
    return 0;
}

static int app_reload_asked(void *context, char *faults, size_t room) {
    FILE *out = fmemopen(faults, room, "w");
    int count;
    if (!out)
        return -errno;
    count = app_read_again(context, out);
    fclose(out);
    return count;
}

static void app_hangup(void *context) {
    app_read_again(context, stderr);
}

// --- what the operator's door adds ---------------------------------------------------------------

static void app_health(void *context, char *out, size_t room) {
    struct app *app = context;
    const char *why = "";
    out[0] = 0;
    if (pipeline_is_stuck(app->pipeline, &why))
        snprintf(out, room, "%s", why);
    else if (app->clock.doubtful)
        snprintf(out, room, "the wall clock jumped: confirm the time");
}

static size_t delivery_figures(const struct tell_figures *f, char *out, size_t room) {
    int used = snprintf(out, room,
                        "# HELP jiaohao_deliveries_waiting Messages to phones not at their end.\n"
                        "# TYPE jiaohao_deliveries_waiting gauge\njiaohao_deliveries_waiting %llu\n"
                        "# HELP jiaohao_delivery_retries_total Messages to be tried again.\n"
                        "# TYPE jiaohao_delivery_retries_total counter\n"
                        "jiaohao_delivery_retries_total %llu\n"
                        "# HELP jiaohao_deliveries_total What became of messages to phones.\n"
                        "# TYPE jiaohao_deliveries_total counter\n",
                        (unsigned long long)f->deliveries[DELIVERY_WAITING],
                        (unsigned long long)f->delivery_retries);
    for (unsigned state = DELIVERY_WAITING + 1; state < DELIVERY_STATES; state++)
        used += snprintf(out + used, room - (size_t)used,
                         "jiaohao_deliveries_total{state=\"%s\"} %llu\n",
                         delivery_state_names[state], (unsigned long long)f->deliveries[state]);
    return (size_t)used;
}

static void app_figures(void *context, char *out, size_t room) {
    struct app *app = context;
    struct tell_figures f;
    size_t used;
    tell_figures(app->tell, &f);
    used = delivery_figures(&f, out, room);
    snprintf(out + used, room - used,
             "# HELP jiaohao_broker_up Whether the link to the broker is up.\n"
             "# TYPE jiaohao_broker_up gauge\njiaohao_broker_up %d\n"
             "# HELP jiaohao_broker_published_total Messages handed to the broker.\n"
             "# TYPE jiaohao_broker_published_total counter\njiaohao_broker_published_total %llu\n"
             "# HELP jiaohao_broker_cursor Last event that the broker has.\n"
             "# TYPE jiaohao_broker_cursor gauge\njiaohao_broker_cursor %llu\n"
             "# HELP jiaohao_broker_refused_total Payloads from the bus that made no sense.\n"
             "# TYPE jiaohao_broker_refused_total counter\njiaohao_broker_refused_total %llu\n"
             "# HELP jiaohao_clock_doubtful Whether wall clock and hall time disagree.\n"
             "# TYPE jiaohao_clock_doubtful gauge\njiaohao_clock_doubtful %d\n",
             f.up, (unsigned long long)f.published, (unsigned long long)f.cursor,
             (unsigned long long)f.refused_payloads, app->clock.doubtful);
}

// --- making and freeing --------------------------------------------------------------------------

static void people_row(void *context, const struct row *row) {
    people_take(context, row);
}

static int app_open_records(struct app *app) {
    char keys[CONFIG_PATH_BYTES + 8];
    int rc;
    app->people = people_new();
    if (!app->people)
        return -ENOMEM;
    rc = journal_rows(app->journal, ROW_PERSON, people_row, app->people);
    if (!rc)
        rc = journal_rows(app->journal, ROW_SESSION, people_row, app->people);
    if (rc)
        return rc;
    snprintf(keys, sizeof keys, "%s/keys", app->config.data);
    app->secrets = secrets_open(keys);
    return app->secrets ? 0 : -EIO;
}

static int app_open_journal(struct app *app) {
    struct journal_options options = {.directory = app->config.data};
    struct moment last;
    int rc = journal_open(&app->journal, &options, loop_base(app->loop));
    if (rc)
        return rc;
    journal_last_moment(app->journal, &last);
    clock_start(&app->clock, &last, journal_boot(app->journal), loop_wall_ms(), loop_boot_ms());
    return app_open_records(app);
}

static int app_open_day(struct app *app) {
    const struct hall *hall = pipeline_settled(app->pipeline);
    app->day_timer = loop_timer_new(app->loop, day_timer_fired, app);
    if (!app->day_timer)
        return -ENOMEM;
    doubt_tell(app);
    if (hall->day_open) {
        int rc = secrets_open_day(app->secrets, hall->plan.day.date);
        if (rc)
            return rc;
        plan_resolve(app->source, hall->plan.day.date, &app->plan);
        if (app->plan.version != hall->plan.version)
            plan_ask(app, COMMAND_CONFIGURE, hall->plan.day.date);
        return 0;
    }
    day_turn(app);
    return 0;
}

static int app_open_doors(struct app *app) {
    struct tell_house tell = {
        .loop = app->loop,
        .pipeline = app->pipeline,
        .journal = app->journal,
        .people = app->people,
        .secrets = app->secrets,
        .config = &app->config,
    };
    struct web_house web = {
        .loop = app->loop,
        .pipeline = app->pipeline,
        .journal = app->journal,
        .people = app->people,
        .secrets = app->secrets,
        .config = &app->config,
        .figures = app_figures,
        .health = app_health,
        .reload = app_reload_asked,
        .confirm_clock = app_confirm_clock,
        .clock_is_doubtful = app_clock_is_doubtful,
        .context = app,
    };
    int rc = tell_new(&app->tell, &tell);
    return rc ? rc : web_new(&app->web, &web);
}

static int app_open(struct app *app) {
    struct pipeline_clock clock = {.now = app_now, .context = app};
    int rc;
    app->loop = loop_new(app_hangup, app);
    if (!app->loop)
        return -ENOMEM;
    app->ready = ready_new(app->loop);
    if (!app->ready)
        return -ENOMEM;
    rc = app_open_journal(app);
    if (!rc)
        rc = pipeline_new(&app->pipeline, app->journal, app->loop, &clock);
    if (!rc && app->config.hooks.sms[0])
        pipeline_follow(app->pipeline, delivery_follows);
    if (!rc)
        rc = pipeline_listen(app->pipeline, app_told, app);
    if (!rc)
        rc = app_open_day(app);
    if (!rc)
        rc = app_open_doors(app);
    return rc;
}

static int app_read_files(struct app *app, FILE *out) {
    int faults = config_read(app->path, &app->config, out);
    if (faults)
        return faults;
    app->source = plan_compile(app->config.hall_file, out);
    return app->source ? 0 : 1;
}

// Damage is told where it was found; the C library's words for these codes say something else.
static bool was_said(int rc) {
    return rc == -EILSEQ || rc == -EPROTO || rc == -EBADMSG;
}

struct app *app_new(const char *path, int *exit_code) {
    struct app *app = calloc(1, sizeof *app);
    int rc;
    *exit_code = EXIT_BROKEN;
    if (!app)
        return NULL;
    snprintf(app->path, sizeof app->path, "%s", path);
    if (app_read_files(app, stderr)) {
        *exit_code = EXIT_FAULTY_FILE;
        goto out;
    }
    log_set_level((enum log_level)app->config.log_level);
    rc = app_open(app);
    if (!rc)
        return app;
    *exit_code = rc == -EBUSY || rc == -EADDRINUSE ? EXIT_IN_USE : EXIT_BROKEN;
    log_error("app", "cannot start: %s", was_said(rc) ? "see above" : strerror(-rc));
out:
    app_free(app);
    return NULL;
}

int app_run(struct app *app) {
    int rc;
    journal_tidy(app->journal);
    ready_set(app->ready, "serving");
    rc = loop_run(app->loop);
    ready_stopping(app->ready);
    return rc ? EXIT_BROKEN : 0;
}

void app_free(struct app *app) {
    if (!app)
        return;
    web_free(app->web);
    tell_free(app->tell);
    loop_timer_free(app->day_timer);
    pipeline_free(app->pipeline);
    secrets_close(app->secrets);
    people_free(app->people);
    journal_close(app->journal);
    ready_free(app->ready);
    loop_free(app->loop);
    plan_source_free(app->source);
    free(app);
}

int app_check(const char *path) {
    struct app *app = calloc(1, sizeof *app);
    int faults;
    if (!app)
        return EXIT_BROKEN;
    snprintf(app->path, sizeof app->path, "%s", path);
    faults = app_read_files(app, stdout);
    if (!faults)
        printf("%s: no faults\n%s: no faults\n", path, app->config.hall_file);
    app_free(app);
    return faults ? EXIT_FAULTY_FILE : 0;
}
