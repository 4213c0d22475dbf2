# SPDX-License-Identifier: Apache-2.0
"""The turn of the day, under libfaketime: one day closes with people in it, the next opens by itself.

Only the wall clock is faked, and only the daemon's; the hall's day begins at 04:00.
"""
import datetime
import glob
import sqlite3

import pytest

from house import PIN, Client, Reader, wait_until, without_waiting

FAKETIME = "/usr/lib/*/faketime/libfaketimeMT.so.1"
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))


def wall_at(month, day, hour, minute, second):
    """Environment of a daemon whose wall clock starts at this local time."""
    library = glob.glob(FAKETIME)
    assert library, "the package libfaketime is missing"
    start = datetime.datetime(2026, month, day, hour, minute, second, tzinfo=SHANGHAI)
    away = int((start - datetime.datetime.now(SHANGHAI)).total_seconds())
    return {"LD_PRELOAD": library[0], "FAKETIME": f"{away:+d}", "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def day_of(client):
    return client.surely_ok("GET", "hall")["day"]


def fill(house, kiosk):
    """One served at window 1, one called at 2, three waiting; window 3 is paused."""
    tickets = [kiosk.ok("POST", "tickets", {"service": "A"}) for _ in range(5)]
    clerks = {window: house.clerk(window) for window in (1, 2, 3)}
    for window, clerk in clerks.items():
        clerk.ok("POST", f"windows/{window}/open", {})
        if window < 3:
            clerk.ok("POST", f"windows/{window}/next", {})
    clerks[1].ok("POST", "windows/1/start", {})
    reasons = [r["code"] for r in kiosk.ok("GET", "hall")["reasons"] if r["use"] == "pause"]
    clerks[3].ok("POST", "windows/3/pause", {"reason": reasons[0]})
    return tickets, clerks


def people(house):
    """Before the clock runs: hashing PINs takes its time."""
    house.add("kiosk", "kiosk")
    house.add("boss", "manager")
    for window in (1, 2, 3):
        house.add(f"clerk{window}", "staff")


@pytest.fixture
def turned(make_house):
    """A house that has just gone from 23 to 24 November with people in it."""
    house = make_house(change=without_waiting)
    people(house)
    house.start(**wall_at(11, 24, 3, 59, 52))
    kiosk = house.kiosk()
    assert day_of(kiosk) == "2026-11-23"
    reader = house.link(Reader(house))
    tickets, clerks = fill(house, kiosk)
    assert day_of(kiosk) == "2026-11-23", "the machine was too slow for this test"
    wait_until(lambda: day_of(kiosk) == "2026-11-24", 20, "the next day")
    return house, kiosk, reader, tickets, clerks


def kinds_and_whose(events):
    return [(e["kind"], e.get("ticket", {}).get("number") or e.get("window")) for e in events]


def test_the_day_turns_by_itself(turned):
    house, kiosk, reader, tickets, clerks = turned
    manager = house.manager()
    events = manager.ok("GET", "events?after=0&limit=1000")["events"]
    closed = next(e["seq"] for e in events if e["kind"] == "day.closed")
    assert kinds_and_whose(events[closed - 7:closed + 1]) == [
        *(("ticket.voided", number) for number in ("A002", "A003", "A004", "A005")),
        ("window.closed", 2), ("window.closed", 3), ("day.closed", None), ("day.opened", None)]
    states = {w["number"]: w["state"] for w in kiosk.ok("GET", "hall")["windows"]}
    assert (states[1], states[2], states[3]) == ("serving", "closed", "closed")
    # Who is served keeps the ticket, the link and the clerk; everybody else's end.
    assert house.citizen(tickets[0]["token"]).ok("GET", "ticket")["state"] == "serving"
    for ticket in tickets[1:]:
        assert house.citizen(ticket["token"]).refused("GET", "ticket") == 806
    assert clerks[3].ask("GET", "sessions/current").status_code == 401
    # Numbers begin again at 1, but one that was still borne is skipped.
    assert kiosk.ok("POST", "tickets", {"service": "A"})["number"] == "A002"
    assert kiosk.ok("POST", "tickets", {"service": "C"})["number"] == "C001"
    assert clerks[1].ok("POST", "windows/1/finish", {"outcome": "done"})
    wait_until(lambda: set(range(closed - 6, closed + 2)) <= set(reader.events), 5,
               "the turn on the bus")
    wait_until(lambda: reader.states["state/hall"]["day"] == "2026-11-24", 15, "the bus's day")
    assert reader.states["state/board/all"]["calls"] == []


def test_the_closed_day_is_history_and_still_read(turned):
    house, _, _, tickets, _ = turned
    house.kill()
    house.start(**wall_at(11, 24, 4, 1, 0))
    manager = Client(house)
    house.keep(manager).ok("POST", "sessions", {"name": "boss", "pin": PIN})
    last = manager.ok("GET", "hall")["seq"]
    page = manager.ok("GET", "events?after=0&limit=1000")
    assert [e["seq"] for e in page["events"]] == list(range(1, last + 1))
    resumed = manager.frames("events", last - 3, **{"Last-Event-ID": "3"})
    assert [int(seq) for _, seq, _ in resumed] == list(range(4, last + 1))
    history = sqlite3.connect(f"file:{house.data}/history.db?mode=ro", uri=True)
    wait_until(lambda: history.execute("SELECT count(*) FROM ticket").fetchone()[0] == len(tickets),
               10, "the closed day's tickets in history.db")
    assert history.execute("SELECT date FROM day").fetchall() == [(20261123,)]
    history.close()


def test_after_the_holidays_the_old_day_is_closed_first(turned):
    """Switched off for a week: no ticket, link or key of then is left."""
    house, kiosk, _, _, _ = turned
    ticket = kiosk.ok("POST", "tickets", {"service": "A"})
    house.kill()
    house.start(**wall_at(12, 1, 8, 0, 0))
    wait_until(lambda: day_of(kiosk) == "2026-12-01", 10, "the day of today")
    assert {w["state"] for w in kiosk.ok("GET", "hall")["windows"]} == {"closed"}
    assert kiosk.ok("POST", "tickets", {"service": "A"})["number"] == "A001"
    assert house.citizen(ticket["token"]).refused("GET", "ticket") == 806
    assert sorted(path.name for path in (house.data / "keys").iterdir()) == ["20261201"]


def test_a_clock_that_jumps_is_an_alarm(make_house):
    """The day stays, tickets go on, and the lead, the operator and the log are told why."""
    house = make_house(change=without_waiting)
    away = house.folder / "away"
    away.write_text("+0")
    people(house)
    faked = {**wall_at(11, 24, 9, 0, 0), "FAKETIME_TIMESTAMP_FILE": str(away)}
    del faked["FAKETIME"]  # the file says it
    house.start(**faked)
    manager, kiosk = house.manager(), house.kiosk()
    day = day_of(kiosk)
    assert manager.ok("GET", "floor")["alarms"] == []
    away.write_text("-2d")
    wait_until(lambda: manager.ok("GET", "floor")["alarms"], 5, "the alarm")
    assert "clock" in manager.ok("GET", "floor")["alarms"][0]["text"]
    assert house.at_operator().ask("GET", "/health").status_code == 503
    assert day_of(kiosk) == day and kiosk.ok("POST", "tickets", {"service": "A"})
    wait_until(lambda: "wall clock jumped" in house.log(), 5, "the log")
    manager.ok("POST", "clock/confirm", {})
    wait_until(lambda: not manager.ok("GET", "floor")["alarms"], 5, "its end")
    assert day_of(kiosk) == day
