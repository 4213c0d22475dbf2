// SPDX-License-Identifier: Apache-2.0
/*
 * Wiring. SIGHUP reads the file again; a faulty one changes nothing, a good one takes the place of
 * everything, in one turn of the loop: links and ports are closed and opened anew, and what is
 * under way is taken up from the state folder as after a restart.
 */
#include "hardware/app.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/ready.h"
#include "hardware/keypad.h"
#include "hardware/pad.h"
#include "hardware/printer.h"

enum { EXIT_UNAVAILABLE = 69, EXIT_NO_MEMORY = 70, EXIT_CONFIG = 78 };

struct devices {
    struct machine machine;
    struct hardware_config config;
    struct sessions *sessions;
    struct line *lines[CONFIG_LINES_MAX];
    struct pad *pads[CONFIG_PADS_MAX];
    struct keypad *keypads[CONFIG_KEYPADS_MAX];
    struct printer *printers[CONFIG_PRINTERS_MAX];
};

struct hardware_app {
    char path[256];
    struct loop *loop;
    struct ready *ready;
    struct keep keep;
    struct hardware shared;
    struct devices *devices;
};

static void devices_free(struct devices *devices) {
    if (!devices)
        return;
    for (size_t i = 0; i < CONFIG_PADS_MAX; i++)
        pad_free(devices->pads[i]);
    for (size_t i = 0; i < CONFIG_KEYPADS_MAX; i++)
        keypad_free(devices->keypads[i]);
    for (size_t i = 0; i < CONFIG_PRINTERS_MAX; i++)
        printer_free(devices->printers[i]);
    for (size_t i = 0; i < CONFIG_LINES_MAX; i++)
        line_free(devices->lines[i]);
    sessions_free(devices->sessions);
    free(devices);
}

static int connect_lines(struct hardware_app *app, struct devices *devices) {
    const struct hardware_config *config = &devices->config;
    devices->sessions =
        sessions_new(app->loop, config->staff_address, (uint16_t)config->staff_port);
    if (!devices->sessions)
        return -ENOMEM;
    for (uint32_t i = 0; i < config->line_count; i++) {
        devices->lines[i] = line_new(app->loop, &config->lines[i]);
        if (!devices->lines[i])
            return -ENOMEM;
    }
    return 0;
}

// A device whose account is missing is logged and left out; the others work.
static int connect_all(struct hardware_app *app, struct devices *devices) {
    const struct hardware_config *config = &devices->config;
    int rc = connect_lines(app, devices);
    if (rc)
        return rc;
    app->shared.machine = &devices->machine;
    for (uint32_t i = 0; i < config->pad_count; i++)
        devices->pads[i] =
            pad_new(&(struct pad_place){&app->shared, devices->lines[config->pads[i].line],
                                        devices->sessions},
                    &config->pads[i]);
    for (uint32_t i = 0; i < config->keypad_count; i++)
        devices->keypads[i] =
            keypad_new(&app->shared, devices->lines[config->keypads[i].line], &config->keypads[i]);
    for (uint32_t i = 0; i < config->printer_count; i++)
        devices->printers[i] = printer_new(&app->shared, &config->printers[i]);
    return 0;
}

static struct devices *devices_read(const char *path, FILE *out) {
    struct devices *devices = calloc(1, sizeof *devices);
    if (devices && hardware_config_read(path, &devices->machine, &devices->config, out) == 0)
        return devices;
    free(devices);
    return NULL;
}

static void say_status(struct hardware_app *app) {
    const struct hardware_config *config = &app->devices->config;
    char status[128];
    snprintf(status, sizeof status, "%u lines, %u pads, %u keypads, %u printers",
             config->line_count, config->pad_count, config->keypad_count, config->printer_count);
    ready_set(app->ready, status);
    log_notice("hardware", "driving %s", status);
}

static void on_reload(void *context) {
    struct hardware_app *app = context;
    struct devices *devices = devices_read(app->path, stderr);
    if (!devices) {
        log_error("hardware", "%s has faults: everything stays as it is", app->path);
        return;
    }
    devices_free(app->devices);
    app->devices = devices;
    log_set_level((enum log_level)devices->machine.log_level);
    if (connect_all(app, devices)) {
        log_error("hardware", "no memory");
        loop_stop(app->loop);
        return;
    }
    say_status(app);
}

static int make(struct hardware_app *app) {
    if (keep_open(&app->keep, app->devices->config.state))
        return EXIT_UNAVAILABLE;
    log_set_level((enum log_level)app->devices->machine.log_level);
    app->loop = loop_new(on_reload, app);
    app->ready = app->loop ? ready_new(app->loop) : NULL;
    if (!app->ready)
        return EXIT_NO_MEMORY;
    app->shared.loop = app->loop;
    app->shared.keep = &app->keep;
    app->shared.start = keep_count_start(&app->keep, loop_wall_ms() / 1000);
    if (connect_all(app, app->devices))
        return EXIT_NO_MEMORY;
    say_status(app);
    return 0;
}

struct hardware_app *hardware_app_new(const char *path, int *exit_code) {
    struct hardware_app *app = calloc(1, sizeof *app);
    *exit_code = EXIT_NO_MEMORY;
    if (!app)
        return NULL;
    snprintf(app->path, sizeof app->path, "%s", path);
    app->devices = devices_read(path, stderr);
    *exit_code = app->devices ? make(app) : EXIT_CONFIG;
    if (*exit_code == 0)
        return app;
    hardware_app_free(app);
    return NULL;
}

int hardware_app_run(struct hardware_app *app) {
    int rc = loop_run(app->loop);
    ready_stopping(app->ready);
    return rc ? EXIT_NO_MEMORY : 0;
}

void hardware_app_free(struct hardware_app *app) {
    if (!app)
        return;
    devices_free(app->devices);
    ready_free(app->ready);
    if (app->loop)
        loop_free(app->loop);
    free(app);
}

int hardware_app_check(const char *path) {
    struct devices *devices = devices_read(path, stdout);
    bool good = devices != NULL;
    free(devices);
    return good ? 0 : EXIT_CONFIG;
}
