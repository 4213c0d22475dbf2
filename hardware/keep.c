// SPDX-License-Identifier: Apache-2.0
/*
 * Small files, written beside and renamed over, with the file and its folder synced: after a power
 * cut there is the old text or the new one.
 */
#include "hardware/keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"

enum { FILE_MAX = 65536, PATH_BYTES = 384 };

static void path_of(const struct keep *keep, const char *name, const char *end,
                    char out[PATH_BYTES]) {
    snprintf(out, PATH_BYTES, "%s/%.80s%s", keep->folder, name, end);
}

int keep_open(struct keep *keep, const char *folder) {
    snprintf(keep->folder, sizeof keep->folder, "%s", folder);
    if (mkdir(folder, 0700) && errno != EEXIST) {
        log_error("hardware", "%s: %s", folder, strerror(errno));
        return -errno;
    }
    return 0;
}

static int write_all(int fd, const char *text, size_t length) {
    while (length) {
        ssize_t n = write(fd, text, length);
        if (n < 0)
            return -errno;
        text += n;
        length -= (size_t)n;
    }
    return fdatasync(fd) ? -errno : 0;
}

static int sync_folder(const struct keep *keep) {
    int fd = open(keep->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 || fsync(fd) ? -errno : 0;
    if (fd >= 0)
        close(fd);
    return rc;
}

int keep_write(const struct keep *keep, const char *name, const char *text) {
    char path[PATH_BYTES], beside[PATH_BYTES];
    int fd, rc;
    path_of(keep, name, "", path);
    path_of(keep, name, ".new", beside);
    fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        rc = -errno;
        goto out;
    }
    rc = write_all(fd, text, strlen(text));
    close(fd);
    if (!rc && rename(beside, path))
        rc = -errno;
    if (!rc)
        rc = sync_folder(keep);
out:
    if (rc)
        log_warning("hardware", "%s cannot be kept: %s", path, strerror(-rc));
    return rc;
}

char *keep_read(const struct keep *keep, const char *name) {
    char path[PATH_BYTES], *text;
    FILE *file;
    size_t length;
    path_of(keep, name, "", path);
    file = fopen(path, "re");
    if (!file)
        return NULL;
    text = malloc(FILE_MAX);
    length = text ? fread(text, 1, FILE_MAX - 1, file) : 0;
    if (text)
        text[length] = 0;
    fclose(file);
    return text;
}

void keep_remove(const struct keep *keep, const char *name) {
    char path[PATH_BYTES];
    path_of(keep, name, "", path);
    if (unlink(path) == 0)
        sync_folder(keep);
}

void keep_each(const struct keep *keep, const char *prefix, keep_fn *fn, void *context) {
    DIR *folder = opendir(keep->folder);
    struct dirent *entry;
    if (!folder)
        return;
    while ((entry = readdir(folder))) {
        const char *dot = strrchr(entry->d_name, '.');
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 && !(dot && !strcmp(dot, ".new")))
            fn(context, entry->d_name);
    }
    closedir(folder);
}

uint32_t keep_count_start(const struct keep *keep, int64_t wall_s) {
    char *text = keep_read(keep, "starts"), now[16];
    unsigned long last = text ? strtoul(text, NULL, 10) : 0;
    uint32_t start = last < UINT32_MAX ? (uint32_t)last + 1 : UINT32_MAX;
    free(text);
    if (wall_s > (int64_t)start && wall_s <= UINT32_MAX)
        start = (uint32_t)wall_s;
    snprintf(now, sizeof now, "%u\n", start);
    keep_write(keep, "starts", now);
    return start;
}
