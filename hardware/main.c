// SPDX-License-Identifier: Apache-2.0
/*
 * jiaohao-hardware: reads its options and drives the devices. What the options mean is in
 * jiaohao-hardware(8).
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "hardware/app.h"

static const char usage[] =
    "usage: jiaohao-hardware [-c FILE] [--check] [--version] [--help]\n"
    "  -c FILE     the machine's settings (default /etc/jiaohao/jiaohao.yaml)\n"
    "  --check     read the files, print all faults, exit 0 or 78\n"
    "  --version   print the version\n"
    "  --help      print this\n";

static int run(const char *path) {
    struct rlimit none = {0, 0};
    int exit_code;
    struct hardware_app *app;
    setrlimit(RLIMIT_CORE, &none); // a core would hold PINs and passwords
    umask(0077);
    app = hardware_app_new(path, &exit_code);
    if (!app)
        return exit_code;
    exit_code = hardware_app_run(app);
    hardware_app_free(app);
    return exit_code;
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"check", no_argument, NULL, 'k'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *path = "/etc/jiaohao/jiaohao.yaml";
    int check = 0, option;
    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            path = optarg;
            break;
        case 'k':
            check = 1;
            break;
        case 'v':
            puts("jiaohao-hardware " JIAOHAO_VERSION);
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
    return check ? hardware_app_check(path) : run(path);
}
