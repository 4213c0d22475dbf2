// SPDX-License-Identifier: Apache-2.0
/*
 * The section `audio` read by tables. Cards stand before speakers in the table, so that a speaker's
 * card and channel are checked where they are written. Without `cards` there is one, ALSA's
 * default; without `voices` the packs that come with the program are used.
 *
 * A faulty file fills *config as far as it goes, but its caller must not use it.
 */
#include "audio/config.h"

#include <stddef.h>
#include <string.h>

#include "audio/mixer.h"

#define SHARE "/usr/share/jiaohao/voices/"

// A path is relative to the folder of jiaohao.yaml.
static void resolve(struct yaml_file *file, const struct yaml_node *node,
                    const struct config *config, char path[CONFIG_PATH_BYTES]) {
    const char *slash = strrchr(config->path, '/');
    size_t folder = slash ? (size_t)(slash - config->path) + 1 : 0, length = strlen(path);
    if (path[0] == '/' || folder == 0)
        return;
    if (folder + length >= CONFIG_PATH_BYTES) {
        yaml_fault(file, node, "the path is too long, at most %d bytes with its folder",
                   CONFIG_PATH_BYTES - 1);
        return;
    }
    memmove(path + folder, path, length + 1);
    memcpy(path, config->path, folder);
}

static const struct yaml_key path_key = {
    .name = "path", .type = YAML_TEXT, .size = CONFIG_PATH_BYTES, .least = 1};

static void read_voices(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct config *config = context;
    size_t count = yaml_count(file, node);
    (void)into;
    if (count > CONFIG_VOICES_MAX)
        yaml_fault(file, node, "at most %d voices", CONFIG_VOICES_MAX);
    config->voice_count = 0;
    for (size_t i = 0; i < count && i < CONFIG_VOICES_MAX; i++) {
        char *path = config->voices[config->voice_count];
        if (!yaml_scalar(file, yaml_item(node, i), &path_key, path))
            continue;
        resolve(file, yaml_item(node, i), config, path);
        config->voice_count++;
    }
}

static void read_chime(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct config *config = context;
    (void)into;
    if (yaml_scalar(file, node, &path_key, config->chime))
        resolve(file, node, config, config->chime);
}

// --- cards -------------------------------------------------------------------------------------

#define CARD(field)                                                                                \
    .offset = offsetof(struct config_card, field), .size = sizeof(((struct config_card *)0)->field)

static const struct yaml_key card_keys[] = {
    {.name = "pcm",
     .type = YAML_TEXT,
     .least = 1,
     .fallback = "default",
     CARD(pcm),
     .help = "the ALSA PCM: hw:CARD=id for a card of its own, or any other name"},
    {.name = "channels",
     .type = YAML_U32,
     .least = 1,
     .most = MIXER_CHANNELS_MAX,
     .fallback = "2",
     CARD(channels),
     .help = "how many channels it is opened with"},
    {.name = "buffer",
     .type = YAML_DURATION,
     .least = 20,
     .most = 200,
     .fallback = "50 ms",
     CARD(buffer_ms),
     .help = "sound that is kept ahead"},
    {.name = NULL},
};

static bool keep_name(struct yaml_file *file, struct yaml_node *node, const char *name,
                      char out[32]) {
    size_t length = strlen(name);
    if (length == 0 || length > 31 ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != length) {
        yaml_fault(file, node, "\"%s\": a name has up to 31 of a-z, 0-9, -", name);
        return false;
    }
    memcpy(out, name, length + 1);
    return true;
}

static void read_cards(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct config *config = context;
    size_t count = yaml_pairs(file, node);
    (void)into;
    if (count > CONFIG_CARDS_MAX)
        yaml_fault(file, node, "at most %d cards", CONFIG_CARDS_MAX);
    config->card_count = 0;
    for (size_t i = 0; i < count && i < CONFIG_CARDS_MAX; i++) {
        struct config_card *card = &config->cards[config->card_count];
        const char *name;
        struct yaml_node *value = yaml_pair(node, i, &name);
        if (!keep_name(file, value, name, card->name))
            continue;
        yaml_read(file, value, card_keys, card, config);
        config->card_count++;
    }
}

// --- speakers ----------------------------------------------------------------------------------

static uint32_t two_digits(const char *at) {
    return (uint32_t)((at[0] - '0') * 10 + (at[1] - '0'));
}

static bool read_span(const char *text, struct config_span *span) {
    static const char shape[] = "00:00-00:00";
    if (strlen(text) != sizeof shape - 1)
        return false;
    for (size_t i = 0; i < sizeof shape - 1; i++)
        if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return false;
    *span = (struct config_span){two_digits(text) * 60 + two_digits(text + 3),
                                 two_digits(text + 6) * 60 + two_digits(text + 9)};
    return span->from < 1440 && span->to <= 1440 && two_digits(text + 3) < 60 &&
           two_digits(text + 9) < 60 && span->from != span->to;
}

static void read_silent(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    struct config_speaker *speaker = into;
    size_t count = yaml_count(file, node);
    (void)context;
    if (count > CONFIG_SPANS_MAX)
        yaml_fault(file, node, "at most %d spans", CONFIG_SPANS_MAX);
    for (size_t i = 0; i < count && i < CONFIG_SPANS_MAX; i++) {
        const char *text = yaml_text(file, yaml_item(node, i));
        if (text && read_span(text, &speaker->silent[speaker->silent_count]))
            speaker->silent_count++;
        else if (text)
            yaml_fault(file, yaml_item(node, i), "\"%s\" is no span, write \"12:00-13:30\"", text);
    }
}

static void read_windows(struct yaml_file *file, struct yaml_node *node, void *into,
                         void *context) {
    static const struct yaml_key window = {
        .name = "window", .type = YAML_U32, .least = 1, .most = 9999};
    struct config_speaker *speaker = into;
    size_t count = yaml_count(file, node);
    (void)context;
    if (count > CONFIG_WINDOWS_MAX)
        yaml_fault(file, node, "at most %d windows", CONFIG_WINDOWS_MAX);
    for (size_t i = 0; i < count && i < CONFIG_WINDOWS_MAX; i++)
        if (yaml_scalar(file, yaml_item(node, i), &window,
                        &speaker->silent_windows[speaker->silent_window_count]))
            speaker->silent_window_count++;
}

#define SPEAKER(field)                                                                             \
    .offset = offsetof(struct config_speaker, field),                                              \
    .size = sizeof(((struct config_speaker *)0)->field)

static const struct yaml_key speaker_keys[] = {
    {.name = "zone",
     .type = YAML_CODE,
     SPEAKER(zone),
     .help = "the zone whose calls it speaks; by default what follows speaker- in its name"},
    {.name = "card",
     .type = YAML_TEXT,
     .fallback = "",
     SPEAKER(card_name),
     .help = "one of cards; by default the first"},
    {.name = "channel",
     .type = YAML_U32,
     .least = 0,
     .most = MIXER_CHANNELS_MAX,
     .fallback = "0",
     SPEAKER(channel),
     .help = "its channel on that card, from 1; 0 is all channels"},
    {.name = "gain_db",
     .type = YAML_INT,
     .least = -40,
     .most = 12,
     .fallback = "0",
     SPEAKER(gain_db),
     .help = "louder or softer"},
    {.name = "repeat",
     .type = YAML_BOOL,
     .fallback = "no",
     SPEAKER(repeat),
     .help = "say each call twice while no more than two wait"},
    {.name = "chime",
     .type = YAML_BOOL,
     .fallback = "yes",
     SPEAKER(chime),
     .help = "chime first, unless a call ended less than 3 s before"},
    {.name = "group",
     .type = YAML_TEXT,
     .fallback = "",
     SPEAKER(group),
     .help = "speakers of one group hear each other: only one of them speaks at a time"},
    {.name = "silent",
     .type = YAML_CUSTOM,
     .read = read_silent,
     .help = "list of times of day, \"12:00-13:30\", at which only those are called by voice who "
             "need it"},
    {.name = "silent_windows",
     .type = YAML_CUSTOM,
     .read = read_windows,
     .help = "list of windows of which the same holds"},
    {.name = NULL},
};

static void find_card(struct yaml_file *file, struct yaml_node *node, const struct config *config,
                      struct config_speaker *speaker) {
    while (speaker->card_name[0] && speaker->card < config->card_count &&
           strcmp(config->cards[speaker->card].name, speaker->card_name) != 0)
        speaker->card++;
    if (speaker->card >= config->card_count)
        yaml_fault(file, node, "\"%s\" is none of the cards", speaker->card_name);
    else if (speaker->channel > config->cards[speaker->card].channels)
        yaml_fault(file, node, "channel %u: the card has %u channels", speaker->channel,
                   config->cards[speaker->card].channels);
}

static void read_speaker(struct yaml_file *file, struct yaml_node *node, const char *name,
                         struct config *config) {
    struct config_speaker *speaker = &config->speakers[config->speaker_count];
    *speaker = (struct config_speaker){0};
    if (!keep_name(file, node, name, speaker->name))
        return;
    // "speaker-legal:" with nothing behind it is a speaker with every setting as usual.
    if (yaml_is_scalar(node) && !(yaml_text(file, node) && yaml_text(file, node)[0]))
        node = NULL;
    yaml_read(file, node, speaker_keys, speaker, config);
    if (!speaker->zone[0] && strncmp(name, "speaker-", 8) == 0)
        memcpy(speaker->zone, name + 8, strlen(name + 8) + 1);
    if (!speaker->zone[0])
        yaml_fault(file, node, "%s needs a zone", name);
    find_card(file, node, config, speaker);
    config->speaker_count++;
}

static void read_speakers(struct yaml_file *file, struct yaml_node *node, void *into,
                          void *context) {
    struct config *config = context;
    size_t count = yaml_pairs(file, node);
    (void)into;
    if (count > CONFIG_SPEAKERS_MAX)
        yaml_fault(file, node, "at most %d speakers", CONFIG_SPEAKERS_MAX);
    for (size_t i = 0; i < count && i < CONFIG_SPEAKERS_MAX; i++) {
        const char *name;
        struct yaml_node *value = yaml_pair(node, i, &name);
        read_speaker(file, value, name, config);
    }
}

// --- the section -------------------------------------------------------------------------------

static const struct yaml_key audio_keys[] = {
    {.name = "loudness",
     .type = YAML_INT,
     .least = -19,
     .most = -16,
     .fallback = "-18",
     .offset = offsetof(struct config, loudness),
     .help = "of every word, in LUFS"},
    {.name = "voices",
     .type = YAML_CUSTOM,
     .read = read_voices,
     .help = "list of folders, a voice pack each; a call is spoken in the hall's languages that "
             "have one; by default " SHARE "zh and en"},
    {.name = "chime",
     .type = YAML_CUSTOM,
     .read = read_chime,
     .help = "sound file; by default " SHARE "chime.wav"},
    {.name = "cards", .type = YAML_CUSTOM, .read = read_cards, .help = "sound cards by name"},
    {.name = "speakers",
     .type = YAML_CUSTOM,
     .read = read_speakers,
     .help = "by the names they have in hall.yaml(5)"},
    {.name = NULL},
};

int config_read(const char *path, struct config *config, FILE *out) {
    struct machine_section section = {"audio", audio_keys, config, config};
    memset(config, 0, sizeof *config);
    config->path = path;
    config->card_count = 1;
    config->cards[0] = (struct config_card){"default", "default", 2, 50};
    config->voice_count = 2;
    memcpy(config->voices[0], SHARE "zh", sizeof SHARE "zh");
    memcpy(config->voices[1], SHARE "en", sizeof SHARE "en");
    memcpy(config->chime, SHARE "chime.wav", sizeof SHARE "chime.wav");
    return machine_read(path, &config->machine, &section, out);
}

static void print_part(const struct yaml_key *table, const char *title, const char *prefix,
                       FILE *out) {
    fprintf(out, ".Ss %s\n.Bl -tag -width Ds\n", title);
    yaml_print_keys(table, prefix, out);
    fprintf(out, ".El\n");
}

void config_print_keys(FILE *out) {
    print_part(audio_keys, "The section audio", "", out);
    print_part(card_keys, "A card", "", out);
    print_part(speaker_keys, "A speaker", "", out);
}

bool config_is_silent(const struct config_speaker *speaker, uint32_t minute, uint32_t window) {
    for (uint32_t i = 0; i < speaker->silent_window_count; i++)
        if (speaker->silent_windows[i] == window)
            return true;
    for (uint32_t i = 0; i < speaker->silent_count; i++) {
        const struct config_span *span = &speaker->silent[i];
        bool inside = span->from < span->to ? minute >= span->from && minute < span->to
                                            : minute >= span->from || minute < span->to;
        if (inside)
            return true;
    }
    return false;
}
