/** What somebody does in a group and where he stands in it: what is judged, and what a judgement says. */
import type { GroupPropertyName, MemberChange } from "../events.ts";
import type { MessageAct } from "../message-act.ts";
import type { Roles } from "./roles.ts";

/** Who comes in: whoever speaks, whom somebody invites, or also whoever knocks and is invited then. */
export const joinPolicies = ["asserted", "invite", "knock"] as const;
export type JoinPolicy = (typeof joinPolicies)[number];

export interface GroupRules {
  readonly roles: Roles;
  readonly isModerated: boolean;
  readonly isReadOnly: boolean;
  readonly join: JoinPolicy;
}

/** Where somebody stands in a group. */
export interface Standing {
  readonly state: "joined" | "invited" | "banned" | "left";
  readonly role: number;
  /** Milliseconds since 1970; null: he is not muted. */
  readonly mutedUntil: number | null;
}

/** Somebody of whom the group knows nothing. */
export const stranger: Standing = { state: "left", role: 0, mutedUntil: null };

/** The message that another one refers to. */
export interface TargetMessage {
  /** It is the sender's own. */
  readonly own: boolean;
  /** Its author is of the sender's provider, which answers for both. */
  readonly sameProvider: boolean;
  /** Deleted, or its content is forgotten. */
  readonly deleted: boolean;
}

export type Deed =
  | {
      readonly kind: "message";
      readonly act: MessageAct;
      /** null: the log does not know it. */
      readonly target: TargetMessage | null;
      readonly beginsTopic: boolean;
    }
  | { readonly kind: "opaque" | "role" }
  | { readonly kind: "property"; readonly name: GroupPropertyName }
  | {
      readonly kind: "member";
      readonly member: MemberChange;
      /** The sender's own change, or without sender by the gateway that speaks for whom it is about. */
      readonly own: boolean;
      readonly ofProvider: boolean;
      readonly subject: Standing;
    }
  | { readonly kind: "moderate"; readonly subject: Standing }
  | { readonly kind: "erase"; readonly own: boolean };

export type PolicyCode =
  | "not_member"
  | "read_only"
  | "moderated"
  | "not_author"
  | "no_right"
  | "target_deleted";

/** `detail`: for people. */
export interface Refusal {
  readonly code: PolicyCode;
  readonly detail: string;
}

export const refusal = (code: PolicyCode, detail: string): Refusal => ({ code, detail });

/** What a role lacks. */
export function lacks(roles: Roles, role: number, ...capabilities: readonly number[]): Refusal | null {
  const missing = capabilities.find((capability) => !roles.may(role, capability));
  if (missing === undefined) return null;
  return refusal("no_right", `role ${role} lacks 0x${missing.toString(16).padStart(4, "0")}`);
}
