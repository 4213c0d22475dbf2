// SPDX-License-Identifier: Apache-2.0
/*
 * Log lines on standard error, one write(2) each, so that lines of several threads never mix.
 *
 * A device that fails does so a thousand times an hour; the log is read by people and lies on a
 * small disk. So each place (module and format literal) may speak BURST times in BURST_MS, then it
 * is only counted, and its next line says how many were left out.
 *
 * The level and the table of places are the one file-scope state of the house: a log that must be
 * carried to every function would not be used. Must not allocate, and must not fail its caller.
 */
#include "common/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    LINE_BYTES = 1024,
    PLACES = 256, // a place that finds its slot taken by another simply takes it over
    BURST = 10,
    BURST_MS = 10000,
};

struct place {
    const char *module, *format;
    int64_t since_ms;
    unsigned count, left_out;
};

static struct {
    pthread_mutex_t lock;
    struct place places[PLACES];
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

static atomic_int highest = LOG_INFO;

void log_set_level(enum log_level level) {
    atomic_store(&highest, (int)level);
}

static int64_t now_ms(void) {
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static struct place *place_of(const char *module, const char *format) {
    uint64_t key = (uint64_t)(uintptr_t)format * UINT64_C(0x9e3779b97f4a7c15);
    struct place *place = &table.places[key >> 56];
    if (place->module != module || place->format != format)
        *place = (struct place){.module = module, .format = format, .since_ms = INT64_MIN / 2};
    return place;
}

// Whether this place may speak now; *left_out gets how many of its lines were not printed before.
static int may_speak(const char *module, const char *format, unsigned *left_out) {
    int64_t now = now_ms();
    int may;
    pthread_mutex_lock(&table.lock);
    struct place *place = place_of(module, format);
    *left_out = 0;
    if (now - place->since_ms >= BURST_MS) {
        *left_out = place->left_out;
        place->since_ms = now;
        place->count = place->left_out = 0;
    }
    may = ++place->count <= BURST;
    if (!may)
        place->left_out++;
    pthread_mutex_unlock(&table.lock);
    return may;
}

static size_t prefix(char *out, size_t room, enum log_level level) {
    static const char *const names[] = {
        [LOG_ERROR] = "error", [LOG_WARNING] = "warning", [LOG_NOTICE] = "notice",
        [LOG_INFO] = "info",   [LOG_DEBUG] = "debug",
    };
    struct timespec ts;
    struct tm tm;
    size_t n;
    if (getenv("JOURNAL_STREAM"))
        return (size_t)snprintf(out, room, "<%d>", (int)level);
    clock_gettime(CLOCK_REALTIME, &ts);
    localtime_r(&ts.tv_sec, &tm);
    n = strftime(out, room, "%H:%M:%S", &tm);
    n += (size_t)snprintf(out + n, room - n, ".%03ld %s ", ts.tv_nsec / 1000000, names[level]);
    return n;
}

// A line break or control byte inside a message would forge another line.
static void clean(char *text) {
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = ' ';
}

void log_write(enum log_level level, const char *module, const char *format, ...) {
    char line[LINE_BYTES];
    unsigned left_out;
    size_t n;
    va_list args;
    if ((int)level > atomic_load(&highest) || !may_speak(module, format, &left_out))
        return;
    n = prefix(line, sizeof line, level);
    n += (size_t)snprintf(line + n, sizeof line - n, "%.32s: ", module);
    if (left_out)
        n += (size_t)snprintf(line + n, sizeof line - n, "(%u more like this left out) ", left_out);
    va_start(args, format);
    vsnprintf(line + n, sizeof line - n, format, args);
    va_end(args);
    clean(line);
    n = strnlen(line, sizeof line - 2);
    line[n] = '\n';
    if (write(STDERR_FILENO, line, n + 1) < 0)
        return; // nobody listens: there is nowhere to complain
}
