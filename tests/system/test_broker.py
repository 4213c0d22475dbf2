# SPDX-License-Identifier: Apache-2.0
"""What the broker keeps apart: attacks with real accounts, judged by what is delivered."""
import os
import signal
import socket
import subprocess
import time

import pytest
from broker import HOST, ROOT, Broker

P = "jiaohao/quzhou/"
DEVICES = [
    "pad pad-1 - 1", "pad pad-2 - 2", "keypad key-1 - 1", "board board-west west -",
    "board board-east east -", "speaker speaker-west west -", "printer printer-west west -",
]


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    made = Broker(tmp_path_factory.mktemp("broker"), DEVICES)
    yield made.start()
    made.stop()


@pytest.fixture
def come(broker):
    """come("pad-1", "#"): a connected client that asked for these topics."""
    clients = []

    def make(account, *filters, **options):
        client = broker.client(account, **options)
        clients.append(client)
        assert client.open() == 0
        return client.hear(*filters)

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def daemon(come):
    """The daemon's own link, which hears everything."""
    client = come("jiaohaod", "jiaohao/#")
    client.heard(0.2)
    return client


WRITES = [
    "event/ticket/called", "call/west", "state/hall", "state/board/west", "state/window/1",
    "command/pad-1", "command/page-001", "ack/board-west", "ack/page-001", "device/pad-1",
    "device/page-001", "reply/pad-1", "print/printer-west",
]


@pytest.mark.parametrize("transport", ["tcp", "websockets"])
def test_a_page_can_write_nothing(daemon, come, transport):
    page = come("page-001", transport=transport)
    for topic in WRITES:
        page.say(P + topic, "forged")
    assert daemon.heard() == []


def test_a_page_reads_boards_calls_and_the_hall_and_nothing_else(daemon, come):
    page = come("page-002", "#", "jiaohao/#", P + "event/#", P + "reply/#", P + "command/#",
                transport="websockets")
    page.heard(0.2)
    for topic in WRITES:
        daemon.say(P + topic, topic)
    topics = {topic.removeprefix(P) for topic, _, _ in page.heard()}
    assert topics == {"call/west", "state/hall", "state/board/west"}


def test_a_page_cannot_clear_what_is_retained(daemon, come):
    daemon.say(P + "state/board/clear", "kept", retain=True)
    page = come("page-003")
    page.say(P + "state/board/clear", "", retain=True)
    later = come("reader", P + "state/board/clear")
    assert later.next() == (P + "state/board/clear", "kept", True)
    daemon.say(P + "state/board/clear", "", retain=True)


def test_nobody_takes_the_daemons_place_by_its_client_id(broker, daemon):
    thief = broker.client("page-004", client_id="jiaohaod", transport="websockets")
    thief.open()
    thief.say(P + "state/hall", "forged")
    assert daemon.heard() == []
    assert daemon.ended.empty(), "the daemon was thrown out"
    daemon.say(P + "state/board/alive", "x")
    assert daemon.heard() == [(P + "state/board/alive", "x", False)]
    thief.close()


def test_nobody_inherits_another_session_by_its_client_id(broker, come):
    victim = come("pad-2", P + "reply/pad-2")
    thief = broker.client("pad-1", client_id="pad-2")
    thief.open()
    come("jiaohaod").say(P + "reply/pad-2", "for pad-2 only")
    assert victim.heard() == [(P + "reply/pad-2", "for pad-2 only", False)]
    assert thief.heard() == []
    thief.close()


def test_a_second_connection_of_one_account_ends_the_first(come):
    first = come("pad-1")
    come("pad-1")
    assert first.ended.get(timeout=5)


MINE = {
    "pad-1": ["command/pad-1", "device/pad-1"],
    "key-1": ["command/key-1", "device/key-1"],
    "board-west": ["ack/board-west", "device/board-west"],
    "speaker-west": ["ack/speaker-west", "device/speaker-west"],
    "printer-west": ["ack/printer-west", "device/printer-west"],
    "reader": [],
}


@pytest.mark.parametrize("account", MINE)
def test_a_device_speaks_only_for_itself(daemon, come, account):
    device = come(account)
    others = [f"{kind}/{name}" for kind in ("command", "ack", "device", "reply", "print")
              for name in [*MINE, "pad-2", "+", "jiaohaod"] if name != "+"]
    for topic in others + WRITES:
        device.say(P + topic, "x")
    assert {topic.removeprefix(P) for topic, _, _ in daemon.heard(0.5)} == set(MINE[account])


HEARS = {
    "pad-1": {"reply/pad-1", "state/window/1", "state/hall"},
    "key-1": {"reply/key-1", "state/window/1", "state/hall", "event/rating/asked",
              "event/rating/expired"},
    "board-west": {"call/west", "state/board/west", "state/board/all", "state/window/1",
                   "state/window/2", "state/hall"},
    "speaker-west": {"call/west", "state/board/west", "state/board/all", "state/window/1",
                     "state/window/2", "state/hall"},
    "printer-west": {"print/printer-west", "state/hall"},
    "reader": {"event/rating/asked", "event/rating/expired", "event/rating/given", "call/west",
               "call/east", "state/board/west", "state/board/east", "state/board/all",
               "state/window/1", "state/window/2", "state/hall"},
}
SAID = ["reply/pad-1", "reply/pad-2", "reply/key-1", "state/window/1", "state/window/2",
        "state/hall", "state/board/west", "state/board/east", "state/board/all", "call/west",
        "call/east", "print/printer-west", "print/other", "event/rating/asked",
        "event/rating/expired", "event/rating/given", "command/pad-1", "ack/board-west",
        "device/pad-2"]


@pytest.mark.parametrize("account", HEARS)
def test_a_device_hears_only_what_is_its_own(daemon, come, account):
    device = come(account, "#", "jiaohao/#", P + "+/+", P + "reply/pad-2", P + "call/east")
    device.heard(0.2)
    for topic in SAID:
        daemon.say(P + topic, "x")
    assert {topic.removeprefix(P) for topic, _, _ in device.heard(0.5)} == HEARS[account]


@pytest.mark.parametrize("transport", ["tcp", "websockets"])
def test_no_name_and_wrong_passwords_are_refused(broker, transport):
    for options in ({"anonymous": True, "account": "x"}, {"account": "jiaohaod", "password": "x"},
                    {"account": "nobody", "password": "x"},
                    {"account": "pad-1", "password": broker.password("pad-2")}):
        client = broker.client(transport=transport, **options)
        assert client.open() in (0x86, 0x87, 4, 5), options
        client.close()


def test_both_listeners_are_on_loopback_only(broker):
    shown = subprocess.run(["ss", "-Hltn"], text=True, capture_output=True, check=True).stdout
    for port in (broker.port, broker.websocket):
        places = {line.split()[3] for line in shown.splitlines()
                  if line.split()[3].endswith(f":{port}")}
        assert places == {f"{HOST}:{port}"}


def raw_publish(topic, size):
    """A PUBLISH of QoS 0 as bytes, which paho would not send: it knows the broker's limit."""
    body = len(topic).to_bytes(2, "big") + topic.encode() + b"\0" + b"x" * size
    length, left = b"", len(body)
    while True:
        left, digit = left >> 7, left & 127
        length += bytes([digit | (128 if left else 0)])
        if not left:
            return b"\x30" + length + body


def test_a_message_too_large_is_refused_and_the_broker_lives_on(broker, come, daemon):
    pad = come("pad-1")
    pad.mqtt.socket().setblocking(True)
    try:
        pad.mqtt.socket().sendall(raw_publish(P + "command/pad-1", 1_000_000))
    except OSError:
        pass  # it hung up before it had all
    assert pad.ended.get(timeout=10)
    assert daemon.heard() == []
    again = come("pad-2")
    again.say(P + "command/pad-2", "x" * 60000)
    assert len(daemon.next()[1]) == 60000
    assert broker.process.poll() is None


def test_bytes_that_are_no_mqtt_do_not_end_the_broker(broker, come, daemon):
    for port in (broker.port, broker.websocket):
        for junk in (b"\0" * 1000, os.urandom(5000), b"GET / HTTP/1.1\r\n\r\n",
                     b"\x10\xff\xff\xff\x7f" + b"x" * 100):
            with socket.create_connection((HOST, port), 5) as link:
                link.settimeout(0.2)
                try:
                    link.sendall(junk)
                    link.recv(100)
                except OSError:
                    pass
    come("pad-1").say(P + "command/pad-1", "still here")
    assert daemon.next() == (P + "command/pad-1", "still here", False)


def test_what_is_retained_survives_a_restart_of_the_broker(tmp_path):
    one = Broker(tmp_path / "broker", DEVICES).start()
    try:
        daemon = one.client("jiaohaod")
        assert daemon.open() == 0
        daemon.say(P + "state/board/west", "A012", retain=True)
        daemon.close()
        one.stop(signal.SIGTERM)
        one.start()
        page = one.client("page-064", transport="websockets")
        assert page.open() == 0
        page.hear(P + "state/board/west")
        assert page.next() == (P + "state/board/west", "A012", True)
        page.close()
    finally:
        one.stop()


def test_a_second_run_keeps_passwords_and_adds_what_is_new(tmp_path):
    one = Broker(tmp_path / "broker", DEVICES)
    before = {name: one.password(name) for name in ("jiaohaod", "reader", "pad-1", "page-001")}
    pages = one.pages()
    one.make([*DEVICES, "pad pad-9 - 9"], "--pages", "70")
    assert {name: one.password(name) for name in before} == before
    assert one.pages()[:64] == pages and len(one.pages()) == 70
    assert len({password for _, password in one.pages()}) == 70
    one.start()
    try:
        for account in ("pad-9", "pad-1", "page-070"):
            client = one.client(account)
            assert client.open() == 0
            client.close()
    finally:
        one.stop()


def test_secrets_are_for_their_owner_only(broker):
    for path in [*broker.folder.glob("accounts/*"), broker.folder / "pages",
                 broker.folder / "passwords", broker.folder / "mosquitto.conf"]:
        assert path.stat().st_mode & 0o077 == 0, path
    hashed = (broker.folder / "passwords").read_text()
    assert broker.password("jiaohaod") not in hashed and "$7$" in hashed


@pytest.mark.parametrize("line", [
    "pad jiaohaod - 1", "pad page-001 - 1", "pad reader - 1", "pad a/b - 1", "pad # - 1",
    "pad + - 1", "pad Pad - 1", "pad x #", "pad x # 1", "board x a/+ -", "robot x - 1",
    "pad x - 1;2", "pad " + "x" * 32 + " - 1",
])
def test_device_lines_that_could_open_doors_are_refused(tmp_path, line):
    done = subprocess.run([str(ROOT / "tools" / "broker.sh"), str(tmp_path / "b"), "--port", "1",
                           "--websocket", "2"], input=line + "\n", text=True, capture_output=True)
    assert done.returncode == 78 and "line 1" in done.stderr
    assert not (tmp_path / "b" / "acl").exists()


def test_many_devices_are_quick(tmp_path):
    devices = [f"pad pad-{n} - {n}" for n in range(1, 200)]
    began = time.monotonic()
    Broker(tmp_path / "broker", devices)
    assert time.monotonic() - began < 10
