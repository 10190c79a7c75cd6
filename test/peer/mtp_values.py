"""Latest values of one group: profiles, markers, transients (docs/mtp.md: Latest values)."""

from __future__ import annotations

import re
import time
from typing import Any

Row = dict[str, Any]
TRANSIENT_SECONDS = 10


class Values:
    """Rows of which only the newest counts, numbered by their last change, and transients for whoever asks in time."""

    def __init__(self) -> None:
        self.change = 0
        self.profiles: dict[str, tuple[int, Row]] = {}
        self.markers: dict[tuple[str, str], tuple[int, Row]] = {}
        self._transients: list[tuple[int, float, Row]] = []
        self._given: dict[str, int] = {}

    def put_profile(self, row: Row) -> None:
        """Keeps a profile whose `rev` is greater than the one known (M80)."""
        known = self.profiles.get(row["user"])
        if known is None or row["rev"] > known[1]["rev"]:
            self.change += 1
            self.profiles[row["user"]] = (self.change, row)

    def put_marker(self, row: Row, seqs: dict[str, int]) -> None:
        """Keeps a marker that does not stand before the one known (M80); `seqs` are the places of ids in the log."""
        key = (row["user"], row["kind"])
        known = self.markers.get(key)
        if known is None or seqs.get(row["id"], 0) > seqs.get(known[1]["id"], 0):
            self.change += 1
            self.markers[key] = (self.change, row)

    def put_transient(self, row: Row) -> None:
        self.change += 1
        self._transients.append((self.change, time.monotonic(), row))

    def report(self) -> list[Row]:
        """All profiles and markers."""
        return [row for _, row in [*self.profiles.values(), *self.markers.values()]]

    def since(self, state: str | None, caller: str, features: list[str]) -> Row:
        """What an answer has for a caller who has seen `state`; {} where nothing is new. Transients are given once."""
        seen = int(state[1:]) if state is not None and re.fullmatch(r"s\d{1,15}", state) else 0
        now = time.monotonic()
        given, self._given[caller] = self._given.get(caller, 0), self.change
        fresh = [
            row for change, at, row in self._transients if change > given and now - at < TRANSIENT_SECONDS
        ]
        rows = {
            "profiles": [row for change, row in self.profiles.values() if change > seen],
            "markers": [row for change, row in self.markers.values() if change > seen]
            if "markers" in features
            else [],
            "transients": fresh if "typing" in features else [],
        }
        found = {name: listed for name, listed in rows.items() if listed}
        return {"state": f"s{self.change}", **found} if found else {}
