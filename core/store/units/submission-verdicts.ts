/** What ends a submission before it comes back: the owner's verdict, or that it is withdrawn. */
import { decodeProperty, threadOf } from "../../../mappings/event-content.ts";
import type { EventId } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { AccountId, BindingId, GroupId, Seq, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { addNotice } from "./notices.ts";
import { isShown } from "./properties.ts";
import { queueRestore } from "./restore.ts";
import type { Verdict } from "./verdicts.ts";

const setAccepted = statement<{ group: GroupId; id: EventId }>("submissions.setAccepted")((db, { p }) =>
  db
    .updateTable("submission")
    .set({ state: "accepted" })
    .where("grp", "=", p.group)
    .where("id", "=", p.id)
    .where("state", "in", ["pending", "served"]),
);
const setRefused = statement<{ group: GroupId; id: EventId; code: string; at: Milliseconds }>(
  "submissions.setRefused",
)((db, { p }) =>
  db
    .updateTable("submission")
    .set({ state: "refused", code: p.code, told_at: p.at })
    .where("grp", "=", p.group)
    .where("id", "=", p.id)
    .where("state", "in", ["pending", "served"])
    .returning(["origin_binding as binding", "sender", "kind", "content"]),
);
const refuseLink = statement<{ binding: BindingId; id: EventId }>("submissions.refuseLink")((db, { p }) =>
  db
    .updateTable("link")
    .set({ state: "refused" })
    .where("event_id", "=", p.id)
    .where("binding", "=", p.binding),
);
const author = statement<{ user: UserId }>("submissions.author")((db, { p }) =>
  db.selectFrom("user").select(["native", "name"]).where("id", "=", p.user),
);
const liveRoom = statement<{ binding: BindingId }>("submissions.liveRoom")((db, { p }) =>
  db.selectFrom("binding").select(["id", "account"]).where("id", "=", p.binding).where("state", "=", "live"),
);

const forgetPlaced = statement<{ group: GroupId; id: EventId; seq: Seq }>("submissions.forgetPlaced")(
  (db, { p }) =>
    db
      .deleteFrom("submission")
      .where("grp", "=", p.group)
      .where("id", "=", p.id)
      .where((eb) =>
        eb.exists(
          eb.selectFrom("grp").select("grp.id").where("grp.id", "=", p.group).where("grp.head", ">=", p.seq),
        ),
      ),
);

/**
 * The owner's verdict. Accepted: the row waits for the event, unless the log is held up to its place and has another there,
 * which says the same. Refused: the link says so, and the author is told once, by `notice` (null: he is not), in the room, and a
 * name or topic is set back there; that room is returned, since something waits there now. A verdict on what is decided is nothing.
 */
export function* recordVerdict(input: {
  group: GroupId;
  verdict: Verdict;
  seq: Seq | null;
  notice: string | null;
  at: Milliseconds;
}): Unit<{ readonly id: BindingId; readonly account: AccountId } | null> {
  const { group, seq, notice, at } = input;
  const { id, code } = input.verdict;
  if (code === null) {
    yield* first(setAccepted, { group, id });
    if (seq !== null) yield* first(forgetPlaced, { group, id, seq });
    return null;
  }
  const refused = yield* first(setRefused, { group, id, code, at });
  if (!refused) return null;
  const { binding, sender, kind, content } = refused;
  yield* first(refuseLink, { binding, id });
  const name = kind === "property" ? decodeProperty(content).name : null;
  const shown = name !== null && isShown(name) ? name : null;
  const room = notice === null && shown === null ? undefined : yield* first(liveRoom, { binding });
  if (!room) return null;
  if (notice !== null) {
    const to = sender === null ? null : ((yield* first(author, { user: sender })) ?? null);
    yield* addNotice({ binding, to, text: notice, at, thread: threadOf(refused) });
  }
  if (shown !== null) yield* queueRestore({ binding, name: shown, event: id, at });
  return room;
}

interface OwnMessage {
  readonly group: GroupId;
  readonly id: EventId;
  readonly sender: UserId;
}

const setWithdrawn = statement<OwnMessage>("submissions.setWithdrawn")((db, { p }) =>
  db
    .updateTable("submission")
    .set({ state: "withdrawn" })
    .where("grp", "=", p.group)
    .where("id", "=", p.id)
    .where("sender", "=", p.sender)
    .where("state", "=", "pending")
    .returning("origin_binding as binding"),
);
// What changes it would be refused, since the owner never hears of what it changes.
const withdrawVersions = statement<OwnMessage>("submissions.withdrawVersions")((db, { p }) =>
  db
    .updateTable("submission")
    .set({ state: "withdrawn" })
    .where("grp", "=", p.group)
    .where("root_id", "=", p.id)
    .where("sender", "=", p.sender)
    .where("state", "=", "pending"),
);

/** Takes back a message that its author has deleted before it was served, with its edits. False: the owner may have it (M93). */
export function* withdraw(message: OwnMessage): Unit<boolean> {
  const row = yield* first(setWithdrawn, message);
  if (!row) return false;
  yield* first(refuseLink, { binding: row.binding, id: message.id });
  yield* first(withdrawVersions, message);
  return true;
}
