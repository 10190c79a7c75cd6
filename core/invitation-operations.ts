/** What an operator can ask of a gateway about who is let in to groups across gateways; plain data, see operations.ts. */
import type { Milliseconds } from "./time.ts";
import type { LinkReport, RoomReference } from "./link-reports.ts";

export interface InviteQuestion {
  readonly group: string;
  /** The URI of a user, or the domain of a provider of which a room is wanted. */
  readonly wanted: string;
  /** The URI of a user of ours who invites; null: the operator. */
  readonly inviter: string | null;
  /** The index of the role to come; null: what everybody has at first. */
  readonly role: number | null;
}

export interface InvitedReport {
  readonly group: string;
  /** The URI of a user or of a provider. */
  readonly wanted: string;
  /** The gateway that is asked. */
  readonly base: string;
  readonly expires: Milliseconds;
  /** False: the other gateway could not be told yet; it is tried again. */
  readonly told: boolean;
}

/** A group of another gateway's that somebody of ours is wanted in. */
export interface InvitationReport {
  readonly id: number;
  readonly group: string;
  /** As the other gateway says. */
  readonly name: string | null;
  readonly wanted: string;
  readonly inviter: string;
  readonly role: number | null;
  readonly base: string;
  readonly at: Milliseconds;
  readonly expires: Milliseconds;
}

export interface AnsweredReport {
  readonly group: string;
  readonly wanted: string;
  readonly base: string;
  readonly answer: "accepted" | "declined";
  /** null: no room was named. */
  readonly linked: LinkReport | null;
}

export interface KnockQuestion {
  readonly group: string;
  /** The URI of a user of ours. */
  readonly user: string;
  readonly reason: string;
}

export interface KnockedReport {
  readonly group: string;
  readonly user: string;
  /** The gateway that was asked. */
  readonly base: string;
}

/** Somebody of another gateway's who asks to be let in to a group of ours. */
export interface KnockReport {
  readonly id: number;
  readonly group: string;
  readonly user: string;
  readonly base: string;
  /** In his own words; empty: he gave none. */
  readonly reason: string;
  readonly at: Milliseconds;
}

export interface InvitationOperations {
  /** Lets another gateway read a group of ours, and asks it for somebody. Throws group_unknown, peer_unknown, invite_refused. */
  invite(question: InviteQuestion): Promise<InvitedReport>;
  /** Those that wait for an answer. */
  list(): Promise<readonly InvitationReport[]>;
  /**
   * Follows the group, and tells its owner. Throws invitation_unknown, peer_unreachable, peer_refused, peer_answer_invalid, and what
   * Operations.link throws for a room.
   */
  accept(id: number, room: RoomReference | null): Promise<AnsweredReport>;
  /** Throws invitation_unknown. */
  decline(id: number): Promise<AnsweredReport>;
  /** Asks the owner of a group to let somebody of ours in. Throws peer_unknown, peer_unreachable, peer_refused. */
  knock(question: KnockQuestion): Promise<KnockedReport>;
  knocks(): Promise<readonly KnockReport[]>;
  /** Invites whoever has knocked. Throws knock_unknown, and what `invite` throws. */
  admit(id: number): Promise<InvitedReport>;
  /** Throws knock_unknown. */
  dropKnock(id: number): Promise<KnockReport>;
}
