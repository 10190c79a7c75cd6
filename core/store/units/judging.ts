/** What an event would do in a group, as the rules ask for it: looked up, and judged by mappings/room-policy. */
import type { MemberChange } from "../../../mappings/events.ts";
import type { EventId } from "../../../mappings/ids.ts";
import { parseUserUri } from "../../../mappings/ids.ts";
import { type MessageAct, plainAct } from "../../../mappings/message-act.ts";
import type { Deed, GroupRules, Standing, TargetMessage } from "../../../mappings/room-policy/deed.ts";
import type { GroupId, ProviderId, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { eventOf } from "./log.ts";

const targetRow = statement<{ group: GroupId; id: EventId }>("judging.target")((db, { p }) =>
  db
    .selectFrom("event as version")
    .innerJoin("event as root", (join) =>
      join
        .onRef("root.grp", "=", "version.grp")
        .on((eb) => eb("root.id", "=", eb.fn.coalesce("version.root_id", "version.id"))),
    )
    .leftJoin("user", "user.id", "root.sender")
    .select((eb) => [
      "root.sender",
      "root.deleted_seq as deletedSeq",
      "user.provider",
      eb("root.content", "is", null).as("forgotten"),
    ])
    .where("version.grp", "=", p.group)
    .where("version.id", "=", p.id),
);

/** Whoever does something, with what tells whether things are his. */
export interface Doer {
  /** null: a gateway, without any user. */
  readonly user: UserId | null;
  readonly provider: ProviderId | null;
}

/** What a message does. One that refers to nothing, or answers another, costs no look-up. */
export function* messageDeed(
  group: GroupId,
  rules: GroupRules,
  doer: Doer,
  act: MessageAct | null,
): Unit<Extract<Deed, { readonly kind: "message" }>> {
  const does = act ?? plainAct;
  const known = { kind: "message", act: does } as const;
  const beginsTopic = yield* begins(group, rules, does);
  if (does.target === null || does.act === "send" || does.act === "answer")
    return { ...known, target: null, beginsTopic };
  return { ...known, target: yield* targetOf(group, doer, does.target), beginsTopic };
}

function* targetOf(group: GroupId, { user, provider }: Doer, id: EventId): Unit<TargetMessage | null> {
  const row = yield* first(targetRow, { group, id });
  if (!row) return null;
  return {
    own: row.sender !== null && row.sender === user,
    sameProvider: row.provider !== null && row.provider === provider,
    deleted: row.deletedSeq !== null || Boolean(row.forgotten),
  };
}

/** A topic begins with the first message of one that is named after no message of the log. */
function* begins(group: GroupId, { roles }: GroupRules, { topic }: MessageAct): Unit<boolean> {
  if (topic === null || roles.isStandard) return false;
  return topic.begun === null || (yield* first(eventOf, { group, id: topic.begun })) === undefined;
}

/** A change of a member. `own`: by himself, or by the gateway that speaks for him. */
export const memberDeed = (
  member: MemberChange,
  subject: Standing,
  own: boolean,
): Extract<Deed, { readonly kind: "member" }> => ({
  kind: "member",
  member,
  own,
  ofProvider: parseUserUri(member.user) === null,
  subject,
});
