"""Requests that are made by hand, right or wrong in one thing (docs/mtp.md: Signing)."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from mtp_peers import Identity, Peer
from mtp_signature import BARE, WITH_BODY, content_digest, signature_base
from mtp_wire import b64u


@dataclass
class Draft:
    """A request before it is signed. A case changes it; `after` changes what is sent once it is signed."""

    method: str
    path: str
    query: str | None
    body: bytes | None
    authority: str
    headers: dict[str, str]
    components: list[str]
    parameters: dict[str, int | str]
    label: str = "mtp"
    chunked: bool = False
    after: list[Callable[[Draft], None]] = field(default_factory=list)

    def parameters_text(self) -> str:
        """The inner list with its parameters; a component that is no plain name stands as it is given."""
        listed = " ".join(name if '"' in name else f'"{name}"' for name in self.components)
        written = (
            f';{name}="{value}"' if isinstance(value, str) else f";{name}={value}"
            for name, value in self.parameters.items()
        )
        return f"({listed}){''.join(written)}"


@dataclass(frozen=True)
class Probed:
    """What came back."""

    status: int
    form: dict[str, Any]

    @property
    def code(self) -> str | None:
        return self.form.get("code")


class Prober:
    """Sends drafts to one peer in this gateway's name."""

    def __init__(self, identity: Identity, peer: Peer) -> None:
        self._identity, self._endpoint = identity, urlsplit(peer.endpoint)

    def draft(self, method: str, path: str, body: bytes | None = None, query: str | None = None) -> Draft:
        """A request that is right in everything."""
        headers = {"mtp-as": self._identity.base}
        if body is not None:
            headers |= {"content-type": "application/json", "content-digest": content_digest(body)}
        parameters: dict[str, int | str] = {
            "created": int(time.time()),
            "nonce": b64u(secrets.token_bytes(16)),
            "keyid": self._identity.key.kid,
            "tag": "mtp/1",
        }
        components = list(BARE if body is None else WITH_BODY)
        whole = self._endpoint.path + path
        return Draft(method, whole, query, body, self._endpoint.netloc, headers, components, parameters)

    def send(self, draft: Draft) -> Probed:
        """Signs a draft, changes what is to be changed after that, and sends it."""
        text = draft.parameters_text()
        base = signature_base(
            [name for name in draft.components if '"' not in name],
            text,
            draft.method,
            draft.authority,
            draft.path,
            draft.query,
            draft.headers,
        )
        signature = base64.b64encode(self._identity.key.sign(base)).decode()
        draft.headers["signature-input"] = f"{draft.label}={text}"
        draft.headers["signature"] = f"{draft.label}=:{signature}:"
        for change in draft.after:
            change(draft)
        return self._send(draft)

    def _send(self, draft: Draft) -> Probed:
        target = draft.path if draft.query is None else f"{draft.path}?{draft.query}"
        connection = http.client.HTTPConnection(self._endpoint.netloc, timeout=30)
        try:
            body: Any = iter([draft.body]) if draft.chunked else draft.body
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                # Whoever refuses a body may answer, and end the connection, before all of it is sent.
                connection.request(draft.method, target, body, draft.headers, encode_chunked=draft.chunked)
            response = connection.getresponse()
            octets = response.read()
        finally:
            connection.close()
        is_json = "json" in (response.getheader("content-type") or "")
        return Probed(response.status, json.loads(octets) if is_json and octets else {})
