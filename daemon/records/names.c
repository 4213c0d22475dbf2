// SPDX-License-Identifier: Apache-2.0
/*
 * The names of roles as the API, the command line and the pages write them. Their order is the
 * order of trust (a kiosk stands apart), and their numbers are on disk: append only.
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
