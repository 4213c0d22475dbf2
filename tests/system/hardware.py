# SPDX-License-Identifier: Apache-2.0
"""jiaohao-hardware of a house: its section in jiaohao.yaml, started and ended by a test."""
import signal
import subprocess

import yaml
from house import HOST, Trouble, end, wait_until


class Hardware:
    def __init__(self, house, lines=None, printers=None):
        self.house, self.process = house, None
        self.log_file = house.folder / "hardware.log"
        tree = yaml.safe_load(house.config.read_text())
        tree["hardware"] = {
            "state": "hardware-state",
            "staff_address": HOST,
            "staff_port": house.ports["staff"],
            **({"lines": lines} if lines else {}),
            **({"printers": printers} if printers else {}),
        }
        house.config.write_text(yaml.safe_dump(tree))

    def start(self):
        before = self.log().count("driving")
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [self.house.program("jiaohao-hardware"), "-c", str(self.house.config)],
                stdout=log, stderr=log, env=self.house.env())
        wait_until(lambda: self.log().count("driving") > before or self.process.poll() is not None,
                   10, "jiaohao-hardware")
        if self.process.poll() is not None:
            raise Trouble(f"jiaohao-hardware ended: {self.log()}")
        return self

    def check(self):
        return subprocess.run(
            [self.house.program("jiaohao-hardware"), "-c", str(self.house.config), "--check"],
            text=True, capture_output=True, timeout=20)

    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def kill(self):
        end(self.process, signal.SIGKILL)

    def stop(self):
        return end(self.process, signal.SIGTERM)
