// SPDX-License-Identifier: Apache-2.0
/*
 * The whole API on one page: what each door answers, to whom, and by which function. The staff door
 * looks here first and then answers what the public door answers.
 *
 * HEAD is answered like GET, OPTIONS from the methods found here.
 */
#include "daemon/web/handlers.h"
#include "daemon/web/route.h"

#define GET EVHTTP_REQ_GET
#define POST EVHTTP_REQ_POST
#define DELETE EVHTTP_REQ_DELETE
#define V1 "/api/v1"

const struct route public_routes[] = {
    {GET, "/", WHO_ANY, page_named, "/index.html"},
    {GET, "/kiosk", WHO_ANY, page_named, "/kiosk.html"},
    {GET, "/board", WHO_ANY, page_named, "/board.html"},
    {GET, "/t", WHO_ANY, page_named, "/ticket.html"},
    {GET, "/rate/{n}", WHO_ANY, page_named, "/rate.html"},
    {GET, V1 "/hall", WHO_ANY, hall_get, NULL},
    {GET, V1 "/stream", WHO_ANY, stream_hall, NULL},
    {GET, V1 "/boards/link", WHO_ANY, hall_board_link, NULL},
    {POST, V1 "/tickets", WHO_ISSUER, ticket_take, NULL},
    {GET, V1 "/ticket", WHO_HOLDER, ticket_get, NULL},
    {DELETE, V1 "/ticket", WHO_HOLDER, ticket_cancel, NULL},
    {POST, V1 "/ticket/return", WHO_HOLDER, ticket_return, NULL},
    {POST, V1 "/ticket/defer", WHO_HOLDER, ticket_defer, NULL},
    {POST, V1 "/ticket/rating", WHO_HOLDER, ticket_rate, NULL},
    {GET, V1 "/ticket/events", WHO_HOLDER, stream_ticket, NULL},
    {GET, "*", WHO_ANY, page_asset, NULL},
    {0},
};

const struct route staff_routes[] = {
    {GET, "/desk", WHO_ANY, page_named, "/desk.html"},
    {GET, "/window/{n}", WHO_ANY, page_named, "/window.html"},
    {GET, "/manager", WHO_ANY, page_named, "/manager.html"},
    {POST, V1 "/sessions", WHO_ANY, session_post, NULL},
    {POST, V1 "/sessions/token", WHO_ANY, session_token_post, NULL},
    {GET, V1 "/sessions/current", WHO_SIGNED_IN, session_get, NULL},
    {DELETE, V1 "/sessions/current", WHO_SIGNED_IN, session_delete, NULL},
    {GET, V1 "/windows/{n}", WHO_STAFF, window_get, NULL},
    {GET, V1 "/windows/{n}/queue", WHO_STAFF, window_queue, NULL},
    {POST, V1 "/windows/{n}/assign", WHO_LEAD, window_assign, NULL},
    {POST, V1 "/windows/{n}/{verb}", WHO_AT_WINDOW, window_verb, NULL},
    {GET, V1 "/calls/{seq}/why", WHO_LEAD, call_why, NULL},
    {POST, V1 "/services/{code}/stop", WHO_LEAD, service_stop, NULL},
    {POST, V1 "/services/{code}/resume", WHO_LEAD, service_resume, NULL},
    {POST, V1 "/notices", WHO_LEAD, notice_post, NULL},
    {DELETE, V1 "/notices/{seq}", WHO_LEAD, notice_delete, NULL},
    {POST, V1 "/day/extend", WHO_LEAD, day_extend, NULL},
    {POST, V1 "/clock/confirm", WHO_MANAGER, clock_confirm_post, NULL},
    {GET, V1 "/floor", WHO_LEAD, hall_floor, NULL},
    {GET, V1 "/devices", WHO_MANAGER, hall_devices, NULL},
    {GET, V1 "/events", WHO_MANAGER, events_get, NULL},
    {GET, V1 "/people", WHO_MANAGER, people_get, NULL},
    {POST, V1 "/people", WHO_ADMIN, people_post, NULL},
    {DELETE, V1 "/people/{seq}", WHO_ADMIN, people_delete, NULL},
    {GET, V1 "/stream", WHO_ANY, stream_window,
     NULL}, // ?window= for staff, else as on the public door
    {0},
};

const struct route operator_routes[] = {
    {GET, "/health", WHO_ANY, operator_health, NULL},
    {GET, "/metrics", WHO_ANY, operator_metrics, NULL},
    {GET, "/people", WHO_OPERATOR, people_get, NULL},
    {POST, "/people", WHO_OPERATOR, people_post, NULL},
    {DELETE, "/people/{seq}", WHO_OPERATOR, people_delete, NULL},
    {POST, "/backup", WHO_OPERATOR, operator_backup, NULL},
    {POST, "/reload", WHO_OPERATOR, operator_reload, NULL},
    {0},
};
