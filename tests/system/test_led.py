# SPDX-License-Identifier: Apache-2.0
"""jiaohao-display on the real house: a call becomes bytes on a card's line, is acknowledged when the
card has it, and stands there again after anything was pulled out.
"""
import signal
import subprocess
import time

import pytest
from house import Reader, Trouble, end, wait_until, without_waiting
from led_card import Card

STALE_S = 30


@pytest.fixture
def led(make_house, tmp_path):
    made = []

    def make(cards, more=None, change=None, languages=("zh",)):
        boards = {}
        for name, card, where in cards:
            boards[name] = {"port": card.url, "languages": list(languages), "blink": 0, **where}

        def with_boards(hall):
            without_waiting(hall)
            hall["devices"] = {"boards": "no", "speakers": "no", "more": {
                name: {"kind": "board", **more_of(where)} for name, _, where in cards}}
            if change:
                change(hall)

        house = make_house(change=with_boards, settings={
            "display": {"stale_after": f"{STALE_S} s", "boards": boards, **(more or {})}})
        led = Led(house)
        made.append(led)
        house.start()
        led.start()
        return led

    def more_of(where):
        return {"zone": where.get("zone", "hall"),
                **({"windows": str(where["window"])} if "window" in where else {})}

    yield make
    for one in made:
        one.stop()


class Led:
    """The program under test."""

    def __init__(self, house):
        self.house, self.process = house, None
        self.log = house.folder / "display.log"

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.house.program("jiaohao-display"), "-c", str(self.house.config)],
                stdout=log, stderr=log, env=self.house.env())
        return self

    def stop(self, sig=signal.SIGTERM):
        code = end(self.process, sig)
        self.process = None
        return code

    def said(self):
        return self.log.read_text(errors="replace")


def shows(card, *rows, seconds=8):
    try:
        wait_until(lambda: card.rows() == list(rows), seconds)
    except Trouble:
        raise Trouble(f"the card shows {card.rows()}, not {list(rows)}") from None
    assert not card.bad


def call_next(house, window=1, service="A"):
    """A ticket, called at the window by its clerk: the number."""
    clerk = house.clerks.setdefault(window, None) or house.clerk(window)
    if house.clerks[window] is None:
        house.clerks[window] = clerk
        clerk.ok("POST", f"windows/{window}/open", {})
    house.kiosk().ok("POST", "tickets", {"service": service})
    answer = clerk.ok("POST", f"windows/{window}/next", {})
    return answer["window"]["ticket"]["number"]


def finish(house, window=1):
    time.sleep(0.15)  # states are told at most ten times a second
    clerk = house.clerks[window]
    clerk.ok("POST", f"windows/{window}/start", {})
    clerk.ok("POST", f"windows/{window}/finish", {"outcome": "done"})


def events(reader, kind):
    return [event for event in reader.events.values() if event["kind"] == kind]


def prepared(led, with_reader=True):
    led.house.clerks = {}
    reader = led.house.link(Reader(led.house)) if with_reader else None
    return led.house, reader


def test_a_call_becomes_bytes_and_is_acknowledged(led):
    with Card() as strip, Card() as board:
        running = led([("strip-1", strip, {"window": 1}),
                       ("board-hall", board, {"zone": "hall", "width": 192, "height": 64})])
        house, reader = prepared(running)
        shows(strip, "窗口关闭", "")
        number = call_next(house)
        shows(strip, number, "请到1号窗口")
        shows(board, f"{number} 请到1号窗口", "", "", "")
        assert strip.areas[0]["width"] == 16 and strip.areas[1]["y"] == 16
        wait_until(lambda: len(events(reader, "call.shown")) == 2, 5, "shown by both")
        assert {event["device"] for event in events(reader, "call.shown")} == \
            {"strip-1", "board-hall"}
        second = call_next(house, window=2)
        shows(board, f"{second} 请到2号窗口", f"{number} 请到1号窗口", "", "")
        shows(strip, number, "请到1号窗口")
        house.clerks[1].ok("POST", "windows/1/start", {})
        shows(strip, number, "正在办理")
        house.clerks[1].ok("POST", "windows/1/finish", {"outcome": "done"})
        shows(strip, "1号窗口", "")
        house.clerks[1].ok("POST", "windows/1/pause", {"reason": "break"})
        wait_until(lambda: "1号窗口" not in strip.rows(), 5, "paused")


def test_acknowledged_within_50_ms_of_the_call(led):
    with Card() as strip:
        running = led([("strip-1", strip, {"window": 1, "blink": 0})])
        house, reader = prepared(running)
        acks = []
        house.watch_bus = lambda topic, body, _m: (
            acks.append((body["seq"], time.monotonic())) if topic.startswith("call/") else
            acks.append((body["kind"], time.monotonic()))
            if topic == "event/call/shown" else None)
        shows(strip, "窗口关闭", "")
        took, cards = [], []
        for _ in range(15):
            acks.clear()
            call_next(house)
            wait_until(lambda: any(a[0] == "call.shown" for a in acks), 5, "shown")
            called = next(at for what, at in acks if what != "call.shown")
            shown = next(at for what, at in acks if what == "call.shown")
            cards.append(strip.shown[-1][0] - called)
            took.append(shown - called)
            finish(house)
            shows(strip, "1号窗口", "")
        took.sort(), cards.sort()
        print(f"\nled: call to durable call.shown {took[7] * 1e3:.1f} ms median, "
              f"{took[-1] * 1e3:.1f} ms most; call to the card's area {cards[7] * 1e3:.1f} ms")
        assert took[7] < 0.05


def test_a_card_unplugged_or_restarted_shows_the_state_again(led, tmp_path):
    with Card("pty", str(tmp_path / "line")) as strip:
        running = led([("strip-1", strip, {"window": 1})])
        house, _ = prepared(running)
        number = call_next(house)
        shows(strip, number, "请到1号窗口")
        strip.unplug()
        manager = house.manager()
        wait_until(lambda: device(manager)["faults"] == ["no-answer"], 5, "the fault")
        strip.plug()
        shows(strip, number, "请到1号窗口")
        wait_until(lambda: device(manager)["faults"] == [], 5, "well again")
        strip.restart_silently()
        time.sleep(4)
        assert strip.rows() == []
        strip.mute = False
        shows(strip, number, "请到1号窗口")


def device(manager, name="strip-1"):
    listed = manager.ok("GET", "devices")
    found = next(d for d in listed["devices"] if d["name"] == name)
    faults = found.get("faults", [])
    return {**found, "faults": faults.split(",") if isinstance(faults, str) and faults else
            list(faults)}


def test_restarts_of_program_daemon_and_broker(led):
    with Card() as strip:
        running = led([("strip-1", strip, {"window": 1})])
        house, _ = prepared(running)
        number = call_next(house)
        shows(strip, number, "请到1号窗口")
        running.stop(signal.SIGKILL)
        strip.unplug()
        strip.plug()
        running.start()
        shows(strip, number, "请到1号窗口")
        house.kill()
        house.start()
        shows(strip, number, "请到1号窗口")
        finish(house)
        shows(strip, "1号窗口", "")
        house.broker_stop(signal.SIGKILL)
        house.broker_forget()
        house.broker_start()
        second = call_next(house)
        shows(strip, second, "请到1号窗口", seconds=12)
        manager = house.manager()
        wait_until(lambda: device(manager)["online"], 5, "online")
        assert running.stop() == 0
        wait_until(lambda: not device(manager)["online"], 5, "offline")


def test_silence_of_the_hall_is_said(led):
    with Card() as strip:
        running = led([("strip-1", strip, {"window": 1})], more={"stale_after": "12 s"})
        house, _ = prepared(running)
        number = call_next(house)
        shows(strip, number, "请到1号窗口")
        house.kill()
        began = time.monotonic()
        shows(strip, "系统暂停", "", seconds=16)
        print(f"\nled: stale text {time.monotonic() - began:.1f} s after the daemon's end")
        house.start()
        shows(strip, number, "请到1号窗口")


def test_what_the_card_refuses_is_failed_and_seen_on_devices(led):
    with Card() as strip:
        running = led([("strip-1", strip, {"window": 1})])
        house, reader = prepared(running)
        manager = house.manager()
        shows(strip, "窗口关闭", "")
        wait_until(lambda: device(manager)["online"], 5, "online")
        strip.error = 0x0C
        call_next(house)
        failed = wait_until(lambda: events(reader, "call.failed"), 5, "failed")
        assert failed[0]["device"] == "strip-1"
        wait_until(lambda: device(manager)["faults"] == ["font-missing"], 5, "the fault")
        assert not events(reader, "call.shown")
        strip.error = 0
        finish(house)
        shows(strip, "1号窗口", "")
        wait_until(lambda: device(manager)["faults"] == [], 5, "well again")
        strip.refuse_next = [3, 5]  # busy, then a damaged frame: the third try is good
        number = call_next(house)
        shows(strip, number, "请到1号窗口")
        wait_until(lambda: events(reader, "call.shown"), 5, "shown")
        strip.mute = True
        finish(house)
        call_next(house)
        wait_until(lambda: len(events(reader, "call.failed")) == 2, 6, "no answer")
        wait_until(lambda: device(manager)["faults"] == ["no-answer"], 5, "the fault")


def test_a_recall_blinks_and_is_shown_once(led):
    with Card() as strip:
        running = led([("strip-1", strip, {"window": 1, "blink": 2})])
        house, reader = prepared(running)
        number = call_next(house)
        full = [number, "请到1号窗口"]
        time.sleep(2.5)
        assert len(events(reader, "call.shown")) == 1
        strip.shown.clear()
        house.clerks[1].ok("POST", "windows/1/recall", {})
        wait_until(lambda: len(events(reader, "call.shown")) == 2, 3, "shown again")
        time.sleep(2.5)
        seen = [rows for _, rows in strip.shown]
        dark = [n for n, rows in enumerate(seen) if rows == ["", ""]]
        assert len(dark) == 2 and seen[-1] == full, seen
        assert len(events(reader, "call.shown")) == 2


def test_a_recall_of_the_same_text_asks_the_card_again(led):
    with Card() as strip:
        running = led([("strip-1", strip, {"window": 1})])
        house, reader = prepared(running)
        shows(strip, call_next(house), "请到1号窗口")
        wait_until(lambda: events(reader, "call.shown"), 5, "shown")
        told = len(strip.shown)
        strip.mute = True
        house.clerks[1].ok("POST", "windows/1/recall", {})
        wait_until(lambda: events(reader, "call.failed"), 5, "failed")
        strip.mute = False
        wait_until(lambda: len(strip.shown) > told, 5, "told again")
        assert len(events(reader, "call.shown")) == 1


def test_a_withdrawn_call_leaves_the_board(led):
    with Card() as strip, Card() as board:
        running = led([("strip-1", strip, {"window": 1}), ("board-hall", board, {"zone": "hall"})])
        house, _ = prepared(running)
        number = call_next(house)
        shows(strip, number, "请到1号窗口")
        house.clerks[1].ok("POST", "windows/1/withdraw", {})
        shows(strip, "1号窗口", "")
        wait_until(lambda: not any(number in row for row in board.rows()), 5, "the board")


def test_a_line_full_of_noise_is_a_fault_and_no_more(led):
    with Card() as strip:
        running = led([("strip-1", strip, {"window": 1})])
        house, reader = prepared(running)
        shows(strip, "窗口关闭", "")
        strip.noise = True
        call_next(house)
        wait_until(lambda: events(reader, "call.failed"), 5, "failed")
        assert running.process.poll() is None
        strip.noise = False
        number = house.clerks[1].ok("GET", "windows/1")["ticket"]["number"]
        shows(strip, number, "请到1号窗口")


HOSTILE = ["\\FO001\\C1", "乗FE002乗", "哎唉乑Z[", "😀𠀀", "\u202e\u0007x", "A5" * 200]


def test_words_of_people_are_never_codes(led):
    with Card() as board:
        running = led([("board-hall", board, {"zone": "hall", "text_code": "\\FO001"})])
        house, _ = prepared(running)
        manager = house.manager()
        for text in HOSTILE:
            answer = manager.ask("POST", "notices", {"text": {"zh": text, "en": "x"}})
            if answer.status_code >= 300:
                continue  # refused at the door: as good
            notice = answer.json()
            wait_until(lambda: any(a["raw"].startswith(b"\\FO001") for a in board.areas.values()),
                       5, f"{text!r}")
            time.sleep(0.3)
            for area in board.areas.values():
                assert b"\\" not in area["raw"].removeprefix(b"\\FO001"), text
            assert not board.bad and running.process.poll() is None
            name = notice.get("id") or notice.get("notice", {}).get("id")
            manager.ask("DELETE", f"notices/{name}")
        number = call_next(house)
        wait_until(lambda: board.rows() and board.rows()[0].startswith(number), 5, "a call")


def test_a_reload_takes_what_is_new_and_refuses_what_is_faulty(led):
    with Card() as strip:
        running = led([("strip-1", strip, {"window": 1})])
        house, _ = prepared(running)
        shows(strip, "窗口关闭", "")
        good = house.config.read_text()
        house.config.write_text(good.replace("tcp:127.0.0.1", "tcp:nowhere"))
        running.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "nothing was changed" in running.said(), 5, "the refusal")
        assert "IP address" in running.said()
        call = call_next(house)
        shows(strip, call, "请到1号窗口")
        house.config.write_text(good.replace("- zh", "- zh\n      - en"))
        running.process.send_signal(signal.SIGHUP)
        shows(strip, call, "请到1号窗口 Window 1")
        assert strip.areas[1]["effect"] == 3  # too wide: it scrolls


def test_check_tells_every_fault(led, make_house):
    house = make_house(settings={"display": {"boards": {
        "a": {"port": "tcp:x:1", "window": 1}, "b": {"port": "pty:/x"},
        "c": {"port": "pty:/x", "zone": "hall", "rows": 8}, "D!": {"port": "pty:/x"},
        "e": {"port": "pty:/x", "window": 2, "text_code": "\\x; rm"},
        "f": {"port": "pty:/x", "window": 2, "font": 1, "nonsense": 1}}}})
    done = subprocess.run([house.program("jiaohao-display"), "-c", str(house.config), "--check"],
                          text=True, capture_output=True, timeout=10, env=house.env())
    assert done.returncode == 78
    for word in ("IP address", "either a window", "do not fit", "device's name", "codes such as",
                 "nonsense"):
        assert word in done.stderr, done.stderr
    assert house.cli("check").returncode == 0  # the daemon leaves the section alone
