// SPDX-License-Identifier: Apache-2.0
/*
 * Serial lines through the unmodified libserialport, which refuses ptys: here the kernel is made to
 * answer for a pty what it answers for a serial line (modem lines, its place in /sys), and nothing
 * else. Bytes go both ways, a full line is no error, and one that is pulled out is noticed.
 */
#include "common/port.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/loop.h"

// --- the kernel, as the library sees it --------------------------------------------------------

static const char in_sys[] = "/sys/class/tty/pts/";

int ioctl(int fd, unsigned long request, ...) {
    va_list rest;
    void *argument;
    va_start(rest, request);
    argument = va_arg(rest, void *);
    va_end(rest);
    if (request == TIOCMSET || request == TIOCMBIS || request == TIOCMBIC)
        return 0;
    if (request != TIOCMGET)
        return (int)syscall(SYS_ioctl, fd, request, argument);
    *(int *)argument = 0;
    return 0;
}

// The library was built when lstat was this.
int __lxstat(int version, const char *path, struct stat *status);
int __lxstat(int version, const char *path, struct stat *status) {
    (void)version;
    if (strncmp(path, in_sys, sizeof in_sys - 1) != 0)
        return fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
    memset(status, 0, sizeof *status);
    status->st_mode = S_IFLNK | 0777;
    return 0;
}

int lstat(const char *restrict path, struct stat *restrict status) {
    return __lxstat(1, path, status);
}

ssize_t readlink(const char *restrict path, char *restrict out, size_t room) {
    static const char target[] = "../../devices/platform/serial8250/tty/ttyS9";
    if (strncmp(path, in_sys, sizeof in_sys - 1) != 0)
        return syscall(SYS_readlinkat, AT_FDCWD, path, out, room);
    return snprintf(out, room, "%s", target);
}

// --- the scene ---------------------------------------------------------------------------------

struct scene {
    struct loop *loop;
    struct loop_timer *poll;
    struct port *port;
    int ups, downs, drains, master;
    size_t heard;
    char text[64], folder[64], link[96];
    bool (*until)(struct scene *scene);
    int64_t deadline;
    bool late;
};

static void on_up(void *context) {
    ((struct scene *)context)->ups++;
}

static void on_down(void *context, const char *why) {
    (void)why;
    ((struct scene *)context)->downs++;
}

static void on_bytes(void *context, const uint8_t *bytes, size_t length) {
    struct scene *s = context;
    for (size_t i = 0; i < length && s->heard < sizeof s->text - 1; i++)
        s->text[s->heard++] = (char)bytes[i];
}

static void on_drained(void *context) {
    ((struct scene *)context)->drains++;
}

static void on_poll(void *context) {
    struct scene *s = context;
    s->late = loop_boot_ms() >= s->deadline;
    if (s->late || s->until(s))
        loop_stop(s->loop);
    else
        loop_timer_set(s->poll, 5);
}

static void turn(struct scene *s, bool (*until)(struct scene *), int ms) {
    s->until = until;
    s->deadline = loop_boot_ms() + ms;
    loop_timer_set(s->poll, 0);
    loop_run(s->loop);
}

static bool never(struct scene *s) {
    (void)s;
    return false;
}

static bool is_up(struct scene *s) {
    return port_is_up(s->port);
}

static bool is_down(struct scene *s) {
    return s->downs > 0;
}

static bool heard_five(struct scene *s) {
    return s->heard >= 5;
}

static bool drained(struct scene *s) {
    return s->drains > 0;
}

static void plug(struct scene *s) {
    char name[64];
    int slave;
    assert_int_equal(openpty(&s->master, &slave, name, NULL, NULL), 0);
    unlink(s->link);
    assert_int_equal(symlink(name, s->link), 0); // as udev's /dev/serial/by-id
    close(slave);
    fcntl(s->master, F_SETFL, O_NONBLOCK);
}

static void scene_open(struct scene *s, const char *settings) {
    struct port_events events = {on_up, on_down, on_bytes, on_drained, s};
    char url[160];
    memset(s, 0, sizeof *s);
    snprintf(s->folder, sizeof s->folder, "/tmp/jiaohao-serial-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    snprintf(s->link, sizeof s->link, "%s/by-id", s->folder);
    plug(s);
    snprintf(url, sizeof url, "serial:%s%s", s->link, settings);
    s->loop = loop_new(NULL, NULL);
    s->poll = loop_timer_new(s->loop, on_poll, s);
    s->port = port_new(s->loop, url, &events);
    assert_non_null(s->port);
    turn(s, is_up, 2000);
    assert_false(s->late);
}

static void scene_close(struct scene *s) {
    port_free(s->port);
    loop_timer_free(s->poll);
    loop_free(s->loop);
    close(s->master);
    unlink(s->link);
    rmdir(s->folder);
}

// --- the tests ---------------------------------------------------------------------------------

static void bytes_go_both_ways_at_the_speed_asked_for(void **state) {
    static const uint8_t odd[] = {0x00, 0x0A, 0x0D, 0x11, 0x13, 0x03, 0x7F, 0xFF, 0xA5};
    struct scene s;
    struct termios line;
    uint8_t got[32];
    (void)state;
    scene_open(&s, "?baud=57600&mode=8N1");
    assert_int_equal(tcgetattr(s.master, &line), 0);
    assert_int_equal(cfgetospeed(&line), B57600);
    assert_int_equal(port_write(s.port, odd, sizeof odd), 0);
    turn(&s, drained, 2000);
    assert_int_equal(read(s.master, got, sizeof got), sizeof odd);
    assert_memory_equal(got, odd, sizeof odd);
    assert_int_equal(write(s.master, odd, sizeof odd), sizeof odd);
    turn(&s, heard_five, 2000);
    assert_memory_equal(s.text, odd, sizeof odd);
    scene_close(&s);
}

static int64_t cpu_ms(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static void a_line_pulled_out_is_noticed_without_spinning(void **state) {
    struct scene s;
    int64_t cpu;
    (void)state;
    scene_open(&s, "");
    close(s.master);
    turn(&s, is_down, 1000);
    assert_false(s.late);
    cpu = cpu_ms();
    turn(&s, never, 1000);
    assert_in_range(cpu_ms() - cpu, 0, 200);
    plug(&s);
    turn(&s, is_up, 5500);
    assert_false(s.late);
    assert_int_equal(s.ups, 2);
    assert_int_equal(write(s.master, "again", 5), 5);
    turn(&s, heard_five, 2000);
    assert_string_equal(s.text, "again");
    scene_close(&s);
}

static void a_full_line_is_no_error_and_frees_at_once(void **state) {
    static const uint8_t block[4096];
    struct scene s;
    int64_t began;
    (void)state;
    scene_open(&s, "");
    for (int rc = 0; rc == 0; turn(&s, never, 1)) // nobody reads
        rc = port_write(s.port, block, sizeof block);
    assert_int_equal(s.downs, 0);
    assert_true(port_queued(s.port) > PORT_QUEUE_MAX / 2);
    began = loop_boot_ms();
    port_free(s.port); // what is stuck in the line must not hold us
    s.port = NULL;
    assert_in_range(loop_boot_ms() - began, 0, 200);
    scene_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_go_both_ways_at_the_speed_asked_for),
        cmocka_unit_test(a_line_pulled_out_is_noticed_without_spinning),
        cmocka_unit_test(a_full_line_is_no_error_and_frees_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
