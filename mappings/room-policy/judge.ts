/**
 * Who may do what in a group (docs/mtp.md, Verdicts and Roles and capabilities): what an owner says to an event that it is
 * given, by the first line of the table that applies. Whether id, sender and content are right is seen before.
 */
import type { GroupPropertyName } from "../events.ts";
import {
  type Deed,
  type GroupRules,
  lacks,
  type Refusal,
  refusal,
  type Standing,
  type TargetMessage,
} from "./deed.ts";
import { judgeMember } from "./judge-member.ts";
import { Capability, ORDINARY, type Roles } from "./roles.ts";

/** Whoever is to be judged; `gateway`: an event without sender, that a gateway answers for (M128). */
export type Actor = Standing | "gateway";

/** The kinds of events that need no sender. */
const SENDERLESS: readonly Deed["kind"][] = ["property", "member", "erase"];

/**
 * null: it is taken. Whoever is not a member and speaks where the policy lets him is judged as the member that he becomes by
 * it: the caller lets him join first (`joinsBySpeaking`).
 */
export function judge(rules: GroupRules, actor: Actor, deed: Deed, now: number): Refusal | null {
  const standing = standingOf(rules, actor, deed);
  if (standing === null) return refusal("not_member", "the sender is not in the group");
  if (actor === "gateway" && !SENDERLESS.includes(deed.kind))
    return refusal("no_right", "only people can do that");
  const { roles } = rules;
  const { role, mutedUntil } = standing;
  if (deed.kind === "message" || deed.kind === "opaque") {
    if (rules.isReadOnly && !roles.may(role, Capability.speakReadOnly))
      return refusal("read_only", "the group is read-only");
    if (rules.isModerated && !roles.may(role, Capability.speakModerated))
      return refusal("moderated", "the group is moderated");
    if (mutedUntil !== null && mutedUntil > now) return refusal("moderated", "the sender is muted");
  }
  switch (deed.kind) {
    case "message":
      return judgeMessage(roles, role, deed);
    case "opaque":
      return lacks(roles, role, Capability.send);
    case "property":
      return lacks(roles, role, propertyCapability[deed.name]);
    case "member":
      return judgeMember(rules, role, deed);
    case "role":
      return lacks(roles, role, Capability.changeRoles);
    case "moderate":
      if (!roles.covers(role, deed.subject.role))
        return refusal("no_right", "his role is above the sender's");
      return lacks(roles, role, Capability.mute);
    case "erase":
      return deed.own ? null : lacks(roles, role, Capability.deleteOthers);
  }
}

/** Whether an event that is taken makes its sender a member first (M53). */
export function joinsBySpeaking(actor: Actor, deed: Deed): boolean {
  return actor !== "gateway" && actor.state !== "joined" && !needsNoMember(deed);
}

/** As what the sender is judged; null: he is no member, and does not become one by this. */
function standingOf({ join }: GroupRules, actor: Actor, deed: Deed): Standing | null {
  if (actor === "gateway") return { state: "joined", role: ORDINARY, mutedUntil: null };
  if (actor.state === "joined" || needsNoMember(deed)) return actor;
  if (actor.state === "banned" || join !== "asserted" || deed.kind === "member") return null;
  return { ...actor, role: actor.state === "invited" ? actor.role : ORDINARY };
}

/** Coming in, turning an invitation down, and having one's own contents forgotten. */
function needsNoMember(deed: Deed): boolean {
  if (deed.kind === "erase") return deed.own;
  return deed.kind === "member" && deed.own && ["join", "accept", "decline"].includes(deed.member.change);
}

const propertyCapability: Readonly<Record<GroupPropertyName, number>> = {
  name: Capability.changeName,
  topic: Capability.changeTopic,
  avatar: Capability.changeAvatar,
  isModerated: Capability.restrict,
  isReadOnly: Capability.restrict,
  pins: Capability.pin,
  links: Capability.pin,
};

function judgeMessage(
  roles: Roles,
  role: number,
  { act, target, beginsTopic }: Extract<Deed, { readonly kind: "message" }>,
): Refusal | null {
  const topic = act.topic === null ? [] : [beginsTopic ? Capability.beginTopic : Capability.useTopic];
  switch (act.act) {
    case "send":
      return lacks(roles, role, Capability.send, ...topic);
    case "answer":
      return lacks(roles, role, Capability.send, Capability.answer, ...topic);
    case "react":
      return lacks(roles, role, Capability.react) ?? ofDeleted(target);
    case "unreact":
      if (target?.own === false) return notAuthor;
      return lacks(roles, role, Capability.unreact);
    case "edit":
      if (target?.own !== true) return notAuthor;
      return lacks(roles, role, Capability.edit) ?? ofDeleted(target);
    case "delete": {
      if (target === null) return notAuthor;
      const vouched = act.moderated && target.sameProvider;
      if (target.own || vouched) return lacks(roles, role, Capability.deleteOwn);
      return roles.may(role, Capability.deleteOthers) ? null : notAuthor;
    }
  }
}

const notAuthor = refusal("not_author", "the message is another's");

const ofDeleted = (target: TargetMessage | null): Refusal | null =>
  target?.deleted === true ? refusal("target_deleted", "the message was deleted") : null;
