// SPDX-License-Identifier: Apache-2.0
/*
 * A speaker from message to acknowledgement. Silence is decided when a call comes in: a silent
 * ticket, window or time of day is not spoken, unless the ticket needs a voice.
 *
 * Invariant: every call that was taken is answered exactly once, as spoken when its first saying
 * has been heard, or as failed with a reason; a silent or withdrawn one is not answered. An answer
 * that the broker does not take waits until the link is up again.
 */
#include "audio/speaker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/call.h"
#include "audio/card.h"
#include "audio/config.h"
#include "audio/voices.h"
#include "audio/zone.h"
#include "common/log.h"
#include "common/loop.h"

enum { ANSWERS_MAX = 64, ANSWER_BYTES = 128, TOPIC_BYTES = 128, SKEW_UNKNOWN_MS = 60000 };

struct speaker {
    struct speaker_room room;
    struct bus *bus;
    struct zone zone;
    int track;
    bool cut; // what sounds was withdrawn
    bool skew_known;
    int64_t skew_ms; // this machine's clock less the hall's
    char answers[ANSWERS_MAX][ANSWER_BYTES];
    uint32_t answer_count;
    unsigned malformed;
};

static void topic_of(const struct speaker *s, const char *what, const char *name,
                     char out[TOPIC_BYTES]) {
    snprintf(out, TOPIC_BYTES, "%s%s%s", s->room.machine->prefix, what, name);
}

// --- answers -----------------------------------------------------------------------------------

static int publish(struct speaker *s, const char *answer) {
    char topic[TOPIC_BYTES];
    struct bus_publish message = {
        .topic = topic, .payload = answer, .length = strlen(answer), .qos = 1};
    topic_of(s, "ack/", s->room.config->name, topic);
    return bus_publish(s->bus, &message);
}

static void flush(struct speaker *s) {
    uint32_t done = 0;
    while (done < s->answer_count && publish(s, s->answers[done]) == 0)
        done++;
    s->answer_count -= done;
    memmove(s->answers, s->answers + done, s->answer_count * sizeof s->answers[0]);
}

static void answer(struct speaker *s, const struct zone_call *call, const char *error) {
    if (call->again)
        return;
    if (s->answer_count == ANSWERS_MAX) { // the broker has been away for long: the oldest is no use
        s->answer_count--;
        memmove(s->answers, s->answers + 1, s->answer_count * sizeof s->answers[0]);
    }
    call_write_ack(s->answers[s->answer_count++], ANSWER_BYTES, call->seq,
                   loop_boot_ms() - call->got_ms, error);
    flush(s);
    if (error)
        log_warning("audio", "%s: call %llu was not spoken: %s", s->room.config->name,
                    (unsigned long long)call->seq, error);
}

static void report(struct speaker *s) {
    if (bus_is_up(s->bus))
        machine_report(s->room.machine, s->bus, s->room.config->name, "speaker",
                       card_fault(s->room.card));
}

// --- what the hall says ------------------------------------------------------------------------

// How long ago the hall made a call. Before the hall's clock is known only a plausible difference
// is believed: the broker drops calls that are over anyway.
static int64_t age_ms(const struct speaker *s, const struct call *call) {
    int64_t age = loop_wall_ms() - (s->skew_known ? s->skew_ms : 0) - call->at_ms;
    if (age < 0 || (!s->skew_known && age > SKEW_UNKNOWN_MS))
        return 0;
    return age;
}

static bool is_silent(const struct speaker *s, const struct call *call) {
    return !call->voice &&
           (call->silent || config_is_silent(s->room.config, call->minute, call->window));
}

static void take_call(struct speaker *s, const struct call *call) {
    struct zone_call one = {.seq = call->seq, .window = call->window};
    int rc;
    memcpy(one.number, call->number, sizeof one.number);
    one.recall = call->what == CALL_RECALL;
    one.got_ms = loop_boot_ms();
    one.made_ms = one.got_ms - age_ms(s, call);
    for (uint32_t i = 0; i < call->language_count; i++)
        one.languages |= voices_language(s->room.voices, call->languages[i]);
    rc = zone_put(&s->zone, &one);
    if (rc == -ENOSPC)
        answer(s, &one, "too many calls");
}

static void take(struct speaker *s, const struct bus_message *message) {
    struct call call;
    const char *why;
    if (call_read(message->payload, message->length, &call, &why)) {
        s->malformed++;
        log_warning("audio", "%s: a call made no sense (%u so far): %s", s->room.config->name,
                    s->malformed, why);
        return;
    }
    if (call.what == CALL_WITHDRAW) {
        if (zone_withdraw(&s->zone, call.number)) {
            s->cut = true;
            mixer_cut(card_mixer(s->room.card), s->track);
        }
    } else if (call.what != CALL_NOTICE && !is_silent(s, &call)) {
        take_call(s, &call);
    }
}

static void on_message(void *context, const struct bus_message *message) {
    struct speaker *s = context;
    const char *below = message->topic + strlen(s->room.machine->prefix);
    int64_t hall_ms;
    if (message->retained)
        return; // a call is never retained, and an old heartbeat tells no time
    if (strncmp(below, "call/", 5) == 0) {
        take(s, message);
    } else if (call_read_beat(message->payload, message->length, &hall_ms) == 0) {
        s->skew_ms = loop_wall_ms() - hall_ms;
        s->skew_known = true;
    }
}

static void on_up(void *context) {
    report(context);
    flush(context);
}

// --- speaking ----------------------------------------------------------------------------------

static void ended(struct speaker *s, int64_t now_ms, const char *error) {
    struct zone_call call = s->zone.now;
    bool cut = s->cut;
    s->cut = false;
    zone_ended(&s->zone, now_ms, !error && !cut);
    if (!cut)
        answer(s, &call, error);
}

void speaker_settle(struct speaker *s, int64_t now_ms) {
    struct zone_call old;
    while (zone_stale(&s->zone, now_ms, &old))
        answer(s, &old, card_is_up(s->room.card) ? "too late" : card_fault(s->room.card));
    if (s->zone.speaking &&
        mixer_done(card_mixer(s->room.card), s->track, card_heard(s->room.card)))
        ended(s, now_ms, NULL);
}

void speaker_begin(struct speaker *s, int64_t now_ms) {
    struct mixer_item items[MIXER_ITEMS_MAX];
    struct zone_call call;
    struct voices_call wanted = {0};
    uint32_t count;
    if (!zone_next(&s->zone, now_ms, &call, &wanted.chime))
        return;
    wanted.number = call.number;
    wanted.window = call.window;
    wanted.languages = call.languages;
    count = voices_say(s->room.voices, &wanted, items);
    if (count == 0 || mixer_play(card_mixer(s->room.card), s->track, items, count))
        ended(s, now_ms, "no voice can say it");
}

void speaker_card_changed(struct speaker *s) {
    if (s->zone.speaking && !card_is_up(s->room.card))
        ended(s, loop_boot_ms(), card_fault(s->room.card));
    report(s);
}

const struct card *speaker_card(const struct speaker *speaker) {
    return speaker->room.card;
}

const char *speaker_group(const struct speaker *speaker) {
    return speaker->room.config->group;
}

bool speaker_speaks(const struct speaker *speaker) {
    return speaker->zone.speaking;
}

bool speaker_is_idle(const struct speaker *speaker) {
    return !speaker->zone.speaking && !speaker->zone.repeat_due && speaker->zone.count == 0;
}

int64_t speaker_due(const struct speaker *speaker, int64_t now_ms) {
    return zone_due(&speaker->zone, now_ms);
}

// --- made and ended ----------------------------------------------------------------------------

static int add_track(struct speaker *s) {
    const struct config_speaker *config = s->room.config;
    uint32_t channels = config->channel ? 1u << (config->channel - 1) : ~0u;
    s->track = mixer_add(card_mixer(s->room.card), channels, (double)config->gain_db);
    return s->track < 0 ? s->track : 0;
}

static int subscribe(struct speaker *s) {
    char topic[TOPIC_BYTES];
    int rc;
    topic_of(s, "call/", s->room.config->zone, topic);
    rc = bus_subscribe(s->bus, topic, 1);
    topic_of(s, "state/", "hall", topic);
    return rc ? rc : bus_subscribe(s->bus, topic, 0);
}

struct speaker *speaker_new(const struct speaker_room *room) {
    struct bus_events events = {.up = on_up, .message = on_message};
    struct speaker *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->room = *room;
    s->zone.repeats = room->config->repeat;
    s->zone.chimes = room->config->chime;
    events.context = s;
    if (add_track(s) == 0)
        s->bus = machine_link(room->machine, room->loop, room->config->name, "speaker", &events);
    if (s->bus && subscribe(s) == 0)
        return s;
    speaker_free(s);
    return NULL;
}

void speaker_free(struct speaker *speaker) {
    if (!speaker)
        return;
    machine_leave(speaker->room.machine, speaker->bus, speaker->room.config->name, "speaker");
    free(speaker);
}
