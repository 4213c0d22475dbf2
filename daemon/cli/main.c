// SPDX-License-Identifier: Apache-2.0
/*
 * jiaohao: the command line of the hall. Finds the subcommand in a table; each lives in a file of
 * its own. Talks to a running daemon through the operator's door only.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/cli/cli.h"

static const struct subcommand {
    const char *name, *usage, *help;
    int (*run)(struct cli *cli);
    int needs_config;
} subcommands[] = {
    {"status", "", "is the hall serving, and if not, why", cli_status, 1},
    {"check", "", "read jiaohao.yaml and hall.yaml, print all faults", cli_check, 0},
    {"user", "add NAME --role ROLE [--pin PIN]", "make a person, or a kiosk's token", cli_user, 1},
    {"backup", "FILE", "a consistent copy of the open day and the records", cli_backup, 1},
    {"hall", "show [--devices] | apply FILE", "print the hall file, or take up another", cli_hall,
     1},
};

static int usage(FILE *out, int code) {
    fprintf(out, "usage: jiaohao [-c FILE] SUBCOMMAND …\n"
                 "  -c FILE   the machine's settings (default /etc/jiaohao/jiaohao.yaml)\n\n");
    for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++)
        fprintf(out, "  jiaohao %s %s\n            %s\n", subcommands[i].name, subcommands[i].usage,
                subcommands[i].help);
    return code;
}

static int run(const struct subcommand *subcommand, struct cli *cli) {
    if (subcommand->needs_config && config_read(cli->path, &cli->config, stderr))
        return CLI_CONFIG;
    return subcommand->run(cli);
}

int main(int argc, char **argv) {
    static struct cli cli = {.path = "/etc/jiaohao/jiaohao.yaml"};
    int at = 1;
    if (at + 1 < argc && strcmp(argv[at], "-c") == 0) {
        cli.path = argv[at + 1];
        at += 2;
    }
    if (at >= argc)
        return usage(stderr, CLI_USAGE);
    if (strcmp(argv[at], "--version") == 0)
        return puts("jiaohao " JIAOHAO_VERSION) < 0;
    if (strcmp(argv[at], "--help") == 0)
        return usage(stdout, CLI_OK);
    for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++) {
        if (strcmp(subcommands[i].name, argv[at]) != 0)
            continue;
        cli.argc = argc - at - 1;
        cli.argv = argv + at + 1;
        return run(&subcommands[i], &cli);
    }
    fprintf(stderr, "jiaohao: no subcommand %s\n", argv[at]);
    return usage(stderr, CLI_USAGE);
}
