"""What the peer can be told to do: one method for each command of peer.py."""

from __future__ import annotations

from misbehaviour import OF_EVENTS, OF_REQUESTS
from mtp_gateway import Gateway
from mtp_group import Event
from mtp_lanes import Lanes
from mtp_server import PeerServer
from mtp_wire import unb64u
from probe import Prober
from probe_cases import probe
from user_commands import Row, UserCommands, text_of


class Commands(UserCommands):
    """Commands by name. Each takes the other names of its line as arguments, and its answer goes out as JSON."""

    def __init__(self, gateway: Gateway, server: PeerServer, lanes: Lanes) -> None:
        super().__init__(gateway)
        self._server, self._lanes = server, lanes

    def know(self, domain: str, url: str) -> Row:
        """Where the well-known of a domain is, by hand: `url` is the part before /.well-known."""
        self._gateway.directory.places[domain] = url
        return {}

    def group(
        self, id: str, provider: str | None = None, history: str = "none", join: str = "asserted"
    ) -> Row:
        """Makes a group of ours."""
        uri = f"mimi://{provider or self._gateway.identity.base}/r/{id}"
        self._gateway.make_group(uri, history, join)
        return {"group": uri}

    def code(self, scope: str = "group", group: str | None = None, uses: int = 1) -> Row:
        return {"code": self._gateway.make_code(scope, group, uses)}

    def redeem(self, code: str, speak_as: str | None = None) -> Row:
        return self._lanes.redeem(code, speak_as or self._gateway.identity.base)

    def join(self, group: str, user: str, role: int | None = None) -> Row:
        """A user becomes a member of a group of ours."""
        with self._gateway.lock:
            self._gateway.owned[group].ensure_member(user, role)
        self._gateway.changed()
        return {}

    def log(self, group: str) -> Row:
        """The events that are held, with the text of messages beside them."""
        with self._gateway.lock:
            return {"events": [self._shown(event) for event in self._events(group)]}

    def wait(self, group: str, count: int, seconds: float = 10) -> Row:
        """Waits until the log has so many events."""
        return {"reached": self._gateway.wait_for(seconds, lambda: len(self._events(group)) >= count)}

    def wait_text(self, group: str, text: str, seconds: float = 10) -> Row:
        """Waits until somebody has said this."""
        return {"reached": self._gateway.wait_for(seconds, lambda: text in map(text_of, self._events(group)))}

    def wait_verdicts(self, group: str, count: int = 1, seconds: float = 10) -> Row:
        followed = self._gateway.followed[group]
        reached = self._gateway.wait_for(seconds, lambda: len(followed.verdicts) >= count)
        return {"reached": reached, "verdicts": followed.verdicts}

    def wait_verdict(self, group: str, id: str, seconds: float = 10) -> Row:
        """Waits for the verdict on one event."""
        followed = self._gateway.followed[group]

        def on_it() -> list[Row]:
            return [verdict for verdict in followed.verdicts if verdict["id"] == id]

        return {"reached": self._gateway.wait_for(seconds, lambda: len(on_it()) > 0), "verdicts": on_it()}

    def wait_word(self, group: str, word: str, seconds: float = 10) -> Row:
        """Waits until a followed group is `following`, `stopped`, `left`, or has a problem's code."""
        followed = self._gateway.followed[group]
        return {
            "reached": self._gateway.wait_for(seconds, lambda: followed.word == word),
            "fault": followed.fault,
        }

    def wait_rev(self, group: str, rev: int, seconds: float = 10) -> Row:
        """Waits until a followed group is read in this revision."""
        return {"reached": self._gateway.wait_for(seconds, lambda: self._gateway.followed[group].rev == rev)}

    def status(self, group: str) -> Row:
        """State, values and place of a group."""
        with self._gateway.lock:
            return (self._gateway.owned.get(group) or self._gateway.followed[group]).report()

    def resume(self, group: str) -> Row:
        """A stopped group goes on from the event that was at fault (M52)."""
        followed = self._gateway.followed[group]
        followed.word, followed.fault = "following", None
        self._gateway.changed()
        return {}

    def post(self, group: str) -> Row:
        """Posts what waits, as a guest that can't be reached does."""
        return {"verdicts": self._lanes.post(self._gateway.followed[group])}

    def snapshot(self, group: str) -> Row:
        followed = self._gateway.followed[group]
        snapshot, members = self._lanes.snapshot(self._gateway.directory.peers[followed.owner], group)
        return {"snapshot": snapshot, "members": members}

    def restore(self, group: str, keep: int) -> Row:
        """As after a backup: the log is cut, and its revision is a new one."""
        with self._gateway.lock:
            self._gateway.owned[group].restore(keep)
        self._gateway.changed()
        return {}

    def close(self, group: str) -> Row:
        self._gateway.owned[group].state_word = "closed"
        self._gateway.changed()
        return {}

    def ask(
        self, base: str, method: str, path: str, form: Row | None = None, query: str | None = None
    ) -> Row:
        """Any signed request to a peer."""
        peer = self._gateway.directory.learn(base)
        answer = self._gateway.client.ask(peer, method, path, form, query)
        return {"status": answer.status, "form": answer.form}

    def probe(self, base: str) -> Row:
        """Asks a connected peer in all the wrong ways; what was answered otherwise than docs/mtp.md has it."""
        return {"wrong": probe(Prober(self._gateway.identity, self._gateway.directory.learn(base)))}

    def connections(self) -> Row:
        with self._gateway.lock:
            return {
                "connections": [
                    {"peer": one.peer, **one.form()} for one in self._gateway.connections.values()
                ]
            }

    def disconnect(self, connection: str) -> Row:
        """Ends a connection here and at the other side."""
        with self._gateway.lock:
            ended = self._gateway.connections[connection]
            self._gateway.end_connection(ended)
            peer = self._gateway.directory.peers[ended.peer]
        return {"status": self._gateway.client.ask(peer, "DELETE", f"/connections/{connection}").status}

    def block(self, base: str) -> Row:
        self._gateway.blocked.add(base)
        return {}

    def file(self, id: str, content_type: str, octets: str, group: str) -> Row:
        """Puts a file there, for the gateways of a group; `octets` in base64url."""
        self._gateway.media[id] = (content_type, unb64u(octets), group)
        return {"url": f"{self._gateway.identity.endpoint}/media/{id}"}

    def misbehave(self, fault: str, path: str = "/", times: int | None = None, seconds: float = 3) -> Row:
        self._gateway.misbehaviour.order(fault, path, times, seconds)
        return {}

    def behave(self) -> Row:
        self._gateway.misbehaviour.behave()
        return {}

    def faults(self) -> Row:
        return {"faults": {**OF_EVENTS, **OF_REQUESTS}}

    def seen(self) -> Row:
        """Requests that came, invitations, knocks and hints, and what failed of the peer's own requests."""
        with self._gateway.lock:
            heard, failures = list(self._gateway.heard), list(self._lanes.failures)
        return {"requests": list(self._server.requests), "heard": heard, "failures": failures}

    def _shown(self, event: Event) -> Row:
        text = text_of(event)
        return event if text is None else {**event, "text": text}
