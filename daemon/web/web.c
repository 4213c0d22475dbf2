// SPDX-License-Identifier: Apache-2.0
/*
 * The room put together: doors, clients, streams, the thread that checks PINs, and what is done
 * each second. When it is freed, requests that still wait for the pipeline are cut loose: their
 * late answer finds no web and frees them.
 */
#include "daemon/web/web.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common/log.h"
#include "common/worker.h"
#include "daemon/web/door.h"
#include "daemon/web/limits.h"
#include "daemon/web/request.h"
#include "daemon/web/sessions.h"
#include "daemon/web/sse.h"

struct wire_place web_place(const struct web *web, const struct hall *hall) {
    const char *why = "";
    return (struct wire_place){
        .hall = hall,
        .now_ms = web_now(web),
        .public_url = web->house.config->public_url,
        .online = true,
        .stuck = pipeline_is_stuck(web->house.pipeline, &why),
        .messages = web->house.config->hooks.sms[0] != 0,
        .doubtful =
            web->house.clock_is_doubtful && web->house.clock_is_doubtful(web->house.context),
    };
}

json_t *web_window(const struct wire_place *place, uint16_t number) {
    uint16_t window = plan_window_at(&place->hall->plan, number);
    return window == PLAN_NONE ? NULL : wire_window(place, window);
}

const struct hall *web_hall(const struct web *web) {
    return pipeline_settled(web->house.pipeline);
}

int64_t web_now(const struct web *web) {
    return pipeline_now(web->house.pipeline).hall_ms;
}

static void each_second(void *context) {
    struct web *web = context;
    web->ticks++;
    for (int i = 0; i < DOORS; i++)
        door_listen_again(&web->doors[i]);
    clients_sweep(web->clients);
    streams_tick(web->streams);
    sessions_tidy(web);
    loop_timer_set(web->tick, 1000);
}

// Connections need descriptors: as many as we may have.
static void raise_descriptors(void) {
    struct rlimit limit;
    rlim_t wanted = CONNECTIONS_MOST + 256;
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur < wanted)
        log_warning("web", "only %llu descriptors: fewer connections",
                    (unsigned long long)limit.rlim_cur);
}

static int open_doors(struct web *web) {
    static const struct route *const tables[DOORS][2] = {
        [DOOR_PUBLIC] = {public_routes, NULL},
        [DOOR_STAFF] = {staff_routes, public_routes},
        [DOOR_OPERATOR] = {operator_routes, NULL},
    };
    const struct config *config = web->house.config;
    const struct config_door *doors[DOORS] = {&config->public_door, &config->staff_door,
                                              &config->operator_door};
    int rc = 0;
    for (int i = 0; i < DOORS && !rc; i++) {
        struct door *door = &web->doors[i];
        *door = (struct door){.web = web, .kind = i, .config = doors[i]};
        memcpy(door->tables, tables[i], sizeof door->tables);
        rc = door_open(door);
    }
    return rc;
}

static int open_rooms(struct web *web) {
    char path[CONFIG_PATH_BYTES + 16];
    int rc;
    if (sodium_init() < 0)
        return -EIO;
    randombytes_buf(web->salt, sizeof web->salt);
    snprintf(path, sizeof path, "%s/operator.token", web->house.config->data);
    rc = secrets_file_token(path, web->operator_token);
    if (rc) {
        log_error("web", "the operator's token cannot be read or made: %s", strerror(-rc));
        return rc;
    }
    web->clients = clients_new(web);
    web->worker = worker_new(loop_base(web->house.loop), "pins");
    web->tick = loop_timer_new(web->house.loop, each_second, web);
    if (!web->clients || !web->worker || !web->tick)
        return -ENOMEM;
    return streams_new(&web->streams, web);
}

int web_new(struct web **out, const struct web_house *house) {
    struct web *web = calloc(1, sizeof *web);
    int rc;
    *out = NULL;
    if (!web)
        return -ENOMEM;
    web->house = *house;
    raise_descriptors();
    rc = open_rooms(web);
    if (!rc)
        rc = open_doors(web);
    if (rc) {
        web_free(web);
        return rc;
    }
    loop_timer_set(web->tick, 1000);
    *out = web;
    return 0;
}

static void cut_loose(struct web *web) {
    for (struct request *one = web->requests, *next; one; one = next) {
        next = one->next;
        one->web = NULL;
        one->http = NULL;
        if (!one->waits)
            request_free(one);
    }
    web->requests = NULL;
}

void web_free(struct web *web) {
    if (!web)
        return;
    cut_loose(web);
    sessions_cut_loose(web);
    worker_free(web->worker);
    loop_timer_free(web->tick);
    clients_forget_callbacks(web->clients);
    for (int i = 0; i < DOORS; i++)
        door_shut(&web->doors[i]);
    streams_free(web->streams);
    clients_free(web->clients);
    sodium_memzero(web->operator_token, sizeof web->operator_token);
    free(web);
}
