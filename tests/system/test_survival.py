# SPDX-License-Identifier: Apache-2.0
"""What is pulled out: power, disk space, the disk itself, the broker. The hall keeps its promises.

A number once shown is never lost and never issued twice; what was answered once is answered the
same again; once the fault is healed, the hall serves within five seconds by itself.
"""
import collections
import concurrent.futures
import random
import signal
import subprocess
import threading
import time
import uuid

import pytest
import requests

from house import Reader, wait_until, without_waiting

HEALED_S = 5  # promise 5


def services_of(client):
    return [service["code"] for service in client.ok("GET", "hall")["services"]]


def log_of(manager):
    """The whole log, seq by seq."""
    events, after = [], 0
    last = manager.surely_ok("GET", "hall")["seq"]
    while after < last:
        page = manager.surely_ok("GET", f"events?after={after}&limit=1000")
        events += page["events"]
        after = page["next_after"]
    assert [event["seq"] for event in events] == list(range(1, last + 1))
    return events


def issued_in(log):
    return collections.Counter(e["ticket"]["number"] for e in log if e["kind"] == "ticket.issued")


class Crowd:
    """Clients that take tickets and windows that call them, all at once, each answer noted."""

    def __init__(self, house, kiosks=8, windows=4):
        self.house, self.stop = house, threading.Event()
        self.acknowledged, self.called = {}, {}  # key → what the answer said
        self.lock, self.errors = threading.Lock(), []
        token = house.add("kiosk", "kiosk")
        clerks = [house.clerk(n + 1) for n in range(windows)]
        for n, clerk in enumerate(clerks):
            clerk.surely_ok("POST", f"windows/{n + 1}/open", {})
        services = services_of(clerks[0])
        self.threads = [threading.Thread(target=self.guard, args=(self.issue, token, services))
                        for _ in range(kiosks)]
        self.threads += [threading.Thread(target=self.guard, args=(self.serve, clerk, n + 1))
                         for n, clerk in enumerate(clerks)]

    def guard(self, work, *arguments):
        try:
            while not self.stop.is_set():
                work(*arguments)
        except BaseException as error:  # told by the test's own thread
            self.errors.append(error)

    def issue(self, token, services):
        kiosk = self.house.citizen(token)
        for _ in range(20):
            key, body = str(uuid.uuid4()), {"service": random.choice(services)}
            answer = kiosk.surely("POST", "tickets", body, key=key)
            if self.stop.is_set() and answer.status_code != 201:
                return
            assert answer.status_code == 201, answer.text
            with self.lock:
                self.acknowledged[key] = (body, answer.json())

    def serve(self, clerk, window):
        key = str(uuid.uuid4())
        answer = clerk.surely("POST", f"windows/{window}/next", {}, key=key)
        if answer.status_code != 200:
            assert answer.json()["code"] == 401, answer.text  # nobody waiting
            return time.sleep(0.01)
        with self.lock:
            self.called[key] = answer.json()["ticket"]
        clerk.surely_ok("POST", f"windows/{window}/start", {})
        clerk.surely_ok("POST", f"windows/{window}/finish", {"outcome": "done"})
        return None

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(60)
        if self.errors:
            raise self.errors[0]


def check_promises(house, crowd):
    """Every acknowledged ticket is in the log once, no number twice, keys are answered the same."""
    manager = house.manager()
    log = log_of(manager)
    issued = issued_in(log)
    assert [n for n, times in issued.items() if times > 1] == []
    ids = {e["ticket"]["id"]: e["ticket"]["number"] for e in log if e["kind"] == "ticket.issued"}
    for body, ticket in crowd.acknowledged.values():
        assert ids[ticket["id"]] == ticket["number"]
    seqs = [ticket["id"] for _, ticket in crowd.acknowledged.values()]
    assert len(seqs) == len(set(seqs)), "two keys got one ticket"
    called = collections.Counter(e["ticket"]["id"] for e in log if e["kind"] == "ticket.called")
    for ticket in crowd.called.values():
        assert called[ticket["id"]] == 1, f"{ticket} was called {called[ticket['id']]} times"
    kiosk = house.kiosk()
    for key, (body, ticket) in random.sample(sorted(crowd.acknowledged.items()),
                                             min(50, len(crowd.acknowledged))):
        again = kiosk.surely_ok("POST", "tickets", body, key=key)
        assert (again["id"], again["number"]) == (ticket["id"], ticket["number"])
    assert manager.surely_ok("GET", "hall")["seq"] == log[-1]["seq"], "a repeated key did something"
    return log


def test_kill_under_load(make_house, capsys):
    """kill -9 five times while eight clients issue and four windows call: nothing is lost."""
    house = make_house(change=without_waiting).start()
    slowest = 0
    with Crowd(house) as crowd:
        for _ in range(5):
            time.sleep(random.uniform(0.3, 1.0))
            house.kill()
            start = time.monotonic()
            house.start()
            slowest = max(slowest, time.monotonic() - start)
        time.sleep(0.5)
    log = check_promises(house, crowd)
    assert slowest < HEALED_S
    with capsys.disabled():
        print(f"\n# kill -9 x 5 under load: {len(crowd.acknowledged)} tickets acknowledged, "
              f"{len(crowd.called)} calls, {len(log)} events, slowest return {slowest:.2f} s")


def test_sessions_outlive_a_kill(make_house):
    """Who was signed in and where is still so after the plug was pulled."""
    house = make_house(change=without_waiting).start()
    clerk = house.clerk(3)
    clerk.ok("POST", "windows/3/open", {})
    house.kill()
    house.start()
    assert clerk.ok("GET", "windows/3")["state"] == "open"
    assert clerk.ok("GET", "sessions/current")["window"] == 3


def test_two_daemons_on_one_folder(make_house):
    """The second one says that the folder is in use, ends, and disturbs nothing."""
    house = make_house(change=without_waiting).start()
    second = make_house(change=without_waiting, settings={"data": str(house.data)})
    done = subprocess.run([second.program("jiaohaod"), "-c", str(second.config)], text=True,
                          capture_output=True, timeout=30, env=second.env())
    assert done.returncode == 75
    assert "in use" in done.stderr or "another" in done.stderr, done.stderr
    assert house.kiosk().ok("POST", "tickets", {"service": services_of(house.manager())[0]})


@pytest.fixture
def small_disk(tmp_path):
    """A data folder on a disk of its own with 8 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)],
                      capture_output=True).returncode:
        pytest.skip("mounting is not permitted here")
    yield folder
    # Busy for a moment while the daemon of a failed test goes away.
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder):
    """Fills the disk to the last block; the ballast's path."""
    ballast = folder / "ballast-of-the-test"
    with open(ballast, "wb", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return ballast


def test_disk_full(small_disk, make_house):
    """No space: issuing says so with code 901, reading goes on, and space alone heals it."""
    house = make_house(change=without_waiting, settings={"data": str(small_disk / "data")}).start()
    kiosk, manager = house.kiosk(), house.manager()
    service = services_of(manager)[0]
    before = kiosk.ok("POST", "tickets", {"service": service})
    ballast = fill(small_disk)
    refusals, taken = [], [before["number"]]
    # Pages that the files own already may still take a few.
    for _ in range(2000):
        answer = kiosk.ask("POST", "tickets", {"service": service}, key=str(uuid.uuid4()))
        if answer.status_code == 201:
            taken.append(answer.json()["number"])
            continue
        refusals.append((answer.status_code, answer.json()["code"]))
        if len(refusals) == 5:
            break
        time.sleep(0.05)
    assert refusals[0] == (507, 901), refusals
    # 903: the journal is being mended and says so at once, without trying the disk again.
    assert set(refusals) <= {(507, 901), (503, 903)}
    assert manager.ok("GET", "hall")["day"]
    assert citizen_sees(house, before)["state"] == "waiting"
    assert requests.get(house.operator("/health"), timeout=5).status_code == 503
    ballast.unlink()
    start = time.monotonic()
    after = kiosk.surely_ok("POST", "tickets", {"service": service})
    assert time.monotonic() - start < HEALED_S
    taken.append(after["number"])
    assert sorted(issued_in(log_of(manager))) == sorted(taken), "told and stored are the same"
    wait_until(house.is_ready, HEALED_S, "ready again")


def citizen_sees(house, ticket):
    return house.citizen(ticket["token"]).ok("GET", "ticket")


SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
/* While the file named by BAD_DISK exists, the disk cannot be written through. */
static int bad(void) {
    const char *mark = getenv("BAD_DISK");
    return mark && access(mark, F_OK) == 0;
}
int fdatasync(int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    if (bad()) {
        errno = EIO;
        return -1;
    }
    return real(fd);
}
int fsync(int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    if (bad()) {
        errno = EIO;
        return -1;
    }
    return real(fd);
}
"""


@pytest.fixture
def bad_disk(tmp_path):
    """(environment for the daemon, mark): while the mark exists, fdatasync says EIO."""
    source, library, mark = (tmp_path / name for name in ("shim.c", "shim.so", "bad"))
    source.write_text(SHIM)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    return {"LD_PRELOAD": str(library), "BAD_DISK": str(mark)}, mark


def test_disk_with_errors(bad_disk, make_house):
    """fdatasync fails: every answer is honest, and after healing nothing told is missing."""
    environment, mark = bad_disk
    house = make_house(change=without_waiting)
    house.environment = environment
    house.start()
    kiosk, manager = house.kiosk(), house.manager()
    service = services_of(manager)[0]
    acknowledged, open_keys = {}, []
    for n in range(120):
        if n in (20, 60):
            mark.touch()
        if n in (40, 80):
            mark.unlink()
        key = str(uuid.uuid4())
        answer = kiosk.ask("POST", "tickets", {"service": service}, key=key)
        if answer.status_code == 201:
            assert not mark.exists() or n in (20, 60), "acknowledged, but the disk cannot store"
            acknowledged[key] = answer.json()
        else:
            assert (answer.status_code, answer.json()["code"]) in {(503, 902), (503, 903), (507, 901)}
            open_keys.append(key)
            time.sleep(0.03)
    assert open_keys, "the disk's errors were never seen"
    start = time.monotonic()
    kiosk.surely_ok("POST", "tickets", {"service": service})
    assert time.monotonic() - start < HEALED_S
    for key, ticket in acknowledged.items():
        again = kiosk.surely_ok("POST", "tickets", {"service": service}, key=key)
        assert again["number"] == ticket["number"]
    # "Unknown: repeat with the same key" finds what became of it, or does it now, once.
    late = [kiosk.surely_ok("POST", "tickets", {"service": service}, key=key) for key in open_keys]
    issued = issued_in(log_of(manager))
    assert max(issued.values()) == 1
    told = [t["number"] for t in [*acknowledged.values(), *late]]
    assert len(told) == len(set(told))
    assert set(told) <= set(issued)
    assert len(issued) == 120 + 1


def test_broker_away(make_house):
    """The broker dies while the hall works: afterwards the archive has every event, in order."""
    house = make_house(change=without_waiting).start()
    reader = house.link(Reader(house))
    kiosk, manager = house.kiosk(), house.manager()
    service = services_of(manager)[0]
    for _ in range(20):
        kiosk.ok("POST", "tickets", {"service": service})
    house.broker_stop(signal.SIGKILL)
    for _ in range(50):
        kiosk.ok("POST", "tickets", {"service": service})
    house.broker_start()
    # A broker killed has forgotten the archive's session: what comes before it is back is a gap.
    wait_until(reader.up.is_set, 15, "the archive back on the bus")
    back = manager.ok("GET", "hall")["seq"]
    for _ in range(20):
        kiosk.ok("POST", "tickets", {"service": service})
    last = manager.ok("GET", "hall")["seq"]
    wait_until(lambda: reader.events and max(reader.events) >= last, 30, "the archive catches up")
    assert [seq for seq in reader.missing(last) if seq > back] == []
    reader.close_gaps(manager, last)
    assert reader.missing(last) == []
    states = reader.states
    wait_until(lambda: states.get("state/hall", {}).get("online") is True, 15, "the hall on the bus")


def test_state_is_republished(make_house):
    """A broker that forgot everything gets every retained state again when the daemon is back."""
    house = make_house(change=without_waiting).start()
    house.clerk(1).ok("POST", "windows/1/open", {})
    house.broker_stop(signal.SIGKILL)
    house.broker_forget()
    house.broker_start()
    reader = house.link(Reader(house, filters=["state/#"]))
    wait_until(lambda: reader.states.get("state/window/1", {}).get("state") == "open", 15,
               "state/window/1")
    wait_until(lambda: {"state/hall", "state/board/all"} <= set(reader.states), 5, "the other states")


def faulty(text):
    """A hall file with three faults in three lines."""
    return text + "\ncolour_of_the_door: red\nspeed_of_light: 3\nname_of_the_cat: none\n"


def test_faulty_hall_file(make_house):
    """--check prints every fault with its line; SIGHUP with that file changes nothing."""
    house = make_house(change=without_waiting).start()
    manager = house.manager()
    before, seq = manager.ok("GET", "hall"), manager.ok("GET", "hall")["seq"]
    good = house.hall_file.read_text()
    house.hall_file.write_text(faulty(good))
    done = subprocess.run([house.program("jiaohaod"), "-c", str(house.config), "--check"], text=True,
                          capture_output=True, timeout=30, env=house.env())
    assert done.returncode == 78
    lines = good.count("\n")
    for place, key in enumerate(("colour_of_the_door", "speed_of_light", "name_of_the_cat")):
        assert any(key in line and f":{lines + place + 2}:" in line
                   for line in (done.stdout + done.stderr).splitlines()), (key, done.stdout)
    house.reload()
    wait_until(lambda: "colour_of_the_door" in house.log(), 5, "the faults in the log")
    after = manager.ok("GET", "hall")
    assert after["services"] == before["services"] and after["seq"] == seq
    house.hall_file.write_text(good)
    house.reload()
    assert house.kiosk().ok("POST", "tickets", {"service": services_of(manager)[0]})


def test_reload_takes_up_a_good_file(make_house):
    """SIGHUP with a changed, faultless file: the same day goes on by the new plan."""
    house = make_house(change=without_waiting).start()
    manager, kiosk = house.manager(), house.kiosk()
    service = services_of(manager)[0]
    ticket = kiosk.ok("POST", "tickets", {"service": service})
    seq = manager.ok("GET", "hall")["seq"]
    house.hall_file.write_text(house.hall_file.read_text() + "\n# changed\n")
    house.reload()
    wait_until(lambda: manager.ok("GET", "hall")["seq"] > seq, 5, "hall.configured")
    kinds = [e["kind"] for e in manager.ok("GET", f"events?after={seq}&limit=10")["events"]]
    assert kinds[0] == "hall.configured"
    assert citizen_sees(house, ticket)["number"] == ticket["number"]


def test_term_commits_what_was_asked(make_house):
    """SIGTERM under load: exit 0, and everything acknowledged is there after the next start."""
    house = make_house(change=without_waiting).start()
    kiosk = house.kiosk()
    service = services_of(house.manager())[0]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        asks = [pool.submit(ask_or_none, house, kiosk, service) for _ in range(200)]
        time.sleep(0.05)
        assert house.stop() == 0
        told = [ask.result() for ask in asks]
    told = [number for number in told if number]
    house.start()
    issued = issued_in(log_of(house.manager()))
    assert set(told) <= set(issued)
    assert max(issued.values(), default=1) == 1


def ask_or_none(house, kiosk, service):
    client = house.citizen(kiosk.http.headers["Authorization"].split()[1])
    try:
        answer = client.ask("POST", "tickets", {"service": service}, key=str(uuid.uuid4()))
    except requests.RequestException:
        return None
    return answer.json()["number"] if answer.status_code == 201 else None
