# SPDX-License-Identifier: Apache-2.0
"""A private mosquitto as tools/broker.sh sets it up, and clients that know only paho-mqtt."""
import pathlib
import queue
import signal
import socket
import subprocess
import time

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ports import HOST, free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Broker:
    """Made in `folder` for the devices given as "kind name zone window" lines."""

    def __init__(self, folder, devices, *options):
        self.folder = pathlib.Path(folder)
        self.port, self.websocket = free_port(), free_port()
        self.process = None
        self.make(devices, *options)

    def make(self, devices, *options):
        done = subprocess.run(
            [str(ROOT / "tools" / "broker.sh"), str(self.folder), "--port", str(self.port),
             "--websocket", str(self.websocket), *options],
            input="\n".join(devices) + "\n", text=True, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                ["/usr/sbin/mosquitto", "-c", str(self.folder / "mosquitto.conf")],
                stdout=log, stderr=log)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            if self.listens(self.port) and self.listens(self.websocket):
                return self
            time.sleep(0.02)
        raise AssertionError((self.folder / "log").read_text())

    @staticmethod
    def listens(port):
        with socket.socket() as probe:
            return probe.connect_ex((HOST, port)) == 0

    def stop(self, how=signal.SIGTERM):
        if self.process:
            self.process.send_signal(how)
            self.process.wait(10)
        self.process = None

    def password(self, account):
        if account.startswith("page-"):
            return dict(self.pages())[account]
        return (self.folder / "accounts" / account).read_text().strip()

    def pages(self):
        return [line.split(":") for line in (self.folder / "pages").read_text().splitlines()]

    def client(self, account, **options):
        return Client(self, account, **options)


class Client:
    """One MQTT 5 connection; nothing is connected again by itself."""

    def __init__(self, broker, account, password=None, client_id=None, transport="tcp",
                 anonymous=False):
        self.broker, self.messages = broker, queue.Queue()
        self.connected, self.ended = queue.Queue(), queue.Queue()
        self.acks = queue.Queue()
        self.mqtt = mqtt.Client(client_id=client_id or account, protocol=mqtt.MQTTv5,
                                transport=transport)
        if not anonymous:
            self.mqtt.username_pw_set(account, password or broker.password(account))
        self.mqtt.on_connect = lambda _c, _d, _f, reason, _p: self.connected.put(reason.value)
        self.mqtt.on_disconnect = lambda _c, _d, reason, *_: self.ended.put(reason)
        self.mqtt.on_message = lambda _c, _d, m: self.messages.put((m.topic, m.payload, m.retain))
        self.mqtt.on_publish = lambda _c, _d, mid: self.acks.put(mid)
        self.mqtt.reconnect_delay_set(60, 60)
        self.port = broker.websocket if transport == "websockets" else broker.port

    def open(self):
        """The CONNACK's reason: 0 = welcome."""
        self.mqtt.connect(HOST, self.port, 30, clean_start=True)
        self.mqtt.loop_start()
        return self.connected.get(timeout=10)

    def hear(self, *filters):
        for name in filters:
            self.mqtt.subscribe(name, 1)
        time.sleep(0.15)
        return self

    def say(self, topic, text, retain=False, qos=1, expires_s=None):
        properties = Properties(PacketTypes.PUBLISH)
        if expires_s:
            properties.MessageExpiryInterval = expires_s
        info = self.mqtt.publish(topic, text, qos, retain, properties=properties)
        info.wait_for_publish(5)
        return info

    def heard(self, seconds=0.3):
        """Everything that comes within so many seconds: [(topic, text, retained)]."""
        found, end = [], time.monotonic() + seconds
        while True:
            try:
                topic, payload, retain = self.messages.get(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                return found
            found.append((topic, payload.decode(errors="replace"), bool(retain)))

    def next(self, seconds=5):
        topic, payload, retain = self.messages.get(timeout=seconds)
        return topic, payload.decode(), bool(retain)

    def close(self):
        self.mqtt.disconnect()
        self.mqtt.loop_stop()
