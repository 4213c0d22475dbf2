// SPDX-License-Identifier: Apache-2.0
/*
 * jiaohao, the command line: what its subcommands share. Each returns the program's exit code and
 * prints what went wrong, and what to do, on standard error.
 */
#ifndef JIAOHAO_CLI_CLI_H
#define JIAOHAO_CLI_CLI_H

#include <jansson.h>

#include "daemon/config.h"

enum cli_exit { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 64, CLI_UNAVAILABLE = 69, CLI_CONFIG = 78 };

struct cli {              // one call of the program
    const char *path;     // of jiaohao.yaml
    struct config config; // read for the subcommands that ask for it
    int argc;             // what follows the subcommand
    char **argv;
};

int cli_status(struct cli *cli);
int cli_check(struct cli *cli);
int cli_user(struct cli *cli);
int cli_backup(struct cli *cli);
int cli_hall(struct cli *cli);

// One request to the running daemon's operator door, with the operator's token; body may be NULL
// (GET). The HTTP status, or -errno if nobody answers; *reply (owned by the caller) may be NULL.
int operator_ask(const struct config *config, const char *path, const json_t *body, json_t **reply);

// Prints what the daemon answered instead of what was hoped for.
void operator_complain(int status, const json_t *reply);

#endif
