"""Faults that this peer makes on purpose, by name, so that others can be tested."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import mtp_content
from mtp_group import Event
from mtp_wire import b64u, event_id

# What it does with pages of a log, or of submissions, that have at least one event.
OF_EVENTS = {
    "gap": "leaves out the first event",
    "reversed": "gives the events in the wrong order",
    "wrong_id": "the last event has another id",
    "wrong_content": "the last event has other content than its id says",
    "conflict": "the event before, which is held, comes again with another id",
    "no_proof": "the last event has no proof",
    "wrong_proof": "the last event's proof has a wrong octet",
    "unknown_key": "the last event's proof names a key that nobody has",
    "time_backwards": "the last event was taken in 1970",
    "time_ahead": "the last event is an hour in the future",
    "oversize": "the last event has one octet too many",
    "no_field": "the last event has no origin_at",
}
# What it does with requests.
OF_REQUESTS = {
    "status_500": "answers internal",
    "status_503": "answers unavailable, with Retry-After: 1",
    "slow": "answers some seconds later",
    "garbage": "answers 200 with what is no JSON",
    "not_an_object": "answers 200 with an array",
    "endless": "answers with 5 MiB",
    "redirect": "redirects to itself",
    "hang_up": "closes the connection without an answer",
    "cut": "closes the connection in the middle of the answer",
}


@dataclass
class Order:
    """One fault that is on: for which path (by its beginning), how often still (None: until told otherwise)."""

    path: str
    times: int | None
    seconds: float


class Misbehaviour:
    """Which faults are on. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: dict[str, Order] = {}

    def order(self, fault: str, path: str = "/", times: int | None = None, seconds: float = 3) -> None:
        if fault not in OF_EVENTS and fault not in OF_REQUESTS:
            raise ValueError(f"no fault {fault}; there are {', '.join([*OF_EVENTS, *OF_REQUESTS])}")
        with self._lock:
            self._orders[fault] = Order(path, times, seconds)

    def behave(self) -> None:
        with self._lock:
            self._orders.clear()

    def of_request(self, path: str) -> tuple[str, float] | None:
        """A fault that is due for this request, with its seconds."""
        with self._lock:
            due = next(
                (name for name in self._orders if name in OF_REQUESTS and self._is_due(name, path)), None
            )
            return None if due is None else (due, self._use(due).seconds)

    def of_events(self, path: str, group: str, events: list[Event], held: Event | None) -> list[Event]:
        """The events of an answer, spoilt where that is due; `held` is the one before them, which the caller has."""
        with self._lock:
            due = [name for name in self._orders if name in OF_EVENTS and self._is_due(name, path)]
            for name in due if events else []:
                if name != "conflict" or held is not None:
                    self._use(name)
                    events = spoil(name, group, events, held)
            return events

    def _is_due(self, name: str, path: str) -> bool:
        order = self._orders[name]
        return path.startswith(order.path) and order.times != 0

    def _use(self, name: str) -> Order:
        order = self._orders[name]
        if order.times is not None:
            order.times -= 1
        return order


def spoil(fault: str, group: str, events: list[Event], held: Event | None) -> list[Event]:
    """A copy of the events with one fault of OF_EVENTS."""
    *before, last = [dict(event) for event in events]
    if fault == "gap":
        return events[1:]
    if fault == "reversed":
        return events[::-1]
    if fault == "conflict" and held is not None:
        content = mtp_content.encode([mtp_content.new_salt(), "application/octet-stream", b"another"])
        return [_with_content(held, group, content), *events]
    if fault == "oversize":
        empty = mtp_content.encode([mtp_content.new_salt(), "application/octet-stream", b"x" * 262_072])
        padding = 262_145 - len(empty)
        content = mtp_content.encode(
            [mtp_content.new_salt(), "application/octet-stream", b"x" * (262_072 + padding)]
        )
        return [*before, _with_content(last, group, content)]
    changes = {
        "wrong_id": lambda: last.update(id=last["id"][:-1] + ("0" if last["id"][-1] != "0" else "1")),
        "wrong_content": lambda: last.update(content=last["content"][:-8] + "AAAAAAAA"),
        "no_proof": lambda: last.pop("proof", None),
        "wrong_proof": lambda: last.update(proof=last.get("proof", "A" * 107)[:-6] + "AAAAAA"),
        "unknown_key": lambda: last.update(proof="AAAAAAAA" + last.get("proof", "A" * 107)[8:]),
        "time_backwards": lambda: last.update(at=1),
        "time_ahead": lambda: last.update(at=last.get("at", 0) + 3_600_000),
        "no_field": lambda: last.pop("origin_at"),
    }
    if fault in changes:
        changes[fault]()
    return [*before, last]


def _with_content(event: Event, group: str, content: bytes) -> Event:
    """The event with opaque content of the right id."""
    made = event_id("opaque", event.get("sender", ""), group, content)
    return {**event, "kind": "opaque", "id": made, "content": b64u(content)}
