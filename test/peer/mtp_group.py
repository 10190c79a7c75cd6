"""A group that this gateway owns: its log, what the log amounts to, and who reads it."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, field
from typing import Any

import mtp_content
from mtp_roles import BANNED, DEFAULT_ROLES, NOBODY, ORDINARY
from mtp_values import Values
from mtp_wire import b64u, event_id, split_uri, unb64u

Event = dict[str, Any]


class CursorRefused(Exception):
    """`code` is cursor_malformed, cursor_foreign or cursor_gone (M63, M64)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Guest:
    """A peer that may read the group: from which seq, for which of its providers, and until which if it has left."""

    visible_from: int
    providers: set[str] = field(default_factory=set)
    last_seq: int | None = None


@dataclass
class State:
    """What a log amounts to: members (user -> state, role, version) and properties ((name, item) -> value, version)."""

    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    properties: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def apply(self, event: Event, content: list[Any]) -> None:
        """Takes the effect of an event of the log; content that is not of its form has none (M44)."""
        if event["kind"] == "property" and len(content) == 4:
            row = {"name": content[1], "item": content[2], "value": content[3], "version": event["seq"]}
            self.properties[(content[1], content[2])] = row | (
                {"by": event["sender"]} if "sender" in event else {}
            )
        if event["kind"] == "member" and len(content) in (3, 4):
            particulars = content[3] if len(content) == 4 else {}
            self._apply_member(event["seq"], content[1], content[2], particulars.get("role"))

    def _apply_member(self, seq: int, who: str, change: str, role: int | None) -> None:
        known = self.members.get(who)
        if known is not None and known["version"] > seq:
            return
        state = {"join": "joined", "accept": "joined", "invite": "invited", "ban": "banned"}.get(change)
        if change == "role" and known is not None:
            state = known["state"]
        if state is None:
            self.members.pop(who, None)
            return
        index = (
            BANNED if state == "banned" else role if role is not None else (known or {}).get("role", ORDINARY)
        )
        self.members[who] = {"user": who, "state": state, "role": index, "version": seq}

    def report(self) -> dict[str, Any]:
        """Members, in the order of their URIs, and properties."""
        members = sorted(self.members.values(), key=lambda row: str(row["user"]))
        return {"members": members, "properties": list(self.properties.values())}

    def is_in(self, who: str) -> bool:
        return self.members.get(who, {}).get("state") == "joined"

    def role_of(self, who: str) -> int:
        return int(self.members.get(who, {}).get("role", NOBODY))

    def holds(self, name: str) -> bool:
        return self.properties.get((name, ""), {}).get("value") == "true"


class OwnedGroup:
    """The log of a group of ours. Callers hold the gateway's lock."""

    def __init__(self, uri: str, base: str, history: str = "none", join: str = "asserted") -> None:
        self.uri, self.base = uri, base
        self.policy = {"history": history, "join": join, "retention_days": 30}
        self.rev = 1
        self.state_word = "open"
        self.events: list[Event] = []
        self.state = State()
        self.values = Values()
        self.guests: dict[str, Guest] = {}

    @property
    def head(self) -> int:
        return len(self.events)

    @property
    def seqs(self) -> dict[str, int]:
        """Places of all ids of the log."""
        return {event["id"]: event["seq"] for event in self.events}

    def append(self, event: Event) -> int:
        """Gives an event its place (M48, M49), and returns it. `event` is of the form of submissions."""
        before = self.events[-1]["at"] if self.events else 0
        placed = {"seq": self.head + 1, **event, "at": max(before, int(time.time() * 1000))}
        placed.pop("expect", None)
        self.events.append(placed)
        self.state.apply(placed, mtp_content.decode(unb64u(placed["content"])))
        return int(placed["seq"])

    def append_own(self, kind: str, content: bytes, sender: str | None = None) -> Event:
        """Appends an event of a user of ours, or of this gateway's own where there is no sender."""
        who = {"sender": sender} if sender is not None else {"provider": self.base}
        made = event_id(kind, sender or "", self.uri, content)
        now = int(time.time() * 1000)
        seq = self.append({"id": made, "kind": kind, **who, "origin_at": now, "content": b64u(content)})
        return self.events[seq - 1]

    def ensure_member(self, who: str, role: int | None = None) -> None:
        """A user or provider is a member from now on, by an event of this gateway's if he isn't yet (M53 to M55)."""
        if not self.state.is_in(who):
            particulars = {} if role is None else {"role": role}
            self.append_own("member", mtp_content.member(who, "join", **particulars))

    def admit(self, peer: str, provider: str) -> Guest:
        """Makes a peer a guest for one of its providers (M54)."""
        guest = self.guests.get(peer)
        if guest is None or guest.last_seq is not None:
            guest = self.guests[peer] = Guest(1 if self.policy["history"] == "all" else self.head + 1)
        guest.providers.add(provider)
        self.ensure_member(f"mimi://{provider}", ORDINARY)
        return guest

    def dismiss(self, peer: str, provider: str) -> None:
        """A provider of the peer reads no more; with the last the peer may read up to its own leave (M107, M124)."""
        guest = self.guests.get(peer)
        if guest is None or provider not in guest.providers:
            return
        guest.providers.discard(provider)
        users = [
            who for who in self.state.members if split_uri(who)[0] == provider and split_uri(who)[1] == "u"
        ]
        for who in [*users, f"mimi://{provider}"]:
            self.append_own("member", mtp_content.member(who, "leave"))
        if not guest.providers:
            guest.last_seq = self.head

    def may(self, who: str, capability: int) -> bool:
        return capability in DEFAULT_ROLES.get(self.state.role_of(who), set())

    def cursor(self, seq: int) -> str:
        return f"l.{_mark(self.uri)}.{self.rev}.{seq}"

    def read_cursor(self, cursor: str | None, guest: Guest) -> int:
        """The seq that a cursor stands behind; CursorRefused (M63, M64)."""
        if cursor is None:
            return guest.visible_from - 1
        read = re.fullmatch(r"l\.([0-9a-f]{12})\.(\d{1,9})\.(\d{1,15})", cursor)
        if read is None:
            raise CursorRefused("cursor_malformed")
        if read[1] != _mark(self.uri):
            raise CursorRefused("cursor_foreign")
        seq = int(read[3])
        if int(read[2]) != self.rev or seq > self.head or seq < guest.visible_from - 1:
            raise CursorRefused("cursor_gone")
        return seq

    def visible_head(self, guest: Guest) -> int:
        head = self.head if guest.last_seq is None else guest.last_seq
        return head if head >= guest.visible_from else 0

    def report(self) -> dict[str, Any]:
        """What there is to say of the group, for whoever drives this peer."""
        guests = {
            base: {"visible_from": guest.visible_from, "last": guest.last_seq}
            for base, guest in self.guests.items()
        }
        named = {"rev": self.rev, "head": self.head, "state": self.state_word, "guests": guests}
        return {**named, **self.state.report(), "values": self.values.report()}

    def restore(self, kept: int) -> None:
        """As after a backup: only so many events are left, and the group has a new revision (M65)."""
        events, self.events, self.state = self.events[:kept], [], State()
        self.rev += 1
        for event in events:
            self.events.append(event)
            self.state.apply(event, mtp_content.decode(unb64u(event["content"])))


def _mark(uri: str) -> str:
    return hashlib.sha256(uri.encode()).hexdigest()[:12]
