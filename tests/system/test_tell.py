# SPDX-License-Identifier: Apache-2.0
"""The bus of a running house: messages fit docs/asyncapi.yaml, calls are acknowledged, presses are
answered once, and what the broker lost is there again.
"""
import time

import pytest
from asyncapi import check
from house import Board, Pad, Reader, wait_until


def always_open(hall):
    hall["hours_override"] = "always"


@pytest.fixture
def house(make_house):
    return make_house(change=always_open)


def watch(house):
    """Collects what is on the bus and what contradicts the document."""
    bus, faults = [], []

    def look(topic, body, _message):
        bus.append((topic, body))
        try:
            check(house.prefix + topic, body)
        except AssertionError as misfit:
            faults.append(str(misfit))

    house.watch_bus = look
    return bus, faults


def devices(house, kind):
    return [(name, zone, window) for one, name, zone, window in house.devices() if one == kind]


def test_a_press_is_called_shown_and_told(house):
    house.start()
    bus, faults = watch(house)
    reader = house.link(Reader(house))
    for name, zone, _ in devices(house, "board"):
        house.link(Board(house, name, zone))
    name, _, window = devices(house, "pad")[0]
    house.clerk(int(window))
    pad = house.link(Pad(house, name))
    house.kiosk().ok("POST", "tickets", {"service": "A"})
    pad.ok("open")
    reply = pad.ok("next")
    assert reply["window"]["ticket"]["number"].startswith("A")
    wait_until(lambda: any(e["kind"] == "call.shown" for e in reader.events.values()), 10, "shown")
    wait_until(lambda: reader.states.get(f"state/window/{window}", {}).get("state") == "calling",
               5, "the window's state")
    assert {topic.split("/")[0] for topic, _ in bus} >= {"event", "call", "state", "reply"}
    assert not any("actor" in event for event in reader.events.values())
    assert faults == []


def test_a_second_delivery_is_answered_not_done(house):
    house.start()
    reader = house.link(Reader(house))
    name, _, window = devices(house, "pad")[0]
    house.clerk(int(window))
    pad = house.link(Pad(house, name, boot=5))
    for _ in range(3):
        house.kiosk().ok("POST", "tickets", {"service": "A"})
    pad.ok("open")
    body = {"id": "5-900", "do": "next"}
    for _ in range(3):
        pad.replies.clear()
        pad.publish(f"command/{name}", body)
        wait_until(lambda: "5-900" in pad.replies, 10, "a reply")
        assert pad.replies["5-900"]["ok"]
    time.sleep(0.5)
    assert sum(e["kind"] == "ticket.called" for e in reader.events.values()) == 1
    pad.publish(f"command/{name}", {"id": "4-1", "do": "next"})
    wait_until(lambda: "4-1" in pad.replies, 10, "a reply")
    assert pad.replies["4-1"]["code"] == 708


def test_a_broker_that_lost_everything_is_told_all_state_again(house):
    house.start()
    reader = house.link(Reader(house))
    for _ in range(5):
        house.kiosk().ok("POST", "tickets", {"service": "A"})
    wait_until(lambda: sum(e["kind"] == "ticket.issued" for e in reader.events.values()) == 5, 10,
               "events")
    house.broker_stop(9)
    for _ in range(5):
        house.kiosk().ok("POST", "tickets", {"service": "A"})
    house.broker_forget()
    house.broker_start()
    later = house.link(Reader(house))
    wait_until(lambda: later.states.get("state/hall", {}).get("online"), 10, "the hall")
    wait_until(lambda: "state/board/all" in later.states, 5, "the boards")
    last = max(reader.events)
    wait_until(lambda: sum(e["kind"] == "ticket.issued" for e in
                           {**reader.events, **later.events}.values()) == 10, 15, f"after {last}")


def test_the_will_speaks_when_the_daemon_is_killed(house):
    house.start()
    reader = house.link(Reader(house))
    wait_until(lambda: reader.states.get("state/hall", {}).get("online") is True, 10, "online")
    house.daemon.kill()
    wait_until(lambda: reader.states["state/hall"]["online"] is False, 10, "the will")


def test_a_call_that_is_over_at_once_does_not_stay_on_the_boards(house):
    """Called and withdrawn between two flushes: the state after it is told, though it is as before."""
    house.start()
    reader = house.link(Reader(house))
    clerk = house.clerk(1)
    house.kiosk().ok("POST", "tickets", {"service": "A"})
    clerk.ok("POST", "windows/1/open", {})
    for _ in range(5):
        wait_until(lambda: reader.states.get("state/window/1", {}).get("state") == "open", 5, "open")
        time.sleep(0.3)
        clerk.ok("POST", "windows/1/next", {})
        seq = clerk.ok("POST", "windows/1/withdraw", {})["window"]["seq"]
        for topic in ("state/window/1", "state/board/all"):
            wait_until(lambda topic=topic: reader.states[topic]["seq"] >= seq, 3, topic)
