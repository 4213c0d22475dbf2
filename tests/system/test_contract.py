# SPDX-License-Identifier: Apache-2.0
"""The documents say what the programs do: every request and answer of a full round through the house
is checked against docs/openapi.yaml, every message on the bus against docs/asyncapi.yaml. An
operation of the document that no test asked for is a fault, and so is one asked for that the document
does not have.
"""
import contextlib
import datetime
import json
import pathlib

import pytest

import asyncapi
from house import Board, House, Pad, Reader, wait_until, without_waiting
from openapi import Contradiction, OpenApi


def in_minutes(minutes):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    return now.isoformat(timespec="milliseconds")


def with_phones(hall):
    """Anyone may take a ticket, and it is past noon: a day with an end that can be put off."""
    without_waiting(hall)
    hall["hall"]["walk_in"] = "yes"
    ahead = (12 - datetime.datetime.now(datetime.timezone.utc).hour) % 24
    ahead -= 24 if ahead > 14 else 0
    hall["hall"]["timezone"] = f"Etc/GMT{-ahead:+d}"  # its signs are the wrong way round
    hall["hours"] = {"doors": {"daily": "08:30-14:00"}}
    del hall["hours_override"]


class Round:
    """One round through the house; each method is a chapter, in the order of a day."""

    def __init__(self, house, api):
        self.house, self.api = house, api
        self.admin, self.boss = house.signed_in("root", "admin"), house.manager()
        self.clerk = house.clerk(1)
        self.kiosk, self.anyone = house.kiosk(), house.citizen()

    def verb(self, verb, window=1, **fields):
        return self.clerk.ok("POST", f"windows/{window}/{verb}", fields)

    def issue(self, service="A", **fields):
        return self.kiosk.ok("POST", "tickets", {"service": service, **fields})

    def holder(self, ticket):
        return self.house.citizen(ticket["token"])

    def until_told(self):
        wait_until(lambda: self.clerk.ok("GET", "windows/1")["ticket"]["can_miss"], 10, "told")

    def streamed(self, schema, frames, kind):
        for name, _, data in frames:
            assert name == kind
            self.api.check(schema, data, f"stream of {kind}")

    def public(self):
        hall = self.anyone.ok("GET", "hall")
        assert hall["open"] and hall["online"] in (True, False)
        self.anyone.ok("GET", "boards/link")
        self.streamed("Hall", self.anyone.frames("stream", 1), "hall")
        self.anyone.ok("POST", "tickets", {"service": "A"})
        self.issue("B", **{"class": "priority", "reason": "elderly", "needs": ["voice", "slow"],
                           "language": "en", "silent": True})

    def sessions(self):
        pin = self.house.add("someone", "staff")
        body = {"name": "someone", "pin": pin}
        program = self.house.citizen()
        program.door = "staff"
        token = program.ok("POST", "sessions/token", body)["token"]
        program.http.headers["Authorization"] = f"Bearer {token}"
        program.ok("GET", "sessions/current")
        leaver = self.house.signed_in("leaver", "staff")
        leaver.ok("DELETE", "sessions/current")
        assert leaver.refused("GET", "sessions/current") == 801

    def people(self):
        made = self.admin.ok("POST", "people", {"name": "newcomer", "role": "guide", "pin": "1357"})
        assert self.admin.ok("GET", "people")["people"]
        self.admin.ok("DELETE", f"people/{made['person']['id']}")
        self.admin.ok("POST", "people", {"name": "kiosk-2", "role": "kiosk"})

    def a_visit(self):
        ticket = self.issue()
        self.verb("open")
        self.clerk.ok("GET", "windows/1")
        self.clerk.ok("GET", "windows/1/queue")
        called = self.verb("next")
        assert called["why"]["rule"]
        self.boss.ok("GET", f"calls/{called['why']['seq']}/why")
        self.until_told()
        self.verb("recall")
        self.verb("start")
        self.verb("finish", outcome="accepted")
        self.verb("ask-rating")
        self.verb("reopen")
        self.verb("finish", outcome="refused", decision="2026-17", delivery="courier")
        first = self.holder({"token": ticket["token"]})
        assert first.ok("GET", "ticket")["state"] in ("finished", "waiting")

    def every_verb(self):
        for _ in range(8):
            self.issue("A")
        self.verb("next"), self.verb("withdraw")
        number = self.issue("B")["number"]
        self.verb("call", number=number, reason="lead")
        self.verb("start"), self.verb("park", kind="away")
        self.verb("unpark", number=number), self.verb("start")
        self.verb("transfer", service="B", place="last")
        self.verb("take-back"), self.verb("finish", outcome="done")
        missed = self.verb("next")["ticket"]["number"]
        self.until_told()
        self.verb("miss"), self.verb("take-late", number=missed)
        self.verb("start"), self.verb("finish", outcome="advice")
        self.verb("next"), self.verb("recycle")
        self.verb("pause", reason="break"), self.verb("resume")
        self.verb("walk-in", service="A"), self.verb("finish", outcome="done")
        assert self.clerk.refused("POST", "windows/1/finish", {"seen_seq": 1, "outcome": "done"})
        self.verb("close")

    def the_citizen(self):
        self.verb("open")
        mine = self.issue("A")
        holder = self.holder(mine)
        self.streamed("Ticket", holder.frames("ticket/events", 1), "ticket")
        holder.ok("POST", "ticket/defer", {})
        self.verb("call", number=mine["number"], reason="lead")
        self.until_told()
        self.verb("miss")
        holder.ok("POST", "ticket/return", {})
        self.verb("call", number=mine["number"], reason="lead")
        self.verb("start"), self.verb("finish", outcome="done")
        assert holder.ok("GET", "ticket")["can"]["rate"]
        holder.ok("POST", "ticket/rating", {"level": 5})
        gone = self.issue("A")
        self.holder(gone).ok("DELETE", "ticket")

    def the_lead(self):
        boss = self.boss
        boss.ok("POST", "services/D/stop", {"reason": "the tax line is down"})
        assert self.kiosk.refused("POST", "tickets", {"service": "D"}) == 202
        boss.ok("POST", "services/D/resume", {})
        boss.ok("POST", "windows/2/assign", {"services": ["A"], "until": in_minutes(30)})
        notice = boss.ok("POST", "notices", {"text": {"zh": "请注意", "en": "Please note"},
                                             "until": in_minutes(10)})
        boss.ok("DELETE", f"notices/{notice['id']}")
        boss.ok("POST", "day/extend", {"until": in_minutes(150)})
        boss.ok("POST", "clock/confirm", {})
        boss.ok("GET", "floor")
        boss.ok("GET", "devices")
        boss.ok("GET", "events?after=0&limit=5")
        frames = boss.frames("events", 2, **{"Last-Event-ID": "1"})
        assert [seq for _, seq, _ in frames] == ["2", "3"]
        for kind, _, event in frames:
            assert event["kind"] == kind
            self.api.check("Event", event, kind)
        frames = self.clerk.frames("stream?window=1", 2)
        self.streamed("Window", [frame for frame in frames if frame[0] != "hall"], "window")

    def the_operator(self):
        operator = self.house.at_operator()
        operator.ok("GET", "/health")
        assert b"jiaohao_" in operator.ask("GET", "/metrics").content
        operator.ok("POST", "/backup", {"path": str(self.house.data / "copy.db")})
        operator.ok("POST", "/reload", {})
        made = operator.ok("POST", "/people", {"name": "later", "role": "lead", "pin": "8642"})
        operator.ok("GET", "/people")
        operator.ok("DELETE", f"/people/{made['person']['id']}")

    def refusals(self):
        stranger = self.house.citizen()
        stranger.door = "staff"
        assert stranger.refused("GET", "floor") == 801
        assert self.clerk.refused("GET", "people") == 802
        assert stranger.refused("POST", "sessions", {"name": "boss", "pin": "0000"}) == 803
        assert self.kiosk.refused("POST", "tickets", {"service": "A", "shoe": 1}) == 707
        # a text with a number in it, and one with a word
        assert self.clerk.refused("POST", "windows/1/call", {"number": "A001", "reason": "lead"})
        assert self.kiosk.refused("POST", "tickets", {"service": "Z"}) == 201
        assert self.house.citizen("t.1.2.3").refused("GET", "ticket") == 806

    def all(self):
        for chapter in (self.public, self.sessions, self.people, self.a_visit, self.every_verb,
                        self.the_citizen, self.the_lead, self.the_operator, self.refusals):
            chapter()


class Referee:
    """Watches every request of a house and judges it by the document; notes what contradicts."""

    def __init__(self):
        self.api, self.faults = OpenApi(), []

    def watch(self, method, path, body, answer):
        path = path if path.startswith("/") else f"/api/v1/{path}"
        kind = answer.headers.get("Content-Type", "")
        streamed = kind.startswith("text/event-stream")
        decoded = None
        if not streamed and answer.content:
            decoded = answer.json() if "json" in kind else answer.text
        try:
            self.api.validate(method, path, body, answer.status_code, decoded, kind)
            if "problem" in kind and "%" in json.dumps(decoded):
                raise Contradiction(f"{method} {path}: a gap in {decoded}")
        except Contradiction as fault:
            self.faults.append(str(fault))


@pytest.fixture(scope="module")
def visited(tmp_path_factory):
    """A house after a full round: (referee, what stopped the round or None, messages on the bus)."""
    referee, bus = Referee(), []
    with House(tmp_path_factory.mktemp("contract"), change=with_phones,
               settings={"public_url": "http://127.0.0.1:1"}) as house:
        house.start()
        house.watch = referee.watch
        house.watch_bus = lambda topic, body, message: bus.append((topic, body, message))
        reader = house.link(Reader(house))
        for kind, name, zone, _ in house.devices():
            if kind == "board":
                house.link(Board(house, name, zone))
        stopped = None
        try:
            full_round(house, referee.api)
        except AssertionError as error:
            stopped = error
        last = house.manager().ok("GET", "hall")["seq"]
        with contextlib.suppress(AssertionError):
            wait_until(lambda: last in reader.events, 10, "the archive")
        yield referee, stopped, bus, house


def full_round(house, api):
    round_ = Round(house, api)
    round_.all()
    pad = house.link(Pad(house, "pad-3"))
    pad.do("open")  # nobody is signed in there
    round_.clerk = house.clerk(3)
    pad.ok("open")
    pad.ok("next")
    pad.ok("start")
    pad.ok("finish", outcome="done")


def test_a_full_round(visited):
    """Every chapter of the round does what it should."""
    _, stopped, _, _ = visited
    if stopped:
        raise stopped


def test_every_answer_is_as_described(visited):
    """No request or answer of the round contradicts docs/openapi.yaml."""
    referee, _, _, _ = visited
    assert sorted(set(referee.faults)) == []


def test_every_operation_was_asked_for(visited):
    """Nothing stands in docs/openapi.yaml that the round did not ask for."""
    referee, _, _, _ = visited
    assert referee.api.unseen() == []


# --- the bus -----------------------------------------------------------------------------------


def misfit(topic, body):
    """What contradicts the document, or None."""
    try:
        asyncapi.check(topic, body)
    except asyncapi.Misfit as fault:
        return str(fault)
    return None


def test_every_message_is_as_described(visited):
    """No message that reader, board or pad got contradicts docs/asyncapi.yaml."""
    _, _, bus, house = visited
    assert len(bus) > 50
    assert sorted(filter(None, {misfit(house.prefix + topic, body) for topic, body, _ in bus})) == []


def test_every_channel_of_the_daemon_was_heard(visited):
    """Events, calls, states and replies were all on the bus during the round."""
    _, _, bus, house = visited
    firsts = {topic.split("/")[0] for topic, _, _ in bus}
    assert {"event", "call", "state", "reply"} <= firsts
    topics = {topic for topic, _, _ in bus}
    assert {"state/hall", "state/board/all", "state/window/1"} <= topics


def test_no_personal_data_on_the_bus_or_in_logs(make_house):
    """A phone number given with a ticket is seen nowhere but encrypted: bus, log file, database."""
    phone = "13800" + "138000"
    house = make_house(change=with_phones).start()
    heard = []
    house.watch_bus = lambda topic, body, message: heard.append(bytes(message.payload))
    house.link(Reader(house))
    ticket = house.kiosk().ok("POST", "tickets", {"service": "A", "phone": phone, "language": "zh"})
    wait_until(lambda: any(b"ticket.issued" in payload for payload in heard), 10, "the event")
    house.stop()
    assert not any(phone.encode() in payload for payload in heard)
    assert ticket["token"].encode() not in b"".join(heard)
    assert phone not in house.log() and ticket["token"] not in house.log()
    for path in house.data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert phone.encode() not in content, path
            assert ticket["token"].encode() not in content, path


def listening():
    """{(address in hex, port)} of every listening TCP socket of this network namespace."""
    found = set()
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if state == "0A":
                address, port = local.split(":")
                found.add((address, int(port, 16)))
    return found


def test_the_house_listens_on_loopback_only(visited):
    """Doors and broker, WebSocket too, listen where the settings say and nowhere else."""
    house = visited[3]
    for name, port in house.ports.items():
        assert {address for address, at in listening() if at == port} == {"0100007F"}, name
