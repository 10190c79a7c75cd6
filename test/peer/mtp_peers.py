"""Who this gateway is, and what is known of others (docs/mtp.md: Well-known)."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from mtp_wire import SigningKey, b64u, is_domain, kid_of, unb64u

MAX_WELL_KNOWN = 256 * 1024
WINDOW_MILLISECONDS = 300_000


class WellKnownRefused(Exception):
    """A well-known that can't be had or believed."""


@dataclass
class Identity:
    """This gateway: its base domain, providers elsewhere, key, and the endpoint, once it listens."""

    base: str
    hosts: list[str]
    key: SigningKey
    features: list[str]
    endpoint: str = ""
    old_keys: list[SigningKey] = field(default_factory=list)

    def speaks_for(self, domain: str) -> bool:
        return is_at_or_under(domain, self.base) or domain in self.hosts

    def well_known(self) -> dict[str, Any]:
        keys = [
            {"kid": key.kid, "public": b64u(key.public), "not_before": 0, "expires": None}
            for key in [self.key, *self.old_keys]
        ]
        return {
            "versions": [1],
            "endpoint": self.endpoint,
            "base": self.base,
            "hosts": self.hosts,
            "keys": keys,
            "features": self.features,
            "limits": {},
        }


@dataclass
class Peer:
    """Another gateway, as its last well-known has it."""

    base: str
    endpoint: str
    hosts: list[str]
    keys: dict[str, dict[str, Any]]
    features: list[str]
    fetched: float
    counted: set[str] = field(default_factory=set)
    skew_seconds: float = 0

    def counts(self, domain: str) -> bool:
        """Whether the domain is a host of this peer (M19, M20)."""
        return is_at_or_under(domain, self.base) or domain in self.counted

    def living_key(self, kid: str) -> bytes | None:
        """The octets of a listed key that is valid now (M24)."""
        key = self.keys.get(kid)
        if key is None:
            return None
        now = time.time() * 1000
        over = key["expires"] is not None and now > key["expires"] + WINDOW_MILLISECONDS
        return None if over or now < key["not_before"] - WINDOW_MILLISECONDS else unb64u(key["public"])


def is_at_or_under(domain: str, base: str) -> bool:
    return domain == base or domain.endswith("." + base)


class PeerDirectory:
    """Peers by base domain. `places` maps domains to loopback addresses that were set by hand (M1)."""

    def __init__(self, identity: Identity, refetch_seconds: float) -> None:
        self._identity, self._refetch_seconds = identity, refetch_seconds
        self._lock = threading.RLock()
        self.places: dict[str, str] = {}
        self.peers: dict[str, Peer] = {}

    def find(self, domain: str) -> Peer | None:
        """The peer that speaks for a domain."""
        with self._lock:
            return next((peer for peer in self.peers.values() if peer.counts(domain)), None)

    def may_refetch(self, base: str) -> bool:
        """Whether M15 allows another look at its well-known."""
        peer = self.peers.get(base)
        return peer is None or time.monotonic() - peer.fetched >= self._refetch_seconds

    def learn(self, base: str) -> Peer:
        """Fetches a peer's well-known, within M15, and the hosts that count. WellKnownRefused keeps what was known."""
        with self._lock:
            known = self.peers.get(base)
            if known is not None and not self.may_refetch(base):
                return known
            peer = self._read(self._fetch(base), base)
            for host in peer.hosts:
                if self._host_counts(host, peer):
                    peer.counted.add(host)
            if known is not None:
                peer.skew_seconds = known.skew_seconds
            self.peers[base] = peer
            return peer

    def _read(self, form: dict[str, Any], base: str) -> Peer:
        try:
            keys = {key["kid"]: key for key in form["keys"]}
            right = all(kid_of(unb64u(key["public"])) == kid for kid, key in keys.items())
            peer = Peer(
                form["base"], form["endpoint"], form["hosts"], keys, form["features"], time.monotonic()
            )
            spoken = 1 in form["versions"]
        except (KeyError, TypeError, ValueError) as error:
            raise WellKnownRefused(f"{base}: {error!r}") from error
        if not right or not spoken or peer.base != base:
            raise WellKnownRefused(f"{base}: another base, kid or version (M13, M16)")
        return peer

    def _host_counts(self, host: str, peer: Peer) -> bool:
        taken = any(other.counts(host) for other in self.peers.values() if other.base != peer.base)
        if not is_domain(host) or taken or self._identity.speaks_for(host):
            return False
        try:
            form = self._fetch(host)
            return form["endpoint"] == peer.endpoint and any(key["kid"] in peer.keys for key in form["keys"])
        except (WellKnownRefused, KeyError, TypeError):
            return False

    def _fetch(self, domain: str) -> dict[str, Any]:
        url = f"{self.places.get(domain, f'https://{domain}')}/.well-known/mtp"
        try:
            with _without_redirects.open(url, timeout=10) as answer:
                form = json.loads(answer.read(MAX_WELL_KNOWN))
        except (OSError, ValueError) as error:
            raise WellKnownRefused(f"{domain}: {error}") from error
        if not isinstance(form, dict):
            raise WellKnownRefused(f"{domain}: no object")
        return form


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """M3: a redirect is an error."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_without_redirects = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)
