"""What this gateway answers about connections (docs/mtp.md: from Connections and codes to Hint)."""

from __future__ import annotations

import secrets
import time

from mtp_forms import NOT_FOUND, Refusal, optional_text
from mtp_gateway import Code, Connection, Gateway, hash_of
from mtp_group import OwnedGroup
from mtp_peers import Peer, WellKnownRefused
from mtp_roles import ORDINARY
from mtp_values import Row
from mtp_wire import is_domain, kid_of, unb64u


class Doors:
    """Answers that make and end connections, and calls that only concern them."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def redeem_key(self, form: Row) -> bytes:
        """The key that has signed a redeem request, from its body; Refusal malformed where the form isn't right."""
        if not all(isinstance(form.get(name), str) for name in ("code", "base", "endpoint", "public")):
            raise Refusal(400, "malformed")
        try:
            public, secret = unb64u(form["public"]), unb64u(form["code"])
        except ValueError as error:
            raise Refusal(400, "malformed") from error
        if len(public) != 32 or len(secret) != 16 or not is_domain(form["base"]):
            raise Refusal(400, "malformed")
        return public

    def redeem(self, speak_as: str, form: Row) -> Row:
        """`POST redeem`, once the signature is proven (M102 to M106)."""
        with self._gateway.lock:
            code = self._gateway.codes.get(hash_of(form["code"]))
            base = form["base"]
            if code is None or code.expires < time.time() or base in self._gateway.blocked:
                raise Refusal(*NOT_FOUND)
            if code.uses_left < 1 and (base, speak_as) not in code.used_by:
                raise Refusal(*NOT_FOUND)
        peer = self._learn(form, speak_as)
        with self._gateway.lock:
            again = code.used_by.get((peer.base, speak_as))
            if again is None and code.uses_left < 1:
                raise Refusal(*NOT_FOUND)
            connection = (
                self._gateway.connections[again] if again is not None else self._connect(code, peer, speak_as)
            )
            self._gateway.changed()
            named = {"connection": connection.id, "scope": connection.scope, "state": connection.state}
            return {**named, **connection.group}

    def _learn(self, form: Row, speak_as: str) -> Peer:
        try:
            peer = self._gateway.directory.learn(form["base"])
        except WellKnownRefused as error:
            raise Refusal(*NOT_FOUND) from error
        key = peer.living_key(kid_of(unb64u(form["public"])))
        if key is None or peer.endpoint != form["endpoint"] or not peer.counts(speak_as):
            raise Refusal(*NOT_FOUND)
        return peer

    def _connect(self, code: Code, peer: Peer, provider: str) -> Connection:
        made = f"c-{secrets.token_hex(8)}"
        connection = Connection(made, code.scope, peer.base, provider, True, int(time.time() * 1000))
        if code.group is not None:
            group = self._gateway.owned[code.group]
            connection.group = self._admit(group, peer, provider)
        code.uses_left -= 1
        code.used_by[(peer.base, provider)] = made
        self._gateway.connections[made] = connection
        return connection

    def _admit(self, group: OwnedGroup, peer: Peer, provider: str) -> Row:
        seq = group.admit(peer.base, provider).visible_from - 1
        return {
            "group": group.uri,
            "role": ORDINARY,
            "cursor": group.cursor(seq),
            "seq": seq,
            "rev": group.rev,
        }

    def connections(self, peer: Peer) -> Row:
        """`GET connections`."""
        with self._gateway.lock:
            between = [known for known in self._gateway.connections.values() if known.peer == peer.base]
            return {"connections": [connection.form() for connection in between]}

    def end_connection(self, peer: Peer, made: str) -> None:
        """`DELETE connections/ID`; ending what has ended is no fault (M107)."""
        with self._gateway.lock:
            connection = self._gateway.connections.get(made)
            if connection is None or connection.peer != peer.base:
                raise Refusal(*NOT_FOUND)
            if connection.state != "ended":
                self._gateway.end_connection(connection)

    def hear(self, what: str, peer: Peer, form: Row, needed: tuple[str, ...]) -> Row:
        """An invitation, a knock or a hint: kept for whoever drives this peer, and always taken (M109, M113)."""
        if not all(isinstance(form.get(name), str) for name in needed):
            raise Refusal(400, "malformed")
        if what == "invitation" and (optional_text(form, "user") is None) == (
            optional_text(form, "provider") is None
        ):
            raise Refusal(400, "malformed")
        if what == "hint" and not _is_hint(form):
            raise Refusal(400, "malformed")
        with self._gateway.lock:
            self._gateway.heard.append({"what": what, "from": peer.base, **form})
            self._gateway.changed()
        return {}

    def media(self, peer: Peer, made: str) -> tuple[str, bytes]:
        """`GET media/ID`: type and octets, for gateways in the file's group (M115)."""
        with self._gateway.lock:
            content_type, octets, uri = self._gateway.media.get(made, ("", b"", ""))
            group = self._gateway.owned.get(uri) or self._gateway.followed.get(uri)
            members = [] if group is None else [who.split("/")[2] for who in group.state.members]
            if not any(peer.counts(domain) for domain in members):
                raise Refusal(*NOT_FOUND)
            return content_type, octets


def _is_hint(form: Row) -> bool:
    groups = form.get("groups")
    if form["reason"] == "back":
        return groups is None
    return form["reason"] == "new" and isinstance(groups, list) and 1 <= len(groups) <= 1000
