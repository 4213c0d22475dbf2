// SPDX-License-Identifier: Apache-2.0
/*
 * An ALSA PCM in the event loop: never blocking, kept open and fed with silence, so that a call is
 * heard one buffer after it came. Its poll descriptors are events of the loop. PCMs without a clock
 * (null, file) hand out /dev/null, which epoll refuses and which is always ready: these are paced
 * by a timer as if they were a card.
 *
 * An underrun is mended at once; everything else closes the card and opens it again, after 0.5 to
 * 5 s. Never drains: that would block; the end of a phrase is computed from the delay.
 */
#include "audio/sink.h"

#include <alsa/asoundlib.h>
#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "common/log.h"
#include "common/loop.h"

enum {
    RATE = 48000,
    PERIOD_MS = 10,
    PERIOD = RATE / 1000 * PERIOD_MS,
    FDS_MAX = 8,
    AGAIN_LEAST_MS = 500,
    AGAIN_MOST_MS = 5000,
    STEADY_MS = 10000,
    ROUND_PERIODS = 16, // in one turn, whatever the card says
    CHANNELS_MAX = 8,
};

struct alsa {
    struct loop *loop;
    char *name;
    uint32_t channels, buffer_ms;
    struct sink_events events;
    snd_pcm_t *pcm; // NULL while down
    struct pollfd fds[FDS_MAX];
    struct event *watched[FDS_MAX];
    int fd_count;
    struct loop_timer *again, *pace;
    bool paced, complained;
    int64_t opened_ms, again_ms;
    uint64_t written; // since opened
    unsigned underruns;
    int16_t period[PERIOD * CHANNELS_MAX];
    size_t kept, kept_from; // frames of `period` that the card has not taken yet
};

// --- losing it ---------------------------------------------------------------------------------

static void shut(struct alsa *s) {
    for (int i = 0; i < s->fd_count; i++)
        if (s->watched[i])
            event_free(s->watched[i]);
    memset(s->watched, 0, sizeof s->watched);
    s->fd_count = 0;
    loop_timer_set(s->pace, -1);
    if (s->pcm)
        snd_pcm_close(s->pcm);
    s->pcm = NULL;
}

static void lose(struct alsa *s, const char *what, int error) {
    bool was_up = s->pcm && s->written > 0;
    if (!s->complained)
        log_warning("audio", "card %s: %s: %s", s->name, what, snd_strerror(error));
    s->complained = true;
    shut(s);
    if (was_up && loop_boot_ms() - s->opened_ms >= STEADY_MS)
        s->again_ms = AGAIN_LEAST_MS;
    loop_timer_set(s->again, s->again_ms);
    s->again_ms = s->again_ms * 2 < AGAIN_MOST_MS ? s->again_ms * 2 : AGAIN_MOST_MS;
    s->events.down(s->events.context, error == -EBUSY ? "card-busy" : "no-card");
}

// --- feeding it --------------------------------------------------------------------------------

static int mend(struct alsa *s, int error) {
    if (error != -EPIPE && error != -ESTRPIPE)
        return error;
    s->underruns++;
    log_info("audio", "card %s ran dry (%u times so far)", s->name, s->underruns);
    return snd_pcm_prepare(s->pcm);
}

// One period to the card; what it does not take is kept for the next time.
static int feed_one(struct alsa *s) {
    snd_pcm_sframes_t taken;
    if (s->kept == 0) {
        s->events.fill(s->events.context, s->period, PERIOD);
        s->kept = PERIOD;
        s->kept_from = 0;
    }
    taken = snd_pcm_writei(s->pcm, s->period + s->kept_from * s->channels, s->kept);
    if (taken < 0)
        return (int)taken;
    s->kept -= (size_t)taken;
    s->kept_from += (size_t)taken;
    s->written += (uint64_t)taken;
    return s->kept ? -EAGAIN : 0;
}

static int room_periods(struct alsa *s) {
    snd_pcm_sframes_t room;
    if (s->paced) {
        int64_t due = (loop_boot_ms() - s->opened_ms + s->buffer_ms) * (RATE / 1000);
        return due > (int64_t)s->written ? (int)((due - (int64_t)s->written) / PERIOD) : 0;
    }
    room = snd_pcm_avail_update(s->pcm);
    return room < 0 ? (int)room : (int)(room / PERIOD);
}

static void feed(struct alsa *s) {
    int rc = 0, periods = room_periods(s);
    if (periods < 0) {
        rc = mend(s, periods);
        periods = rc ? 0 : (int)(s->buffer_ms / PERIOD_MS);
    }
    for (int i = 0; i < periods && i < ROUND_PERIODS && !rc; i++) {
        rc = feed_one(s);
        if (rc == -EPIPE || rc == -ESTRPIPE)
            rc = mend(s, rc);
    }
    if (rc && rc != -EAGAIN) {
        lose(s, "lost", rc);
        return;
    }
    s->events.turn(s->events.context);
}

static void on_ready(evutil_socket_t fd, short what, void *context) {
    struct alsa *s = context;
    int64_t mark = loop_mark();
    unsigned short said = 0;
    (void)fd;
    (void)what;
    poll(s->fds, (nfds_t)s->fd_count, 0);
    if (snd_pcm_poll_descriptors_revents(s->pcm, s->fds, (unsigned)s->fd_count, &said) == 0 &&
        !(said & (POLLOUT | POLLERR | POLLHUP | POLLNVAL)))
        return;
    if ((said & (POLLERR | POLLHUP | POLLNVAL)) &&
        snd_pcm_state(s->pcm) == SND_PCM_STATE_DISCONNECTED)
        lose(s, "unplugged", -ENODEV);
    else
        feed(s);
    loop_took("a sound card", mark);
}

static void on_pace(void *context) {
    struct alsa *s = context;
    loop_timer_set(s->pace, PERIOD_MS);
    feed(s);
}

// --- opening it --------------------------------------------------------------------------------

static int set_hardware(struct alsa *s) {
    snd_pcm_hw_params_t *hw;
    unsigned rate = RATE;
    snd_pcm_uframes_t period = PERIOD, buffer = (snd_pcm_uframes_t)s->buffer_ms * (RATE / 1000);
    int rc;
    snd_pcm_hw_params_alloca(&hw);
    rc = snd_pcm_hw_params_any(s->pcm, hw);
    if (rc >= 0)
        rc = snd_pcm_hw_params_set_access(s->pcm, hw, SND_PCM_ACCESS_RW_INTERLEAVED);
    if (rc >= 0)
        rc = snd_pcm_hw_params_set_format(s->pcm, hw, SND_PCM_FORMAT_S16_LE);
    if (rc >= 0)
        rc = snd_pcm_hw_params_set_channels(s->pcm, hw, s->channels);
    if (rc >= 0)
        rc = snd_pcm_hw_params_set_rate(s->pcm, hw, rate, 0);
    if (rc >= 0)
        rc = snd_pcm_hw_params_set_period_size_near(s->pcm, hw, &period, NULL);
    if (rc >= 0)
        rc = snd_pcm_hw_params_set_buffer_size_near(s->pcm, hw, &buffer);
    return rc < 0 ? rc : snd_pcm_hw_params(s->pcm, hw);
}

// Starts once two periods are there, wakes us when there is room for one.
static int set_software(struct alsa *s) {
    snd_pcm_sw_params_t *sw;
    int rc;
    snd_pcm_sw_params_alloca(&sw);
    rc = snd_pcm_sw_params_current(s->pcm, sw);
    if (rc >= 0)
        rc = snd_pcm_sw_params_set_start_threshold(s->pcm, sw, 2 * PERIOD);
    if (rc >= 0)
        rc = snd_pcm_sw_params_set_avail_min(s->pcm, sw, PERIOD);
    return rc < 0 ? rc : snd_pcm_sw_params(s->pcm, sw);
}

static bool is_dev_null(int fd) {
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

static int watch(struct alsa *s) {
    int count = snd_pcm_poll_descriptors_count(s->pcm);
    if (count < 1 || count > FDS_MAX)
        return -ENXIO;
    if (snd_pcm_poll_descriptors(s->pcm, s->fds, (unsigned)count) != count)
        return -ENXIO;
    s->paced = false;
    for (int i = 0; i < count; i++)
        s->paced |= is_dev_null(s->fds[i].fd);
    if (s->paced) {
        loop_timer_set(s->pace, 0);
        return 0;
    }
    s->fd_count = count;
    for (int i = 0; i < count; i++) {
        short what = (short)(EV_PERSIST | (s->fds[i].events & POLLIN ? EV_READ : 0) |
                             (s->fds[i].events & POLLOUT ? EV_WRITE : 0));
        s->watched[i] = event_new(loop_base(s->loop), s->fds[i].fd, what, on_ready, s);
        if (!s->watched[i] || event_add(s->watched[i], NULL))
            return -ENOMEM;
    }
    return 0;
}

static void on_again(void *context) {
    struct alsa *s = context;
    int rc = snd_pcm_open(&s->pcm, s->name, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK);
    if (rc < 0)
        s->pcm = NULL;
    else if ((rc = set_hardware(s)) >= 0 && (rc = set_software(s)) >= 0)
        rc = snd_pcm_prepare(s->pcm);
    s->written = 0;
    s->kept = 0;
    s->opened_ms = loop_boot_ms();
    if (rc >= 0)
        rc = watch(s);
    if (rc < 0) {
        lose(s, "cannot be opened", rc);
        return;
    }
    s->complained = false;
    log_notice("audio", "card %s is open: %u channels%s", s->name, s->channels,
               s->paced ? ", paced by a timer" : "");
    s->events.up(s->events.context);
    if (!s->paced)
        feed(s); // fills the buffer, which starts it
}

static void alsa_close(void *sink) {
    struct alsa *s = sink;
    if (!s)
        return;
    if (s->pace)
        shut(s);
    loop_timer_free(s->pace);
    loop_timer_free(s->again);
    free(s->name);
    free(s);
}

static void *alsa_open(struct loop *loop, const struct sink_options *options,
                       const struct sink_events *events) {
    struct alsa *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->loop = loop;
    s->channels = options->channels;
    s->buffer_ms = options->buffer_ms;
    s->events = *events;
    s->again_ms = AGAIN_LEAST_MS;
    s->name = strdup(options->pcm);
    s->again = loop_timer_new(loop, on_again, s);
    s->pace = loop_timer_new(loop, on_pace, s);
    if (!s->name || !s->again || !s->pace) {
        alsa_close(s);
        return NULL;
    }
    loop_timer_set(s->again, 0);
    return s;
}

static uint64_t alsa_delay(const void *sink) {
    const struct alsa *s = sink;
    snd_pcm_sframes_t delay = 0;
    int64_t played;
    if (!s->pcm)
        return 0;
    if (s->paced) {
        played = (loop_boot_ms() - s->opened_ms) * (RATE / 1000);
        return s->kept + (played < (int64_t)s->written ? s->written - (uint64_t)played : 0);
    }
    if (snd_pcm_delay(s->pcm, &delay) < 0 || delay < 0)
        delay = 0;
    return s->kept + (uint64_t)delay;
}

const struct sink_kind sink_alsa = {alsa_open, alsa_close, alsa_delay};
