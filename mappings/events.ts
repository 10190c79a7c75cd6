/** The kinds of entries in a group's log, and what those that are no messages say (docs/mtp.md, Events). */
import type { EventId } from "./ids.ts";

/** State of a group of which only the current value matters, as rooms show and change it. */
export const propertyNames = ["name", "topic"] as const;
export type PropertyName = (typeof propertyNames)[number];

/** State that rooms show and change, the pins being one for each message; the avatar is a picture, at an address. */
export type RoomPropertyName = PropertyName | "avatar" | "pins";

/** All state of a group of which only the current value matters. */
export const groupPropertyNames = [
  ...propertyNames,
  "avatar",
  "isModerated",
  "isReadOnly",
  "pins",
  "links",
] as const;
export type GroupPropertyName = (typeof groupPropertyNames)[number];

/** A change of a group's property. `item`: which of several; empty where there is one only. `value` empty: taken away. */
export interface PropertyChange {
  readonly name: GroupPropertyName;
  readonly item: string;
  readonly value: string;
}

export const memberActs = [
  "join",
  "leave",
  "invite",
  "accept",
  "decline",
  "kick",
  "ban",
  "unban",
  "role",
] as const;
export type MemberAct = (typeof memberActs)[number];

/** Whether whom it is about is in the group no more. */
export const putsOut = (change: MemberAct): boolean =>
  change === "leave" || change === "kick" || change === "ban";

/** What may stand beside a change of a member: a role's index, until when (milliseconds since 1970), and why. */
export interface Particulars {
  readonly role: number | null;
  readonly until: number | null;
  readonly reason: string;
}

export const noParticulars: Particulars = { role: null, until: null, reason: "" };

/** Who is in a group. `user`: the URI of a user or of a provider. */
export interface MemberChange extends Particulars {
  readonly user: string;
  readonly change: MemberAct;
}

/** What a moderator does to a member; a mute without `until` lasts until it is taken away. */
export interface Moderation extends Particulars {
  readonly user: string;
  readonly act: "mute" | "unmute";
}

/** Which contents are to be forgotten: those of these events, or all of a user's so far. */
export type Erasure =
  | { readonly of: "events"; readonly ids: readonly EventId[] }
  | { readonly of: "user"; readonly user: string };

/** A role, as draft-ietf-mimi-room-policy-03 defines one; `max` null: no limit. */
export interface RoleDefinition {
  readonly index: number;
  readonly name: string;
  readonly description: string;
  readonly capabilities: readonly number[];
  readonly min: number;
  readonly max: number | null;
  readonly minActive: number;
  readonly maxActive: number | null;
  /** From which role into which others whoever has this one may move somebody; none listed: any. */
  readonly changes: readonly { readonly from: number; readonly to: readonly number[] }[];
}

/**
 * The octet that starts the id of each kind. `message` is that of draft-ietf-mimi-content-08; ours stay clear of the ones that
 * its registry gives out.
 */
export const eventOctets = {
  message: 0x01,
  property: 0xf0,
  member: 0xf1,
  role: 0xf2,
  moderate: 0xf3,
  erase: 0xf4,
  opaque: 0xf5,
} as const;
export type EventKind = keyof typeof eventOctets;
