# SPDX-License-Identifier: Apache-2.0
"""The ticket on paper: a real ESC/POS stream over TCP, decoded; paper that runs out; a program
that is killed."""
import signal
import time

import pytest
from hardware import Hardware
from house import Reader, free_port, wait_until, without_waiting
from printer import Printer


def with_printer(hall):
    without_waiting(hall)
    hall["devices"] = {"printers": "yes"}


@pytest.fixture
def scene(make_house):
    house = make_house(change=with_printer)
    printer = Printer(free_port())
    house.start()
    name = [name for kind, name, _, _ in house.devices() if kind == "printer"][0]
    hardware = Hardware(house, printers={name: {"port": printer.url, "columns": 32,
                                                "language": "zh", "keep": "8 s"}})
    reader = house.link(Reader(house))
    hardware.start()
    one = Scene(house, printer, hardware, reader, name)
    wait_until(lambda: printer.asked >= 4, 10, "the printer is asked how it is")
    yield one
    hardware.stop()
    printer.close()
    assert printer.error is None


class Scene:
    def __init__(self, house, printer, hardware, reader, name):
        self.house, self.printer, self.hardware = house, printer, hardware
        self.reader, self.name = reader, name
        self.boss = house.manager()

    def ticket(self):
        return self.house.kiosk().ok("POST", "tickets", {"service": "B"})

    def count(self, kind):
        return sum(e["kind"] == kind for e in self.reader.events.values())

    def happened(self, kind, count=1, seconds=15):
        wait_until(lambda: self.count(kind) >= count, seconds,
                   lambda: f"{kind}: {self.hardware.log()[-1500:]}")

    def faults(self):
        return [d["faults"] for d in self.boss.ok("GET", "devices")["devices"]
                if d["name"] == self.name][0]


def test_the_slip_says_what_the_ticket_says(scene):
    ticket = scene.ticket()
    scene.happened("print.done")
    assert len(scene.printer.slips) == 1
    slip = scene.printer.slips[0]
    lines = slip["text"].split("\n")
    assert lines[0] == "小镇便民服务中心"
    assert "社会保障与医保" in lines
    assert ticket["number"] in lines
    assert f"前面 {ticket['ahead']} 人" in lines
    assert slip["bars"].startswith(f"{ticket['number']}-{ticket['id']}-")
    assert slip["qr"] is None  # a link is a key, and has no place on the bus


def test_without_paper_the_slip_waits_and_is_printed_once(scene):
    scene.printer.paper = False
    ticket = scene.ticket()
    wait_until(lambda: "paper-out" in scene.faults(), 15, lambda: f"paper-out: {scene.faults()}")
    assert scene.printer.slips == []
    scene.printer.refill()
    scene.happened("print.done")
    wait_until(lambda: scene.faults() == [], 10, "no fault")
    time.sleep(1)
    assert [ticket["number"] in slip["text"] for slip in scene.printer.slips] == [True]
    assert scene.count("print.failed") == 0


def test_a_slip_nobody_waits_for_any_more_is_not_printed(scene):
    scene.printer.paper = False
    ticket = scene.ticket()
    scene.happened("print.failed", seconds=20)
    scene.printer.refill()
    time.sleep(2)
    assert scene.printer.slips == []
    assert scene.house.citizen(ticket["token"]).ok("GET", "ticket")["state"] == "waiting"


def test_a_torn_slip_is_printed_again_and_says_so(scene):
    scene.printer.paper_left = 4  # it runs out in the middle
    ticket = scene.ticket()
    wait_until(lambda: "paper-out" in scene.faults(), 15, "paper-out")
    scene.printer.refill()
    scene.happened("print.done")
    assert len(scene.printer.slips) == 1
    assert ticket["number"] in scene.printer.slips[0]["text"]
    assert "重新打印" in scene.printer.slips[0]["text"]


def test_killed_with_slips_waiting_each_is_printed_once(scene):
    scene.printer.cover = True
    numbers = [scene.ticket()["number"] for _ in range(3)]
    wait_until(lambda: "cover-open" in scene.faults(), 15, "cover-open")
    scene.hardware.kill()
    scene.hardware.start()
    scene.printer.cover = False
    scene.happened("print.done", 3)
    printed = [[n for n in numbers if n in slip["text"]][0] for slip in scene.printer.slips]
    assert printed == numbers
    assert not any("重新打印" in slip["text"] for slip in scene.printer.slips)


def test_unplugged_and_plugged_in_again(scene):
    scene.printer.unplug()
    wait_until(lambda: "port-down" in scene.faults(), 15, "port-down")
    scene.ticket()
    scene.printer.plug_in()
    scene.happened("print.done")
    assert len(scene.printer.slips) == 1


def test_what_was_printed_is_told_when_the_broker_is_back(scene):
    scene.printer.cover = True
    ticket = scene.ticket()
    wait_until(lambda: "cover-open" in scene.faults(), 15, "cover-open")
    scene.house.broker_stop(signal.SIGKILL)
    scene.printer.cover = False
    wait_until(lambda: len(scene.printer.slips) == 1, 10, "paper")
    scene.house.broker_start()

    def told():  # by the log: the reader may come back later than the news
        page = scene.boss.ok("GET", "events?after=0&limit=1000")
        return [e["ticket"]["id"] for e in page["events"] if e["kind"] == "print.done"]

    wait_until(lambda: told() == [ticket["id"]], 20, lambda: f"print.done, not {told()}")
    assert len(scene.printer.slips) == 1
