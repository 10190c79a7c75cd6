/** Who may change who is in a group, and with which role (docs/mtp.md, M55 and M127). */
import type { MemberChange } from "../events.ts";
import { type Deed, type GroupRules, lacks, type Refusal, refusal } from "./deed.ts";
import { BANNED, Capability, NO_MEMBER, ORDINARY } from "./roles.ts";

type MemberDeed = Extract<Deed, { readonly kind: "member" }>;

/** Acts that are somebody's own, and nobody else's. */
const OWN: readonly MemberChange["change"][] = ["join", "leave", "accept", "decline"];

/** `role`: of whoever does it. */
export function judgeMember(rules: GroupRules, role: number, deed: MemberDeed): Refusal | null {
  const { change } = deed.member;
  if (OWN.includes(change))
    return deed.own
      ? judgeOwn(rules, role, deed)
      : refusal("no_right", "nobody comes and goes for somebody else");
  if (deed.ofProvider && change !== "invite")
    return refusal("no_right", "providers come and go by their connections");
  return judgeOthers(rules, role, deed);
}

function judgeOwn({ roles, join }: GroupRules, role: number, deed: MemberDeed): Refusal | null {
  const { subject, member } = deed;
  switch (member.change) {
    case "accept":
    case "decline":
      if (subject.state !== "invited") return refusal("no_right", "there is no invitation");
      if (member.role !== null && member.role !== subject.role)
        return refusal("no_right", `the invitation is for role ${subject.role}`);
      return null;
    case "leave":
      return lacks(roles, role, Capability.leave);
    default:
      if (subject.state === "banned") return refusal("no_right", "whoever is banned can't join");
      if (member.role !== null && member.role !== ORDINARY)
        return refusal("no_right", "nobody gives himself a role");
      if (join !== "asserted" && !roles.may(NO_MEMBER, Capability.join))
        return refusal("no_right", "the group is joined by invitation");
      return null;
  }
}

function judgeOthers({ roles }: GroupRules, role: number, deed: MemberDeed): Refusal | null {
  const { subject, member, own } = deed;
  const into = member.role ?? ORDINARY;
  const above = (to: number): Refusal | null =>
    roles.mayMove(role, subject.role, to)
      ? null
      : refusal("no_right", `role ${role} can't make role ${to} of role ${subject.role}`);
  switch (member.change) {
    case "invite":
      if (subject.state === "banned") return refusal("no_right", "he is banned");
      return lacks(roles, role, Capability.invite) ?? (into === ORDINARY ? null : (unset() ?? above(into)));
    case "kick":
      return lacks(roles, role, Capability.kick) ?? above(NO_MEMBER);
    case "ban":
      return lacks(roles, role, Capability.ban) ?? above(BANNED);
    case "unban":
      return lacks(roles, role, Capability.unban);
    default: {
      const right = own ? Capability.changeOwnRole : Capability.changeRole;
      if (subject.state !== "joined" && subject.state !== "invited")
        return refusal("no_right", "he is not in the group");
      return lacks(roles, role, right) ?? unset() ?? above(into);
    }
  }

  function unset(): Refusal | null {
    const known = member.role !== null && member.role > BANNED && roles.has(member.role);
    return known ? null : refusal("no_right", "there is no such role to be given");
  }
}

/** Whether a change of a member says what holds already, so that it needs no place in the log. */
export function holdsAlready({ member, subject }: Pick<MemberDeed, "member" | "subject">): boolean {
  const { state, role } = subject;
  switch (member.change) {
    case "join":
      return state === "joined";
    case "invite":
      return state === "joined" || (state === "invited" && role === (member.role ?? ORDINARY));
    case "leave":
    case "kick":
      return state === "left" || state === "banned";
    case "ban":
      return state === "banned";
    case "unban":
      return state !== "banned";
    case "role":
      return role === member.role && (state === "joined" || state === "invited");
    case "accept":
    case "decline":
      return false;
  }
}

/** The state and role that a change leaves; `before`: null: he was unknown. */
export function standingAfter(
  member: Pick<MemberChange, "change" | "role">,
  before: { readonly state: string; readonly role: number } | null,
): { readonly state: "joined" | "invited" | "banned" | "left"; readonly role: number } {
  const invited = before?.state === "invited" ? before.role : ORDINARY;
  switch (member.change) {
    case "join":
    case "accept":
      return { state: "joined", role: member.role ?? invited };
    case "invite":
      return { state: "invited", role: member.role ?? ORDINARY };
    case "ban":
      return { state: "banned", role: BANNED };
    case "role": {
      const state = before?.state === "invited" ? "invited" : "joined";
      return { state, role: member.role ?? before?.role ?? ORDINARY };
    }
    case "leave":
    case "kick":
    case "decline":
    case "unban":
      return { state: "left", role: NO_MEMBER };
  }
}
