// SPDX-License-Identifier: Apache-2.0
/*
 * Looking at the hall: `jiaohao status` and `jiaohao check`; and `jiaohao backup`.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/cli/cli.h"
#include "daemon/plan/compile.h"

int cli_status(struct cli *cli) {
    json_t *reply = NULL, *reason;
    int status = operator_ask(&cli->config, "/health", NULL, &reply);
    size_t i;
    if (status == 200) {
        printf("serving\n");
    } else if (status == 503) {
        printf("not ready\n");
        json_array_foreach(json_object_get(reply, "reasons"), i, reason)
            printf("  %s\n", json_string_value(reason));
    } else {
        operator_complain(status, reply);
    }
    json_decref(reply);
    return status == 200 ? CLI_OK : status < 0 ? CLI_UNAVAILABLE : CLI_FAILED;
}

int cli_check(struct cli *cli) {
    struct plan_source *source;
    int faults = config_read(cli->path, &cli->config, stdout);
    if (faults)
        return CLI_CONFIG;
    source = plan_compile(cli->config.hall_file, stdout);
    if (!source)
        return CLI_CONFIG;
    plan_source_free(source);
    printf("%s: no faults\n%s: no faults\n", cli->path, cli->config.hall_file);
    return CLI_OK;
}

// The daemon writes the copy; its working folder is not ours, so the path goes whole.
static int whole_path(const char *path, char out[PATH_MAX + 256]) {
    char here[PATH_MAX];
    if (path[0] == '/')
        return snprintf(out, PATH_MAX + 256, "%s", path) < 0;
    if (!getcwd(here, sizeof here))
        return -1;
    return snprintf(out, PATH_MAX + 256, "%s/%s", here, path) < 0;
}

int cli_backup(struct cli *cli) {
    char path[PATH_MAX + 256];
    json_t *body, *reply = NULL;
    int status;
    if (cli->argc != 1 || whole_path(cli->argv[0], path)) {
        fprintf(stderr, "usage: jiaohao backup FILE\n");
        return CLI_USAGE;
    }
    body = json_pack("{s:s}", "path", path);
    status = operator_ask(&cli->config, "/backup", body, &reply);
    if (status != 200)
        operator_complain(status, reply);
    else
        printf("%s\n", path);
    json_decref(body);
    json_decref(reply);
    return status == 200 ? CLI_OK : CLI_FAILED;
}
