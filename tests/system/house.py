# SPDX-License-Identifier: Apache-2.0
"""The real house for a test: a private broker, the real daemon, real clients, all on loopback.

A House lives in a folder of its own on ports of its own, so that tests may run side by side. Every
process it starts is ended by its own id. The build to test is named by BUILD (default build/plain).

    with House(folder) as house:
        house.start()
        kiosk = house.kiosk()
        ticket = kiosk.ok("POST", "tickets", {"service": "A"})

What a client of the hall must do (repeat with the same key when the answer did not come) is done
here once: Client.surely and Pad.do.
"""
import contextlib
import itertools
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time
import uuid

import paho.mqtt.client as mqtt
import requests
import yaml
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ports import HOST, free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD") or ROOT / "build" / "plain").resolve()
HALL = ROOT / "docs" / "halls" / "small" / "hall.yaml"
START_S = 20  # a start replays the day and hashes nothing: far below, even on a busy machine
PIN = "246810"
SBIN = ":/usr/sbin:/sbin"  # where Debian keeps mosquitto


class Trouble(AssertionError):
    """The house did not do what a test needs of it."""


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def wait_until(true, seconds=10, what="it"):
    """Waits until true() gives something true and returns that."""
    end = time.monotonic() + seconds
    while True:
        value = true()
        if value:
            return value
        if time.monotonic() > end:
            raise Trouble(f"{what() if callable(what) else what}: not within {seconds} s")
        time.sleep(0.02)


def without_waiting(hall):
    """Open at any hour, and no rule that would make a test wait."""
    hall["hours_override"] = "always"
    hall.setdefault("rules", {}).update({"grace": "0 s", "recall_gap": "0 s"})


class Client:
    """HTTP for one person, kiosk or citizen at one door."""

    def __init__(self, house, door="staff", token=None):
        self.house, self.door = house, door
        self.http = requests.Session()
        self.http.trust_env = False
        if token:
            self.http.headers["Authorization"] = f"Bearer {token}"

    def url(self, path):
        base = f"http://{HOST}:{self.house.ports[self.door]}"
        return base + (path if path.startswith("/") else f"/api/v1/{path}")

    def ask(self, method, path, body=None, key=None, **options):
        """One request, one answer (a requests.Response)."""
        headers = dict(options.pop("headers", {}))
        if key:
            headers["Idempotency-Key"] = key
        options.setdefault("timeout", 10)
        answer = self.http.request(method, self.url(path), json=body, headers=headers, **options)
        if self.house.watch:
            self.house.watch(method, path, body, answer)
        return answer

    def ok(self, method, path, body=None, key=None, **options):
        """The same, which must succeed: the JSON of the answer, or None if it has none."""
        answer = self.ask(method, path, body, key, **options)
        if answer.status_code >= 300:
            raise Trouble(f"{method} {path} {body}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def refused(self, method, path, body=None, **options):
        """The same, which must be refused: the problem's code."""
        answer = self.ask(method, path, body, **options)
        if answer.status_code < 400:
            raise Trouble(f"{method} {path} {body} was not refused: {answer.text}")
        return answer.json()["code"]

    def surely(self, method, path, body=None, seconds=30, key=None):
        """Asks with one key until there is an answer that is not "try again"."""
        key = key or str(uuid.uuid4())
        end = time.monotonic() + seconds
        last = None
        while time.monotonic() < end:
            try:
                last = self.ask(method, path, body, key)
                if last.status_code not in (503, 507):
                    return last
            except requests.RequestException as error:
                last = error
            time.sleep(0.02)
        raise Trouble(f"{method} {path}: no answer within {seconds} s, last {last!r}")

    def surely_ok(self, method, path, body=None, seconds=30, key=None):
        answer = self.surely(method, path, body, seconds, key)
        if answer.status_code >= 300:
            raise Trouble(f"{method} {path} {body}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def frames(self, path, count, seconds=10, **headers):
        """The first `count` frames of a stream: [(event, id, data)]. Comments are not frames."""
        found, frame = [], {}
        answer = self.ask("GET", path, stream=True, timeout=seconds,
                          headers={"Accept": "text/event-stream", **headers})
        with contextlib.closing(answer):
            if answer.status_code != 200:
                raise Trouble(f"GET {path}: {answer.status_code} {answer.text}")
            for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
                name, _, value = line.partition(":")
                if not line and frame:
                    found.append((frame.get("event"), frame.get("id"), json.loads(frame["data"])))
                    frame = {}
                elif name:
                    frame[name] = value.removeprefix(" ")
                if len(found) == count:
                    break
        return found

    def close(self):
        self.http.close()


class Link:
    """An MQTT 5 client with an account of the broker; connects again by itself."""

    def __init__(self, house, account, session_s=0, will=None):
        self.house, self.account, self.session_s = house, account, session_s
        self.prefix = house.prefix
        self.filters = []
        self.up = threading.Event()
        self.client = mqtt.Client(client_id=account, protocol=mqtt.MQTTv5)
        self.client.username_pw_set(account, house.password(account))
        self.client.on_connect = self._connected
        self.client.on_disconnect = lambda *_: self.up.clear()
        self.client.on_message = self._message
        self.client.reconnect_delay_set(1, 1)
        if will:
            self.client.will_set(self.prefix + will[0], json.dumps(will[1]), 1, True)

    def start(self):
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = self.session_s
        self.client.connect(HOST, self.house.ports["broker"], 15, properties=properties,
                            clean_start=self.session_s == 0)
        self.client.loop_start()
        if not self.up.wait(10):
            raise Trouble(f"{self.account} cannot connect to the broker")
        return self

    def _connected(self, client, _data, _flags, reason, _properties):
        if reason != 0:
            return
        for name in self.filters:
            client.subscribe(self.prefix + name, 1)
        self.up.set()

    def _message(self, _client, _data, message):
        try:
            body = json.loads(message.payload) if message.payload else None
        except ValueError:
            body = message.payload
        topic = message.topic[len(self.prefix):]
        if self.house.watch_bus:
            self.house.watch_bus(topic, body, message)
        self.heard(topic, body, message)

    def heard(self, topic, body, message):
        """For those who listen."""

    def publish(self, topic, body, qos=1, retain=False):
        return self.client.publish(self.prefix + topic, json.dumps(body), qos, retain)

    def stop(self):
        self.client.disconnect()
        self.client.loop_stop()


class Reader(Link):
    """An archive: every event by its seq, duplicates dropped, and the last retained states."""

    def __init__(self, house, account="reader", filters=("event/#", "state/#", "call/#")):
        super().__init__(house, account, session_s=3600)
        self.filters = list(filters)
        self.events, self.states, self.calls = {}, {}, []
        self.duplicates = 0

    def heard(self, topic, body, message):
        if topic.startswith("event/"):
            self.duplicates += body["seq"] in self.events
            self.events[body["seq"]] = body
        elif topic.startswith("call/"):
            self.calls.append((topic, body))
        else:
            self.states[topic] = body

    def missing(self, last):
        return [seq for seq in range(1, last + 1) if seq not in self.events]

    def close_gaps(self, client, last):
        """What contract asks of a reader after a gap: GET /events?after=seq. How many were missing."""
        lost = self.missing(last)
        for seq in lost:
            if seq in self.events:
                continue
            page = client.ok("GET", f"events?after={seq - 1}&limit=1000")
            for event in page["events"]:
                self.events.setdefault(event["seq"], event)
        return len(lost)


class Board(Link):
    """A board with eyes in front of it: says `shown` to every call of its zone."""

    def __init__(self, house, device, zone):
        super().__init__(house, device)
        self.device, self.calls, self.mute = device, [], False
        self.filters = [f"call/{zone}"]

    def heard(self, topic, body, message):
        self.calls.append(body)
        if not self.mute and body["do"] in ("call", "recall"):
            self.publish(f"ack/{self.device}", {"seq": body["seq"], "did": "shown", "ms": 40})


class Pad(Link):
    """A call pad: one command at a time, repeated with its id until it is answered."""

    def __init__(self, house, device, boot=1):
        super().__init__(house, device)
        self.device, self.boot, self.numbers = device, boot, itertools.count(1)
        self.filters = [f"reply/{device}"]
        self.replies, self.news = {}, threading.Condition()

    def heard(self, topic, body, message):
        with self.news:
            self.replies[body["id"]] = body
            self.news.notify_all()

    def do(self, verb, seconds=30, **fields):
        """The reply, whatever it says."""
        name = f"{self.boot}-{next(self.numbers)}"
        body = {"id": name, "do": verb, **fields}
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.up.is_set():
                self.publish(f"command/{self.device}", body)
            with self.news:
                self.news.wait_for(lambda: name in self.replies, 1.0)
                reply = self.replies.pop(name, None)
            if reply and reply.get("code") not in (901, 902, 903):
                return reply
        raise Trouble(f"{self.device} {body}: no reply within {seconds} s")

    def ok(self, verb, **fields):
        reply = self.do(verb, **fields)
        if not reply["ok"]:
            raise Trouble(f"{self.device} {verb} {fields}: {reply}")
        return reply


class House:
    """One hall: files, broker, daemon, and everybody who came through its doors."""

    def __init__(self, folder, hall=HALL, change=None, settings=None):
        """change(hall) may change the hall file's tree; settings go over jiaohao.yaml's."""
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.watch = self.watch_bus = None
        self.daemon = None
        self.broker_process = None
        self.clients = contextlib.ExitStack()
        self.people = {}
        self.environment = {}
        self.ports = {name: free_port() for name in ("public", "staff", "operator", "broker", "ws")}
        self.hall = yaml.load(pathlib.Path(hall).read_text(), Loader=yaml.BaseLoader)
        if change:
            change(self.hall)
        self.config = self.folder / "jiaohao.yaml"
        self.hall_file = self.folder / "hall.yaml"
        self.data = self.folder / "data"
        self.hall_file.write_text(yaml.safe_dump(self.hall, allow_unicode=True, sort_keys=False))
        self.config.write_text(yaml.safe_dump(self.settings(settings or {})))
        self.prefix = f"jiaohao/{self.hall['hall']['code']}/"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # --- files -----------------------------------------------------------------------------------

    def settings(self, over):
        """jiaohao.yaml's tree: loopback, own ports, own folder."""
        tree = {
            "hall": "hall.yaml",
            "data": "data",
            "log_level": "info",
            "public": {"address": HOST, "port": self.ports["public"]},
            "staff": {"address": HOST, "port": self.ports["staff"]},
            "operator": {"address": HOST, "port": self.ports["operator"]},
            "broker": {
                "address": HOST,
                "port": self.ports["broker"],
                "account": "jiaohaod",
                "password_file": "broker/accounts/jiaohaod",
                "pages_port": self.ports["ws"],
                "pages_file": "broker/pages",
            },
        }
        for key, value in over.items():
            if isinstance(value, dict):
                tree.setdefault(key, {}).update(value)
            else:
                tree[key] = value
        return tree

    def program(self, name):
        path = BUILD / name
        if not path.exists():
            raise Trouble(f"{name} is not built: make B={BUILD}")
        return str(path)

    def cli(self, *arguments, check=True):
        """jiaohao -c FILE …: the finished process, its output as text."""
        done = subprocess.run([self.program("jiaohao"), "-c", str(self.config), *arguments],
                              text=True, capture_output=True, timeout=60, env=self.env())
        if check and done.returncode:
            raise Trouble(f"jiaohao {' '.join(arguments)}: {done.returncode} {done.stderr}")
        return done

    def env(self, **more):
        kept = {name: os.environ[name] for name in ("PATH", "TZ", "LD_LIBRARY_PATH",
                                                    "ASAN_OPTIONS", "TSAN_OPTIONS")
                if name in os.environ}
        return {**kept, "LANG": "C.UTF-8", **self.environment, **more}

    def password(self, account):
        """A broker account's password, as tools/broker.sh wrote it."""
        path = self.folder / "broker" / "accounts" / account
        if not path.exists():
            raise Trouble(f"the broker has no account {account}")
        return path.read_text().strip()

    # --- broker ----------------------------------------------------------------------------------

    def broker_start(self):
        """Starts the private broker; its accounts are made at the first start."""
        if not (self.folder / "broker" / "mosquitto.conf").exists():
            self.broker_make()
        if not self.broker_run():
            raise Trouble("the broker ended: " + (self.folder / "broker.log").read_text())

    def broker_run(self):
        with open(self.folder / "broker.log", "ab") as log:
            self.broker_process = subprocess.Popen(
                ["mosquitto", "-c", str(self.folder / "broker" / "mosquitto.conf")],
                stdout=log, stderr=log, env={**self.env(), "PATH": os.environ["PATH"] + SBIN})
        ports = self.ports["broker"], self.ports["ws"]
        wait_until(lambda: self.broker_process.poll() is not None or all(map(listens, ports)), 10,
                   "the broker")
        return self.broker_process.poll() is None

    def broker_make(self):
        devices = self.cli("hall", "show", "--devices").stdout
        done = subprocess.run(
            [str(ROOT / "tools" / "broker.sh"), str(self.folder / "broker"),
             "--port", str(self.ports["broker"]), "--websocket", str(self.ports["ws"])],
            input=devices, text=True, capture_output=True, timeout=60)
        if done.returncode:
            raise Trouble(f"broker.sh: {done.returncode} {done.stderr}")

    def broker_forget(self):
        """Throws away what a stopped broker remembers: retained messages and sessions."""
        for path in (self.folder / "broker").rglob("mosquitto.db*"):
            path.unlink()

    def broker_stop(self, sig=signal.SIGTERM):
        """Ends the broker; SIGKILL pulls its plug."""
        end(self.broker_process, sig)
        self.broker_process = None

    # --- daemon ----------------------------------------------------------------------------------

    def start(self, ready=True, **environment):
        """Starts the daemon and waits until it says that it is ready."""
        if self.broker_process is None:
            self.broker_start()
        self.launch(**environment)
        if ready:
            wait_until(self.is_ready, START_S, f"jiaohaod in {self.folder} ready")
        return self

    def launch(self, **environment):
        """Starts the daemon and waits for nothing."""
        with open(self.folder / "jiaohaod.log", "ab") as log:
            self.daemon = subprocess.Popen([self.program("jiaohaod"), "-c", str(self.config)],
                                           stdout=log, stderr=log, env=self.env(**environment))

    def is_ready(self):
        if self.daemon.poll() is not None:
            raise Trouble(f"jiaohaod ended with {self.daemon.returncode}: {self.log()[-2000:]}")
        with contextlib.suppress(requests.RequestException):
            return requests.get(self.operator("/health"), timeout=2).status_code == 200
        return False

    def operator(self, path):
        return f"http://{HOST}:{self.ports['operator']}{path}"

    def stop(self):
        """SIGTERM: what has gathered is committed. The exit code."""
        return end(self.daemon, signal.SIGTERM)

    def kill(self):
        """kill -9: as if the plug were pulled."""
        end(self.daemon, signal.SIGKILL)

    def reload(self):
        self.daemon.send_signal(signal.SIGHUP)

    def log(self):
        path = self.folder / "jiaohaod.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def close(self):
        self.clients.close()
        end(self.daemon, signal.SIGTERM)
        end(self.broker_process, signal.SIGTERM)

    # --- people and devices ----------------------------------------------------------------------

    def add(self, name, role):
        """Makes a person once; a kiosk's token or the PIN."""
        if name not in self.people:
            pin = [] if role == "kiosk" else ["--pin", PIN]
            said = self.cli("user", "add", name, "--role", role, *pin).stdout
            self.people[name] = said.split("token ")[1].split()[0] if role == "kiosk" else PIN
        return self.people[name]

    def signed_in(self, name, role, window=None):
        """A client with a session at the staff door; at `window` if one is named."""
        pin = self.add(name, role)
        client = self.keep(Client(self))
        body = {"name": name, "pin": pin, **({"window": window} if window else {})}
        client.session = client.surely_ok("POST", "sessions", body)
        return client

    def clerk(self, window, name=None):
        return self.signed_in(name or f"clerk{window}", "staff", window)

    def manager(self):
        return self.signed_in("boss", "manager")

    def at_operator(self):
        """The operator's door, with the token that lies in the data folder."""
        token = (self.data / "operator.token").read_text().strip()
        return self.keep(Client(self, "operator", token))

    def kiosk(self, name="kiosk"):
        return self.keep(Client(self, "public", self.add(name, "kiosk")))

    def citizen(self, token=None):
        return self.keep(Client(self, "public", token))

    def keep(self, client):
        self.clients.callback(client.close)
        return client

    def link(self, link):
        """Starts an MQTT client and ends it with the house."""
        link.start()
        self.clients.callback(link.stop)
        return link

    def devices(self):
        """[(kind, name, zone, window)] as the hall file has them."""
        lines = self.cli("hall", "show", "--devices").stdout.splitlines()
        return [tuple(line.split()) for line in lines]


def end(process, sig):
    """Ends a process of ours by its id: its exit code, or None if there was none."""
    if process is None:
        return None
    if process.poll() is None:
        process.send_signal(sig)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Trouble(f"process {process.pid} did not end on signal {sig}") from None
    return process.returncode
