// SPDX-License-Identifier: Apache-2.0
/*
 * What events of windows, services, notices, devices and the day change.
 *
 * A window that closes gives the tickets that were meant for it alone back to their services'
 * lines, at the places their effective times say. Must not: set a window's state (apply.c does).
 */
#include <string.h>

#include "daemon/hall/apply.h"
#include "daemon/hall/line.h"

static struct window *window_of(const struct scene *scene) {
    return &scene->hall->windows[scene->window];
}

static bool has_window(const struct scene *scene) {
    return scene->window != PLAN_NONE;
}

// --- windows -------------------------------------------------------------------------------------
static void make_opened(struct scene *scene) {
    window_of(scene)->person = scene->event->actor;
}

static void make_closed(struct scene *scene) {
    struct hall *hall = scene->hall;
    struct line *own = &hall->own[scene->window];
    struct window *window = window_of(scene);
    while (own->root != HALL_NONE) {
        int32_t at = own->root;
        line_remove(hall, own, at);
        hall->tickets[at].to_window = PLAN_NONE;
        hall->tickets[at].to_person = 0;
        line_insert(hall, line_of(hall, at), at);
    }
    window->person = 0;
    window->pause_until_ms = 0;
    memset(window->pause_reason, 0, sizeof window->pause_reason);
}

static void make_paused(struct scene *scene) {
    struct window *window = window_of(scene);
    window->pause_until_ms = scene->event->u.paused.until_ms;
    memcpy(window->pause_reason, scene->event->u.paused.reason, sizeof window->pause_reason);
}

static void make_resumed(struct scene *scene) {
    window_of(scene)->pause_until_ms = 0;
    memset(window_of(scene)->pause_reason, 0, sizeof window_of(scene)->pause_reason);
}

static bool can_assign(const struct scene *scene) {
    const struct event *event = scene->event;
    if (!has_window(scene) || event->u.assigned.count > EVENT_SERVICES_MAX)
        return false;
    for (uint32_t at = 0; at < event->u.assigned.count; at++) {
        if (plan_service_at(&scene->hall->plan, event->u.assigned.services[at]) == PLAN_NONE)
            return false;
    }
    return true;
}

static void make_assigned(struct scene *scene) {
    const struct event *event = scene->event;
    const struct plan *plan = &scene->hall->plan;
    const struct plan_window *planned = &plan->windows[scene->window];
    struct window *window = window_of(scene);
    window->assigned = event->u.assigned.count != 0;
    window->assigned_until_ms = event->u.assigned.until_ms;
    if (!window->assigned) {
        memcpy(window->weight, planned->weight, sizeof window->weight);
        return;
    }
    memset(window->weight, 0, sizeof window->weight);
    for (uint32_t at = 0; at < event->u.assigned.count; at++) {
        uint16_t service = plan_service_at(plan, event->u.assigned.services[at]);
        uint16_t weight = planned->weight[service];
        window->weight[service] = weight ? weight : 1000;
    }
}

// --- services and the day ------------------------------------------------------------------------
static bool has_service(const struct scene *scene) {
    return plan_service_at(&scene->hall->plan, scene->event->u.service.service) != PLAN_NONE;
}

static void make_stopped(struct scene *scene) {
    const struct event *event = scene->event;
    uint16_t at = plan_service_at(&scene->hall->plan, event->u.service.service);
    struct service_state *service = &scene->hall->services[at];
    service->stopped = event->kind == EVENT_SERVICE_STOPPED;
    memset(service->stop_reason, 0, sizeof service->stop_reason);
    if (service->stopped)
        memcpy(service->stop_reason, event->u.service.reason, sizeof service->stop_reason);
}

static bool day_is_open(const struct scene *scene) {
    return scene->hall->day_open;
}

static bool day_is_over(const struct scene *scene) {
    return !scene->hall->day_open;
}

static void make_day_closed(struct scene *scene) {
    scene->hall->day_open = 0;
}

static bool can_open_day(const struct scene *scene) {
    return day_is_over(scene) && scene->event->u.plan.plan;
}

static bool can_configure(const struct scene *scene) {
    return day_is_open(scene) && scene->event->u.plan.plan;
}

// The latest closing of the day moves; earlier ones (a morning's end) stay, and so does the day's.
static void make_extended(struct scene *scene) {
    struct plan *plan = &scene->hall->plan;
    int64_t latest = INT64_MIN;
    for (uint32_t at = 0; at < PLAN_HOURS_MAX * PLAN_SPANS_MAX; at++) {
        const struct plan_hours *hours = &plan->hours[at / PLAN_SPANS_MAX];
        const struct plan_span *span = &hours->spans[at % PLAN_SPANS_MAX];
        if (at % PLAN_SPANS_MAX < hours->span_count && span->close_ms > latest &&
            span->close_ms < plan->day.ends_ms)
            latest = span->close_ms;
    }
    for (uint32_t at = 0; at < PLAN_HOURS_MAX * PLAN_SPANS_MAX; at++) {
        struct plan_hours *hours = &plan->hours[at / PLAN_SPANS_MAX];
        struct plan_span *span = &hours->spans[at % PLAN_SPANS_MAX];
        if (at % PLAN_SPANS_MAX < hours->span_count && span->close_ms == latest)
            span->close_ms = scene->event->u.extended.until_ms;
    }
}

// --- notices -------------------------------------------------------------------------------------
static struct notice *notice_at(const struct scene *scene, uint64_t id) {
    for (uint32_t at = 0; at < HALL_NOTICES_MAX; at++) {
        if (scene->hall->notices[at].id == id)
            return &scene->hall->notices[at];
    }
    return NULL;
}

static bool has_room(const struct scene *scene) {
    return notice_at(scene, 0) != NULL;
}

static void make_posted(struct scene *scene) {
    const struct event *event = scene->event;
    struct notice *notice = notice_at(scene, 0);
    notice->id = event->seq;
    notice->until_ms = event->u.notice.until_ms;
    memcpy(notice->zone, event->zone, sizeof notice->zone);
    notice->text = event->u.notice.text;
}

static bool has_notice(const struct scene *scene) {
    return scene->event->u.notice.id && notice_at(scene, scene->event->u.notice.id);
}

static void make_notice_withdrawn(struct scene *scene) {
    memset(notice_at(scene, scene->event->u.notice.id), 0, sizeof(struct notice));
}

// --- devices -------------------------------------------------------------------------------------
static bool has_device(const struct scene *scene) {
    return plan_device_at(&scene->hall->plan, scene->event->device) != PLAN_NONE;
}

static void make_device(struct scene *scene) {
    const struct event *event = scene->event;
    uint16_t at = plan_device_at(&scene->hall->plan, event->device);
    struct device_state *device = &scene->hall->devices[at];
    uint32_t online = event->kind != EVENT_DEVICE_OFFLINE;
    if (device->online != online)
        device->since_ms = event->at.hall_ms;
    device->changed = event->seq;
    device->online = online;
    memcpy(device->faults, event->u.device.faults, sizeof device->faults);
}

const struct apply_step apply_hall_steps[EVENT_KINDS] = {
    [EVENT_DAY_OPENED] = {can_open_day, NULL}, // remap.c does it
    [EVENT_DAY_CLOSED] = {day_is_open, make_day_closed},
    [EVENT_HALL_CONFIGURED] = {can_configure, NULL},
    [EVENT_WINDOW_OPENED] = {has_window, make_opened},
    [EVENT_WINDOW_CLOSED] = {has_window, make_closed},
    [EVENT_WINDOW_PAUSED] = {has_window, make_paused},
    [EVENT_WINDOW_RESUMED] = {has_window, make_resumed},
    [EVENT_WINDOW_ASSIGNED] = {can_assign, make_assigned},
    [EVENT_SERVICE_STOPPED] = {has_service, make_stopped},
    [EVENT_SERVICE_RESUMED] = {has_service, make_stopped},
    [EVENT_DAY_EXTENDED] = {day_is_open, make_extended},
    [EVENT_NOTICE_POSTED] = {has_room, make_posted},
    [EVENT_NOTICE_WITHDRAWN] = {has_notice, make_notice_withdrawn},
    [EVENT_DEVICE_ONLINE] = {has_device, make_device},
    [EVENT_DEVICE_OFFLINE] = {has_device, make_device},
    [EVENT_DEVICE_FAULT] = {has_device, make_device},
};
