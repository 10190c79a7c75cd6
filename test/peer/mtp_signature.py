"""HTTP message signatures (RFC 9421) and digests (RFC 9530) as MTP uses them (docs/mtp.md: Signing, M22 to M33)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass

from mtp_wire import SigningKey, b64u

BARE = ["@method", "@authority", "@path", "@query", "mtp-as"]
WITH_BODY = [*BARE, "content-digest", "content-type"]
WINDOW_SECONDS = 300

_MEMBER = re.compile(r'\s*([a-z*][a-z0-9_.*-]*)=((?:"(?:[^"\\]|\\.)*"|[^",])*)(?:,|\Z)')
_INNER_LIST = re.compile(r"\(([^()]*)\)(.*)\Z")
_PARAMETER = re.compile(r';\s*([a-z*][a-z0-9_.*-]*)=(-?\d+|"(?:[^"\\]|\\.)*")')
_COMPONENT = re.compile(r'"([^"\\]+)"(?=\s|\Z)')


class OtherVersion(Exception):
    """The request is of another version of MTP."""


class BadSignature(Exception):
    """The headers are not those of an MTP signature."""


@dataclass(frozen=True)
class ReadSignature:
    """What the signature headers of a request say, before anything was verified."""

    components: list[str]
    parameters_text: str
    created: int
    expires: int | None
    keyid: str
    signature: bytes


def content_digest(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def digest_is_good(header: str, body: bytes) -> bool:
    """Whether the header has the right `sha-256`, alone or beside other digests."""
    return content_digest(body) in [f"{name}={value.strip()}" for name, value in _MEMBER.findall(header)]


def signature_base(
    components: list[str],
    parameters_text: str,
    method: str,
    authority: str,
    path: str,
    query: str | None,
    headers: dict[str, str],
) -> bytes:
    """The octets that are signed; `query` without its question mark, None where there is none (M26)."""
    derived = {
        "@method": method,
        "@authority": authority,
        "@path": path,
        "@query": "?" if query is None else f"?{query}",
    }
    lines = []
    for name in components:
        value = derived[name] if name in derived else headers.get(name)
        if value is None:
            raise BadSignature(f"no header {name}")
        lines.append(f'"{name}": {value.strip()}')
    lines.append(f'"@signature-params": {parameters_text}')
    return "\n".join(lines).encode()


def sign(
    key: SigningKey,
    method: str,
    authority: str,
    path: str,
    query: str | None,
    speak_as: str,
    created: int,
    body: bytes | None = None,
    content_type: str = "application/json",
) -> dict[str, str]:
    """The headers that a signed request has beside Host and Content-Length; `created` in seconds."""
    headers = {"mtp-as": speak_as}
    if body is not None:
        headers |= {"content-type": content_type, "content-digest": content_digest(body)}
    components = BARE if body is None else WITH_BODY
    listed = " ".join(f'"{name}"' for name in components)
    nonce = b64u(secrets.token_bytes(16))
    parameters = f'({listed});created={created};nonce="{nonce}";keyid="{key.kid}";tag="mtp/1"'
    base = signature_base(components, parameters, method, authority, path, query, headers)
    signature = base64.b64encode(key.sign(base)).decode()
    return headers | {"signature-input": f"mtp={parameters}", "signature": f"mtp=:{signature}:"}


def read_signature(headers: dict[str, str], has_body: bool) -> ReadSignature:
    """Reads `Signature-Input` and `Signature` of the label mtp, strictly (M22, M23); BadSignature otherwise."""
    inner = _INNER_LIST.match(_member(headers["signature-input"]))
    if inner is None:
        raise BadSignature("Signature-Input is no inner list")
    components = _COMPONENT.findall(inner[1])
    if " ".join(f'"{name}"' for name in components) != inner[1].strip():
        raise BadSignature("a component has parameters or is no string")
    if sorted(components) != sorted(WITH_BODY if has_body else BARE):
        raise BadSignature("other components")
    pairs = _PARAMETER.findall(inner[2])
    parameters = dict(pairs)
    if _PARAMETER.sub("", inner[2]).strip() or len(parameters) != len(pairs):
        raise BadSignature("parameters that can't be read")
    keyid, nonce = _text(parameters, "keyid"), _text(parameters, "nonce")
    tag = _text(parameters, "tag")
    if tag != "mtp/1" and re.fullmatch(r"mtp/\d{1,9}", tag):
        raise OtherVersion(tag)
    if tag != "mtp/1" or not 1 <= len(nonce) <= 128:
        raise BadSignature("another tag, or no nonce")
    if "alg" in parameters and _text(parameters, "alg") != "ed25519":
        raise BadSignature("another algorithm")
    written = re.fullmatch(r":([A-Za-z0-9+/=]*):", _member(headers["signature"]))
    if written is None:
        raise BadSignature("Signature is no octets")
    return ReadSignature(
        components,
        f"({' '.join(f'{chr(34)}{name}{chr(34)}' for name in components)})"
        + "".join(f";{name}={value}" for name, value in pairs),
        _number(parameters, "created"),
        _number(parameters, "expires") if "expires" in parameters else None,
        keyid,
        base64.b64decode(written[1]),
    )


def is_out_of_window(read: ReadSignature, now_seconds: float) -> bool:
    """Whether the request is `clock_skew` (M28)."""
    late = read.expires is not None and now_seconds - read.expires > WINDOW_SECONDS
    return late or abs(now_seconds - read.created) > WINDOW_SECONDS


def _member(header: str) -> str:
    """The value of the label mtp in a dictionary (RFC 8941)."""
    found = [value.strip() for name, value in _MEMBER.findall(header) if name == "mtp"]
    if len(found) != 1:
        raise BadSignature("no signature of the label mtp")
    return found[0]


def _text(parameters: dict[str, str], name: str) -> str:
    value = parameters.get(name, "")
    if not value.startswith('"'):
        raise BadSignature(f"no text {name}")
    return re.sub(r"\\(.)", r"\1", value[1:-1])


def _number(parameters: dict[str, str], name: str) -> int:
    value = parameters.get(name, "")
    if not re.fullmatch(r"-?\d{1,15}", value):
        raise BadSignature(f"no number {name}")
    return int(value)
