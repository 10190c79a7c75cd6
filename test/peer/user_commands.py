"""What users do in a group, as commands of peer.py."""

from __future__ import annotations

import time
from typing import Any

import mtp_content
from mtp_gateway import Gateway
from mtp_group import Event
from mtp_wire import split_uri, unb64u

Row = dict[str, Any]


class UserCommands:
    """Commands that make events and values, in groups of ours and in others."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def say(
        self, group: str, user: str, text: str, reply_to: str | None = None, replaces: str | None = None
    ) -> Row:
        """A user says something. Nothing keeps him from being somebody else's user: that is the fault forged_user."""
        body = mtp_content.text_part(text)
        return self._send(group, "message", mtp_content.message(user, group, body, replaces, reply_to), user)

    def say_all(self, group: str, user: str, texts: list[str]) -> Row:
        """Says several things at once, so that they come in one page."""
        with self._gateway.lock:
            return {"ids": [self.say(group, user, text)["id"] for text in texts]}

    def delete(self, group: str, user: str, target: str) -> Row:
        content = mtp_content.message(user, group, mtp_content.null_part(), replaces=target)
        return self._send(group, "message", content, user)

    def react(self, group: str, user: str, target: str, emoji: str) -> Row:
        body = mtp_content.text_part(emoji, mtp_content.REACTION)
        return self._send(group, "message", mtp_content.message(user, group, body, reply_to=target), user)

    def property(
        self, group: str, user: str, name: str, value: str, item: str = "", expect: int | None = None
    ) -> Row:
        more = {} if expect is None else {"expect": expect}
        return self._send(group, "property", mtp_content.property_value(name, item, value), user, **more)

    def member(
        self, group: str, who: str, change: str, user: str | None = None, **particulars: int | str
    ) -> Row:
        return self._send(group, "member", mtp_content.member(who, change, **particulars), user)

    def raw(self, group: str, kind: str, content: str, user: str | None = None, **more: Any) -> Row:
        """Any content, in base64url; `more` replaces fields of the submission."""
        return self._send(group, kind, unb64u(content), user, **more)

    def profile(self, group: str, user: str, name: str, rev: int = 1) -> Row:
        return self._value(group, "put_profile", {"user": user, "name": name, "rev": rev})

    def marker(self, group: str, user: str, id: str, kind: str = "read") -> Row:
        row = {"user": user, "kind": kind, "id": id, "at": int(time.time() * 1000)}
        return self._value(group, "put_marker", row, self._seqs(group))

    def typing(self, group: str, user: str, on: bool = True) -> Row:
        return self._value(group, "put_transient", {"user": user, "kind": "typing", "on": on})

    def _send(self, group: str, kind: str, content: bytes, user: str | None, **more: Any) -> Row:
        with self._gateway.lock:
            if group in self._gateway.owned:
                owned = self._gateway.owned[group]
                if user is not None and self._gateway.identity.speaks_for(split_uri(user)[0]):
                    owned.ensure_member(user)
                event = owned.append_own(kind, content, user)
            else:
                event = self._gateway.submission(group, kind, content, user, **more)
                self._gateway.followed[group].submit(event)
        self._gateway.changed()
        return {"id": event["id"]}

    def _value(self, group: str, put: str, *arguments: Any) -> Row:
        with self._gateway.lock:
            known = self._gateway.owned.get(group) or self._gateway.followed[group]
            getattr(known.values, put)(*arguments)
        self._gateway.changed()
        return {}

    def _seqs(self, group: str) -> dict[str, int]:
        return {event["id"]: event["seq"] for event in self._events(group)}

    def _events(self, group: str) -> list[Event]:
        if group in self._gateway.owned:
            return self._gateway.owned[group].events
        return [event for _, event in sorted(self._gateway.followed[group].log.items())]


def text_of(event: Event) -> str | None:
    """The text of a message; None for everything else, and for what can't be read."""
    try:
        return mtp_content.shown_text(mtp_content.decode(unb64u(event.get("content", ""))))
    except mtp_content.ContentInvalid:
        return None
