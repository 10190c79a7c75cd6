/** What the log holds of a room as it stands: what the platform's own state is compared with. */
import type { Milliseconds } from "../../time.ts";
import type { EventId } from "../../../mappings/ids.ts";
import type { BindingId, GroupId, ProviderId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";

interface Stretch {
  readonly binding: BindingId;
  readonly group: GroupId;
  /** Names of the room, from this one on. */
  readonly from: string;
  readonly before: string;
}

const linked = statement<{ binding: BindingId; native: string }>("standing.linked")((db, { p }) =>
  db
    .selectFrom("link")
    .select("event_id")
    .where("binding", "=", p.binding)
    .where("native", "=", p.native as never)
    .where("state", "=", "live"),
);
const messages = statement<Stretch>("standing.messages")((db, { p }) =>
  db
    .selectFrom("link")
    .innerJoin("event", (join) =>
      join.onRef("event.id", "=", "link.event_id").on("event.grp", "=", p.group as never),
    )
    .select(["link.native as name", "link.part", "event.id as root", "event.origin_binding as originBinding"])
    .where("link.binding", "=", p.binding)
    .where("link.native", ">=", p.from as never)
    .where("link.native", "<", p.before as never)
    .where("link.state", "=", "live")
    .where("link.part", ">=", 0)
    .where("event.kind", "=", "message")
    .where("event.root_id", "is", null)
    .where("event.deleted_seq", "is", null)
    .where("event.content", "is not", null)
    .orderBy("link.native"),
);
// In a peer's group what was said in the room stands there before the owner has it in the log.
const underWay = statement<Stretch>("standing.underWay")((db, { p }) =>
  db
    .selectFrom("link")
    .innerJoin("submission", (join) =>
      join.onRef("submission.id", "=", "link.event_id").on("submission.grp", "=", p.group as never),
    )
    .select([
      "link.native as name",
      "link.part",
      "submission.id as root",
      "submission.origin_binding as originBinding",
    ])
    .where("link.binding", "=", p.binding)
    .where("link.native", ">=", p.from as never)
    .where("link.native", "<", p.before as never)
    .where("link.state", "=", "live")
    .where("link.part", ">=", 0)
    .where("submission.kind", "=", "message")
    .where("submission.root_id", "is", null)
    .where("submission.state", "in", ["pending", "served", "accepted"])
    .orderBy("link.native"),
);
const reactions = statement<Stretch & { provider: ProviderId }>("standing.reactions")((db, { p }) =>
  db
    .selectFrom("link")
    .innerJoin("reaction", (join) =>
      join.onRef("reaction.target", "=", "link.event_id").on("reaction.grp", "=", p.group as never),
    )
    .innerJoin("event", (join) =>
      join.onRef("event.grp", "=", "reaction.grp").onRef("event.id", "=", "reaction.event_id"),
    )
    .innerJoin("user", "user.id", "reaction.user_id")
    .select([
      "link.native as name",
      "reaction.event_id as id",
      "reaction.emoji",
      "user.native as user",
      "event.origin_at as at",
    ])
    .where("link.binding", "=", p.binding)
    .where("link.native", ">=", p.from as never)
    .where("link.native", "<", p.before as never)
    .where("link.state", "=", "live")
    .where("link.part", ">=", 0)
    .where("reaction.gone_seq", "is", null)
    .where("event.origin_binding", "=", p.binding)
    .where("user.provider", "=", p.provider)
    .orderBy("reaction.seq"),
);

export interface StandingRow {
  readonly name: string;
  readonly part: number;
  readonly root: EventId;
  readonly originBinding: BindingId | null;
}

export interface GivenRow {
  /** The name of the message that it is to. */
  readonly name: string;
  readonly id: EventId;
  readonly emoji: string;
  readonly user: string;
  readonly at: Milliseconds;
}

/**
 * The messages that stand and whose names in the room lie in the stretch, those under way to a peer's log last, with the
 * reactions to them in the log that users of the room's platform gave there.
 */
export function* standingIn(
  input: Stretch & { readonly provider: ProviderId },
): Unit<{ readonly messages: readonly StandingRow[]; readonly reactions: readonly GivenRow[] }> {
  const { binding, group, from, before } = input;
  const stretch = { binding, group, from, before };
  const logged = yield* all(messages, stretch);
  const known = new Set(logged.map(({ name }) => name));
  const submitted = yield* all(underWay, stretch);
  return {
    messages: [...logged, ...submitted.filter(({ name }) => !known.has(name))],
    reactions: yield* all(reactions, input),
  };
}

/** Whether the room calls an event by this name. */
export function* isLinked(input: { readonly binding: BindingId; readonly native: string }): Unit<boolean> {
  return (yield* first(linked, input)) !== undefined;
}
