# SPDX-License-Identifier: Apache-2.0
"""FF68 devices on a virtual RS-485 line: call pads and rating keypads behind one pty.

    line = Ff68Line(folder / "line-1")      # its port is line.url
    pad, keypad = line.pad(3), line.keypad(13)
    pad.press(NEXT)
    wait_until(lambda: pad.number == "012")
"""
import os
import threading
import time
import tty

ASK_RATING, NEXT, RECALL, CONFIRM, PAUSE, TRANSFER = 0x0B, 0x0C, 0x0D, 0x0F, 0x12, 0x13
SHOW, BEEP, ACK, RATING, KEY = 0x02, 0x03, 0x01, 0x11, 0x01


def frame(addr, func, data=b""):
    """The bytes of one frame, by the makers' sheet."""
    body = bytes([addr, func, *data])
    length = len(body)
    return bytes([0xFF, 0x68, length, length, 0x68]) + body + bytes([sum(body) % 256, 0x16])


def frames(buffer):
    """Takes whole frames out of a bytearray: [(addr, func, data)]. Anything else is an error."""
    found = []
    while len(buffer) >= 3:
        assert buffer[0] == 0xFF and buffer[1] == 0x68, f"no frame: {bytes(buffer).hex()}"
        whole = buffer[2] + 7
        if len(buffer) < whole:
            break
        one = bytes(buffer[:whole])
        assert one == frame(one[5], one[6], one[7:-2]), f"no frame: {one.hex()}"
        found.append((one[5], one[6], one[7:-2]))
        del buffer[:whole]
    return found


class Device:
    """One box on the line: what it shows, and what it heard."""

    def __init__(self, line, addr):
        self.line, self.addr = line, addr
        self.heard = []  # (func, data)
        self.shown, self.beeps, self.starts, self.acks = None, 0, 0, 0

    def take(self, func, data):
        self.heard.append((func, data))
        if func == SHOW:
            self.shown = data
        elif func == BEEP:
            self.beeps += 1
        elif func == ACK and data == b"\x0b":
            self.starts += 1
        elif func == ACK:
            self.acks += 1

    @staticmethod
    def digits(data):
        return "".join(" " if digit == 0x0A else str(digit) for digit in data)

    @property
    def number(self):
        """The three digits of the ticket, "   " when dark."""
        return self.digits(self.shown[3:]) if self.shown else None

    @property
    def waiting(self):
        return self.digits(self.shown[:3]) if self.shown else None

    def press(self, *keys):
        """One frame, as one press makes it."""
        self.line.send(frame(self.addr, KEY, bytes(keys)))

    def type(self, digits, end=CONFIRM):
        """Digits one after the other at a person's pace, then the key that ends them."""
        for digit in digits:
            self.press(int(digit))
            time.sleep(0.35)
        self.press(end)

    def rate(self, key):
        self.line.send(frame(self.addr, RATING, bytes([key])))


class Ff68Line:
    def __init__(self, path):
        self.path = str(path)
        self.devices, self.buffer = {}, bytearray()
        self.master, self.slave = os.openpty()  # the slave stays open: the line outlives programs
        tty.setraw(self.slave)
        os.symlink(os.ttyname(self.slave), self.path)
        self.url = f"pty:{self.path}"
        self.error = None
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while True:
            try:
                some = os.read(self.master, 4096)
            except OSError:
                return
            self.buffer += some
            try:
                for addr, func, data in frames(self.buffer):
                    self.pad(addr).take(func, data)
            except AssertionError as error:
                self.error = error
                return

    def send(self, data):
        os.write(self.master, data)

    def pad(self, addr):
        return self.devices.setdefault(addr, Device(self, addr))

    keypad = pad

    def close(self):
        os.close(self.slave)
        os.close(self.master)
