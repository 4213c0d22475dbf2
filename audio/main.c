// SPDX-License-Identifier: Apache-2.0
/*
 * jiaohao-audio: reads its options and turns the loop. A reload reads settings and voices on a
 * worker, since loading sound takes longer than the cards' buffers last, and takes them when nobody
 * speaks. What the options mean is in jiaohao-audio(8).
 */
#include <alsa/asoundlib.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/config.h"
#include "audio/station.h"
#include "audio/voices.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/ready.h"
#include "common/worker.h"

enum { EXIT_USAGE = 64, EXIT_SOFTWARE = 70, EXIT_FAULTY = 78, IDLE_MS = 50, IDLE_TRIES = 300 };

static const char usage[] =
    "usage: jiaohao-audio [-c FILE] [--check] [--keys] [--version] [--help]\n"
    "  -c FILE     the machine's settings (default /etc/jiaohao/jiaohao.yaml)\n"
    "  --check     read settings and voices, print all faults, exit 0 or 78\n"
    "  --keys      print the keys of the section \"audio\" for the manual\n"
    "  --version   print the version\n"
    "  --help      print this\n";

struct reading { // one reading of the files
    struct config config;
    struct voices *voices; // NULL: faulty
};

struct audio {
    const char *path;
    struct loop *loop;
    struct worker *worker;
    struct ready *ready;
    struct loop_timer *idle;
    struct reading *current, *next;
    struct station *station;
    int idle_tries;
    bool reading;
};

// --- reading -----------------------------------------------------------------------------------

static struct reading *reading_new(const char *path) {
    struct reading *reading = calloc(1, sizeof *reading);
    if (reading)
        reading->config.path = path;
    return reading;
}

static void reading_free(struct reading *reading) {
    if (!reading)
        return;
    voices_free(reading->voices);
    free(reading);
}

static void read_files(void *job) { // on the worker when it is a reload
    struct reading *reading = job;
    if (config_read(reading->config.path, &reading->config, stderr) == 0)
        reading->voices = voices_load(&reading->config, stderr);
}

// --- reloading ---------------------------------------------------------------------------------

struct reload {
    struct audio *audio;
    struct reading *reading;
};

static bool take_next(struct audio *audio) {
    station_free(audio->station); // first: an account has one link, a card one owner
    reading_free(audio->current);
    audio->current = audio->next;
    audio->next = NULL;
    log_set_level((enum log_level)audio->current->config.machine.log_level);
    audio->station =
        station_new(audio->loop, &sink_alsa, &audio->current->config, audio->current->voices);
    return audio->station != NULL;
}

static void on_idle(void *context) {
    struct audio *audio = context;
    if (!station_is_idle(audio->station) && audio->idle_tries++ < IDLE_TRIES) {
        loop_timer_set(audio->idle, IDLE_MS);
        return;
    }
    if (take_next(audio))
        log_notice("audio", "the files were read again");
    else
        loop_stop(audio->loop);
}

static void reload_read(void *job) {
    read_files(((struct reload *)job)->reading);
}

static void reload_done(void *job) {
    struct reload *reload = job;
    struct audio *audio = reload->audio;
    audio->reading = false;
    if (!reload->reading->voices) {
        log_error("audio", "the files have faults: nothing was changed");
        reading_free(reload->reading);
    } else {
        reading_free(audio->next);
        audio->next = reload->reading;
        audio->idle_tries = 0;
        loop_timer_set(audio->idle, 0);
    }
    free(reload);
}

static void on_reload(void *context) {
    struct audio *audio = context;
    struct reload *reload = audio->reading ? NULL : calloc(1, sizeof *reload);
    if (!reload)
        return;
    reload->audio = audio;
    reload->reading = reading_new(audio->path);
    if (!reload->reading || worker_submit(audio->worker, reload_read, reload_done, reload)) {
        reading_free(reload->reading);
        free(reload);
        return;
    }
    audio->reading = true;
}

// --- running -----------------------------------------------------------------------------------

// ALSA speaks to standard error by itself; what matters comes back as an error code.
static void alsa_says(const char *file, int line, const char *function, int error,
                      const char *format, ...) {
    (void)file, (void)line, (void)function, (void)error, (void)format;
}

static int check(const char *path) {
    struct reading *reading = reading_new(path);
    int code = EXIT_FAULTY;
    if (reading)
        read_files(reading);
    if (reading && reading->voices) {
        printf("%s: %u speakers, %u cards, %u voices\n", path, reading->config.speaker_count,
               reading->config.card_count, reading->config.voice_count);
        code = 0;
    }
    reading_free(reading);
    return code;
}

static int start(struct audio *audio) {
    audio->loop = loop_new(on_reload, audio);
    if (!audio->loop)
        return -ENOMEM;
    audio->worker = worker_new(loop_base(audio->loop), "reader");
    audio->ready = ready_new(audio->loop);
    audio->idle = loop_timer_new(audio->loop, on_idle, audio);
    return audio->worker && audio->ready && audio->idle ? 0 : -ENOMEM;
}

static int run(const char *path) {
    struct audio audio = {.path = path};
    int code = EXIT_FAULTY;
    snd_lib_error_set_handler(alsa_says);
    audio.next = reading_new(path);
    if (audio.next)
        read_files(audio.next);
    if (!audio.next || !audio.next->voices)
        goto out;
    code = EXIT_SOFTWARE;
    if (start(&audio))
        goto out;
    code = EXIT_FAULTY;
    if (!take_next(&audio))
        goto out;
    ready_set(audio.ready, "speaking");
    code = loop_run(audio.loop) || !audio.station ? EXIT_SOFTWARE : 0;
    ready_stopping(audio.ready);
out:
    worker_free(audio.worker);
    station_free(audio.station);
    reading_free(audio.current);
    reading_free(audio.next);
    loop_timer_free(audio.idle);
    ready_free(audio.ready);
    if (audio.loop)
        loop_free(audio.loop);
    snd_config_update_free_global();
    return code;
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"check", no_argument, NULL, 'k'},
        {"keys", no_argument, NULL, 'l'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *path = "/etc/jiaohao/jiaohao.yaml";
    bool only_check = false;
    int option;
    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            path = optarg;
            break;
        case 'k':
            only_check = true;
            break;
        case 'l':
            config_print_keys(stdout);
            return 0;
        case 'v':
            puts("jiaohao-audio " JIAOHAO_VERSION);
            return 0;
        case 'h':
            fputs(usage, stdout);
            return 0;
        default:
            fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    if (optind < argc) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    return only_check ? check(path) : run(path);
}
