"""Default roles, and the capability that each event needs (docs/mtp.md: Roles and capabilities)."""

from __future__ import annotations

from typing import Any

from mtp_content import REACTION

NOBODY, BANNED, ORDINARY, ADMIN, SUPER_ADMIN = range(5)

_ORDINARY = {0x0006, 0x0100, 0x0101, 0x0104, 0x0105, 0x0107, 0x0109, 0x010A, 0x010C, 0x010D}
_ORDINARY |= {0x0300, 0x0302, 0x0303, 0xF003}
_ADMIN = _ORDINARY | {0x0000, 0x0001, 0x000A, 0x000B, 0x000F, 0x010B, 0xF000, 0xF001, 0xF002, 0xF004}

DEFAULT_ROLES: dict[int, set[int]] = {
    NOBODY: set(),
    BANNED: set(),
    ORDINARY: _ORDINARY,
    ADMIN: _ADMIN,
    SUPER_ADMIN: _ADMIN | {0x0502, 0x0503, 0x0505},
}

SPEAK_MODERATED, SPEAK_READ_ONLY, DELETE_OTHERS = 0xF001, 0xF002, 0x010B

_PROPERTY = {"name": 0x0300, "topic": 0x0303, "avatar": 0x0302, "isModerated": 0xF000, "isReadOnly": 0xF000}
_PROPERTY |= {"pins": 0xF003, "links": 0xF003}
_MEMBER = {"leave": 0x0006, "invite": 0x0000, "kick": 0x0001, "ban": 0x000A, "unban": 0x000B}


def needed(kind: str, sender: str | None, content: list[Any]) -> set[int]:
    """Capabilities that an event needs; who joins, accepts, declines or deletes is a matter of the judge's."""
    if kind == "message":
        return _needed_by_message(content)
    if kind == "property":
        return {_PROPERTY[content[1]]}
    if kind == "member":
        if content[2] == "role":
            return {0x0010 if content[1] == sender else 0x000F}
        return {_MEMBER[content[2]]} if content[2] in _MEMBER else set()
    return {{"role": 0x0503, "moderate": 0xF004}[kind]} if kind in ("role", "moderate") else set()


def is_deletion(content: list[Any]) -> bool:
    """Whether a message takes another one away: it replaces it by nothing."""
    return content[1] is not None and content[6][2] == 0


def _needed_by_message(content: list[Any]) -> set[int]:
    _, replaces, topic, _, in_reply_to, _, body = content
    if body[0] == REACTION:
        return {0x0107} if is_deletion(content) else {0x0105}
    if replaces is not None:
        return {0x010A} if is_deletion(content) else {0x0109}
    return {0x0100} | ({0x0104} if in_reply_to is not None else set()) | ({0x010D} if topic else set())
