# SPDX-License-Identifier: Apache-2.0
"""The doors: who is let in, what is turned away, and what hostile clients cannot do.

Everything here is asked of the real daemon over sockets. What a test expects of roles is read from
the route tables in daemon/web/routes.c, so that a new route without a thought about who may use it
fails here.
"""
import concurrent.futures
import json
import re
import socket
import threading
import time
import uuid

import pytest
import requests

from house import HOST, PIN, ROOT, Client, House, wait_until, without_waiting

ROLES = ["guide", "staff", "lead", "manager", "admin"]
LEAST = {"WHO_SIGNED_IN": "guide", "WHO_STAFF": "staff", "WHO_AT_WINDOW": "staff",
         "WHO_LEAD": "lead", "WHO_MANAGER": "manager", "WHO_ADMIN": "admin"}


def routes(table):
    """[(method, path, who)] of one table of routes.c."""
    text = (ROOT / "daemon" / "web" / "routes.c").read_text()
    body = text.split(f"struct route {table}[]")[1].split("};")[0]
    found = re.findall(r'\{(GET|POST|DELETE), (V1 )?"([^"]+)", (WHO_\w+)', body)
    return [(method, ("/api/v1" if v1 else "") + path, who) for method, v1, path, who in found]


def filled(path):
    return (path.replace("{n}", "1").replace("{seq}", "999999").replace("{code}", "A")
            .replace("{verb}", "next"))


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with House(tmp_path_factory.mktemp("http"), change=without_waiting) as one:
        yield one.start()


@pytest.fixture(scope="module")
def kiosk(house):
    return house.kiosk()


def raw(house, door, data, seconds=5):
    """Sends bytes as they are: all that comes back until the end or the time is over."""
    with socket.create_connection((HOST, house.ports[door]), timeout=seconds) as sock:
        sock.sendall(data)
        got = b""
        try:
            while chunk := sock.recv(65536):
                got += chunk
        except (TimeoutError, ConnectionResetError):
            pass
        return got


def head(line, *more, host=None):
    lines = [line, f"Host: {host or HOST}", "Connection: close", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def status(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0


# --- doors ---------------------------------------------------------------------------------------


def test_each_door_has_its_own_routes(house):
    """What belongs to the staff or the operator does not exist at another door."""
    public = {path for _, path, _ in routes("public_routes")}
    for table, own, others in (("staff_routes", "staff", ["public", "operator"]),
                               ("operator_routes", "operator", ["public", "staff"])):
        for method, path, _ in routes(table):
            if path in public:
                continue
            for door in others:
                answer = Client(house, door).ask(method, filled(path))
                assert answer.status_code == 404, (door, method, path, answer.text)
                assert answer.json()["code"] == 704
            assert Client(house, own).ask(method, filled(path)).status_code != 405


@pytest.mark.parametrize("target", [
    "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//evil.example/x", "/api/v1/../v1/hall",
    "/api/v1/hall%00", "/api//v1/hall", "/.", "/board.html", "/window.html", "/index.html/..",
    "/..%5c..%5cetc", "/" + "a" * 4000, "/api/v1/hall/", "/api/v1/windows/00001"])
def test_hostile_paths_find_nothing(house, target):
    answer = raw(house, "public", head(f"GET {target} HTTP/1.1"))
    assert status(answer) in (400, 404), answer[:200]
    assert b"root:" not in answer


def test_every_answer_is_secured(house):
    for path in ("/", "/api/v1/hall", "/nothing", "/api/v1/ticket"):
        headers = Client(house, "public").ask("GET", path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'") and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Content-Type"]


def test_pages_are_remembered_by_their_tag(house):
    client = Client(house, "public")
    page = client.ask("GET", "/")
    assert page.status_code == 200 and page.headers["Cache-Control"] == "no-cache"
    again = client.ask("GET", "/", headers={"If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304 and not again.content
    assert client.ask("GET", "/", headers={"If-None-Match": '"x"'}).status_code == 200


def test_methods(house):
    client = Client(house, "public")
    answer = client.ask("DELETE", "hall")
    assert answer.status_code == 405 and answer.headers["Allow"].startswith("GET, HEAD")
    options = client.ask("OPTIONS", "ticket")
    assert options.status_code == 204 and "DELETE" in options.headers["Allow"]
    whole = client.ask("GET", "hall")
    short = client.ask("HEAD", "hall")
    assert short.status_code == 200 and not short.content
    assert abs(int(short.headers["Content-Length"]) - len(whole.content)) < 64
    assert client.ask("PATCH", "hall").status_code == 405
    assert client.ask("HEAD", "stream").status_code == 200


def test_http_1_0(house):
    answer = raw(house, "public", head("GET /api/v1/hall HTTP/1.0"))
    assert status(answer) == 200 and b"chunked" not in answer.split(b"\r\n\r\n")[0].lower()


# --- framing, origin, type -------------------------------------------------------------------------


@pytest.mark.parametrize("lines", [
    ["Content-Length: 2", "Content-Length: 30"],
    ["Content-Length: 2", "Transfer-Encoding: chunked"],
    ["Content-Length: 2", "Host: evil.example"],
])
def test_ambiguous_framing_is_refused(house, lines):
    answer = raw(house, "public",
                 head("POST /api/v1/tickets HTTP/1.1", "Content-Type: application/json", *lines)
                 + b"{}", 3)
    assert status(answer) in (400, 0), answer[:300]
    assert answer.count(b"HTTP/1.1 ") <= 1  # what follows was not taken for a request


def test_foreign_hosts_and_origins(house, kiosk):
    for host in ("evil.example", "evil.example:80", ""):
        answer = raw(house, "public", f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
                     .encode())
        assert status(answer) in (400, 403), answer[:200]
    assert status(raw(house, "public", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")) in (400, 403)
    body = {"service": "A"}
    for origin in ("http://evil.example", "null", f"http://{HOST}:1", "https://localhost.evil.org"):
        answer = kiosk.ask("POST", "tickets", body, headers={"Origin": origin})
        assert (answer.status_code, answer.json()["code"]) == (403, 805)
    assert kiosk.ask("POST", "tickets", body,
                     headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    own = f"http://{HOST}:{house.ports['public']}"
    assert kiosk.ask("POST", "tickets", body, headers={"Origin": own}).status_code == 201


def test_bodies(house, kiosk):
    url, auth = kiosk.url("tickets"), dict(kiosk.http.headers)
    post = lambda data, kind="application/json": requests.post(
        url, data=data, headers={**auth, "Content-Type": kind}, timeout=10)
    assert post(b'{"service":"A"}', "text/plain").json()["code"] == 702
    for bad in (b"{", b"[]", b'"A"', b'{"service":"A","service":"B"}', b'{"service":"A"} x',
                b'{"service":"\xff"}', b"[" * 5000, b'{"a":' * 2000):
        answer = post(bad)
        assert (answer.status_code, answer.json()["code"]) == (400, 701), bad[:40]
    for bad in ({"service": 3}, {"service": "A", "needs": "voice"}, {"service": "A", "shoe": 1},
                {"service": "A", "phone": "12"}, {"service": "A", "phone": "0123456789a"},
                {"service": "A", "phone": "+" * 10}, {"service": "A", "appointment": "x"}):
        answer = post(json.dumps(bad))
        assert (answer.status_code, answer.json()["code"]) == (422, 707), bad
        assert answer.json()["key"]
    assert post(json.dumps({"service": "NONE"})).json()["code"] == 201


def test_ten_megabytes_are_not_read(house):
    begin = time.monotonic()
    with socket.create_connection((HOST, house.ports["public"]), timeout=5) as sock:
        sock.sendall(head("POST /api/v1/tickets HTTP/1.1", "Content-Type: application/json",
                          "Content-Length: 10485760"))
        sent = 0
        try:
            while sent < 10485760:
                sent += sock.send(b" " * 65536)
        except OSError:
            pass
        with_answer = b""
        try:
            with_answer = sock.recv(4096)
        except OSError:
            pass
    assert not with_answer or status(with_answer) == 413
    assert sent < 10485760 or status(with_answer) == 413
    assert time.monotonic() - begin < 12
    assert Client(house, "public").ask("GET", "hall").status_code == 200


def test_headers_are_bounded(house):
    answer = raw(house, "public", head("GET / HTTP/1.1", "X: " + "x" * 20000))
    assert status(answer) in (0, 400, 413, 431)
    assert Client(house, "public").ask("GET", "hall").status_code == 200


def test_a_slow_request_is_cut_and_holds_nobody_up(house):
    """One byte now and then keeps evhttp's own timer happy for ever: the deadline ends it."""
    begin = time.monotonic()
    slow = [socket.create_connection((HOST, house.ports["public"]), timeout=5) for _ in range(20)]
    for sock in slow:
        sock.sendall(b"GET /api/v1/hall HTTP/1.1\r\nX: ")
    alive = list(slow)
    while alive and time.monotonic() - begin < 20:
        for sock in list(alive):
            try:
                sock.setblocking(False)
                sock.send(b"x")
                if sock.recv(100) == b"":
                    alive.remove(sock)
            except BlockingIOError:
                pass
            except OSError:
                alive.remove(sock)
        asked = time.monotonic()
        assert Client(house, "public").ask("GET", "hall").status_code == 200
        assert time.monotonic() - asked < 1
        time.sleep(0.3)
    for sock in slow:
        sock.close()
    assert not alive
    assert 8 < time.monotonic() - begin < 15
    assert metric(house, "jiaohao_http_cut_total") >= 20


def metric(house, name):
    text = requests.get(house.operator("/metrics"), timeout=5).text
    return sum(float(line.split()[-1]) for line in text.splitlines()
               if re.match(rf"{name}[ {{]", line))


def test_connections_are_counted_down_again(house):
    for _ in range(300):
        with socket.create_connection((HOST, house.ports["public"]), timeout=5):
            pass
    wait_until(lambda: metric(house, "jiaohao_http_connections") < 60, 10, "connections forgotten")


# --- who may -----------------------------------------------------------------------------------------


def test_roles(house):
    """Each staff route refuses every role below its own, and nobody at its own or above."""
    people = {role: house.signed_in(f"role-{role}", role) for role in ROLES}
    people["kiosk"] = Client(house, "staff", house.add("role-kiosk", "kiosk"))
    nobody = Client(house, "staff")
    for method, path, who in routes("staff_routes"):
        if who not in LEAST or path.endswith("/sessions/current"):
            continue
        body = {} if method == "POST" else None
        assert nobody.ask(method, filled(path), body).json()["code"] == 801, path
        assert people["kiosk"].ask(method, filled(path), body).json()["code"] == 802, path
        for role in ROLES:
            answer = people[role].ask(method, filled(path), body)
            below = ROLES.index(role) < ROLES.index(LEAST[who])
            away = who == "WHO_AT_WINDOW" and role == "staff"  # signed in at no window
            refused = answer.status_code == 403 and answer.json()["code"] == 802
            assert refused == (below or away), (role, method, path, answer.text)


def test_verbs_only_at_the_own_window(house):
    clerk = house.clerk(2, "at-two")
    assert clerk.ask("POST", "windows/2/open", {}).status_code in (200, 409)
    assert clerk.refused("POST", "windows/1/open", {}) == 802
    assert house.signed_in("a-lead", "lead").ask("POST", "windows/1/open", {}).status_code != 403


def test_operator_writes_need_the_token(house):
    client = Client(house, "operator")
    assert client.ask("GET", "/health").status_code == 200
    for path in ("/people", "/backup", "/reload"):
        assert client.refused("POST", path, {}) == 801
        wrong = client.ask("POST", path, {}, headers={"Authorization": "Bearer o.wrong"})
        assert wrong.status_code == 401
    token = (house.data / "operator.token").read_text().strip()
    assert (house.data / "operator.token").stat().st_mode & 0o777 == 0o600
    answer = client.ask("POST", "/reload", {}, headers={"Authorization": f"Bearer {token}"})
    assert answer.json() == {"faults": []}


# --- signing in --------------------------------------------------------------------------------------


def test_the_cookie(house):
    house.add("cook", "staff")
    client = Client(house)
    answer = client.ask("POST", "sessions", {"name": "cook", "pin": PIN, "window": 3})
    assert answer.status_code == 201 and answer.json()["window"] == 3
    flags = [part.strip() for part in answer.headers["Set-Cookie"].split(";")]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(flags[1:])
    assert flags[0].startswith("jiaohao=s.") and len(flags[0]) >= 8 + 2 + 43
    assert "token" not in answer.text
    assert client.ok("GET", "sessions/current")["person"]["name"] == "cook"
    public = Client(house, "public")
    public.http.cookies = client.http.cookies
    assert public.ask("POST", "tickets", {"service": "A"}).status_code in (201, 401)
    assert client.ask("DELETE", "sessions/current").status_code == 204
    assert client.refused("GET", "sessions/current") == 801


def test_guessing_gets_slower(house):
    house.add("victim", "staff")
    client = Client(house)
    codes = []
    for _ in range(6):
        answer = client.ask("POST", "sessions", {"name": "victim", "pin": "9999"})
        codes.append(answer.json()["code"])
    assert codes[:3] == [803] * 3 and codes[-1] == 804
    assert int(answer.headers["Retry-After"]) >= 1
    right = client.ask("POST", "sessions", {"name": "victim", "pin": PIN})
    assert right.json()["code"] == 804  # the right PIN does not help before its time
    house.add("bystander", "staff")
    assert client.ask("POST", "sessions", {"name": "bystander", "pin": PIN}).status_code == 201
    time.sleep(int(right.headers["Retry-After"]) + 0.2)
    assert client.ask("POST", "sessions", {"name": "victim", "pin": PIN}).status_code == 201


def test_many_guesses_at_once_are_no_way_around(house):
    house.add("crowd", "staff")
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(lambda i: Client(house).ask(
            "POST", "sessions", {"name": "crowd", "pin": f"1{i:03}"}).json()["code"], range(20)))
    assert codes.count(803) <= 4, codes


def test_an_unknown_name_takes_as_long(house):
    house.add("known", "staff")

    def took(name):
        begin = time.monotonic()
        answer = Client(house).ask("POST", "sessions", {"name": name, "pin": "0000"})
        assert answer.json()["code"] == 803
        return time.monotonic() - begin

    known = min(took("known") for _ in range(3))
    unknown = min(took("nobody-here") for _ in range(3))
    assert 0.4 < known / unknown < 2.5, (known, unknown)


def test_one_claim_per_window(house):
    house.add("first", "staff"), house.add("second", "staff")
    first, second = Client(house), Client(house)
    assert first.ask("POST", "sessions", {"name": "first", "pin": PIN, "window": 4}).status_code == 201
    body = {"name": "second", "pin": PIN, "window": 4}
    assert second.refused("POST", "sessions", body) == 807
    again = Client(house)
    assert again.ask("POST", "sessions", {"name": "first", "pin": PIN, "window": 4}).status_code == 201
    assert first.ok("GET", "sessions/current")["window"] is None
    assert second.ask("POST", "sessions", {**body, "take": True}).status_code == 201
    assert again.refused("POST", "windows/4/open", {}) == 802


# --- tickets -----------------------------------------------------------------------------------------


def test_a_ticket_needs_a_kiosk_or_somebody(house, kiosk):
    body = {"service": "A"}
    assert Client(house, "public").refused("POST", "tickets", body) == 801
    assert Client(house, "public", "s." + "A" * 43).refused("POST", "tickets", body) == 801
    guide = house.signed_in("a-guide", "guide")
    assert guide.ok("POST", "tickets", body)["number"]
    assert kiosk.ok("POST", "tickets", body)["token"].startswith("t.")


def test_a_key_is_answered_not_done_again(house, kiosk):
    key, body = str(uuid.uuid4()), {"service": "A", "phone": "13900000000"}
    first = kiosk.ask("POST", "tickets", body, key)
    again = kiosk.ask("POST", "tickets", body, key)
    assert first.status_code == again.status_code == 201
    assert (first.json()["id"], first.json()["token"]) == (again.json()["id"], again.json()["token"])
    assert kiosk.ask("POST", "tickets", {"service": "B"}, key).json()["code"] == 706
    assert kiosk.ask("POST", "tickets", body, "with space").json()["code"] == 708
    assert kiosk.ask("POST", "tickets", body, "k" * 80).json()["code"] == 708


def test_a_token_opens_its_own_ticket_only(house, kiosk):
    mine, other = (kiosk.ok("POST", "tickets", {"service": "A"}) for _ in range(2))
    assert Client(house, "public", mine["token"]).ok("GET", "ticket")["number"] == mine["number"]
    day, serial, mac = mine["token"].split(".")[1:]
    for forged in (f"t.{day}.{other['id']}.{mac}", f"t.{day}.{serial}.{'A' * 22}", "t.", "t...",
                   f"t.19990101.{serial}.{mac}", mine["token"] + "x"):
        assert Client(house, "public", forged).refused("GET", "ticket") == 806
    assert Client(house, "public").refused("GET", "ticket") == 806


def test_a_phone_number_is_in_no_log_and_no_answer(house, kiosk):
    phone = "13912345678"
    ticket = kiosk.ok("POST", "tickets", {"service": "A", "phone": phone})
    assert phone not in json.dumps(Client(house, "public", ticket["token"]).ok("GET", "ticket"))
    events = house.manager().ok("GET", f"events?after={ticket['id'] - 1}")
    assert phone not in json.dumps(events) and ticket["token"] not in json.dumps(events)
    assert phone not in house.log() and ticket["token"] not in house.log()
    for path in house.data.rglob("*"):
        if path.is_file():
            assert phone.encode() not in path.read_bytes(), path


# --- streams -----------------------------------------------------------------------------------------


class Stream:
    """Reads server-sent events on a thread of its own."""

    def __init__(self, client, path, **headers):
        self.events, self.bytes = [], 0
        self.answer = client.http.get(client.url(path), stream=True, timeout=30, headers={
            "Accept": "text/event-stream", **headers})
        assert self.answer.status_code == 200, self.answer.text
        assert self.answer.headers["Content-Type"].startswith("text/event-stream")
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        event = {}
        try:
            for line in self.answer.iter_lines(chunk_size=1, decode_unicode=True):
                if line:
                    name, _, value = line.partition(": ")
                    event[name] = value
                elif "data" in event:
                    self.events.append(event)
                    event = {}
        except (requests.RequestException, AttributeError, ValueError):
            pass

    def ids(self):
        return [int(event["id"]) for event in list(self.events)]

    def close(self):
        """As a browser tab does: at once, without reading on."""
        self.answer.raw._connection.sock.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
        self.answer.close()


def test_events_are_resumed_without_gap_or_double(house, kiosk):
    """Catching up and going live while others take numbers: every seq once, in order."""
    boss = house.manager()
    for _ in range(30):
        kiosk.ok("POST", "tickets", {"service": "A"})
    stop = threading.Event()
    busy = house.kiosk()

    def go_on():
        while not stop.is_set():
            busy.ok("POST", "tickets", {"service": "B"})

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        streams = [Stream(boss, "events", **{"Last-Event-ID": str(after)}) for after in (1, 7, 20)]
        time.sleep(1)
    finally:
        stop.set()
        thread.join()
    last = kiosk.ok("POST", "tickets", {"service": "A"})["id"]
    for stream, after in zip(streams, (1, 7, 20)):
        wait_until(lambda: stream.events and stream.ids()[-1] >= last, 10, "the last event")
        ids = stream.ids()
        assert ids == list(range(after + 1, ids[-1] + 1))
        stream.close()
    page = boss.ok("GET", f"events?after={last - 3}&limit=2")
    assert [event["seq"] for event in page["events"]] == [last - 2, last - 1]
    assert page["next_after"] == last - 1


def test_a_phone_hears_of_its_ticket(house, kiosk):
    ticket = kiosk.ok("POST", "tickets", {"service": "A"})
    phone = Client(house, "public", ticket["token"])
    stream = Stream(phone, "ticket/events")
    wait_until(lambda: stream.events, 5, "the first view")
    assert stream.events[0]["event"] == "ticket"
    assert json.loads(stream.events[0]["data"])["number"] == ticket["number"]
    assert phone.ask("DELETE", "ticket").status_code == 200
    wait_until(lambda: json.loads(stream.events[-1]["data"]).get("state") == "cancelled", 5,
               "the news")
    stream.close()


def test_a_console_sees_its_window(house, kiosk):
    clerk = house.clerk(5, "at-five")
    stream = Stream(clerk, "stream?window=5")
    assert Client(house, "staff").refused("GET", "stream?window=5") == 801
    assert clerk.ok("POST", "windows/5/open", {})["window"]["number"] == 5
    assert clerk.ok("GET", "windows/5")["state"] == "open"
    assert clerk.ok("GET", "windows/5/queue")["window"] == 5
    wait_until(lambda: any(event["event"] == "window" and
                           json.loads(event["data"])["number"] == 5 and
                           json.loads(event["data"])["state"] == "open"
                           for event in list(stream.events)), 5, "the window open")
    stream.close()


@pytest.mark.parametrize("after", ["-1", "1x", "99999999999999999999"])
def test_a_page_of_events_begins_at_a_number(house, after):
    manager = house.signed_in("boss", "manager")
    assert manager.refused("GET", f"events?after={after}") == 707


def test_streams_that_go_away_are_forgotten(house):
    before = metric(house, "jiaohao_streams")
    streams = [Stream(Client(house, "public"), "stream") for _ in range(40)]
    assert metric(house, "jiaohao_streams") == before + 40
    for stream in streams:
        stream.close()
    wait_until(lambda: metric(house, "jiaohao_streams") <= before, 40, "streams forgotten")


def test_a_stream_for_http_1_0_is_not_framed(house):
    answer = raw(house, "public", head("GET /api/v1/stream HTTP/1.0"), 2)
    text = answer.split(b"\r\n\r\n", 1)[1]
    assert status(answer) == 200 and text.startswith(b"event: hall\ndata: {")


# --- the rest ----------------------------------------------------------------------------------------


def test_a_session_outlives_a_restart(make_house):
    house = make_house(change=without_waiting)
    house.start()
    clerk = house.clerk(1)
    assert house.stop() == 0
    house.start()
    assert clerk.ok("GET", "sessions/current")["window"] == 1


def test_metrics_are_well_formed(house):
    text = requests.get(house.operator("/metrics"), timeout=5).text
    seen = set()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            name = line.split()[2]
            assert name not in seen and name.startswith("jiaohao_")
            seen.add(name)
        elif not line.startswith("#"):
            assert re.fullmatch(r'jiaohao_\w+(\{\w+="[^"]*"\})? [0-9.e+-]+', line), line
            assert re.match(r"\w+", line)[0] in seen, line
    assert metric(house, "jiaohao_http_refusals_total") > 0
