# SPDX-License-Identifier: Apache-2.0
"""Ears for tests: jiaohao-audio with an ALSA file for a card, and what was heard in it.

A word is found by correlating the recording with the pack's own clip.
"""
import os
import signal
import subprocess
import wave

import numpy
from house import BUILD, ROOT, end, wait_until

RATE = 48000
THIN = 6  # words are compared at 8 kHz
BLOCK = RATE // 100


class Voice:
    """jiaohao-audio of one house; everything it plays is in `raw`."""

    def __init__(self, house, channels=2):
        self.house, self.channels = house, channels
        self.raw = house.folder / "heard.raw"
        self.log = house.folder / "audio.log"
        self.alsa = house.folder / "asound.conf"
        self.process = None
        self.command = house.folder / "card-command"
        self.alsa.write_text(
            f'pcm.rec {{ type file slave.pcm "null" file "{self.raw}" format "raw" }}\n'
            f'pcm_type.card {{ lib "{house.folder}/pcm_card.so" }}\n'
            f'pcm.usb {{ type card record "{self.raw}" command "{self.command}" }}\n')

    def make_card(self):
        """Builds the card of tests/audio, for pcm "usb"."""
        subprocess.run(["gcc", "-std=c17", "-D_GNU_SOURCE", "-shared", "-fPIC", "-DPIC", "-Wall",
                        "-o", str(self.house.folder / "pcm_card.so"),
                        str(ROOT / "tests" / "audio" / "pcm_card.c"), "-lasound"], check=True)
        return self

    def order(self, what):
        """Tells that card what happens to it: "dry", "gone" or nothing."""
        if what:
            new = self.command.with_suffix(".new")
            new.write_text(what)
            new.rename(self.command)
        else:
            self.command.unlink()

    def environment(self):
        return self.house.env(ALSA_CONFIG_PATH=f"/usr/share/alsa/alsa.conf:{self.alsa}")

    def start(self, links=1):
        before = self.said("linked to the broker")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.house.program("jiaohao-audio"), "-c", str(self.house.config)],
                stdout=log, stderr=log, env=self.environment())
        wait_until(lambda: self.process.poll() is not None
                   or self.said("linked to the broker") >= before + links,
                   15, lambda: f"jiaohao-audio linked: {self.text()}")
        assert self.process.poll() is None, self.text()
        return self

    def check(self):
        return subprocess.run(
            [self.house.program("jiaohao-audio"), "-c", str(self.house.config), "--check"],
            capture_output=True, text=True, timeout=20, env=self.environment())

    def text(self):
        return self.log.read_text() if self.log.exists() else ""

    def said(self, words):
        return self.text().count(words)

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def stop(self, sig=signal.SIGTERM):
        code = end(self.process, sig)
        self.process = None
        return code

    def heard(self, channel=0):
        """One channel of all that was played."""
        data = self.raw.read_bytes() if self.raw.exists() else b""
        whole = len(data) // (2 * self.channels) * 2 * self.channels
        frames = numpy.frombuffer(data[:whole], dtype="<i2")
        return frames.reshape(-1, self.channels)[:, channel].astype(float)


def section(zone="hall", **more):
    """The section audio of jiaohao.yaml for these tests."""
    return {
        "voices": [str(BUILD / "voices" / "zh")],
        "chime": str(BUILD / "voices" / "chime.wav"),
        "cards": {"main": {"pcm": "rec", "channels": 2}},
        "speakers": {f"speaker-{zone}": {"channel": 1}},
        **more,
    }


def phrases(samples, quiet_s=0.55, least=60):
    """[(from, to)]: what is parted by more than quiet_s of silence."""
    blocks = samples[:len(samples) // BLOCK * BLOCK].reshape(-1, BLOCK)
    loud = numpy.flatnonzero(numpy.sqrt((blocks ** 2).mean(axis=1)) > least)
    found = []
    for place in loud:
        if found and (place - found[-1][1]) * BLOCK < quiet_s * RATE:
            found[-1][1] = place + 1
        else:
            found.append([place, place + 1])
    return [(int(a) * BLOCK, int(b) * BLOCK) for a, b in found]


def level_db(samples):
    """RMS of what is not silence, in dB of full scale."""
    loud = samples[numpy.abs(samples) > 30]
    return 20 * numpy.log10(numpy.sqrt((loud ** 2).mean()) / 32768) if len(loud) else -200.0


def thin(samples):
    return samples[:len(samples) // THIN * THIN].reshape(-1, THIN).mean(axis=1)


def clip(path):
    """A clip as the program plays it, but for its level: at 48 kHz and without silence."""
    with wave.open(str(path)) as file:
        rate = file.getframerate()
        frames = numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(float)
    loud = numpy.flatnonzero(numpy.abs(frames) > numpy.abs(frames).max() / 100)
    frames = frames[loud[0]:loud[-1] + 1]
    places = numpy.arange(0, len(frames) - 1, rate / RATE)
    return thin(numpy.interp(places, numpy.arange(len(frames)), frames))


def match(heard, wanted, start, stop):
    """How alike heard[start:stop] is to a clip at its best place (0 to 1), and that place."""
    part = heard[max(start, 0):stop + len(wanted)]
    if len(part) < len(wanted):
        return 0.0, start
    product = numpy.correlate(part, wanted, "valid")
    sums = numpy.concatenate(([0.0], numpy.cumsum(part ** 2)))
    energy = sums[len(wanted):] - sums[:-len(wanted)]
    alike = product / numpy.sqrt(numpy.maximum(energy * (wanted ** 2).sum(), 1.0))
    # The first of equals: in "0 0" the same word comes twice.
    first = int(numpy.flatnonzero(alike >= alike.max() - 0.08)[0])
    best = first + int(alike[first:first + 80].argmax())
    return float(alike[best]), max(start, 0) + best


def follow(samples, language, words, start=0, reach_s=0.5):
    """Follows a sentence word by word: [(word, alike)], and the sample after its last word."""
    heard, at, found = thin(samples), start // THIN, []
    for word in words:
        wanted = clip(BUILD / "voices" / language / f"{word}.wav")
        alike, place = match(heard, wanted, at - 400, at + int(reach_s * RATE / THIN))
        found.append((word, round(alike, 2)))
        at = place + len(wanted)
    return found, at * THIN
