"""All that one gateway knows: groups of its own and of others, connections, codes; and its checks of proofs."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from misbehaviour import Misbehaviour
from mtp_client import Client
from mtp_follow import Fault, FollowedGroup, Waits
from mtp_group import Event, OwnedGroup
from mtp_peers import Identity, Peer, PeerDirectory, WellKnownRefused
from mtp_wire import b64u, event_id, make_proof, proof_is_good, proof_kid, proof_provider, split_uri, unb64u

CODE_SECONDS = 7 * 24 * 3600
MAX_WAIT_SECONDS = 25


@dataclass
class Code:
    """A code that was made here; of its secret only the hash is kept (M101)."""

    scope: str
    group: str | None
    uses_left: int
    expires: float
    used_by: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass
class Connection:
    """The leave of two gateways to reach each other. `made_here`: this gateway issued the code."""

    id: str
    scope: str
    peer: str
    provider: str
    made_here: bool
    created: int
    group: dict[str, Any] = field(default_factory=dict)
    state: str = "active"

    def form(self) -> dict[str, Any]:
        """As `GET connections` has it."""
        named = {"connection": self.id, "scope": self.scope, "state": self.state, "provider": self.provider}
        return {**named, **self.group, "created": self.created}


class Gateway:
    """One gateway. Whoever reads or changes its state holds `lock`, and wakes held requests by `changed`."""

    def __init__(self, identity: Identity, refetch_seconds: float, wait_seconds: int) -> None:
        self.identity = identity
        self.wait_seconds = wait_seconds
        self.directory = PeerDirectory(identity, refetch_seconds)
        self.client = Client(identity)
        self.misbehaviour = Misbehaviour()
        self.lock = threading.Condition(threading.RLock())
        self.owned: dict[str, OwnedGroup] = {}
        self.followed: dict[str, FollowedGroup] = {}
        self.codes: dict[str, Code] = {}
        self.connections: dict[str, Connection] = {}
        self.blocked: set[str] = set()
        self.media: dict[str, tuple[str, bytes, str]] = {}
        self.heard: list[dict[str, Any]] = []
        self.stopping = False

    def changed(self) -> None:
        with self.lock:
            self.lock.notify_all()

    def hold(self, wait: int, collect: Callable[[], dict[str, Any] | None]) -> dict[str, Any] | None:
        """Calls `collect` with the lock held, until it gives something or the time is over (M71, M133)."""
        deadline = time.monotonic() + min(wait, MAX_WAIT_SECONDS)
        with self.lock:
            while True:
                found = collect()
                left = deadline - time.monotonic()
                if found is not None or left <= 0 or self.stopping:
                    return found
                self.lock.wait(left)

    def wait_for(self, seconds: float, is_so: Callable[[], bool]) -> bool:
        """Waits until something holds."""
        with self.lock:
            return self.lock.wait_for(is_so, seconds)

    def make_group(self, uri: str, history: str, join: str) -> OwnedGroup:
        with self.lock:
            group = self.owned[uri] = OwnedGroup(uri, self.identity.base, history, join)
            return group

    def make_code(self, scope: str, group: str | None, uses: int) -> str:
        """`mtp1:BASE:KID:SECRET` (Connections and codes)."""
        secret = b64u(secrets.token_bytes(16))
        with self.lock:
            self.codes[hash_of(secret)] = Code(scope, group, uses, time.time() + CODE_SECONDS)
        return f"mtp1:{self.identity.base}:{self.identity.key.kid}:{secret}"

    def connected(self, base: str) -> bool:
        return any(known.peer == base and known.state == "active" for known in self.connections.values())

    def end_connection(self, connection: Connection) -> None:
        """What it alone allowed ends with it (M107)."""
        connection.state = "ended"
        uri = connection.group.get("group")
        if uri in self.owned:
            self.owned[uri].dismiss(connection.peer, connection.provider)
        elif uri in self.followed:
            self.followed[uri].word = "left"
        self.changed()

    def submission(self, group: str, kind: str, content: bytes, sender: str | None, **more: Any) -> Event:
        """An event of ours for a group of another's, with its proof (M35)."""
        who = {"sender": sender} if sender is not None else {"provider": self.identity.base}
        event: Event = {"id": event_id(kind, sender or "", group, content), "kind": kind, **who}
        event |= {"origin_at": int(time.time() * 1000), "content": b64u(content), **more}
        return event | {"proof": make_proof(self.identity.key, proof_provider(event), event["id"])}

    def submission_is_proven(self, peer: Peer, event: Event) -> bool:
        """Whether a submission has a right proof by a living key of the peer (M38)."""
        try:
            public = peer.living_key(proof_kid(event.get("proof", "")))
            return public is not None and proof_is_good(
                public, proof_provider(event), event["id"], event["proof"]
            )
        except ValueError:
            return False

    def log_event_is_proven(self, owner: Peer, event: Event) -> bool:
        """M37 to M40: False where the key is dead; Fault for a missing or wrong proof; Waits where nobody knows."""
        provider = proof_provider(event)
        if owner.counts(provider):
            return True
        if not isinstance(event.get("proof"), str):
            raise Fault("log_proof", "no proof")
        try:
            kid = proof_kid(event["proof"])
        except ValueError as error:
            raise Fault("log_proof", str(error)) from error
        public = self._proof_key(provider, kid, event)
        if public is not None and not proof_is_good(public, provider, event["id"], event["proof"]):
            raise Fault("log_proof", "wrong")
        return public is not None

    def _proof_key(self, provider: str, kid: str, event: Event) -> bytes | None:
        if self.identity.speaks_for(provider):
            keys = [self.identity.key, *self.identity.old_keys]
            return next((key.public for key in keys if key.kid == kid), None)
        peer = self.directory.find(provider)
        try:
            if peer is None:
                via = event.get("via", [])
                if len(via) < 2:
                    raise Fault("log_form", "no via, and nobody knows the provider")
                peer = self.directory.learn(via[-2])
                if not peer.counts(provider):
                    raise Fault("log_proof", f"{provider} is no host of {via[-2]}")
            public = peer.living_key(kid)
            if public is None:
                if not self.directory.may_refetch(peer.base):
                    raise Waits(f"the well-known of {peer.base} was read a moment ago")
                public = self.directory.learn(peer.base).living_key(kid)
        except WellKnownRefused as error:
            raise Waits(str(error)) from error
        return public


def hash_of(secret: str) -> str:
    return hashlib.sha256(unb64u(secret)).hexdigest()


def is_owned_by(group: str, peer: Peer) -> bool:
    """M68: the group's authority is a host of this peer."""
    return peer.counts(split_uri(group)[0])
