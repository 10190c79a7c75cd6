import type { EventId } from "../../../mappings/ids.ts";
import type { GroupId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, type Unit } from "../unit.ts";

const byEventId = statement<{ from: EventId; to: EventId }>("trace.byEventId")((db, { p }) =>
  db.selectFrom("event").select(["id", "grp"]).where("id", ">=", p.from).where("id", "<", p.to).limit(20),
);
const byNativeId = statement<{ native: string }>("trace.byNativeId")((db, { p }) =>
  db
    .selectFrom("link")
    .innerJoin("binding", "binding.id", "link.binding")
    .select(["link.event_id as id", "binding.grp"])
    .where("link.native", "=", p.native as never)
    .limit(20),
);

/** Events whose id begins so, or which a room calls so. */
export function* findEvents(text: string): Unit<readonly { readonly id: EventId; readonly grp: GroupId }[]> {
  const prefix = /^[0-9a-f]{8,64}$/.test(text) ? text : null;
  const found = prefix ? yield* all(byEventId, { from: prefix as EventId, to: `${prefix}g` as EventId }) : [];
  return found.length > 0 ? found : yield* all(byNativeId, { native: text });
}

const eventRow = statement<{ id: EventId; grp: GroupId }>("trace.eventRow")((db, { p }) =>
  db
    .selectFrom("event")
    .innerJoin("grp", "grp.id", "event.grp")
    .leftJoin("user", "user.id", "event.sender")
    .leftJoin("binding", "binding.id", "event.origin_binding")
    .leftJoin("account", "account.id", "binding.account")
    .select([
      "event.id",
      "event.seq",
      "event.kind",
      "grp.uri as group",
      "user.uri as senderUri",
      "user.name as senderName",
      "event.origin_at as originAt",
      "event.received_at as receivedAt",
      "event.accepted_at as acceptedAt",
      "event.origin_binding as originBinding",
      "binding.native as room",
      "account.native as account",
    ])
    .where("event.id", "=", p.id)
    .where("event.grp", "=", p.grp),
);
const linkRows = statement<{ id: EventId }>("trace.linkRows")((db, { p }) =>
  db
    .selectFrom("link")
    .innerJoin("binding", "binding.id", "link.binding")
    .innerJoin("account", "account.id", "binding.account")
    .select([
      "link.binding",
      "link.native",
      "link.state",
      "link.part",
      "link.attempts",
      "link.at",
      "binding.native as room",
      "account.native as account",
    ])
    .where("link.event_id", "=", p.id)
    .orderBy("link.at"),
);
const deliveryRows = statement<{ id: EventId; grp: GroupId }>("trace.deliveryRows")((db, { p }) =>
  db
    .selectFrom("event")
    .innerJoin("binding", "binding.grp", "event.grp")
    .innerJoin("account", "account.id", "binding.account")
    .innerJoin("delivery", (join) =>
      join.onRef("delivery.binding", "=", "binding.id").onRef("delivery.seq", "=", "event.seq"),
    )
    .leftJoin("lane", (join) => join.onRef("lane.binding", "=", "binding.id").on("lane.kind", "=", "out"))
    .select([
      "delivery.state",
      "delivery.attempt",
      "delivery.key",
      "delivery.at",
      "binding.native as room",
      "account.native as account",
      "lane.last_error as lastError",
    ])
    .where("event.id", "=", p.id)
    .where("event.grp", "=", p.grp),
);
const waitingRows = statement<{ id: EventId; grp: GroupId }>("trace.waitingRows")((db, { p }) =>
  db
    .selectFrom("event")
    .innerJoin("binding", "binding.grp", "event.grp")
    .innerJoin("account", "account.id", "binding.account")
    .leftJoin("lane", (join) => join.onRef("lane.binding", "=", "binding.id").on("lane.kind", "=", "out"))
    .select(["binding.native as room", "account.native as account", "lane.last_error as lastError"])
    .whereRef("binding.intended_seq", "<", "event.seq")
    // Nothing goes back to where it came from.
    .where((eb) =>
      eb.or([eb("event.origin_binding", "is", null), eb("binding.id", "!=", eb.ref("event.origin_binding"))]),
    )
    .where("binding.state", "=", "live")
    .where("event.id", "=", p.id)
    .where("event.grp", "=", p.grp),
);
const asideRows = statement<{ id: EventId }>("trace.asideRows")((db, { p }) =>
  db
    .selectFrom("set_aside")
    .innerJoin("binding", "binding.id", "set_aside.binding")
    .innerJoin("account", "account.id", "binding.account")
    .select([
      "set_aside.id",
      "set_aside.code",
      "set_aside.cause",
      "set_aside.attempts",
      "set_aside.at",
      "binding.native as room",
      "account.native as account",
    ])
    .where("set_aside.event_id", "=", p.id),
);

const digestRows = statement<{ id: EventId }>("trace.digestRows")((db, { p }) =>
  db
    .selectFrom("digested")
    .innerJoin("binding", "binding.id", "digested.binding")
    .innerJoin("account", "account.id", "binding.account")
    .leftJoin("lane", (join) => join.onRef("lane.binding", "=", "binding.id").on("lane.kind", "=", "out"))
    .select([
      "digested.native",
      "digested.at",
      "binding.native as room",
      "account.native as account",
      "lane.last_error as lastError",
    ])
    .where("digested.event_id", "=", p.id),
);

/** All that is known of one event's way. */
export function* eventWay(found: { readonly id: EventId; readonly grp: GroupId }) {
  return {
    event: (yield* all(eventRow, found))[0] ?? null,
    links: yield* all(linkRows, found),
    deliveries: yield* all(deliveryRows, found),
    digests: yield* all(digestRows, found),
    waiting: yield* all(waitingRows, found),
    setAside: yield* all(asideRows, found),
  };
}
