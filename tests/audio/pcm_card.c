// SPDX-License-Identifier: Apache-2.0
/*
 * A sound card for tests, as an ALSA ioplug plugin: plays at 48 kHz by the monotonic clock, writes
 * every frame it was given to a file, and does on command what real cards do. In asound.conf:
 *
 *   pcm_type.card { lib "/path/pcm_card.so" }
 *   pcm.usb { type card record "/path/heard.raw" command "/path/command" }
 *
 * The command file holds "dry" (one underrun; the file is removed) or "gone" (unplugged for as long
 * as the file is there: playing and opening say ENODEV).
 */
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { TICK_NS = 5000000 };

struct card {
    snd_pcm_ioplug_t io;
    char *command;
    int record;
    int64_t started_ns; // 0: stopped
    snd_pcm_uframes_t written, played;
};

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void read_order(const char *command, char word[8]) {
    int fd = open(command, O_RDONLY | O_CLOEXEC);
    memset(word, 0, 8);
    if (fd < 0)
        return;
    if (read(fd, word, 7) < 0)
        word[0] = 0;
    close(fd);
}

static int is_gone(const char *command) {
    char word[8];
    read_order(command, word);
    return strncmp(word, "gone", 4) == 0;
}

// Takes the order to run dry: once, and only where the library hears of it.
static int runs_dry(const char *command) {
    char word[8];
    read_order(command, word);
    return strncmp(word, "dry", 3) == 0 && unlink(command) == 0;
}

static snd_pcm_sframes_t card_pointer(snd_pcm_ioplug_t *io) {
    struct card *card = io->private_data;
    if (is_gone(card->command)) {
        snd_pcm_ioplug_set_state(io, SND_PCM_STATE_DISCONNECTED);
        return -ENODEV;
    }
    if (runs_dry(card->command))
        return -EPIPE;
    if (card->started_ns)
        card->played = (snd_pcm_uframes_t)((now_ns() - card->started_ns) / 1000 * 48 / 1000);
    return card->played > card->written ? -EPIPE : (snd_pcm_sframes_t)card->played;
}

static int card_start(snd_pcm_ioplug_t *io) {
    ((struct card *)io->private_data)->started_ns = now_ns();
    return 0;
}

static int card_stop(snd_pcm_ioplug_t *io) {
    ((struct card *)io->private_data)->started_ns = 0;
    return 0;
}

static int card_prepare(snd_pcm_ioplug_t *io) {
    struct card *card = io->private_data;
    if (is_gone(card->command))
        return -ENODEV;
    card->started_ns = 0;
    card->written = card->played = 0;
    return 0;
}

static snd_pcm_sframes_t card_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
                                       snd_pcm_uframes_t offset, snd_pcm_uframes_t size) {
    struct card *card = io->private_data;
    const char *from = (const char *)areas->addr + (areas->first + areas->step * offset) / 8;
    size_t bytes = size * io->channels * 2;
    if (write(card->record, from, bytes) != (ssize_t)bytes)
        return -EIO;
    card->written += size;
    return (snd_pcm_sframes_t)size;
}

static int card_revents(snd_pcm_ioplug_t *io, struct pollfd *fds, unsigned count,
                        unsigned short *said) {
    uint64_t ticks;
    *said = 0;
    if (count == 1 && read(fds->fd, &ticks, sizeof ticks) == (ssize_t)sizeof ticks)
        *said = POLLOUT;
    if (is_gone(((struct card *)io->private_data)->command))
        *said |= POLLERR;
    return 0;
}

static int card_close(snd_pcm_ioplug_t *io) {
    struct card *card = io->private_data;
    close(card->record);
    close(io->poll_fd);
    free(card->command);
    free(card);
    return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = card_start,
    .stop = card_stop,
    .pointer = card_pointer,
    .transfer = card_transfer,
    .close = card_close,
    .prepare = card_prepare,
    .poll_revents = card_revents,
};

static int limit(snd_pcm_ioplug_t *io) {
    static const unsigned access = SND_PCM_ACCESS_RW_INTERLEAVED, format = SND_PCM_FORMAT_S16_LE;
    int rc = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 1, &access);
    rc |= snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 1, &format);
    rc |= snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, 1, 8);
    rc |= snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_RATE, 48000, 48000);
    rc |= snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 64, 65536);
    rc |= snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 128, 262144);
    return rc;
}

static struct card *card_new(const char *record, const char *command) {
    struct itimerspec beat = {{0, TICK_NS}, {0, TICK_NS}};
    struct card *card = calloc(1, sizeof *card);
    if (!card)
        return NULL;
    card->command = strdup(command);
    card->record = open(record, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    card->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    timerfd_settime(card->io.poll_fd, 0, &beat, NULL);
    card->io.version = SND_PCM_IOPLUG_VERSION;
    card->io.name = "a card for tests";
    card->io.flags = SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
    card->io.poll_events = POLLIN;
    card->io.callback = &callbacks;
    card->io.private_data = card;
    return card;
}

SND_PCM_PLUGIN_DEFINE_FUNC(card);
SND_PCM_PLUGIN_DEFINE_FUNC(card) {
    const char *record = NULL, *command = NULL;
    struct card *card;
    snd_config_t *one;
    int rc;
    (void)root;
    if (snd_config_search(conf, "record", &one) || snd_config_get_string(one, &record) ||
        snd_config_search(conf, "command", &one) || snd_config_get_string(one, &command))
        return -EINVAL;
    if (is_gone(command))
        return -ENODEV;
    card = card_new(record, command);
    if (!card)
        return -ENOMEM;
    rc = snd_pcm_ioplug_create(&card->io, name, stream, mode);
    if (rc == 0)
        rc = limit(&card->io);
    *pcmp = card->io.pcm;
    return rc;
}
SND_PCM_PLUGIN_SYMBOL(card);
