/** Contents that an erase event has forgotten in a group's log (docs/mtp.md, M56 and M57). */
import type { Erasure } from "../../../mappings/events.ts";
import type { EventId } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { GroupId, Seq, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { hostOf } from "./peer-of-host.ts";

const versionsOf = statement<{ group: GroupId; id: EventId; before: Seq }>("forget.versionsOf")((db, { p }) =>
  db
    .selectFrom("event")
    .select(["id", "seq"])
    .where("grp", "=", p.group)
    .where((eb) => eb.or([eb("id", "=", p.id), eb("root_id", "=", p.id)]))
    .where("seq", "<", p.before)
    .where("content", "is not", null),
);
const eventsOf = statement<{ group: GroupId; user: UserId; before: Seq }>("forget.eventsOf")((db, { p }) =>
  db
    .selectFrom("event")
    .select(["id", "seq"])
    .where("grp", "=", p.group)
    .where("sender", "=", p.user)
    .where("seq", "<", p.before)
    .where("content", "is not", null),
);
const forgetContent = statement<{ group: GroupId; seq: Seq; at: Milliseconds }>("forget.content")(
  (db, { p }) =>
    db
      .updateTable("event")
      .set({ content: null, erased_at: p.at })
      .where("grp", "=", p.group)
      .where("seq", "=", p.seq),
);
const forgetReaction = statement<{ group: GroupId; id: EventId }>("forget.reaction")((db, { p }) =>
  db.deleteFrom("reaction").where("event_id", "=", p.id).where("grp", "=", p.group),
);
const forgetVote = statement<{ group: GroupId; id: EventId }>("forget.vote")((db, { p }) =>
  db.deleteFrom("poll_vote").where("event_id", "=", p.id).where("grp", "=", p.group),
);
const forgetValue = statement<{ group: GroupId; seq: Seq }>("forget.value")((db, { p }) =>
  db
    .updateTable("property")
    .set({ value: "", by_user: null })
    .where("grp", "=", p.group)
    .where("seq", "=", p.seq),
);

/**
 * Forgets what is named, as far as it stands before `seq` in the log: contents, reactions, votes, the values of properties. Gives the
 * events that it has emptied. The places in the log stay.
 */
export function* forget(
  { group, seq: before, at }: { readonly group: GroupId; readonly seq: Seq; readonly at: Milliseconds },
  erasure: { readonly ids: readonly EventId[] } | { readonly user: UserId },
): Unit<readonly EventId[]> {
  const found: { readonly id: EventId; readonly seq: Seq }[] = [];
  if ("user" in erasure) found.push(...(yield* all(eventsOf, { group, user: erasure.user, before })));
  else for (const id of erasure.ids) found.push(...(yield* all(versionsOf, { group, id, before })));
  for (const { id, seq } of found) {
    yield* first(forgetContent, { group, seq, at });
    yield* first(forgetReaction, { group, id });
    yield* first(forgetVote, { group, id });
    yield* first(forgetValue, { group, seq });
  }
  return found.map(({ id }) => id);
}

const foreignAmong = statement<{ group: GroupId; id: EventId }>("forget.author")((db, { p }) =>
  db
    .selectFrom("event")
    .innerJoin("user", "user.id", "event.sender")
    .innerJoin("provider", "provider.id", "user.provider")
    .select(["event.sender", "provider.peer", "provider.domain"])
    .where("event.grp", "=", p.group)
    .where("event.id", "=", p.id),
);

/** Whether all that is named is the doer's own; what the log does not know is nobody else's. */
export function* isOwn(
  group: GroupId,
  erasure: Erasure,
  isHis: (author: { readonly sender: UserId | null; readonly peer: number | null }) => boolean,
): Unit<boolean> {
  if (erasure.of === "user") return false;
  for (const id of erasure.ids) {
    const author = yield* first(foreignAmong, { group, id });
    if (!author) continue;
    const peer = author.peer ?? (yield* hostOf(author.domain)).peer;
    if (!isHis({ sender: author.sender, peer })) return false;
  }
  return true;
}
