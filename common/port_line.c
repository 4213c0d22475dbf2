// SPDX-License-Identifier: Apache-2.0
/*
 * Serial lines by libserialport, ptys by plain termios, TCP by sockets. The library knows ports by
 * their name in /sys/class/tty: it refuses symbolic links (so the path is resolved first) and ptys
 * (so they have a back end of their own).
 *
 * Invariant: no call here blocks. A line that is open is ours alone (flock) and is not inherited by
 * children.
 */
#include "common/port_line.h"

#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

enum { SILENT_S = 5, PROBE_S = 2, PROBES = 3, UNSENT_MS = 10000 };

// --- serial ------------------------------------------------------------------------------------

static int serial_errno(enum sp_return rc) {
    int code;
    if (rc >= SP_OK)
        return 0;
    if (rc == SP_ERR_ARG)
        return -EINVAL;
    if (rc == SP_ERR_MEM)
        return -ENOMEM;
    if (rc == SP_ERR_SUPP)
        return -EOPNOTSUPP;
    code = sp_last_error_code();
    return code > 0 ? -code : -EIO;
}

static enum sp_parity serial_parity(char letter) {
    return letter == 'E' ? SP_PARITY_EVEN : letter == 'O' ? SP_PARITY_ODD : SP_PARITY_NONE;
}

static int serial_set_up(struct sp_port *serial, const struct port_url *url) {
    enum sp_return rc = sp_set_baudrate(serial, url->baud);
    if (rc == SP_OK)
        rc = sp_set_bits(serial, url->bits);
    if (rc == SP_OK)
        rc = sp_set_parity(serial, serial_parity(url->parity));
    if (rc == SP_OK)
        rc = sp_set_stopbits(serial, url->stop);
    if (rc == SP_OK)
        rc = sp_set_flowcontrol(serial, SP_FLOWCONTROL_NONE);
    return serial_errno(rc);
}

// The library sets neither close-on-exec nor a lock that others heed.
static int make_ours(int fd) {
    if (fcntl(fd, F_SETFD, FD_CLOEXEC))
        return -errno;
    if (flock(fd, LOCK_EX | LOCK_NB))
        return errno == EWOULDBLOCK ? -EBUSY : -errno;
    return 0;
}

static int serial_open(struct port_line *line, const struct port_url *url) {
    char path[PATH_MAX];
    int rc;
    if (!realpath(url->path, path)) // /dev/serial/by-id/… are links
        return -errno;
    rc = serial_errno(sp_get_port_by_name(path, &line->serial));
    if (rc) {
        line->serial = NULL;
        return rc;
    }
    rc = serial_errno(sp_open(line->serial, SP_MODE_READ_WRITE));
    if (rc)
        return rc;
    rc = serial_errno(sp_get_port_handle(line->serial, &line->fd));
    if (!rc)
        rc = make_ours(line->fd);
    return rc ? rc : serial_set_up(line->serial, url);
}

// A line that was pulled out stays readable and reads 0; only asking what waits tells.
static ssize_t serial_read(struct sp_port *serial, uint8_t *bytes, size_t room) {
    enum sp_return rc = sp_nonblocking_read(serial, bytes, room);
    if (rc == 0 && sp_input_waiting(serial) < 0)
        return -EIO;
    if (rc < 0 && errno == EAGAIN)
        return 0;
    return rc < 0 ? serial_errno(rc) : (ssize_t)rc;
}

// A full buffer comes as a failure with EAGAIN, not as 0.
static ssize_t serial_write(struct sp_port *serial, const uint8_t *bytes, size_t length) {
    enum sp_return rc = sp_nonblocking_write(serial, bytes, length);
    if (rc < 0 && errno == EAGAIN)
        return 0;
    return rc < 0 ? serial_errno(rc) : (ssize_t)rc;
}

static void serial_close(struct port_line *line) {
    if (line->fd >= 0)
        sp_flush(line->serial, SP_BUF_OUTPUT); // or close waits for a line that is stopped
    if (line->serial) {
        sp_close(line->serial);
        sp_free_port(line->serial);
    }
    line->serial = NULL;
}

// --- ptys --------------------------------------------------------------------------------------

static int pty_open(struct port_line *line, const struct port_url *url) {
    struct termios raw;
    line->fd = open(url->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (line->fd < 0 || tcgetattr(line->fd, &raw))
        return -errno;
    cfmakeraw(&raw);
    if (tcsetattr(line->fd, TCSANOW, &raw))
        return -errno;
    return make_ours(line->fd);
}

// --- TCP ---------------------------------------------------------------------------------------

// A cable that is pulled says nothing: probes while silent, a limit on what stays unacknowledged.
static void tcp_watch_over(int fd) {
    const struct {
        int level, name, value;
    } options[] = {
        {SOL_SOCKET, SO_KEEPALIVE, 1},         {IPPROTO_TCP, TCP_NODELAY, 1},
        {IPPROTO_TCP, TCP_KEEPIDLE, SILENT_S}, {IPPROTO_TCP, TCP_KEEPINTVL, PROBE_S},
        {IPPROTO_TCP, TCP_KEEPCNT, PROBES},    {IPPROTO_TCP, TCP_USER_TIMEOUT, UNSENT_MS},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        setsockopt(fd, options[i].level, options[i].name, &options[i].value, sizeof(int));
}

static int tcp_open(struct port_line *line, const struct port_url *url) {
    line->fd = socket(url->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (line->fd < 0)
        return -errno;
    tcp_watch_over(line->fd);
    if (connect(line->fd, (const struct sockaddr *)&url->address, url->address_bytes))
        return -errno;
    return 0;
}

int port_line_connected(const struct port_line *line) {
    int code = 0;
    socklen_t bytes = sizeof code;
    if (getsockopt(line->fd, SOL_SOCKET, SO_ERROR, &code, &bytes))
        return -errno;
    return -code;
}

// --- all kinds ---------------------------------------------------------------------------------

int port_line_open(struct port_line *line, const struct port_url *url) {
    static int (*const openers[])(struct port_line *, const struct port_url *) = {
        [PORT_SERIAL] = serial_open, [PORT_TCP] = tcp_open, [PORT_PTY] = pty_open};
    int rc;
    *line = (struct port_line){.kind = url->kind, .fd = -1};
    rc = openers[url->kind](line, url);
    if (rc && rc != -EINPROGRESS)
        port_line_close(line);
    return rc;
}

ssize_t port_line_read(struct port_line *line, uint8_t *bytes, size_t room) {
    ssize_t length;
    if (line->serial)
        return serial_read(line->serial, bytes, room);
    length = read(line->fd, bytes, room);
    if (length == 0)
        return -EPIPE;
    if (length < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    return length;
}

ssize_t port_line_write(struct port_line *line, const uint8_t *bytes, size_t length) {
    ssize_t taken;
    if (line->serial)
        return serial_write(line->serial, bytes, length);
    taken = write(line->fd, bytes, length);
    if (taken < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    return taken;
}

void port_line_close(struct port_line *line) {
    if (line->serial)
        serial_close(line);
    else if (line->fd >= 0)
        close(line->fd);
    line->fd = -1;
}
