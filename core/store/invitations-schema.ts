/** The tables of invitations and knocks, as the statements see them; migration 7 makes them. */
import type { Generated } from "kysely";
import type { GroupUri, ProviderDomain, UserUri } from "../../mappings/ids.ts";
import type { Milliseconds } from "../time.ts";
import type { ConnectionId, GroupId, InvitationId, KnockId, PeerId } from "../ids.ts";

/** A group of a peer's that one of ours is wanted in. */
export interface InvitationTable {
  n: Generated<InvitationId>;
  grp_uri: GroupUri;
  /** The URI of a user of ours, or of a provider of ours. */
  wanted: string;
  peer: PeerId;
  /** By which the peer may invite. null: by what it is configured for, or by a group that we are in. */
  connection: ConnectionId | null;
  inviter: string;
  /** null: what everybody has at first. */
  role: number | null;
  /** The group's name; empty: it was not said. */
  name: string;
  expires: Milliseconds;
  at: Milliseconds;
}

/** Somebody of a peer's who is wanted in a group of ours, until he has answered. */
export interface InvitedTable {
  grp: GroupId;
  wanted: string;
  provider: ProviderDomain;
  peer: PeerId;
  inviter: string;
  role: number | null;
  name: string;
  expires: Milliseconds;
  at: Milliseconds;
  /** 1: the provider is in the group for the sake of invitations only. */
  brought: number;
  /** 1: the peer knows of it. */
  told: number;
  tried_at: Milliseconds;
}

/** Somebody of a peer's who asks to be let in to a group of ours. */
export interface KnockTable {
  n: Generated<KnockId>;
  grp: GroupId;
  user_uri: UserUri;
  peer: PeerId;
  reason: string;
  at: Milliseconds;
  /** `done`: it is answered, and kept so that the next one within the hour is dropped. */
  state: "open" | "done";
}

export interface InvitationsTables {
  invitation: InvitationTable;
  invited: InvitedTable;
  knock: KnockTable;
}
