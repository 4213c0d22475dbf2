// SPDX-License-Identifier: Apache-2.0
/*
 * jiaohao-display: reads its options and runs the boards. What the options mean is in
 * jiaohao-display(8).
 */
#include <getopt.h>
#include <stdio.h>
#include <sys/stat.h>

#include "display/led/app.h"

static const char usage[] =
    "usage: jiaohao-display [-c FILE] [--check] [--version] [--help]\n"
    "  -c FILE     the machine's settings (default /etc/jiaohao/jiaohao.yaml)\n"
    "  --check     read the settings, print all faults, exit 0 or 78\n"
    "  --version   print the version\n"
    "  --help      print this\n";

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"check", no_argument, NULL, 'k'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *path = "/etc/jiaohao/jiaohao.yaml";
    int check = 0, option;
    umask(0077);
    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            path = optarg;
            break;
        case 'k':
            check = 1;
            break;
        case 'v':
            puts("jiaohao-display " JIAOHAO_VERSION);
            return 0;
        case 'h':
            fputs(usage, stdout);
            return 0;
        default:
            fputs(usage, stderr);
            return 64; // EX_USAGE
        }
    }
    if (optind < argc) {
        fputs(usage, stderr);
        return 64;
    }
    return check ? app_check(path) : app_run(path);
}
