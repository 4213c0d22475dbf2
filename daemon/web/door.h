// SPDX-License-Identifier: Apache-2.0
/*
 * A door: where it listens and what a request must show before a handler sees it.
 */
#ifndef JIAOHAO_WEB_DOOR_H
#define JIAOHAO_WEB_DOOR_H

#include "daemon/web/inside.h"

// Listens if the door has a port. 0 or -errno with the reason logged.
int door_open(struct door *door);
void door_shut(struct door *door); // tolerates a door that never opened

// Each second: a door that was out of descriptors listens again.
void door_listen_again(struct door *door);

// Pure parts, for tests. Whether a Host header names us: an address, localhost, or one of `hosts`
// (comma-separated) or the host of `url`, with or without its port.
bool door_knows_host(const char *host, const char *hosts, const char *url);
// Whether an Origin header is that of `host` itself or one of those hosts.
bool door_knows_origin(const char *origin, const char *host, const char *hosts, const char *url);
bool door_is_json(const char *content_type);
bool door_key_is_good(const char *key);

#endif
