# SPDX-License-Identifier: Apache-2.0
"""Calls are heard: the real daemon, broker and jiaohao-audio; what the card got is listened to by
measuring. Prints levels, gaps and durations (pytest -s).
"""
import datetime
import signal
import time

import pytest
from house import BUILD, Link, Reader, wait_until, without_waiting
from voice import RATE, Voice, clip, follow, level_db, match, phrases, section, thin

ZH = "please {} hao dao {} hao chuangkou"
EN = "ticket {} please-go-to window {}"
SURE = 0.85
AFTER_CHIME = int(0.9 * RATE)


@pytest.fixture
def hall(make_house, request):
    """A started house with a voice: hall(section over the usual)."""
    voices = []

    def make(**more):
        house = make_house(change=without_waiting, settings={"audio": section("main", **more)})
        zone = next(zone for kind, _, zone, _ in house.devices() if kind == "speaker")
        house.config.write_text(house.config.read_text().replace("speaker-main", f"speaker-{zone}"))
        house.zone = zone
        house.start()
        house.voice = Voice(house)
        voices.append(house.voice)
        house.acks = Ears(house, zone)
        return house

    yield make
    for voice in voices:
        voice.stop()
        if getattr(request.node, "failed", False):
            print(f"\n--- {voice.log}\n{voice.text()[-4000:]}")


class Ears:
    """What the hall made of the speaker's acknowledgements, from its events."""

    def __init__(self, house, zone):
        self.reader = house.link(Reader(house))
        self.zone = zone

    def kinds(self, kind):
        return [e for e in list(self.reader.events.values()) if e["kind"] == kind]

    def spoken(self):
        return self.kinds("call.spoken")


def clerk_at(house, window):
    clerks = vars(house).setdefault("clerks", {})
    if window not in clerks:
        clerks[window] = house.clerk(window)
    return clerks[window]


def visit(house, window=1, service="A", **ticket):
    """One person takes a number and is called: the number."""
    kiosk = house.kiosk()
    made = kiosk.surely_ok("POST", "tickets", {"service": service, **ticket})
    clerk = clerk_at(house, window)
    if clerk.ok("GET", f"windows/{window}")["state"] == "closed":
        clerk.surely_ok("POST", f"windows/{window}/open", {})
    clerk.surely_ok("POST", f"windows/{window}/next", {})
    return made["number"]


def finish(house, window=1):
    clerk = clerk_at(house, window)
    clerk.surely_ok("POST", f"windows/{window}/start", {})
    clerk.surely_ok("POST", f"windows/{window}/finish", {"outcome": "advice"})


def heard_call(samples, start, number, window):
    """Every word of a call, in order; the worst likeness, and the end."""
    found, at = follow(samples, "zh", ZH.format(" ".join(number), window).split(), start)
    worst = min(alike for _, alike in found)
    assert worst > SURE, found
    return worst, at


def heard_in_english(samples, start, number, window):
    found, at = follow(samples, "en", EN.format(" ".join(number), window).split(), start, 0.6)
    worst = min(alike for _, alike in found)
    assert worst > SURE, found
    return worst, at


def wait_for_phrases(voice, count, seconds=20):
    """Until so many phrases were heard to their end: [(from, to)]."""
    def there():
        samples = voice.heard(0)
        found = phrases(samples)
        return found if len(found) == count and len(samples) - found[-1][1] > RATE else None
    return wait_until(there, seconds, lambda: f"{count} phrases, not {phrases(voice.heard(0))}")


def test_a_call_is_heard_and_acknowledged(hall):
    house = hall(voices=[str(BUILD / "voices" / "zh"), str(BUILD / "voices" / "en")])
    voice = house.voice.start()
    began = time.monotonic()
    number = visit(house, 3, "B")
    spoken = wait_until(house.acks.spoken, 20, lambda: f"spoken: {voice.text()}")[0]
    took = time.monotonic() - began
    found = wait_for_phrases(voice, 1)
    samples = voice.heard(0)
    start, stop = found[0]
    alike, chime_at = match(thin(samples), clip(BUILD / "voices" / "chime.wav"), start // 6 - 400,
                            start // 6 + 800)
    assert alike > SURE
    worst, last = heard_call(samples, chime_at * 6 + AFTER_CHIME, number, 3)
    also, last = heard_in_english(samples, last, number, 3)
    worst = min(worst, also)
    assert abs(last - stop) < 0.15 * RATE
    assert not voice.heard(1).any(), "it has channel 1 only"
    level = level_db(samples[start:stop])
    print(f"\n{number} at window 3: {(stop - start) / RATE:.2f} s with chime and two languages, "
          f"level {level:.1f} dBFS, peak {abs(samples).max() / 32768:.2f}, least likeness {worst}, "
          f"acknowledged {spoken['after_ms']} ms after the call, {took:.2f} s after the ticket")
    assert -26 < level < -12
    assert abs(samples).max() <= 10 ** (-1.4 / 20) * 32768
    # Acknowledged when it had been heard, not when it was handed over.
    lasts_ms = (stop - start) / RATE * 1000
    assert lasts_ms - 200 < spoken["after_ms"] < lasts_ms + 1000, spoken


def test_two_calls_never_overlap(hall):
    house = hall()
    voice = house.voice.start()
    numbers = [visit(house, 1), visit(house, 2)]
    wait_until(lambda: len(house.acks.spoken()) == 2, 30, "two spoken")
    time.sleep(0.3)
    samples = voice.heard(0)
    # The second has no chime, so it may follow at once: words tell the two apart.
    start = phrases(samples)[0][0] + AFTER_CHIME
    _, end_one = heard_call(samples, start, numbers[0], 1)
    _, end_two = heard_call(samples, end_one, numbers[1], 2)
    chimed = match(thin(samples), clip(BUILD / "voices" / "chime.wav"), end_one // 6, end_two // 6)
    assert chimed[0] < 0.5, "no chime so soon after a call"
    assert len(voice.heard(0)) / RATE > 5


def test_silence_is_kept_and_broken_for_who_needs_a_voice(hall):
    house = hall()
    voice = house.voice.start()
    visit(house, 1, silent=True)
    time.sleep(2)
    assert phrases(voice.heard(0)) == []
    finish(house, 1)
    number = visit(house, 1, silent=True, needs=["voice"])
    wait_until(house.acks.spoken, 20, "spoken for who needs it")
    time.sleep(0.3)
    samples = voice.heard(0)
    assert len(house.acks.spoken()) == 1
    heard_call(samples, phrases(samples)[0][0] + AFTER_CHIME, number, 1)


def test_a_window_and_a_time_can_be_silent(hall):
    speaker = {"silent_windows": [1], "repeat": "yes"}
    house = hall(speakers={"speaker-main": speaker})
    voice = house.voice.start()
    visit(house, 1)
    number = visit(house, 2)
    wait_until(house.acks.spoken, 20, "window 2 spoken")
    found = wait_for_phrases(voice, 2)
    time.sleep(2)
    samples = voice.heard(0)
    assert len(phrases(samples)) == 2, "repeated once"
    heard_call(samples, found[0][0] + AFTER_CHIME, number, 2)
    heard_call(samples, found[1][0], number, 2)
    gap = (found[1][0] - found[0][1]) / RATE
    print(f"\nrepeated after {gap:.2f} s")
    assert 0.75 < gap < 1.0
    assert len(house.acks.spoken()) == 1, "a repeat is not acknowledged again"
    # The whole day silent, by a reload: nothing more is heard.
    text = house.config.read_text().replace("silent_windows:", "silent: ['00:00-24:00']\n      "
                                            "silent_windows:")
    house.config.write_text(text)
    before = voice.said("read again")
    voice.reload()
    wait_until(lambda: voice.said("read again") > before, 10, lambda: voice.text())
    wait_until(lambda: voice.said("linked to the broker") == 2, 10, "linked again")
    finish(house, 2)
    length = len(voice.heard(0))
    visit(house, 2)
    time.sleep(2)
    assert phrases(voice.heard(0)[-min(length, RATE):]) == []
    assert len(house.acks.spoken()) == 1


def test_a_faulty_file_changes_nothing(hall):
    house = hall()
    voice = house.voice.start()
    good = house.config.read_text()
    house.config.write_text(good.replace("channels: 2", "channels: 99"))
    done = voice.check()
    assert done.returncode == 78
    assert "channels" in done.stdout + done.stderr
    voice.reload()
    wait_until(lambda: voice.said("nothing was changed") == 1, 10, lambda: voice.text())
    visit(house, 1)
    wait_until(house.acks.spoken, 20, "spoken all the same")
    house.config.write_text(good)
    assert voice.check().returncode == 0


def test_a_restart_of_broker_and_program_in_the_middle(hall):
    house = hall()
    voice = house.voice.start()
    number = visit(house, 1)
    wait_until(lambda: phrases(voice.heard(0)), 10, "it speaks")
    house.broker_stop(signal.SIGKILL)
    time.sleep(0.5)
    house.broker_start()
    # The phrase goes on without a broker and is acknowledged when there is one again.
    wait_until(house.acks.spoken, 30, lambda: f"spoken after the broker came back: {voice.text()}")
    samples = voice.heard(0)
    heard_call(samples, phrases(samples)[0][0] + AFTER_CHIME, number, 1)
    voice.stop(signal.SIGKILL)
    finish(house, 1)
    visit(house, 1)  # nobody speaks it, and it is not spoken later
    voice.raw.unlink()
    voice.start()
    time.sleep(3)
    assert phrases(voice.heard(0)) == [], "an old call was spoken"
    finish(house, 1)
    visit(house, 1)
    wait_until(lambda: len(house.acks.spoken()) == 2, 20, "the next call is spoken")
    assert voice.stop() == 0


USB = {"main": {"pcm": "usb", "channels": 2}}


def test_a_card_that_runs_dry_and_is_unplugged(hall):
    house = hall(cards=USB)
    voice = house.voice.make_card().start()
    number = visit(house, 1)
    wait_until(lambda: phrases(voice.heard(0)), 10, "it speaks")
    voice.order("dry")
    wait_until(lambda: voice.said("ran dry") >= 1, 5, "the card ran dry")
    wait_until(house.acks.spoken, 20, "spoken though the card ran dry")
    samples = voice.heard(0)
    heard_call(samples, phrases(samples)[0][0] + AFTER_CHIME, number, 1)

    finish(house, 1)
    before = len(voice.heard(0))
    number = visit(house, 1)
    wait_until(lambda: phrases(voice.heard(0)[before:]), 10, "it speaks again")
    voice.order("gone")
    failed = wait_until(lambda: house.acks.kinds("call.failed"), 10, "the hall is told")
    assert len(failed) == 1

    visit(house, 2)  # waits for the card
    gone = time.monotonic()
    time.sleep(1.2)
    voice.order(None)
    back = time.monotonic()
    wait_until(lambda: voice.said("is open") == 2, 6, "open again")
    opened = time.monotonic()
    wait_until(lambda: len(house.acks.spoken()) == 2, 20, "spoken when the card is back")
    print(f"\nopen again {opened - back:.2f} s after it was plugged in ({back - gone:.1f} s away)")


def stamp(ago_s=0):
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))
    return (now - datetime.timedelta(seconds=ago_s)).isoformat(timespec="milliseconds")


class Hall(Link):
    """Speaks as the daemon would, for what a daemon does not say by itself."""

    def __init__(self, house):
        super().__init__(house, "jiaohaod")
        self.filters, self.acks, self.states = ["ack/#", "device/#"], [], {}

    def heard(self, topic, body, message):
        if topic.startswith("device/"):
            self.states[topic] = body
        else:
            self.acks.append(body)

    def call(self, seq, number, ago_s=0, **more):
        body = {"seq": seq, "at": stamp(ago_s), "do": "call", "number": number, "window": 12,
                "needs": [], "silent": False, "languages": ["zh", "en"], "id": 1,
                "phrase": {"zh": "-", "en": "-"}, **more}
        self.publish(f"call/{self.house.zone}", body)


def test_what_comes_late_twice_or_broken_is_not_spoken(hall):
    house = hall(cards=USB)
    house.stop()
    voice = house.voice.make_card().start()
    daemon = house.link(Hall(house))
    daemon.publish("state/hall", {"seq": 1, "at": stamp(), "online": True, "day": None}, qos=0)
    time.sleep(0.2)
    daemon.call(10, "A001", ago_s=61)
    wait_until(lambda: daemon.acks, 5, "an answer to a late call")
    assert daemon.acks[0]["did"] == "failed" and "late" in daemon.acks[0]["error"]
    for broken in ({"seq": 11}, {"seq": "11", "do": "call"}, [], {"seq": 11, "at": "now"}):
        daemon.publish(f"call/{house.zone}", broken)
    daemon.call(12, "A" * 200)
    daemon.call(13, "A013", window=10 ** 9)
    daemon.call(14, "A012;rm", window=3)  # no pack can read it
    daemon.call(15, "A015", languages=["fr"])
    wait_until(lambda: len(daemon.acks) == 3, 5, lambda: f"14 and 15 fail: {daemon.acks}")
    daemon.call(16, "A016")
    daemon.call(16, "A016")
    daemon.call(17, "A017")
    daemon.call(18, "A018", do="withdraw")
    daemon.call(19, "A019")
    daemon.call(20, "A019", do="withdraw")
    wait_until(lambda: len(daemon.acks) == 5, 30, lambda: f"16 and 17 spoken: {daemon.acks}")
    time.sleep(3)
    assert [a["seq"] for a in daemon.acks] == [10, 14, 15, 16, 17]
    assert [a["did"] for a in daemon.acks[3:]] == ["spoken", "spoken"]
    samples = voice.heard(0)
    start = phrases(samples)[0][0] + AFTER_CHIME
    found, at = follow(samples, "zh", "please A 0 1 6 hao dao shi 2 hao chuangkou".split(), start)
    assert min(alike for _, alike in found) > SURE, found
    found, at = follow(samples, "zh", "please A 0 1 7 hao dao shi 2 hao chuangkou".split(), at)
    assert min(alike for _, alike in found) > SURE, found
    assert phrases(samples)[-1][1] - at < RATE, "nothing after the two"

    voice.order("gone")
    name = f"device/speaker-{house.zone}"
    wait_until(lambda: daemon.states[name]["faults"] == ["no-card"], 5, "no-card is told")
    voice.order(None)
    wait_until(lambda: daemon.states[name]["faults"] == [], 8, "and that it is over")
    assert voice.stop() == 0
    wait_until(lambda: not daemon.states[name]["online"], 5, "that it is gone is told")
