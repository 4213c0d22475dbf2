// SPDX-License-Identifier: Apache-2.0
/*
 * Where sound goes. A sink opens and opens again by itself, asks for frames at its own pace, and
 * says when it is gone. A test brings a kind of its own; sink_alsa is the real one.
 */
#ifndef JIAOHAO_AUDIO_SINK_H
#define JIAOHAO_AUDIO_SINK_H

#include <stddef.h>
#include <stdint.h>

struct loop;

struct sink_options { // copied
    const char *pcm;  // the ALSA name
    uint32_t channels;
    uint32_t buffer_ms;
};

struct sink_events { // all on the loop
    void (*up)(void *context);
    // Gone, and trying again; what was written may never be heard. `fault` is a word for the bus.
    void (*down)(void *context, const char *fault);
    // Wants so many frames, interleaved, at 48 kHz; always fills them, with silence if need be.
    void (*fill)(void *context, int16_t *frames, size_t count);
    // After each round of filling: the moment to look at what has been heard.
    void (*turn)(void *context);
    void *context;
};

struct sink_kind {
    // Starts opening; NULL only without memory.
    void *(*open)(struct loop *loop, const struct sink_options *options,
                  const struct sink_events *events);
    void (*close)(void *sink); // NULL is fine; not from inside an event
    // Frames taken by `fill` that cannot be heard yet. 0 while down. After an underrun what was
    // lost counts as heard: it is over.
    uint64_t (*delay_frames)(const void *sink);
};

extern const struct sink_kind sink_alsa;

#endif
