/** What a group of ours says to what people of its own rooms do: the same rules as for guests. */
import type { MemberChange, PropertyChange } from "../../../mappings/events.ts";
import type { MessageAct } from "../../../mappings/message-act.ts";
import type { Deed } from "../../../mappings/room-policy/deed.ts";
import { type Actor, joinsBySpeaking, judge } from "../../../mappings/room-policy/judge.ts";
import type { Milliseconds } from "../../time.ts";
import type { GroupId, ProviderId, UserId } from "../../ids.ts";
import type { Unit } from "../unit.ts";
import { messageDeed } from "./judging.ts";
import { type GrowingLog, standingIn } from "./members.ts";
import { type Ruled, rulesOf } from "./roles.ts";
import type { VerdictCode } from "./verdicts.ts";

export interface OwnJudgedLog extends Pick<GrowingLog, "standings">, Ruled {}

/** `holds`: it says what holds already. `joins`: its sender becomes a member by it. */
export type OwnJudgement =
  | { readonly kind: "taken"; readonly joins: boolean }
  | { readonly kind: "holds" }
  | { readonly kind: "refused"; readonly code: VerdictCode };

/**
 * Judges something said in a room of a group of ours. Whoever is in a linked room may speak in its group, whatever the policy
 * for joining; somebody banned may not.
 */
export function* judgeOwn(
  {
    group,
    provider,
    now,
  }: { readonly group: GroupId; readonly provider: ProviderId; readonly now: Milliseconds },
  log: OwnJudgedLog,
  event: {
    readonly act: MessageAct | null;
    readonly property: PropertyChange | null;
    readonly member?: MemberChange;
  },
  user: UserId | null,
): Unit<OwnJudgement> {
  // Whoever goes is gone from his room already: nobody is asked.
  if (event.member)
    return (yield* isGone(log, group, user)) ? { kind: "holds" } : { kind: "taken", joins: false };
  log.rules ??= { ...(yield* rulesOf(group, log.flags)), join: "asserted" };
  const actor: Actor = user === null ? "gateway" : yield* standingIn(log, group, user);
  const deed: Deed =
    event.property === null
      ? yield* messageDeed(group, log.rules, { user, provider }, event.act)
      : { kind: "property", name: event.property.name };
  const refused = judge(log.rules, actor, deed, now);
  if (refused !== null) return { kind: "refused", code: refused.code };
  if (deed.kind === "message" && deed.act.act === "delete" && deed.target?.deleted === true)
    return { kind: "holds" };
  return { kind: "taken", joins: joinsBySpeaking(actor, deed) };
}

/** Whether somebody is in the group no more, or never was. */
export function* isGone(log: OwnJudgedLog, group: GroupId, user: UserId | null): Unit<boolean> {
  return user === null || (yield* standingIn(log, group, user)).state !== "joined";
}
