"""Contents of events in deterministic CBOR (docs/mtp.md: Events)."""

from __future__ import annotations

import secrets
from typing import Any

import cbor2

SENDER, GROUP = 1, 2
RENDER, REACTION = 1, 2
PROPERTY_NAMES = {"name", "topic", "avatar", "isModerated", "isReadOnly", "pins", "links"}
MEMBER_CHANGES = {"join", "leave", "invite", "accept", "decline", "kick", "ban", "unban", "role"}


class ContentInvalid(Exception):
    """An owner refuses this content (M43)."""


def encode(value: Any) -> bytes:
    """Deterministic CBOR (RFC 8949, section 4.2.1): map keys in the order of their octets."""
    if isinstance(value, (list, tuple)):
        return _head(4, len(value)) + b"".join(encode(item) for item in value)
    if isinstance(value, dict):
        pairs = sorted((encode(key), encode(item)) for key, item in value.items())
        return _head(5, len(pairs)) + b"".join(key + item for key, item in pairs)
    if isinstance(value, cbor2.CBORTag):
        return _head(6, value.tag) + encode(value.value)
    return cbor2.dumps(value, canonical=True)


def decode(octets: bytes) -> list[Any]:
    """The array that a content is. ContentInvalid where it isn't written as `encode` would write it."""
    try:
        value = cbor2.loads(octets)
        again = encode(value)
    except Exception as error:  # cbor2 raises many kinds for octets that are no CBOR
        raise ContentInvalid(str(error)) from error
    if again != octets:
        raise ContentInvalid("not deterministic, or a tag that is not kept")
    if not isinstance(value, list) or not value or not isinstance(value[0], bytes) or len(value[0]) != 16:
        raise ContentInvalid("no salt")
    return value


def new_salt() -> bytes:
    return secrets.token_bytes(16)


def text_part(text: str, disposition: int = RENDER) -> list[Any]:
    return [disposition, "", 1, "text/plain;charset=utf-8", text.encode()]


def null_part(disposition: int = RENDER) -> list[Any]:
    return [disposition, "", 0]


def message(
    sender: str,
    group: str,
    body: list[Any],
    replaces: str | None = None,
    reply_to: str | None = None,
    topic: bytes = b"",
    extensions: dict[int | str, Any] | None = None,
) -> bytes:
    """A mimi-content; references are event ids in hexadecimal."""
    own = {SENDER: sender, GROUP: group} | (extensions or {})
    return encode([new_salt(), _reference(replaces), topic, None, _reference(reply_to), own, body])


def property_value(name: str, item: str, value: str) -> bytes:
    return encode([new_salt(), name, item, value])


def member(who: str, change: str, **particulars: int | str) -> bytes:
    return encode([new_salt(), who, change, *([particulars] if particulars else [])])


def check(kind: str, sender: str | None, group: str, content: bytes) -> list[Any]:
    """The content of a submission, read; ContentInvalid where an owner has to refuse it, by its form alone."""
    value = decode(content)
    forms = {
        "message": lambda: (
            len(value) == 7 and value[5].get(SENDER) == sender and value[5].get(GROUP) == group
        ),
        "property": lambda: len(value) == 4 and value[1] in PROPERTY_NAMES and _are_texts(value[1:]),
        "member": lambda: len(value) in (3, 4) and value[2] in MEMBER_CHANGES and _are_texts(value[1:3]),
        "role": lambda: len(value) == 2 and all(len(role) == 9 for role in value[1]),
        "moderate": lambda: len(value) in (3, 4) and value[2] in ("mute", "unmute"),
        "erase": lambda: len(value) == 2 and isinstance(value[1], (list, str)) and len(value[1]) > 0,
        "opaque": lambda: len(value) == 3 and isinstance(value[1], str) and isinstance(value[2], bytes),
    }
    try:
        if kind in forms and forms[kind]():
            return value
    except (AttributeError, TypeError) as error:
        raise ContentInvalid(str(error)) from error
    raise ContentInvalid(f"not of the form of {kind}")


def shown_text(content: list[Any]) -> str | None:
    """The text of a message that has one part with text."""
    body = content[6] if len(content) == 7 else None
    if isinstance(body, list) and len(body) == 5 and isinstance(body[4], bytes):
        return body[4].decode(errors="replace")
    return None


def _are_texts(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _reference(event_id_hex: str | None) -> bytes | None:
    return None if event_id_hex is None else bytes.fromhex(event_id_hex)


def _head(major: int, number: int) -> bytes:
    written = cbor2.dumps(number)
    return bytes([written[0] | major << 5]) + written[1:]
