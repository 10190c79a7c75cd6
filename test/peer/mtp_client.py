"""Signed requests to a peer (docs/mtp.md: Signing, Errors)."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from mtp_peers import Identity, Peer
from mtp_signature import sign

MAX_ANSWER = 4 * 1024 * 1024
KEY_UNKNOWN_SECONDS = 5


class NoAnswer(Exception):
    """The peer can't be reached, or its answer can't be read."""


@dataclass(frozen=True)
class Answer:
    """What a peer answered; `form` is {} where there is no body."""

    status: int
    form: dict[str, Any]
    headers: dict[str, str]

    @property
    def code(self) -> str:
        return str(self.form.get("code", ""))


class Client:
    """Asks peers in this gateway's name."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def ask(
        self,
        peer: Peer,
        method: str,
        path: str,
        form: dict[str, Any] | None = None,
        query: str | None = None,
        speak_as: str | None = None,
        hold_seconds: float | None = None,
    ) -> Answer:
        """One request and its answer, repeated once for clock_skew (M33) and key_unknown (M31). NoAnswer else."""
        timeout = 30 if hold_seconds is None else hold_seconds + 10
        answer = self._once(peer, method, path, form, query, speak_as or self._identity.base, timeout)
        if answer.code == "clock_skew" and type(answer.form.get("server_time")) is int:
            peer.skew_seconds = answer.form["server_time"] / 1000 - time.time()
        elif answer.code == "key_unknown":
            time.sleep(KEY_UNKNOWN_SECONDS)  # the wait that M31 asks for
        else:
            return answer
        return self._once(peer, method, path, form, query, speak_as or self._identity.base, timeout)

    def _once(
        self,
        peer: Peer,
        method: str,
        path: str,
        form: dict[str, Any] | None,
        query: str | None,
        speak_as: str,
        timeout: float,
    ) -> Answer:
        endpoint = urlsplit(peer.endpoint)
        whole_path = endpoint.path + path
        body = None if form is None else json.dumps(form).encode()
        created = int(time.time() + peer.skew_seconds)
        headers = sign(
            self._identity.key, method, endpoint.netloc, whole_path, query, speak_as, created, body
        )
        made = http.client.HTTPSConnection if endpoint.scheme == "https" else http.client.HTTPConnection
        connection = made(endpoint.netloc, timeout=timeout)
        try:
            connection.request(
                method, whole_path if query is None else f"{whole_path}?{query}", body, headers
            )
            response = connection.getresponse()
            octets = response.read(MAX_ANSWER + 1)
            read = json.loads(octets) if octets else {}
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NoAnswer(f"{method} {path}: {error!r}") from error
        finally:
            connection.close()
        if not isinstance(read, dict) or len(octets) > MAX_ANSWER:
            raise NoAnswer(f"{method} {path}: no object, or too large")
        return Answer(response.status, read, {name.lower(): value for name, value in response.getheaders()})
