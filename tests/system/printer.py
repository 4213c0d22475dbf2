# SPDX-License-Identifier: Apache-2.0
"""A ticket printer on TCP, as cheap ones are: reads ESC/POS, answers DLE EOT, runs out of paper.

What comes out is in `slips`: each {"text", "qr", "bars"}, decoded as the paper would show it.
"""
import socket
import threading

HOST = "127.0.0.1"


def length_at(b, i):
    """How many bytes the command at i has; 0 = it is text; None = more must come."""
    two = bytes(b[i:i + 2])
    fixed = {b"\x1b@": 2, b"\x1ba": 3, b"\x1bE": 3, b"\x1c&": 2, b"\x1c!": 3, b"\x1d!": 3,
             b"\x1dh": 3, b"\x1dw": 3, b"\x1dH": 3, b"\x1dV": 4, b"\x10\x04": 3}
    if b[i] not in (0x10, 0x1B, 0x1C, 0x1D):
        return 0
    if len(two) < 2:
        return None
    if two in fixed:
        return fixed[two]
    if two == b"\x1d(":
        return 5 + b[i + 3] + 256 * b[i + 4] if len(b) > i + 4 else None
    if two == b"\x1dk":
        return 4 + b[i + 3] if len(b) > i + 3 else None
    raise AssertionError(f"unknown command {two.hex()}")


class Printer:
    def __init__(self, port, paper=True):
        self.port, self.paper, self.cover, self.low = port, paper, False, False
        self.slips, self.asked, self.error = [], 0, None
        self.paper_left = None  # lines until it runs out, None = a full roll
        self.connection = None
        self.listener = None
        self.plug_in()

    @property
    def url(self):
        return f"tcp:{HOST}:{self.port}"

    def plug_in(self):
        self.listener = socket.create_server((HOST, self.port))
        threading.Thread(target=self.serve, args=(self.listener,), daemon=True).start()

    def unplug(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        if self.connection:
            self.connection.shutdown(socket.SHUT_RDWR)

    def serve(self, listener):
        while True:
            try:
                self.connection, _ = listener.accept()
            except OSError:
                return
            with self.connection:
                try:
                    self.talk(self.connection)
                except OSError:
                    pass
                except AssertionError as error:
                    self.error = error
                    return

    def status(self, n):
        bits = 0x12
        if n == 1 and (not self.paper or self.cover):
            bits |= 0x08
        if n == 2:
            bits |= (0x04 if self.cover else 0) | (0 if self.paper else 0x20)
        if n == 4:
            bits |= (0x0C if self.low or not self.paper else 0) | (0 if self.paper else 0x60)
        return bytes([bits])

    def talk(self, connection):
        buffer, text, slip = bytearray(), bytearray(), {"qr": None, "bars": None}
        while True:
            some = connection.recv(4096)
            if not some:
                return
            buffer += some
            i = 0
            while i < len(buffer):
                length = length_at(buffer, i)
                if length is None or len(buffer) < i + length:
                    break
                command = bytes(buffer[i:i + length])
                if length == 0:
                    self.ink(buffer[i], text)
                    i += 1
                    continue
                i += length
                if command[:2] == b"\x10\x04":
                    self.asked += 1
                    connection.sendall(self.status(command[2]))
                elif command[:3] == b"\x1d(k" and command[6] == 0x50:
                    slip["qr"] = command[8:].decode()
                elif command[:2] == b"\x1dk":
                    slip["bars"] = command[6:].decode()
                elif command[:2] == b"\x1dV" and self.paper:
                    self.slips.append({**slip, "text": bytes(text).decode("gb18030")})
                    text, slip = bytearray(), {"qr": None, "bars": None}
                elif command[:2] == b"\x1b@":
                    text.clear()
            del buffer[:i]

    def ink(self, byte, text):
        text.append(byte)
        if byte == 0x0A and self.paper_left is not None:
            self.paper_left -= 1
            self.paper = self.paper_left > 0

    def refill(self):
        self.paper_left, self.paper = None, True

    def close(self):
        try:
            self.unplug()
        except OSError:
            pass
