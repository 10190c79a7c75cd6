"""The cases of a probe: what is done to a right request, and the answer that docs/mtp.md asks for."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mtp_signature import content_digest
from probe import Draft, Probed, Prober

SYNC = b'{"subscriptions":[],"wait":0}'
Change = Callable[[Draft], None]


@dataclass(frozen=True)
class Case:
    """A change of a request, and the status and code due for it; the code is None for what is granted."""

    name: str
    status: int
    code: str | None
    change: Change
    method: str = "POST"
    path: str = "/sync"
    body: bytes | None = SYNC
    query: str | None = None


def probe(prober: Prober) -> list[dict[str, Any]]:
    """Runs all cases, and names those that were answered in another way."""
    wrong = []
    for case in cases():
        draft = prober.draft(case.method, case.path, case.body, case.query)
        case.change(draft)
        answer = prober.send(draft)
        if (answer.status, answer.code) != (case.status, case.code) or not is_whole(answer):
            due = f"{case.status} {case.code or 'granted'}"
            wrong.append({"case": case.name, "due": due, "status": answer.status, "form": answer.form})
    return wrong


def is_whole(answer: Probed) -> bool:
    """Whether a refusal has the form of one (M142), and clock_skew the server's time (M32)."""
    if answer.status < 400:
        return True
    named = answer.form.get("type") == f"urn:mimi-gateway:mtp:{answer.code}"
    timed = answer.code != "clock_skew" or isinstance(answer.form.get("server_time"), int)
    return named and timed and answer.form.get("status") == answer.status


def cases() -> list[Case]:
    return [*_granted(), *_unsigned(), *_unknown(), *_versions(), *_spoilt(), *_bodies(), *_places()]


def _granted() -> list[Case]:
    sha512 = base64.b64encode(hashlib.sha512(SYNC).digest()).decode()
    two_digests = f"{content_digest(SYNC)}, sha-512=:{sha512}:"
    changes: dict[str, Change] = {
        "right": lambda draft: None,
        "components in another order": lambda draft: draft.components.reverse(),
        "alg named": _parameter("alg", "ed25519"),
        "290 seconds ago": lambda draft: _shift(draft, -290),
        "expires later": lambda draft: draft.parameters.update(expires=int(draft.parameters["created"]) + 60),
        "a nonce of 128 characters": _parameter("nonce", "x" * 128),
        "a second digest": lambda draft: _header(draft, "content-digest", two_digests),
        "a second signature": _after(_add_signature),
        "a body in chunks": lambda draft: setattr(draft, "chunked", True),
        "a header that nobody knows": lambda draft: _header(draft, "x-other", "1"),
        "a type with a parameter": lambda draft: _header(
            draft, "content-type", "application/json; charset=utf-8"
        ),
    }
    return [Case(name, 200, None, change) for name, change in changes.items()]


def _unsigned() -> list[Case]:
    return [
        Case(f"no {name}", 401, "unsigned", _after(_without(name)))
        for name in ("signature", "signature-input")
    ]


def _unknown() -> list[Case]:
    return [
        Case("a key that nobody has", 401, "key_unknown", _parameter("keyid", "A" * 22)),
        Case(
            "an unknown domain", 401, "key_unknown", lambda draft: _header(draft, "mtp-as", "nobody.example")
        ),
        Case("400 seconds ago", 401, "clock_skew", lambda draft: _shift(draft, -400)),
        Case("in 400 seconds", 401, "clock_skew", lambda draft: _shift(draft, 400)),
        Case(
            "expired",
            401,
            "clock_skew",
            lambda draft: draft.parameters.update(expires=int(draft.parameters["created"]) - 400),
        ),
    ]


def _versions() -> list[Case]:
    def of_a_stranger(draft: Draft) -> None:
        draft.parameters.update(tag="mtp/2", keyid="A" * 22)

    return [
        Case("another version", 426, "version", _parameter("tag", "mtp/2")),
        Case("another version, by a key that nobody has", 426, "version", of_a_stranger),
    ]


def _spoilt() -> list[Case]:
    changes: dict[str, Change] = {
        "no mtp-as": _after(_without("mtp-as")),
        "no domain in mtp-as": lambda draft: _header(draft, "mtp-as", "no_domain"),
        "another label": lambda draft: setattr(draft, "label", "sig1"),
        "a component missing": lambda draft: draft.components.remove("@query"),
        "the digest not covered": lambda draft: draft.components.remove("content-digest"),
        "a component twice": lambda draft: draft.components.append("@method"),
        "a component with a parameter": lambda draft: draft.components.append('"@method";req'),
        "a tag that is none": _parameter("tag", "mtp/x"),
        "a component more": _cover_more,
        "another algorithm": _parameter("alg", "hmac-sha256"),
        "a nonce of 129 characters": _parameter("nonce", "x" * 129),
        "an empty nonce": _parameter("nonce", ""),
        "a wrong signature": _after(_spoil_signature),
        "headers that can't be read": _after(lambda draft: _header(draft, "signature-input", "mtp=(((")),
        "another path signed": _after(
            lambda draft: setattr(draft, "path", draft.path.replace("sync", "submissions"))
        ),
        "another query signed": _after(lambda draft: setattr(draft, "query", "a=b")),
        "another authority signed": lambda draft: setattr(draft, "authority", "other.example"),
        "another domain signed": _after(
            lambda draft: _header(draft, "mtp-as", f"other.{draft.headers['mtp-as']}")
        ),
        "another body": _after(lambda draft: setattr(draft, "body", SYNC + b" ")),
    }
    for name in ("created", "nonce", "keyid", "tag"):
        changes[f"no {name}"] = _drop_parameter(name)
    return [Case(name, 401, "bad_signature", change) for name, change in changes.items()]


def _bodies() -> list[Case]:
    bodies = {
        "no JSON": b"{",
        "an array": b"[]",
        "a number that is no integer": b'{"subscriptions":[],"wait":0.5}',
        "a negative number": b'{"subscriptions":[],"wait":-1}',
        "a number beyond the limit": b'{"subscriptions":[],"wait":26}',
        "null for a number": b'{"subscriptions":[],"wait":null}',
        "a field missing": b'{"wait":0}',
        "octets that are no UTF-8": b'{"subscriptions":[],"x":"\xff"}',
        "a group twice": b'{"subscriptions":[{"group":"mimi://a.example/r/a"},{"group":"mimi://a.example/r/a"}]}',
    }
    return [
        *(Case(name, 400, "malformed", lambda draft: None, body=body) for name, body in bodies.items()),
        Case("an unknown name", 200, None, lambda draft: None, body=b'{"subscriptions":[],"x":{"y":null}}'),
        Case("null that is not allowed", 400, "malformed", lambda draft: None, body=b'{"subscriptions":null}'),
        Case("another type", 415, "media_type", lambda draft: _header(draft, "content-type", "text/plain")),
        Case("a content coding", 415, "media_type", lambda draft: _header(draft, "content-encoding", "gzip")),
        Case("too large", 413, "too_large", lambda draft: None, body=b'{"x":"' + b"x" * 1_048_576 + b'"}'),
        Case("a body of a GET", 400, "malformed", lambda draft: None, method="GET", path="/connections"),
    ]


def _places() -> list[Case]:
    paths = [
        "/",
        "/nothing",
        "/sync/",
        "//sync",
        "/s%79nc",
        "/./sync",
        "/groups/a.example",
        "/groups/A.example/a",
    ]
    return [
        *(Case(f"the path {path}", 404, "not_found", lambda draft: None, path=path) for path in paths),
        Case("a method that is none of it", 404, "not_found", lambda draft: None, method="PUT"),
        Case("an unknown query", 200, None, lambda draft: None, "GET", "/connections", None, "a=1"),
        Case("no such group", 404, "not_found", lambda draft: None, "GET", "/groups/a.example/none", None),
    ]


def _cover_more(draft: Draft) -> None:
    _header(draft, "x-other", "1")
    draft.components.append("x-other")


def _after(change: Change) -> Change:
    return lambda draft: draft.after.append(change)


def _parameter(name: str, value: str) -> Change:
    return lambda draft: draft.parameters.update({name: value})


def _drop_parameter(name: str) -> Change:
    return lambda draft: draft.parameters.__delitem__(name)


def _without(name: str) -> Change:
    return lambda draft: draft.headers.__delitem__(name)


def _header(draft: Draft, name: str, value: str) -> None:
    draft.headers[name] = value


def _shift(draft: Draft, seconds: int) -> None:
    draft.parameters["created"] = int(draft.parameters["created"]) + seconds


def _add_signature(draft: Draft) -> None:
    draft.headers["signature-input"] = f'sig1=("@method");created=1, {draft.headers["signature-input"]}'
    draft.headers["signature"] = f"sig1=:AAAA:, {draft.headers['signature']}"


def _spoil_signature(draft: Draft) -> None:
    written = draft.headers["signature"]
    draft.headers["signature"] = f"{written[:10]}{'B' if written[10] != 'B' else 'C'}{written[11:]}"
