"""Forms of requests, and the refusal of what is not of its form (docs/mtp.md: Errors)."""

from __future__ import annotations

from typing import Any

from mtp_wire import shard_of

PAGE_EVENTS, PAGE_BYTES, MEMBERS = 500, 1_048_576, 500

Row = dict[str, Any]


class Refusal(Exception):
    """A problem (docs/mtp.md: Errors); `more` are further fields, `retry_after` seconds."""

    def __init__(self, status: int, code: str, retry_after: int | None = None, **more: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.retry_after, self.more = status, code, retry_after, more


NOT_FOUND = (404, "not_found")
CURSOR_STATUS = {"cursor_malformed": 400, "cursor_foreign": 400, "cursor_gone": 410}


def number(value: object, least: int, most: int) -> int:
    """A number of the form, or of a query as digits; Refusal malformed outside of its limits."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 16:
        value = int(value)
    if type(value) is not int or not least <= value <= most:
        raise Refusal(400, "malformed")
    return value


def optional_text(form: Row, name: str) -> str | None:
    """A text that may be left out; Refusal malformed for anything else, null included (M7)."""
    value = form.get(name)
    if name in form and not isinstance(value, str):
        raise Refusal(400, "malformed")
    return value


def asked_groups(form: Row, name: str) -> list[Row]:
    """The groups of a request, those of the shard alone."""
    asked, shard = form.get(name), form.get("shard", {"k": 0, "n": 1})
    if not isinstance(asked, list) or len(asked) > 1000 or not isinstance(shard, dict):
        raise Refusal(400, "malformed")
    shards = number(shard.get("n", 0), 1, 1024)
    own = number(shard.get("k", -1), 0, shards - 1)
    for one in asked:
        if not isinstance(one, dict) or not isinstance(one.get("group"), str):
            raise Refusal(400, "malformed")
        for cursor in ("after", "state"):
            optional_text(one, cursor)
    if len({one["group"] for one in asked}) != len(asked) or own < 0:
        raise Refusal(400, "malformed")
    return [one for one in asked if shard_of(one["group"], shards) == own]


def verdicts_of(asked: Row) -> list[Row]:
    """The verdicts that a request has for one group."""
    verdicts = asked.get("verdicts", [])
    if not isinstance(verdicts, list) or len(verdicts) > 500:
        raise Refusal(400, "malformed")
    for verdict in verdicts:
        if not isinstance(verdict, dict) or not all(
            isinstance(verdict.get(name), str) for name in ("id", "code")
        ):
            raise Refusal(400, "malformed")
    return verdicts
