# SPDX-License-Identifier: Apache-2.0
"""A start that cannot be ends at once, and its log says which file is at fault and what to do."""
import pytest

from house import wait_until, without_waiting


def garbage(house):
    (house.data / "hall.db").write_bytes(b"garbage" * 1000)


def lost(house):
    (house.data / "hall.db").unlink()


def short_key(house):
    for path in (house.data / "keys").iterdir():
        path.write_bytes(b"short")


@pytest.mark.parametrize("damage, says", [
    (garbage, ("hall.db", "not a database", "restore a backup")),
    (lost, ("hall.db is missing", "restore a backup")),
    (short_key, ("keys/", "is damaged", "take it away")),
])
def test_it_says_why(make_house, damage, says):
    house = make_house(change=without_waiting).start()
    house.kiosk().ok("POST", "tickets", {"service": "A"})
    assert house.stop() == 0
    damage(house)
    before = len(house.log())
    house.launch()
    wait_until(lambda: house.daemon.poll() is not None, 10, "the end")
    log = house.log()[before:]
    assert house.daemon.returncode == 70, log
    assert [text for text in says if text not in log] == [], log
    for words in ("multibyte", "Bad message"):  # what the C library calls damage
        assert words not in log, log
