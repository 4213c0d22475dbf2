// SPDX-License-Identifier: Apache-2.0
/*
 * The names of roles as the API, the command line and the pages write them. Their order is the
 * order of trust (a kiosk stands apart), and their numbers are on disk: append only.
 * What becomes of a message is on disk by name, and a label of the figures.
 */
#include "daemon/records/record.h"

const char *const role_names[ROLES + 1] = {
    [ROLE_GUIDE] = "guide",
    [ROLE_STAFF] = "staff",
    [ROLE_LEAD] = "lead",
    [ROLE_MANAGER] = "manager",
    [ROLE_ADMIN] = "admin",
    [ROLE_KIOSK] = "kiosk",
    [ROLES] = 0,
};

const char *const delivery_state_names[DELIVERY_STATES + 1] = {
    [DELIVERY_WAITING] = "waiting", [DELIVERY_SENT] = "sent",     [DELIVERY_FAILED] = "failed",
    [DELIVERY_STALE] = "stale",     [DELIVERY_CAPPED] = "capped", [DELIVERY_STATES] = 0,
};
