/** The kinds of entries in a group's log, and the octet that starts the id of each (see event-id.ts). */

/** State of a group of which only the current value matters. */
export const propertyNames = ["name", "topic"] as const;
export type PropertyName = (typeof propertyNames)[number];

/** A change of a group's property, as an event carries it. */
export interface PropertyChange {
  readonly name: PropertyName;
  readonly value: string;
}

/** A user's coming into a group, as an event carries it. */
export interface MemberChange {
  readonly user: string;
  readonly change: "join";
}

/** `message` is the octet of draft-ietf-mimi-content-08; ours stay clear of the ones that its registry gives out. */
export const eventOctets = { message: 0x01, property: 0xf0, member: 0xf1 } as const;
export type EventKind = keyof typeof eventOctets;
