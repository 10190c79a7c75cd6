/** What an operator can ask of a gateway about other gateways; plain data, see operations.ts. */
import type { Milliseconds } from "./time.ts";
import type { InvitationOperations } from "./invitation-operations.ts";
import type { LinkReport, RoomReference } from "./link-reports.ts";

export interface PeerReport {
  readonly base: string;
  readonly endpoint: string;
  readonly state: "known" | "blocked";
  /** It is from the configuration. */
  readonly static: boolean;
  /** The operator has said where it is, so that it may be in a network of one's own. */
  readonly trusted: boolean;
  /** The providers that it speaks for. */
  readonly hosts: readonly string[];
  /** The ids of its keys. */
  readonly keys: readonly string[];
  readonly features: readonly string[];
  /** Connections that are active. */
  readonly connections: number;
  /** When its well-known was last read. */
  readonly readAt: Milliseconds;
  /** Why the exchange with it waits, if it does. */
  readonly lastError: string | null;
}

export interface CodeReport {
  readonly id: number;
  readonly scope: "gateway" | "group";
  readonly group: string | null;
  readonly issuer: string;
  readonly state: "good" | "used-up" | "expired" | "revoked";
  readonly usesLeft: number;
  /** Whoever redeems it has to be confirmed. */
  readonly confirm: boolean;
  readonly expires: Milliseconds;
  readonly createdAt: Milliseconds;
  /** The providers that have redeemed it. */
  readonly usedBy: readonly string[];
}

/** A new code. Its text is shown here, and never again. */
export interface MadeCodeReport {
  readonly id: number;
  readonly code: string;
  readonly scope: "gateway" | "group";
  readonly group: string | null;
  readonly uses: number;
  readonly confirm: boolean;
  readonly expires: Milliseconds;
}

export interface CodeQuestion {
  /** A group of this gateway; null with `room` null too: a code between gateways. */
  readonly group: string | null;
  /** The group of this room, which is made where the room is in none. */
  readonly room: RoomReference | null;
  readonly uses: number;
  readonly lifeMs: Milliseconds;
  readonly confirm: boolean;
}

export interface RedeemQuestion {
  readonly code: string;
  /** The account for whose provider it is redeemed; null: the room's, or the only one there is. */
  readonly as: string | null;
  /** Is linked to the group that the code opens. */
  readonly room: RoomReference | null;
}

export interface RedeemReport {
  readonly connection: string;
  readonly scope: "gateway" | "group";
  /** The gateway that gave the code. */
  readonly base: string;
  readonly provider: string;
  readonly group: string | null;
  /** null: no room was named. */
  readonly linked: LinkReport | null;
}

export interface ConnectionReport {
  readonly id: string;
  readonly base: string;
  /** The one that has redeemed the code. */
  readonly provider: string;
  /** Whose code it was. */
  readonly issuer: "we" | "they";
  readonly scope: "gateway" | "group";
  readonly group: string | null;
  readonly state: "waiting" | "active" | "ended";
  readonly createdAt: Milliseconds;
  readonly expires: Milliseconds | null;
  readonly endedAt: Milliseconds | null;
}

export interface EndedConnectionReport extends ConnectionReport {
  /** False: the other gateway could not be told, and finds out when it next asks for what it may not have any more. */
  readonly told: boolean;
}

export interface GroupReport {
  readonly uri: string;
  /** The base domain of the gateway that owns it; null: this one. */
  readonly owner: string | null;
  readonly name: string | null;
  readonly state: "open" | "closed";
  /** null: it is our own. */
  readonly following: "following" | "stopped" | "left" | null;
  /** Why it is not followed any more. */
  readonly cause: string | null;
  /** The seq of the last event held here. */
  readonly head: number;
  readonly members: number;
  readonly rooms: number;
  /** Other gateways that read it here. */
  readonly guests: number;
}

export interface GroupDetail extends GroupReport {
  readonly topic: string | null;
  readonly linked: readonly { readonly account: string; readonly room: string }[];
  readonly readers: readonly {
    readonly base: string;
    /** The first seq that it may see. */
    readonly from: number;
    /** The last one; null: it reads on. */
    readonly until: number | null;
    readonly connection: string | null;
  }[];
}

export interface GroupMember {
  readonly uri: string;
  readonly name: string;
  readonly state: string;
  /** The index of the role; null: what everybody has at first. */
  readonly role: number | null;
  /** The seq since which that is so. */
  readonly since: number;
}

export interface GroupEvent {
  readonly seq: number;
  readonly id: string;
  readonly kind: string;
  readonly sender: string | null;
  readonly at: Milliseconds;
  /** The beginning of what it says; null: it was erased, or cannot be read. */
  readonly text: string | null;
}

/** Whose messages our rooms are not given. */
export interface BlockReport {
  /** The URI of a user, or a domain with all below it. */
  readonly subject: string;
  /** `gateway`: all rooms. */
  readonly scope: string;
  readonly at: Milliseconds;
  readonly actor: string;
}

/** What this gateway says of itself, as its well-known has it (docs/mtp.md, Well-known). */
export type WellKnownReport = Readonly<Record<string, unknown>>;

export interface FederationOperations {
  identity(): Promise<WellKnownReport>;
  /**
   * Makes a new signing key, which signs once peers can have learnt it, and lets the old ones end a month later. `stolen`: it signs at
   * once, and the old ones are dead.
   */
  rotateKey(stolen: boolean): Promise<WellKnownReport>;
  peers(): Promise<readonly PeerReport[]>;
  /**
   * Makes a gateway known by what its well-known says. `endpoint`: where it is, which may be in a private network then. Throws
   * peer_known, peer_unreachable, peer_refused, peer_answer_invalid, domain_taken.
   */
  addPeer(base: string, endpoint: string | null): Promise<PeerReport>;
  /** Throws peer_unknown. */
  blockPeer(base: string, blocked: boolean): Promise<PeerReport>;
  blocks(): Promise<readonly BlockReport[]>;
  /**
   * Keeps from all rooms what a user says, or everybody of a domain and of those below it; or ends that. The blocks from then on.
   */
  block(subject: string, blocked: boolean): Promise<readonly BlockReport[]>;
  codes(): Promise<readonly CodeReport[]>;
  /** Throws group_unknown, and what Operations.link throws. */
  createCode(question: CodeQuestion): Promise<MadeCodeReport>;
  /** Throws code_unknown. */
  revokeCode(id: number): Promise<CodeReport>;
  /**
   * Redeems a code that another gateway gave. Doing it again changes nothing. Throws redeem_refused, redeem_waiting,
   * peer_unreachable, peer_refused, peer_answer_invalid, and what Operations.link throws.
   */
  redeem(question: RedeemQuestion): Promise<RedeemReport>;
  connections(): Promise<readonly ConnectionReport[]>;
  /** Throws connection_unknown. */
  confirmConnection(id: string): Promise<ConnectionReport>;
  /** Ends it on both sides. Throws connection_unknown. */
  endConnection(id: string): Promise<EndedConnectionReport>;
  groups(): Promise<readonly GroupReport[]>;
  /** Throws group_unknown, as the next two. */
  group(uri: string): Promise<GroupDetail>;
  members(uri: string): Promise<readonly GroupMember[]>;
  /** The last events of the log, the oldest first. */
  history(uri: string, limit: number): Promise<readonly GroupEvent[]>;
  /** Who is let in to groups across gateways. */
  readonly invitations: InvitationOperations;
}
