import type { Milliseconds } from "../../bridge.ts";
import type { EventKind } from "../../../mappings/events.ts";
import type { EventId } from "../../../mappings/ids.ts";
import type { BindingId, GroupId, Seq, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";

/** Where and when an event enters a log. */
export interface EventPlace {
  readonly group: GroupId;
  readonly binding: BindingId;
  readonly acceptedAt: Milliseconds;
  readonly originAt: Milliseconds;
  readonly receivedAt: Milliseconds;
}

/** No row back: the group has an event of this id already. */
export const addEvent = statement<{
  group: GroupId;
  seq: Seq;
  id: EventId;
  kind: EventKind;
  sender: UserId | null;
  acceptedAt: Milliseconds;
  originAt: Milliseconds;
  receivedAt: Milliseconds;
  content: Uint8Array;
  binding: BindingId;
  root: EventId | null;
}>("log.addEvent")((db, { p }) =>
  db
    .insertInto("event")
    .values({
      grp: p.group,
      seq: p.seq,
      id: p.id,
      kind: p.kind,
      sender: p.sender,
      accepted_at: p.acceptedAt,
      origin_at: p.originAt,
      received_at: p.receivedAt,
      content: p.content,
      origin_binding: p.binding,
      root_id: p.root,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("seq"),
);
