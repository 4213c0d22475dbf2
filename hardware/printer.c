// SPDX-License-Identifier: Apache-2.0
/*
 * Before a slip the printer is asked how it is, and after it once more: a slip counts as printed
 * when the printer had paper to the end of it. A printer without paper keeps the slip until it is
 * too old to be of use; then the hall is told that it failed, and the ticket stands without paper.
 *
 * Invariant: nothing is asked while the bytes of a slip are under way, because DLE EOT inside a QR
 * code would be data. What became of a job is told until the broker has it.
 */
#include "hardware/printer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hardware/spool.h"

enum {
    ANSWER_MS = 1000,
    SOON_MS = 500,
    LOOK_MS = 5000,
    SETTLE_MS = 300,
    STUCK_MS = 20000,
    MS_MOST = 600000
};

enum phase {
    PRINTER_IDLE,    // the timer looks again
    PRINTER_ASKING,  // the answer to status `n` is awaited
    PRINTER_SENDING, // the bytes of `job` are leaving
};

static const unsigned stops =
    ESCPOS_OFFLINE | ESCPOS_COVER_OPEN | ESCPOS_PAPER_OUT | ESCPOS_ERROR | ESCPOS_CUTTER;

struct printer {
    struct hardware *hardware;
    const struct config_printer *config;
    struct bus *bus;
    struct port *port;
    struct loop_timer *timer;
    enum phase phase;
    uint8_t n;            // of the status asked
    unsigned asked;       // faults of this round
    bool hall_listens;    // it spoke since we are connected: a broker that lost all knows it again
    struct job *printing; // sent; the round now asks how it went
    char words[64];       // faults as last reported
    struct spool spool;
};

static void turn(struct printer *printer);

// --- to the hall -------------------------------------------------------------------------------

static void report(struct printer *printer, const char *words) {
    bool same = strcmp(words, printer->words) == 0;
    snprintf(printer->words, sizeof printer->words, "%s", words);
    if (!same && bus_is_up(printer->bus))
        machine_report(printer->hardware->machine, printer->bus, printer->config->name, "printer",
                       printer->words);
}

static void tell_one(struct printer *printer, struct job *job) {
    char topic[128], text[256];
    int64_t ms = loop_wall_ms() - job->came_ms;
    struct bus_publish message = {.topic = topic, .payload = text, .qos = 1};
    ms = ms < 0 ? 0 : ms > MS_MOST ? MS_MOST : ms;
    snprintf(topic, sizeof topic, "%sack/%s", printer->hardware->machine->prefix,
             printer->config->name);
    if (job->state == JOB_PRINTED)
        snprintf(text, sizeof text, "{\"id\":\"%s\",\"did\":\"printed\",\"ms\":%lld}", job->id,
                 (long long)ms);
    else
        snprintf(text, sizeof text, "{\"id\":\"%s\",\"did\":\"failed\",\"error\":\"%s\"}", job->id,
                 job->error);
    message.length = strlen(text);
    message.tag = (uint64_t)(job - printer->spool.jobs) + 1;
    if (bus_publish(printer->bus, &message) == 0)
        job->told = true;
}

static void tell_all(struct printer *printer) {
    if (!printer->hall_listens)
        return;
    for (size_t i = 0; i < SPOOL_MAX; i++) {
        struct job *job = &printer->spool.jobs[i];
        if ((job->state == JOB_PRINTED || job->state == JOB_FAILED) && !job->told)
            tell_one(printer, job);
    }
}

static void finish(struct printer *printer, struct job *job, const char *error) {
    spool_set(&printer->spool, job, error ? JOB_FAILED : JOB_PRINTED, error ? error : "");
    tell_all(printer);
}

static void give_up_late(struct printer *printer) {
    int64_t now = loop_wall_ms();
    for (size_t i = 0; i < SPOOL_MAX; i++) {
        struct job *job = &printer->spool.jobs[i];
        if (job->state == JOB_WAITING && job->until_ms < now)
            finish(printer, job, printer->words[0] ? printer->words : "too-late");
    }
}

// --- paper -------------------------------------------------------------------------------------

static void send_slip(struct printer *printer, struct job *job) {
    uint8_t bytes[ESCPOS_SLIP_MAX];
    size_t length;
    job->slip.again = job->again;
    length = escpos_slip(&job->slip, printer->config->columns,
                         (enum slip_language)printer->config->language, bytes);
    if (!length) {
        finish(printer, job, "layout");
        turn(printer);
        return;
    }
    spool_set(&printer->spool, job, JOB_SENDING, "");
    if (port_write(printer->port, bytes, length)) {
        spool_set(&printer->spool, job, JOB_WAITING, "");
        return;
    }
    job->again = true; // from here on
    printer->printing = job;
    printer->phase = PRINTER_SENDING;
    loop_timer_set(printer->timer, STUCK_MS);
}

static void ask(struct printer *printer, uint8_t n) {
    uint8_t bytes[3];
    escpos_ask(n, bytes);
    printer->n = n;
    printer->phase = PRINTER_ASKING;
    if (n == ESCPOS_STATUS_FIRST)
        printer->asked = 0;
    port_write(printer->port, bytes, sizeof bytes);
    loop_timer_set(printer->timer, ANSWER_MS);
}

static void rest(struct printer *printer) {
    bool waits = spool_first(&printer->spool, JOB_WAITING) != NULL;
    printer->phase = PRINTER_IDLE;
    loop_timer_set(printer->timer, waits ? SOON_MS : LOOK_MS);
}

// How the slip that was sent went.
static void settle(struct printer *printer, bool stopped) {
    struct job *job = printer->printing;
    printer->printing = NULL;
    if (!job)
        return;
    if (stopped)
        spool_set(&printer->spool, job, JOB_WAITING, "");
    else
        finish(printer, job, NULL);
}

// A round of questions is over.
static void round_over(struct printer *printer, const char *words, bool stopped) {
    struct job *job;
    report(printer, words);
    settle(printer, stopped);
    give_up_late(printer);
    job = spool_first(&printer->spool, JOB_WAITING);
    if (job && !stopped)
        send_slip(printer, job);
    if (printer->phase != PRINTER_SENDING)
        rest(printer);
}

static void turn(struct printer *printer) {
    struct job *job;
    if (!port_is_up(printer->port) || printer->phase != PRINTER_IDLE) {
        give_up_late(printer);
        return;
    }
    job = spool_first(&printer->spool, JOB_WAITING);
    if (printer->config->status)
        ask(printer, ESCPOS_STATUS_FIRST);
    else if (job && job->until_ms >= loop_wall_ms())
        send_slip(printer, job);
    else
        give_up_late(printer);
}

static void on_timer(void *context) {
    struct printer *printer = context;
    if (printer->phase == PRINTER_ASKING) {
        round_over(printer, "no-answer", true);
        return;
    }
    if (printer->phase == PRINTER_SENDING) { // it takes no bytes: sending them again would double
        report(printer, "no-answer");
        loop_timer_set(printer->timer, STUCK_MS);
        return;
    }
    printer->phase = PRINTER_IDLE;
    turn(printer);
    if (printer->phase == PRINTER_IDLE)
        rest(printer);
}

// --- the port ----------------------------------------------------------------------------------

static void on_bytes(void *context, const uint8_t *bytes, size_t length) {
    struct printer *printer = context;
    char words[64];
    for (size_t i = 0; i < length && printer->phase == PRINTER_ASKING; i++) {
        if (escpos_status(printer->n, bytes[i], &printer->asked))
            continue; // XON, XOFF, noise
        if (printer->n < ESCPOS_STATUS_LAST) {
            ask(printer, (uint8_t)(printer->n + 1));
            continue;
        }
        escpos_words(printer->asked, words, sizeof words);
        round_over(printer, words, (printer->asked & stops) != 0);
    }
}

static void on_drained(void *context) {
    struct printer *printer = context;
    if (printer->phase != PRINTER_SENDING)
        return;
    printer->phase = PRINTER_IDLE;
    if (!printer->config->status)
        settle(printer, false);
    loop_timer_set(printer->timer, SETTLE_MS);
}

static void on_port_up(void *context) {
    struct printer *printer = context;
    printer->phase = PRINTER_IDLE;
    if (!printer->config->status)
        report(printer, "");
    turn(printer);
}

static void on_port_down(void *context, const char *why) {
    struct printer *printer = context;
    log_warning("hardware", "%s is lost: %s", printer->config->name, why);
    printer->phase = PRINTER_IDLE;
    settle(printer, true);
    report(printer, "port-down");
    loop_timer_set(printer->timer, SOON_MS);
}

// --- the broker --------------------------------------------------------------------------------

static void take_slip(struct printer *printer, const json_t *body) {
    const char *fault = spool_add(&printer->spool, body, loop_wall_ms(), printer->config->keep_ms);
    if (fault && fault[0])
        log_warning("hardware", "%s: a slip makes no sense: %s", printer->config->name, fault);
    if (!fault)
        turn(printer);
}

// An acknowledgement that reaches a broker before the hall does is lost if that broker was new.
static void on_message(void *context, const struct bus_message *message) {
    struct printer *printer = context;
    const char *below = message->topic + strlen(printer->hardware->machine->prefix);
    json_t *body = json_loadb(message->payload, message->length, JSON_REJECT_DUPLICATES, NULL);
    if (strncmp(below, "print/", 6) == 0) {
        take_slip(printer, body);
    } else if (!message->retained && json_is_true(json_object_get(body, "online"))) {
        printer->hall_listens = true;
        tell_all(printer);
    }
    json_decref(body);
}

static void on_bus_up(void *context) {
    struct printer *printer = context;
    machine_report(printer->hardware->machine, printer->bus, printer->config->name, "printer",
                   printer->words);
}

static void on_bus_down(void *context) {
    struct printer *printer = context;
    printer->hall_listens = false;
    for (size_t i = 0; i < SPOOL_MAX; i++)
        printer->spool.jobs[i].told = false;
}

static void on_sent(void *context, uint64_t tag) {
    struct printer *printer = context;
    struct job *job;
    if (tag < 1 || tag > SPOOL_MAX)
        return;
    job = &printer->spool.jobs[tag - 1];
    if (job->told)
        spool_over(&printer->spool, job);
    tell_all(printer);
}

// --- making and freeing ------------------------------------------------------------------------

static int connect_all(struct printer *printer) {
    struct bus_events bus = {.up = on_bus_up,
                             .down = on_bus_down,
                             .message = on_message,
                             .sent = on_sent,
                             .context = printer};
    struct port_events port = {.up = on_port_up,
                               .down = on_port_down,
                               .bytes = on_bytes,
                               .drained = on_drained,
                               .context = printer};
    struct loop *loop = printer->hardware->loop;
    const struct machine *machine = printer->hardware->machine;
    char topic[128];
    printer->timer = loop_timer_new(loop, on_timer, printer);
    if (!printer->timer)
        return -1;
    printer->bus = machine_link(machine, loop, printer->config->name, "printer", &bus);
    printer->port = port_new(loop, printer->config->port, &port);
    if (!printer->bus || !printer->port)
        return -1;
    snprintf(topic, sizeof topic, "%sprint/%s", machine->prefix, printer->config->name);
    loop_timer_set(printer->timer, SOON_MS);
    if (bus_subscribe(printer->bus, topic, 1))
        return -1;
    snprintf(topic, sizeof topic, "%sstate/hall", machine->prefix);
    return bus_subscribe(printer->bus, topic, 1);
}

struct printer *printer_new(struct hardware *hardware, const struct config_printer *config) {
    struct printer *printer = calloc(1, sizeof *printer);
    if (!printer)
        return NULL;
    printer->hardware = hardware;
    printer->config = config;
    snprintf(printer->words, sizeof printer->words, "port-down");
    spool_open(&printer->spool, hardware->keep, config->name);
    if (connect_all(printer) == 0)
        return printer;
    log_error("hardware", "%s cannot be driven", config->name);
    printer_free(printer);
    return NULL;
}

void printer_free(struct printer *printer) {
    if (!printer)
        return;
    machine_leave(printer->hardware->machine, printer->bus, printer->config->name, "printer");
    port_free(printer->port);
    loop_timer_free(printer->timer);
    free(printer);
}
