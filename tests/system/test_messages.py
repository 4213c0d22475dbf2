# SPDX-License-Identifier: Apache-2.0
"""Messages to phones: from the ticket through the hook, once, in time, to nobody by mistake; and
through gammu-smsd with its dummy modem to the file in sent/. The number itself is seen nowhere.
"""
import contextlib
import json
import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import time

import pytest
from house import ROOT, Board, Reader, end, wait_until

PHONE = "138" + "00138000"
WHOLE = "+86" + PHONE
OTHER = "138" + "00138001"

# Keeps each message in a file of its own; what it does besides is said by files beside it.
RECORDER = """#!/bin/sh
umask 077
folder=$(dirname "$0")
code=0
[ ! -f "$folder/code" ] || code=$(cat "$folder/code")
name=$(mktemp "$folder/got/XXXXXXXX")
cat >"$name.part"
mv "$name.part" "$name.txt"
rm "$name"
env >"$folder/environment"
ls -l /proc/self/fd >"$folder/descriptors" 2>&1
[ ! -f "$folder/slow" ] || ! grep -q "$(cat "$folder/slow")" "$name.txt" || sleep 30
[ ! -f "$folder/chatty" ] || cat "$name.txt"
exit "$code"
"""


class Recorder:
    """A hook that keeps what it got."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "got").mkdir(parents=True)
        self.path = folder / "hook"
        self.path.write_text(RECORDER)
        self.path.chmod(stat.S_IRWXU)

    def does(self, name, content=""):
        (self.folder / name).write_text(content)

    def stops(self, name):
        (self.folder / name).unlink()

    def got(self):
        """[(fields, text)] in the order of their events."""
        found = []
        for path in (self.folder / "got").glob("*.txt"):
            line, _, text = path.read_text().partition("\n")
            found.append((json.loads(line), text.strip()))
        return sorted(found, key=lambda one: (int(one[0]["id"].split("-")[-1]), one[0]["attempt"]))

    def kinds(self):
        return [fields["kind"] for fields, _ in self.got()]


def without_waiting(hall):
    hall["hours_override"] = "always"
    hall.setdefault("rules", {}).update({"grace": "0 s", "recall_gap": "0 s", "approach": "1"})


@pytest.fixture
def hook(tmp_path):
    return Recorder(tmp_path / "hook")


@pytest.fixture
def house(make_house, hook):
    return make_house(change=without_waiting, settings={"hooks": {"sms": str(hook.path)}})


def take(house, phone=PHONE, **more):
    body = {"service": "A", "language": "zh", **more}
    return house.kiosk().ok("POST", "tickets", {**body, "phone": phone} if phone else body)


def a_window(house):
    """A clerk at a window whose calls are seen."""
    for kind, name, zone, _ in house.devices():
        if kind == "board":
            house.link(Board(house, name, zone))
    number = next(window for kind, _, _, window in house.devices() if kind == "pad")
    clerk = house.clerk(int(number))
    clerk.ok("POST", f"windows/{number}/open", {})
    return clerk, number


def figures(house):
    text = house.at_operator().ask("GET", "/metrics").text
    found = dict(re.findall(r'^jiaohao_deliveries_total\{state="(\w+)"\} (\d+)$', text, re.M))
    waiting = re.search(r"^jiaohao_deliveries_waiting (\d+)$", text, re.M)[1]
    return {**{state: int(count) for state, count in found.items()}, "waiting": int(waiting)}


def rows(house, sql):
    with contextlib.closing(sqlite3.connect(f"file:{house.data}/hall.db?mode=ro", uri=True)) as db:
        return db.execute(sql).fetchall()


def told(house, hook, count):
    """The messages, once there are so many and all are written as sent."""
    wait_until(lambda: len(hook.got()) >= count, 20, lambda: f"{count} messages: {hook.got()}")
    wait_until(lambda: figures(house)["waiting"] == 0, 10, lambda: figures(house))
    return hook.got()


def test_a_visit_is_told_step_by_step(house, hook):
    """Taken, nearly there, called, missed: fields and a sentence, in the language of the ticket."""
    house.start()
    first, ticket = take(house, phone=None), take(house)
    other = take(house, phone=OTHER, language="en")
    clerk, window = a_window(house)
    clerk.ok("POST", f"windows/{window}/next", {})
    clerk.ok("POST", f"windows/{window}/start", {})
    clerk.ok("POST", f"windows/{window}/next", {})
    wait_until(lambda: "called" in hook.kinds(), 10, hook.kinds)
    wait_until(lambda: clerk.ask("POST", f"windows/{window}/miss", {}).status_code == 200, 10, "miss")
    messages = told(house, hook, 5)
    mine = [(fields, text) for fields, text in messages if fields["number"] == ticket["number"]]
    assert [fields["kind"] for fields, _ in mine][-2:] == ["called", "missed"]
    assert "issued" in [fields["kind"] for fields, _ in mine]
    called, text = next(one for one in mine if one[0]["kind"] == "called")
    assert called["to"] == WHOLE and called["window"] == int(window) and called["attempt"] == 1
    assert ticket["number"] in text and window in text and text.startswith("【")
    english = [text for fields, text in messages if fields["number"] == other["number"]]
    assert english and all(re.search("[A-Za-z]{4}", text) for text in english)
    assert first["number"] not in [fields["number"] for fields, _ in messages]
    assert len({fields["id"] for fields, _ in messages}) == len(messages)
    assert figures(house)["sent"] == len(messages)


def test_the_hook_gets_nothing_but_its_input(house, hook):
    house.start()
    take(house)
    told(house, hook, 1)
    names = {line.split("=")[0] for line in (hook.folder / "environment").read_text().splitlines()}
    assert names <= {"PATH", "LANG", "PWD", "SHLVL", "_", "OLDPWD"}
    lines = [line for line in (hook.folder / "descriptors").read_text().splitlines() if "->" in line]
    numbers = {int(re.search(r"(\d+) -> ", line)[1]) for line in lines}
    assert numbers <= {0, 1, 2, 3}  # 3 is the listing's own
    assert not any("hall.db" in line or "socket" in line for line in lines)


def test_a_restart_loses_none_and_an_id_tells_a_second_time(house, hook):
    """The plug is pulled while hooks run: each message comes, and twice only under the same id."""
    house.start()
    hook.does("slow")
    tickets = [take(house, phone=f"1380013{8000 + i}") for i in range(6)]
    wait_until(lambda: len(hook.got()) >= 2, 10, "hooks that run")
    house.kill()
    hook.stops("slow")
    house.start()
    wait_until(lambda: {fields["number"] for fields, _ in hook.got()} ==
               {ticket["number"] for ticket in tickets}, 30, lambda: hook.got())
    wait_until(lambda: figures(house)["waiting"] == 0, 30, lambda: figures(house))
    messages = hook.got()
    assert len({fields["id"] for fields, _ in messages}) == len(tickets)
    assert len(messages) <= len(tickets) + 4  # at most those under way come twice
    time.sleep(1)
    house.stop()
    house.start()
    wait_until(lambda: figures(house)["waiting"] == 0, 10, lambda: figures(house))
    time.sleep(1)
    assert len(hook.got()) == len(messages)  # what was sent is not sent again


def test_75_is_tried_again_and_other_codes_are_not(house, hook):
    house.start()
    hook.does("code", "75")
    take(house)
    wait_until(lambda: len(hook.got()) == 1, 10, "a first try")
    hook.stops("code")
    messages = told(house, hook, 2)
    assert [fields["attempt"] for fields, _ in messages] == [1, 2]
    assert messages[0][0]["id"] == messages[1][0]["id"]
    hook.does("code", "3")
    take(house, phone=OTHER)
    wait_until(lambda: figures(house)["failed"] == 1, 10, lambda: figures(house))
    time.sleep(6)
    assert len(hook.got()) == 3


def test_one_slow_message_holds_no_other_back(make_house, hook):
    house = make_house(change=without_waiting, settings={
        "hooks": {"sms": str(hook.path), "timeout": "3 s", "at_once": "2"}}).start()
    hook.does("slow", OTHER)
    take(house, phone=OTHER)
    wait_until(lambda: len(hook.got()) == 1, 10, "the slow one")
    begun = time.monotonic()
    for i in range(4):
        take(house, phone=f"1380013{9000 + i}")
    wait_until(lambda: figures(house)["sent"] >= 4, 10, lambda: figures(house))
    assert time.monotonic() - begun < 3
    wait_until(lambda: figures(house)["failed"] >= 1, 10, lambda: figures(house))  # killed
    assert "time limit" in house.log()


def test_what_is_past_is_not_told(house, hook):
    """A message that waits for its next try is dropped when its ticket dies or is called away."""
    house.start()
    hook.does("code", "75")
    ticket = take(house)
    wait_until(lambda: len(hook.got()) == 1, 10, "a first try")
    house.citizen(ticket["token"]).ok("DELETE", "ticket")
    wait_until(lambda: figures(house)["stale"] == 1, 15, lambda: figures(house))
    hook.stops("code")
    time.sleep(6)
    assert len(hook.got()) == 1
    assert rows(house, "SELECT state FROM delivery") == [("stale",)]


def test_a_phone_goes_when_its_ticket_is_gone(house, hook):
    house.start()
    ticket = take(house)
    told(house, hook, 1)
    assert len(rows(house, "SELECT * FROM contact")) == 1
    house.citizen(ticket["token"]).ok("DELETE", "ticket")
    wait_until(lambda: rows(house, "SELECT * FROM contact") == [], 10, "the contact erased")


def test_nobody_runs_up_a_bill(make_house, hook):
    """So many a phone and day, so many the hall and day; counted across a restart."""
    def only_issued(hall):
        without_waiting(hall)
        hall["rules"]["approach"] = "0"

    house = make_house(change=only_issued, settings={
        "hooks": {"sms": str(hook.path), "per_phone": "2", "per_day": "3"}}).start()
    for _ in range(3):
        take(house)
    wait_until(lambda: figures(house) ==
               {"sent": 2, "capped": 1, "failed": 0, "stale": 0, "waiting": 0}, 10,
               lambda: figures(house))
    house.stop()
    house.start()
    take(house)
    wait_until(lambda: figures(house)["capped"] == 1, 10, lambda: figures(house))
    take(house, phone=OTHER)
    wait_until(lambda: figures(house)["sent"] == 1, 10, lambda: figures(house))
    take(house, phone="138" + "00138002")
    wait_until(lambda: figures(house)["capped"] == 2, 10, lambda: figures(house))
    assert len(hook.got()) == 3


def test_other_countries_are_refused_in_words(house):
    house.start()
    for phone in ("+4915112345678", "+18005551234", "+8801712345678"):
        answer = house.kiosk().ask("POST", "tickets", {"service": "A", "phone": phone})
        assert answer.status_code == 422, answer.text
        assert "country" in answer.text and phone not in answer.text
    for phone in ("110", "02012345678", "1068012345678"):
        answer = house.kiosk().ask("POST", "tickets", {"service": "A", "phone": phone})
        assert answer.status_code == 422, answer.text
    assert take(house, phone=WHOLE)["number"]


def test_without_a_hook_no_phone_is_kept(make_house):
    house = make_house(change=without_waiting).start()
    take(house)
    assert rows(house, "SELECT * FROM contact") == []
    assert rows(house, "SELECT * FROM delivery") == []


def test_the_number_is_seen_nowhere(house, hook):
    """Log, bus, database, answers: not even when the hook prints it and fails."""
    house.start()
    heard, answers = [], []
    house.watch_bus = lambda topic, body, message: heard.append(
        topic.encode() + bytes(message.payload))
    house.watch = lambda method, path, body, answer: answers.append(path + answer.text)
    house.link(Reader(house))
    hook.does("chatty")
    hook.does("code", "1")
    take(house)
    wait_until(lambda: figures(house)["failed"] == 1, 10, lambda: figures(house))
    answers.append(house.manager().ask("GET", "events?after=0").text)
    answers.append(house.at_operator().ask("GET", "/metrics").text)
    house.stop()
    assert any(b"ticket.issued" in one for one in heard)
    assert not any(PHONE.encode() in one for one in heard)
    assert not any(PHONE in one for one in answers)
    assert "delivery" in house.log() and PHONE not in house.log()
    for path in house.data.rglob("*"):
        if path.is_file():
            assert PHONE.encode() not in path.read_bytes(), path


# --- gammu -------------------------------------------------------------------------------------------

class Gammu:
    """gammu-smsd with its dummy modem, in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("inbox", "outbox", "sent", "error", "modem"):
            (folder / name).mkdir(parents=True)
        self.config = folder / "smsdrc"
        self.config.write_text(f"""[gammu]
model = dummy
connection = none
port = {folder}/modem

[smsd]
service = files
logfile = {folder}/log
inboxpath = {folder}/inbox/
outboxpath = {folder}/outbox/
sentsmspath = {folder}/sent/
errorsmspath = {folder}/error/
commtimeout = 1
receivefrequency = 1
loopsleep = 1
checksecurity = 0
checkbattery = 0
checksignal = 0
checknetwork = 0
""")
        self.hook = folder / "sms-gammu"
        shutil.copy(ROOT / "hooks" / "sms-gammu", self.hook)
        (folder / "sms-gammu.config").write_text(f"{self.config}\n")
        self.process = None

    def start(self):
        env = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
        with open(self.folder / "smsd.log", "wb") as log:
            self.process = subprocess.Popen(["gammu-smsd", "-c", str(self.config)], stdout=log,
                                            stderr=log, env=env)

    def sent(self):
        """[(number, text)] as they went over the air, in UTF-16."""
        found = []
        for path in (self.folder / "sent").iterdir():
            content = path.read_text(errors="replace")
            parts = re.findall(r"^Text\d+ = ([0-9A-F]+)$", content, re.M)
            number = re.search(r'^Number = "(.*)"$', content, re.M)
            if parts and number:
                found.append((number[1], bytes.fromhex("".join(parts)).decode("utf-16-be")))
        return found


@pytest.fixture
def gammu(tmp_path):
    one = Gammu(tmp_path / "gammu")
    yield one
    end(one.process, signal.SIGTERM)


def test_from_the_ticket_to_the_sent_message(make_house, gammu):
    """The hook that is included and the real gammu-smsd: the call lies in sent/."""
    house = make_house(change=without_waiting, settings={"hooks": {"sms": str(gammu.hook)}}).start()
    gammu.start()
    ticket = take(house)
    clerk, window = a_window(house)
    wait_until(lambda: len(gammu.sent()) >= 1, 20, "the first message in sent/")
    clerk.ok("POST", f"windows/{window}/next", {})
    call = f"请{ticket['number']}号到{window}号窗口办理"
    wait_until(lambda: any(call in text for _, text in gammu.sent()), 20, lambda: gammu.sent())
    assert all(number == WHOLE and text.startswith("【") for number, text in gammu.sent())
    wait_until(lambda: figures(house)["waiting"] == 0, 10, lambda: figures(house))
    assert figures(house)["failed"] == 0
    assert list((gammu.folder / "error").iterdir()) == []
