// SPDX-License-Identifier: Apache-2.0
/*
 * Wiring, and nothing but wiring: reads the settings, makes the boards, and makes them anew on
 * SIGHUP where their settings changed.
 *
 * Invariant: a faulty file changes nothing. A board that cannot be made does not stop the others.
 */
#include "display/led/app.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/ready.h"
#include "display/led/board.h"

enum { EXIT_MEMORY = 71, EXIT_BUSY = 75, EXIT_CONFIG = 78 };

struct app {
    const char *path;
    struct config *config;
    struct loop *loop;
    struct ready *ready;
    struct board *boards[CONFIG_BOARDS_MAX];
    uint32_t board_count;
};

static struct config *read_config(const char *path) {
    struct config *config = calloc(1, sizeof *config);
    if (!config || config_read(path, config, stderr)) {
        free(config);
        return NULL;
    }
    return config;
}

int app_check(const char *path) {
    struct config *config = read_config(path);
    int code = config ? 0 : EXIT_CONFIG;
    free(config);
    return code;
}

static void make_boards(struct app *app) {
    for (uint32_t i = 0; i < app->config->board_count; i++) {
        struct board *board = board_new(app->loop, &app->config->machine, &app->config->boards[i],
                                        app->config->stale_after_ms);
        if (board)
            app->boards[app->board_count++] = board;
        else
            log_error("display", "%s: this board cannot be driven", app->config->boards[i].name);
    }
}

static void free_boards(struct app *app) {
    while (app->board_count)
        board_free(app->boards[--app->board_count]);
}

static void say_ready(struct app *app) {
    char status[64];
    snprintf(status, sizeof status, "%u of %u boards", app->board_count, app->config->board_count);
    ready_set(app->ready, status);
    log_notice("display", "%s", status);
}

static void on_reload(void *context) {
    struct app *app = context;
    struct config *config = read_config(app->path);
    if (!config) {
        log_error("display", "%s is faulty: nothing was changed", app->path);
        return;
    }
    // Both began as zeros, so bytes between the fields are equal too.
    if (memcmp((const char *)config, (const char *)app->config, sizeof *config) == 0) {
        log_notice("display", "nothing has changed");
        free(config);
        return;
    }
    free_boards(app);
    free(app->config);
    app->config = config;
    log_set_level((enum log_level)config->machine.log_level);
    make_boards(app);
    say_ready(app);
}

static int start(struct app *app) {
    log_set_level((enum log_level)app->config->machine.log_level);
    app->loop = loop_new(on_reload, app);
    app->ready = app->loop ? ready_new(app->loop) : NULL;
    if (!app->ready)
        return EXIT_MEMORY;
    make_boards(app);
    if (!app->board_count && app->config->board_count)
        return EXIT_BUSY;
    say_ready(app);
    return 0;
}

int app_run(const char *path) {
    struct app app = {.path = path, .config = read_config(path)};
    int code;
    if (!app.config)
        return EXIT_CONFIG;
    code = start(&app);
    if (!code && loop_run(app.loop))
        code = EXIT_MEMORY;
    if (app.ready)
        ready_stopping(app.ready);
    free_boards(&app);
    ready_free(app.ready);
    loop_free(app.loop);
    free(app.config);
    return code;
}
