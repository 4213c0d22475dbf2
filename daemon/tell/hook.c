// SPDX-License-Identifier: Apache-2.0
/*
 * One child a message. posix_spawn gives it a process group of its own, no descriptor but its
 * input and one pipe for both outputs, an environment of two names, signals as they were born, and
 * "/" to stand in. Its input lies in the pipe before it starts, so nobody waits for it to read.
 *
 * The leader of the group is left a zombie until the whole group has been killed: so its number
 * cannot belong to anybody else by then. A child that leaves the group (setsid) is not caught here
 * but by the service manager's cgroup.
 *
 * Invariant: `done` is called once for each start that succeeded. Must not: block, use a shell, or
 * let a phone number into the log.
 */
#include "daemon/tell/hook.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/log.h"
#include "common/loop.h"

enum { DIGITS_MOST = 4, FIRST_CLOSED = 3 };

struct hook {
    struct hook *next;
    struct hooks *hooks;
    pid_t pid;
    int out; // -1 = closed
    struct event *readable;
    struct loop_timer *limit;
    bool too_long;
    size_t heard; // bytes of output in all
    char said[HOOK_SAID_BYTES];
    hook_done_fn *done;
    void *context;
};

struct hooks {
    struct loop *loop;
    struct event *child; // SIGCHLD
    struct hook *first;
    uint32_t running, most;
};

// --- what it says --------------------------------------------------------------------------------

void hook_clean(char *said) {
    size_t digits = 0, to = 0, run = 0;
    for (size_t at = 0; said[at]; at++) {
        unsigned char byte = (unsigned char)said[at];
        bool joins = byte == ' ' || byte == '-' || byte == '(' || byte == ')' || byte == '.';
        if (isdigit(byte)) {
            run = digits++ ? run : to;
        } else if (!joins) {
            digits = 0;
        }
        said[to++] = byte < 0x20 || byte == 0x7f ? ' ' : (char)byte;
        if (isdigit(byte) &&
            digits > DIGITS_MOST) { // all of the run, what joins it too, is one mark
            said[run] = '#';
            to = run + 1;
        }
    }
    while (to > 0 && said[to - 1] == ' ')
        to--;
    said[to] = 0;
}

static void stop_listening(struct hook *hook) {
    if (hook->readable)
        event_free(hook->readable);
    hook->readable = NULL;
    if (hook->out >= 0)
        close(hook->out);
    hook->out = -1;
}

static void keep_said(struct hook *hook, const char *bytes, size_t length) {
    size_t used = strlen(hook->said), room = sizeof hook->said - 1 - used;
    for (size_t i = 0; i < length && i < room; i++)
        hook->said[used + i] = bytes[i] ? bytes[i] : ' ';
}

// One piece a turn: a flood does not hold the loop.
static void on_readable(evutil_socket_t fd, short what, void *context) {
    struct hook *hook = context;
    char bytes[4096];
    ssize_t got = read(fd, bytes, sizeof bytes);
    (void)what;
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got > 0) {
        keep_said(hook, bytes, (size_t)got);
        hook->heard += (size_t)got;
    }
    if (got <= 0 || hook->heard >= HOOK_OUTPUT_MAX)
        stop_listening(hook);
}

// --- ending --------------------------------------------------------------------------------------

static void unlink_hook(struct hook *hook) {
    struct hook **at = &hook->hooks->first;
    while (*at != hook)
        at = &(*at)->next;
    *at = hook->next;
    hook->hooks->running--;
}

static void hook_free(struct hook *hook) {
    stop_listening(hook);
    loop_timer_free(hook->limit);
    free(hook);
}

static struct hook_result result_of(struct hook *hook, int status) {
    struct hook_result result = {.end = HOOK_FAILED, .said = hook->said};
    hook_clean(hook->said);
    if (WIFEXITED(status)) {
        result.code = WEXITSTATUS(status);
        result.end = result.code == 0                 ? HOOK_SENT
                     : result.code == HOOK_AGAIN_CODE ? HOOK_AGAIN
                                                      : HOOK_FAILED;
    } else if (WIFSIGNALED(status)) {
        result.code = -WTERMSIG(status);
    }
    if (hook->too_long)
        result.end = HOOK_TOO_LONG;
    return result;
}

// The leader has ended: its children go with it.
static void finish(struct hook *hook) {
    struct hook_result result;
    int status = 0;
    if (hook->readable)
        on_readable(hook->out, 0, hook); // its last words
    kill(-hook->pid, SIGKILL);
    waitpid(hook->pid, &status, 0);
    unlink_hook(hook);
    result = result_of(hook, status);
    hook->done(hook->context, &result);
    hook_free(hook);
}

static bool has_ended(const struct hook *hook) {
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)hook->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == hook->pid;
}

static void on_child(evutil_socket_t signal_number, short what, void *context) {
    struct hooks *hooks = context;
    struct hook *hook = hooks->first, *next;
    (void)signal_number;
    (void)what;
    for (; hook; hook = next) {
        next = hook->next; // `done` may start others: they stand before the first
        if (has_ended(hook))
            finish(hook);
    }
}

static void on_limit(void *context) {
    struct hook *hook = context;
    hook->too_long = !has_ended(hook);
    kill(-hook->pid, SIGKILL); // its end comes as any other
}

// --- starting ------------------------------------------------------------------------------------

struct pipes {
    int in[2], out[2];
};

static void close_all(const struct pipes *pipes) {
    const int fds[] = {pipes->in[0], pipes->in[1], pipes->out[0], pipes->out[1]};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static int open_pipes(struct pipes *pipes, const struct hook_job *job) {
    *pipes = (struct pipes){{-1, -1}, {-1, -1}};
    if (pipe2(pipes->in, O_CLOEXEC) || pipe2(pipes->out, O_CLOEXEC) ||
        fcntl(pipes->in[1], F_SETFL, O_NONBLOCK) || fcntl(pipes->out[0], F_SETFL, O_NONBLOCK))
        return -errno;
    if (write(pipes->in[1], job->input, job->length) != (ssize_t)job->length)
        return -EIO;
    return 0;
}

static int prepare(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes,
                   const struct pipes *pipes) {
    sigset_t none, all;
    int rc;
    sigemptyset(&none);
    sigfillset(&all);
    rc = posix_spawn_file_actions_adddup2(actions, pipes->in[0], STDIN_FILENO);
    if (!rc)
        rc = posix_spawn_file_actions_adddup2(actions, pipes->out[1], STDOUT_FILENO);
    if (!rc)
        rc = posix_spawn_file_actions_adddup2(actions, pipes->out[1], STDERR_FILENO);
    if (!rc)
        rc = posix_spawn_file_actions_addclosefrom_np(actions, FIRST_CLOSED);
    if (!rc)
        rc = posix_spawn_file_actions_addchdir_np(actions, "/");
    if (!rc)
        rc = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                      POSIX_SPAWN_SETSIGDEF);
    if (!rc)
        rc = posix_spawnattr_setpgroup(attributes, 0);
    if (!rc)
        rc = posix_spawnattr_setsigmask(attributes, &none);
    return rc ? rc : posix_spawnattr_setsigdefault(attributes, &all);
}

static int spawn(struct hook *hook, const char *path, const struct pipes *pipes) {
    static char *const environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
                                        "LANG=C.UTF-8", NULL};
    char *const arguments[] = {(char *)path, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int rc = posix_spawn_file_actions_init(&actions);
    if (rc)
        return -rc;
    rc = posix_spawnattr_init(&attributes);
    if (!rc) {
        rc = prepare(&actions, &attributes, pipes);
        if (!rc)
            rc = posix_spawn(&hook->pid, path, &actions, &attributes, arguments, environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return -rc;
}

static struct hook *hook_new(struct hooks *hooks, const struct hook_job *job) {
    struct hook *hook = calloc(1, sizeof *hook);
    if (!hook)
        return NULL;
    hook->hooks = hooks;
    hook->out = -1;
    hook->done = job->done;
    hook->context = job->context;
    hook->limit = loop_timer_new(hooks->loop, on_limit, hook);
    if (hook->limit)
        return hook;
    free(hook);
    return NULL;
}

static void listen_to(struct hook *hook, struct pipes *pipes, int64_t limit_ms) {
    struct hooks *hooks = hook->hooks;
    hook->out = pipes->out[0];
    pipes->out[0] = -1;
    hook->next = hooks->first;
    hooks->first = hook;
    hooks->running++;
    loop_timer_set(hook->limit, limit_ms);
    hook->readable =
        event_new(loop_base(hooks->loop), hook->out, EV_READ | EV_PERSIST, on_readable, hook);
    if (!hook->readable || event_add(hook->readable, NULL))
        stop_listening(hook); // deaf, but its exit code is heard
}

int hooks_run(struct hooks *hooks, const struct hook_job *job) {
    struct pipes pipes;
    struct hook *hook;
    int rc;
    if (hooks->running >= hooks->most)
        return -EAGAIN;
    if (job->length > HOOK_INPUT_MAX)
        return -EMSGSIZE;
    hook = hook_new(hooks, job);
    if (!hook)
        return -ENOMEM;
    rc = open_pipes(&pipes, job);
    if (!rc)
        rc = spawn(hook, job->path, &pipes);
    if (!rc)
        listen_to(hook, &pipes, job->limit_ms);
    else
        hook_free(hook);
    close_all(&pipes);
    return rc;
}

uint32_t hooks_free_places(const struct hooks *hooks) {
    return hooks->most - hooks->running;
}

// --- making and freeing --------------------------------------------------------------------------

struct hooks *hooks_new(struct loop *loop, uint32_t most) {
    struct hooks *hooks = calloc(1, sizeof *hooks);
    if (!hooks)
        return NULL;
    hooks->loop = loop;
    hooks->most = most;
    hooks->child = evsignal_new(loop_base(loop), SIGCHLD, on_child, hooks);
    if (hooks->child && !event_add(hooks->child, NULL))
        return hooks;
    hooks_free(hooks);
    return NULL;
}

void hooks_free(struct hooks *hooks) {
    struct hook *hook, *next;
    if (!hooks)
        return;
    for (hook = hooks->first; hook; hook = next) {
        next = hook->next;
        kill(-hook->pid, SIGKILL);
        waitpid(hook->pid, NULL, 0);
        hook_free(hook);
    }
    if (hooks->child)
        event_free(hooks->child);
    free(hooks);
}
