"""What this gateway answers to signed requests about groups (docs/mtp.md: Reading, Submissions, The snapshot)."""

from __future__ import annotations

from collections.abc import Callable

from mtp_forms import (
    CURSOR_STATUS,
    MEMBERS,
    NOT_FOUND,
    PAGE_BYTES,
    PAGE_EVENTS,
    Refusal,
    asked_groups,
    number,
    verdicts_of,
)
from mtp_gateway import Gateway
from mtp_group import CursorRefused, Event, Guest, OwnedGroup
from mtp_judge import Judge, has_submission_form
from mtp_peers import Peer
from mtp_values import Row
from mtp_wire import split_uri, unb64u


class GroupResources:
    """Answers about groups."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def events(self, peer: Peer, uri: str, query: dict[str, str]) -> Row:
        """`GET G/events`."""
        wait, limit = (
            number(query.get("wait", 0), 0, 25),
            number(query.get("limit", PAGE_EVENTS), 1, PAGE_EVENTS),
        )

        def page(empty: bool) -> Row | None:
            group, guest = self._readable(peer, uri)
            try:
                after = group.read_cursor(query.get("after"), guest)
            except CursorRefused as refused:
                raise Refusal(CURSOR_STATUS[refused.code], refused.code) from refused
            found = self._page(group, guest, after, limit, PAGE_BYTES)
            if not found["events"] and group.state_word == "closed":
                raise Refusal(410, "group_closed")
            if not found["events"] and not empty:
                return None
            held = group.events[after - 1] if after > 0 else None
            path = f"/groups/{split_uri(uri)[0]}/{split_uri(uri)[2]}/events"
            found["events"] = self._gateway.misbehaviour.of_events(path, uri, found["events"], held)
            return found

        found = self._gateway.hold(wait, lambda: page(empty=False))
        with self._gateway.lock:
            return found or page(empty=True) or {}

    def sync(self, peer: Peer, form: Row) -> Row:
        """`POST sync`."""
        asked = asked_groups(form, "subscriptions")
        wait, limit = (
            number(form.get("wait", 0), 0, 25),
            number(form.get("limit", PAGE_EVENTS), 1, PAGE_EVENTS),
        )
        octets = number(form.get("max_bytes", PAGE_BYTES), 65_536, PAGE_BYTES)

        def collect() -> Row | None:
            groups: list[Row] = []
            problems: list[Row] = []
            for place, one in enumerate(asked):
                share = max(1, (limit - sum(len(row["events"]) for row in groups)) // (len(asked) - place))
                try:
                    row = self._group_row(peer, one, share, octets // len(asked))
                except Refusal as refusal:
                    problems.append({"group": one["group"], "code": refusal.code})
                    continue
                if row is not None and len(groups) < limit:
                    groups.append(row)
            return {"groups": groups, "problems": problems} if groups or problems else None

        return self._gateway.hold(wait, collect) or {"groups": [], "problems": []}

    def _group_row(self, peer: Peer, asked: Row, limit: int, octets: int) -> Row | None:
        group, guest = self._readable(peer, asked["group"])
        try:
            after = group.read_cursor(asked.get("after"), guest)
        except CursorRefused as refused:
            raise Refusal(CURSOR_STATUS[refused.code], refused.code) from refused
        page = self._page(group, guest, after, limit, octets)
        values = group.values.since(asked.get("state"), peer.base, peer.features)
        if not page["events"] and not values:
            if group.state_word == "closed":
                raise Refusal(410, "group_closed")
            return None
        held = group.events[after - 1] if after > 0 else None
        page["events"] = self._gateway.misbehaviour.of_events("/sync", group.uri, page["events"], held)
        return {"group": group.uri, **page, **values}

    def _page(self, group: OwnedGroup, guest: Guest, after: int, limit: int, octets: int) -> Row:
        head = group.visible_head(guest)
        events: list[Event] = []
        for event in group.events[after : min(head, after + limit)]:
            octets -= len(unb64u(event.get("content", "")))
            if octets < 0 and events:
                break
            events.append(event)
        seq = after + len(events)
        return {
            "events": events,
            "cursor": group.cursor(seq),
            "head": max(head, seq) if events else head,
            "more": seq < head,
        }

    def snapshot(self, peer: Peer, uri: str) -> Row:
        """`GET G`."""
        with self._gateway.lock:
            group, guest = self._readable(peer, uri)
            return {
                "group": uri,
                "cursor": group.cursor(group.head),
                "seq": group.head,
                "rev": group.rev,
                "state": group.state_word,
                "visible_from": guest.visible_from,
                "properties": [row for row in group.state.properties.values() if row["value"] != ""],
                "roles": [],
                "policy": group.policy,
                "members": len(group.state.members),
            }

    def members(self, peer: Peer, uri: str, query: dict[str, str]) -> Row:
        """`GET G/members`; its cursor is the number of members given."""
        limit = number(query.get("limit", MEMBERS), 1, MEMBERS)
        with self._gateway.lock:
            group, _ = self._readable(peer, uri)
            if "after" in query and not query["after"].isdecimal():
                raise Refusal(400, "cursor_malformed")
            start = int(query.get("after", "0"))
            names = {user: row["name"] for user, (_, row) in group.values.profiles.items()}
            rows = [
                row | ({"name": names[who]} if who in names else {})
                for who, row in group.state.members.items()
            ]
            more = {"next": str(start + limit)} if len(rows) > start + limit else {}
            return {"members": rows[start : start + limit], **more}

    def submissions(self, peer: Peer, form: Row) -> Row:
        """`POST submissions`: what our users did in groups of the caller's."""
        asked = asked_groups(form, "groups")
        wait, limit = (
            number(form.get("wait", 0), 0, 25),
            number(form.get("limit", PAGE_EVENTS), 1, PAGE_EVENTS),
        )
        with self._gateway.lock:
            for one in asked:
                followed = self._gateway.followed.get(one["group"])
                if followed is not None and followed.owner == peer.base:
                    for verdict in verdicts_of(one):
                        followed.take_verdict(verdict)
            self._gateway.changed()

        def collect() -> Row | None:
            groups: list[Row] = []
            problems: list[Row] = []
            for one in asked:
                followed = self._gateway.followed.get(one["group"])
                if followed is None or followed.owner != peer.base:
                    problems.append({"group": one["group"], "code": "not_found"})
                    continue
                events, cursor, more = followed.waiting(one.get("after"), max(1, limit // len(asked)))
                values = followed.values.since(one.get("state"), peer.base, peer.features)
                if events or values:
                    events = self._gateway.misbehaviour.of_events("/submissions", followed.uri, events, None)
                    groups.append(
                        {"group": followed.uri, "events": events, "cursor": cursor, "more": more, **values}
                    )
            return {"groups": groups, "problems": problems} if groups or problems else None

        return self._gateway.hold(wait, collect) or {"groups": [], "problems": []}

    def post_events(self, peer: Peer, uri: str, form: Row) -> Row:
        """`POST G/events` (feature submit.post)."""
        events = form.get("events")
        if not isinstance(events, list) or len(events) > 100 or not all(map(has_submission_form, events)):
            raise Refusal(400, "malformed")
        with self._gateway.lock:
            group, _ = self._readable(peer, uri)
            take_values(self._gateway, group, peer, form)
            judge = Judge(
                group, peer.base, peer.counts, lambda event: self._gateway.submission_is_proven(peer, event)
            )
            verdicts = [judge.judge(event) for event in events]
            self._gateway.changed()
            return {"verdicts": verdicts}

    def _readable(self, peer: Peer, uri: str) -> tuple[OwnedGroup, Guest]:
        group = self._gateway.owned.get(uri)
        guest = None if group is None else group.guests.get(peer.base)
        if group is None or guest is None:
            raise Refusal(*NOT_FOUND)
        return group, guest


def take_values(gateway: Gateway, group: OwnedGroup, peer: Peer, form: Row) -> None:
    """Takes a guest's rows about its own users who are members, and drops others (M79)."""
    takes: dict[str, Callable[[Row], None]] = {
        "profiles": group.values.put_profile,
        "markers": lambda row: group.values.put_marker(row, group.seqs),
        "transients": group.values.put_transient,
    }
    for name, take in takes.items():
        for row in form.get(name, []):
            if peer.counts(split_uri(row["user"])[0]) and group.state.is_in(row["user"]):
                take(row)
    gateway.changed()
