"""Who has made a request: the table of M28, and the body after it (M29)."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from mtp_forms import Refusal
from mtp_gateway import Gateway
from mtp_peers import Peer, WellKnownRefused
from mtp_signature import (
    BadSignature,
    OtherVersion,
    ReadSignature,
    digest_is_good,
    is_out_of_window,
    read_signature,
    signature_base,
)
from mtp_wire import is_domain, kid_of, signature_is_good


@dataclass(frozen=True)
class Request:
    """A request as it came; `query` None where there was no question mark. Header names are in lower case."""

    method: str
    path: str
    query: str | None
    headers: dict[str, str]
    has_body: bool


class Verifier:
    """Verifies requests to this gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def read(self, request: Request) -> ReadSignature:
        """What the headers say; Refusal by the lines of M28 that ask for no key."""
        if "signature" not in request.headers or "signature-input" not in request.headers:
            raise Refusal(401, "unsigned")
        if not is_domain(request.headers.get("mtp-as")):
            raise Refusal(401, "bad_signature")
        try:
            read = read_signature(request.headers, request.has_body)
        except OtherVersion as error:
            raise Refusal(426, "version") from error
        except (BadSignature, ValueError) as error:
            raise Refusal(401, "bad_signature") from error
        if is_out_of_window(read, time.time()):
            raise Refusal(401, "clock_skew", server_time=int(time.time() * 1000))
        return read

    def caller(self, request: Request, read: ReadSignature, even_ended: bool) -> Peer:
        """The peer that has signed; Refusal by the other lines of M28."""
        domain = request.headers["mtp-as"]
        peer = self._gateway.directory.find(domain)
        public = None if peer is None else peer.living_key(read.keyid)
        if peer is None or public is None:
            self._learn_new_keys(peer)
            raise Refusal(401, "key_unknown")
        self.prove(request, read, public)
        if peer.base in self._gateway.blocked:
            raise Refusal(403, "blocked")
        known = any(connection.peer == peer.base for connection in self._gateway.connections.values())
        if not known or not (even_ended or self._gateway.connected(peer.base)):
            raise Refusal(403, "unknown_peer")
        return peer

    def prove(self, request: Request, read: ReadSignature, public: bytes) -> None:
        """Refusal bad_signature where the key has not signed this request."""
        authority = urlsplit(self._gateway.identity.endpoint).netloc
        try:
            base = signature_base(
                read.components,
                read.parameters_text,
                request.method,
                authority,
                request.path,
                request.query,
                request.headers,
            )
        except BadSignature as error:
            raise Refusal(401, "bad_signature") from error
        if kid_of(public) != read.keyid or not signature_is_good(public, read.signature, base):
            raise Refusal(401, "bad_signature")

    def _learn_new_keys(self, peer: Peer | None) -> None:
        """M31: before the answer, so that the next try finds them."""
        if peer is not None and self._gateway.directory.may_refetch(peer.base):
            try:
                self._gateway.directory.learn(peer.base)
            except WellKnownRefused:
                return


def check_media_type(headers: dict[str, str]) -> None:
    """Refusal media_type for another type, and for a content coding (M6, M10)."""
    media_type = headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != "application/json" or "content-encoding" in headers:
        raise Refusal(415, "media_type")


def check_digest(headers: dict[str, str], body: bytes) -> None:
    if not digest_is_good(headers.get("content-digest", ""), body):
        raise Refusal(401, "bad_signature")


def read_form(body: bytes) -> dict[str, Any]:
    """The JSON object of a body; Refusal malformed (M6 to M8)."""
    try:
        form = json.loads(body, object_pairs_hook=_once, parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "malformed") from error
    if not isinstance(form, dict):
        raise Refusal(400, "malformed")
    return form


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _refuse(text: str) -> None:
    raise ValueError(f"no integer: {text}")
