// SPDX-License-Identifier: Apache-2.0
/*
 * Small secret files. A key that was used and then lost in a power cut would leave tickets whose
 * links are dead and phones that cannot be read, so a key is on the disk before it is used: written
 * beside its place, synced, renamed, and the folder synced.
 */
#include "daemon/records/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int keyfile_read(const char *path, void *out, size_t room) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t got;
    if (fd < 0)
        return -errno;
    do
        got = read(fd, out, room);
    while (got < 0 && errno == EINTR);
    got = got < 0 ? -errno : got;
    close(fd);
    return (int)got;
}

int keyfile_sync_folder(const char *folder) {
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc;
    if (fd < 0)
        return -errno;
    rc = fsync(fd) ? -errno : 0;
    close(fd);
    return rc;
}

static int write_all(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t wrote = write(fd, bytes, length);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return -errno;
        bytes += wrote;
        length -= (size_t)wrote;
    }
    return fsync(fd) ? -errno : 0;
}

static int write_beside(const char *path, const void *bytes, size_t length) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    int rc;
    if (fd < 0)
        return -errno;
    rc = write_all(fd, bytes, length);
    if (close(fd) && !rc)
        rc = -errno;
    return rc;
}

int keyfile_write(const char *path, const void *bytes, size_t length) {
    char beside[PATH_MAX], folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int rc;
    if ((size_t)snprintf(beside, sizeof beside, "%s.new", path) >= sizeof beside)
        return -ENAMETOOLONG;
    if (slash)
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path + 1), path);
    else
        snprintf(folder, sizeof folder, ".");
    rc = write_beside(beside, bytes, length);
    if (!rc && rename(beside, path))
        rc = -errno;
    if (rc)
        unlink(beside);
    return rc ? rc : keyfile_sync_folder(folder);
}
