"""Threads that ask other gateways: logs of groups that are followed, submissions to groups that are owned."""

from __future__ import annotations

import random
import threading
import time
from typing import Any

from mtp_client import Answer, NoAnswer
from mtp_follow import FollowedGroup, Waits
from mtp_gateway import Connection, Gateway
from mtp_group import Event
from mtp_judge import Judge, Verdict, has_submission_form
from mtp_peers import Peer
from mtp_resources import take_values
from mtp_values import Row
from mtp_wire import b64u, group_path, proof_provider

FIRST_BACKOFF, MAX_BACKOFF = 1.0, 300.0
IDLE_SECONDS = 0.5


class Lanes:
    """One thread for each direction and peer, from the first connection on."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._running: set[tuple[str, str]] = set()
        self.failures: list[str] = []
        self._after: dict[str, str] = {}
        self._states: dict[str, str] = {}
        self._verdicts: dict[str, dict[str, list[Verdict]]] = {}

    def ensure(self, base: str) -> None:
        """Starts the threads for a peer, once."""
        for name, turn in {"follow": self._follow_once, "pull": self._pull_once}.items():
            if (name, base) not in self._running:
                self._running.add((name, base))
                threading.Thread(target=self._run, args=(turn, base), daemon=True).start()

    def redeem(self, code: str, speak_as: str) -> Row:
        """Redeems a code and follows its group; ValueError with the answer where it was refused."""
        _, base, kid, secret = code.split(":")
        peer = self._gateway.directory.learn(base)
        if kid not in peer.keys:
            raise ValueError(f"{base} does not list the key {kid} (M100)")
        identity = self._gateway.identity
        form = {"code": secret, "base": identity.base, "endpoint": identity.endpoint}
        answer = self._gateway.client.ask(
            peer, "POST", "/redeem", form | {"public": b64u(identity.key.public)}, None, speak_as
        )
        if answer.status != 200:
            raise ValueError(f"{answer.status} {answer.form}")
        self._keep(peer, speak_as, answer.form)
        self.ensure(base)
        return answer.form

    def _keep(self, peer: Peer, speak_as: str, form: Row) -> None:
        group: Row = {name: form[name] for name in ("group", "role", "cursor", "seq", "rev") if name in form}
        made = Connection(
            form["connection"], form["scope"], peer.base, speak_as, False, int(time.time() * 1000), group
        )
        made.state = form["state"]
        with self._gateway.lock:
            self._gateway.connections[made.id] = made
            if "cursor" in form:
                followed = FollowedGroup(form["group"], peer.base, form["cursor"], form["seq"], form["rev"])
                self._gateway.followed.setdefault(form["group"], followed)
        if "cursor" in form:
            snapshot, members = self.snapshot(peer, form["group"])
            with self._gateway.lock:
                self._gateway.followed[form["group"]].merge_state(snapshot, members)
        self._gateway.changed()

    def snapshot(self, peer: Peer, group: str) -> tuple[Row, list[Row]]:
        """The snapshot of a group, and then all its members."""
        path, members, after = group_path(group), [], None
        snapshot = self._asked(peer, "GET", path)
        while True:
            page = self._asked(
                peer, "GET", f"{path}/members", query=None if after is None else f"after={after}"
            )
            members += page["members"]
            after = page.get("next")
            if after is None:
                return snapshot, members

    def post(self, followed: FollowedGroup) -> list[Verdict]:
        """Submits by `POST G/events` what waits, and takes the verdicts (feature submit.post)."""
        with self._gateway.lock:
            peer = self._gateway.directory.peers[followed.owner]
            events = followed.waiting(None, 100)[0]
        form = self._asked(peer, "POST", f"{group_path(followed.uri)}/events", {"events": events})
        with self._gateway.lock:
            for verdict in form["verdicts"]:
                followed.take_verdict(verdict)
            self._gateway.changed()
        return list(form["verdicts"])

    def _asked(
        self, peer: Peer, method: str, path: str, form: Row | None = None, query: str | None = None
    ) -> Row:
        answer = self._gateway.client.ask(peer, method, path, form, query)
        if answer.status != 200:
            raise NoAnswer(f"{method} {path}: {answer.status} {answer.form}")
        return answer.form

    def _run(self, turn: Any, base: str) -> None:
        backoff = FIRST_BACKOFF
        while not self._gateway.stopping:
            try:
                answered = turn(base)
                backoff = FIRST_BACKOFF
            except (NoAnswer, Waits, KeyError, TypeError, ValueError) as error:
                with self._gateway.lock:
                    self.failures.append(f"{base}: {error!r}")
                self._pause(random.uniform(backoff / 2, backoff))
                backoff = min(MAX_BACKOFF, backoff * 2)
                continue
            if not answered:
                self._pause(IDLE_SECONDS)

    def _pause(self, seconds: float) -> None:
        """Waits, and no longer than until the next change: what ends a wait may be a hint."""
        with self._gateway.lock:
            self._gateway.lock.wait(seconds)

    def _held(self, peer: Peer, path: str, form: Row) -> Answer:
        wait = self._gateway.wait_seconds
        answer = self._gateway.client.ask(peer, "POST", path, form | {"wait": wait}, hold_seconds=wait)
        if answer.status != 200:
            raise NoAnswer(f"{path}: {answer.status} {answer.form}")
        return answer

    def _follow_once(self, base: str) -> bool:
        with self._gateway.lock:
            groups = [
                one
                for one in self._gateway.followed.values()
                if one.owner == base and one.word == "following"
            ]
            asked = [_subscription(one) for one in groups]
        if not asked:
            return False
        peer = self._gateway.directory.peers[base]
        form = self._held(peer, "/sync", {"subscriptions": asked}).form
        known = {one.uri: one for one in groups}
        for row in form["groups"]:
            with self._gateway.lock:
                self._take_page(peer, known[row["group"]], row)
        for problem in form["problems"]:
            self._solve(peer, known[problem["group"]], problem["code"])
        self._gateway.changed()
        return True

    def _take_page(self, peer: Peer, followed: FollowedGroup, row: Row) -> None:
        def proven(event: Event) -> bool:
            return self._gateway.log_event_is_proven(peer, event)

        followed.take(row["events"], row["cursor"], row["head"], row["more"], proven)
        followed.state_cursor = row.get("state", followed.state_cursor)
        followed.transients += row.get("transients", [])
        for profile in row.get("profiles", []):
            followed.owners_values[f"profile {profile['user']}"] = profile
        for marker in row.get("markers", []):
            followed.owners_values[f"{marker['kind']} {marker['user']}"] = marker

    def _solve(self, peer: Peer, followed: FollowedGroup, code: str) -> None:
        if code in ("cursor_gone", "cursor_malformed", "cursor_foreign"):
            snapshot, members = self.snapshot(peer, followed.uri)
            with self._gateway.lock:
                followed.take_snapshot(snapshot, members, self._is_own)
        else:
            followed.word = code

    def _is_own(self, event: Event) -> bool:
        return "content" in event and self._gateway.identity.speaks_for(proof_provider(event))

    def _pull_once(self, base: str) -> bool:
        with self._gateway.lock:
            groups = [one for one in self._gateway.owned.values() if base in one.guests]
            carried = {one.uri: list(self._waiting_verdicts(base, one.uri)) for one in groups}
            asked = [self._pull_row(base, one.uri, carried[one.uri]) for one in groups]
        peer = self._gateway.directory.peers[base]
        if not asked or "unreachable" in peer.features or not self._gateway.connected(base):
            return False
        form = self._held(peer, "/submissions", {"groups": asked}).form
        with self._gateway.lock:
            for uri, verdicts in carried.items():
                for verdict in verdicts:
                    self._waiting_verdicts(base, uri).remove(verdict)
            for row in form["groups"]:
                self._judge(peer, row)
            self._gateway.changed()
        return True

    def _waiting_verdicts(self, base: str, uri: str) -> list[Verdict]:
        return self._verdicts.setdefault(base, {}).setdefault(uri, [])

    def _pull_row(self, base: str, uri: str, verdicts: list[Verdict]) -> Row:
        key = f"{base} {uri}"
        row: Row = {"group": uri}
        row |= {"after": self._after[key]} if key in self._after else {}
        row |= {"state": self._states[key]} if key in self._states else {}
        return row | ({"verdicts": verdicts[:500]} if verdicts else {})

    def _judge(self, peer: Peer, row: Row) -> None:
        group = self._gateway.owned[row["group"]]
        judge = Judge(
            group, peer.base, peer.counts, lambda event: self._gateway.submission_is_proven(peer, event)
        )
        for event in row["events"]:
            if not has_submission_form(event):
                raise NoAnswer(f"/submissions: an event without its form: {event}")
            self._waiting_verdicts(peer.base, group.uri).append(judge.judge(event))
        take_values(self._gateway, group, peer, row)
        key = f"{peer.base} {group.uri}"
        self._after[key] = row["cursor"]
        if "state" in row:
            self._states[key] = row["state"]


def _subscription(followed: FollowedGroup) -> Row:
    row: Row = {"group": followed.uri}
    row |= {} if followed.cursor is None else {"after": followed.cursor}
    return row | ({} if followed.state_cursor is None else {"state": followed.state_cursor})
