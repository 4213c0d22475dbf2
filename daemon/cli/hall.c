// SPDX-License-Identifier: Apache-2.0
/*
 * `jiaohao hall show` prints the hall file in force (or the devices it names, a line each, which is
 * what the broker's accounts are made from); `jiaohao hall apply` checks another file, puts it in
 * place in one step and has the daemon take it up.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/cli/cli.h"
#include "daemon/plan/compile.h"

static const char *const kinds[] = {"pad", "keypad", "board", "speaker", "printer"};

static void print_devices(const struct plan *plan) {
    for (uint32_t i = 0; i < plan->device_count; i++) {
        const struct plan_device *device = &plan->devices[i];
        unsigned window = device->window == PLAN_NONE ? 0 : plan->windows[device->window].number;
        printf("%s %s %s ", kinds[device->kind], device->name,
               device->zone == PLAN_NONE ? "-" : plan->zones[device->zone].code);
        if (window)
            printf("%u\n", window);
        else
            printf("-\n");
    }
}

static int show_devices(const struct plan_source *source) {
    struct plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return CLI_FAILED;
    plan_resolve(source, plan_date_of(source, (int64_t)time(NULL) * 1000), plan);
    print_devices(plan);
    free(plan);
    return CLI_OK;
}

static int show(const struct cli *cli) {
    int devices = cli->argc == 2 && strcmp(cli->argv[1], "--devices") == 0;
    struct plan_source *source = plan_compile(cli->config.hall_file, stderr);
    int code = CLI_OK;
    if (!source)
        return CLI_CONFIG;
    if (devices) {
        code = show_devices(source);
    } else {
        size_t length;
        const char *bytes = plan_source_bytes(source, &length);
        fwrite(bytes, 1, length, stdout);
    }
    plan_source_free(source);
    return code;
}

static int write_all(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        bytes += written;
        length -= (size_t)written;
    }
    return 0;
}

// Makes a renamed file last through a power cut.
static int sync_folder(const char *path) {
    char copy[CONFIG_PATH_BYTES];
    int fd, rc;
    snprintf(copy, sizeof copy, "%s", path);
    fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    rc = fsync(fd) ? -errno : 0;
    close(fd);
    return rc;
}

// Puts the bytes in the place of a file in one step: readers see the old or the new, never half.
static int replace_file(const char *path, const char *bytes, size_t length) {
    char fresh[CONFIG_PATH_BYTES + 8];
    int fd, rc;
    snprintf(fresh, sizeof fresh, "%s.new", path);
    fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0)
        return -errno;
    rc = write_all(fd, bytes, length);
    if (!rc && fsync(fd))
        rc = -errno;
    close(fd);
    if (!rc && rename(fresh, path))
        rc = -errno;
    if (rc)
        unlink(fresh);
    return rc ? rc : sync_folder(path);
}

static int reload(const struct cli *cli) {
    json_t *body = json_object(), *reply = NULL, *fault;
    int status = operator_ask(&cli->config, "/reload", body, &reply);
    const json_t *faults = json_object_get(reply, "faults");
    size_t i;
    json_decref(body);
    if (status != 200)
        operator_complain(status, reply);
    json_array_foreach(faults, i, fault) fprintf(stderr, "%s\n", json_string_value(fault));
    i = json_array_size(faults);
    json_decref(reply);
    return status == 200 && i == 0 ? CLI_OK : CLI_FAILED;
}

static int apply(const struct cli *cli) {
    struct plan_source *source;
    const char *bytes;
    size_t length;
    int rc;
    if (cli->argc != 2) {
        fprintf(stderr, "usage: jiaohao hall apply FILE\n");
        return CLI_USAGE;
    }
    source = plan_compile(cli->argv[1], stderr);
    if (!source)
        return CLI_CONFIG;
    bytes = plan_source_bytes(source, &length);
    rc = replace_file(cli->config.hall_file, bytes, length);
    plan_source_free(source);
    if (rc) {
        fprintf(stderr, "jiaohao: %s: %s\n", cli->config.hall_file, strerror(-rc));
        return CLI_FAILED;
    }
    return reload(cli);
}

int cli_hall(struct cli *cli) {
    if (cli->argc >= 1 && strcmp(cli->argv[0], "show") == 0)
        return show(cli);
    if (cli->argc >= 1 && strcmp(cli->argv[0], "apply") == 0)
        return apply(cli);
    fprintf(stderr, "usage: jiaohao hall show [--devices] | apply FILE\n");
    return CLI_USAGE;
}
