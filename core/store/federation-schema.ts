/** The tables about other gateways, as the statements see them; migration 3 makes them. */
import type { Generated } from "kysely";
import type { EventKind } from "../../mappings/events.ts";
import type { EventId, ProviderDomain, SaidKey } from "../../mappings/ids.ts";
import type { Milliseconds } from "../time.ts";
import type { KeyId } from "../federation/wire/public-key.ts";
import type {
  BindingId,
  CodeId,
  ConnectionId,
  GroupId,
  NativeId,
  PeerId,
  ProviderId,
  Seq,
  UserId,
} from "../ids.ts";

/** Another gateway, by its base domain. */
export interface PeerTable {
  id: Generated<PeerId>;
  base: ProviderDomain;
  endpoint: string;
  state: "known" | "blocked";
  /** Names from its well-known, as a JSON array. */
  features: string;
  /** 1: from the configuration. */
  static: number;
  /** 1: an operator has said where it is, so that it may be in a network of one's own. */
  trusted: number;
  created_at: Milliseconds;
  /** When its well-known was last read. */
  read_at: Milliseconds;
}

/** A key that a peer signs with; `public`: 32 octets as base64url. */
export interface PeerKeyTable {
  peer: PeerId;
  kid: KeyId;
  public: string;
  not_before: Milliseconds;
  /** null: until the peer no longer names it. */
  expires: Milliseconds | null;
}

/** Two parties allowed to reach each other: we, and a provider of a peer. */
export interface ConnectionTable {
  id: ConnectionId;
  peer: PeerId;
  /** The one that has redeemed the code: the peer's where the code was ours, else ours. */
  provider: ProviderId;
  /** `group`: for that one group alone, be it the peer's or ours. */
  scope: "gateway" | "group";
  grp: GroupId | null;
  /** What its users may be in a group, as the wire names it. */
  role: string;
  /** `waiting`: somebody here has to confirm the redeemer first. */
  state: "waiting" | "active" | "ended";
  created_at: Milliseconds;
  /** null: until it is ended. */
  expires: Milliseconds | null;
  /** null: it has not ended. */
  ended_at: Milliseconds | null;
}

/** A secret that makes a connection; of the secret itself only its SHA-256, in hexadecimal digits, is kept. */
export interface CodeTable {
  id: Generated<CodeId>;
  hash: string;
  kind: "gateway" | "group";
  grp: GroupId | null;
  issuer: string;
  uses_left: number;
  /** 1: whoever redeems it waits until somebody here has confirmed him. */
  confirm: number;
  expires: Milliseconds;
  created_at: Milliseconds;
  revoked: number;
}

/** Who has used a code, so that whoever asks again after a lost answer is not counted twice. */
export interface CodeUseTable {
  code: CodeId;
  redeemer: ProviderDomain;
  at: Milliseconds;
}

/** A peer with users in a group that is ours. */
export interface GuestTable {
  grp: GroupId;
  peer: PeerId;
  visible_from_seq: Seq;
  /** The last that it sees; null: it is in the group. */
  left_seq: Seq | 0 | null;
  connection: ConnectionId | null;
  /** The guest's own cursor: up to where its submissions were taken. null: from the first. */
  pulled: string | null;
}

/** A group of a peer's that our users are in. */
export interface FollowingTable {
  grp: GroupId;
  peer: PeerId;
  connection: ConnectionId | null;
  /** The owner's own cursor; null: from the first event that is visible to us. */
  cursor: string | null;
  /** The revision that the cursor is of. */
  rev: number;
  /** `stopped`: the owner misbehaved; `left`: we are in it no longer. */
  state: "following" | "stopped" | "left";
  /** Why it is not followed any more. */
  code: string | null;
  /** Not to be asked for before. */
  wake: Milliseconds;
}

export type SubmissionState = "pending" | "served" | "accepted" | "refused" | "withdrawn";

/** What our users said in a group of a peer's, until it comes back in the owner's log. */
export interface SubmissionTable {
  /** Grows in the order in which a group's events were said. */
  n: Generated<number>;
  grp: GroupId;
  id: EventId;
  kind: EventKind;
  sender: UserId | null;
  content: Uint8Array;
  root_id: EventId | null;
  proof: Uint8Array | null;
  origin_binding: BindingId;
  origin_at: Milliseconds;
  received_at: Milliseconds;
  native: NativeId | null;
  aux: string | null;
  /** The groups through which it came into the room where it was said, with spaces between. null: none. */
  passed: string | null;
  /** What deliveries of it are asked for by; null: by its id. */
  said_key: SaidKey | null;
  state: SubmissionState;
  /** Why the owner refused it. */
  code: string | null;
  told_at: Milliseconds | null;
}

/** What became of a guest's event, until the guest was told. */
export interface VerdictTable {
  peer: PeerId;
  grp: GroupId;
  id: EventId;
  /** null: it was accepted. */
  code: string | null;
  detail: string;
  at: Milliseconds;
}

export interface FederationTables {
  peer: PeerTable;
  peer_key: PeerKeyTable;
  connection: ConnectionTable;
  code: CodeTable;
  code_use: CodeUseTable;
  guest: GuestTable;
  following: FollowingTable;
  submission: SubmissionTable;
  verdict: VerdictTable;
}
