/** The tables of files and of pictures, as the statements see them; migrations 6 and 10 make them. */
import type { EventId, UserUri } from "../../mappings/ids.ts";
import type { Milliseconds } from "../time.ts";
import type { AccountId, AvatarToken, GroupId, MediaId, PeerId } from "../ids.ts";

/** A file that gateways in a group may have from this one: on a platform (`source`), or kept in the data folder. */
export interface MediaTable {
  id: MediaId;
  grp: GroupId;
  /** The event that names it. null: none does yet. */
  event_id: EventId | null;
  /** Whose people posted it. null: it is kept here. */
  account: AccountId | null;
  /** Where the platform has it. null: it is kept here, or erased. */
  source: string | null;
  /** Who left it here. null: it is on a platform. */
  peer: PeerId | null;
  /** SHA-256 of the octets, as base64url. null: it is on a platform. */
  digest: string | null;
  /** The media type; empty: whatever the platform says. */
  type: string;
  /** Octets; null: not known. */
  size: number | null;
  state: "live" | "erased";
  created_at: Milliseconds;
}

/** A picture that is given to everybody who knows its name. */
export interface AvatarTable {
  token: AvatarToken;
  user_uri: UserUri;
  /** Of the profile that has it. */
  rev: number;
  source: string;
  at: Milliseconds;
}

export interface MediaTables {
  avatar: AvatarTable;
  media: MediaTable;
}
