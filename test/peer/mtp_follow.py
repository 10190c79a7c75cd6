"""A group of another gateway's that this one follows: what it has read, and what it has submitted."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from typing import Any

import mtp_content
from mtp_group import Event, State
from mtp_values import Row, Values
from mtp_wire import EVENT_ID, KIND_OCTETS, event_id, unb64u

MAX_CONTENT = 262_144
AHEAD_MILLISECONDS = 300_000


class Fault(Exception):
    """What an owner did for which a guest stops (M52)."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


class Waits(Exception):
    """The proof of an event can't be checked now: the group waits (M40)."""


class FollowedGroup:
    """The copy of a log that stands elsewhere. Callers hold the gateway's lock."""

    def __init__(self, uri: str, owner: str, cursor: str | None, seq: int, rev: int) -> None:
        self.uri, self.owner, self.rev = uri, owner, rev
        self.cursor, self.seq = cursor, seq
        self.log: dict[int, Event] = {}
        self.dead: set[int] = set()
        self.state = State()
        self.owners_values: dict[str, Row] = {}
        self.transients: list[Row] = []
        self.state_cursor: str | None = None
        self.values = Values()
        self.word = "following"
        self.fault: str | None = None
        self.submissions: dict[int, Event] = {}
        self.submitted = 0
        self.verdicts: list[dict[str, Any]] = []

    def take(
        self, events: list[Event], cursor: str, head: int, more: bool, proven: Callable[[Event], bool]
    ) -> None:
        """Takes a page of the log and then its cursor (M61). `proven` is False for an event whose key is dead (M39),
        and raises Fault or Waits. After a Fault the group is stopped, and keeps what came before."""
        try:
            if self.cursor is None and events and isinstance(events[0].get("seq"), int):
                self.seq = max(self.seq, events[0]["seq"] - 1)  # from the first that is kept and visible
            elif self.cursor is None and not events:
                self.seq = head
            for event in events:
                self._take_one(event, proven)
            if not more and head > self.seq:
                raise Fault("log_gap", f"the log ends at {head}, and {self.seq} was the last (M73)")
        except Fault as fault:
            self.word, self.fault = "stopped", fault.code
            return
        self.cursor = cursor

    def _take_one(self, event: Event, proven: Callable[[Event], bool]) -> None:
        check_form(event)
        held = self.log.get(event["seq"])
        if held is not None and held["id"] != event["id"]:
            raise Fault("log_conflict", f"another id at {event['seq']}")
        if held is not None:
            return
        if event["seq"] != self.seq + 1:
            raise Fault("log_gap", f"{event['seq']} after {self.seq}")
        if any(other["id"] == event["id"] for other in self.log.values()):
            raise Fault("log_conflict", f"{event['id']} stands twice")
        content = b""
        if "erased" not in event:
            content = unb64u(event["content"])
            check_id(event, self.uri, content)
        before = self.log.get(self.seq)
        if before is not None and event["at"] < before["at"]:
            raise Fault("log_time", "less than the one before")
        if event["at"] > time.time() * 1000 + AHEAD_MILLISECONDS:
            raise Fault("log_time", "in the future")
        if not proven(event):
            self.dead.add(event["seq"])
        self.log[event["seq"]] = event
        self.seq = event["seq"]
        self.submissions = {at: made for at, made in self.submissions.items() if made["id"] != event["id"]}
        if content and event["seq"] not in self.dead:
            self._apply(event, content)

    def _apply(self, event: Event, content: bytes) -> None:
        try:
            self.state.apply(event, mtp_content.decode(content))
        except (mtp_content.ContentInvalid, AttributeError, TypeError, IndexError):
            return  # kept without effect (M44)

    def take_snapshot(self, snapshot: Row, members: list[Row], is_own: Callable[[Event], bool]) -> None:
        """The state as it stands at the snapshot's seq; members by the higher version (M85). Of another revision
        nothing that is held is of this log, which is read without a cursor, and what own users have said is
        submitted again (M66)."""
        if snapshot["rev"] == self.rev:
            self.cursor, self.seq = snapshot["cursor"], snapshot["seq"]
        else:
            held, self.log, waiting, self.submissions = self.log, {}, self.submissions, {}
            for event in [*filter(is_own, held.values()), *waiting.values()]:
                self.submit(_as_submitted(event))
            self.rev, self.cursor, self.seq = snapshot["rev"], None, 0
        self.state = State()
        self.merge_state(snapshot, members)
        self.word, self.fault = "following", None

    def merge_state(self, snapshot: Row, members: list[Row]) -> None:
        """Adds what a snapshot says to what has been read, and leaves the place of reading."""
        for row in snapshot["properties"]:
            key = (row["name"], row["item"])
            if self.state.properties.get(key, {"version": -1})["version"] < row["version"]:
                self.state.properties[key] = row
        for row in members:
            if self.state.members.get(row["user"], {"version": -1})["version"] < row["version"]:
                self.state.members[row["user"]] = row

    def submit(self, event: Event) -> None:
        self.submitted += 1
        self.submissions[self.submitted] = event

    def waiting(self, after: str | None, limit: int) -> tuple[list[Event], str, bool]:
        """Submissions behind a cursor (all where it is not known, M92), the new cursor, and whether there are more."""
        read = re.fullmatch(rf"u\.{self._mark()}\.(\d+)", after or "")
        behind = int(read[1]) if read is not None else 0
        found = [(at, event) for at, event in self.submissions.items() if at > behind]
        given = found[:limit]
        last = given[-1][0] if given else behind
        return [event for _, event in given], f"u.{self._mark()}.{last}", len(found) > len(given)

    def take_verdict(self, verdict: Row) -> None:
        """A verdict on what is not there any more counts as done (M91)."""
        had = [at for at, event in self.submissions.items() if event["id"] == verdict["id"]]
        for at in had:
            del self.submissions[at]
        if verdict not in self.verdicts:
            self.verdicts.append(verdict)

    def report(self) -> Row:
        """What there is to say of the group, for whoever drives this peer."""
        place = {"rev": self.rev, "head": self.seq, "state": self.word, "fault": self.fault}
        values = {"values": list(self.owners_values.values()), "transients": self.transients}
        waiting = {"waiting": list(self.submissions.values()), "verdicts": self.verdicts}
        return {**place, "dead": sorted(self.dead), **self.state.report(), **values, **waiting}

    def _mark(self) -> str:
        return hashlib.sha256(self.uri.encode()).hexdigest()[:12]


def _as_submitted(event: Event) -> Event:
    """An event of a log, as it was submitted."""
    given = ("seq", "at", "root", "via")
    before = event.get("via", [])[:-2] if "seq" in event else event.get("via", [])
    return {name: event[name] for name in event if name not in given} | ({"via": before} if before else {})


def check_form(event: Event) -> None:
    """log_form: a field is missing, of a wrong type, or too large (M52)."""
    numbers = all(type(event.get(name)) is int for name in ("seq", "at", "origin_at"))
    texts = all(isinstance(event.get(name), str) for name in ("id", "kind"))
    who = isinstance(event.get("sender"), str) != isinstance(event.get("provider"), str)
    body = isinstance(event.get("content"), str) != (type(event.get("erased")) is int)
    if not (numbers and texts and who and body and EVENT_ID.match(event["id"])):
        raise Fault("log_form", "a field is missing or of a wrong type")
    try:
        if len(unb64u(event.get("content", ""))) > MAX_CONTENT:
            raise Fault("log_form", "too large")
    except ValueError as error:
        raise Fault("log_form", str(error)) from error


def check_id(event: Event, group: str, content: bytes) -> None:
    """log_id: the id is not that of the event. Of an unknown kind the first octet is believed (M50)."""
    known = event["kind"] in KIND_OCTETS
    try:
        made = event_id(event["kind"] if known else "opaque", event.get("sender", ""), group, content)
    except ValueError as error:
        raise Fault("log_id", str(error)) from error
    if made[2:] != event["id"][2:] or (known and made != event["id"]):
        raise Fault("log_id", event["id"])
