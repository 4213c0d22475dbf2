# SPDX-License-Identifier: Apache-2.0
"""FF68 pads and keypads on a real line of bytes, through the real program, broker and daemon."""
import signal
import time

import pytest
from hardware import Hardware
from house import Board, Reader, wait_until, without_waiting
from pads import CONFIRM, NEXT, PAUSE, RECALL, TRANSFER, Ff68Line

WINDOW, OTHER = 3, 4


@pytest.fixture
def scene(make_house, tmp_path):
    """A house with a line: pad and keypad of window 3, pad of window 4."""
    house = make_house(change=without_waiting)
    line = Ff68Line(tmp_path / "line-1")
    hardware = Hardware(house, lines={"line-1": {
        "port": line.url,
        "pads": {"pad-3": {"address": 3, "window": WINDOW, "prefix": "A"},
                 "pad-4": {"address": 4, "window": OTHER}},
        "keypads": {"keypad-3": {"address": 13, "window": WINDOW}}}})
    house.start()
    reader = house.link(Reader(house))
    for kind, name, zone, _ in house.devices():
        if kind == "board":
            house.link(Board(house, name, zone))
    hardware.start()
    one = Scene(house, line, hardware, reader)
    wait_until(lambda: one.pad.shown is not None, 10, "the first light on the pad")
    wait_until(lambda: one.state(), 10, "the window's state")
    yield one
    hardware.stop()
    line.close()
    assert line.error is None


class Scene:
    def __init__(self, house, line, hardware, reader):
        self.house, self.line, self.hardware, self.reader = house, line, hardware, reader
        self.pad, self.other, self.keypad = line.pad(3), line.pad(4), line.keypad(13)

    def kinds(self):
        return [e["kind"] for _, e in sorted(self.reader.events.items())]

    def happened(self, kind, count=1):
        wait_until(lambda: self.kinds().count(kind) >= count, 10,
                   lambda: f"{count} x {kind} in {self.kinds()}\n{self.hardware.log()[-1500:]}")

    def ticket(self, service="A"):
        return self.house.kiosk().ok("POST", "tickets", {"service": service})

    def state(self, window=WINDOW):
        return self.reader.states.get(f"state/window/{window}", {}).get("state")

    def shows(self, number, waiting=None, pad=None):
        pad = pad or self.pad
        wait_until(lambda: pad.number == number and waiting in (None, pad.waiting), 10,
                   lambda: f"pad shows {pad.waiting}/{pad.number}, not {waiting}/{number}\n"
                           f"{self.hardware.log()[-1500:]}")

    def press(self, *keys, pad=None):
        """A press, once the one before it has been answered."""
        (pad or self.pad).press(*keys)
        time.sleep(0.4)

    def serve(self):
        self.press(CONFIRM)
        self.happened("ticket.started", self.kinds().count("ticket.called"))
        self.press(CONFIRM)


def test_a_visit_by_keys(scene):
    scene.house.clerk(WINDOW)
    first = scene.ticket()
    scene.ticket()
    scene.press(NEXT)  # opens the window too
    digits = first["number"][1:]
    scene.shows(digits, "001")
    scene.press(RECALL)
    scene.happened("ticket.recalled")
    scene.press(CONFIRM)
    scene.happened("ticket.started")
    scene.press(CONFIRM)
    scene.happened("ticket.finished")
    scene.shows("   ", "001")
    scene.press(PAUSE)
    scene.happened("window.paused")
    scene.press(PAUSE)
    scene.happened("window.resumed")
    scene.press(NEXT)
    scene.happened("ticket.called", 2)
    scene.happened("call.shown", 3)
    scene.press(6, CONFIRM)
    scene.happened("ticket.missed")


def test_park_unpark_transfer_and_a_certain_number(scene):
    scene.house.clerk(WINDOW)
    scene.house.clerk(OTHER)
    scene.press(CONFIRM, pad=scene.other)
    scene.happened("window.opened")
    tickets = [scene.ticket() for _ in range(3)]
    scene.press(NEXT)
    scene.happened("ticket.called")
    scene.press(CONFIRM)
    scene.happened("ticket.started")
    scene.press(0, CONFIRM)
    scene.happened("ticket.parked")
    scene.press(3, CONFIRM)
    scene.happened("ticket.called", 2)
    scene.press(CONFIRM)
    scene.happened("ticket.started", 2)
    scene.press(TRANSFER)
    scene.pad.type(str(OTHER))
    scene.happened("ticket.transferred")
    moved = [e for e in scene.reader.events.values() if e["kind"] == "ticket.transferred"][0]
    assert moved["ticket"]["number"] == tickets[0]["number"]
    last = tickets[2]["number"][1:]
    for digit in last:
        scene.press(int(digit))
    scene.press(CONFIRM)
    scene.happened("ticket.called", 3)
    scene.shows(last)


def test_two_presses_within_the_debounce_are_one(scene):
    scene.house.clerk(WINDOW)
    for _ in range(3):
        scene.ticket()
    scene.press(NEXT)
    scene.happened("ticket.called")
    before = len(scene.pad.heard)
    for _ in range(3):
        scene.pad.press(RECALL)
        time.sleep(0.08)
    time.sleep(1)
    assert scene.kinds().count("ticket.recalled") == 1
    echoes = [one for one in scene.pad.heard[before:] if one[1] == bytes([RECALL])]
    assert len(echoes) == 3  # each is acknowledged, or the pad would go on


def test_a_refusal_is_a_number_and_a_beep(scene):
    scene.ticket()
    scene.press(NEXT)
    scene.shows("307")  # nobody is signed in
    assert scene.pad.beeps == 1
    wait_until(lambda: scene.pad.number == "   ", 6, "the window again")
    scene.house.clerk(WINDOW)
    scene.press(NEXT)
    scene.happened("ticket.called")
    scene.press(CONFIRM)
    scene.happened("ticket.started")
    scene.press(CONFIRM)
    scene.happened("ticket.finished")
    scene.press(NEXT)
    scene.shows("401")  # nobody waits


def test_signing_in_at_the_pad_by_staff_number_and_pin(scene):
    scene.house.add("1024", "staff")
    scene.ticket()
    scene.pad.type("1024")
    time.sleep(0.4)
    scene.pad.type("999999")
    scene.shows("803")  # the wrong PIN
    scene.pad.type("1024")
    time.sleep(0.4)
    scene.pad.type(scene.house.people["1024"])
    scene.happened("window.opened")
    scene.press(NEXT)
    scene.happened("ticket.called")
    pin = scene.house.people["1024"]
    assert pin not in scene.hardware.log()
    assert not any(pin[-3:] == scene.pad.digits(data[3:]) for func, data in scene.pad.heard
                   if func == 2 and len(data) == 6)  # nor on the display
    scene.press(CONFIRM)
    scene.happened("ticket.started")
    scene.press(CONFIRM)
    scene.happened("ticket.finished")
    scene.press(9, CONFIRM)  # signs out
    time.sleep(0.5)
    scene.press(NEXT)
    scene.shows("307")


def test_a_rating_key_becomes_a_row(scene):
    scene.house.clerk(WINDOW)
    scene.ticket()
    scene.press(NEXT)
    scene.happened("ticket.called")
    scene.keypad.rate(0)  # nobody was asked
    scene.serve()
    scene.happened("rating.asked")
    wait_until(lambda: scene.keypad.starts == 1, 5, "the keypad lights up")
    scene.keypad.rate(1)
    scene.happened("rating.given")
    assert scene.keypad.acks >= 1
    scene.keypad.rate(3)  # for the same contact once more
    time.sleep(0.5)
    assert scene.kinds().count("rating.given") == 1
    given = [e for e in scene.house.manager().ok("GET", "events?after=0&limit=1000")["events"]
             if e["kind"] == "rating.given"]
    assert [e["level"] for e in given] == [4]


def test_a_rating_pressed_while_the_broker_is_away_goes_with_its_ask(scene):
    scene.house.clerk(WINDOW)
    scene.ticket()
    scene.press(NEXT)
    scene.happened("ticket.called")
    scene.serve()
    wait_until(lambda: scene.keypad.starts == 1, 5, "the keypad lights up")
    asked = [e for e in scene.reader.events.values() if e["kind"] == "rating.asked"][0]
    scene.house.broker_stop(signal.SIGKILL)
    scene.keypad.rate(2)
    time.sleep(0.5)
    scene.hardware.kill()
    scene.house.broker_start()
    scene.hardware.start()

    def rated():  # by the log: the reader may come back later than the news
        page = scene.house.manager().ok("GET", "events?after=0&limit=1000")
        return [e for e in page["events"] if e["kind"] == "rating.given"]

    given = wait_until(rated, 15, "rating.given")
    assert [e["ask"] for e in given] == [asked["ask"]]


def test_killed_in_the_middle_nothing_is_lost_or_doubled(scene):
    scene.house.clerk(WINDOW)
    for _ in range(6):
        scene.ticket()
    for count in range(1, 4):
        scene.pad.press(NEXT)
        time.sleep(0.02 * count)
        scene.hardware.kill()
        scene.hardware.start()
        wait_until(lambda: scene.pad.number is not None, 5, "the pad")
        time.sleep(1.2)  # what was under way has arrived or never will
        called = scene.kinds().count("ticket.called")
        assert called <= count
        if called < count:  # the press died with the program: the person sees it and presses again
            scene.press(NEXT)
            scene.happened("ticket.called", count)
        scene.shows(last_called(scene)[1:])
        scene.serve()
        scene.happened("ticket.finished", count)
    assert scene.kinds().count("ticket.called") == 3


def last_called(scene):
    calls = [e for _, e in sorted(scene.reader.events.items()) if e["kind"] == "ticket.called"]
    return calls[-1]["ticket"]["number"]


def test_a_lost_line_is_a_fault(make_house, tmp_path):
    house = make_house(change=without_waiting)
    hardware = Hardware(house, lines={"line-1": {
        "port": f"pty:{tmp_path}/line-1", "pads": {"pad-3": {"address": 3, "window": 3}}}})
    house.start()
    hardware.start()
    boss = house.manager()

    def faults():
        return [d["faults"] for d in boss.ok("GET", "devices")["devices"]
                if d["name"] == "pad-3" and d["online"]]

    wait_until(lambda: faults() == [["line-down"]], 10, lambda: f"line-down, not {faults()}")
    line = Ff68Line(tmp_path / "line-1")
    wait_until(lambda: faults() == [[]], 15, "no fault")
    assert hardware.stop() == 0
    line.close()


def test_reload_takes_a_good_file_and_leaves_a_faulty_one(scene):
    good = scene.house.config.read_text()
    scene.house.config.write_text(good.replace("address: 4", "address: 3"))
    scene.hardware.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "everything stays as it is" in scene.hardware.log(), 10, "the fault")
    scene.house.clerk(WINDOW)
    tickets = [scene.ticket() for _ in range(2)]
    scene.press(NEXT)
    scene.shows(tickets[0]["number"][1:])
    scene.house.config.write_text(good.replace("address: 4", "address: 7"))
    scene.hardware.process.send_signal(signal.SIGHUP)
    wait_until(lambda: scene.hardware.log().count("driving") == 2, 10, "the reload")
    wait_until(lambda: scene.line.pad(7).shown, 10, "the pad at its new address")
    scene.shows(tickets[0]["number"][1:])  # from the window's state
    scene.serve()
    scene.happened("ticket.finished")


def test_how_long_a_press_takes(scene):
    """From the key's bytes to the number on the display, with the disk in between."""
    scene.house.clerk(WINDOW)
    scene.ticket()
    scene.press(CONFIRM)
    scene.happened("window.opened")
    shown = len(scene.pad.heard)
    begin = time.monotonic()
    scene.pad.press(NEXT)
    wait_until(lambda: any(func == 2 and data[5] != 10 for func, data in scene.pad.heard[shown:]),
               5, "the number")
    took_ms = (time.monotonic() - begin) * 1000
    print(f"key to display: {took_ms:.0f} ms")
    assert took_ms < 1000


def test_check_says_all_faults(make_house):
    house = make_house()
    hardware = Hardware(house, lines={"line-1": {
        "port": "telnet:1.2.3.4", "pads": {"pad-3": {"address": 3},
                                           "pad-4": {"address": 3, "window": 4}},
        "keypads": {"keypad-3": {"address": 9, "window": 3, "levels": [5, 4, 9]}}}})
    done = hardware.check()
    assert done.returncode == 78
    for part in ("port: begin with serial:", "window", "has address 3 already", "levels"):
        assert part in done.stdout
