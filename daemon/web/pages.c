// SPDX-License-Identifier: Apache-2.0
/*
 * Pages and the files they are made of, from the table inside the program. HTML is reached by its
 * route only, so that each page is at its own door.
 */
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/web/assets.h"
#include "daemon/web/handlers.h"
#include "daemon/web/reply.h"

static int compare_path(const void *key, const void *asset) {
    return strcmp(key, ((const struct web_asset *)asset)->path);
}

static const struct web_asset *asset_at(const char *path) {
    return bsearch(path, web_assets, web_asset_count, sizeof *web_assets, compare_path);
}

static bool is_html(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot && strcmp(dot, ".html") == 0;
}

// The page may also connect to the broker, as browsers reach it.
static void allow_broker(struct request *request) {
    const struct config_broker *broker = &request->web->house.config->broker;
    const char *host = request_header(request, "Host");
    char policy[1024];
    if (broker->pages_url[0] && strcspn(broker->pages_url, " ;,\r\n") == strlen(broker->pages_url))
        snprintf(policy, sizeof policy, "%s %s", REPLY_CSP, broker->pages_url);
    else if (broker->pages_port && host[0] != '[')
        snprintf(policy, sizeof policy, "%s ws://%.*s:%u", REPLY_CSP, (int)strcspn(host, ":"), host,
                 (unsigned)broker->pages_port);
    else
        return;
    reply_header(request, "Content-Security-Policy", policy);
}

static void send_asset(struct request *request, const struct web_asset *asset) {
    const char *known = request_header(request, "If-None-Match");
    reply_header(request, "ETag", asset->etag);
    reply_header(request, "Cache-Control", "no-cache");
    if (is_html(asset->path))
        allow_broker(request);
    if (known && (strcmp(known, "*") == 0 || strstr(known, asset->etag)))
        reply_empty(request, 304);
    else
        reply_bytes(request, 200, asset->type, asset->bytes, asset->length);
}

void page_named(struct request *request) {
    const struct web_asset *asset = asset_at(request->route->page);
    if (asset)
        send_asset(request, asset);
    else
        reply_problem(request, PROBLEM_NO_PATH);
}

void page_asset(struct request *request) {
    const struct web_asset *asset = is_html(request->path) ? NULL : asset_at(request->path);
    if (asset)
        send_asset(request, asset);
    else
        reply_problem(request, PROBLEM_NO_PATH);
}
