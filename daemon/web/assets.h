// SPDX-License-Identifier: Apache-2.0
/*
 * The pages, inside the program: a table sorted by path, made by tools/embed.sh from display/web.
 * Nothing is ever read from a path made of a request.
 */
#ifndef JIAOHAO_WEB_ASSETS_H
#define JIAOHAO_WEB_ASSETS_H

#include <stddef.h>

struct web_asset {
    const char *path; // "/board.html"
    const char *type; // Content-Type
    const char *etag; // strong, with its quotes
    const unsigned char *bytes;
    size_t length;
};

extern const struct web_asset web_assets[]; // sorted by path (bytes), ended by a NULL path
extern const size_t web_asset_count;

#endif
