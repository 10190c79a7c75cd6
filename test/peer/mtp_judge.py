"""What an owner says to a submission (docs/mtp.md: Verdicts), by the first line of the table that applies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mtp_content
from mtp_group import Event, OwnedGroup
from mtp_roles import (
    DEFAULT_ROLES,
    DELETE_OTHERS,
    ORDINARY,
    SPEAK_MODERATED,
    SPEAK_READ_ONLY,
    is_deletion,
    needed,
)
from mtp_wire import EVENT_ID, KIND_OCTETS, event_id, proof_provider, unb64u

MAX_CONTENT = 262_144
MOST_VIA_BEFORE = 6

Verdict = dict[str, Any]


def has_submission_form(event: object) -> bool:
    """Whether an object has the fields that a submission must have, of the right types."""
    if not isinstance(event, dict):
        return False
    texts = all(isinstance(event.get(name), str) for name in ("id", "kind", "content"))
    who = isinstance(event.get("sender"), str) != isinstance(event.get("provider"), str)
    number = isinstance(event.get("origin_at"), int) and not isinstance(event.get("origin_at"), bool)
    return texts and who and number and EVENT_ID.match(event["id"]) is not None


class Judge:
    """Judges submissions of one peer to one group of ours. Callers hold the gateway's lock."""

    def __init__(
        self, group: OwnedGroup, peer: str, counts: Callable[[str], bool], proven: Callable[[Event], bool]
    ):
        """`counts`: is this domain a host of the peer's? `proven`: has the event a right proof by a living key?"""
        self._group, self._peer, self._counts, self._proven = group, peer, counts, proven

    def judge(self, event: Event) -> Verdict:
        """Gives the verdict, and the event its place where it is accepted."""
        code, seq = self._decide(event)
        return (
            {"id": event["id"], "code": code}
            | ({} if seq is None else {"seq": seq})
            | self._detail(code, event)
        )

    def _decide(self, event: Event) -> tuple[str, int | None]:
        standing = self._group.seqs.get(event["id"])
        if standing is not None and self._is_same(self._group.events[standing - 1], event):
            return "accepted", standing
        refused = self._refuse_form(event)
        if refused is not None:
            return refused, None
        try:
            content = mtp_content.check(
                event["kind"], event.get("sender"), self._group.uri, unb64u(event["content"])
            )
        except (mtp_content.ContentInvalid, ValueError):
            return "content_invalid", None
        if len(unb64u(event["content"])) > MAX_CONTENT:
            return "content_invalid", None
        before = event.get("via", [])
        if {self._group.base, self._peer} & set(before) or len(before) > MOST_VIA_BEFORE:
            return "loop", None
        refused = self._refuse_rights(event, content)
        if refused is not None:
            return refused, None
        if event["kind"] == "property" and self._stands(content):
            return "accepted", None
        if "sender" in event and not (event["kind"] == "member" and content[1] == event["sender"]):
            self._group.ensure_member(event["sender"])
        via = [*before, self._peer, self._group.base]
        return "accepted", self._group.append({**event, "via": via})

    def _is_same(self, standing: Event, event: Event) -> bool:
        return all(
            standing.get(name) == event.get(name) for name in ("kind", "sender", "provider", "content")
        )

    def _refuse_form(self, event: Event) -> str | None:
        if self._group.state_word == "closed":
            return "group_closed"
        if event["kind"] not in KIND_OCTETS:
            return "content_invalid"
        try:
            made = event_id(event["kind"], event.get("sender", ""), self._group.uri, unb64u(event["content"]))
        except ValueError:
            return "content_invalid"
        if made != event["id"]:
            return "id_mismatch"
        if event["id"] in self._group.seqs:
            return "id_conflict"
        try:
            known = self._counts(proof_provider(event)) and self._proven(event)
        except ValueError:
            known = False
        return None if known else "sender_foreign"

    def _refuse_rights(self, event: Event, content: list[Any]) -> str | None:
        sender, group = event.get("sender"), self._group
        if sender is None:
            return None if self._is_of_gateway(event, content) else "no_right"
        is_new = not group.state.is_in(sender)
        if is_new and not self._joins(sender, event, content):
            return "not_member"

        def may(capability: int) -> bool:
            return capability in DEFAULT_ROLES[ORDINARY] if is_new else group.may(sender, capability)

        if event["kind"] == "message":
            if group.state.holds("isReadOnly") and not group.may(sender, SPEAK_READ_ONLY):
                return "read_only"
            if group.state.holds("isModerated") and not group.may(sender, SPEAK_MODERATED):
                return "moderated"
            return self._refuse_message(sender, content, may)
        if not all(may(capability) for capability in needed(event["kind"], sender, content)):
            return "no_right"
        version = (
            group.state.properties.get(tuple(content[1:3]), {}).get("version", 0)
            if event["kind"] == "property"
            else 0
        )
        return "property_conflict" if event.get("expect", version) != version else None

    def _joins(self, sender: str, event: Event, content: list[Any]) -> bool:
        state = self._group.state.members.get(sender, {}).get("state")
        if event["kind"] == "member" and content[1] == sender and content[2] in ("accept", "decline"):
            return state == "invited"
        return state is None and self._group.policy["join"] == "asserted"

    def _is_of_gateway(self, event: Event, content: list[Any]) -> bool:
        """Without a sender a gateway lets its users and providers come and go, and changes what role 2 may."""
        if event["kind"] == "member":
            own = {"join", "leave", "accept", "decline"}
            return content[2] in own and self._counts(content[1].split("/")[2])
        return event["kind"] == "property" and content[1] not in ("isModerated", "isReadOnly")

    def _refuse_message(self, sender: str, content: list[Any], may: Callable[[int], bool]) -> str | None:
        capabilities = needed("message", sender, content)
        if content[1] is not None:
            place = self._group.seqs.get(content[1].hex())
            own = place is not None and self._group.events[place - 1].get("sender") == sender
            if not own and not (place is not None and is_deletion(content) and may(DELETE_OTHERS)):
                return "not_author"
            capabilities = capabilities if own else {DELETE_OTHERS}
        return None if all(may(capability) for capability in capabilities) else "no_right"

    def _stands(self, content: list[Any]) -> bool:
        known = self._group.state.properties.get((content[1], content[2]), {})
        return bool(known.get("value", "") == content[3])

    def _detail(self, code: str, event: Event) -> Verdict:
        if code != "property_conflict":
            return {}
        content = mtp_content.decode(unb64u(event["content"]))
        return {
            "detail": str(self._group.state.properties.get((content[1], content[2]), {}).get("version", 0))
        }
