# SPDX-License-Identifier: Apache-2.0
"""Loopback ports for tests: never the same twice in a process, and workers draw from lanes of their
own, below the range that outgoing connections take theirs from.
"""
import os
import random
import socket

HOST = "127.0.0.1"
FIRST, LAST, LANES = 15000, 32000, 8
WIDTH = (LAST - FIRST) // LANES
LANE = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % LANES
drawn = random.sample(range(FIRST + LANE * WIDTH, FIRST + (LANE + 1) * WIDTH), WIDTH)


def free_port():
    """A port that nobody listens on."""
    while True:
        port = drawn.pop()
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
