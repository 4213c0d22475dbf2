// SPDX-License-Identifier: Apache-2.0
/*
 * Ports by URL: faulty URLs are told, ptys and TCP lines carry bytes both ways, one that is pulled
 * out is noticed and found again, a full queue refuses whole messages, and nothing spins.
 */
#include "common/port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/loop.h"

struct scene {
    struct loop *loop;
    struct loop_timer *poll;
    struct port *port;
    int ups, downs, drains;
    size_t heard;
    char text[256];
    bool (*until)(struct scene *scene);
    int64_t deadline;
    bool late;
};

static void on_up(void *context) {
    ((struct scene *)context)->ups++;
}

static void on_down(void *context, const char *why) {
    struct scene *s = context;
    assert_true(why && why[0]);
    assert_false(port_is_up(s->port));
    s->downs++;
}

static void on_bytes(void *context, const uint8_t *bytes, size_t length) {
    struct scene *s = context;
    size_t room = sizeof s->text - 1;
    for (size_t i = 0; i < length && s->heard + i < room; i++)
        s->text[s->heard + i] = (char)bytes[i];
    s->heard += length;
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

static void turn_until(struct scene *s, bool (*until)(struct scene *), int ms) {
    s->until = until;
    s->deadline = loop_boot_ms() + ms;
    loop_timer_set(s->poll, 0);
    loop_run(s->loop);
    assert_false(s->late);
}

static bool never(struct scene *s) {
    (void)s;
    return false;
}

static void turn_for(struct scene *s, int ms) {
    s->until = never;
    s->deadline = loop_boot_ms() + ms;
    loop_timer_set(s->poll, 0);
    loop_run(s->loop);
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

static void scene_open(struct scene *s, const char *url) {
    struct port_events events = {on_up, on_down, on_bytes, on_drained, s};
    memset(s, 0, sizeof *s);
    s->loop = loop_new(NULL, NULL);
    s->poll = loop_timer_new(s->loop, on_poll, s);
    s->port = port_new(s->loop, url, &events);
    assert_non_null(s->port);
}

static void scene_close(struct scene *s) {
    port_free(s->port);
    loop_timer_free(s->poll);
    loop_free(s->loop);
}

// --- the far ends ------------------------------------------------------------------------------

// A pty whose slave is named by a link, as virtual devices do it: the path outlives the pty.
struct far_pty {
    int master;
    char folder[64], link[96], url[128];
};

static void far_plug(struct far_pty *far) {
    char name[64];
    int slave;
    assert_int_equal(openpty(&far->master, &slave, name, NULL, NULL), 0);
    unlink(far->link);
    assert_int_equal(symlink(name, far->link), 0);
    close(slave);
    fcntl(far->master, F_SETFL, O_NONBLOCK);
}

static void far_open(struct far_pty *far) {
    snprintf(far->folder, sizeof far->folder, "/tmp/jiaohao-port-XXXXXX");
    assert_non_null(mkdtemp(far->folder));
    snprintf(far->link, sizeof far->link, "%s/line", far->folder);
    snprintf(far->url, sizeof far->url, "pty:%s", far->link);
    far_plug(far);
}

static void far_close(struct far_pty *far) {
    close(far->master);
    unlink(far->link);
    rmdir(far->folder);
}

static int listen_at(uint16_t *port) {
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof sin;
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    sin.sin_port = htons(*port);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof sin), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &length), 0);
    *port = ntohs(sin.sin_port);
    return fd;
}

static int64_t cpu_ms(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

// --- URLs --------------------------------------------------------------------------------------

static void good_urls_are_taken(void **state) {
    static const char *const good[] = {
        "serial:/dev/ttyUSB0",
        "serial:/dev/serial/by-id/usb-x?baud=57600",
        "serial:/dev/ttyS0?mode=7E1&baud=2400",
        "tcp:10.0.0.5:5005",
        "tcp:[fd00::5]:9100",
        "pty:/run/x",
    };
    const char *fault;
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(port_check(good[i], &fault), 0);
}

static void faulty_urls_are_told_with_what_would_be_right(void **state) {
    static const char *const bad[][2] = {
        {"", "begin with"},
        {"/dev/ttyUSB0", "begin with"},
        {"udp:10.0.0.5:1", "begin with"},
        {"serial:", "absolute path"},
        {"serial:ttyUSB0", "absolute path"},
        {"serial:/", "absolute path"},
        {"serial:/dev/x?", "only baud"},
        {"serial:/dev/x?baud=", "only baud"},
        {"serial:/dev/x?baud=0", "only baud"},
        {"serial:/dev/x?baud=-9600", "only baud"},
        {"serial:/dev/x?baud=99999999999999", "only baud"},
        {"serial:/dev/x?mode=9N1", "only baud"},
        {"serial:/dev/x?mode=8N1x", "only baud"},
        {"serial:/dev/x?mode=8N1&", "only baud"},
        {"serial:/dev/x?speed=9600", "only baud"},
        {"pty:/dev/x?baud=9600", "absolute path"},
        {"tcp:", "IP address"},
        {"tcp:10.0.0.5", "IP address"},
        {"tcp:10.0.0.5:0", "IP address"},
        {"tcp:10.0.0.5:65536", "IP address"},
        {"tcp:10.0.0.5: 80", "IP address"},
        {"tcp:board.local:5005", "IP address"},
        {"tcp:fd00::5:9100", "IP address"},
        {"tcp::80", "IP address"},
    };
    char longer[400];
    const char *fault;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(port_check(bad[i][0], &fault), -EINVAL);
        assert_non_null(strstr(fault, bad[i][1]));
    }
    memset(longer, 'x', sizeof longer);
    memcpy(longer, "pty:/", 5);
    longer[sizeof longer - 1] = 0;
    assert_int_equal(port_check(longer, &fault), -EINVAL);
    longer[PORT_URL_BYTES - 1] = 0;
    assert_int_equal(port_check(longer, &fault), 0);
}

static void a_faulty_url_makes_no_port(void **state) {
    struct port_events none = {0};
    struct loop *loop = loop_new(NULL, NULL);
    (void)state;
    assert_null(port_new(loop, "tcp:somewhere:1", &none));
    loop_free(loop);
}

// --- ptys --------------------------------------------------------------------------------------

static void a_pty_carries_every_byte_both_ways(void **state) {
    static const uint8_t odd[] = {0x00, 0x0A, 0x0D, 0x11, 0x13, 0x03, 0x04, 0x7F, 0xFF, 0xA5};
    struct scene s;
    struct far_pty far;
    uint8_t got[32];
    (void)state;
    far_open(&far);
    scene_open(&s, far.url);
    assert_int_equal(port_write(s.port, "x", 1), -ENOTCONN);
    turn_until(&s, is_up, 2000);
    assert_int_equal(port_write(s.port, odd, sizeof odd), 0);
    assert_int_equal(port_queued(s.port), sizeof odd);
    turn_until(&s, drained, 2000);
    assert_int_equal(port_queued(s.port), 0);
    assert_int_equal(read(far.master, got, sizeof got), sizeof odd);
    assert_memory_equal(got, odd, sizeof odd);
    assert_int_equal(write(far.master, odd, sizeof odd), sizeof odd);
    turn_until(&s, heard_five, 2000);
    turn_for(&s, 20);
    assert_int_equal(s.heard, sizeof odd);
    assert_memory_equal(s.text, odd, sizeof odd);
    scene_close(&s);
    far_close(&far);
}

static void a_pty_that_goes_is_noticed_and_found_again(void **state) {
    struct scene s;
    struct far_pty far;
    int64_t cpu, began;
    (void)state;
    far_open(&far);
    scene_open(&s, far.url);
    turn_until(&s, is_up, 2000);
    close(far.master);
    turn_until(&s, is_down, 1000);
    assert_int_equal(port_write(s.port, "x", 1), -ENOTCONN);
    cpu = cpu_ms();
    turn_for(&s, 1500);
    assert_in_range(cpu_ms() - cpu, 0, 200); // a line that is gone must not spin
    assert_int_equal(s.downs, 1);
    far_plug(&far);
    began = loop_boot_ms();
    turn_until(&s, is_up, 5500);
    print_message("# port: found again after %lld ms\n", (long long)(loop_boot_ms() - began));
    assert_int_equal(s.ups, 2);
    assert_int_equal(write(far.master, "again", 5), 5);
    turn_until(&s, heard_five, 2000);
    assert_string_equal(s.text, "again");
    scene_close(&s);
    far_close(&far);
}

static void a_line_is_ours_alone_and_no_childs(void **state) {
    struct scene s;
    struct far_pty far;
    char path[64], target[PATH_MAX];
    int fd, flags = -1;
    (void)state;
    far_open(&far);
    scene_open(&s, far.url);
    turn_until(&s, is_up, 2000);
    fd = open(far.link, O_RDWR | O_NOCTTY);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
    assert_int_equal(errno, EWOULDBLOCK);
    assert_non_null(realpath(far.link, target));
    for (int i = 3; i < 64; i++) {
        char at[128] = "";
        snprintf(path, sizeof path, "/proc/self/fd/%d", i);
        if (i != fd && readlink(path, at, sizeof at - 1) > 0 && strcmp(at, target) == 0)
            flags = fcntl(i, F_GETFD);
    }
    assert_int_equal(flags, FD_CLOEXEC);
    close(fd);
    scene_close(&s);
    far_close(&far);
}

static void a_line_in_use_is_waited_for(void **state) {
    struct scene s;
    struct far_pty far;
    int fd;
    (void)state;
    far_open(&far);
    fd = open(far.link, O_RDWR | O_NOCTTY);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    scene_open(&s, far.url);
    turn_for(&s, 300);
    assert_int_equal(s.ups, 0);
    assert_int_equal(s.downs, 0); // it never was up
    close(fd);
    turn_until(&s, is_up, 3000);
    scene_close(&s);
    far_close(&far);
}

static void a_full_queue_refuses_whole_messages_and_keeps_the_order(void **state) {
    static uint8_t block[4096], got[PORT_QUEUE_MAX + 65536];
    struct scene s;
    struct far_pty far;
    size_t written = 0, read_back = 0, next = 0;
    (void)state;
    far_open(&far);
    scene_open(&s, far.url);
    turn_until(&s, is_up, 2000);
    for (int rc = 0; rc == 0;
         turn_for(&s, 1)) { // nobody reads: the kernel's buffer fills, then ours
        for (size_t i = 0; i < sizeof block; i++)
            block[i] = (uint8_t)((written + i) * 7 + (written + i) / 251);
        rc = port_write(s.port, block, sizeof block);
        assert_true(rc == 0 || rc == -ENOBUFS);
        written += rc ? 0 : sizeof block;
        assert_true(written < sizeof got);
    }
    assert_in_range(port_queued(s.port), PORT_QUEUE_MAX - sizeof block + 1, PORT_QUEUE_MAX);
    while (read_back < written) {
        ssize_t length = read(far.master, got + read_back, sizeof got - read_back);
        read_back += length > 0 ? (size_t)length : 0;
        turn_for(&s, 1);
        assert_true(++next < 10000);
    }
    for (size_t i = 0; i < written; i++)
        assert_int_equal(got[i], (uint8_t)(i * 7 + i / 251));
    scene_close(&s);
    far_close(&far);
}

// --- TCP ---------------------------------------------------------------------------------------

static void tcp_is_opened_lost_and_opened_again(void **state) {
    struct scene s;
    uint16_t number = 0;
    int at = listen_at(&number), far;
    char url[64], got[8];
    (void)state;
    snprintf(url, sizeof url, "tcp:127.0.0.1:%u", number);
    scene_open(&s, url);
    turn_until(&s, is_up, 2000);
    far = accept(at, NULL, NULL);
    assert_int_equal(port_write(s.port, "ping", 4), 0);
    turn_until(&s, drained, 2000);
    assert_int_equal(recv(far, got, sizeof got, 0), 4);
    assert_int_equal(send(far, "hello", 5, 0), 5);
    turn_until(&s, heard_five, 2000);
    assert_string_equal(s.text, "hello");
    close(far);
    close(at);
    turn_until(&s, is_down, 2000);
    turn_for(&s, 1200); // refused meanwhile
    assert_int_equal(s.ups, 1);
    at = listen_at(&number);
    turn_until(&s, is_up, 6000);
    assert_int_equal(s.ups, 2);
    scene_close(&s);
    close(at);
}

// --- serial ------------------------------------------------------------------------------------

static void a_serial_line_that_is_not_there_is_waited_for(void **state) {
    struct scene s;
    int64_t cpu;
    (void)state;
    scene_open(&s, "serial:/dev/jiaohao-none?baud=57600");
    cpu = cpu_ms();
    turn_for(&s, 1200);
    assert_in_range(cpu_ms() - cpu, 0, 200);
    assert_int_equal(s.ups, 0);
    assert_int_equal(s.downs, 0);
    scene_close(&s);
}

static void the_library_is_asked_about_the_resolved_path(void **state) {
    struct scene s;
    struct far_pty far;
    char url[160];
    (void)state;
    far_open(
        &far); // a link to a pty, which the library refuses: the port waits, nothing falls over
    snprintf(url, sizeof url, "serial:%s", far.link);
    scene_open(&s, url);
    turn_for(&s, 700);
    assert_int_equal(s.ups, 0);
    scene_close(&s);
    far_close(&far);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_urls_are_taken),
        cmocka_unit_test(faulty_urls_are_told_with_what_would_be_right),
        cmocka_unit_test(a_faulty_url_makes_no_port),
        cmocka_unit_test(a_pty_carries_every_byte_both_ways),
        cmocka_unit_test(a_pty_that_goes_is_noticed_and_found_again),
        cmocka_unit_test(a_line_is_ours_alone_and_no_childs),
        cmocka_unit_test(a_line_in_use_is_waited_for),
        cmocka_unit_test(a_full_queue_refuses_whole_messages_and_keeps_the_order),
        cmocka_unit_test(tcp_is_opened_lost_and_opened_again),
        cmocka_unit_test(a_serial_line_that_is_not_there_is_waited_for),
        cmocka_unit_test(the_library_is_asked_about_the_resolved_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
