# SPDX-License-Identifier: Apache-2.0
"""A day in the hall: one recorded day of a small hall (data/day), driven through the real daemon.

Tickets come from the kiosk by HTTP, odd windows call by HTTP, even ones by MQTT pads, as fast as the
house answers, in the causal order of the recording. What the hall counted, what its archive reads
and what its board shows at the end must be what was recorded: once undisturbed, and once with the
plug of the daemon pulled again and again while everybody goes on.
"""
import collections
import csv
import itertools
import json
import pathlib
import subprocess
import threading
import time

from house import HALL, HOST, ROOT, Board, Pad, Reader, wait_until, without_waiting

LOOK = 50  # rows between two looks at the board
REMEMBERED = 8  # calls that a zone's board remembers, at least
DAY = pathlib.Path(__file__).parent / "data" / "day"
KINDS = {"issue": "issued", "call": "recalled", ("call", "1"): "called", "arrive": "started",
         "finish": "finished", "missed": "missed"}
CLASSES = ["normal", "priority", "appointment"]


def rows():
    with open(DAY / "events.csv", newline="") as file:
        return list(csv.DictReader(file))


def recorded():
    """Per service: issued, called, finished, missed."""
    counts = collections.defaultdict(collections.Counter)
    for row in rows():
        counted = {"issue": "issued", "finish": "finished", "missed": "missed"}.get(row["ev"])
        if row["ev"] == "call":
            counted = "called" if row["x"] == "1" else None
        if counted:
            counts[row["svc"]][counted] += 1
    return counts


class Window:
    """A window whose clerk uses the console."""

    def __init__(self, house, number):
        self.number = number
        self.clerk = house.clerk(number)

    def look(self):
        return self.clerk.surely_ok("GET", f"windows/{self.number}")

    def do(self, verb, **fields):
        return self.clerk.surely_ok("POST", f"windows/{self.number}/{verb}", fields)


class PadWindow(Window):
    """A window whose clerk is signed in and uses a pad."""

    def __init__(self, house, number, pad):
        super().__init__(house, number)
        self.pad = house.link(Pad(house, pad))

    def do(self, verb, **fields):
        return self.pad.ok(verb, **fields)


class Day:
    """Drives the recording; `numbers` says which printed number each recorded ticket got."""

    def __init__(self, house):
        self.house = house
        self.kiosk, self.guide = house.kiosk(), house.signed_in("guide", "guide")
        hall = self.guide.ok("GET", "hall")
        self.classes = {c["code"]: c for c in hall["classes"]}
        self.reasons = {use: [r["code"] for r in hall["reasons"] if r["use"] == use]
                        for use in ("priority", "call")}
        pads = {int(window): name for kind, name, _, window in house.devices() if kind == "pad"}
        self.windows = {n: PadWindow(house, n, pads[n]) if n % 2 == 0 else Window(house, n)
                        for n in range(1, 9)}
        self.numbers, self.how, self.done = {}, collections.Counter(), 0
        self.called = {}  # number → window, of who was called and not missed, the last call last
        self.standing = set()  # numbers that are called or served

    def run(self, look_at_board):
        """Drives all rows; looks at the board every LOOK rows and after the last call."""
        last_call = max(n for n, row in enumerate(rows()) if row["ev"] == "call")
        for n, row in enumerate(rows()):
            getattr(self, "do_" + row["ev"])(row)
            self.done += 1
            if n % LOOK == 0 or n == last_call:
                look_at_board(*self.board())
            if n == last_call:
                check_board_page(self.house, self.board()[0])

    def board(self):
        """The calls that stand, the last first; and how many of them a board shows at least."""
        last = list(self.called.items())[::-1]
        standing = [call for call in last if call[0] in self.standing]
        return standing, sum(call in standing for call in last[:REMEMBERED])

    def window(self, row):
        return self.windows[int(row["win"]) + 1]

    def do_open(self, row):
        self.window(row).do("open")

    def do_close(self, row):
        self.window(row).do("close")

    def do_pause(self, row):
        self.window(row).do("pause", reason=row["x"])

    def do_resume(self, row):
        self.window(row).do("resume")

    def do_issue(self, row):
        klass = self.classes[CLASSES[int(row["cls"])]]
        body = {"service": row["svc"], "class": klass["code"]}
        if klass["needs_reason"]:
            body["reason"] = self.reasons["priority"][0]
        asker = self.kiosk if klass["open_to_all"] else self.guide
        ticket = asker.surely_ok("POST", "tickets", body)
        assert ticket["number"] not in self.numbers.values(), "a number issued twice"
        self.numbers[row["ticket"]] = ticket["number"]

    def do_call(self, row):
        window, number = self.window(row), self.numbers[row["ticket"]]
        self.called.pop(number, None)  # a recall goes to the top of the board again
        self.called[number] = window.number
        self.standing.add(number)
        if row["x"] != "1":
            self.how["recall"] += 1
            return window.do("recall")
        coming = window.look()["next"]
        if coming and coming["number"] == number:
            if window.do("next")["window"]["ticket"]["number"] == number:
                self.how["next"] += 1
                return None
            # Between the look and the press somebody's score became higher.
            self.how["withdrawn"] += 1
            window.do("withdraw")
        self.how["by hand"] += 1
        return window.do("call", number=number, reason=self.reasons["call"][0])

    def do_arrive(self, row):
        self.window(row).do("start")

    def do_finish(self, row):
        self.window(row).do("finish", outcome="accepted")
        self.standing.remove(self.numbers[row["ticket"]])

    def do_missed(self, row):
        # Nobody is missed whom no board called: the board's word travels by broker and disk.
        window = self.window(row)
        wait_until(lambda: window.look()["ticket"]["can_miss"], 30, "the board's acknowledgement")
        window.do("miss")
        self.called.pop(self.numbers[row["ticket"]])


def hall_for_a_day(make_house):
    house = make_house(hall=HALL, change=without_waiting).start()
    for kind, name, zone, _ in house.devices():
        if kind == "board":
            house.link(Board(house, name, zone))
    return house


def check_counts(day):
    counts = recorded()
    floor = day.house.manager().ok("GET", "floor")
    seen = {s["code"]: {k: s[k] for k in ("issued", "called", "finished", "missed")}
            for s in floor["services"] if s["issued"]}
    assert seen == {code: {k: c[k] for k in ("issued", "called", "finished", "missed")}
                    for code, c in counts.items()}
    assert floor["waiting"] == 0
    return sum(c["issued"] for c in counts.values())


def check_reader(reader, manager):
    """Every seq once; what the bus did not bring is asked for; the log and the bus say the same."""
    last = manager.ok("GET", "hall")["seq"]
    reader.close_gaps(manager, last)
    assert reader.missing(last) == []
    log, after = {}, 0
    while after < last:
        page = manager.ok("GET", f"events?after={after}&limit=1000")
        log.update((event["seq"], event) for event in page["events"])
        after = page["next_after"]
    assert sorted(log) == list(range(1, max(log) + 1))
    for seq in range(1, last + 1):
        assert {k: log[seq].get(k) for k in reader.events[seq]} == reader.events[seq]
    return log


def board_of(reader):
    """What looks at the board: its calls must be those that stand, the last one first."""
    def calls():
        return [(call["number"], call["window"])
                for call in reader.states.get("state/board/all", {}).get("calls", [])]

    def shows(standing, least):
        return len(calls()) >= least and calls() == standing[:len(calls())]

    def look(standing, least):
        wait_until(lambda: shows(standing, least), 15,
                   lambda: f"board {calls()} shows {least} or more of {standing}")
    return look


def check_board_page(house, standing):
    """The page itself, in a browser, shows the calls that stand."""
    rows = min(len(standing), 8)  # more turn by pages
    page = f"http://{HOST}:{house.ports['public']}/board"
    shown = subprocess.run(["node", "tests/browser/read_board.mjs", page, str(rows)],
                           cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert shown.returncode == 0, shown.stderr
    assert list(map(tuple, json.loads(shown.stdout))) == standing[:rows]


def without_mending(life):
    """A life without what the hall says by itself, and without calls that were taken back."""
    kept = []
    for kind in life:
        if kind == "withdrawn":
            assert kept.pop() == "called"
        elif kind != "approaching":
            kept.append(kind)
    return kept


def check_log(log, day):
    """What the log says of each ticket is one life, and nothing happened twice."""
    lives = collections.defaultdict(list)
    for seq in sorted(log):
        event = log[seq]
        if "ticket" in event and event["kind"].startswith("ticket."):
            lives[event["ticket"]["number"]].append(event["kind"].removeprefix("ticket."))
    wanted = collections.defaultdict(list)
    for row in rows():
        if row["ticket"]:
            kind = KINDS.get((row["ev"], row["x"]), KINDS[row["ev"]])
            wanted[day.numbers[row["ticket"]]].append(kind)
    for number in wanted:
        assert without_mending(lives[number]) == wanted[number], number


def check_all(day, reader):
    manager = day.house.manager()
    issued = check_counts(day)
    assert len(day.numbers) == issued
    wait_until(lambda: manager.ok("GET", "hall")["seq"] <= max(reader.events), 20, "the archive")
    log = check_reader(reader, manager)
    check_log(log, day)
    return log


def report(capsys, name, log, seconds, day):
    with capsys.disabled():
        print(f"\n# {name}: {len(log)} events in {seconds:.1f} s, {len(log) / seconds:.0f} events/s;"
              f" {dict(day.how)}")


def test_a_day_in_the_hall(make_house, capsys):
    """The recorded day leads to the recorded figures, on the floor, in the archive, on the board."""
    house = hall_for_a_day(make_house)
    reader = house.link(Reader(house))
    day = Day(house)
    start = time.monotonic()
    day.run(board_of(reader))
    seconds = time.monotonic() - start
    log = check_all(day, reader)
    report(capsys, "a day in the hall", log, seconds, day)


class Plug:
    """Pulls the daemon's plug `times` times while the day goes on, and puts it back at once."""

    def __init__(self, day, times):
        self.day, self.pulled = day, 0
        self.at = [len(rows()) * (i + 1) // (times + 1) for i in range(times)]
        self.thread = threading.Thread(target=self.run)
        self.error, self.over = None, False

    def run(self):
        try:
            for at, wait_ms in zip(self.at, itertools.cycle((0, 1, 3, 7))):
                while self.day.done < at:
                    if self.over:
                        return
                    time.sleep(0.001)
                time.sleep(wait_ms / 1000)
                self.day.house.kill()
                self.day.house.start()
                self.pulled += 1
        except BaseException as error:  # told by the test's own thread
            self.error = error

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join(120)
        if self.error:
            raise self.error


def test_a_day_with_the_plug_pulled(make_house, capsys):
    """kill -9 in the middle of the day, five times: clients repeat, and nothing is different."""
    house = hall_for_a_day(make_house)
    reader = house.link(Reader(house))
    day = Day(house)
    start = time.monotonic()
    with Plug(day, 5) as plug:
        day.run(board_of(reader))
    seconds = time.monotonic() - start
    assert plug.pulled == 5
    log = check_all(day, reader)
    report(capsys, "a day with the plug pulled five times", log, seconds, day)
