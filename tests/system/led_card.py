# SPDX-License-Identifier: Apache-2.0
"""A virtual Onbon BX-5K font card: takes bytes on a TCP port or a pty, keeps what each dynamic area
shows, and answers. Written from the maker's papers, not from the driver it tests.

    with Card() as card:          # card.url is the port of a board
        wait_until(lambda: card.rows() == ["A012", "请到3号窗口"])
"""
import os
import pty
import re
import select
import socket
import threading
import time
import tty

ACK, NACK = 0x00, 0x01


def crc16(data):
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def escape(data):
    table = {0xA5: b"\xa6\x02", 0xA6: b"\xa6\x01", 0x5A: b"\x5b\x02", 0x5B: b"\x5b\x01"}
    return b"".join(table.get(byte, bytes([byte])) for byte in data)


def unescape(data):
    table = {b"\xa6\x02": b"\xa5", b"\xa6\x01": b"\xa6", b"\x5b\x02": b"\x5a", b"\x5b\x01": b"\x5b"}
    return re.sub(rb"[\xa6\x5b][\x01\x02]", lambda pair: table[pair.group()], data, flags=re.S)


def reply(command, error=0):
    data = bytes([0xA0, command, error, 0, 0])
    header = bytes.fromhex("0080feff000000000000fe02") + len(data).to_bytes(2, "little")
    body = header + data
    return b"\xa5" * 9 + escape(body + crc16(body).to_bytes(2, "little")) + b"\x5a"


class Card:
    """error: answered to every area; mute: answers nothing; delay_s: before each answer; noise:
    answers with bytes that mean nothing."""

    def __init__(self, kind="tcp", link=None):
        self.kind, self.link = kind, link
        self.areas, self.shown, self.frames, self.bad = {}, [], [], []
        self.error, self.mute, self.delay_s, self.noise = 0, False, 0, False
        self.refuse_next = []
        self.stopping = threading.Event()
        self.port = 0
        self.plug()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.unplug()

    # --- the line --------------------------------------------------------------------------------

    def plug(self):
        """Power: the card's RAM is empty."""
        self.areas = {}
        self.stopping.clear()
        self.connection = None
        if self.kind == "tcp":
            self.server = socket.create_server(("127.0.0.1", self.port))
            self.server.settimeout(0.05)
            self.port = self.server.getsockname()[1]
            self.url = f"tcp:127.0.0.1:{self.port}"
        else:
            self.master, slave = pty.openpty()
            tty.setraw(slave)
            if os.path.lexists(self.link):
                os.unlink(self.link)
            os.symlink(os.ttyname(slave), self.link)
            os.close(slave)
            self.url = f"pty:{self.link}"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def unplug(self):
        self.stopping.set()
        self.thread.join()
        if self.kind == "tcp":
            self.server.close()
        else:
            os.close(self.master)

    def restart_silently(self):
        """A serial card that lost power for a moment: nobody notices by the line."""
        self.areas, self.mute = {}, True

    def _serve(self):
        if self.kind == "pty":
            self._talk(self.master, lambda: os.read(self.master, 4096),
                       lambda data: os.write(self.master, data))
            return
        while not self.stopping.is_set():
            try:
                connection, _ = self.server.accept()
            except OSError:
                continue
            with connection:
                self._talk(connection, lambda c=connection: c.recv(4096), connection.sendall)

    def _talk(self, line, read, write):
        kept = b""
        while not self.stopping.is_set():
            if not select.select([line], [], [], 0.02)[0]:
                continue
            try:
                got = read()
            except OSError:  # nobody has the pty's other end open
                time.sleep(0.02)
                continue
            if not got:
                return
            kept += got
            while b"\x5a" in kept:
                frame, kept = kept.split(b"\x5a", 1)
                answer = self._frame(frame)
                if answer and not self.mute:
                    time.sleep(self.delay_s)
                    write(os.urandom(3000) if self.noise else answer)

    # --- what it means ---------------------------------------------------------------------------

    def _frame(self, frame):
        body = unescape(frame.lstrip(b"\xa5"))
        if len(body) < 14 + 5 + 2 or crc16(body[:-2]) != int.from_bytes(body[-2:], "little"):
            self.bad.append(frame)
            return reply(NACK, 5)
        data = body[14:-2]
        if int.from_bytes(body[12:14], "little") != len(data):
            self.bad.append(frame)
            return reply(NACK, 2)
        self.frames.append(data)
        if self.mute:
            return None
        if data[:2] == b"\xa3\x06":
            return self._area(data[5:])
        return reply(ACK) if data[:2] in (b"\xa2\x00", b"\xa1\x02") else reply(NACK, 2)

    def _area(self, data):
        error = self.refuse_next.pop(0) if self.refuse_next else self.error
        if error:
            return reply(NACK, error)
        assert data[:2] == b"\x00\x01", data
        length, area = int.from_bytes(data[2:4], "little"), data[4:]
        assert length == len(area) and area[0] == 0, (length, area)
        x, y, width, height = (int.from_bytes(area[at:at + 2], "little") for at in (1, 3, 5, 7))
        text_length = int.from_bytes(area[23:27], "little")
        text = area[27:]
        assert text_length == len(text)
        self.areas[area[9]] = {"x": x, "y": y, "width": width, "height": height, "raw": text,
                               "effect": area[19], "text": text.decode("gbk")}
        self.shown.append((time.monotonic(), self.rows()))
        return reply(ACK)

    def rows(self):
        """What people read, from the top, without the codes of the card."""
        return [re.sub(r"\\[A-Z]+[0-9]*", "", area["text"]).strip()
                for _, area in sorted(self.areas.items())]
